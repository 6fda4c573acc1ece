import type { Counts } from './report.ts'
import type { Status } from './verdict.ts'

/** The longest that `receipt-max-age` may be. */
export const LONGEST_RECEIPT_AGE_MS = 7 * 86_400_000
/** Of `receipt-key`: as many as the hash has, since a shorter key is easier to guess than the hash. */
export const SHORTEST_RECEIPT_KEY_BYTES = 32

/** `sha256:` and 64 lower-case hex digits. */
export type Sha256 = string

/** A file in use, relative to the workspace with forward slashes. */
export interface FileDigest {
  path: string
  hash: Sha256
}

/** Which run this is, as the runner says; none of it can be set by a workflow. */
export interface RunIdentity {
  repository: { id: string; name: string }
  /** GITHUB_WORKFLOW_REF (`owner/name/.github/workflows/file.yml@ref`) and GITHUB_WORKFLOW_SHA. */
  workflow: { ref: string; sha: string }
  run: { id: string; attempt: string; event: string }
  /** GITHUB_SHA and GITHUB_REF. */
  commit: string
  ref: string
}

/** What a receipt says; its canonical JSON is what is signed. Instants are ISO 8601 to the second, UTC. */
export interface ReceiptPayload extends RunIdentity {
  schemaVersion: 1
  tool: { name: 'dms-preflight'; version: string }
  /** Every file in use, sorted by path; `hash` is that of the canonical JSON of `files`. */
  manifest: { hash: Sha256; files: readonly FileDigest[] }
  /** Hashes of the targets' resource ids in lower case, sorted: whoever knows an id can look for it, nobody can read it. */
  targets: readonly Sha256[]
  /** `report`: hash of report.json as it was written; null when it could not be. */
  result: { status: Status; counts: Counts; report: Sha256 | null }
  issuedAt: string
  /** Exclusive. */
  notAfter: string
}

/** Without padding. */
export type Base64Url = string

export type ReceiptSignature = { kind: 'hmac-sha256'; value: Base64Url } | { kind: 'github-oidc'; token: string }

/** The file: its canonical JSON and a line feed, to the byte. */
export interface Receipt {
  type: 'dms-preflight-receipt'
  payload: ReceiptPayload
  signature: ReceiptSignature
}

/** What `verify` looks at, in this order. The first three must hold before anything in the file is believed. */
export const VERIFICATION_STEPS = [
  'file',
  'form',
  'signature',
  'repository',
  'workflow',
  'commit',
  'manifest',
  'time',
] as const
export type VerificationStepName = (typeof VERIFICATION_STEPS)[number]

export interface VerificationStep {
  name: VerificationStepName
  holds: boolean
  /** One sentence: what was found, with names and numbers. May hold text from outside. */
  words: string
  /** What to do when it does not hold. */
  next?: string
}

/** The outcome of `mode: verify`. */
export interface Verification {
  accepted: boolean
  /** Path of the receipt as the input says. */
  path: string
  /** Those that were looked at: after the first of `file`, `form` and `signature` that fails there are no others. */
  steps: readonly VerificationStep[]
  /** Only of an accepted receipt. */
  receipt?: {
    payload: ReceiptPayload
    /** Until when it is accepted here: its own end, or this job's `receipt-max-age`, whichever is earlier. */
    until: string
  }
}
