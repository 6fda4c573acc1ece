import type { JsonObject } from '../../../domain/json.ts'
import { GENERATIONS, SCENARIOS } from '../../../domain/manifest.ts'
import { seen } from '../../../domain/observed.ts'
import { defineCheck, type Judgement } from '../../define.ts'
import { observeSource, type SourceFacts } from '../../source-facts.ts'
import { judgeNoLogin } from '../../sql-login.ts'
import { sourceSubjects, type SourceSpec } from '../../subjects.ts'

type Evidence = SourceFacts<JsonObject>
type Answered = Extract<Evidence, { outcome: 'answered' }>

const ID = 'source/version-is-supported'

/** By major and minor number, oldest first. */
const RELEASES: readonly [number, number, string][] = [
  [10, 0, 'SQL Server 2008'],
  [10, 50, 'SQL Server 2008 R2'],
  [11, 0, 'SQL Server 2012'],
  [12, 0, 'SQL Server 2014'],
  [13, 0, 'SQL Server 2016'],
  [14, 0, 'SQL Server 2017'],
  [15, 0, 'SQL Server 2019'],
  [16, 0, 'SQL Server 2022'],
  [17, 0, 'SQL Server 2025'],
]
const LOWEST_MAJOR = 10
const TUTORIALS_MAJOR = 13
/** SERVERPROPERTY('EngineEdition') of what is no SQL Server installation. */
const OTHER_ENGINES: ReadonlyMap<number, string> = new Map([
  [5, 'Azure SQL Database'],
  [6, 'Azure Synapse Analytics'],
  [8, 'Azure SQL Managed Instance'],
  [9, 'Azure SQL Edge'],
  [11, 'Azure Synapse serverless'],
  [12, 'SQL database in Fabric'],
])

export default defineCheck<SourceSpec, Evidence, 'net' | 'arm' | 'sql'>({
  meta: {
    id: ID,
    ref: 'DMSP-016',
    title: 'The version of the source is one that DMS takes',
    team: 'dba',
    scenarios: SCENARIOS,
    generations: GENERATIONS,
    severity: 'required',
    needs: [{ id: 'source/login-is-accepted' }],
    vantage: 'server',
    verdicts: ['pass', 'fail', 'unknown', 'blocked'],
    why: 'DMS refuses a source older than SQL Server 2008 when the migration starts (error 2056, SqlVersionOutOfRange).',
    source: {
      title: 'Known issues, limitations and troubleshooting of Azure Database Migration Service',
      url: 'https://learn.microsoft.com/azure/dms/known-issues-azure-sql-migration-azure-data-studio',
      verified: '2026-11-22',
      rows: ['SRCVER'],
    },
    remedy:
      'Upgrade the source to SQL Server 2008 or later first, or move its databases by backup through a newer server.',
  },
  uses: ['net', 'arm', 'sql'],
  subjects: sourceSubjects,
  observe: (ports, subject) => observeSource(ports, subject, ID, () => Promise.resolve(() => seen({}))),
  judge: (evidence, { name, spec }) =>
    evidence.outcome === 'answered'
      ? judgeVersion(evidence, spec.manifest.generation === 'classic')
      : judgeNoLogin(evidence, name, spec.manifest.name),
})

function judgeVersion({ host, port, server }: Answered, isClassic: boolean): Judgement {
  const at = `${host}:${String(port)}`
  const { productVersion, productLevel, edition, engineEdition } = server
  const expected = `${at} is SQL Server 2008 (10.0) or later`
  const other = OTHER_ENGINES.get(engineEdition)
  const [major, minor] = readVersion(productVersion)
  const shown = `version ${productVersion}${productLevel === null ? '' : ` ${productLevel}`}, ${edition}`
  if (other !== undefined) {
    const actual = `${other} (engine edition ${String(engineEdition)}, ${shown})`
    return {
      verdict: 'fail',
      proof: 'direct',
      summary: `${at} is ${actual}, and this scenario moves from SQL Server`,
      expected,
      actual,
      remediation: {
        text: 'Name the SQL Server whose databases move, or take another tool for this source.',
        scripts: [],
      },
    }
  }
  if (major === undefined || minor === undefined) {
    const message = `${at} calls its version "${productVersion}", which is no version number`
    return { verdict: 'unknown', proof: 'direct', summary: message, expected, cause: { kind: 'insufficient', message } }
  }
  const release = releaseOf(major, minor)
  if (major < LOWEST_MAJOR) {
    return {
      verdict: 'fail',
      proof: 'direct',
      summary: `${at} is older than SQL Server 2008: ${shown}. DMS refuses it (error 2056, SqlVersionOutOfRange)`,
      expected,
      actual: shown,
      remediation: {
        text: 'Upgrade the instance, or restore backups of its databases on SQL Server 2008 to 2012 (which take those of 2005) and migrate from there.',
        scripts: [],
      },
    }
  }
  const remark =
    isClassic && major < TUTORIALS_MAJOR
      ? '; the tutorials of DMS name 2016 or later, the service itself takes 2008 or later'
      : ''
  return {
    verdict: 'pass',
    proof: 'direct',
    summary: `${at} is ${release}: ${shown}${clusterNote(server)}${remark}`,
    expected,
    actual: `${release}, ${shown}`,
  }
}

function readVersion(text: string): readonly (number | undefined)[] {
  const [, major, minor] = /^(\d{1,3})\.(\d{1,4})(?:\.|$)/.exec(text) ?? []
  return [major, minor].map((part) => (part === undefined ? undefined : Number(part)))
}

function releaseOf(major: number, minor: number): string {
  const known = RELEASES.findLast(([ofMajor, ofMinor]) => major === ofMajor && minor >= ofMinor)
  return known?.[2] ?? `a SQL Server newer than this program knows (${String(major)}.${String(minor)})`
}

function clusterNote({ isClustered, isHadrEnabled }: Answered['server']): string {
  return `${isClustered === 1 ? ', failover cluster instance' : ''}${isHadrEnabled === 1 ? ', availability groups enabled' : ''}`
}
