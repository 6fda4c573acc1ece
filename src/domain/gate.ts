import type { CheckResult } from './report.ts'
import { STATUSES, type Status } from './verdict.ts'

/** The least bad status that fails the step, from strictest to never (input `fail-on`). */
export const FAIL_ON = ['conditions', 'undetermined', 'not-ready', 'never'] as const
export type FailOn = (typeof FAIL_ON)[number]

/** What the gate looks at in a result; everything else about it changes nothing. */
export type Gated = Pick<CheckResult, 'verdict' | 'severity' | 'proof'>

/**
 * The status of a set of results, first match wins (contract, section 5). Nothing passed, or no result at all, is
 * `undetermined`. Making one result worse never makes the status better.
 */
export function statusOf(results: readonly Gated[]): Status {
  const required = results.filter(({ severity }) => severity === 'required')
  if (required.some(({ verdict }) => verdict === 'fail')) return 'not-ready'
  if (required.some(isOpen) || !results.some(({ verdict }) => verdict === 'pass')) return 'undetermined'
  return results.some(isCondition) ? 'ready-with-conditions' : 'ready'
}

/** Not proven either way: it may still turn out to fail. */
function isOpen({ verdict }: Gated): boolean {
  return verdict === 'unknown' || verdict === 'blocked' || verdict === 'manual'
}

function isCondition(result: Gated): boolean {
  const { verdict, severity, proof } = result
  if (verdict === 'attested' || verdict === 'waived') return true
  if (severity === 'required') return verdict === 'pass' && proof === 'proxy'
  return verdict === 'fail' || isOpen(result)
}

/** `ready` and `ready-with-conditions` let a migration go ahead. */
export function isReady(status: Status): boolean {
  return status === 'ready' || status === 'ready-with-conditions'
}

/** The worst of several statuses; `ready` when there is none. */
export function worstStatus(statuses: readonly Status[]): Status {
  return statuses.reduce((worst, status) => (rankOf(status) > rankOf(worst) ? status : worst), 'ready')
}

/** Whether the step fails: the status is at or beyond `failOn` in the order ready < conditions < undetermined < not-ready. */
export function shouldFail(status: Status, failOn: FailOn): boolean {
  if (failOn === 'never') return false
  return rankOf(status) >= rankOf(failOn === 'conditions' ? 'ready-with-conditions' : failOn)
}

function rankOf(status: Status): number {
  return STATUSES.indexOf(status)
}
