import type { Login } from '../../../domain/manifest.ts'
import { seen } from '../../../domain/observed.ts'
import type { Remediation } from '../../../domain/report.ts'
import { defineCheck, type Judgement } from '../../define.ts'
import { TUTORIAL } from '../../p12-source.ts'
import { quoteIdentifier, quoteInComment } from '../../quote-identifier.ts'
import {
  judgeRefused,
  judgeWithheld,
  readRow,
  type LoginPlace,
  type RefusedFacts,
  type RowEvidence,
} from '../../sql-login.ts'
import { nameInTsql, readSqlServer, TARGET_SIDE } from '../../sql-side.ts'
import { TARGET_DATABASE_RIGHTS, type TargetDatabaseRightsRow } from '../../statements/target-database-rights.ts'
import { targetDatabaseSubjects, type TargetDatabaseSpec } from '../../subjects.ts'

type Row = TargetDatabaseRightsRow
type Evidence = RowEvidence<Row>

const ID = 'target/login-is-db-owner'

/** A login that cannot open the database owns nothing in it; other refusals say nothing about this database. */
const NO_ACCESS_NUMBERS = [4060, 18456]

export default defineCheck<TargetDatabaseSpec, Evidence, 'net' | 'arm' | 'sql'>({
  meta: {
    id: ID,
    ref: 'DMSP-107',
    title: 'The target login is a db_owner of the database',
    team: 'dba',
    scenarios: ['sql-server-to-azure-sql-database'],
    generations: ['modern'],
    severity: 'required',
    needs: [{ id: 'target/login-is-accepted' }, { id: 'target/sql-database-exists' }],
    disprovedBy: ['login-refused'],
    vantage: 'server',
    verdicts: ['pass', 'fail', 'unknown', 'blocked'],
    why: 'DMS fills the tables of the target database with this login, and asks for membership in its role db_owner.',
    source: { ...TUTORIAL, rows: ['DBPERM', 'P12-003', 'P12-007', 'COM-004'] },
    remedy: 'Have an owner of the database add the user of the login to the role db_owner.',
  },
  uses: ['net', 'arm', 'sql'],
  subjects: targetDatabaseSubjects,
  observe: async (ports, subject) => {
    const server = await readSqlServer(TARGET_SIDE, ports, subject, ID)
    if (!server.ok) return server
    const own = await readRow(ports.sql, server.value, subject.spec.database, TARGET_DATABASE_RIGHTS)
    return own.ok ? seen(own.value) : own
  },
  judge: (evidence, { spec }) => {
    switch (evidence.outcome) {
      case 'answered':
        return judgeOwner(evidence, evidence.row, spec.target.login)
      case 'withheld':
        return judgeWithheld(evidence, spec.manifest.name)
      case 'refused':
        return judgeNoAccess(evidence, spec)
    }
  },
})

function judgeOwner({ host, port, database, account }: LoginPlace, row: Row, login: Login): Judgement {
  const user = row.user ?? account
  const at = `${database} on ${host}:${String(port)}`
  const expected = `${user} is a member of db_owner in ${at}`
  const unsure = (message: string): Judgement => ({
    verdict: 'unknown',
    proof: 'direct',
    summary: message,
    expected,
    cause: { kind: 'insufficient', message },
  })
  if (row.database.toLowerCase() !== database.toLowerCase())
    return unsure(`${host}:${String(port)} answered from the database ${row.database} when ${database} was asked`)
  switch (row.dbOwner) {
    case 1: {
      const actual = 'db_owner: yes'
      return { verdict: 'pass', proof: 'direct', summary: `${user} is a db_owner of ${at}`, expected, actual }
    }
    case 0: {
      const control = row.controlDatabase === 1 ? '; it has CONTROL on the database, and DMS asks for the role' : ''
      const summary = `${user} is no db_owner of ${at}${control}`
      const remediation = remediationOf(database, login, row)
      return { verdict: 'fail', proof: 'direct', summary, expected, actual: `db_owner: no${control}`, remediation }
    }
    case null:
      return unsure(`${at} answered NULL to IS_ROLEMEMBER('db_owner') for ${user}: it does not say yes or no`)
  }
}

function judgeNoAccess(evidence: RefusedFacts, { database, target }: TargetDatabaseSpec): Judgement {
  const expected = `${evidence.account} is a member of db_owner in ${database}`
  const judgement = judgeRefused(evidence, expected, { area: 'target', login: target.login })
  if (judgement.verdict !== 'fail') return judgement
  if (NO_ACCESS_NUMBERS.includes(evidence.number)) {
    const { text, scripts } = remediationOf(database, target.login, { user: null, login: null })
    return { ...judgement, remediation: { text, scripts: [...judgement.remediation.scripts, ...scripts] } }
  }
  const { summary, remediation } = judgement
  const cause = { kind: 'auth' as const, message: summary }
  return { verdict: 'unknown', proof: 'direct', summary, expected, cause, remediation }
}

function remediationOf(
  database: string,
  login: Login,
  { user, login: known }: Pick<Row, 'user' | 'login'>,
): Remediation {
  // A login without a user of its own comes in as guest, which must not get the role.
  const isForeign = user === null || user.toLowerCase() === 'guest'
  const isEntra = login.kind === 'entra'
  const name = isEntra ? (known ?? nameInTsql(login)) : login.user
  const member = quoteIdentifier(isForeign ? name : user)
  const code = [
    `-- in the database ${quoteInComment(database)}, as a db_owner`,
    ...(isForeign ? [`CREATE USER ${member} ${isEntra ? 'FROM EXTERNAL PROVIDER' : `FOR LOGIN ${member}`};`] : []),
    `ALTER ROLE [db_owner] ADD MEMBER ${member};`,
  ].join('\n')
  return {
    text: `A db_owner of ${database} adds it to the role, in that database. Take it out again after the migration.`,
    scripts: [{ language: 'tsql', code }],
  }
}
