import { seen, unseen, type Observed } from '../../../domain/observed.ts'
import type { Remediation } from '../../../domain/report.ts'
import type { Ports } from '../../../ports/ports.ts'
import { defineCheck, type Judgement, type Spec } from '../../define.ts'
import { boundText } from '../../foreign-text.ts'
import { manifestSubject } from '../../subjects.ts'
import { madeAt, parseAssessmentReport, type AssessmentFact } from './assessment-report.ts'

type Evidence =
  | { kind: 'stated'; version: string }
  /** `ageMs`: at the time of the check; absent when the report has no date, or nobody asks for its age. */
  | { kind: 'report'; path: string; report: AssessmentFact; ageMs?: number; maxAgeMs?: number }
  | { kind: 'none' }

const MS_PER_MINUTE = 60_000
const MS_PER_HOUR = 60 * MS_PER_MINUTE
/** From here on an age is told in days. */
const HOURS_IN_DAYS = 48
/** Clocks of two machines, and a time without a zone, may differ by this. */
const CLOCK_SKEW_MS = 14 * MS_PER_HOUR
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
      title: 'Prerequisites for Azure Database Migration Service',
      url: 'https://learn.microsoft.com/azure/dms/pre-reqs',
      verified: '2026-11-22',
      rows: ['D2'],
    },
    remedy:
      'Assess the databases with Data Migration Assistant 3.3 or later, and state its version or name its report in the manifest.',
  },
  uses: ['files', 'clock'],
  subjects: manifestSubject,
  observe: ({ files, clock }, { spec }) => {
    const { dataMigrationAssistant, assessment } = spec.manifest.tools
    if (dataMigrationAssistant !== undefined) {
      return Promise.resolve(seen({ kind: 'stated', version: boundText(dataMigrationAssistant.version, 60) }))
    }
    if (assessment === undefined) return Promise.resolve(seen({ kind: 'none' }))
    return readReport({ files, clock }, assessment)
  },
  judge: (evidence) => {
    switch (evidence.kind) {
      case 'stated':
        return judgeStatement(evidence.version)
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
    // Only where it is asked for: it differs from run to run, and the rest of the evidence does not.
    ...(maxAgeMs === undefined ? {} : { maxAgeMs, ...(made === undefined ? {} : { ageMs: clock.now() - made }) }),
  })
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
  const stale = staleness(evidence)
  if (stale !== undefined) {
    const message = boundText(stale)
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

/** Why the report is not as young as the manifest asks for (`tools.assessment.max-age`). */
function staleness({ path, report, ageMs, maxAgeMs }: ReportEvidence): string | undefined {
  if (maxAgeMs === undefined) return undefined
  const limit = `the manifest asks for one of at most ${describeAge(maxAgeMs)} (tools.assessment.max-age)`
  if (ageMs === undefined) return `${path} does not tell when the assessment was made, and ${limit}`
  const made = report.endedOn ?? report.startedOn ?? ''
  if (ageMs < -CLOCK_SKEW_MS) return `${path} is dated ${made}, which is in the future, and ${limit}`
  return ageMs > maxAgeMs ? `${path} of ${made} is ${describeAge(ageMs)} old, and ${limit}` : undefined
}

function describeAge(ms: number): string {
  const hours = Math.floor(ms / MS_PER_HOUR)
  if (hours < 1) return `${String(Math.floor(ms / MS_PER_MINUTE))} minutes`
  return hours < HOURS_IN_DAYS ? `${String(hours)} hours` : `${String(Math.floor(hours / 24))} days`
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
