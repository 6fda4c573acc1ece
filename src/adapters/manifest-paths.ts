import type { Dirent } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { isAbsolute, join, relative, sep } from 'node:path'
import type { Problem } from '../domain/manifest.ts'
import { nearestName } from '../domain/nearest.ts'
import { NEVER_ENTERED, parsePathPattern, type PathPattern } from '../domain/path-pattern.ts'
import { folderOf, resolveWorkspacePath } from '../domain/workspace-path.ts'
import { boundText } from './bounded-text.ts'
import { inspectWorkspaceFile } from './workspace.ts'

const MOST_MANIFESTS = 1000
/** Enough for the largest repositories; a pattern at the root of a disk must come to an end. */
const MOST_ENTRIES = 200_000

export interface ManifestPaths {
  /** Relative to the workspace, forward slashes, sorted, each once. */
  paths: string[]
  problems: Problem[]
}

/**
 * The manifests that the lines of the input `manifest` name: paths, or patterns with `*`, `?` and `**` (folders at any
 * depth, hidden ones too; not `.git` and `node_modules`, and not through links). A line without a match is a problem.
 */
export async function expandManifestPaths(workspace: string, lines: readonly string[]): Promise<ManifestPaths> {
  const root = await realpath(workspace).catch(() => undefined)
  if (root === undefined) {
    const message = 'GITHUB_WORKSPACE is not set or names no folder: check the repository out before this step'
    return { paths: [], problems: [{ message }] }
  }
  const paths = new Set<string>()
  const problems: Problem[] = []
  for (const line of lines.map((text) => text.trim()).filter((text) => text !== '')) {
    const found = await expandLine(root, workspace, line)
    for (const path of found.paths) paths.add(path)
    problems.push(...found.problems.map((words) => ({ message: `\`manifest\`: ${words}` })))
  }
  if (paths.size > MOST_MANIFESTS) {
    problems.push({
      message: `\`manifest\`: ${paths.size} files match; at most ${MOST_MANIFESTS} make one run. Use shards.`,
    })
  }
  return { paths: [...paths].sort().slice(0, MOST_MANIFESTS), problems }
}

interface Found {
  paths: string[]
  problems: string[]
}

async function expandLine(root: string, workspace: string, line: string): Promise<Found> {
  const shown = `\`${boundText(line)}\``
  const resolved = resolveWorkspacePath('', relativeText(root, workspace, line))
  if (!resolved.ok) return { paths: [], problems: [`${shown} ${resolved.problem}.`] }
  const pattern = parsePathPattern(resolved.path)
  const candidates = pattern === undefined ? [resolved.path] : await matching(root, pattern)
  if (candidates === undefined) {
    return { paths: [], problems: [`${shown} would look at more than ${MOST_ENTRIES} files; name the folder.`] }
  }
  const found: Found = { paths: [], problems: [] }
  for (const path of candidates) {
    const inspected = await inspectWorkspaceFile(root, path)
    if (inspected.state === 'file') found.paths.push(path)
    if (inspected.state === 'refused') found.problems.push(`\`${boundText(path)}\` ${inspected.problem}.`)
  }
  if (found.paths.length === 0 && found.problems.length === 0) {
    const hint = pattern !== undefined ? undefined : await nearestPath(root, resolved.path)
    found.problems.push(`no file matches ${shown}.${hint === undefined ? '' : ` Did you mean \`${boundText(hint)}\`?`}`)
  }
  return found
}

/** An absolute path inside the workspace as a relative one; anything else as it is, for the next to judge. */
function relativeText(root: string, workspace: string, line: string): string {
  const text = sep === '\\' && !line.startsWith('\\\\') ? line.replaceAll('\\', '/') : line
  if (!isAbsolute(text) || text.startsWith('//')) return text
  for (const base of [workspace, root]) {
    const way = relative(base, text)
    if (way !== '' && !way.startsWith('..') && !isAbsolute(way)) return way.split(sep).join('/')
  }
  return text
}

/** Files and links that match, or undefined when there is too much to look at. */
async function matching(root: string, pattern: PathPattern): Promise<string[] | undefined> {
  const matches: string[] = []
  const folders = (await isFolderInside(root, pattern.folder)) ? [pattern.folder] : []
  let entries = 0
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await entriesOf(join(root, folder))) {
      entries += 1
      if (entries > MOST_ENTRIES) return undefined
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (!entry.isDirectory()) {
        if (pattern.matches(path) && !(await isFolderLink(root, path, entry))) matches.push(path)
      } else if (!NEVER_ENTERED.has(entry.name) && path.split('/').length < pattern.depth) {
        folders.push(path)
      }
    }
  }
  return matches.sort()
}

async function isFolderInside(root: string, folder: string): Promise<boolean> {
  const real = await realpath(join(root, folder)).catch(() => undefined)
  return real !== undefined && (real === root || real.startsWith(root.endsWith(sep) ? root : root + sep))
}

async function isFolderLink(root: string, path: string, entry: Dirent): Promise<boolean> {
  if (!entry.isSymbolicLink()) return false
  return stat(join(root, path)).then(
    (facts) => facts.isDirectory(),
    () => false,
  )
}

/** A folder that is missing or closed to us holds no match. */
function entriesOf(folder: string) {
  return readdir(folder, { withFileTypes: true }).catch(() => [])
}

async function nearestPath(root: string, path: string): Promise<string | undefined> {
  const folder = folderOf(path)
  if (!(await isFolderInside(root, folder))) return undefined
  const names = (await entriesOf(join(root, folder))).filter((entry) => entry.isFile()).map((entry) => entry.name)
  const nearest = nearestName(path.slice(folder === '' ? 0 : folder.length + 1), names)
  return nearest === undefined ? undefined : folder === '' ? nearest : `${folder}/${nearest}`
}
