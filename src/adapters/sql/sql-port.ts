import type { JsonObject } from '../../domain/json.ts'
import { mapSeen, unseen, type Observed } from '../../domain/observed.ts'
import type { LoginAnswer, SqlPort, SqlServer, Statement } from '../../ports/sql-port.ts'
import { createMemo } from '../memo.ts'
import { showEndpoint, type SocketTarget } from '../net/open-socket.ts'
import { BACKUP_NAME, BACKUP_SESSION_DATABASE } from './backup-statements.ts'
import { readAuthorities, type Authorities } from './authorities.ts'
import { createLogins, type LoginOptions } from './logins.ts'
import { probePreLogin } from './pre-login.ts'
import { probeTls, type TlsFinding } from './probe-tls.ts'
import { createBackups } from './run-backup.ts'
import { isKnownTo, runStatement } from './run-statement.ts'
import type { Session } from './session.ts'
import { createStatementQueue, type StatementQueue } from './statement-queue.ts'
import { pinnedAnchors } from './tls-options.ts'

export interface SqlPortOptions extends LoginOptions {
  /** The text of a PEM file of the workspace; rejects when it cannot be read. */
  readCa(path: string): Promise<string>
  /** The input `allow-writes`; without it there is no `backUp`. */
  allowWrites?: boolean
}

export interface ClosableSqlPort extends SqlPort {
  /** Ends every connection. What is asked afterwards is a failure, not a login. */
  close(): Promise<void>
}

/** SQL Server by pre-login, TLS handshake, login and SELECT, and one backup where writes are allowed. No pre-login, handshake or login is made twice in a run. */
export function createSqlPort(options: SqlPortOptions): ClosableSqlPort {
  const memo = createMemo()
  const { timeoutMs, signal } = options
  const targetOf = ({ address, port }: SqlServer): SocketTarget => ({ address, port, timeoutMs, signal })
  const authoritiesOf = ({ tls }: SqlServer): Promise<Authorities> =>
    memo.once(`ca ${tls.ca ?? ''}`, () => readAuthorities(tls, (path) => options.readCa(path)))
  const findTls = (server: SqlServer): Promise<Observed<TlsFinding>> =>
    memo.once(`tls ${JSON.stringify([server.host, server.address, server.port, server.tls])}`, async () => {
      // A pinned certificate rests on nothing but itself.
      if (server.tls.pin !== undefined) return probeTls(server, targetOf(server), undefined)
      const authorities = await authoritiesOf(server)
      return authorities.ok ? probeTls(server, targetOf(server), authorities.value.pem) : authorities
    })
  const anchorsOf = async (server: SqlServer): Promise<Authorities> => {
    const isPinned = server.tls.pin !== undefined && server.tls.encrypt !== 'off'
    return isPinned ? pinnedAnchors(server, await findTls(server)) : authoritiesOf(server)
  }
  const logins = createLogins(options, memo, anchorsOf)
  const queues = new WeakMap<Session, StatementQueue>()
  const queueOf = (session: Session): StatementQueue => {
    const queue = queues.get(session) ?? createStatementQueue(session, timeoutMs)
    queues.set(session, queue)
    return queue
  }
  const backups = createBackups(timeoutMs, signal)
  const backUp: NonNullable<SqlPort['backUp']> = async (server, file) => {
    // The other statements of the server must not wait for a share; and whoever is in `model` keeps databases from being made.
    const { answer, session } = await logins.logIn(server, BACKUP_SESSION_DATABASE)
    if (!answer.ok) return answer
    return session === undefined ? notLoggedIn(answer.value, server, BACKUP_NAME) : backups.run(session, server, file)
  }
  /** What servers told in their pre-login. */
  const versions = new Map<string, string>()
  return {
    preLogin: async (server) => {
      const terms = { strict: server.tls.encrypt === 'strict', expectedName: server.tls.serverName ?? server.host }
      const key = [server.address, server.port, ...(terms.strict ? ['strict', terms.expectedName] : [])]
      const answer = await memo.once(`pre-login ${JSON.stringify(key)}`, () => probePreLogin(targetOf(server), terms))
      if (answer.ok && answer.value.answered) versions.set(placeOf(server), answer.value.version)
      return answer
    },
    probeTls: async (server) => mapSeen(await findTls(server), ({ answer }) => answer),
    logIn: async (server, database, waiting) => (await logins.logIn(server, database, waiting)).answer,
    query: async <Row extends JsonObject>(server: SqlServer, database: string, statement: Statement<Row>) => {
      const { answer, session } = await logins.logIn(server, database)
      if (!answer.ok) return answer
      if (session === undefined) return notLoggedIn(answer.value, server, statement.name)
      const where = `${server.host}${database === '' ? '' : `, database ${database}`}`
      const version = versions.get(placeOf(server))
      if (!isKnownTo(version, statement)) {
        const why = `the server's version is ${version ?? ''}, and what it reads came with ${statement.since}`
        return unseen('unsupported', `Query "${statement.name}" on ${where} was not run: ${why}.`)
      }
      return runStatement(queueOf(session), statement, where, { timeoutMs, signal })
    },
    ...(options.allowWrites === true ? { backUp } : {}),
    close: () => logins.close(),
  }
}

function placeOf({ address, port }: SqlServer): string {
  return showEndpoint(address, port)
}

function notLoggedIn(answer: LoginAnswer, { host, login }: SqlServer, statement: string): Observed<never> {
  const user = login.kind === 'entra' ? 'the Azure identity of the run' : login.user
  const asked = `Query "${statement}" on ${host} was not run`
  if (answer.outcome === 'withheld') {
    return unseen(
      'auth',
      `${asked}: the account ${user} was refused at ${answer.refusedAt.subject} and is not tried again.`,
    )
  }
  const why = answer.outcome === 'refused' ? ` (${answer.message.number}: ${answer.message.message})` : ''
  return unseen('auth', `${asked}: the server refused the login of ${user}${why}.`)
}
