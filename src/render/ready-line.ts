import type { Report } from '../domain/report.ts'
import type { Delta } from '../report/delta.ts'
import { nextSteps } from '../report/next-steps.ts'
import { renderDelta } from './delta.ts'
import { codeSpan, cut, escapeMarkdown, isPlainUrl, richText } from './escape.ts'
import { statusParts } from './headline.ts'
import { STATUS_WORDS } from './words.ts'

/** More sentences than that are no short line any more. */
const MOST_NOTICES = 3

/** Whether a comment needs no more than the short line: nothing is open, nothing is conditional, nothing went wrong. */
export function isPlainlyReady(report: Report): boolean {
  return (
    report.status === 'ready' &&
    report.statusIfMerged === 'ready' &&
    report.problems.length === 0 &&
    report.removed.length === 0 &&
    report.notices.length <= MOST_NOTICES
  )
}

/** The comment of a migration that is ready: one line, what every reader should know, and what changed. */
export function renderReadyLine(report: Report, delta: Delta | undefined): string {
  const { icon, words } = STATUS_WORDS[report.status]
  const title = escapeMarkdown(cut(report.title, 200), 'inside')
  const facts = statusParts(report, nextSteps(report)).slice(1)
  const line = [`${icon} **${title}: ${words}**`, ...facts.map((part) => escapeMarkdown(part, 'inside'))].join(' · ')
  const notices = report.notices.map((text) => `> ${richText(cut(text))}`)
  const blocks = [
    line,
    ...(notices.length === 0 ? [] : [`> [!NOTE]\n${notices.join('\n>\n')}`]),
    ...(delta === undefined ? [] : [renderDelta(delta, report.manifests.length > 1)]),
    footer(report),
  ]
  return `${blocks.join('\n\n')}\n`
}

function footer({ run, tool }: Report): string {
  const all = isPlainUrl(run.url) ? [`[all checks with their evidence](${run.url})`] : []
  const commit = /^[0-9a-f]{7,64}$/.test(run.sha) ? [`commit ${codeSpan(run.sha.slice(0, 7))}`] : []
  const version = `dms-preflight ${escapeMarkdown(cut(tool.version, 50), 'inside')}`
  return `<sub>${[...all, ...commit, version].join(' · ')}</sub>`
}
