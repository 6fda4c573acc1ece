import { formatRange, parseRange, parsePrefix, subtractRanges } from './address.ts'
import type { SasFacts } from './sas.ts'
import type { CauseKind } from './verdict.ts'

/** What DMS does in the container: read, write, delete, list. More letters do no harm. */
export const NEEDED_PERMISSIONS = ['r', 'w', 'd', 'l'] as const
const PERMISSION_WORDS = { r: 'read', w: 'write', d: 'delete', l: 'list' } as const

/** Clocks of the service, of DMS and of the machine that made the SAS differ by so much at most. */
export const CLOCK_SKEW_MS = 15 * 60_000
/** How long a migration takes when the manifest does not say. */
export const DEFAULT_WINDOW_MS = 24 * 3_600_000

export interface SasTerms {
  nowMs: number
  cutover: { startMs: number; durationMs: number } | undefined
  /** Public addresses under which DMS appears, as far as the manifest declares them. */
  egress: readonly string[]
  /** The service has just taken it: by its own clock it has begun. */
  isTaken?: boolean
}

/** Until when the SAS has to hold: to the end of the cutover, clock skew included. `declared`: the manifest says when that is. */
export interface NeededUntil {
  ms: number
  declared: boolean
  /** Follows "it has to hold until <instant>, ". */
  because: string
}

export interface SasDoubt {
  kind: CauseKind
  text: string
  /** What to do about it. */
  fix: string
}

/** Faults are certain, doubts are what the SAS alone does not tell; notes do no harm. All are sentence parts. */
export interface SasJudgement {
  faults: string[]
  doubts: SasDoubt[]
  notes: string[]
  /** When it ends, by `se` or by the key of a user delegation, whichever is first; ISO 8601. Absent: a policy knows. */
  endsAt?: string
  needed: NeededUntil
}

/** The end of the declared cutover, or its length from now when that is over; a day from now when none is declared. */
export function sasNeededUntil({ nowMs, cutover }: SasTerms): NeededUntil {
  if (cutover === undefined) {
    const because = '24 h and 15 min from now, as the manifest declares no cutover'
    return { ms: nowMs + DEFAULT_WINDOW_MS + CLOCK_SKEW_MS, declared: false, because }
  }
  const end = cutover.startMs + cutover.durationMs
  return end > nowMs
    ? { ms: end + CLOCK_SKEW_MS, declared: true, because: `15 min after the cutover ends (${iso(end)})` }
    : {
        ms: nowMs + cutover.durationMs + CLOCK_SKEW_MS,
        declared: true,
        because: 'the length of the declared cutover, which is over, from now and 15 min',
      }
}

/** Judges by what the SAS says, without asking anybody. The same facts and terms give the same judgement. */
export function judgeSas(facts: SasFacts, terms: SasTerms): SasJudgement {
  const needed = sasNeededUntil(terms)
  const endsAt = endOf(facts)
  const judgement: SasJudgement = {
    faults: facts.problems.map((problem) => `it is no sound SAS: ${problem}`),
    doubts: [],
    notes: [],
    ...(endsAt === undefined ? {} : { endsAt }),
    needed,
  }
  judgeReach(facts, judgement)
  judgePermissions(facts, judgement)
  judgeEnd(facts, terms, judgement)
  judgeStart(facts, terms, judgement)
  judgeProtocol(facts, judgement)
  judgeAddresses(facts, terms, judgement)
  return judgement
}

const LEVELS: Readonly<Record<string, string>> = {
  b: 'one blob (sr=b)',
  d: 'a directory (sr=d)',
  bs: 'a snapshot of a blob (sr=bs)',
  bv: 'a version of a blob (sr=bv)',
  s: 'a file share (sr=s)',
  f: 'a file of a share (sr=f)',
}

function judgeReach({ kind, resource, version, problems }: SasFacts, { faults }: SasJudgement): void {
  if (kind === 'account') {
    faults.push('it is an account SAS (ss, srt), and DMS takes one for the container only')
  } else if (resource !== 'c' && !problems.some((problem) => problem.startsWith('`sr`'))) {
    const level =
      resource === undefined ? 'does not say for what (sr is missing)' : `is for ${LEVELS[resource] ?? resource}`
    faults.push(`it ${level}, and DMS takes one for the container (sr=c) only`)
  }
  if (version === undefined && !problems.some((problem) => problem.startsWith('`sv`'))) {
    faults.push('it has no version (sv), without which the service takes no SAS of today')
  }
}

function judgePermissions({ permissions, policy, problems }: SasFacts, { faults }: SasJudgement): void {
  if (permissions === undefined) {
    const isTold = policy !== undefined || problems.some((problem) => problem.startsWith('`sp`'))
    if (!isTold) faults.push('it grants nothing: neither permissions (sp) nor a stored access policy (si) are named')
    return
  }
  const lacking = NEEDED_PERMISSIONS.filter((letter) => !permissions.includes(letter))
  if (lacking.length === 0) return
  const words = lacking.map((letter) => `${PERMISSION_WORDS[letter]} (${letter})`).join(', ')
  faults.push(`its permissions are ${permissions}: it lacks ${words}`)
}

function endOf({ kind, expires, keyExpires }: SasFacts): string | undefined {
  const ends = [expires, kind === 'user-delegation' ? keyExpires : undefined].filter((end) => end !== undefined)
  return ends.sort()[0]
}

function judgeEnd(facts: SasFacts, { nowMs }: SasTerms, { faults, doubts, endsAt, needed }: SasJudgement): void {
  const isBad = facts.problems.some((problem) => /^`(?:se|ske)`/.test(problem))
  if (facts.expires === undefined && facts.policy === undefined && !isBad) faults.push('it has no end (se)')
  if (facts.kind === 'user-delegation' && facts.keyExpires === undefined && !isBad) {
    faults.push('it does not say when its user delegation key ends (ske)')
  }
  if (endsAt === undefined) return
  const what = endsAt === facts.expires ? 'it' : 'its user delegation key'
  const end = Date.parse(endsAt)
  if (end <= nowMs) faults.push(`${what} ended at ${iso(end)}`)
  else if (end < needed.ms) {
    const text = `${what} ends at ${iso(end)}, and it has to hold until ${iso(needed.ms)}, ${needed.because}`
    if (needed.declared) faults.push(text)
    else
      doubts.push({
        kind: 'missing-input',
        text,
        fix: 'Declare the cutover in the manifest, or make a SAS that holds longer.',
      })
  }
}

/** The later one of `st` and the begin of the key of a user delegation. */
function startOf({ kind, starts, keyStarts }: SasFacts): number | undefined {
  const found = [starts, kind === 'user-delegation' ? keyStarts : undefined].filter((text) => text !== undefined)
  const start = found.sort().at(-1)
  return start === undefined ? undefined : Date.parse(start)
}

/** Whether a service whose clock is slower may not see it begin yet, although it has by ours. */
export function hasJustBegun(facts: SasFacts, nowMs: number): boolean {
  const startMs = startOf(facts)
  return startMs !== undefined && startMs <= nowMs && startMs > nowMs - CLOCK_SKEW_MS
}

function judgeStart(
  facts: SasFacts,
  { nowMs, cutover, isTaken = false }: SasTerms,
  { faults, doubts }: SasJudgement,
): void {
  const startMs = startOf(facts) ?? nowMs
  if (startMs <= nowMs || (isTaken && startMs <= nowMs + CLOCK_SKEW_MS)) return
  const isInTime = cutover !== undefined && startMs + CLOCK_SKEW_MS <= cutover.startMs
  if (!isInTime) {
    const when = cutover === undefined ? 'now' : `15 min before the cutover starts (${iso(cutover.startMs)})`
    faults.push(`it begins at ${iso(startMs)}, and it has to hold ${when}`)
    return
  }
  const text = `it begins at ${iso(startMs)}: before the cutover, but until then the service refuses it, so that nothing can be proven`
  doubts.push({
    kind: 'insufficient',
    text,
    fix: 'Make a SAS that has begun 15 min ago (leave `st` out), or run the gate again when it has begun.',
  })
}

function judgeProtocol({ protocol }: SasFacts, { faults, notes }: SasJudgement): void {
  if (protocol === undefined || protocol === 'https') return
  if (protocol.split(',').includes('https')) notes.push('it may be used over http as well (spr)')
  else faults.push(`it may be used over ${protocol} only (spr), and DMS uses https`)
}

const EVERYBODY = parseRange('0.0.0.0', '255.255.255.255')

function judgeAddresses({ addresses }: SasFacts, { egress }: SasTerms, { faults, doubts }: SasJudgement): void {
  if (addresses === undefined) return
  const [first = '', last = first] = addresses.split('-')
  const range = parseRange(first, last)
  if (range === undefined) {
    faults.push(`its addresses (sip) are ${addresses}, which is no range of addresses`)
    return
  }
  if (EVERYBODY !== undefined && subtractRanges([EVERYBODY], [range]).length === 0) return
  const left = subtractRanges(
    egress.map(parsePrefix).filter((prefix) => prefix !== undefined),
    [range],
  )
  if (left.length > 0) {
    faults.push(
      `it may be used from ${addresses} only (sip), which leaves out ${left.map(formatRange).join(', ')} of dms.egress`,
    )
    return
  }
  // By a service endpoint or within the region the service sees a private address, and the instance restores from its own.
  doubts.push({
    kind: 'insufficient',
    text: `it may be used from ${addresses} only (sip), and under which addresses DMS and the managed instance come to the storage account cannot be told`,
    fix: 'Make the SAS without `sip`, and restrict the networks at the firewall of the storage account.',
  })
}

function iso(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}
