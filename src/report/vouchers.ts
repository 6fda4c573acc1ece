import { nearestName } from '../domain/nearest.ts'
import type { Attestation, Manifest, Waiver } from '../domain/manifest.ts'
import type { CheckResult, ReportProblem, Vouched } from '../domain/report.ts'
import type { Verdict } from '../domain/verdict.ts'
import { lastDay } from './last-day.ts'

/** An attestation or a waiver, and what it turns into what. */
export interface Entry {
  kind: Vouched['kind']
  from: Verdict
  to: Verdict
  source: Attestation | Waiver
  vouched: Vouched
}

/** Why an attestation or waiver counts for nothing. */
export type Fault = 'expired' | 'void' | 'unused' | 'wrongly named' | 'repeated' | 'for another thing'

export interface Matched {
  /** What counts, by result. */
  counting: ReadonlyMap<CheckResult, Entry>
  /** What may count as soon as the result is known. */
  undecided: ReadonlyMap<CheckResult, Entry>
  problems: ReportProblem[]
  faults: Fault[]
}

export interface MatchContext {
  now: Date
  /** Every check could look; else a blocked one may turn out otherwise. */
  isComplete: boolean
}

type Report = (fault: Fault, message: string) => void

/** Finds for each result the entry that vouches for it; what vouches for nothing is reported at its line. */
export function matchEntries(
  entries: readonly Entry[],
  results: readonly CheckResult[],
  context: MatchContext,
): Matched {
  const matched = { problems: [] as ReportProblem[], faults: [] as Fault[] }
  const counting = new Map<CheckResult, Entry>()
  const undecided = new Map<CheckResult, Entry>()
  for (const entry of entries) {
    const report: Report = (fault, message) => {
      matched.faults.push(fault)
      matched.problems.push({ severity: 'warning', location: entry.source.location, message })
    }
    for (const result of subjectsOf(entry, results, report)) {
      const answer = answerTo(entry, result, counting.get(result), context)
      if (answer === 'counts') counting.set(result, entry)
      else if (answer === 'undecided') undecided.set(result, entry)
      else report(answer.fault, answer.message)
    }
  }
  return { counting, undecided, ...matched }
}

export function entriesOf({ attestations, waivers }: Pick<Manifest, 'attestations' | 'waivers'>): Entry[] {
  return [
    ...attestations.map((source): Entry => {
      const vouched = vouchedBy('attestation', source, source.evidence ?? '')
      return { kind: 'attestation', from: 'manual', to: 'attested', source, vouched }
    }),
    ...waivers.map((source): Entry => {
      return { kind: 'waiver', from: 'fail', to: 'waived', source, vouched: vouchedBy('waiver', source, source.reason) }
    }),
  ]
}

function vouchedBy(kind: Vouched['kind'], { by, expires }: Attestation | Waiver, reason: string): Vouched {
  return { kind, by, expires, reason }
}

/** The same word of the same person until the same end, for the same evidence. */
export function givesTheSame(one: Entry, other: Entry): boolean {
  return wordsOf(one) === wordsOf(other)
}

function wordsOf({ vouched, source }: Entry): string {
  const { kind, by, expires, reason } = vouched
  const on = isAttestation(source) ? source.on : undefined
  return JSON.stringify([kind, source.check, by, expires, reason, on ?? null, source.fingerprint ?? null])
}

export function isAttestation(source: Attestation | Waiver): source is Attestation {
  return !('reason' in source)
}

export function placeOf({ id, subject }: CheckResult): string {
  return `\`${id}\` on \`${subject.name}\``
}

/** The results that an entry names; what it names wrongly is reported. */
function subjectsOf({ kind, source }: Entry, results: readonly CheckResult[], report: Report): CheckResult[] {
  const { check, subjects } = source
  const ofCheck = results.filter(({ id }) => id === check)
  if (ofCheck.length === 0) {
    const nearest = nearestName(check, [...new Set(results.map(({ id }) => id))])
    report(
      'wrongly named',
      `This ${kind} names the check \`${check}\`, which this manifest does not have${hint(nearest)}; it counts for nothing`,
    )
    return []
  }
  const names = ofCheck.map(({ subject }) => subject.name)
  if (subjects.length === 0 && ofCheck.length > 1) {
    report(
      'wrongly named',
      `This ${kind} of \`${check}\` must name its \`subject\`: the check has ${ofCheck.length} subjects, ${listed(names)}; it counts for nothing`,
    )
    return []
  }
  for (const name of subjects.filter((subject) => !names.includes(subject))) {
    report(
      'wrongly named',
      `This ${kind} of \`${check}\` names the subject \`${name}\`, which the check does not have${hint(nearestName(name, names))}; its subjects are ${listed(names)}`,
    )
  }
  return subjects.length === 0 ? ofCheck : ofCheck.filter(({ subject }) => subjects.includes(subject.name))
}

function hint(nearest: string | undefined): string {
  return nearest === undefined ? '' : ` (did you mean \`${nearest}\`?)`
}

const LISTED_NAMES = 5

function listed(names: readonly string[]): string {
  const shown = names.slice(0, LISTED_NAMES).map((name) => `\`${name}\``)
  return names.length > shown.length ? `${shown.join(', ')} and ${names.length - shown.length} more` : shown.join(', ')
}

type Answer = 'counts' | 'undecided' | { fault: Fault; message: string }

/** Whether an entry counts for a result; `undecided`: what this run did not look at may still need it. */
function answerTo(
  { kind, source, from, to }: Entry,
  result: CheckResult,
  earlier: Entry | undefined,
  { now, isComplete }: MatchContext,
): Answer {
  const place = placeOf(result)
  if (!(Date.parse(source.expires) > now.getTime())) {
    const message = `The ${kind} of ${place} by \`${source.by}\` ended with ${lastDay(source.expires)}; it counts for nothing`
    return { fault: 'expired', message }
  }
  if (earlier?.kind === kind) {
    const message = `This ${kind} of ${place} is not needed: line ${earlier.source.location.line} already has one`
    return { fault: 'repeated', message }
  }
  if (result.verdict === from) {
    if (source.fingerprint === undefined || source.fingerprint === result.fingerprint) return 'counts'
    const message = `The ${kind} of ${place} by \`${source.by}\` is void: the evidence has changed since it was given (then \`${source.fingerprint}\`, now \`${result.fingerprint ?? ''}\`); look again, and renew it`
    return { fault: 'void', message }
  }
  if (result.cause?.kind === 'untrusted-host' || (!isComplete && result.verdict === 'blocked')) return 'undecided'
  const message = `The ${kind} of ${place} has no effect: the check is ${result.verdict}, and only ${from} can become ${to}`
  return { fault: 'unused', message }
}
