import type { Removed, Report } from '../domain/report.ts'
import { removedProblems, removedWords } from '../report/removed.ts'
import { codeSpan, cut, escapeMarkdown, oneLine, richText } from './escape.ts'
import type { Form, Omissions } from './form.ts'
import { plural } from './words.ts'

/** What a change takes out of scope, before everything else that a reviewer reads. */
export function renderRemoved({ removed, manifests, disclosure }: Report, form: Form, omitted: Omissions): string[] {
  if (removed.length === 0) return []
  const shown = removed.slice(0, Math.max(1, form.items))
  omitted.add('things taken out of scope', removed.length - shown.length)
  const isOneManifest = manifests.length < 2 && disclosure !== 'counts'
  const lines = shown.map((one) => `> - ${richText(cut(removedWords(one), 500))}${whereOf(one, isOneManifest)}`)
  return [`> [!WARNING]\n> **This change takes out of scope:**\n>\n${lines.join('\n')}`]
}

/** With several manifests, of which one, and in any case where it stood. */
function whereOf({ kind, manifest, location }: Removed, isOneManifest: boolean): string {
  const name =
    isOneManifest || manifest === undefined || kind === 'manifest' ? '' : ` of ${escapeMarkdown(cut(manifest, 100))}`
  return location === undefined ? name : `${name} (${codeSpan(`${cut(location.path, 200)}:${location.line}`)})`
}

/** A log that nobody can scroll through helps nobody. */
const LINES_SHOWN = 200

/** The lines of the log. */
export function removedLines({ removed }: Report): string[] {
  if (removed.length === 0) return []
  return [
    `This change takes out of scope (${plural(removed.length, 'thing')}):`,
    ...removed.slice(0, LINES_SHOWN).map((one) => {
      const { manifest, location } = one
      const where = [manifest ?? [], location === undefined ? [] : `${location.path}:${location.line}`].flat()
      return `  - ${oneLine(cut(removedWords(one), 500))}${where.length === 0 ? '' : ` (${oneLine(cut(where.join(', '), 300))})`}`
    }),
    ...(removed.length > LINES_SHOWN ? [`  - and ${removed.length - LINES_SHOWN} more: see report.json`] : []),
  ]
}

/** A warning for each manifest. */
export function removedAnnotations({
  removed,
}: Report): { level: 'warning'; title: string; message: string; file?: string; line?: number; column?: number }[] {
  return removedProblems(removed).map(({ message, location }) => ({
    level: 'warning',
    title: 'Out of scope by this change',
    message: oneLine(cut(message, 1_500)),
    ...(location === undefined ? {} : { file: location.path, line: location.line, column: location.column }),
  }))
}
