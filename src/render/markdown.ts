import type { ManifestReport, Report } from '../domain/report.ts'
import type { Delta } from '../report/delta.ts'
import { countVerdicts } from '../report/summarise.ts'
import { nextSteps, type NextSteps } from '../report/next-steps.ts'
import { readinessMap, type ReadinessMap } from '../report/readiness-map.ts'
import { renderDelta } from './delta.ts'
import { codeSpan, cut, escapeMarkdown, hiddenMarker, isPlainUrl, richText } from './escape.ts'
import { canFit, createAllowance, createOmissions, LADDER, type Form, type Omissions } from './form.ts'
import { countParts, cutoverPart, statusParts } from './headline.ts'
import { renderRemoved } from './removed.ts'
import { renderConditions, renderSteps } from './markdown-steps.ts'
import { isSettled, renderResults, type TableContext } from './markdown-tables.ts'
import { renderReadinessMap } from './readiness-map.ts'
import { duration, STATUS_WORDS } from './words.ts'

/** GitHub takes 65,536 characters in a comment; bytes are never fewer than characters. */
export const COMMENT_BUDGET_BYTES = 60_000
/** GitHub takes 1 MiB of job summary in one step. */
export const SUMMARY_BUDGET_BYTES = 1_000_000

export interface MarkdownOptions {
  budgetBytes: number
  kind: 'summary' | 'comment'
  /** Identifies our own comment; invisible. */
  marker?: string
  /** By check id: what breaks without it. */
  why?: ReadonlyMap<string, string>
  /** What changed since the last run; absent: not known, or there was none. */
  delta?: Delta
  /** Finished markdown that follows the status, and counts against the budget. */
  news?: string
}

/** The report in the longest form that fits the budget; what a shorter form leaves out is counted and said. */
export function renderMarkdown(report: Report, options: MarkdownOptions): string {
  const steps = nextSteps(report)
  const map = readinessMap(report)
  let text = ''
  const checks = report.manifests.flatMap((manifest) => manifest.checks)
  const settled = checks.filter(isSettled).length
  for (const form of LADDER) {
    if (!canFit(form, settled, checks.length - settled, options.budgetBytes)) continue
    text = renderForm(report, { steps, map }, form, options)
    if (bytesOf(text) <= options.budgetBytes) return text
  }
  return text
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length
}

interface Findings {
  steps: NextSteps
  map: ReadinessMap | undefined
}

function renderForm(report: Report, { steps, map }: Findings, form: Form, options: MarkdownOptions): string {
  const omitted = createOmissions()
  const allowRows = createAllowance(form.rows)
  const context = { report, form, omitted, why: options.why ?? new Map<string, string>() }
  const blocks = [
    ...(options.marker === undefined ? [] : [hiddenMarker(options.marker)]),
    heading(report),
    statusLine(report, steps),
    ...renderRemoved(report, form, omitted),
    ...(options.delta === undefined ? [] : [renderDelta(options.delta, report.manifests.length > 1, form.changes)]),
    ...(options.news === undefined ? [] : [options.news]),
    ...renderReadinessMap(map, form, omitted),
    ...notices(report, form, omitted),
    ...problems(report, form, omitted),
    ...renderSteps(steps, context),
    ...renderConditions(steps, context),
    ...report.manifests.flatMap((manifest) => manifestSection(manifest, report, { form, omitted, allowRows })),
    ...leftOut(report, omitted, options.kind),
    footer(report),
  ]
  return `${blocks.join('\n\n')}\n`
}

function heading({ title, status }: Report): string {
  return `## ${STATUS_WORDS[status].icon} ${escapeMarkdown(cut(title, 200))}: ${STATUS_WORDS[status].words}`
}

function statusLine(report: Report, steps: NextSteps): string {
  const [first = '', ...others] = statusParts(report, steps).map((part) => escapeMarkdown(part))
  return [`**${first}**`, ...others].join(' · ')
}

function notices(report: Report, form: Form, omitted: Omissions): string[] {
  const shown = report.notices.slice(0, form.items)
  omitted.add('notices', report.notices.length - shown.length)
  if (shown.length === 0) return []
  const lines = shown.map((text) => `> ${richText(cut(text))}`)
  return [`> [!NOTE]\n${lines.join('\n>\n')}`]
}

function problems(report: Report, form: Form, omitted: Omissions): string[] {
  const sorted = report.problems.toSorted((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'))
  const shown = sorted.slice(0, form.items)
  omitted.add('problems', sorted.length - shown.length)
  if (shown.length === 0) return []
  const lines = shown.map(({ severity, location, message }) => {
    const place =
      location === undefined ? '' : `${codeSpan(`${cut(location.path, 200)}:${location.line}:${location.column}`)} `
    return `- ${severity === 'error' ? '❌' : '⚠️'} ${place}${richText(cut(message, 1_000))}`
  })
  return ['### Problems', lines.join('\n')]
}

/** With one manifest its results follow directly; with several each has a section of its own. */
function manifestSection(manifest: ManifestReport, report: Report, context: TableContext): string[] {
  const results = renderResults(manifest, context)
  if (report.manifests.length < 2) return results
  if (context.form.steps === 0) {
    context.omitted.add('manifests', 1)
    return []
  }
  const { icon, words } = STATUS_WORDS[manifest.status]
  const facts = [...countParts(countVerdicts(manifest.checks)), ...cutoverPart([manifest], report.run.startedAt)]
  const line = [codeSpan(cut(manifest.path, 200)), ...facts.map((part) => escapeMarkdown(part))].join(' · ')
  return [`### ${icon} ${escapeMarkdown(cut(manifest.name, 200))}: ${words}`, line, ...results]
}

function leftOut(report: Report, omitted: Omissions, kind: MarkdownOptions['kind']): string[] {
  const list = omitted.list()
  if (list.length === 0) return []
  const elsewhere =
    kind === 'comment'
      ? `The summary of the ${runLink(report)} and report.json have more.`
      : 'report.json has everything.'
  return [`*Left out here, to fit: ${list.join(', ')}.* ${elsewhere}`]
}

function footer(report: Report): string {
  const { vantage, sha, durationMs } = report.run
  const place = vantage.name === 'auto' ? 'the runner' : codeSpan(cut(vantage.name, 100))
  const parts = [
    `Seen from ${place} (${vantage.verified ? 'verified to stand' : 'not verified to stand'} where DMS does)`,
    ...(/^[0-9a-f]{7,64}$/.test(sha) ? [`commit ${codeSpan(sha.slice(0, 7))}`] : []),
    duration(durationMs),
    ...(isPlainUrl(report.run.url) ? [runLink(report)] : []),
    `dms-preflight ${escapeMarkdown(cut(report.tool.version, 50), 'inside')}`,
  ]
  return `<sub>${parts.join(' · ')}</sub>`
}

function runLink({ run }: Report): string {
  return isPlainUrl(run.url) ? `[run](${run.url})` : 'run'
}
