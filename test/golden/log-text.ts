import type { Report } from '../../src/domain/report.ts'
import { renderLog } from '../../src/render/terminal.ts'

/** The log with its folds open. */
export function logText(report: Report): string {
  const parts = renderLog(report).map(({ title, text }) => (title === undefined ? text : `${title}\n${text}`))
  return `${parts.join('\n\n')}\n`
}
