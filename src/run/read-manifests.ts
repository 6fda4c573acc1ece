import type { Manifest } from '../domain/manifest.ts'
import type { Observed } from '../domain/observed.ts'
import type { ReportProblem } from '../domain/report.ts'
import { parseManifest, readExtends } from '../manifest/parse-manifest.ts'
import type { World } from './world.ts'

/** Contract, section 4. */
const MANIFEST_LIMIT_BYTES = 1024 * 1024

export interface ReadManifests {
  manifests: Manifest[]
  problems: ReportProblem[]
}

/** `paths`: of all manifests that the input names, unsound ones as well. */
export type AllManifests = ReadManifests & { paths: readonly string[] }

/** Every manifest that the input names. Sound ones are kept, whatever is wrong with others. */
export async function readManifests(
  world: World,
  workspace: string,
  lines: readonly string[],
  checkIds: readonly string[],
): Promise<AllManifests> {
  const expanded = await world.expandManifestPaths(workspace, lines)
  const read = await Promise.all(expanded.paths.map((path) => readManifest(world, workspace, path, checkIds)))
  return {
    paths: expanded.paths,
    manifests: read.flatMap(({ manifests }) => manifests),
    problems: [...expanded.problems.map(asError), ...read.flatMap(({ problems }) => problems)],
  }
}

async function readManifest(
  world: World,
  workspace: string,
  path: string,
  checkIds: readonly string[],
): Promise<ReadManifests> {
  const text = await world.readText(workspace, path, MANIFEST_LIMIT_BYTES)
  if (!text.ok || text.value === undefined) return unreadable(path, text)
  const base = readExtends(path, text.value)
  const baseText = base === undefined ? undefined : await world.readText(workspace, base, MANIFEST_LIMIT_BYTES)
  if (base !== undefined && baseText?.ok === false) return unreadable(base, baseText)
  const extended = base === undefined || !baseText?.ok || baseText.value === undefined ? undefined : baseText.value
  const parsed = parseManifest({
    path,
    text: text.value,
    ...(base === undefined || extended === undefined ? {} : { extended: { path: base, text: extended } }),
    now: world.now(),
    checkIds,
  })
  if (parsed.ok) return { manifests: [parsed.manifest], problems: [] }
  return { manifests: [], problems: parsed.problems.map(asError) }
}

function unreadable(path: string, text: Observed<string | undefined>): ReadManifests {
  const message = text.ok ? `${path} is not there any more` : text.failure.message
  return { manifests: [], problems: [{ severity: 'error', message, location: { path, line: 1, column: 1 } }] }
}

function asError(problem: Omit<ReportProblem, 'severity'>): ReportProblem {
  return { ...problem, severity: 'error' }
}
