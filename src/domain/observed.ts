import type { CauseKind } from './verdict.ts'

/** Why an adapter could not look. It never decides a verdict: the engine turns it into `unknown`. */
export interface ProbeFailure {
  kind: CauseKind
  /** One sentence: what was asked of whom, and what came back. */
  message: string
  /** The permission, access or input that would let the probe look, when the other side named it or it is known. */
  missing?: string
  /** Fixes that are specific to this failure, as copy-paste scripts. */
  scripts?: Script[]
}

/** A value that an adapter saw, or why it could not look. Adapters never throw past their port. */
export type Observed<T> = { ok: true; value: T } | { ok: false; failure: ProbeFailure }

export interface Script {
  language: 'tsql' | 'bash' | 'powershell' | 'yaml'
  code: string
}

export function seen<T>(value: T): Observed<T> {
  return { ok: true, value }
}

export function unseen(
  kind: CauseKind,
  message: string,
  more: Omit<ProbeFailure, 'kind' | 'message'> = {},
): { ok: false; failure: ProbeFailure } {
  return { ok: false, failure: { kind, message, ...more } }
}

/** The value mapped, or the same failure. */
export function mapSeen<T, U>(observed: Observed<T>, map: (value: T) => U): Observed<U> {
  return observed.ok ? seen(map(observed.value)) : observed
}
