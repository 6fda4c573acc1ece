import type { Check } from '../checks/define.ts'
import type { Manifest } from '../domain/manifest.ts'
import type { CheckResult } from '../domain/report.ts'
import { planChecks } from '../plan/plan.ts'
import { judgedResult } from './results.ts'

/**
 * Judges the evidence of an earlier run again, offline. A result without evidence was never judged (nothing could be
 * seen, or it was blocked by `needs`), so it stays as it is. Verdicts that people vouched for are replayed from before
 * the vouching: callers compare `fail` with `waived` and `manual` with `attested`.
 */
export function replay(
  manifest: Manifest,
  results: readonly CheckResult[],
  catalogue: readonly Check[],
): CheckResult[] {
  const planned = new Map(
    planChecks(manifest, catalogue).checks.map((entry) => [placeOf(entry.check.meta.id, entry.subject.name), entry]),
  )
  return results.map((result) => {
    const entry = planned.get(placeOf(result.id, result.subject.name))
    if (entry === undefined || Object.keys(result.evidence).length === 0) return result
    const judgement = entry.check.judge(result.evidence, entry.subject)
    return judgedResult(
      { planned: entry, vantage: result.vantage, durationMs: result.durationMs },
      judgement,
      result.evidence,
    )
  })
}

function placeOf(id: string, subject: string): string {
  return `${id}\u0000${subject}`
}
