import type { Counts, ManifestReport, Report } from '../domain/report.ts'
import { VERDICTS, type Verdict } from '../domain/verdict.ts'
import { earlyEndsOf } from '../report/early-ends.ts'
import type { NextSteps } from '../report/next-steps.ts'
import { distance, instant, plural, STATUS_WORDS, TEAM_WORDS } from './words.ts'

/** The parts of the status line, in plain words: markdown and log show the same. The first one is what matters most. */
export function statusParts(report: Report, steps: NextSteps): string[] {
  return [
    leadingPart(report, steps) + teamWords(steps),
    ...whenParts(report),
    ...countParts(report.counts, report.disclosure === 'counts' ? VERDICTS : COUNTED),
    ...(report.statusIfMerged === report.status
      ? []
      : [`${STATUS_WORDS[report.statusIfMerged].words} if what is proposed counted`]),
  ]
}

/** When the cutover is, and until when the readiness holds. */
export function whenParts(report: Report): string[] {
  const now = report.run.startedAt
  return [
    ...cutoverPart(report.manifests, now),
    ...(report.readyUntil === null
      ? []
      : [`holds until ${instant(report.readyUntil, now)} (${distance(report.readyUntil, now)})${earlyWords(report)}`]),
  ]
}

/** Whose turn it is, where it is more than one thing. */
function teamWords({ teams, required, recommended }: NextSteps): string {
  if (required + recommended < 2) return ''
  return `: ${teams.map(({ team, steps }) => `${TEAM_WORDS[team]} ${steps.length}`).join(', ')}`
}

/** Readiness that ends before a cutover does is no readiness for it. */
function earlyWords({ manifests, run }: Report): string {
  const ends = manifests.flatMap((manifest) => earlyEndsOf(manifest, run.startedAt)?.cutoverEnd ?? []).sort()
  return ends[0] === undefined ? '' : `, NOT THROUGH THE CUTOVER, which ends ${instant(ends[0], run.startedAt)}`
}

function leadingPart(report: Report, { required, recommended }: NextSteps): string {
  if (report.disclosure === 'counts') return 'Only counts are shown here'
  if (required > 0)
    return `${plural(required, 'thing')} to do${recommended > 0 ? ` and ${recommended} recommended` : ''}`
  if (recommended > 0) return `Nothing required, ${recommended} recommended`
  if (report.manifests.length === 0) return 'No check was run'
  return 'Nothing to do'
}

/** Verdicts worth a number of their own where the things to do are listed one by one. */
const COUNTED: readonly Verdict[] = ['blocked', 'attested', 'waived', 'not-applicable']
const COUNT_WORDS: Partial<Record<Verdict, string>> = {
  'not-applicable': 'not applicable',
  manual: 'to be vouched for',
}

export function countParts(counts: Counts, verdicts: readonly Verdict[] = VERDICTS): string[] {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
  if (total === 0) return []
  const others = verdicts.filter((verdict) => verdict !== 'pass' && counts[verdict] > 0)
  return [
    `${counts.pass} of ${plural(total, 'check')} pass`,
    ...others.map((verdict) => `${counts[verdict]} ${COUNT_WORDS[verdict] ?? verdict}`),
  ]
}

/** The next cutover; when all are over, the last one. */
export function cutoverPart(manifests: readonly ManifestReport[], now: string): string[] {
  const starts = manifests
    .flatMap(({ cutover }) => (cutover === undefined ? [] : [cutover.start]))
    .sort((a, b) => Date.parse(a) - Date.parse(b))
  const next = starts.find((start) => Date.parse(start) >= Date.parse(now)) ?? starts.at(-1)
  return next === undefined ? [] : [`cutover ${instant(next, now)} (${distance(next, now)})`]
}
