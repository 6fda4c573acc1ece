import { nearestName } from '../domain/nearest.ts'
import type { Attestation, Manifest, Waiver } from '../domain/manifest.ts'
import type { CheckResult, ReportProblem, Vouched } from '../domain/report.ts'
import type { Verdict } from '../domain/verdict.ts'
import { lastDay } from './last-day.ts'

export interface VouchContext {
  now: Date
  /** Only in a trusted run do attestations and waivers count; else they are shown as proposed. */
  trusted: boolean
}

export interface VouchOutcome {
  results: CheckResult[]
  /** The results if what is proposed counted; the same as `results` in a trusted run. */
  ifCounted: CheckResult[]
  /** Expired, unused and wrongly named ones. */
  problems: ReportProblem[]
}

interface Entry {
  kind: Vouched['kind']
  from: Verdict
  to: Verdict
  source: Attestation | Waiver
  vouched: Vouched
}

/** Applies the attestations (manual -> attested) and waivers (fail -> waived) of one manifest to its results. */
export function vouch(manifest: Manifest, results: readonly CheckResult[], context: VouchContext): VouchOutcome {
  const problems: ReportProblem[] = []
  const byPlace = new Map<CheckResult, Entry>()
  const undecided = new Map<CheckResult, Entry>()
  for (const entry of entriesOf(manifest)) {
    const report = (message: string): void => {
      problems.push({ severity: 'warning', location: entry.source.location, message })
    }
    for (const result of subjectsOf(entry, results, report)) {
      const problem = problemOf(entry, result, byPlace.get(result), context)
      if (problem === undefined) byPlace.set(result, entry)
      else if (problem === '') undecided.set(result, entry)
      else report(problem)
    }
  }
  const ifCounted = results.map((result) => counted(result, byPlace.get(result)))
  return {
    results: context.trusted
      ? ifCounted
      : results.map((result) => proposed(result, byPlace.get(result) ?? undecided.get(result))),
    ifCounted,
    problems,
  }
}

function entriesOf(manifest: Manifest): Entry[] {
  const attestations = manifest.attestations.map((source): Entry => {
    const reason = source.evidence ?? ''
    return {
      kind: 'attestation',
      from: 'manual',
      to: 'attested',
      source,
      vouched: vouchedBy('attestation', source, reason),
    }
  })
  const waivers = manifest.waivers.map((source): Entry => {
    return { kind: 'waiver', from: 'fail', to: 'waived', source, vouched: vouchedBy('waiver', source, source.reason) }
  })
  return [...attestations, ...waivers]
}

function vouchedBy(kind: Vouched['kind'], { by, expires }: Attestation | Waiver, reason: string): Vouched {
  return { kind, by, expires, reason }
}

/** The results that an entry names; what it names wrongly is reported. */
function subjectsOf(
  { kind, source }: Entry,
  results: readonly CheckResult[],
  report: (message: string) => void,
): CheckResult[] {
  const { check, subjects } = source
  const ofCheck = results.filter(({ id }) => id === check)
  if (ofCheck.length === 0) {
    const nearest = nearestName(check, [...new Set(results.map(({ id }) => id))])
    report(
      `This ${kind} names the check \`${check}\`, which this manifest does not have${hint(nearest)}; it counts for nothing`,
    )
    return []
  }
  const names = ofCheck.map(({ subject }) => subject.name)
  if (subjects.length === 0 && ofCheck.length > 1) {
    report(
      `This ${kind} of \`${check}\` must name its \`subject\`: the check has ${ofCheck.length} subjects, ${listed(names)}; it counts for nothing`,
    )
    return []
  }
  for (const name of subjects.filter((subject) => !names.includes(subject))) {
    report(
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

/** Why an entry does not count for a result; undefined when it does, empty when only a trusted run can tell. */
function problemOf(
  entry: Entry,
  result: CheckResult,
  earlier: Entry | undefined,
  { now, trusted }: VouchContext,
): string | undefined {
  const { kind, source, from, to } = entry
  const place = `\`${result.id}\` on \`${result.subject.name}\``
  if (Date.parse(source.expires) <= now.getTime()) {
    return `The ${kind} of ${place} by \`${source.by}\` ended with ${lastDay(source.expires)}; it counts for nothing`
  }
  if (earlier?.kind === kind) {
    return `This ${kind} of ${place} is not needed: line ${earlier.source.location.line} already has one`
  }
  if (result.verdict === from) return undefined
  // What an untrusted run did not look at may still need it.
  if (result.cause?.kind === 'untrusted-host' || (!trusted && result.verdict === 'blocked')) return ''
  return `The ${kind} of ${place} has no effect: the check is ${result.verdict}, and only ${from} can become ${to}`
}

function counted(result: CheckResult, entry: Entry | undefined): CheckResult {
  if (entry === undefined) return result
  const { to, vouched, source } = entry
  const { by, expires, reason } = vouched
  const statement = {
    by,
    expires,
    reason,
    ...(isAttestation(source) && source.on !== undefined ? { on: source.on } : {}),
  }
  // The person's statement is all the evidence there is where nothing could be seen.
  const evidence = Object.keys(result.evidence).length === 0 ? { statement } : result.evidence
  return { ...result, verdict: to, vouched, evidence, expiresAt: earlier(result.expiresAt, expires) }
}

function earlier(own: string | null, other: string): string {
  return own !== null && Date.parse(own) <= Date.parse(other) ? own : other
}

function isAttestation(source: Attestation | Waiver): source is Attestation {
  return !('reason' in source)
}

function proposed(result: CheckResult, entry: Entry | undefined): CheckResult {
  return entry === undefined ? result : { ...result, proposed: entry.vouched }
}
