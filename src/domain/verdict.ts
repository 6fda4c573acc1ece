/** What a check can say of one subject (contract, section 5). The order is the order of the counts in the report. */
export const VERDICTS = [
  'pass',
  'fail',
  'unknown',
  'blocked',
  'manual',
  'attested',
  'waived',
  'not-applicable',
] as const
export type Verdict = (typeof VERDICTS)[number]

export const SEVERITIES = ['required', 'recommended'] as const
export type Severity = (typeof SEVERITIES)[number]

/** `direct`: the thing itself, or a network path tried from the place that counts. `proxy`: implied from another place. */
export type Proof = 'direct' | 'proxy'

/** From best to worst. */
export const STATUSES = ['ready', 'ready-with-conditions', 'undetermined', 'not-ready'] as const
export type Status = (typeof STATUSES)[number]

export const TEAMS = ['dba', 'windows', 'network', 'azure', 'storage'] as const
export type Team = (typeof TEAMS)[number]

/** Why something could not be determined: a closed list, and part of the report's format. */
export const CAUSE_KINDS = [
  'dns',
  'refused',
  'timeout',
  'unreachable',
  'reset',
  'tls',
  'auth',
  'forbidden',
  'not-found',
  'throttled',
  'server-error',
  'protocol',
  'unsupported',
  'insufficient',
  'no-credential',
  'missing-input',
  'writes-off',
  'untrusted-host',
  'cancelled',
  'bug',
] as const
export type CauseKind = (typeof CAUSE_KINDS)[number]

export interface Cause {
  kind: CauseKind
  /** One sentence with names and numbers; may hold text from outside, so it is escaped where it is rendered. */
  message: string
}
