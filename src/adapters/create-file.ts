import { mkdir, open, realpath, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { seen, unseen, type Observed } from '../domain/observed.ts'
import { resolveWorkspacePath } from '../domain/workspace-path.ts'
import { boundText } from './bounded-text.ts'
import { errorCode } from './net/socket-errors.ts'
import { isInGitFolder, isInside, PlaceError, realFolder } from './real-folder.ts'

/**
 * Makes a new file in the workspace, and the folders to it. `created: false`: something stands there already, and was
 * left as it is. Links that lead out of the workspace are not followed.
 */
export async function createWorkspaceFile(
  workspace: string,
  path: string,
  text: string,
): Promise<Observed<{ created: boolean }>> {
  try {
    return seen({ created: await create(await locate(workspace, path), text) })
  } catch (error) {
    const problem =
      error instanceof PlaceError ? error.message : `cannot be written on this runner (${errorCode(error)})`
    return unseen('forbidden', `\`${boundText(path)}\` ${problem}.`)
  }
}

async function locate(workspace: string, path: string): Promise<string> {
  const resolved = resolveWorkspacePath('', path)
  if (!resolved.ok) throw new PlaceError(resolved.problem)
  const root = await realpath(workspace)
  const wanted = join(root, resolved.path)
  const file = join(await realFolder(dirname(wanted)), basename(wanted))
  if (!isInside(root, file)) throw new PlaceError('lies behind a link out of the workspace')
  if (isInGitFolder(file)) throw new PlaceError('lies in the folder of git')
  return file
}

async function create(file: string, text: string): Promise<boolean> {
  await mkdir(dirname(file), { recursive: true })
  // `wx` makes a new file: whatever stands there, a link to nowhere too, is neither followed nor overwritten.
  const handle = await open(file, 'wx').catch((error: unknown) => {
    if (errorCode(error) === 'EEXIST') return undefined
    throw error
  })
  if (handle === undefined) return false
  try {
    await handle.writeFile(text, 'utf8')
    await handle.sync()
  } catch (error) {
    await unlink(file)
    throw error
  } finally {
    await handle.close()
  }
  return true
}
