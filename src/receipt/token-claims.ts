import type { Json, JsonObject } from '../domain/json.ts'
import type { ReceiptPayload } from '../domain/receipt.ts'
import { canonicalJson, sha256 } from './canonical-json.ts'
import { isIssuer } from './issuer.ts'

/** Clocks of two machines, and the time that asking for a token takes with its repetitions. */
const TOKEN_EARLY_MS = 60_000
const TOKEN_LATE_MS = 120_000

/** The audience for which the ID token of a receipt is asked: nobody but its verifier takes such a token. */
export function receiptAudience(payload: ReceiptPayload): string {
  return `dms-preflight:${sha256(canonicalJson(payload as unknown as Json))}`
}

/**
 * What in the claims does not fit the payload, as clauses. Their `exp` does not count: a token opens nothing here, it
 * bears witness that GitHub signed these words for that run at `iat`, which must be when the receipt was issued.
 */
export function claimProblems(claims: JsonObject, payload: ReceiptPayload, issuer: string): string[] {
  const { repository, workflow, run, commit, ref, issuedAt } = payload
  const expected: readonly (readonly [claim: string, value: string])[] = [
    ['aud', receiptAudience(payload)],
    ['repository_id', repository.id],
    ['repository', repository.name],
    ['workflow_ref', workflow.ref],
    ['workflow_sha', workflow.sha],
    ['run_id', run.id],
    ['run_attempt', run.attempt],
    ['event_name', run.event],
    ['sha', commit],
    ['ref', ref],
  ]
  const problems = expected.filter(([claim, value]) => claims[claim] !== value).map(([claim]) => wrong(claim))
  if (!isIssuer(claims['iss'], issuer)) problems.unshift(wrong('iss'))
  const { iat } = claims
  const lateMs = typeof iat === 'number' ? iat * 1000 - Date.parse(issuedAt) : NaN
  if (!(lateMs >= -TOKEN_EARLY_MS && lateMs <= TOKEN_LATE_MS)) problems.push(wrong('iat'))
  return problems
}

function wrong(claim: string): string {
  return `its token has another \`${claim}\` than the receipt says`
}
