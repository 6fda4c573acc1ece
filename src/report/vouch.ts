import type { CheckResult, ReportProblem } from '../domain/report.ts'
import type { Attestation, Manifest, Waiver } from '../domain/manifest.ts'
import { withFingerprint } from './fingerprint.ts'
import {
  entriesOf,
  givesTheSame,
  isAttestation,
  matchEntries,
  placeOf,
  type Entry,
  type Fault,
  type Matched,
} from './vouchers.ts'

/** What the trusted ref says of one manifest. */
export interface TrustedSide {
  attestations: readonly Attestation[]
  waivers: readonly Waiver[]
  /** Commit of the trusted ref, when it is known. */
  commit?: string
  /** Whether the trusted manifest asks the same of the same thing as the result does: else a word was given for another one. */
  isSame: (result: CheckResult) => boolean
}

export interface VouchContext {
  now: Date
  /** In a trusted run the manifest's own attestations and waivers count, else only those of its trusted side. */
  trusted: boolean
  /** Absent: there is none, or it could not be read. */
  side?: TrustedSide
}

export interface VouchOutcome {
  results: CheckResult[]
  /** The results if what is proposed counted; the same as `results` in a trusted run. */
  ifCounted: CheckResult[]
  /** Expired, void, unused, wrongly named ones and repeats, for which `faults` tells how many of each. */
  problems: ReportProblem[]
  faults: readonly Fault[]
}

/** Applies the attestations (manual -> attested) and waivers (fail -> waived) of one manifest to its results. */
export function vouch(manifest: Manifest, given: readonly CheckResult[], context: VouchContext): VouchOutcome {
  const results = given.map(withFingerprint)
  const { now, trusted, side } = context
  const own = matchEntries(entriesOf(manifest), results, { now, isComplete: trusted })
  const commit = trusted ? side?.commit : undefined
  const ifCounted = results.map((result) => counted(result, own.counting.get(result), commit))
  if (trusted) return { results: ifCounted, ifCounted, problems: own.problems, faults: own.faults }
  const theirs = matchEntries(side === undefined ? [] : entriesOf(side), results, { now, isComplete: false })
  const outcome = results.map((result) => judgeUntrusted(result, own, theirs, side))
  const redefined = outcome.flatMap((one) => one.redefined ?? [])
  return {
    results: outcome.map(({ result }) => result),
    ifCounted,
    problems: [...own.problems, ...redefined],
    faults: [...own.faults, ...redefined.map((): Fault => 'for another thing')],
  }
}

interface Judged {
  result: CheckResult
  redefined?: ReportProblem
}

/** What the trusted side says counts, for the thing that it was said of; what the change says is proposed. */
function judgeUntrusted(result: CheckResult, own: Matched, theirs: Matched, side: TrustedSide | undefined): Judged {
  const isSame = side?.isSame(result) === true
  const mine = own.counting.get(result) ?? own.undecided.get(result)
  const counting = theirs.counting.get(result)
  const known = counting ?? theirs.undecided.get(result)
  const isOld = isSame && mine !== undefined && known !== undefined && givesTheSame(mine, known)
  const vouched = counted(result, isSame ? counting : undefined, side?.commit)
  const shown = mine === undefined || isOld ? vouched : { ...vouched, proposed: mine.vouched }
  if (counting === undefined || isSame) return { result: shown }
  const location = mine !== undefined && givesTheSame(mine, counting) ? mine.source.location : counting.source.location
  const message = `The ${counting.kind} of ${placeOf(result)} by \`${counting.source.by}\` was given for something else: this change alters what the check is made on; it counts for nothing here`
  return { result: shown, redefined: { severity: 'warning', location, message } }
}

function counted(result: CheckResult, entry: Entry | undefined, commit: string | undefined): CheckResult {
  if (entry === undefined) return result
  const { to, source } = entry
  const { by, expires, reason } = entry.vouched
  const statement = {
    by,
    expires,
    reason,
    ...(isAttestation(source) && source.on !== undefined ? { on: source.on } : {}),
  }
  // The person's statement is all the evidence there is where nothing could be seen.
  const evidence = Object.keys(result.evidence).length === 0 ? { statement } : result.evidence
  const vouched = { ...entry.vouched, ...(commit === undefined ? {} : { commit }) }
  return { ...result, verdict: to, vouched, evidence, expiresAt: earlier(result.expiresAt, expires) }
}

function earlier(own: string | null, other: string): string {
  return own !== null && Date.parse(own) <= Date.parse(other) ? own : other
}
