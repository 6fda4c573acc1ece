import { seen, unseen, type Observed } from '../../../domain/observed.ts'
import type { Remediation } from '../../../domain/report.ts'
import type { Ports } from '../../../ports/ports.ts'
import { defineCheck, type Judgement, type Spec } from '../../define.ts'
import { boundText } from '../../foreign-text.ts'
import { manifestSubject } from '../../subjects.ts'
import { stalenessOf } from '../../assessment/age.ts'
import { madeAt } from '../../assessment/parse-assessment.ts'
import { parseAssessmentReport, type AssessmentFact } from './assessment-report.ts'

type Evidence =
  | { kind: 'stated'; version: string }
  /** Installed on this runner; `stated` as well, where the manifest states a version. */
  | { kind: 'installed'; version: string; stated: string | null }
  /** `ageMs`: at the time of the check; absent when the report has no date, or nobody asks for its age. */
  | { kind: 'report'; path: string; report: AssessmentFact; made: string | null; ageMs?: number; maxAgeMs?: number }
  | { kind: 'none' }

const LOWEST = [3, 3] as const
const EXPECTED = 'Data Migration Assistant 3.3 or later made the assessment'
const STATE: Remediation = {
  text: 'State the version of Data Migration Assistant that made the assessment (Help > About, or the file version of DmaCmd.exe). Microsoft retired the tool on 2025-07-16; the last release serves.',
  scripts: [
    { language: 'yaml', code: 'tools:\n  data-migration-assistant: { version: "5.8" }' },
    {
      language: 'powershell',
      code: '(Get-Item "$env:ProgramFiles\\Microsoft Data Migration Assistant\\DmaCmd.exe").VersionInfo.FileVersion',
    },
  ],
}

export default defineCheck<Spec, Evidence, 'files' | 'clock'>({
  meta: {
    id: 'tools/data-migration-assistant-is-current',
    ref: 'DMSP-037',
    title: 'Data Migration Assistant 3.3 or later made the assessment',
    team: 'dba',
    scenarios: ['sql-server-to-azure-sql-database'],
    generations: ['classic'],
    severity: ({ manifest: { tools } }) =>
      tools.assessment === undefined && tools.dataMigrationAssistant === undefined ? 'required' : 'recommended',
    needs: [],
    vantage: 'repository',
    verdicts: ['pass', 'fail', 'unknown', 'manual', 'attested'],
    why: 'DMS moves data only: the schema has to be assessed and brought to the target first, and older releases do not know what the target supports.',
    source: {
      title: 'Overview of prerequisites for using the Azure Database Migration Service',
      url: 'https://learn.microsoft.com/azure/dms/pre-reqs',
      verified: '2026-11-22',
      rows: ['D2'],
    },
    remedy:
      'Assess the databases with Data Migration Assistant 3.3 or later, and state its version or name its report in the manifest. The tool was retired on 2025-07-16; `generation: modern` asks for an assessment by whatever tool instead.',
  },
  uses: ['files', 'clock'],
  subjects: manifestSubject,
  observe: async ({ files, clock }, { spec }) => {
    const { dataMigrationAssistant, assessment } = spec.manifest.tools
    const stated = dataMigrationAssistant === undefined ? null : boundText(dataMigrationAssistant.version, 60)
    const installed = await files.dataMigrationAssistant()
    if (installed.ok && installed.value.found && installed.value.version !== undefined) {
      return seen({ kind: 'installed', version: installed.value.version, stated })
    }
    if (stated !== null) return seen({ kind: 'stated', version: stated })
    if (assessment === undefined) return seen({ kind: 'none' })
    return readReport({ files, clock }, assessment)
  },
  judge: (evidence) => {
    switch (evidence.kind) {
      case 'stated':
        return judgeStatement(evidence.version)
      case 'installed':
        return judgeInstalled(evidence)
      case 'report':
        return judgeReport(evidence)
      case 'none':
        return {
          verdict: 'manual',
          summary: 'The manifest names neither a version of Data Migration Assistant nor an assessment report',
          expected: EXPECTED,
          remediation: STATE,
        }
    }
  },
})

async function readReport(
  { files, clock }: Pick<Ports, 'files' | 'clock'>,
  { report: path, maxAgeMs }: { report: string; maxAgeMs?: number },
): Promise<Observed<Evidence>> {
  const file = await files.readText(path)
  if (!file.ok) return file
  if (!file.value.found) return unseen('not-found', `the assessment report ${path} is not in the workspace`)
  const report = parseAssessmentReport(file.value.text)
  if (report === undefined) return unseen('protocol', `${path} is no report of Data Migration Assistant in JSON`)
  const made = madeAt(report)
  return seen({
    kind: 'report',
    path,
    report,
    made: made?.text ?? null,
    // Only where it is asked for: it differs from run to run, and the rest of the evidence does not.
    ...(maxAgeMs === undefined ? {} : { maxAgeMs, ...(made === undefined ? {} : { ageMs: clock.now() - made.ms }) }),
  })
}

/** Measured, so it counts before what the manifest states. */
function judgeInstalled({ version, stated }: Extract<Evidence, { kind: 'installed' }>): Judgement {
  const actual = `DmaCmd.exe on this runner has the file version ${version}`
  const other =
    stated !== null && !version.startsWith(stated.replace(/^v/i, '')) ? `; the manifest states ${stated}` : ''
  const summary = `${actual}, and 3.3 or later is asked for${other}`
  return isAtLeastLowest(parseVersion(version) ?? [])
    ? { verdict: 'pass', proof: 'direct', summary, expected: EXPECTED, actual }
    : { verdict: 'fail', proof: 'direct', summary, expected: EXPECTED, actual, remediation: STATE }
}

function judgeStatement(version: string): Judgement {
  const numbers = parseVersion(version)
  if (numbers === undefined) {
    const message = `the stated version "${version}" is no version number such as 5.8`
    return unsure(
      `Which Data Migration Assistant made the assessment is not known: ${message}`,
      'missing-input',
      message,
    )
  }
  const actual = `the manifest states version ${version}`
  if (isAtLeastLowest(numbers)) {
    const summary = `Data Migration Assistant ${version} is stated in the manifest, and 3.3 or later is asked for`
    return { verdict: 'attested', summary, expected: EXPECTED, actual }
  }
  return {
    verdict: 'fail',
    proof: 'direct',
    summary: `Data Migration Assistant ${version} is stated in the manifest, older than 3.3`,
    expected: EXPECTED,
    actual,
    remediation: { ...STATE, text: `Assess again with 3.3 or later. ${STATE.text}` },
  }
}

type ReportEvidence = Extract<Evidence, { kind: 'report' }>

function judgeReport(evidence: ReportEvidence): Judgement {
  const { path, report } = evidence
  const { made, ageMs = null, maxAgeMs = null } = evidence
  const stale = stalenessOf({ path, made, ageMs, maxAgeMs })
  if (stale !== undefined) {
    const message = boundText(stale.message)
    const again = { ...STATE, text: `Assess again and commit the new report. ${STATE.text}` }
    return unsure(`Nothing current is known of the assessment: ${message}`, 'insufficient', message, again)
  }
  const { atLeast, because } = report
  if (atLeast !== undefined && because !== undefined && isAtLeastLowest(parseVersion(atLeast) ?? [])) {
    const actual = `${path} shows ${because}, which came with version ${atLeast}`
    const summary = `Data Migration Assistant ${atLeast} or later wrote ${path}: it shows ${because}`
    return { verdict: 'pass', proof: 'direct', summary, expected: EXPECTED, actual }
  }
  const shown = `target ${report.targetPlatform ?? 'not named'}, source ${report.sourcePlatform ?? 'not named'}, ${String(report.databases)} databases`
  const message = boundText(
    `${path} is a report of Data Migration Assistant (${shown}), and nothing in it shows the version`,
  )
  return unsure(`Which Data Migration Assistant made the assessment is not known: ${message}`, 'insufficient', message)
}

function unsure(
  summary: string,
  kind: 'insufficient' | 'missing-input',
  message: string,
  remediation = STATE,
): Judgement {
  return {
    verdict: 'unknown',
    proof: 'direct',
    summary,
    expected: EXPECTED,
    cause: { kind, message },
    remediation,
  }
}

function parseVersion(text: string): number[] | undefined {
  const match = /^v?(\d{1,5}(?:\.\d{1,9}){0,3})$/i.exec(text.trim())
  return match?.[1]?.split('.').map(Number)
}

function isAtLeastLowest([major = 0, minor = 0]: readonly number[]): boolean {
  return major > LOWEST[0] || (major === LOWEST[0] && minor >= LOWEST[1])
}
