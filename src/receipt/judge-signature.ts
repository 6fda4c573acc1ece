import type { Json } from '../domain/json.ts'
import type { Observed } from '../domain/observed.ts'
import type { Receipt, VerificationStep } from '../domain/receipt.ts'
import type { Secret } from '../domain/secret.ts'
import { parseIdToken, signatureProblem, type IdToken } from './id-token.ts'
import { isSignedByKey } from './sign-by-key.ts'
import { claimProblems } from './token-claims.ts'

const KEYLESS = 'let the gate write it with `permissions: id-token: write` and without `receipt-key`'

/**
 * With a key only a receipt signed by it counts, without one only a keyless one: what the file says of itself decides
 * nothing. Undefined: it is keyless, as it has to be, and the issuer's keys are needed.
 */
export function judgeKind({ payload, signature }: Receipt, key: Secret | undefined): VerificationStep | undefined {
  if (key === undefined) {
    if (signature.kind === 'github-oidc') return undefined
    return refused(
      'The receipt is signed by a key, and this job has no `receipt-key`.',
      `give this job the same \`receipt-key\` (is the secret empty here?), or ${KEYLESS}`,
    )
  }
  if (signature.kind !== 'hmac-sha256') {
    return refused(
      'The receipt is not signed by a key, and this job has a `receipt-key`.',
      'give the gate the same `receipt-key`, or take it from this job',
    )
  }
  if (!isSignedByKey(payload, signature.value, key)) {
    return refused(
      'The receipt was altered, or signed by another `receipt-key`.',
      'use the same secret in both jobs, and take the receipt as the gate wrote it',
    )
  }
  return holding('The receipt is as it was signed by `receipt-key` (HMAC-SHA256).')
}

/** The ID token of a keyless receipt, when it was given for this very receipt; else why it was not. */
export function readWitness(
  { payload, signature }: Receipt,
  issuer: string,
): { ok: true; token: IdToken } | { ok: false; step: VerificationStep } {
  if (signature.kind !== 'github-oidc') return { ok: false, step: refused('The receipt is not keyless.', KEYLESS) }
  const parsed = parseIdToken(signature.token)
  if (!parsed.ok) return { ok: false, step: altered(parsed.problem) }
  const [problem] = claimProblems(parsed.token.claims, payload, issuer)
  return problem === undefined ? parsed : { ok: false, step: altered(problem) }
}

/** `keys` are those of `issuer`, which the runner names. */
export function judgeWitness(token: IdToken, issuer: string, keys: Observed<readonly Json[]>): VerificationStep {
  if (!keys.ok) {
    const { message, missing } = keys.failure
    const next = missing === undefined ? 'run this job again when the keys can be read' : `this job needs ${missing}`
    return refused(`The signature could not be checked: ${message}`, next)
  }
  const problem = signatureProblem(token, keys.value)
  if (problem !== undefined) {
    return refused(`The receipt is not signed by ${issuer}: ${problem}.`, 'run the gate again for a new receipt')
  }
  return holding(`The receipt is as it was when ${issuer} signed it for the gate's job.`)
}

function altered(problem: string): VerificationStep {
  return refused(`The receipt was altered, or is not what its token was given for: ${problem}.`, 'run the gate again')
}

function refused(words: string, next: string): VerificationStep {
  return { name: 'signature', holds: false, words, next }
}

function holding(words: string): VerificationStep {
  return { name: 'signature', holds: true, words }
}
