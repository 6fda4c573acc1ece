import type { Check } from '../checks/define.ts'
import type { Manifest } from '../domain/manifest.ts'
import type { CheckResult } from '../domain/report.ts'
import { planChecks } from '../plan/plan.ts'
import { liftProxy } from './lift-proxies.ts'
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
  const plan = planChecks(manifest, catalogue)
  const planned = new Map(plan.checks.map((entry) => [placeOf(entry.check.meta.id, entry.subject.name), entry]))
  const judged = results.map((result) => {
    const entry = planned.get(placeOf(result.id, result.subject.name))
    if (entry === undefined || Object.keys(result.evidence).length === 0) return result
    const judgement = entry.check.judge(result.evidence, entry.subject)
    return judgedResult(
      { planned: entry, vantage: result.vantage, durationMs: result.durationMs },
      judgement,
      result.evidence,
    )
  })
  const places = new Map(judged.map((result) => [placeOf(result.id, result.subject.name), result]))
  const inPlan = plan.checks.map(({ check, subject }) => places.get(placeOf(check.meta.id, subject.name)))
  return judged.map((result) => {
    const entry = planned.get(placeOf(result.id, result.subject.name))
    const witnesses = (entry?.provenBy ?? []).map((place) => inPlan[place])
    return liftProxy(result, witnesses)
  })
}

function placeOf(id: string, subject: string): string {
  return `${id}\u0000${subject}`
}
