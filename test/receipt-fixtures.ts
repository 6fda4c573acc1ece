// A receipt in both kinds, and what has to hold for it to be accepted.
import { createSigningKey, signToken, type SigningKey } from '../lab/github/signing-keys.ts'
import { GITHUB_ISSUER, LAB_RUN_CLAIMS } from '../lab/github/id-token.ts'
import { seen } from '../src/domain/observed.ts'
import type { Json, JsonObject } from '../src/domain/json.ts'
import type { FileDigest, Receipt, ReceiptPayload, RunIdentity, VerificationStep } from '../src/domain/receipt.ts'
import type { Counts } from '../src/domain/report.ts'
import { Secret } from '../src/domain/secret.ts'
import { VERDICTS } from '../src/domain/verdict.ts'
import { sha256 } from '../src/receipt/canonical-json.ts'
import { judgeKind, judgeWitness, readWitness } from '../src/receipt/judge-signature.ts'
import { judgeStatements, type Here } from '../src/receipt/judge-statements.ts'
import { manifestHash } from '../src/receipt/make-payload.ts'
import { parseReceipt, receiptText } from '../src/receipt/parse-receipt.ts'
import { signByKey } from '../src/receipt/sign-by-key.ts'
import { receiptAudience } from '../src/receipt/token-claims.ts'

export const ISSUED_MS = Date.parse('2026-11-26T08:00:00Z')
export const HOUR_MS = 3_600_000
export const KEY = new Secret('receipt-key', 'k'.repeat(32))
export const SIGNING_KEY = createSigningKey('key-1')

export const IDENTITY: RunIdentity = {
  repository: { id: LAB_RUN_CLAIMS.repository_id, name: LAB_RUN_CLAIMS.repository },
  workflow: { ref: LAB_RUN_CLAIMS.workflow_ref, sha: LAB_RUN_CLAIMS.workflow_sha },
  run: { id: LAB_RUN_CLAIMS.run_id, attempt: LAB_RUN_CLAIMS.run_attempt, event: LAB_RUN_CLAIMS.event_name },
  commit: LAB_RUN_CLAIMS.sha,
  ref: LAB_RUN_CLAIMS.ref,
}

export const FILES: readonly FileDigest[] = [
  { path: '.github/dms-preflight.yml', hash: sha256('version: 1\n') },
  { path: 'certs/root.pem', hash: sha256('root') },
]
export const TARGETS = [sha256('/subscriptions/1')]

const counts = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as Counts

export const PAYLOAD: ReceiptPayload = {
  ...IDENTITY,
  schemaVersion: 1,
  tool: { name: 'dms-preflight', version: '1.2.3' },
  manifest: { hash: manifestHash(FILES), files: FILES },
  targets: TARGETS,
  result: { status: 'ready', counts: { ...counts, pass: 31 }, report: sha256('{}') },
  issuedAt: '2026-11-26T08:00:00Z',
  notAfter: '2026-11-27T08:00:00Z',
}

export function keyedReceipt(payload: ReceiptPayload = PAYLOAD, key = KEY): Receipt {
  return {
    type: 'dms-preflight-receipt',
    payload,
    signature: { kind: 'hmac-sha256', value: signByKey(payload, key) },
  }
}

export interface TokenChanges {
  claims?: JsonObject
  header?: Readonly<Record<string, Json>>
  key?: SigningKey
}

export function keylessReceipt(
  payload: ReceiptPayload = PAYLOAD,
  { claims = {}, header, key = SIGNING_KEY }: TokenChanges = {},
): Receipt {
  const iat = Date.parse(payload.issuedAt) / 1000 + 1
  const all = { ...LAB_RUN_CLAIMS, iss: GITHUB_ISSUER, aud: receiptAudience(payload), iat, exp: iat + 300, ...claims }
  return {
    type: 'dms-preflight-receipt',
    payload,
    signature: { kind: 'github-oidc', token: signToken(all, key, header) },
  }
}

export const HERE: Here = {
  identity: IDENTITY,
  manifest: { ok: true, files: FILES, targets: TARGETS },
  nowMs: ISSUED_MS + HOUR_MS,
  maxAgeMs: 24 * HOUR_MS,
}

export function bytesOf(receipt: Receipt): Buffer {
  return Buffer.from(receiptText(receipt))
}

export interface Verifier {
  key?: Secret
  keys?: readonly Json[]
  here?: Here
}

/** All that `verify` judges but the place of the file; the steps that do not hold. */
export function refusals(
  bytes: Uint8Array,
  { key, keys = [SIGNING_KEY.jwk as Json], here = HERE }: Verifier,
): Pick<VerificationStep, 'name' | 'words'>[] {
  const parsed = parseReceipt(bytes)
  if (!parsed.ok) return [{ name: 'form', words: parsed.problem }]
  const signature = judgeKind(parsed.receipt, key) ?? judgeKeyless(parsed.receipt, keys)
  if (!signature.holds) return [signature]
  return judgeStatements(parsed.receipt.payload, here).filter(({ holds }) => !holds)
}

function judgeKeyless(receipt: Receipt, keys: readonly Json[]): VerificationStep {
  const witness = readWitness(receipt, GITHUB_ISSUER)
  return witness.ok ? judgeWitness(witness.token, GITHUB_ISSUER, seen(keys)) : witness.step
}
