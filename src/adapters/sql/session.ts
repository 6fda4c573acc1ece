import type { config, ConnectionPool } from 'mssql'
import { setTimeout as delay } from 'node:timers/promises'
import type { TlsSettings } from '../../domain/manifest.ts'
import { seen, unseen, type Observed, type ProbeFailure } from '../../domain/observed.ts'
import type { LoginAnswer, SqlMessage } from '../../ports/sql-port.ts'
import type { AccountVerdict } from '../account-gate.ts'
import { boundText } from '../bounded-text.ts'
import { showEndpoint } from '../net/open-socket.ts'
import { ABORTED, socketFailure } from '../net/socket-errors.ts'
import type { Lookup } from '../net/resolve-name.ts'
import { driverAuthentication, type Account } from './account.ts'
import type { TrustAnchors } from './authorities.ts'
import { createOneLoginPool, type Connection } from './one-login-pool.ts'
import { createConnector, type Destination } from './routing.ts'
import { driverFailure, findRefusal, isTransient, serverFailure } from './sql-errors.ts'
import { MORE_TIME } from './sql-numbers.ts'
import { driverTls } from './tls-options.ts'

export interface SessionTerms {
  host: string
  address: string
  port: number
  account: Account
  tls: TlsSettings
  authorities: TrustAnchors
  database: string
  timeoutMs: number
  signal: AbortSignal
  applicationName: string
  routingSuffixes: readonly string[]
  lookup?: Lookup
}

/** A connection that is logged in. TDS has one request at a time: the statement queue sees to that. */
export interface Session {
  pool: ConnectionPool
  /** Ends the connection at once, whatever is under way on it. */
  cut(): void
  close(): Promise<void>
}

export interface LoginAttempt {
  account: AccountVerdict
  answer: Observed<LoginAnswer>
  session?: Session
}

const BACKOFF_LIMIT_MS = 1000
/** For the pool's own timers: an idle connection lives as long as the run, and waiting is bounded elsewhere. */
const LONGEST_TIMER_MS = 0x7fff_ffff
/** How long a cancelled request may take to say so, before the connection is given up. */
const CANCEL_LIMIT_MS = 2000

/** Logs in, once; again only after a transient error of the cloud, which comes before the password is looked at. */
export async function openSession(terms: SessionTerms): Promise<LoginAttempt> {
  const startedAt = Date.now()
  const deadline = startedAt + terms.timeoutMs
  let backoffMs = Math.min(BACKOFF_LIMIT_MS, terms.timeoutMs / 10)
  let passing: LoginAttempt | undefined
  for (let tries = 1; ; tries += 1) {
    const { attempt, transient } = await tryLogin(terms, Math.max(1, deadline - Date.now()))
    // The last try has little time left: what the server said before tells more than its silence.
    if (passing !== undefined && isLate(attempt)) return passing
    if (!transient) return attempt
    passing = outlasted(attempt, tries, Date.now() - startedAt)
    if (Date.now() + 2 * backoffMs > deadline) return passing
    try {
      await delay(backoffMs, undefined, { signal: terms.signal })
    } catch {
      return { account: 'undecided', answer: { ok: false, failure: socketFailure(ABORTED, describeLogin(terms)) } }
    }
    backoffMs *= 2
  }
}

/** Says how often it was tried, and what would give the server more time. */
function outlasted({ account, answer }: LoginAttempt, tries: number, ms: number): LoginAttempt {
  if (answer.ok) return { account, answer }
  const { kind, message } = answer.failure
  const often = tries === 1 ? 'Tried once' : `Tried ${tries} times`
  return { account, answer: unseen(kind, `${message} ${often} within ${ms} ms.`, { missing: MORE_TIME }) }
}

function isLate({ answer }: LoginAttempt): boolean {
  return !answer.ok && answer.failure.kind === 'timeout'
}

/** What the connection said while it was made. */
interface Heard {
  messages: SqlMessage[]
  isLoggedIn: boolean
  encrypted: boolean
  database: string
  routedTo?: Destination
  connection?: Connection
}

async function tryLogin(
  terms: SessionTerms,
  timeoutMs: number,
): Promise<{ attempt: LoginAttempt; transient: boolean }> {
  // tedious tells of no TLS that came before TDS (no `secure` event).
  const encrypted = terms.tls.encrypt === 'strict'
  const heard: Heard = { messages: [], isLoggedIn: false, encrypted, database: terms.database }
  const cut = (): void => {
    heard.connection?.close()
  }
  terms.signal.addEventListener('abort', cut, { once: true })
  try {
    const pool = await createOneLoginPool(poolSettings(terms, timeoutMs, heard))
    await pool.connect()
    heard.isLoggedIn = true
    const answer: LoginAnswer = {
      outcome: 'accepted',
      encrypted: heard.encrypted,
      loginName: terms.account.user,
      database: heard.database,
    }
    return {
      attempt: { account: 'accepted', answer: seen(answer), session: createSession(pool, cut) },
      transient: false,
    }
  } catch (error) {
    terms.signal.removeEventListener('abort', cut)
    cut()
    return { attempt: judgeFailure(error, heard, terms), transient: isTransient(heard.messages) }
  }
}

function createSession(pool: ConnectionPool, cut: () => void): Session {
  return {
    pool,
    cut,
    async close() {
      cut()
      await pool.close().catch(() => undefined)
    },
  }
}

function judgeFailure(error: unknown, heard: Heard, terms: SessionTerms): LoginAttempt {
  const refusal = findRefusal(heard.messages)
  if (refusal !== undefined) {
    const account = refusal.refused === 'account' ? 'refused' : 'accepted'
    return { account, answer: seen({ outcome: 'refused', message: refusal.message }) }
  }
  return { account: 'undecided', answer: { ok: false, failure: loginFailure(error, heard, terms) } }
}

function loginFailure(error: unknown, { messages, routedTo }: Heard, terms: SessionTerms): ProbeFailure {
  const asked = describeLogin(terms)
  const [message] = messages
  if (message !== undefined) return serverFailure(message, asked)
  if (terms.signal.aborted) return socketFailure(ABORTED, asked)
  if (routedTo === undefined) return driverFailure(error, asked)
  const place = `${boundText(routedTo.host)}, port ${routedTo.port}`
  const failure = driverFailure(error, `${asked}, which sends it on to ${place}`)
  return ON_THE_WAY.has(failure.kind) ? { ...failure, ...REDIRECTED } : failure
}

const ON_THE_WAY: ReadonlySet<ProbeFailure['kind']> = new Set(['dns', 'refused', 'timeout', 'unreachable', 'reset'])
/** learn.microsoft.com/azure/azure-sql/database/connectivity-architecture: who connects from inside Azure is redirected. */
const REDIRECTED: Pick<ProbeFailure, 'missing' | 'scripts'> = {
  missing:
    'TCP 11000 to 11999 outbound to the tag Sql as well as 1433, as the connection policy Redirect needs it (for DMS, too), or the policy Proxy',
  scripts: [
    {
      language: 'bash',
      code: "az sql server conn-policy show --resource-group '<RESOURCE-GROUP>' --server '<SERVER>' --query connectionType",
    },
  ],
}

function describeLogin({ account, host, address, port, database }: SessionTerms): string {
  const where = database === '' ? '' : `, database ${boundText(database)}`
  return `Login of ${boundText(account.user)} from this runner to ${host} (${showEndpoint(address, port)}${where})`
}

function poolSettings(terms: SessionTerms, timeoutMs: number, heard: Heard): config {
  const { host, port, account, tls, authorities, database } = terms
  return {
    // The name in the login packet, and the one that the certificate must carry; the connector decides the address.
    server: host,
    port,
    ...driverAuthentication(account),
    database,
    connectionTimeout: timeoutMs,
    requestTimeout: terms.timeoutMs,
    // mssql's own test statement led to 7,576 logins in 30 s on a server that refused it.
    validateConnection: false,
    pool: { max: 1, min: 0, idleTimeoutMillis: LONGEST_TIMER_MS, acquireTimeoutMillis: LONGEST_TIMER_MS },
    beforeConnect: (connection) => {
      listenTo(connection, heard)
    },
    options: {
      ...driverTls(tls, authorities),
      appName: terms.applicationName,
      connector: createConnector({
        ...terms,
        onRoute: (to) => {
          heard.routedTo = to
        },
      }),
      // tedious retries by itself, 4060 among others.
      maxRetriesOnTransientErrors: 0,
      cancelTimeout: Math.min(CANCEL_LIMIT_MS, terms.timeoutMs),
    },
  }
}

/** The number of a failed login is in no error object, only in these events. */
function listenTo(connection: Connection, heard: Heard): void {
  heard.connection = connection
  connection.on('errorMessage', ({ number, state, class: severity, message }) => {
    if (!heard.isLoggedIn) heard.messages.push({ number, state, severity, message: boundText(message) })
  })
  connection.on('secure', () => {
    heard.encrypted = true
  })
  connection.on('databaseChange', (name) => {
    heard.database = name
  })
}
