import type { Attestation, Waiver } from '../domain/manifest.ts'
import { nearestName } from '../domain/nearest.ts'
import type { Draft } from './draft.ts'
import { MS_PER_DAY, parseInstantMs } from './instant.ts'
import type { Path } from './tree.ts'

const LONGEST_DAYS = 366

/** What attestations and waivers are held against. */
export interface VoucherRules {
  /** Milliseconds since the epoch. */
  now: number
  checkIds: readonly string[]
}

export function readAttestations(draft: Draft, rules: VoucherRules): Attestation[] {
  return (draft.file.attestations ?? []).flatMap((attestation, index) => {
    const path = ['attestations', index]
    if (attestation === undefined) return []
    const { check, subject, by, on, expires, evidence, fingerprint } = attestation
    refuseUnknownCheck(draft, [...path, 'check'], check, rules)
    const end = readEnd(draft, path, { on, expires }, rules)
    if (check === undefined || by === undefined || end === undefined) return []
    const optional = {
      ...(on === undefined ? {} : { on }),
      ...(evidence === undefined ? {} : { evidence }),
      ...(fingerprint === undefined ? {} : { fingerprint }),
    }
    return { check, subjects: subjectsOf(subject), by, expires: end, ...optional, location: draft.location(path) }
  })
}

export function readWaivers(draft: Draft, rules: VoucherRules): Waiver[] {
  return (draft.file.waivers ?? []).flatMap((waiver, index) => {
    const path = ['waivers', index]
    if (waiver === undefined) return []
    const { check, subject, by, reason, expires, fingerprint } = waiver
    refuseUnknownCheck(draft, [...path, 'check'], check, rules)
    const end = readEnd(draft, path, { on: undefined, expires }, rules)
    if (check === undefined || by === undefined || reason === undefined || end === undefined) return []
    const optional = fingerprint === undefined ? {} : { fingerprint }
    return {
      check,
      subjects: subjectsOf(subject),
      by,
      reason,
      expires: end,
      ...optional,
      location: draft.location(path),
    }
  })
}

function subjectsOf(subject: string | readonly (string | undefined)[] | undefined): string[] {
  return (typeof subject === 'string' ? [subject] : (subject ?? [])).filter((name) => name !== undefined)
}

function refuseUnknownCheck(draft: Draft, path: Path, check: string | undefined, { checkIds }: VoucherRules): void {
  if (check === undefined || checkIds.includes(check)) return
  draft.refuseValue(path, () => {
    const near = nearestName(check, checkIds)
    return `must be the id of a check${near === undefined ? '; docs/checks lists them' : `; did you mean "${near}"?`}`
  })
}

/** The instant at which a person's word ends, exclusive. */
function readEnd(
  draft: Draft,
  path: Path,
  { on, expires }: { on: string | undefined; expires: string | undefined },
  { now }: VoucherRules,
): string | undefined {
  const looked = on === undefined ? undefined : parseInstantMs(on, 'end')
  const end = parseInstantMs(expires ?? '', 'end')
  if (looked?.ok === true && looked.value > now + 2 * MS_PER_DAY) {
    draft.refuseValue([...path, 'on'], 'must not lie in the future')
  } else if (end.ok) {
    const start = looked?.ok === true ? looked.value : now
    if (end.value - start > LONGEST_DAYS * MS_PER_DAY) {
      const since = looked?.ok === true ? '`on`' : 'now'
      draft.refuseValue([...path, 'expires'], `must be at most a year (${LONGEST_DAYS} days) after ${since}`)
    }
  }
  return end.ok ? new Date(end.value).toISOString() : undefined
}
