import { seen, type Observed } from '../domain/observed.ts'
import type { Subject } from '../domain/subject.ts'
import type { Ports } from '../ports/ports.ts'
import type { Statement } from '../ports/sql-port.ts'
import type { JsonObject } from '../domain/json.ts'
import { boundName, boundText } from './foreign-text.ts'
import { findPrincipal, groupsOf, hasRight, standingOf, type ServerSecurity, type Standing } from './server-rights.ts'
import { readRow, type LoginPlace, type RefusedFacts, type WithheldFacts } from './sql-login.ts'
import { readSqlServer, SOURCE_SIDE } from './sql-side.ts'
import {
  LOGIN_TOKEN,
  SERVER_PERMISSIONS,
  SERVER_PRINCIPALS,
  SERVER_ROLE_MEMBERS,
} from './statements/server-principals.ts'
import { SOURCE_RIGHTS, type SourceRightsRow } from './statements/source-rights.ts'
import type { SourceSpec } from './subjects.ts'

/** Names of roles, grantees and groups that evidence repeats. */
const NAMES_LIMIT = 20

/** Why our own login has a right or lacks it. Detail: what could not be seen changes no verdict. */
export type RightFacts = {
  roles: string[]
  grantedTo: string[]
  deniedTo: string[]
  /** What was not seen, and why. */
  notSeen: string[]
}

/** The rights of a login that is not ours, as the catalog views tell them. */
export type ForeignFacts = {
  login: string
  /** Absent: no login of that name is visible. */
  standing?: Standing
  /** Groups that would bring CONTROL SERVER or sysadmin, or deny CONTROL SERVER, to whoever is in them. */
  groups: { name: string; isSysadmin: boolean; grants: boolean; denies: boolean }[]
  /** Whether all rows of the catalog views were visible to our own login. */
  isComplete: boolean
}

export type SourceRightsEvidence =
  | (LoginPlace & { outcome: 'answered'; row: SourceRightsRow; facts: RightFacts })
  | (LoginPlace & { outcome: 'foreign'; ownLogin: string; productVersion: string; foreign: ForeignFacts })
  | RefusedFacts
  | WithheldFacts

export type Ask = <Row extends JsonObject>(statement: Statement<Row>) => Promise<Observed<readonly Row[]>>

/** What the login that DMS will use may do on the source: asked of the server itself, or read of another login. */
export async function observeSourceRights(
  ports: Pick<Ports, 'net' | 'arm' | 'sql'>,
  subject: Subject<SourceSpec>,
  id: string,
): Promise<Observed<SourceRightsEvidence>> {
  const server = await readSqlServer(SOURCE_SIDE, ports, subject, id)
  if (!server.ok) return server
  const ask: Ask = (statement) => ports.sql.query(server.value, 'master', statement)
  const { dmsLogin } = subject.spec.source
  // All are asked before the first is awaited, so that they travel together.
  const [own, facts, security] = await Promise.all([
    readRow(ports.sql, server.value, 'master', SOURCE_RIGHTS),
    readFacts(ask),
    dmsLogin === undefined ? undefined : readSecurity(ask),
  ])
  if (!own.ok) return own
  const evidence = own.value
  if (evidence.outcome !== 'answered') return seen(evidence)
  const ownLogin = boundName(evidence.row.login ?? evidence.account)
  if (dmsLogin === undefined || security === undefined || dmsLogin.toLowerCase() === ownLogin.toLowerCase()) {
    return seen({ ...evidence, facts })
  }
  if (!security.ok) return security
  const { host, port, database, account, row } = evidence
  const foreign = foreignFacts(dmsLogin, security.value, row.viewAnyDefinition === 1)
  const { productVersion } = row
  return seen({ host, port, database, account, outcome: 'foreign', ownLogin, productVersion, foreign })
}

/** The catalog views of the server, as far as our own login sees them. */
export async function readSecurity(ask: Ask): Promise<Observed<ServerSecurity>> {
  const [principals, members, permissions] = await Promise.all([
    ask(SERVER_PRINCIPALS),
    ask(SERVER_ROLE_MEMBERS),
    ask(SERVER_PERMISSIONS),
  ])
  if (!principals.ok) return principals
  if (!members.ok) return members
  if (!permissions.ok) return permissions
  return seen({ principals: principals.value, members: members.value, permissions: permissions.value })
}

async function readFacts(ask: Ask): Promise<RightFacts> {
  const [token, permissions] = await Promise.all([ask(LOGIN_TOKEN), ask(SERVER_PERMISSIONS)])
  const failures = [token, permissions].flatMap((answer) => (answer.ok ? [] : [boundText(answer.failure.message)]))
  const parts = token.ok ? token.value : []
  const rows = permissions.ok ? permissions.value : []
  const held = (isState: (state: string) => boolean): string[] =>
    rows
      .filter(({ permission, state }) => permission === 'CONTROL SERVER' && isState(state))
      .flatMap(({ grantee }) => parts.find(({ id }) => id === grantee)?.name ?? [])
  return {
    roles: boundNames(parts.filter(({ type }) => type === 'SERVER ROLE').map(({ name }) => name)),
    grantedTo: boundNames(held((state) => state === 'G' || state === 'W')),
    deniedTo: boundNames(held((state) => state === 'D')),
    notSeen: failures,
  }
}

function foreignFacts(login: string, security: ServerSecurity, isComplete: boolean): ForeignFacts {
  const principal = findPrincipal(login, security.principals)
  const groups = groupsOf(security)
    .map((group) => ({
      name: boundName(group.name),
      isSysadmin: group.isSysadmin,
      grants: hasRight(group, 'CONTROL SERVER'),
      denies: group.deniedTo.length > 0,
    }))
    .filter(({ grants, denies }) => grants || denies)
  return {
    login,
    ...(principal === undefined ? {} : { standing: boundStanding(standingOf(principal, security)) }),
    groups: groups.slice(0, NAMES_LIMIT),
    isComplete,
  }
}

function boundStanding(standing: Standing): Standing {
  return {
    ...standing,
    name: boundName(standing.name),
    roles: boundNames(standing.roles),
    grantedTo: boundNames(standing.grantedTo),
    deniedTo: boundNames(standing.deniedTo),
    connectDeniedTo: boundNames(standing.connectDeniedTo),
  }
}

function boundNames(names: readonly string[]): string[] {
  return [...new Set(names)].slice(0, NAMES_LIMIT).map((name) => boundName(name))
}
