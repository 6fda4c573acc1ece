import { createHash } from 'node:crypto'
import { canonicalJson } from '../domain/canonical-json.ts'
import type { JsonObject } from '../domain/json.ts'
import type { CheckResult } from '../domain/report.ts'
import type { Verdict } from '../domain/verdict.ts'

/** Bits enough against chance and against who searches for another world of the same fingerprint. */
const SHOWN_HEX_DIGITS = 16

/** Verdicts that a person can vouch for. */
const VOUCHABLE: readonly Verdict[] = ['manual', 'fail']

/** How long something took, when it was looked at, and from where: it differs from run to run while the thing stays. */
const PASSING = new Set(['ms', 'checkedAt', 'vantage', 'localAddress', 'routeAddress'])

/** Files and blobs that a write probe makes have a name of their own in each run. */
const PROBE_NAME = /dms-preflight-(?:probe-)?[0-9a-f-]{32,36}/g

/**
 * What a person's word was given for, in few characters: a hash of the check's id and the stable part of its evidence
 * (canonical JSON; lists in any order; no durations, no times of the run, not where the runner stands).
 */
export function fingerprintOf(id: string, evidence: JsonObject): string {
  const stable = canonicalJson(
    { id, evidence },
    {
      sortLists: true,
      isKept: (key, parent) =>
        !PASSING.has(key) && !key.endsWith('Ms') && !(key === 'from' && parent['vantage'] !== undefined),
    },
  )
  return `sha256:${createHash('sha256').update(stable.replace(PROBE_NAME, 'dms-preflight-probe')).digest('hex').slice(0, SHOWN_HEX_DIGITS)}`
}

export function withFingerprint(result: CheckResult): CheckResult {
  if (!VOUCHABLE.includes(result.verdict)) return result
  return { ...result, fingerprint: fingerprintOf(result.id, result.evidence) }
}
