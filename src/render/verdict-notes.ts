import type { CheckResult } from '../domain/report.ts'
import { plainText, visible } from './escape.ts'
import { vouchedWords } from './markdown-steps.ts'
import { VERDICT_WORDS } from './words.ts'

/** What was found, in one sentence; foreign text, not escaped. */
export function factOf(result: CheckResult): string {
  const { verdict, summary, cause, vouched } = result
  if (verdict === 'waived' || verdict === 'attested') {
    const words = vouched === undefined ? VERDICT_WORDS[verdict].words : vouchedWords(vouched)
    return summary === '' ? words : `${summary} (${words})`
  }
  return summary || (cause?.message ?? VERDICT_WORDS[verdict].words)
}

/**
 * Everything a reader needs who has only this text: what was expected and seen, why not, what to do, where to read on.
 * Foreign text is defused; scripts and our own links stay as they are, to be copied.
 */
export function detailLines(result: CheckResult): string[] {
  const { expected, actual, cause, blockedBy, remediation, proposed, source, location } = result
  const labelled = (label: string, text: string | undefined): string[] =>
    text === undefined || text === '' ? [] : [plainText(`${label}: ${text}`)]
  return [
    ...labelled('Expected', expected),
    ...labelled('Seen', actual),
    ...labelled('Cause', cause === undefined ? undefined : `${cause.kind}: ${cause.message}`),
    ...labelled('Waits for', (blockedBy ?? []).map(({ id, subject }) => `${id} (${subject})`).join(', ')),
    ...labelled('Proposed', proposed === undefined ? undefined : vouchedWords(proposed)),
    ...labelled('To do', remediation?.text),
    ...(remediation?.points ?? []).flatMap(({ label, text }) => labelled(`  ${label}`, text)),
    ...(remediation?.scripts ?? []).flatMap(({ language, code }) => [
      `Script (${language}):`,
      visible(code.replace(/\r\n?/g, '\n')),
    ]),
    ...labelled('Manifest', `${location.path}:${location.line}:${location.column}`),
    `Read on: ${source.url}`,
  ]
}
