import type { JsonObject } from './json.ts'
import type { Location, Problem } from './manifest.ts'
import type { Script } from './observed.ts'
import type { SubjectKind } from './subject.ts'
import type { Cause, Proof, Severity, Status, Team, Verdict } from './verdict.ts'

export interface Remediation {
  text: string
  scripts: readonly Script[]
  /** Facts to see at a glance, one line each, such as the rule that denies and a packet that it denies. */
  points?: readonly { label: string; text: string }[]
}

export interface BlockedBy {
  id: string
  subject: string
  /** Name of the manifest, when it is another one than that of the blocked check. */
  manifest?: string
}

export interface Vouched {
  kind: 'attestation' | 'waiver'
  by: string
  expires: string
  reason: string
  /** Commit of the trusted ref from which it was taken, when that is known. */
  commit?: string
}

/** What a change can take out of scope. `setting`: less, or another thing, is asked than before. */
export const REMOVED_KINDS = [
  'manifest',
  'source',
  'target',
  'database',
  'share',
  'container',
  'flow',
  'check',
  'severity',
  'setting',
  'attestation',
  'waiver',
] as const
export type RemovedKind = (typeof REMOVED_KINDS)[number]

/** One thing that the trusted ref has and this change takes out of scope. */
export interface Removed {
  kind: RemovedKind
  /** As the manifest names it; a key for settings. Absent where names are withheld. */
  name?: string
  /** Name of the manifest on the trusted ref. */
  manifest?: string
  /** Where it stands on the trusted ref. */
  location?: Location
  /** Id of the check, for checks, severities, attestations and waivers. */
  check?: string
  /** What it was and what it is now. */
  from?: string
  to?: string
  /** How many of the kind, where nothing else is shown. */
  count?: number
}

/** The outcome of one check on one subject, as report.json shows it (contract, section 6). */
export interface CheckResult {
  id: string
  ref: string
  title: string
  severity: Severity
  team: Team
  subject: { kind: SubjectKind; name: string }
  verdict: Verdict
  proof: Proof
  /** One sentence with names and numbers. */
  summary: string
  expected: string
  actual: string
  /** Enough to judge again offline; empty when nothing could be seen. */
  evidence: JsonObject
  /** From where it was seen: `runner`, or a name that the workflow gave. */
  vantage: string
  cause?: Cause
  blockedBy?: readonly BlockedBy[]
  remediation?: Remediation
  vouched?: Vouched
  /** An attestation or waiver that does not count, because this change adds or alters it. */
  proposed?: Vouched
  /** Of the evidence, where a person can vouch: `fingerprint` of an attestation or waiver is compared with it. */
  fingerprint?: string
  /** `until`: the day on which the rule ended; absent: it holds today. */
  source: { title: string; url: string; verified: string; until?: string }
  location: Location
  durationMs: number
  expiresAt: string | null
}

export type Counts = Record<Verdict, number>

export interface ManifestReport {
  path: string
  name: string
  scenario: string
  generation: string
  migration: string
  status: Status
  cutover?: { start: string; durationMs: number }
  checks: readonly CheckResult[]
}

export interface RunFacts {
  startedAt: string
  durationMs: number
  vantage: { name: string; verified: boolean }
  repository: string
  sha: string
  event: string
  url: string
  trusted: boolean
}

export interface Report {
  schemaVersion: 1
  tool: { name: 'dms-preflight'; version: string }
  run: RunFacts
  title: string
  /** Absent: everything is shown. Else what was left out: `names` keeps ids and verdicts, `counts` only the numbers. */
  disclosure?: 'names' | 'counts'
  status: Status
  ready: boolean
  statusIfMerged: Status
  readyUntil: string | null
  counts: Counts
  /** What this change takes out of scope against the trusted ref. */
  removed: readonly Removed[]
  /** Manifest and input problems, publish problems and errors of our own; any of `severity: error` fails the step. */
  problems: readonly ReportProblem[]
  /** Sentences that every reader should know: a retired service, TLS verification switched off, an untrusted run. */
  notices: readonly string[]
  manifests: readonly ManifestReport[]
}

export interface ReportProblem extends Problem {
  severity: 'error' | 'warning'
}
