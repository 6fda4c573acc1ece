import type { Delta, DeltaItem } from '../report/delta.ts'
import { codeSpan, cut, escapeMarkdown } from './escape.ts'
import { plural, STATUS_WORDS, VERDICT_WORDS } from './words.ts'

/** Beside the things to do below it, only a hint of what to look at first. */
const LISTED = 10

/** What changed since the last run: a line of counts, and the results themselves, those that block others first. */
export function renderDelta(delta: Delta, severalManifests: boolean, listed = LISTED): string {
  const lines = [
    ...list('🆕', delta.fresh, severalManifests, listed),
    ...list('🔁', delta.changed, severalManifests, listed),
    ...list('✔️', delta.fixed, severalManifests, listed),
  ]
  const head = `**${sinceWords(delta)}**: ${deltaParts(delta).join(', ')}`
  return lines.length === 0 ? head : `${head}\n\n${lines.join('\n')}`
}

function sinceWords({ since, status }: Delta): string {
  const from = since === undefined ? 'Since the last run' : `Since commit ${codeSpan(since.slice(0, 7))}`
  return status.before === status.now ? from : `${from} (${STATUS_WORDS[status.before].words} then)`
}

/** Counts in words; blocked results are counted by themselves, because another one stands for them. */
export function deltaParts({ fresh, changed, fixed, still, gone }: Delta): string[] {
  const blocked = fresh.filter(isBlocked).length
  const parts = [
    ...(fresh.length > blocked ? [`${fresh.length - blocked} new`] : []),
    ...(blocked > 0 ? [`${blocked} newly blocked`] : []),
    ...(changed.length > 0 ? [`${changed.length} with another verdict`] : []),
    ...(fixed.length > 0 ? [`${fixed.length} fixed`] : []),
    ...(gone > 0 ? [`${plural(gone, 'open result')} not asked any more`] : []),
    ...(still > 0 ? [`${still} still open`] : []),
  ]
  return parts.length === 0 ? ['nothing changed'] : parts
}

function list(mark: string, items: readonly DeltaItem[], severalManifests: boolean, listed: number): string[] {
  const telling = items.filter((item) => !isBlocked(item) || item.before !== undefined)
  if (listed === 0) return []
  const shown = telling.slice(0, listed).map((item) => `- ${mark} ${itemWords(item, severalManifests)}`)
  return telling.length > shown.length ? [...shown, `- ${mark} and ${telling.length - shown.length} more`] : shown
}

function itemWords({ result, before, manifest }: DeltaItem, severalManifests: boolean): string {
  const { icon, words } = VERDICT_WORDS[result.verdict]
  const was = before === undefined ? '' : ` (was ${VERDICT_WORDS[before].words})`
  const where = severalManifests ? ` of ${codeSpan(cut(manifest, 100))}` : ''
  const title = escapeMarkdown(cut(result.title, 200), 'inside')
  return `${icon} ${title}, ${codeSpan(cut(result.subject.name, 100))}${where}: ${words}${was}`
}

function isBlocked({ result }: DeltaItem): boolean {
  return result.verdict === 'blocked'
}
