import { isReady, statusOf, worstStatus } from '../domain/gate.ts'
import type { Manifest } from '../domain/manifest.ts'
import type { CheckResult, Counts, ManifestReport, Removed, Report, ReportProblem, RunFacts } from '../domain/report.ts'
import { VERDICTS, type Status } from '../domain/verdict.ts'
import { earlyEndNotices, HOLDING } from './early-ends.ts'
import { noticesOf } from './notices.ts'
import { faultNotices } from './removed.ts'
import { vouch, type TrustedSide } from './vouch.ts'

export interface ReportInput {
  run: RunFacts
  /** Empty: the manifests' names. */
  title: string
  /** As the engine gave them: nobody has vouched yet. */
  manifests: readonly { manifest: Manifest; results: readonly CheckResult[]; side?: TrustedSide }[]
  problems: readonly ReportProblem[]
  /** What this change takes out of scope. */
  removed?: readonly Removed[]
  /** Beside those that follow from the manifests. */
  notices: readonly string[]
  now: Date
  trusted: boolean
  toolVersion: string
}

/** Results -> report: people's words applied, counts, status, and until when it holds. Pure. */
export function summariseReport(input: ReportInput): Report {
  const vouched = input.manifests.map(({ manifest, results, side }) => {
    const { now, trusted } = input
    const context = { now, trusted, ...(side === undefined ? {} : { side }) }
    return { manifest, ...vouch(manifest, results, context) }
  })
  const problems = [...input.problems, ...vouched.flatMap(({ problems }) => problems)]
  const checks = vouched.flatMap(({ results }) => results)
  const status = overall(
    vouched.map(({ results }) => results),
    problems,
  )
  const ready = isReady(status)
  const manifests = vouched.map(({ manifest, results }) => manifestReport(manifest, results))
  return {
    schemaVersion: 1,
    tool: { name: 'dms-preflight', version: input.toolVersion },
    run: input.run,
    title: input.title === '' ? defaultTitle(input.manifests.map(({ manifest }) => manifest.name)) : input.title,
    status,
    ready,
    statusIfMerged: overall(
      vouched.map(({ ifCounted }) => ifCounted),
      problems,
    ),
    readyUntil: ready ? earliestExpiry(checks) : null,
    counts: countVerdicts(checks),
    removed: input.removed ?? [],
    problems,
    notices: [
      ...new Set([
        ...faultNotices(vouched.flatMap(({ faults }) => faults)),
        ...earlyEndNotices(manifests, input.run.startedAt),
        ...input.notices,
        ...noticesOf(
          input.manifests.map(({ manifest }) => manifest),
          input.trusted,
        ),
      ]),
    ],
    manifests,
  }
}

/** The heading when the user gives none. */
export function defaultTitle(names: readonly string[]): string {
  return names.length === 0 ? 'DMS preflight' : [...new Set(names)].join(', ')
}

export function countVerdicts(checks: readonly CheckResult[]): Counts {
  const counts = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as Counts
  for (const { verdict } of checks) counts[verdict] += 1
  return counts
}

/**
 * The worst of the manifests. A manifest that could not be run has no results here, only an error among the problems:
 * what it asks for is then undetermined, however well the others did.
 */
function overall(results: readonly (readonly CheckResult[])[], problems: readonly ReportProblem[]): Status {
  const incomplete = results.length === 0 || problems.some(({ severity }) => severity === 'error')
  return worstStatus([...results.map(statusOf), ...(incomplete ? (['undetermined'] as const) : [])])
}

function earliestExpiry(checks: readonly CheckResult[]): string | null {
  const times = checks
    .filter(({ verdict }) => HOLDING.includes(verdict))
    .flatMap(({ expiresAt }) => (expiresAt === null ? [] : [Date.parse(expiresAt)]))
    .filter((time) => !Number.isNaN(time))
  return times.length === 0 ? null : new Date(Math.min(...times)).toISOString()
}

function manifestReport(manifest: Manifest, checks: readonly CheckResult[]): ManifestReport {
  const { path, name, scenario, generation, migration, cutover } = manifest
  return {
    path,
    name,
    scenario,
    generation,
    migration,
    status: statusOf(checks),
    ...(cutover === undefined ? {} : { cutover }),
    checks,
  }
}
