import type { BlockedBy, CheckResult, ManifestReport } from '../domain/report.ts'
import { codeSpan, cut, escapeHtml, escapeMarkdown, tableCell } from './escape.ts'
import type { Form, Omissions } from './form.ts'
import { vouchedWords } from './markdown-steps.ts'
import { areaOf, plural, VERDICT_WORDS } from './words.ts'

/** More rows than this are folded away: the page should show the things to do, not a wall. */
const OPEN_ROWS = 20

export interface TableContext {
  form: Form
  omitted: Omissions
  /** How many rows of what did not pass may still be shown. */
  allowRows: (wanted: number) => number
  /** The report has no other manifest: the table needs a heading of its own. */
  isOnly: boolean
}

/** A manifest's results: what is not a pass as a table by area, passes folded away. */
export function renderResults({ checks }: ManifestReport, context: TableContext): string[] {
  const { form, omitted } = context
  const settled = checks.filter(isSettled)
  const blocks = otherResults(
    checks.filter((result) => !isSettled(result)),
    context,
  )
  if (settled.length === 0) return blocks
  if (form.passes === 'count') {
    omitted.add('checks that pass or do not apply', settled.length)
    return blocks
  }
  const body = form.passes === 'table' ? resultTable(settled) : titleList(settled, omitted)
  return [...blocks, folded(settledTitle(settled), body)]
}

function otherResults(others: readonly CheckResult[], { omitted, allowRows, isOnly }: TableContext): string[] {
  const shown = others.slice(0, allowRows(others.length))
  omitted.add('rows of checks that did not pass', others.length - shown.length)
  if (shown.length === 0) return []
  const title = `Not passed, by area (${others.length})`
  const table = resultTable(shown)
  if (shown.length > OPEN_ROWS) return [folded(title, table)]
  return [isOnly ? `### ${title}` : `**${title}**`, table]
}

export function isSettled({ verdict }: CheckResult): boolean {
  return verdict === 'pass' || verdict === 'not-applicable'
}

function settledTitle(settled: readonly CheckResult[]): string {
  const passed = settled.filter(({ verdict }) => verdict === 'pass').length
  const rest = settled.length - passed
  return `${plural(passed, 'check passes', 'checks pass')}${rest === 0 ? '' : `, ${rest} ${rest === 1 ? 'does' : 'do'} not apply`}`
}

/** The blank lines let markdown begin again inside the HTML element. */
function folded(title: string, body: string): string {
  return `<details><summary><b>${escapeHtml(title)}</b></summary>\n\n${body}\n\n</details>`
}

function resultTable(results: readonly CheckResult[]): string {
  const rows = ['| Area | | Check | On | Proof | What was seen |', '|---|---|---|---|---|---|']
  for (const [area, own] of byArea(results)) {
    own.forEach((result, place) => rows.push(row(place === 0 ? area : '', result)))
  }
  return rows.join('\n')
}

function byArea(results: readonly CheckResult[]): Map<string, CheckResult[]> {
  const areas = new Map<string, CheckResult[]>()
  for (const result of results) {
    const area = areaOf(result.id)
    const own = areas.get(area)
    if (own === undefined) areas.set(area, [result])
    else own.push(result)
  }
  return areas
}

function row(area: string, result: CheckResult): string {
  const cells = [
    escapeMarkdown(area),
    VERDICT_WORDS[result.verdict].icon,
    tableCell(cut(result.title, 200)) + (result.severity === 'recommended' ? ' *(recommended)*' : ''),
    codeSpan(cut(result.subject.name, 200), 'table'),
    proofWords(result),
    tableCell(seenWords(result)),
  ]
  return `| ${cells.join(' | ')} |`
}

function proofWords({ verdict, proof, cause }: CheckResult): string {
  if (verdict === 'pass' || verdict === 'fail' || verdict === 'waived') return proof
  if (verdict === 'attested') return 'a person'
  return cause === undefined ? '' : codeSpan(cause.kind, 'table')
}

function blockerWords({ id, subject, manifest }: BlockedBy): string {
  return `\`${id}\` on \`${subject}\`${manifest === undefined ? '' : ` in \`${manifest}\``}`
}

function seenWords(result: CheckResult): string {
  const { verdict, actual, summary, cause, blockedBy, vouched } = result
  const words = VERDICT_WORDS[verdict].words
  switch (verdict) {
    case 'unknown':
      return cause?.message ?? words
    case 'blocked':
      return `behind ${(blockedBy ?? []).map(blockerWords).join(', ')}`
    case 'attested':
      return vouched === undefined ? actual || words : vouchedWords(vouched)
    case 'waived':
      return [actual, vouched === undefined ? '' : vouchedWords(vouched)].filter((part) => part !== '').join('; ')
    case 'manual':
    case 'not-applicable':
      return summary || words
    case 'pass':
    case 'fail':
      return actual || summary || words
  }
}

function titleList(settled: readonly CheckResult[], omitted: Omissions): string {
  const counts = new Map<string, number>()
  for (const { title } of settled) counts.set(title, (counts.get(title) ?? 0) + 1)
  omitted.add('details of checks that pass or do not apply', settled.length)
  return [...counts]
    .map(([title, count]) => `- ${escapeMarkdown(cut(title, 200))}${count > 1 ? ` (${count})` : ''}`)
    .join('\n')
}
