import { seen, type Observed } from '../../../domain/observed.ts'
import type { Ports } from '../../../ports/ports.ts'
import { boundName } from '../../foreign-text.ts'
import { findPrincipal, hasRight, holdersOf, standingOf, type ServerSecurity } from '../../server-rights.ts'
import { readSecurity, type Ask } from '../../source-login-rights.ts'
import { readRow, type LoginPlace, type RefusedFacts, type WithheldFacts } from '../../sql-login.ts'
import { readSqlServer, SOURCE_SIDE } from '../../sql-side.ts'
import {
  DATABASE_ROLE_MEMBERS,
  SOURCE_DATABASE_RIGHTS,
  type DatabaseRoleMemberRow,
  type SourceDatabaseRightsRow,
} from '../../statements/source-database-rights.ts'
import type { SourceDatabaseSpec } from '../../subjects.ts'

/** What the catalog views tell of the login that DMS will use. */
export type ForeignReading = {
  login: string
  /** Null: no login of that name was seen. */
  standing: {
    isDisabled: boolean
    mayNotConnect: boolean
    isSysadmin: boolean
    controlsServer: boolean
    viewAnyDefinition: boolean
    definitionDeniedTo: string[]
    /** Of the three that matter here, in the database. */
    roles: string[]
  } | null
  /** Windows groups with a login: no query tells who is in them. */
  groups: number
  /** Whether our own login saw all rows of the catalog views. */
  isComplete: boolean
}

export type Evidence =
  | (LoginPlace & { outcome: 'answered'; row: SourceDatabaseRightsRow })
  | (LoginPlace & { outcome: 'foreign'; ownLogin: string; foreign: ForeignReading })
  | RefusedFacts
  | WithheldFacts

/** What the login that DMS will use may read: asked of the database itself, or read of another login. */
export async function observeReading(
  ports: Pick<Ports, 'net' | 'arm' | 'sql'>,
  spec: SourceDatabaseSpec,
  id: string,
): Promise<Observed<Evidence>> {
  const { source, database } = spec
  const server = await readSqlServer(SOURCE_SIDE, ports, { name: source.name, spec }, id)
  if (!server.ok) return server
  const inMaster: Ask = (statement) => ports.sql.query(server.value, 'master', statement)
  const { dmsLogin } = source
  const [own, security, members] = await Promise.all([
    readRow(ports.sql, server.value, database.name, SOURCE_DATABASE_RIGHTS),
    dmsLogin === undefined ? undefined : readSecurity(inMaster),
    dmsLogin === undefined ? undefined : ports.sql.query(server.value, database.name, DATABASE_ROLE_MEMBERS),
  ])
  if (!own.ok) return own
  const evidence = own.value
  if (evidence.outcome !== 'answered') return seen(evidence)
  const ownLogin = boundName(evidence.row.login ?? evidence.account)
  if (dmsLogin === undefined || security === undefined || members === undefined) return seen(evidence)
  if (dmsLogin.toLowerCase() === ownLogin.toLowerCase()) return seen(evidence)
  if (!security.ok) return security
  if (!members.ok) return members
  const { host, port, account, row } = evidence
  const isComplete = row.viewAnyDefinition === 1
  const foreign = foreignReading(dmsLogin, security.value, members.value, isComplete)
  return seen({ host, port, database: evidence.database, account, outcome: 'foreign', ownLogin, foreign })
}

function foreignReading(
  login: string,
  security: ServerSecurity,
  members: readonly DatabaseRoleMemberRow[],
  isComplete: boolean,
): ForeignReading {
  const principal = findPrincipal(login, security.principals)
  const groups = security.principals.filter(({ type }) => type === 'G' || type === 'X').length
  if (principal === undefined) return { login, standing: null, groups, isComplete }
  const standing = standingOf(principal, security)
  const definition = holdersOf(principal, 'VIEW ANY DEFINITION', security)
  const controlsServer = hasRight(standing, 'CONTROL SERVER')
  return {
    login,
    standing: {
      isDisabled: standing.isDisabled,
      mayNotConnect: !standing.isSysadmin && standing.connectDeniedTo.length > 0,
      isSysadmin: standing.isSysadmin,
      controlsServer,
      viewAnyDefinition: standing.isSysadmin || controlsServer || definition.grantedTo.length > 0,
      definitionDeniedTo: definition.deniedTo.slice(0, 20).map((name) => boundName(name)),
      roles: databaseRolesOf(principal.name, members),
    },
    groups,
    isComplete,
  }
}

const ROLES = ['db_owner', 'db_datareader', 'db_denydatareader']

/** The fixed roles of the login's user, directly or through other roles; cycles end. */
function databaseRolesOf(login: string, members: readonly DatabaseRoleMemberRow[]): string[] {
  const found = new Set(members.filter((row) => row.login === login).map(({ role }) => role))
  // A set may grow while it is walked: what is added comes later in the walk.
  for (const one of found) {
    for (const { role, member, type } of members) if (type === 'R' && member === one) found.add(role)
  }
  return ROLES.filter((role) => found.has(role))
}
