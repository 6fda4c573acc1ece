import type { BlockedBy, CheckResult, ManifestReport } from '../domain/report.ts'
import type { Verdict } from '../domain/verdict.ts'
import { codeSpan, cut, escapeHtml, escapeMarkdown, tableCell } from './escape.ts'
import type { Form, Omissions } from './form.ts'
import { vouchedWords } from './markdown-steps.ts'
import { VERDICT_WORDS } from './words.ts'

export interface TableContext {
  form: Form
  omitted: Omissions
  /** How many rows of what did not pass may still be shown. */
  allowRows: (wanted: number) => number
}

/** A manifest's results, folded away: what did not pass first, then what did, as a table or shorter. */
export function renderResults({ checks }: ManifestReport, { form, omitted, allowRows }: TableContext): string[] {
  const settled = checks.filter(isSettled)
  const others = checks.filter((result) => !isSettled(result)).toSorted(byUrgency)
  const rows = others.slice(0, allowRows(others.length))
  omitted.add('rows of checks that did not pass', others.length - rows.length)
  if (form.passes === 'count') omitted.add('checks that pass or do not apply', settled.length)
  if (form.passes === 'table') rows.push(...settled)
  const titles = form.passes === 'titles' && settled.length > 0 ? [titleList(settled, omitted)] : []
  const body = [...(rows.length === 0 ? [] : [resultTable(rows)]), ...titles]
  if (body.length === 0) return []
  const isWhole = rows.length === checks.length || titles.length > 0
  const title = isWhole ? `All checks (${checks.length})` : `Checks that did not pass (${rows.length})`
  return [folded(title, body.join('\n\n'))]
}

/** What needs a look first; of the same verdict the order is the catalogue's. */
const ORDER: readonly Verdict[] = ['fail', 'unknown', 'manual', 'blocked', 'waived', 'attested']

function byUrgency(a: CheckResult, b: CheckResult): number {
  return (
    ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict) ||
    Number(a.severity === 'recommended') - Number(b.severity === 'recommended')
  )
}

export function isSettled({ verdict }: CheckResult): boolean {
  return verdict === 'pass' || verdict === 'not-applicable'
}

/** The blank lines let markdown begin again inside the HTML element. */
function folded(title: string, body: string): string {
  return `<details><summary><b>${escapeHtml(title)}</b></summary>\n\n${body}\n\n</details>`
}

function resultTable(results: readonly CheckResult[]): string {
  return ['| | Check | On | Proof | What was seen |', '|---|---|---|---|---|', ...results.map(row)].join('\n')
}

function row(result: CheckResult): string {
  const { verdict, title, severity, subject } = result
  const cells = [
    VERDICT_WORDS[verdict].icon,
    tableCell(cut(title, 200)) + (severity === 'recommended' ? ' *(recommended)*' : ''),
    subject.kind === 'manifest' ? 'whole migration' : codeSpan(cut(subject.name, 200), 'table'),
    proofWords(result),
    tableCell(seenWords(result)),
  ]
  return `| ${cells.join(' | ')} |`
}

function proofWords({ verdict, proof, cause }: CheckResult): string {
  if (verdict === 'pass' || verdict === 'fail' || verdict === 'waived') return proof
  if (verdict === 'attested') return 'attested'
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
