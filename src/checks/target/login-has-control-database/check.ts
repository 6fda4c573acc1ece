import type { Login } from '../../../domain/manifest.ts'
import { seen, type Observed } from '../../../domain/observed.ts'
import { defineCheck, type Judgement } from '../../define.ts'
import { boundName, boundText } from '../../foreign-text.ts'
import { quoteIdentifier, quoteInComment } from '../../quote-identifier.ts'
import { nameInTsql, readSqlServer, TARGET_SIDE } from '../../sql-side.ts'
import { judgeRefused, judgeWithheld, readRow, type RefusedFacts, type RowEvidence } from '../../sql-login.ts'
import {
  DATABASE_CONTROL,
  USER_TOKEN,
  type DatabaseControlRow,
  type UserTokenRow,
} from '../../statements/database-permissions.ts'
import { TARGET_DATABASE_RIGHTS, type TargetDatabaseRightsRow } from '../../statements/target-database-rights.ts'
import { targetDatabaseSubjects, type TargetDatabaseSpec } from '../../subjects.ts'

type Row = TargetDatabaseRightsRow
/** Why our user has CONTROL or lacks it. Detail: what could not be seen changes no verdict. */
type ControlFacts = { roles: string[]; grantedTo: string[]; deniedTo: string[]; notSeen: string[] }

type Evidence =
  | Exclude<RowEvidence<Row>, { outcome: 'answered' }>
  | (Extract<RowEvidence<Row>, { outcome: 'answered' }> & { facts: ControlFacts })

const NAMES_LIMIT = 20

const ID = 'target/login-has-control-database'

/** A login that cannot open the database controls nothing in it; other refusals say nothing about this database. */
const NO_ACCESS_NUMBERS = [4060, 18456]

export default defineCheck<TargetDatabaseSpec, Evidence, 'net' | 'arm' | 'sql'>({
  meta: {
    id: ID,
    ref: 'DMSP-015',
    title: 'The target login has CONTROL on the database',
    team: 'dba',
    scenarios: ['sql-server-to-azure-sql-database'],
    generations: ['classic'],
    severity: 'required',
    needs: [{ id: 'target/login-is-accepted' }, { id: 'target/sql-database-exists' }],
    disprovedBy: ['login-refused'],
    vantage: 'server',
    verdicts: ['pass', 'fail', 'unknown', 'blocked'],
    why: 'DMS creates and fills tables in the target database with this login, and asks for the permission CONTROL DATABASE before it starts.',
    source: {
      title: 'Overview of prerequisites for using the Azure Database Migration Service',
      url: 'https://learn.microsoft.com/azure/dms/pre-reqs',
      verified: '2026-11-22',
      rows: ['D7'],
    },
    remedy: 'Have an owner of the database grant CONTROL on it to the user of the login, or make that user a db_owner.',
  },
  uses: ['net', 'arm', 'sql'],
  subjects: targetDatabaseSubjects,
  observe: async (ports, subject) => {
    const server = await readSqlServer(TARGET_SIDE, ports, subject, ID)
    if (!server.ok) return server
    const { database } = subject.spec
    // All are asked before the first is awaited, so that they travel together.
    const asked = [
      readRow(ports.sql, server.value, database, TARGET_DATABASE_RIGHTS),
      ports.sql.query(server.value, database, USER_TOKEN),
      ports.sql.query(server.value, database, DATABASE_CONTROL),
    ] as const
    const [own, token, control] = await Promise.all(asked)
    if (!own.ok) return own
    return seen(own.value.outcome === 'answered' ? { ...own.value, facts: factsOf(token, control) } : own.value)
  },
  judge: (evidence, { spec }) => {
    switch (evidence.outcome) {
      case 'answered':
        return judgeRights(evidence, evidence.row, evidence.facts, spec.target.login)
      case 'withheld':
        return judgeWithheld(evidence, spec.manifest.name)
      case 'refused':
        return judgeNoAccess(evidence, spec)
    }
  },
})

interface Place {
  host: string
  port: number
  database: string
  account: string
}

function factsOf(
  token: Observed<readonly UserTokenRow[]>,
  control: Observed<readonly DatabaseControlRow[]>,
): ControlFacts {
  const parts = token.ok ? token.value : []
  const own = (control.ok ? control.value : []).filter(({ grantee }) => parts.some(({ id }) => id === grantee))
  const names = (all: readonly (string | null)[]): string[] =>
    all.slice(0, NAMES_LIMIT).map((name) => boundName(name ?? 'a principal without a name'))
  return {
    roles: names(parts.filter(({ type }) => type === 'ROLE').map(({ name }) => name)),
    grantedTo: names(own.filter(({ state }) => state === 'G' || state === 'W').map(({ name }) => name)),
    deniedTo: names(own.filter(({ state }) => state === 'D').map(({ name }) => name)),
    notSeen: [token, control].flatMap((answer) => (answer.ok ? [] : [boundText(answer.failure.message)])),
  }
}

function describeFacts({ roles, grantedTo, deniedTo }: ControlFacts): string {
  const others = roles.filter((role) => role !== 'public' && role !== 'db_owner')
  return [
    ...(others.length === 0 ? [] : [`roles: ${others.join(', ')}`]),
    ...(grantedTo.length === 0 ? [] : [`CONTROL granted to ${grantedTo.join(', ')}`]),
    ...(deniedTo.length === 0 ? [] : [`CONTROL denied to ${deniedTo.join(', ')}, which beats every grant`]),
  ]
    .map((fact) => `; ${fact}`)
    .join('')
}

function judgeRights({ host, port, database, account }: Place, row: Row, facts: ControlFacts, login: Login): Judgement {
  const user = row.user ?? account
  const at = `${database} on ${host}:${String(port)}`
  const expected = `${user} has CONTROL on the database ${at}`
  const unknown = (message: string): Judgement => ({
    verdict: 'unknown',
    proof: 'direct',
    summary: message,
    expected,
    cause: { kind: 'insufficient', message },
  })
  if (row.database.toLowerCase() !== database.toLowerCase()) {
    return unknown(`${host}:${String(port)} answered from the database ${row.database} when ${database} was asked`)
  }
  const role = `db_owner: ${row.dbOwner === null ? 'not told' : row.dbOwner === 1 ? 'yes' : 'no'}${describeFacts(facts)}`
  switch (row.controlDatabase) {
    case 1: {
      const actual = `CONTROL: yes, ${role}`
      return {
        verdict: 'pass',
        proof: 'direct',
        summary: `${user} has CONTROL on the database ${at} (${role})`,
        expected,
        actual,
      }
    }
    case 0: {
      const actual = `CONTROL: no, ${role}`
      const summary = `${user} lacks CONTROL on the database ${at} (${role})`
      const remediation = remediationOf(database, login, row, facts.deniedTo)
      return { verdict: 'fail', proof: 'direct', summary, expected, actual, remediation }
    }
    case null:
      return unknown(
        `${at} answered NULL to HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'CONTROL') for ${user}: it does not say yes or no`,
      )
  }
}

function judgeNoAccess(evidence: RefusedFacts, spec: TargetDatabaseSpec): Judgement {
  const expected = `${evidence.account} has CONTROL on the database ${spec.database}`
  const judgement = judgeRefused(evidence, expected, { area: 'target', login: spec.target.login })
  if (judgement.verdict !== 'fail') return judgement
  if (NO_ACCESS_NUMBERS.includes(evidence.number)) {
    const remediation = remediationOf(spec.database, spec.target.login, { user: null, login: null })
    return {
      ...judgement,
      remediation: { text: remediation.text, scripts: [...judgement.remediation.scripts, ...remediation.scripts] },
    }
  }
  const { summary, remediation } = judgement
  return {
    verdict: 'unknown',
    proof: 'direct',
    summary,
    expected,
    cause: { kind: 'auth', message: summary },
    remediation,
  }
}

function remediationOf(
  database: string,
  login: Login,
  { user, login: known }: Pick<Row, 'user' | 'login'>,
  deniedTo: readonly string[] = [],
): Extract<Judgement, { verdict: 'fail' }>['remediation'] {
  // A login without a user of its own comes in as guest, which must not get the permission.
  const isForeign = user === null || user.toLowerCase() === 'guest'
  const isEntra = login.kind === 'entra'
  const name = isEntra ? (known ?? nameInTsql(login)) : login.user
  const grantee = quoteIdentifier(isForeign ? name : user)
  const code = [
    `-- in the database ${quoteInComment(database)}, as a db_owner`,
    ...(isForeign ? [`CREATE USER ${grantee} ${isEntra ? 'FROM EXTERNAL PROVIDER' : `FOR LOGIN ${grantee}`};`] : []),
    ...deniedTo.map(
      (name) =>
        `REVOKE CONTROL ON DATABASE::${quoteIdentifier(database)} FROM ${quoteIdentifier(name)}; -- takes the denial back`,
    ),
    `GRANT CONTROL ON DATABASE::${quoteIdentifier(database)} TO ${grantee};`,
  ].join('\n')
  return {
    text: `A db_owner of ${database} grants it, in that database; membership of db_owner does as well.`,
    scripts: [{ language: 'tsql', code }],
  }
}
