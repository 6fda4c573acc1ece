import { SOURCE_RIGHTS } from '../../src/checks/statements/source-rights.ts'
import { TARGET_DATABASE_RIGHTS } from '../../src/checks/statements/target-database-rights.ts'
import type { Reply, Session } from '../tds/model.ts'
import type { StatementAnswer } from './answers.ts'
import { flag, int, row, text } from './rows.ts'
import { controlsServer, engineEdition, findDatabase, includesName, type LoginState, type SqlState } from './state.ts'

const EDITIONS = {
  2: 'Standard Edition (64-bit)',
  3: 'Enterprise Edition (64-bit)',
  4: 'Express Edition (64-bit)',
  5: 'SQL Azure',
  8: 'SQL Azure',
} as const

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
    [text('auth_scheme'), session.kind === 'ntlm' ? 'NTLM' : 'SQL'],
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

export const RIGHTS_ANSWERS: readonly (readonly [string, StatementAnswer])[] = [
  [SOURCE_RIGHTS.text, sourceRights],
  [TARGET_DATABASE_RIGHTS.text, targetDatabaseRights],
]
