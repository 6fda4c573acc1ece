import { lstat, mkdir, realpath, rm, writeFile } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { redactJson } from '../domain/redact.ts'
import { REPORT_FILES, type ReportFile } from '../domain/report-files.ts'
import type { ReportProblem } from '../domain/report.ts'
import { resolveWorkspacePath } from '../domain/workspace-path.ts'
import { redacted, unpublished, type Redact } from './redacted.ts'

export interface FilesTarget {
  /** The input `report-directory`: relative to the workspace, or absolute and inside the workspace or RUNNER_TEMP. */
  directory: string
  workspace: string
  runnerTemp?: string
}

export interface PublishedFiles {
  /** The directory as a later step of the job finds it; absent when nothing could be written. */
  path?: string
  problem?: ReportProblem
}

/**
 * Writes the report's files, after deleting our own of an earlier run, so that no stale one is taken for new. A file that
 * cannot be written whole is not left in half; without report.json there is no path.
 */
export async function publishFiles(
  target: FilesTarget,
  files: Readonly<Partial<Record<ReportFile, string>>>,
  redact: Redact,
): Promise<PublishedFiles> {
  try {
    const directory = await openDirectory(target)
    await removeAll(directory)
    const failures: unknown[] = []
    for (const [name, text] of Object.entries(files)) {
      const path = join(directory, name)
      // `wx` makes a new file: a link that was put there since is not followed.
      const write = (content: string): Promise<void> => writeFile(path, content, { flag: 'wx' })
      try {
        await (isJson(name) ? write(redactJsonText(text, redact)) : redacted(redact, write)(text))
      } catch (error) {
        if (name === 'report.json') throw error
        failures.push(error)
        await rm(path, { force: true, recursive: true })
      }
    }
    const [failure] = failures
    return {
      path: shownPath(await realpath(target.workspace), directory),
      ...(failure === undefined ? {} : { problem: unpublished(redact, 'A file of the report', failure) }),
    }
  } catch (error) {
    return { problem: unpublished(redact, `The report directory ${JSON.stringify(target.directory)}`, error) }
  }
}

/**
 * Deletes our own files of an earlier run, or what stands in their place, before anything else is done; never makes a
 * folder, and never fails. What cannot be deleted is a problem for everybody to see: it could be taken for this run's.
 */
export async function removeReportFiles(target: FilesTarget, redact: Redact): Promise<ReportProblem | undefined> {
  const { directory, workspace } = target
  try {
    await lstat(isAbsolute(directory) ? directory : join(workspace, directory))
  } catch {
    return undefined
  }
  try {
    await removeAll(await openDirectory(target))
    return undefined
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error)
    const message =
      `The report directory ${JSON.stringify(directory)} could not be cleared: ${words}. ` +
      'What stands there is NOT the report of this run: do not use it.'
    return { severity: 'warning', message: redact(message) }
  }
}

/** Each of our names, whatever stands there: a file, a link (not what it points to), a folder with all that is in it. */
async function removeAll(directory: string): Promise<void> {
  const ends = await Promise.allSettled(
    REPORT_FILES.map((name) => rm(join(directory, name), { force: true, recursive: true })),
  )
  const failed = ends.find((end) => end.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

function isJson(name: string): boolean {
  return name.endsWith('.json') || name.endsWith('.sarif')
}

/** As data, so that the file stays JSON whatever the secrets are. */
function redactJsonText(text: string, redact: Redact): string {
  return `${JSON.stringify(redactJson(JSON.parse(text) as unknown, redact), undefined, 2)}\n`
}

async function openDirectory({ directory, workspace, runnerTemp }: FilesTarget): Promise<string> {
  const roots = await Promise.all(
    [workspace, ...(runnerTemp === undefined || runnerTemp === '' ? [] : [runnerTemp])].map((root) => realpath(root)),
  )
  const wanted = isAbsolute(directory) ? absolutePath(directory) : relativePath(workspace, directory)
  // Before anything is made: the part that exists already must not lead out.
  refuseOutside(roots, await existingPart(wanted))
  await mkdir(wanted, { recursive: true })
  const real = await realpath(wanted)
  refuseOutside(roots, real)
  if (!(await lstat(real)).isDirectory()) throw new Error('it is not a directory')
  if (real !== (await withoutLinks(wanted, [workspace, runnerTemp ?? ''])))
    throw new Error('it is a link, or stands behind one')
  return real
}

/** The path as it would be if no folder below its root were a link; the roots themselves may be. */
async function withoutLinks(path: string, roots: readonly string[]): Promise<string> {
  for (const root of roots.filter((one) => one !== '')) {
    const real = await realpath(root)
    for (const base of [resolve(root), real]) {
      const way = relative(base, path)
      if (way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way))) return join(real, way)
    }
  }
  return path
}

function relativePath(workspace: string, directory: string): string {
  const path = resolveWorkspacePath('', directory)
  if (!path.ok) throw new Error(`it ${path.problem}`)
  return join(workspace, path.path)
}

function absolutePath(directory: string): string {
  if (/^(\\\\|\/\/)/.test(directory)) throw new Error('it must be a path inside the workspace, not a UNC path')
  return resolve(directory)
}

/** The real path of the nearest folder that exists, with what is to be made below it. */
async function existingPart(path: string): Promise<string> {
  const below: string[] = []
  for (let folder = path; ;) {
    const real = await realpath(folder).catch((error: unknown) => refuseDanglingLink(folder, error))
    if (real !== undefined) return join(real, ...below)
    const parent = resolve(folder, '..')
    below.unshift(relative(parent, folder))
    folder = parent
  }
}

async function refuseDanglingLink(path: string, error: unknown): Promise<undefined> {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  const facts = await lstat(path).catch(() => undefined)
  if (facts !== undefined) throw new Error('it is a link to nowhere')
  return undefined
}

function refuseOutside(roots: readonly string[], path: string): void {
  const isInside = roots.some((root) => {
    const way = relative(root, path)
    return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
  })
  if (!isInside) throw new Error('it lies outside the workspace and RUNNER_TEMP')
}

function shownPath(workspace: string, directory: string): string {
  const way = relative(workspace, directory)
  return way.startsWith('..') || isAbsolute(way) ? directory : way.split(sep).join('/') || '.'
}
