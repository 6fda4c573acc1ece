import type { Json, JsonObject } from './json.ts'
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
  /** Attestations and waivers that do not count because the run is untrusted. */
  proposed?: Vouched
  source: { title: string; url: string; verified: string }
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
  removed: readonly Json[]
  /** Manifest and input problems, publish problems and errors of our own; any of `severity: error` fails the step. */
  problems: readonly ReportProblem[]
  /** Sentences that every reader should know: a retired service, TLS verification switched off, an untrusted run. */
  notices: readonly string[]
  manifests: readonly ManifestReport[]
}

export interface ReportProblem extends Problem {
  severity: 'error' | 'warning'
}
