import type { CheckMeta, Judgement, Spec } from '../checks/define.ts'
import { lifespanOf } from '../checks/lifespan.ts'
import type { JsonObject } from '../domain/json.ts'
import type { ProbeFailure } from '../domain/observed.ts'
import type { CheckResult, Remediation } from '../domain/report.ts'
import type { Proof } from '../domain/verdict.ts'
import type { PlannedCheck } from '../plan/plan.ts'
import { GENERAL_ADVICE } from './general-advice.ts'

export interface ResultFacts {
  planned: PlannedCheck
  vantage: string
  durationMs: number
}

type Common = Omit<CheckResult, 'verdict' | 'proof' | 'summary' | 'expected' | 'actual' | 'evidence'>

function common({ planned, vantage, durationMs }: ResultFacts): Common {
  const { meta } = planned.check
  const { subject } = planned
  return {
    id: meta.id,
    ref: meta.ref,
    title: meta.title,
    severity: planned.severity,
    team: meta.team,
    subject: { kind: subject.kind, name: subject.name },
    vantage,
    source: sourceOf(meta),
    location: subject.spec.location,
    durationMs,
    expiresAt: null,
  }
}

/** With the day on which the rule ended, where it did. */
function sourceOf(meta: CheckMeta<Spec>): CheckResult['source'] {
  const { title, url, verified } = meta.source
  const { until } = lifespanOf(meta)
  return { title, url, verified, ...(until === undefined ? {} : { until }) }
}

/** Where nothing was seen, a network path was at best tried from elsewhere; all other things are asked directly. */
function unseenProof({ planned }: ResultFacts): Proof {
  return planned.check.meta.vantage === 'network-path' ? 'proxy' : 'direct'
}

export function failureResult(facts: ResultFacts, failure: ProbeFailure): CheckResult {
  const remediation = remediationOf(failure)
  return {
    ...common(facts),
    verdict: 'unknown',
    proof: unseenProof(facts),
    summary: failure.message,
    expected: facts.planned.check.meta.title,
    actual: 'could not be determined',
    evidence: {},
    cause: { kind: failure.kind, message: failure.message },
    ...(remediation === undefined ? {} : { remediation }),
  }
}

/** What the failure itself tells, else what its cause tells in general. */
function remediationOf({ kind, missing, scripts }: ProbeFailure): Remediation | undefined {
  if (missing !== undefined) return { text: `Missing: ${missing}.`, scripts: scripts ?? [] }
  if (scripts !== undefined) return { text: 'Then run the gate again.', scripts }
  const advice = GENERAL_ADVICE[kind]
  return advice === undefined ? undefined : { text: advice, scripts: [] }
}

export function blockedResult(facts: ResultFacts, blockers: readonly CheckResult[]): CheckResult {
  const blockedBy = blockers.map(({ id, subject }) => ({ id, subject: subject.name }))
  return {
    ...common(facts),
    verdict: 'blocked',
    proof: unseenProof(facts),
    summary: `Not tried: ${blockedBy.map(({ id, subject }) => `${id} (${subject})`).join(', ')} must hold first`,
    expected: facts.planned.check.meta.title,
    actual: 'not tried',
    evidence: {},
    blockedBy,
  }
}

export function judgedResult(facts: ResultFacts, judgement: Judgement, evidence: JsonObject): CheckResult {
  const base = { ...common(facts), summary: judgement.summary, evidence }
  const title = facts.planned.check.meta.title
  switch (judgement.verdict) {
    case 'pass':
      return { ...base, ...judgement, expiresAt: judgement.expiresAt ?? null }
    case 'fail':
      return { ...base, ...judgement }
    case 'unknown':
      return { ...base, ...judgement, actual: 'could not be determined' }
    case 'blocked':
      return { ...base, ...judgement, proof: unseenProof(facts), expected: title, actual: 'not tried' }
    case 'manual':
      return { ...base, ...judgement, proof: 'direct', actual: 'nobody has vouched for it' }
    case 'attested':
      return { ...base, ...judgement, proof: 'direct' }
    case 'not-applicable':
      return { ...base, ...judgement, proof: 'direct', expected: title, actual: 'does not apply' }
  }
}
