import type { Verification, VerificationStepName } from '../domain/receipt.ts'
import { VERDICTS } from '../domain/verdict.ts'
import { codeSpan, richText, tableCell } from './escape.ts'

const NAMES: Readonly<Record<VerificationStepName, string>> = {
  file: 'File',
  form: 'Form',
  signature: 'Signature',
  repository: 'Repository',
  workflow: 'Workflow',
  commit: 'Commit',
  manifest: 'Manifest',
  time: 'Time',
}

/** The job's summary of `mode: verify`. */
export function renderVerification(verification: Verification): string {
  const { accepted, path, steps } = verification
  const heading = accepted ? '## ✅ Receipt accepted' : '## ⛔ Receipt refused'
  const rows = steps.map(({ name, holds, words }) => `| ${holds ? '✅' : '❌'} ${NAMES[name]} | ${tableCell(words)} |`)
  const next = [...new Set(steps.flatMap((step) => step.next ?? []))]
  return [
    heading,
    '',
    richText(conclusion(verification)),
    ...(next.length === 0 ? [] : ['', '**Next:**', '', ...next.map((words) => `- ${richText(sentence(words))}`)]),
    '',
    `| ${codeSpan(path, 'table')} | What was found |`,
    '| --- | --- |',
    ...rows,
    '',
  ].join('\n')
}

/** The same for the log. */
export function renderVerificationText(verification: Verification): string {
  const { accepted, path, steps } = verification
  return [
    `${accepted ? 'Receipt accepted' : 'Receipt refused'}: ${path}`,
    ...steps.flatMap(({ name, holds, words, next }) => [
      `  ${holds ? 'ok     ' : 'REFUSED'} ${NAMES[name]}: ${words}`,
      ...(next === undefined ? [] : [`          Next: ${next}.`]),
    ]),
    conclusion(verification),
  ].join('\n')
}

/** One sentence for each reason, for the annotation. */
export function renderRefusal({ steps }: Verification): string {
  const refused = steps.filter(({ holds }) => !holds)
  return refused.map(({ words, next }) => (next === undefined ? words : `${words} Next: ${next}.`)).join(' ')
}

/** Outputs of an accepted receipt, but for its path: words and numbers of closed sets, and an instant. */
export function verificationOutputs({ receipt }: Verification): Record<string, string> {
  if (receipt === undefined) return {}
  const { status, counts } = receipt.payload.result
  return {
    status,
    ready: 'true',
    'status-if-merged': status,
    total: String(VERDICTS.reduce((sum, verdict) => sum + counts[verdict], 0)),
    ...Object.fromEntries(VERDICTS.map((verdict) => [verdict, String(counts[verdict])])),
    'ready-until': receipt.until,
  }
}

function conclusion({ accepted, receipt }: Verification): string {
  if (!accepted || receipt === undefined) {
    return 'The migration must not start: this receipt proves nothing here. The output `ready` is `false`.'
  }
  const { result, run } = receipt.payload
  return `The gate found this migration ${result.status} in run ${run.id} (attempt ${run.attempt}), and that holds until ${receipt.until}.`
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`
}
