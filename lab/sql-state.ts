import { SOURCE_RIGHTS, TARGET_DATABASE_RIGHTS } from '../src/checks/sql-statements.ts'
import type { SqlMessage } from '../src/ports/sql-port.ts'
import {
  addressNotAllowed,
  cannotOpenDatabase,
  loginDisabled,
  loginFailed,
  loginLocked,
  passwordExpired,
  passwordMustChange,
  unknownStatement,
} from './sql-messages.ts'
import type { Cell, Column, Login, LoginVerdict, Query, Reply, Session, SqlType, TdsOptions } from './tds/model.ts'

export interface LoginState {
  user: string
  password: string
  disabled?: boolean
  locked?: boolean
  expired?: boolean
  mustChange?: boolean
  sysadmin?: boolean
  /** Holds CONTROL SERVER without being a sysadmin. */
  controlServer?: boolean
  /** Server permissions by name, such as `VIEW SERVER STATE`. */
  grants?: readonly string[]
  /** Where the login has a user; those of `controlBy` and `owners` come on top, sysadmins enter everywhere. */
  databases?: readonly string[]
  /** A user of its databases without a login on the server: it cannot enter `master`. */
  contained?: boolean
}

export interface DatabaseState {
  name: string
  /** Users with CONTROL on the database. */
  controlBy?: readonly string[]
  /** Members of db_owner. */
  owners?: readonly string[]
  /** What a login gets that asks for it. */
  refuses?: SqlMessage
}

export interface SqlState {
  serverName: string
  version: readonly [major: number, minor: number, build: number]
  /** SERVERPROPERTY('EngineEdition'); default 5 on Azure, else 3. */
  engineEdition?: 2 | 3 | 4 | 5 | 8
  logins: readonly LoginState[]
  databases: readonly DatabaseState[]
  /** Azure SQL Database: only `master` and the databases of the list; server permissions are NULL. */
  azure?: boolean
  /** Client addresses that the firewall of Azure SQL lets in; default: all. */
  admits?: readonly string[]
  /** Every login is refused so, whoever it is. */
  refuseAll?: SqlMessage
}

const SYSTEM_DATABASES = ['master', 'msdb', 'tempdb']
const EDITIONS = {
  2: 'Standard Edition (64-bit)',
  3: 'Enterprise Edition (64-bit)',
  4: 'Express Edition (64-bit)',
  5: 'SQL Azure',
  8: 'SQL Azure',
} as const

/** What the server of a state does: the part of the options of `startTdsServer` that is about content. */
export function playSqlState(state: SqlState): Pick<TdsOptions, 'serverName' | 'version' | 'authenticate' | 'answer'> {
  return {
    serverName: state.serverName,
    version: state.version,
    authenticate: (login, session) => authenticate(state, login, session),
    answer: (query, session) => answer(state, query, session),
  }
}

function authenticate(state: SqlState, login: Login, session: Session): LoginVerdict {
  if (state.admits !== undefined && !state.admits.includes(session.clientAddress)) {
    return addressNotAllowed(state.serverName, session.clientAddress)
  }
  if (state.refuseAll !== undefined) return state.refuseAll
  const account = findLogin(state, login.user)
  if (account?.password !== login.password) return loginFailed(login.user)
  const objection = refusedAccount(account)
  if (objection !== undefined) return objection
  const database = enteredDatabase(state, account, session.database)
  if (database === undefined) {
    return account.contained === true ? loginFailed(login.user) : cannotOpenDatabase(session.database, login.user)
  }
  session.database = database
  return findDatabase(state, database)?.refuses
}

/** SQL Server says so only to who knows the password. */
function refusedAccount(account: LoginState): SqlMessage | undefined {
  if (account.disabled === true) return loginDisabled(account.user)
  if (account.locked === true) return loginLocked(account.user)
  if (account.expired === true) return passwordExpired(account.user)
  if (account.mustChange === true) return passwordMustChange(account.user)
  return undefined
}

/** The database in the server's own spelling, or undefined when the account cannot enter it. */
function enteredDatabase(state: SqlState, account: LoginState, wanted: string): string | undefined {
  const system = state.azure === true ? ['master'] : SYSTEM_DATABASES
  const systemDatabase = system.find((name) => isSameName(name, wanted))
  if (systemDatabase !== undefined) return account.contained === true ? undefined : systemDatabase
  const database = findDatabase(state, wanted)
  if (database === undefined) return undefined
  const users = [...(database.controlBy ?? []), ...(database.owners ?? [])]
  const isUser = includesName(users, account.user) || includesName(account.databases, database.name)
  return isUser || controlsServer(account) ? database.name : undefined
}

type StatementAnswer = (state: SqlState, session: Session, account: LoginState) => Reply

/** Every statement that the checks send; a new check with a statement of its own adds it here. */
const ANSWERS: ReadonlyMap<string, StatementAnswer> = new Map<string, StatementAnswer>([
  [normalise(SOURCE_RIGHTS.text), sourceRights],
  [normalise(TARGET_DATABASE_RIGHTS.text), targetDatabaseRights],
])

/** A statement that is not known is an error: an empty success would let a check pass on nothing. */
function answer(state: SqlState, query: Query, session: Session): Reply {
  const account = findLogin(state, session.user)
  const found = ANSWERS.get(normalise(query.text))
  if (found === undefined || account === undefined) return { error: unknownStatement(query.text) }
  return found(state, session, account)
}

function sourceRights(state: SqlState, session: Session, account: LoginState): Reply {
  const serverQuestion = (holds: boolean): number | null => (state.azure === true ? null : flag(holds))
  const control = controlsServer(account)
  const grants = account.grants ?? []
  const [major, minor, build] = state.version
  return row(
    [text('login_name'), account.user],
    [int('control_server'), serverQuestion(control)],
    [int('sysadmin'), serverQuestion(account.sysadmin === true)],
    [int('view_server_state'), serverQuestion(control || includesName(grants, 'VIEW SERVER STATE'))],
    [int('connect_sql'), serverQuestion(true)],
    [text('product_version'), `${major}.${minor}.${build}.0`],
    [text('edition'), EDITIONS[engineEdition(state)]],
    [int('engine_edition'), engineEdition(state)],
    [text('net_transport'), 'TCP'],
    [text('auth_scheme'), 'SQL'],
    [int('local_tcp_port'), session.serverPort],
  )
}

function targetDatabaseRights(state: SqlState, session: Session, account: LoginState): Reply {
  const database = findDatabase(state, session.database)
  const isDbo = account.sysadmin === true
  const owns = isDbo || includesName(database?.owners, account.user)
  const controls = owns || controlsServer(account) || includesName(database?.controlBy, account.user)
  return row(
    [text('database_name'), session.database],
    [int('control_database'), flag(controls)],
    [int('db_owner'), flag(owns)],
    [text('login_name'), account.user],
    [text('user_name'), isDbo ? 'dbo' : account.user],
    [int('engine_edition'), engineEdition(state)],
  )
}

function controlsServer(account: LoginState): boolean {
  return account.sysadmin === true || account.controlServer === true || includesName(account.grants, 'CONTROL SERVER')
}

function engineEdition(state: SqlState): keyof typeof EDITIONS {
  return state.engineEdition ?? (state.azure === true ? 5 : 3)
}

function findLogin(state: SqlState, user: string): LoginState | undefined {
  return state.logins.find((login) => isSameName(login.user, user))
}

function findDatabase(state: SqlState, name: string): DatabaseState | undefined {
  return state.databases.find((database) => isSameName(database.name, name))
}

function includesName(names: readonly string[] | undefined, name: string): boolean {
  return names?.some((one) => isSameName(one, name)) ?? false
}

/** Names compare as in the usual collation, without regard to letter case. */
function isSameName(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase()
}

function normalise(statement: string): string {
  return statement.replace(/\s+/g, ' ').trim()
}

function flag(value: boolean): number {
  return value ? 1 : 0
}

function row(...cells: readonly [Column, Cell][]): Reply {
  return { sets: [{ columns: cells.map(([column]) => column), rows: [cells.map(([, cell]) => cell)] }] }
}

function text(name: string): Column {
  return { name, type: 'nvarchar' satisfies SqlType, length: 128 }
}

function int(name: string): Column {
  return { name, type: 'int' }
}
