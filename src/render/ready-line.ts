import type { Report } from '../domain/report.ts'
import { cut, escapeMarkdown, isPlainUrl } from './escape.ts'
import { countParts, whenParts } from './headline.ts'
import { plural, STATUS_WORDS } from './words.ts'

/** Nothing is left to do, to vouch for or to look at: a comment needs to say no more than that. */
export function isQuietlyReady({ status, problems, removed, disclosure }: Report): boolean {
  return status === 'ready' && problems.length === 0 && removed.length === 0 && disclosure !== 'counts'
}

/** One line for a report that is ready, for a comment that should not take more room. */
export function renderReadyLine(report: Report): string {
  const { icon, words } = STATUS_WORDS[report.status]
  const facts = [...whenParts(report), ...countParts(report.counts, [])].map((part) => escapeMarkdown(part, 'inside'))
  const notes = report.notices.length === 0 ? [] : [plural(report.notices.length, 'note')]
  const run = isPlainUrl(report.run.url) ? `[run](${report.run.url})` : 'run'
  const more =
    notes.length === 0
      ? `details in the summary of the ${run}`
      : `${notes.join()} and details in the summary of the ${run}`
  return [`${icon} **${escapeMarkdown(cut(report.title, 200))}: ${words}**`, ...facts, more].join(' · ')
}
