import type { Remediation } from '../../../domain/report.ts'
import type { Judgement } from '../../define.ts'
import { quoteIdentifier } from '../../quote-identifier.ts'
import { judgeNoLogin, type LoginPlace, type RefusedFacts, type WithheldFacts } from '../../sql-login.ts'
import type { TargetServerRolesRow } from '../../statements/target-server-roles.ts'
import type { TargetSpec } from '../../subjects.ts'

/** What `master` tells of our SQL login's own roles. */
export type MasterFacts =
  { outcome: 'seen'; roles: string[] } | { outcome: 'refused'; number: number } | { outcome: 'unseen'; why: string }

export type Asked = LoginPlace & {
  kind: 'asked'
  row: TargetServerRolesRow
  /** Who administers the logical server, as Azure tells it. */
  administrator: { sql?: string; entra?: string[] }
  /** Null: not asked, since the user database decides or nothing in master would. */
  master: MasterFacts | null
}

export type Evidence = { kind: 'not-asked' } | { kind: 'no-login'; login: RefusedFacts | WithheldFacts } | Asked

/** What DMS asks for where it migrates the schema. */
export const ROLES = [
  '##MS_DatabaseManager##',
  '##MS_DatabaseConnector##',
  '##MS_DefinitionReader##',
  '##MS_LoginManager##',
] as const
const CONNECTOR = '##MS_DatabaseConnector##'
/** Error of a database that the login may not open. */
const CANNOT_OPEN = 4060

/** Those of the four that the login surely has. */
export function rolesOf({ row, master }: Pick<Asked, 'row' | 'master'>): string[] {
  const own = [row.databaseManager, row.databaseConnector, row.definitionReader, row.loginManager]
  const told = master?.outcome === 'seen' ? master.roles.map((role) => role.toLowerCase()) : []
  return ROLES.filter((role, place) => own[place] === 1 || told.includes(role.toLowerCase()))
}

/** The administrator has the rights of all roles. A group of administrators cannot be looked into here. */
export function isAdministrator(
  { row, administrator }: Pick<Asked, 'row' | 'administrator'>,
  { target }: TargetSpec,
): boolean {
  const login = (row.login ?? '').toLowerCase()
  if (target.login.kind === 'sql') return administrator.sql !== undefined && administrator.sql.toLowerCase() === login
  // Applications are named `<application id>@<tenant>`.
  const names = [login, login.split('@')[0] ?? ''].filter((name) => name !== '')
  return (administrator.entra ?? []).some((one) => names.includes(one.toLowerCase()))
}

export function judgeServerRoles(evidence: Evidence, subject: string, spec: TargetSpec): Judgement {
  switch (evidence.kind) {
    case 'not-asked':
      return {
        verdict: 'not-applicable',
        summary: 'DMS does not migrate the schema (dms.schema-migration), so it needs no role of the logical server',
      }
    case 'no-login':
      return judgeNoLogin(evidence.login, subject, spec.manifest.name, 'target')
    case 'asked':
      return judgeAsked(evidence, spec)
  }
}

function judgeAsked(evidence: Asked, spec: TargetSpec): Judgement {
  const { host, port, account, row, master } = evidence
  const login = row.login ?? account
  const at = `${host}:${String(port)}`
  const expected = `${login} is in ${ROLES.join(', ')} of ${at}`
  const has = rolesOf(evidence)
  const missing = ROLES.filter((role) => !has.includes(role))
  const actual = has.length === 0 ? 'none of the four roles' : `of the four roles: ${has.join(', ')}`
  const pass = (fact: string): Judgement => ({
    verdict: 'pass',
    proof: 'direct',
    summary: `${login} ${fact}`,
    expected,
    actual: fact,
  })
  const fail = (why: string, lacking: readonly string[] = missing): Judgement => ({
    verdict: 'fail',
    proof: 'direct',
    summary: `${login} lacks ${lacking.join(', ')} on ${at}: ${why}`,
    expected,
    actual,
    remediation: remedyOf(login, lacking),
  })
  if (isAdministrator(evidence, spec))
    return pass(`is the administrator of ${at}, who has the rights of all four roles`)
  if (missing.length === 0) return pass(`has all four roles for the migration of the schema on ${at}`)
  if (row.authentication === 2)
    return fail(`it is a contained user of ${evidence.database}, and only logins have roles of the server`)
  if (master?.outcome === 'seen') return fail('read of itself in master')
  if (master?.outcome === 'refused' && master.number === CANNOT_OPEN && !has.includes(CONNECTOR))
    return fail(`it may not even open master (error 4060), which ${CONNECTOR} lets everybody do`, [CONNECTOR])
  const why =
    master === null
      ? 'a database does not tell surely that an identity lacks a role, and a group may bring it'
      : master.outcome === 'refused'
        ? `master refused the login with error ${String(master.number)}`
        : `master could not be asked: ${master.why}`
  const message = `Whether ${login} has ${missing.join(', ')} on ${at} is not known: ${why}`
  return {
    verdict: 'unknown',
    proof: 'direct',
    summary: message,
    expected,
    cause: { kind: 'insufficient', message },
    remediation: {
      text: 'Have the administrator look it up in master of the logical server.',
      scripts: [{ language: 'tsql', code: LOOK_UP }],
    },
  }
}

function remedyOf(login: string, missing: readonly string[]): Remediation {
  const lines = missing.map((role) => `ALTER SERVER ROLE [${role}] ADD MEMBER ${quoteIdentifier(login)};`)
  return {
    text: 'The administrator of the logical server adds the login to the roles; that takes up to five minutes and counts for new connections. Take it out again after the migration. DMS can also be spared it: bring the schema over by other means, without dms.schema-migration.',
    scripts: [{ language: 'tsql', code: ['-- in master of the logical server', ...lines].join('\n') }],
  }
}

const LOOK_UP = `SELECT roles.name AS [role], COALESCE(logins.name, principals.name) AS [member]
FROM sys.server_role_members AS members
JOIN sys.server_principals AS roles ON roles.principal_id = members.role_principal_id
LEFT JOIN sys.sql_logins AS logins ON logins.principal_id = members.member_principal_id
LEFT JOIN sys.server_principals AS principals ON principals.principal_id = members.member_principal_id;`
