import { isJsonObject } from '../domain/json.ts'
import type { CheckResult, Report, ReportProblem } from '../domain/report.ts'
import type { RunContext } from '../inputs/context.ts'
import { summariseReport } from '../report/summarise.ts'
import type { Outcome } from './check-manifests.ts'
import type { World } from './world.ts'

export interface RunEnd {
  startedAt: number
  /** Names of the inputs `vantage` and `title`; empty where the inputs could not be read. */
  vantage: string
  title: string
  problems: readonly ReportProblem[]
  outcome: Outcome
}

export function makeReport(world: World, context: RunContext, end: RunEnd): Report {
  const { outcome, startedAt, problems, title, vantage } = end
  const now = world.now()
  const results = outcome.manifests.flatMap((manifest) => manifest.results)
  return summariseReport({
    ...outcome,
    problems,
    title,
    run: {
      startedAt: new Date(startedAt).toISOString(),
      durationMs: Math.max(0, Math.round(now - startedAt)),
      vantage: { name: vantage, verified: results.some(isSeenFromWhereItCounts) },
      repository: context.repository,
      sha: context.sha,
      event: context.eventName,
      url: context.runUrl,
      trusted: outcome.trusted,
    },
    now: new Date(now),
    toolVersion: world.toolVersion,
  })
}

function isSeenFromWhereItCounts({ evidence }: CheckResult): boolean {
  const vantage = evidence['vantage']
  return isJsonObject(vantage) && vantage['verified'] === true
}
