import type { OpenQuestion, WrittenFiles } from '../domain/conversion.ts'
import { codeBlock, codeSpan, escapeHtml, richText, tableCell } from './escape.ts'

/** Of one text in the summary; the log has all of it. */
const TEXT_LIMIT_CHARS = 200_000
/** Rows of one table; the log has all of them. */
const MOST_ROWS = 500

/** The job's summary of `mode: convert` and `mode: init`. */
export function renderWritten(written: WrittenFiles): string {
  const { problems, files, notes, questions, dropped, texts } = written
  const required = questions.filter(({ isRequired }) => isRequired)
  const optional = questions.filter(({ isRequired }) => !isRequired)
  return [
    `## ${isRefused(written) ? '⛔' : '📝'} ${headline(written)}`,
    '',
    ...list(
      '',
      problems.slice(0, MOST_ROWS).map((problem) => `${placeOf(problem.location)}${richText(problem.message)}`),
    ),
    ...list(
      '',
      files.map((file) => richText(fileSentence(file))),
    ),
    ...list(
      '',
      notes.map((note) => richText(note)),
    ),
    ...list('**To answer before the gate can run:**', required.map(questionItem)),
    ...list('**Also worth an answer:**', optional.slice(0, MOST_ROWS).map(questionItem)),
    ...(dropped.length === 0
      ? []
      : [
          '| Left out | Why |',
          '| --- | --- |',
          ...dropped
            .slice(0, MOST_ROWS)
            .map(
              ({ path, line, key, why }) => `| ${codeSpan(`${path}:${line} ${key}`, 'table')} | ${tableCell(why)} |`,
            ),
          '',
        ]),
    ...(isRefused(written)
      ? []
      : list(
          '**Next:**',
          nextSteps(written).map((step) => richText(step)),
        )),
    ...texts.flatMap(({ title, language, text }) => [
      `<details><summary>${escapeHtml(title)}</summary>`,
      '',
      codeBlock(language, text.length > TEXT_LIMIT_CHARS ? `${text.slice(0, TEXT_LIMIT_CHARS)}\n…` : text),
      '',
      '</details>',
      '',
    ]),
  ].join('\n')
}

/** The same for the log, in parts; those with a title are folded. */
export function renderWrittenText(written: WrittenFiles): { title?: string; text: string }[] {
  const { problems, files, notes, questions, dropped, texts } = written
  const lines = [
    headline(written),
    ...problems.map(({ location, message }) => `  error: ${plainPlace(location)}${message}`),
    ...files.map((file) => `  ${fileSentence(file)}`),
    ...notes.map((note) => `  ${note}`),
    ...questions.map(
      ({ path, line, key, text, isRequired }) =>
        `  ${isRequired ? 'TO ANSWER' : 'optional '} ${line === undefined ? path : `${path}:${line}`} ${key}: ${text}`,
    ),
    ...dropped.map(({ path, line, key, why }) => `  left out  ${path}:${line} ${key} ${why}`),
    ...(isRefused(written) ? [] : nextSteps(written).map((step) => `  Next: ${step}`)),
  ]
  return [{ text: lines.join('\n') }, ...texts.map(({ title, text }) => ({ title, text }))]
}

function headline(written: WrittenFiles): string {
  const { mode, files, modern } = written
  const count = files.filter(({ state }) => state === 'written').length
  const some = `${count} ${count === 1 ? 'file' : 'files'}`
  if (isRefused(written)) return mode === 'convert' ? 'Nothing was converted' : 'No manifest was written'
  if (mode === 'init') return 'A manifest was written'
  if (count > 0) return `Converted for the service of today: ${some}`
  return files.length > 0 || modern.length > 0 ? 'Nothing is left to convert' : 'Nothing was converted'
}

function isRefused({ problems }: WrittenFiles): boolean {
  return problems.length > 0
}

function fileSentence({ path, from, state }: WrittenFiles['files'][number]): string {
  const source = from === undefined ? '' : `, from \`${from}\``
  return state === 'written'
    ? `\`${path}\` was written${source}.`
    : `\`${path}\` stands there already, just as it would be written${source}.`
}

function nextSteps({ mode, files, questions }: WrittenFiles): string[] {
  if (files.length === 0) return []
  const answer = questions.some(({ isRequired }) => isRequired) ? ['Answer what is open in the file.'] : []
  const paths = files.map(({ path }) => `\`${path}\``).join(', ')
  return [
    `The step wrote into the workspace of this job alone: commit ${paths}, or upload it as an artifact.`,
    ...answer,
    mode === 'convert'
      ? 'Run the gate with the new manifest in the input `manifest`. Once it is ready, let it take the place of the old one.'
      : 'Run the gate on it: `mode: check`.',
  ]
}

function questionItem({ path, line, key, text }: OpenQuestion): string {
  return `${codeSpan(line === undefined ? path : `${path}:${line}`)} ${codeSpan(key)}: ${richText(text, 'inside')}`
}

function list(title: string, items: readonly string[]): string[] {
  if (items.length === 0) return []
  return [...(title === '' ? [] : [title, '']), ...items.map((item) => `- ${item}`), '']
}

function placeOf(location: { path: string; line: number; column: number } | undefined): string {
  return location === undefined ? '' : `${codeSpan(`${location.path}:${location.line}:${location.column}`)} `
}

function plainPlace(location: { path: string; line: number; column: number } | undefined): string {
  return location === undefined ? '' : `${location.path}:${location.line}:${location.column}: `
}
