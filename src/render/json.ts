import type { Report } from '../domain/report.ts'

/** The text of report.json. */
export function renderJson(report: Report): string {
  return `${JSON.stringify(report, null, 2)}\n`
}
