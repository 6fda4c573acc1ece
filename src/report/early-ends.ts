import type { CheckResult, ManifestReport } from '../domain/report.ts'
import type { Verdict } from '../domain/verdict.ts'

/** Verdicts on which readiness rests. */
export const HOLDING: readonly Verdict[] = ['pass', 'attested', 'waived']

export interface EarlyEnds {
  /** When the cutover is over. */
  cutoverEnd: string
  /** What ends before that, the first end first. */
  ends: readonly CheckResult[]
}

/** What a manifest's cutover rests on and does not last through it; undefined: nothing, or there is no cutover to come. */
export function earlyEndsOf({ cutover, checks }: ManifestReport, now: string): EarlyEnds | undefined {
  if (cutover === undefined) return undefined
  const endMs = Date.parse(cutover.start) + cutover.durationMs
  if (endMs <= Date.parse(now)) return undefined
  const ends = checks
    .filter(({ verdict, expiresAt }) => HOLDING.includes(verdict) && Date.parse(expiresAt ?? '') < endMs)
    .sort((a, b) => Date.parse(a.expiresAt ?? '') - Date.parse(b.expiresAt ?? ''))
  return ends.length === 0 ? undefined : { cutoverEnd: new Date(endMs).toISOString(), ends }
}

/** The sentence for every reader of the report. */
export function earlyEndNotices(manifests: readonly ManifestReport[], now: string): string[] {
  return manifests.flatMap((manifest) => {
    const early = earlyEndsOf(manifest, now)
    const [first, ...others] = early?.ends ?? []
    if (early === undefined || first === undefined) return []
    const what = first.vouched === undefined ? 'what proves' : `the ${first.vouched.kind} by \`${first.vouched.by}\` of`
    const more = others.length === 0 ? '' : `, and ${String(others.length)} more`
    return [
      `Not good through the cutover: ${what} \`${first.id}\` on \`${first.subject.name}\` ends ${minute(first.expiresAt ?? '')}${more}, before the cutover of \`${manifest.name}\` ends (${minute(early.cutoverEnd)}). Renew it, or the migration loses what it rests on midway.`,
    ]
  })
}

/** `2026-12-03 00:00 UTC` */
function minute(iso: string): string {
  const date = new Date(iso)
  return Number.isNaN(date.getTime()) ? iso : `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
