import { GENERATIONS, SCENARIOS, type Scenario, type Source } from '../../../domain/manifest.ts'
import { seen, unseen, type Observed } from '../../../domain/observed.ts'
import type { Remediation } from '../../../domain/report.ts'
import type { Ports } from '../../../ports/ports.ts'
import { stalenessOf } from '../../assessment/age.ts'
import { madeAt, parseAssessment, type AssessedDatabase, type TargetKind } from '../../assessment/parse-assessment.ts'
import { isSameServer } from '../../assessment/same-server.ts'
import { defineCheck, type Judgement, type Spec } from '../../define.ts'
import { boundText } from '../../foreign-text.ts'
import { manifestSubject } from '../../subjects.ts'

/** One database of the manifest, and what the report tells of it. */
type Place = { source: string; server: string; name: string }
type Covered = Place & { found: 'yes'; assessed: AssessedDatabase }
/** `elsewhere`: servers that have a database of that name and cannot be told to be this one. */
type Uncovered = Place & { found: 'no' | 'unsure'; elsewhere: string[] }
type Finding = Covered | Uncovered

type Evidence =
  | { kind: 'none' }
  | {
      kind: 'report'
      path: string
      tool: string
      status: string
      targetPlatform: string | null
      made: string | null
      maxAgeMs: number | null
      /** Only where an age is asked for: it differs from run to run, and the rest of the evidence does not. */
      ageMs: number | null
      databases: number
      serverFindings: number
      findings: Finding[]
    }
type Report = Extract<Evidence, { kind: 'report' }>

const ID = 'tools/assessment-is-clean'
const LISTED = 5

const TARGETS: Readonly<Record<Scenario, TargetKind>> = {
  'sql-server-to-azure-sql-database': 'database',
  'sql-server-to-azure-sql-managed-instance': 'managed-instance',
  'sql-server-to-sql-server-on-azure-vm': 'virtual-machine',
}

export default defineCheck<Spec, Evidence, 'files' | 'clock'>({
  meta: {
    id: ID,
    ref: 'DMSP-038',
    title: 'The assessment covers every database and finds no blocker',
    team: 'dba',
    scenarios: SCENARIOS,
    generations: GENERATIONS,
    severity: ({ manifest }) => (manifest.tools.assessment === undefined ? 'recommended' : 'required'),
    needs: [],
    vantage: 'repository',
    verdicts: ['pass', 'fail', 'unknown', 'manual'],
    why: 'What the target does not have (a feature, a type, a reference to another database) stops the migration of a database halfway.',
    source: {
      title: 'Overview of Data Migration Assistant',
      url: 'https://learn.microsoft.com/sql/dma/dma-overview',
      verified: '2026-11-22',
      rows: ['ASSESS', 'COM-002', 'P12-001', 'P23-002'],
    },
    remedy:
      'Assess all databases for the target that they go to, mend or accept what is found, and commit the report: az datamigration get-assessment writes one, and those of Data Migration Assistant are read as well.',
  },
  uses: ['files', 'clock'],
  subjects: manifestSubject,
  observe: ({ files, clock }, { spec: { manifest } }) => {
    const { assessment } = manifest.tools
    if (assessment === undefined) return Promise.resolve(seen({ kind: 'none' }))
    return readReport({ files, clock }, assessment, manifest.sources, TARGETS[manifest.scenario])
  },
  judge: (evidence, { spec }) =>
    evidence.kind === 'report'
      ? judgeReport(evidence, spec.manifest.scenario)
      : {
          verdict: 'manual',
          summary:
            'The manifest names no assessment report (tools.assessment.report), so whether the databases fit the target is not known',
          expected: 'an assessment of every database, without a blocker',
          remediation: ASSESS,
        },
})

async function readReport(
  { files, clock }: Pick<Ports, 'files' | 'clock'>,
  { report: path, maxAgeMs }: { report: string; maxAgeMs?: number },
  sources: readonly Source[],
  target: TargetKind,
): Promise<Observed<Evidence>> {
  const file = await files.readText(path)
  if (!file.ok) return file
  if (!file.value.found) return unseen('not-found', `the assessment report ${path} is not in the workspace`)
  const report = parseAssessment(file.value.text, target)
  if (report === undefined) {
    return unseen('protocol', `${path} is neither a JSON report of Data Migration Assistant nor one of SqlAssessment`)
  }
  const made = madeAt(report)
  const byName = new Map<string, AssessedDatabase[]>()
  for (const database of report.databases) {
    const key = database.name.toLowerCase()
    byName.set(key, [...(byName.get(key) ?? []), database])
  }
  return seen({
    kind: 'report',
    path,
    tool: report.tool,
    status: report.status,
    targetPlatform: report.targetPlatform ?? null,
    made: made?.text ?? null,
    maxAgeMs: maxAgeMs ?? null,
    ageMs: maxAgeMs === undefined || made === undefined ? null : clock.now() - made.ms,
    databases: report.databases.length,
    serverFindings: report.serverFindings,
    findings: sources.flatMap((source) =>
      source.databases.map(({ name }) => findingOf(source, name, byName.get(name.toLowerCase()) ?? [])),
    ),
  })
}

function findingOf(source: Source, name: string, candidates: readonly AssessedDatabase[]): Finding {
  const place = { source: source.name, server: source.server.text, name }
  const graded = candidates.map((assessed) => ({ assessed, same: isSameServer(assessed.server, source.server) }))
  const own = graded.find(({ same }) => same === 'yes')
  if (own !== undefined) return { ...place, found: 'yes', assessed: own.assessed }
  const elsewhere = graded.filter(({ same }) => same === 'unsure').map(({ assessed }) => assessed.server)
  return {
    ...place,
    found: elsewhere.length > 0 ? 'unsure' : 'no',
    elsewhere: [...new Set(elsewhere)].slice(0, LISTED),
  }
}

function judgeReport(evidence: Report, scenario: Scenario): Judgement {
  const { path, tool, findings, targetPlatform } = evidence
  const expected = `${path} covers every database of the manifest for the target, and lists no blocker`
  const stale = stalenessOf(evidence)
  const problems = [
    ...(stale?.verdict === 'fail' ? [stale.message] : []),
    ...findings.flatMap((one) => problemsOf(one, targetPlatform)),
  ]
  const facts = `${tool}${evidence.made === null ? '' : ` of ${evidence.made}`}, ${count(evidence.databases, 'database')}`
  if (problems.length > 0) {
    const actual = list(problems)
    return {
      verdict: 'fail',
      proof: 'direct',
      summary: boundText(`${path} (${facts}): ${actual}`, 1500),
      expected,
      actual: boundText(actual, 1000),
      remediation: ASSESS,
    }
  }
  const doubts = [
    ...(stale === undefined ? [] : [stale.message]),
    ...findings.flatMap((one) => (one.found === 'unsure' ? [doubtOf(one)] : [])),
  ]
  if (doubts.length > 0) {
    const message = boundText(`${path} (${facts}): ${list(doubts)}`, 1000)
    return {
      verdict: 'unknown',
      proof: 'direct',
      summary: message,
      expected,
      cause: { kind: 'insufficient', message },
      remediation: ASSESS,
    }
  }
  const warnings = findings.reduce((sum, one) => sum + (one.found === 'yes' ? one.assessed.warnings : 0), 0)
  const remarks = [
    ...(warnings === 0
      ? []
      : [`${count(warnings, 'finding')} about them that ${warnings === 1 ? 'is no blocker' : 'are no blockers'}`]),
    ...(evidence.serverFindings === 0 ? [] : [`${String(evidence.serverFindings)} about the server`]),
  ]
  const actual = `${count(findings.length, 'database')} of the manifest without a blocker${remarks.length === 0 ? '' : `; ${remarks.join(', ')}`}`
  return {
    verdict: 'pass',
    proof: 'direct',
    summary: `${path} (${facts}) covers ${scenarioWord(scenario)}: ${actual}`,
    expected,
    actual,
  }
}

function problemsOf(finding: Finding, targetPlatform: string | null): string[] {
  const what = `${finding.name} of ${finding.server}`
  if (finding.found !== 'yes') return finding.found === 'no' ? [`it does not cover ${what}`] : []
  const { status, isForTarget, blockers, blockerCount } = finding.assessed
  if (status !== 'Completed')
    return [`the assessment of ${what} did not complete (${status === '' ? 'no status' : status})`]
  if (!isForTarget)
    return [`${what} was assessed for ${targetPlatform ?? 'another target'}, not for the target of this migration`]
  if (blockerCount === 0) return []
  const shown = blockers.map(({ title, objects, objectCount }) => {
    const more = objectCount > objects.length ? ` and ${String(objectCount - objects.length)} more` : ''
    return `${title}${objects.length === 0 ? '' : ` (${objects.join(', ')}${more})`}`
  })
  const rest = blockerCount > blockers.length ? ` and ${String(blockerCount - blockers.length)} more` : ''
  return [`${what} has ${count(blockerCount, 'blocker')}: ${shown.join('; ')}${rest}`]
}

function doubtOf({ name, server, elsewhere }: Uncovered): string {
  const where = elsewhere.map((one) => (one === '' ? 'a server without a name' : one)).join(', ')
  return `it has a database ${name} on ${where}, which may or may not be ${server}: assess again with the server named as in the manifest`
}

function count(number: number, what: string): string {
  return `${String(number)} ${what}${number === 1 ? '' : 's'}`
}

function list(texts: readonly string[]): string {
  const more = texts.length > LISTED ? ` (and ${String(texts.length - LISTED)} more)` : ''
  return `${texts.slice(0, LISTED).join('. ')}${more}`
}

function scenarioWord(scenario: Scenario): string {
  return scenario === 'sql-server-to-azure-sql-database'
    ? 'Azure SQL Database'
    : scenario === 'sql-server-to-azure-sql-managed-instance'
      ? 'Azure SQL Managed Instance'
      : 'SQL Server on Azure VM'
}

const ASSESS: Remediation = {
  text: `Assess every database for its target and commit the report. The Azure CLI writes one (on Windows); those of Data Migration Assistant and of the extension of Azure Data Studio, both retired, are read as well. Blockers have to be mended in the database, or the database goes to another target. An age limit is \`tools.assessment.max-age\`.`,
  scripts: [
    {
      language: 'powershell',
      code: 'az datamigration get-assessment --connection-string "Data Source=<server>;Initial Catalog=master;Integrated Security=True" --output-folder "C:\\AssessmentOutput" --overwrite',
    },
    { language: 'yaml', code: 'tools: { assessment: { report: migration/assessment.json, max-age: 30d } }' },
  ],
}
