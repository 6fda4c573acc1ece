import type { CheckResult } from '../domain/report.ts'
import type { Plan } from '../plan/plan.ts'

/** Results in the order of the plan, each looked at together with those of its `provenBy`. Pure. */
export function liftProxies(plan: Pick<Plan, 'checks'>, results: readonly CheckResult[]): CheckResult[] {
  return results.map((result, place) =>
    liftProxy(
      result,
      (plan.checks[place]?.provenBy ?? []).map((other) => results[other]),
    ),
  )
}

/**
 * What passed only by proxy is proven directly where a witness passed directly, who took the same way from the place that
 * counts. A witness makes nothing worse: what it did not see says nothing of this result.
 */
export function liftProxy(result: CheckResult, witnesses: readonly (CheckResult | undefined)[]): CheckResult {
  if (result.verdict !== 'pass' || result.proof !== 'proxy') return result
  const witness = witnesses.find((other) => other?.verdict === 'pass' && other.proof === 'direct')
  if (witness === undefined) return result
  const summary = `${result.summary}; proven from there by ${witness.id}: ${witness.summary}`
  return { ...result, proof: 'direct', vantage: witness.vantage, summary }
}
