import { DATABASE_CONTROL, USER_TOKEN } from '../../src/checks/statements/database-permissions.ts'
import {
  LOGIN_TOKEN,
  SERVER_PERMISSIONS,
  SERVER_PRINCIPALS,
  SERVER_ROLE_MEMBERS,
} from '../../src/checks/statements/server-principals.ts'
import { SOURCE_RIGHTS } from '../../src/checks/statements/source-rights.ts'
import { TARGET_DATABASE_RIGHTS } from '../../src/checks/statements/target-database-rights.ts'
import type { Reply, Session } from '../tds/model.ts'
import type { StatementAnswer } from './answers.ts'
import { flag, int, row, signedPort, text } from './rows.ts'
import { hasServerPermission, isInRole, principalsOf, tokenOf, visiblePrincipals } from './server-security.ts'
import { engineEdition, findDatabase, includesName, isSameName, type LoginState, type SqlState } from './state.ts'

export const EDITIONS = {
  2: 'Standard Edition (64-bit)',
  3: 'Enterprise Edition (64-bit)',
  4: 'Express Edition (64-bit)',
  5: 'SQL Azure',
  8: 'SQL Azure',
} as const

function sourceRights(state: SqlState, session: Session, account: LoginState): Reply {
  const serverQuestion = (holds: boolean): number | null => (state.azure === true ? null : flag(holds))
  const has = (permission: string): number | null => serverQuestion(hasServerPermission(state, account, permission))
  const [major, minor, build] = state.version
  return row(
    [text('login_name'), account.user],
    [int('control_server'), has('CONTROL SERVER')],
    [int('sysadmin'), serverQuestion(isInRole(state, account, 'sysadmin'))],
    [int('view_server_state'), has('VIEW SERVER STATE')],
    [int('view_any_definition'), has('VIEW ANY DEFINITION')],
    [int('connect_sql'), serverQuestion(true)],
    [text('product_version'), `${major}.${minor}.${build}.0`],
    [text('edition'), EDITIONS[engineEdition(state)]],
    [int('engine_edition'), engineEdition(state)],
    [text('net_transport'), 'TCP'],
    [text('auth_scheme'), session.kind === 'ntlm' ? 'NTLM' : 'SQL'],
    [int('local_tcp_port'), signedPort(session.serverPort)],
  )
}

function targetDatabaseRights(state: SqlState, session: Session, account: LoginState): Reply {
  const database = findDatabase(state, session.database)
  const isDbo = isInRole(state, account, 'sysadmin')
  const owns = isDbo || includesName(database?.owners, account.user)
  const isDenied = !owns && [account.user, 'public'].some((name) => includesName(database?.denies, name))
  const controls =
    !isDenied &&
    (owns || hasServerPermission(state, account, 'CONTROL SERVER') || includesName(database?.controlBy, account.user))
  return row(
    [text('database_name'), session.database],
    [int('control_database'), flag(controls)],
    [int('db_owner'), flag(owns)],
    [text('login_name'), account.user],
    [text('user_name'), isDbo ? 'dbo' : account.user],
    [int('engine_edition'), engineEdition(state)],
  )
}

function serverPrincipals(state: SqlState, _session: Session, account: LoginState): Reply {
  const rows = visiblePrincipals(state, account).map(({ id, name, type, isDisabled }) => [
    id,
    name,
    type,
    flag(isDisabled),
  ])
  return { sets: [{ columns: [int('id'), text('name'), text('type'), int('is_disabled')], rows }] }
}

function serverRoleMembers(state: SqlState, _session: Session, account: LoginState): Reply {
  const all = principalsOf(state)
  const rows = visiblePrincipals(state, account).flatMap(({ id, roles = [] }) =>
    roles.flatMap((role) => all.filter(({ name }) => isSameName(name, role)).map((one) => [one.id, id])),
  )
  return { sets: [{ columns: [int('role_id'), int('member_id')], rows }] }
}

function serverPermissions(state: SqlState, _session: Session, account: LoginState): Reply {
  const asked = ['CONTROL SERVER', 'CONNECT SQL', 'VIEW ANY DEFINITION']
  const rows = visiblePrincipals(state, account).flatMap(({ id, type, grants = [], denies = [] }) => [
    ...(type === 'R' ? [] : [[id, 'CONNECT SQL', includesName(denies, 'CONNECT SQL') ? 'D' : 'G']]),
    ...grants.filter((name) => includesName(asked, name)).map((name) => [id, name, 'G']),
    ...denies
      .filter((name) => includesName(asked, name) && !isSameName(name, 'CONNECT SQL'))
      .map((name) => [id, name, 'D']),
  ])
  return { sets: [{ columns: [int('grantee_id'), text('permission'), text('state')], rows }] }
}

const TOKEN_TYPES = { S: 'SQL LOGIN', U: 'WINDOWS LOGIN', G: 'WINDOWS GROUP', R: 'SERVER ROLE', E: 'EXTERNAL LOGIN' }

function loginToken(state: SqlState, _session: Session, account: LoginState): Reply {
  const rows = tokenOf(state, account).map(({ id, name, type }) => [id, name, TOKEN_TYPES[type], 'GRANT OR DENY'])
  return { sets: [{ columns: [int('id'), text('name'), text('type'), text('usage_text')], rows }] }
}

const USER_ID = 5
const PUBLIC_ID = 0
const DB_OWNER_ID = 16_384

function userToken(state: SqlState, session: Session, account: LoginState): Reply {
  const owns = includesName(findDatabase(state, session.database)?.owners, account.user)
  const rows = [
    [USER_ID, account.user, 'SQL USER'],
    [PUBLIC_ID, 'public', 'ROLE'],
    ...(owns ? [[DB_OWNER_ID, 'db_owner', 'ROLE']] : []),
  ]
  return { sets: [{ columns: [int('id'), text('name'), text('type')], rows }] }
}

function databaseControl(state: SqlState, session: Session, account: LoginState): Reply {
  const { controlBy, denies } = findDatabase(state, session.database) ?? {}
  const rows = [
    ...(includesName(controlBy, account.user) ? [[USER_ID, account.user, 'G']] : []),
    ...(includesName(denies, account.user) ? [[USER_ID, account.user, 'D']] : []),
    ...(includesName(denies, 'public') ? [[PUBLIC_ID, 'public', 'D']] : []),
  ]
  return { sets: [{ columns: [int('grantee_id'), text('grantee'), text('state')], rows }] }
}

export const RIGHTS_ANSWERS: readonly (readonly [string, StatementAnswer])[] = [
  [SOURCE_RIGHTS.text, sourceRights],
  [TARGET_DATABASE_RIGHTS.text, targetDatabaseRights],
  [SERVER_PRINCIPALS.text, serverPrincipals],
  [SERVER_ROLE_MEMBERS.text, serverRoleMembers],
  [SERVER_PERMISSIONS.text, serverPermissions],
  [LOGIN_TOKEN.text, loginToken],
  [USER_TOKEN.text, userToken],
  [DATABASE_CONTROL.text, databaseControl],
]
