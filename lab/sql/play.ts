import type { SqlMessage } from '../../src/ports/sql-port.ts'
import { answerQuery } from './answers.ts'
import { answerBackup, isBackup, type NetworkFiles } from './backup-answers.ts'
import {
  addressNotAllowed,
  cannotOpenDatabase,
  loginDisabled,
  loginFailed,
  loginLocked,
  passwordExpired,
  passwordMustChange,
} from './messages.ts'
import { findDatabase, findLogin, includesName, isSameName, type LoginState, type SqlState } from './state.ts'
import { hasServerPermission } from './server-security.ts'
import type { Login, LoginVerdict, Session, TdsOptions } from '../tds/model.ts'

const SYSTEM_DATABASES = ['master', 'msdb', 'tempdb']

/** What the server of a state does: the part of the options of `startTdsServer` that is about content. */
export function playSqlState(
  state: SqlState,
  files?: NetworkFiles,
): Pick<TdsOptions, 'serverName' | 'version' | 'authenticate' | 'answer' | 'ntlm'> {
  return {
    serverName: state.serverName,
    version: state.version,
    ...windowsAccounts(state),
    authenticate: (login, session) => authenticate(state, login, session),
    answer: (query, session) =>
      isBackup(query) ? answerBackup(state, query, session, files) : answerQuery(state, query, session),
  }
}

function windowsAccounts({ logins }: SqlState): Pick<TdsOptions, 'ntlm'> {
  const accounts = logins.filter(({ kind }) => kind === 'windows').map(({ user, password }) => [user, password])
  return accounts.length === 0 ? {} : { ntlm: Object.fromEntries(accounts) as Record<string, string> }
}

function authenticate(state: SqlState, login: Login, session: Session): LoginVerdict {
  if (state.admits !== undefined && !state.admits.includes(session.clientAddress)) {
    return addressNotAllowed(state.serverName, session.clientAddress)
  }
  if (state.refuseAll !== undefined) return state.refuseAll
  const account = findLogin(state, login.user)
  // The wire has checked the proof of the other kinds.
  const isProven = login.kind !== 'sql' || account?.password === login.password
  if (account === undefined || !isProven) return loginFailed(login.user)
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
  const users = [...(database.controlBy ?? []), ...(database.owners ?? []), ...(database.readers ?? [])]
  const isUser = includesName(users, account.user) || includesName(account.databases, database.name)
  return isUser || hasServerPermission(state, account, 'CONTROL SERVER') ? database.name : undefined
}
