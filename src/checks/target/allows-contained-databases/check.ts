import { defineCheck, type Judgement } from '../../define.ts'
import {
  judgeMigratedDatabase,
  observeMigratedDatabase,
  unseenFact,
  type InstanceAnswered,
  type MigratedEvidence,
  type SourceAnswered,
} from '../../migrated-database.ts'
import { CONTAINED_AUTHENTICATION, type ContainedAuthenticationRow } from '../../statements/contained-authentication.ts'
import { migratedDatabaseSubjects, type MigratedDatabaseSpec } from '../../subjects.ts'

type Evidence = MigratedEvidence<ContainedAuthenticationRow>

const ID = 'target/allows-contained-databases'
const FIRST_WITH_CONTAINMENT = 11

export default defineCheck<MigratedDatabaseSpec, Evidence, 'net' | 'arm' | 'sql'>({
  meta: {
    id: ID,
    ref: 'DMSP-056',
    title: 'The target lets a contained database in',
    team: 'dba',
    scenarios: ['sql-server-to-azure-sql-managed-instance', 'sql-server-to-sql-server-on-azure-vm'],
    generations: ['classic', 'modern'],
    severity: 'recommended',
    needs: [
      { id: 'source/login-is-accepted' },
      { id: 'source/database-is-readable' },
      { id: 'target/login-is-accepted' },
    ],
    vantage: 'server',
    verdicts: ['pass', 'fail', 'not-applicable', 'unknown', 'blocked'],
    why: 'A contained database is not restored while the server option `contained database authentication` is off (error 12824).',
    source: {
      title: 'Known issues, limitations, and troubleshooting',
      url: 'https://learn.microsoft.com/azure/dms/known-issues-azure-sql-migration-azure-data-studio',
      verified: '2026-11-26',
      rows: ['CONT'],
    },
    remedy: 'Switch the server option `contained database authentication` on at the target.',
  },
  uses: ['net', 'arm', 'sql'],
  subjects: migratedDatabaseSubjects,
  observe: (ports, subject) =>
    observeMigratedDatabase(ports, subject, ID, CONTAINED_AUTHENTICATION, (rows) => [...rows]),
  judge: (evidence, subject) =>
    judgeMigratedDatabase(evidence, subject, (source, instance) => judgeOption(source, instance, subject.spec)),
})

function judgeOption(
  source: SourceAnswered,
  { host, port, rows }: InstanceAnswered<ContainedAuthenticationRow>,
  { database }: MigratedDatabaseSpec,
): Judgement {
  const { containment, notSeen } = source.facts
  const what = `The database ${database.name} on ${source.host}:${String(source.port)}`
  const at = `${host}:${String(port)}`
  const expected = `\`contained database authentication\` is on at ${at} if ${database.name} is contained`
  const isOlder = Number(source.server.productVersion.split('.')[0]) < FIRST_WITH_CONTAINMENT
  if (containment === 'NONE' || isOlder) {
    return { verdict: 'not-applicable', summary: `${what} is not contained` }
  }
  if (containment === null || notSeen.some(({ fact }) => fact === 'containment')) {
    return unseenFact(source, 'containment', what, expected)
  }
  const is = `${what} is contained (${containment})`
  const option = rows.length === 1 ? rows[0]?.inUse : undefined
  if (option === undefined || option === null) {
    const message = `${is}, and ${at} does not tell whether its option \`contained database authentication\` is on`
    return { verdict: 'unknown', proof: 'direct', summary: message, expected, cause: { kind: 'insufficient', message } }
  }
  const actual = `\`contained database authentication\` is ${option === 1 ? 'on' : 'off'} at ${at}`
  const summary = `${is}; ${actual}`
  if (option === 1) return { verdict: 'pass', proof: 'direct', summary, expected, actual }
  const text = 'Switch the option on at the target (ALTER SETTINGS, which a sysadmin has).'
  return { verdict: 'fail', proof: 'direct', summary, expected, actual, remediation: { text, scripts: [SWITCH_ON] } }
}

const SWITCH_ON = {
  language: 'tsql',
  code: "EXEC sp_configure N'contained database authentication', 1; RECONFIGURE;",
} as const
