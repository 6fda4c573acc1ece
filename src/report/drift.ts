import type { CheckResult, Report } from '../domain/report.ts'
import type { Verdict } from '../domain/verdict.ts'
import { factsOf, isWorse, type FlowAnswer, type ResultFacts } from './facts.ts'
import { isOpenVerdict } from './published-state.ts'

/** What was true in the last run that was ready. */
export interface GreenState {
  startedAt: string
  commit?: string
  /** `full`, or as `Report.disclosure` says: facts of one level say nothing about those of another. */
  disclosure: 'full' | 'names'
  facts: ReadonlyMap<string, ResultFacts>
}

export type DriftFact =
  | { kind: 'verdict'; before: Verdict | undefined }
  | { kind: 'flow'; flow: string; before: FlowAnswer | undefined; now: FlowAnswer }
  | { kind: 'grant-lost' | 'denied'; name: string }
  | { kind: 'expiry'; before: string | undefined; now: string }
  | { kind: 'rules'; before: readonly string[]; now: readonly string[] }

/** One result of today with all that is worse than it was. */
export interface DriftItem {
  manifest: string
  result: CheckResult
  facts: readonly DriftFact[]
}

export interface Drift {
  since: Pick<GreenState, 'startedAt' | 'commit'>
  /** In the order of the report, required ones first. */
  regressed: readonly DriftItem[]
  /** Still fine, but by other rules. */
  shifted: readonly DriftItem[]
  /** Results of then that are not asked any more. */
  gone: number
}

/** In the readable form that the state keeps: unlike a hash it must not be made of what readers may not see. */
export function factKey(path: string, { id, subject }: Pick<CheckResult, 'id' | 'subject'>): string {
  return JSON.stringify([path, id, subject.kind, subject.name])
}

/** The facts of a report as its readers may see it; undefined where no check is shown. */
export function greenStateOf(report: Report, commit: string | undefined): GreenState | undefined {
  if (report.disclosure === 'counts') return undefined
  const facts = report.manifests.flatMap(({ path, checks }) =>
    checks.map((result) => [factKey(path, result), factsOf(result)] as const),
  )
  return {
    startedAt: report.run.startedAt,
    ...(commit === undefined ? {} : { commit }),
    disclosure: report.disclosure ?? 'full',
    facts: new Map(facts),
  }
}

/**
 * What got worse since the last ready run, fact by fact: the order of rules, grants and flows means nothing, and what
 * could not be looked at today is only said to be open, never lost. Undefined where the two cannot be compared.
 */
export function driftSince(green: GreenState, report: Report): Drift | undefined {
  if ((report.disclosure ?? 'full') !== green.disclosure) return undefined
  const left = new Set(green.facts.keys())
  const items: DriftItem[] = []
  for (const { path, name, checks } of report.manifests) {
    for (const result of checks) {
      const key = factKey(path, result)
      left.delete(key)
      const facts = compare(green.facts.get(key), factsOf(result))
      if (facts.length > 0) items.push({ manifest: name, result, facts })
    }
  }
  const isShift = ({ facts }: DriftItem): boolean => facts.every(({ kind }) => kind === 'rules')
  const regressed = items.filter((item) => !isShift(item))
  const isRequired = ({ result }: DriftItem): boolean => result.severity === 'required'
  const { startedAt, commit } = green
  return {
    since: { startedAt, ...(commit === undefined ? {} : { commit }) },
    regressed: [...regressed.filter(isRequired), ...regressed.filter((item) => !isRequired(item))],
    shifted: items.filter(isShift),
    gone: left.size,
  }
}

function compare(before: ResultFacts | undefined, now: ResultFacts): DriftFact[] {
  const opened =
    isOpenVerdict(now.verdict) && (before === undefined || !isOpenVerdict(before.verdict))
      ? [{ kind: 'verdict' as const, before: before?.verdict }]
      : []
  if (before === undefined) return opened
  const facts: DriftFact[] = [...opened, ...expiryDrift(before, now)]
  // A check that could not look has no flows, grants and rules, which is not to have lost them.
  if (!before.seen || !now.seen) return facts
  for (const [flow, answer] of Object.entries(now.flows)) {
    const known = before.flows[flow]
    if (answer !== 'allowed' && (known === undefined || isWorse(answer, known))) {
      facts.push({ kind: 'flow', flow, before: known, now: answer })
    }
  }
  for (const name of without(before.grants, now.grants)) facts.push({ kind: 'grant-lost', name })
  for (const name of without(now.denials, before.denials)) facts.push({ kind: 'denied', name })
  if (without(before.rules, now.rules).length + without(now.rules, before.rules).length > 0) {
    facts.push({ kind: 'rules', before: before.rules, now: now.rules })
  }
  return facts
}

/** Only what still holds can end sooner. */
function expiryDrift(before: ResultFacts, now: ResultFacts): DriftFact[] {
  if (now.expiresAt === undefined || isOpenVerdict(now.verdict)) return []
  const isSooner = before.expiresAt === undefined || Date.parse(now.expiresAt) < Date.parse(before.expiresAt)
  return isSooner ? [{ kind: 'expiry', before: before.expiresAt, now: now.expiresAt }] : []
}

function without(all: readonly string[], others: readonly string[]): string[] {
  return all.filter((one) => !others.includes(one))
}
