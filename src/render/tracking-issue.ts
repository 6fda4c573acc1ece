import type { Report } from '../domain/report.ts'
import type { Status } from '../domain/verdict.ts'
import type { Drift, DriftFact, DriftItem } from '../report/drift.ts'
import { codeSpan, cut, escapeMarkdown, isPlainUrl, oneLine } from './escape.ts'
import { instant, plural, STATUS_WORDS, VERDICT_WORDS } from './words.ts'

/** At most so many results of each list; fewer where more do not fit. */
const LISTED = [20, 10, 5, 2, 0] as const
const FACTS_LISTED = 5
/** GitHub takes 65,536 characters in a comment. */
const NEWS_LIMIT_CHARS = 60_000

/** Plain text on one line: GitHub shows titles without markup. */
export function renderIssueTitle({ title }: Pick<Report, 'title'>): string {
  return title === 'DMS preflight' ? title : `DMS preflight: ${cut(oneLine(title), 200)}`
}

/** What regressed since the last ready run; `undefined` when there is none on record, which is said, too. */
export function renderDrift(
  drift: Drift | 'not kept' | undefined,
  now: string,
  severalManifests: boolean,
  limitChars: number,
): string {
  if (drift === undefined) {
    return '_No ready run that this one could be compared with is on record here._'
  }
  if (drift === 'not kept') {
    return '_There are too many results to keep for a comparison with the last ready run: what regressed is not told._'
  }
  return firstFitting(limitChars, (most) => driftText(drift, now, severalManifests, most))
}

function firstFitting(limitChars: number, render: (most: number) => string): string {
  let text = ''
  for (const most of LISTED) {
    text = render(most)
    if (text.length <= limitChars) return text
  }
  return text
}

function driftText(drift: Drift, now: string, severalManifests: boolean, most: number): string {
  const { since, regressed, shifted, gone } = drift
  const commit = since.commit === undefined ? '' : `, commit ${codeSpan(since.commit.slice(0, 7))}`
  const lines = [
    ...listed(regressed, most, (item) => itemWords('📉', item, severalManifests)),
    ...listed(shifted, most, (item) => itemWords('🔀', item, severalManifests)),
    ...(gone > 0 ? [`- ➖ ${plural(gone, 'result')} of then ${gone === 1 ? 'is' : 'are'} not asked any more`] : []),
  ]
  const head = `### What regressed since it was last ready (${instant(since.startedAt, now)}${commit})`
  return `${head}\n\n${lines.length === 0 ? 'Nothing that was proven then.' : lines.join('\n')}`
}

function listed(items: readonly DriftItem[], most: number, words: (item: DriftItem) => string): string[] {
  const shown = items.slice(0, most).map(words)
  return items.length > shown.length ? [...shown, `- and ${items.length - shown.length} more`] : shown
}

function itemWords(mark: string, { result, manifest, facts }: DriftItem, severalManifests: boolean): string {
  const where = severalManifests ? ` of ${codeSpan(cut(manifest, 100))}` : ''
  const told = facts.slice(0, FACTS_LISTED).map((fact) => factWords(fact, result.verdict))
  const more = facts.length > told.length ? [`${facts.length - told.length} more`] : []
  const title = escapeMarkdown(cut(result.title, 200), 'inside')
  return `- ${mark} ${title}, ${codeSpan(cut(result.subject.name, 100))}${where}: ${[...told, ...more].join('; ')}`
}

function factWords(fact: DriftFact, now: DriftItem['result']['verdict']): string {
  const name = (text: string): string => codeSpan(cut(text, 150))
  switch (fact.kind) {
    case 'verdict':
      return `${VERDICT_WORDS[now].words} (${fact.before === undefined ? 'not asked then' : `was ${VERDICT_WORDS[fact.before].words}`})`
    case 'flow':
      return `${name(fact.flow)} is ${fact.now} now (${fact.before === undefined ? 'not asked then' : `was ${fact.before}`})`
    case 'grant-lost':
      return `lost ${name(fact.name)}`
    case 'denied':
      return `denied to ${name(fact.name)} now`
    case 'expiry':
      return `ends ${name(fact.now)} now (${fact.before === undefined ? 'had no end' : `was ${name(fact.before)}`})`
    case 'rules':
      return `decided by ${rulesOf(fact.now)} now (was ${rulesOf(fact.before)})`
  }
}

function rulesOf(rules: readonly string[]): string {
  if (rules.length === 0) return 'no rule'
  const shown = rules.slice(0, FACTS_LISTED).map((rule) => codeSpan(cut(rule, 80)))
  return rules.length > shown.length ? `${shown.join(', ')} and ${rules.length - shown.length} more` : shown.join(', ')
}

const NEWS_WORDS: Readonly<Record<Status, string>> = {
  ready: 'Ready again',
  'ready-with-conditions': 'Ready again, with conditions',
  undetermined: 'Not ready: undetermined',
  'not-ready': 'Not ready',
}

/** What whoever watches the issue is told: that it was ready and is not, or that it is ready again. */
export function renderIssueNews(report: Report, newlyFailing: readonly DriftItem[]): string {
  const { icon } = STATUS_WORDS[report.status]
  const run = isPlainUrl(report.run.url) ? ` ([run](${report.run.url}))` : ''
  const commit = /^[0-9a-f]{7,64}$/.test(report.run.sha) ? ` at commit ${codeSpan(report.run.sha.slice(0, 7))}` : ''
  const several = report.manifests.length > 1
  const head = `${icon} ${NEWS_WORDS[report.status]}${commit}${run}`
  return firstFitting(NEWS_LIMIT_CHARS, (most) => {
    const lines = listed(newlyFailing, most, (item) => itemWords('🆕', item, several))
    return lines.length === 0 ? head : `${head}\n\n${lines.join('\n')}`
  })
}
