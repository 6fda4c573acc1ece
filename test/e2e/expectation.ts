import type { Story } from '../../lab/stories/story.ts'
import type { CauseKind, Proof, Verdict } from '../../src/domain/verdict.ts'

/** What a run has to say of one check, and why. */
export interface Expectation {
  check: string
  /** Absent: every subject of the check. */
  subject?: string
  verdict: Verdict
  /** Of the summary. */
  says: RegExp
  proof?: Proof
  cause?: CauseKind
  /** The permission, access or input that the remediation names. */
  missing?: string
  blockedBy?: string
}

/** One world of the lab and what the action has to say of it. */
export interface Case {
  world: string
  story: Story
  expected: readonly Expectation[]
}

type More = Pick<Expectation, 'subject' | 'proof' | 'missing'>

export function passes(check: string, says: RegExp, more: More = {}): Expectation {
  return { check, verdict: 'pass', says, ...more }
}

export function fails(check: string, says: RegExp, more: More = {}): Expectation {
  return { check, verdict: 'fail', proof: 'direct', says, ...more }
}

export function isUnknown(check: string, cause: CauseKind, says: RegExp, more: More = {}): Expectation {
  return { check, verdict: 'unknown', cause, says, ...more }
}

export function isBlocked(check: string, blockedBy: string, more: More & { says?: RegExp } = {}): Expectation {
  return { check, verdict: 'blocked', blockedBy, says: /./, ...more }
}

export function isManual(check: string, says: RegExp): Expectation {
  return { check, verdict: 'manual', says }
}

export function isAttested(check: string, says: RegExp): Expectation {
  return { check, verdict: 'attested', says }
}

export function doesNotApply(check: string, says: RegExp): Expectation {
  return { check, verdict: 'not-applicable', says }
}
