import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { access, chmod, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, sep } from 'node:path'
import { seen, unseen, type Observed } from '../domain/observed.ts'
import type { PlanFilePort, PlanPlace } from '../ports/plan-file-port.ts'
import { boundText } from './bounded-text.ts'
import { errorCode } from './net/socket-errors.ts'
import { inspectWorkspaceFile, readWorkspaceFile } from './workspace.ts'

const PLAN_LIMIT_BYTES = 4 * 1024 * 1024

export function createPlanFile(): PlanFilePort {
  return {
    read: readText,
    async replace(place, before, text) {
      try {
        return await replace(place, before, text)
      } catch (error) {
        return unseen('forbidden', `${boundText(place.path)} cannot be written on this runner (${errorCode(error)}).`)
      }
    },
  }
}

async function readText({ workspace, path }: PlanPlace): Promise<Observed<string>> {
  const shown = boundText(path)
  const read = await readWorkspaceFile(workspace, path, PLAN_LIMIT_BYTES)
  if (!read.ok) return read
  if (!read.value.found) return unseen('not-found', `${shown} is not there.`)
  const { bytes } = read.value
  try {
    // `ignoreBOM` keeps it in the text: it is written back.
    return seen(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch {
    return unseen('unsupported', `${shown} is not UTF-8: save it so.`)
  }
}

async function replace(place: PlanPlace, before: string, text: string): Promise<Observed<{ written: true }>> {
  const shown = boundText(place.path)
  const root = await realpath(place.workspace)
  const inspected = await inspectWorkspaceFile(root, place.path)
  if (inspected.state !== 'file') {
    return unseen(
      'forbidden',
      `${shown} ${inspected.state === 'missing' ? 'is not there any more' : inspected.problem}.`,
    )
  }
  const file = inspected.real
  if (
    relative(root, file)
      .split(sep)
      .some((part) => part.toLowerCase() === '.git')
  ) {
    return unseen('forbidden', `${shown} lies in the folder of git.`)
  }
  const now = await readText(place)
  if (!now.ok) return now
  if (now.value !== before) return unseen('insufficient', `${shown} was changed by somebody else during the run.`)
  await access(file, constants.W_OK)
  const fresh = join(dirname(file), `.${basename(file)}.${randomBytes(8).toString('hex')}.tmp`)
  try {
    await write(fresh, text)
    await chmod(fresh, (await stat(file)).mode & 0o777)
    await rename(fresh, file)
  } catch (error) {
    await rm(fresh, { force: true })
    throw error
  }
  return seen({ written: true })
}

async function write(file: string, text: string): Promise<void> {
  // `wx` makes a new file: a link that was put there is not followed.
  const handle = await open(file, 'wx')
  try {
    await handle.writeFile(text, 'utf8')
    await handle.sync()
  } finally {
    await handle.close()
  }
}
