import { CATALOGUE } from '../checks/catalogue.generated.ts'
import type { Report } from '../domain/report.ts'
import { renderJson } from '../render/json.ts'
import { renderJunit } from '../render/junit.ts'
import { renderSarif, type SarifRule } from '../render/sarif.ts'
import type { ReportFile } from '../domain/report-files.ts'

const RULES: readonly SarifRule[] = CATALOGUE.map(({ meta }) => ({
  id: meta.id,
  ref: meta.ref,
  title: meta.title,
  team: meta.team,
  severity: typeof meta.severity === 'string' ? meta.severity : 'required',
  why: meta.why,
  remedy: meta.remedy,
  url: meta.source.url,
}))

/** Everything that goes into the report directory, from the report as its readers may see it. */
export function renderFiles(report: Report, markdown: string): Record<ReportFile, string> {
  return {
    'report.json': renderJson(report),
    'report.md': markdown,
    'junit.xml': renderJunit(report),
    'report.sarif': renderSarif(report, RULES),
  }
}
