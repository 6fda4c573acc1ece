import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { open, realpath, stat } from 'node:fs/promises'
import { isAbsolute, join, relative, sep } from 'node:path'
import { seen, unseen, type Observed } from '../domain/observed.ts'
import { resolveWorkspacePath } from '../domain/workspace-path.ts'
import { boundText } from './bounded-text.ts'
import { errorCode } from './net/socket-errors.ts'

export type FileBytes = { found: true; bytes: Uint8Array } | { found: false }

/** Whether a path names something that may be read; `problem` is a phrase that follows the name. */
export type Inspection = { state: 'file'; real: string } | { state: 'missing' } | { state: 'refused'; problem: string }

/** Looks at a path with forward slashes, relative to the workspace (a real path), without opening it. */
export async function inspectWorkspaceFile(root: string, path: string): Promise<Inspection> {
  const text = resolveWorkspacePath('', path)
  if (!text.ok) return { state: 'refused', problem: text.problem }
  try {
    const real = await realpath(join(root, text.path))
    if (!isInside(root, real)) return { state: 'refused', problem: 'is a link out of the workspace' }
    // Opening a pipe or a device can wait for ever, so it is looked at first.
    if (!(await stat(real)).isFile()) return { state: 'refused', problem: 'is not a regular file' }
    return { state: 'file', real }
  } catch (error) {
    const code = errorCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return { state: 'missing' }
    return { state: 'refused', problem: `cannot be read on this runner (${code})` }
  }
}

/** The bytes of a file of the workspace; links out of it, devices and files above the limit are ProbeFailures. */
export async function readWorkspaceFile(
  workspace: string,
  path: string,
  limitBytes: number,
): Promise<Observed<FileBytes>> {
  const shown = boundText(path)
  try {
    const inspected = await inspectWorkspaceFile(await realpath(workspace), path)
    if (inspected.state === 'missing') return seen({ found: false })
    if (inspected.state === 'refused') return unseen('forbidden', `${shown} ${inspected.problem}; it is not read.`)
    return await readBytes(inspected.real, shown, limitBytes)
  } catch (error) {
    return unseen('forbidden', `${shown} cannot be read on this runner (${boundText(errorCode(error))}).`)
  }
}

/**
 * Git's blob ids of these bytes: as they are, and with LF for CRLF, because git on Windows may have checked the file
 * out with CRLF (`core.autocrlf`).
 */
export function blobShas(bytes: Uint8Array): readonly string[] {
  const asIs = Buffer.from(bytes)
  const withLf = Buffer.from(asIs.toString('latin1').replaceAll('\r\n', '\n'), 'latin1')
  return [...new Set([asIs, withLf].map(blobSha))]
}

/** https://git-scm.com/book/en/v2/Git-Internals-Git-Objects: SHA-1 of the header `blob <length>` NUL and the content. */
function blobSha(bytes: Buffer): string {
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex')
}

async function readBytes(real: string, shown: string, limitBytes: number): Promise<Observed<FileBytes>> {
  // O_NOFOLLOW and O_NONBLOCK cover what is put there after it was looked at; Windows has neither, and undefined counts as 0 here.
  const file = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const facts = await file.stat()
    if (!facts.isFile()) return unseen('forbidden', `${shown} is not a regular file; it is not read.`)
    if (facts.size > limitBytes) {
      return unseen('unsupported', `${shown} has ${facts.size} bytes; at most ${limitBytes} are read.`)
    }
    return seen({ found: true, bytes: await file.readFile() })
  } finally {
    await file.close()
  }
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path)
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}
