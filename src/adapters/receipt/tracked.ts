import { lstat, readFile, stat } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { errorCode } from '../net/socket-errors.ts'
import { trackingIn, type Tracking } from './git-index.ts'

/** Of a repository with more than a million files. */
const INDEX_LIMIT_BYTES = 256 * 1024 * 1024
const POINTER_LIMIT_BYTES = 4096

/**
 * Whether git has this file (a real path) in any repository between it and `root`, from inside out: a checkout may stand
 * within another. `isCheckout`: a repository has to be there, and where none is, nothing is known.
 */
export async function trackingOf(file: string, root: string, isCheckout: boolean): Promise<Tracking> {
  let found: Tracking | undefined
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const tracking = await trackingAt(folder, file)
    if (tracking?.state === 'tracked') return tracking
    if (found === undefined || tracking?.state === 'unknown') found = tracking ?? found
    if (folder === root || folder === dirname(folder)) break
  }
  if (found !== undefined) return found
  return isCheckout ? { state: 'unknown', why: 'the workspace is no checkout with a `.git`' } : { state: 'untracked' }
}

/** Undefined: no repository begins in that folder. */
async function trackingAt(folder: string, file: string): Promise<Tracking | undefined> {
  const gitPath = join(folder, '.git')
  try {
    const facts = await stat(gitPath)
    const gitFolder = facts.isDirectory() ? gitPath : await readPointer(folder, gitPath, facts.size)
    if (gitFolder === undefined) return { state: 'unknown', why: '`.git` is neither a folder nor points to one' }
    const indexPath = join(gitFolder, 'index')
    const index = await stat(indexPath)
    if (!index.isFile() || index.size > INDEX_LIMIT_BYTES)
      return { state: 'unknown', why: 'the index of git is too large' }
    return trackingIn(await readFile(indexPath), relative(folder, file).split(sep).join('/'))
  } catch (error) {
    if (errorCode(error) === 'ENOENT' && (await isMissing(gitPath))) return undefined
    return { state: 'unknown', why: `the index of git cannot be read (${errorCode(error)})` }
  }
}

/** A link to nowhere is there. */
async function isMissing(path: string): Promise<boolean> {
  try {
    await lstat(path)
    return false
  } catch (error) {
    return errorCode(error) === 'ENOENT'
  }
}

/** Submodules and linked worktrees: a file `gitdir: <path>`. */
async function readPointer(folder: string, path: string, size: number): Promise<string | undefined> {
  if (size > POINTER_LIMIT_BYTES) return undefined
  const target = /^gitdir: (.+?)\r?\n?$/.exec(await readFile(path, 'utf8'))?.[1]
  return target === undefined ? undefined : resolve(folder, target)
}
