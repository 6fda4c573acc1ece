import { seen, unseen, type Observed } from '../../domain/observed.ts'
import type { Secret } from '../../domain/secret.ts'
import type { LoginAnswer, SqlServer, Waiting } from '../../ports/sql-port.ts'
import { accountKey, createAccountGate, heldBack, type AccountGate } from '../account-gate.ts'
import type { Memo } from '../memo.ts'
import type { Lookup } from '../net/resolve-name.ts'
import { readAccount, type Account, type EntraToken } from './account.ts'
import type { Authorities } from './authorities.ts'
import { openSession, type LoginAttempt, type Session, type SessionTerms } from './session.ts'

export interface LoginOptions {
  /** For one connection, one login or one statement. */
  timeoutMs: number
  signal: AbortSignal
  /** By the name of their environment variable. */
  secrets: ReadonlyMap<string, Secret>
  /** Shared with the other protocols of the run; absent: an own one. */
  accounts?: AccountGate
  /** A token for the run's Azure identity; asked for at the first login that needs it. Absent: there is none. */
  entraToken?: EntraToken
  /** Shown by the server as the program of the session. */
  applicationName?: string
  /** Suffixes of the cloud's own SQL hosts, inside which a login may be routed on; none: nowhere. */
  routingSuffixes?: readonly string[]
  /** Resolves where a login is routed to. */
  lookup?: Lookup
}

export interface LoggedIn {
  answer: Observed<LoginAnswer>
  session?: Session
}

export interface Logins {
  /** One login for each server, account and database; the same answer whenever it is asked again. */
  logIn(server: SqlServer, database: string, waiting?: Waiting): Promise<LoggedIn>
  close(): Promise<void>
}

export function createLogins(
  options: LoginOptions,
  memo: Memo,
  authoritiesOf: (server: SqlServer) => Promise<Authorities>,
): Logins {
  const { entraToken, accounts: gate = createAccountGate() } = options
  const sessions: Session[] = []
  let isClosed = false
  const cancelled = ({ host }: SqlServer): LoggedIn => ({
    answer: unseen('cancelled', `Login to ${host} was not tried: the run has ended.`),
  })
  const open = async (server: SqlServer, database: string, account: Account, onTurn: () => void): Promise<LoggedIn> => {
    const authorities = await authoritiesOf(server)
    if (!authorities.ok) return { answer: authorities }
    const terms = sessionTerms(options, server, { account, authorities: authorities.value, database })
    const passed = await gate.pass<LoginAttempt>(accountKey(account), server.askedBy, () => {
      onTurn()
      return isClosed ? Promise.resolve({ account: 'undecided', ...cancelled(server) }) : openSession(terms)
    })
    if ('withheld' in passed) return { answer: seen({ outcome: 'withheld', refusedAt: passed.withheld }) }
    if ('unanswered' in passed) return { answer: heldBack(account.user, passed.unanswered) }
    const { session } = passed.tried
    if (session !== undefined) sessions.push(session)
    if (isClosed) await session?.close()
    return passed.tried
  }
  return {
    async logIn(server, database, waiting = (turn) => turn) {
      if (isClosed) return cancelled(server)
      const account = await readAccount(server, options.secrets, entraToken)
      if (!account.ok) return { answer: account }
      const key = JSON.stringify([
        server.host.toLowerCase(),
        server.address,
        server.port,
        accountKey(account.value),
        server.tls,
        database,
      ])
      const { turn, answer } = await memo.once(`login ${key}`, () => {
        let onTurn = (): void => undefined
        const begun = new Promise<void>((resolve) => {
          onTurn = resolve
        })
        const opened = open(server, database, account.value, onTurn)
        return Promise.resolve({ turn: Promise.race([begun, opened]), answer: opened })
      })
      await waiting(turn)
      return answer
    },
    async close() {
      isClosed = true
      await Promise.all(sessions.splice(0).map((session) => session.close()))
    },
  }
}

function sessionTerms(
  options: LoginOptions,
  { host, address, port, tls }: SqlServer,
  own: Pick<SessionTerms, 'account' | 'authorities' | 'database'>,
): SessionTerms {
  const { timeoutMs, signal, applicationName = 'dms-preflight', routingSuffixes = [], lookup } = options
  return {
    ...own,
    host,
    address,
    port,
    tls,
    timeoutMs,
    signal,
    applicationName,
    routingSuffixes,
    ...(lookup === undefined ? {} : { lookup }),
  }
}
