import type { JsonObject } from '../../domain/json.ts'
import { unseen, type Observed } from '../../domain/observed.ts'
import type { LoginAnswer, SqlPort, SqlServer, Statement } from '../../ports/sql-port.ts'
import { createMemo } from '../memo.ts'
import type { SocketTarget } from '../net/open-socket.ts'
import { readAuthorities, type Authorities } from './authorities.ts'
import { createLogins, type LoginOptions } from './logins.ts'
import { probePreLogin } from './pre-login.ts'
import { probeTls } from './probe-tls.ts'
import { runStatement } from './run-statement.ts'

export interface SqlPortOptions extends LoginOptions {
  /** The text of a PEM file of the workspace; rejects when it cannot be read. */
  readCa(path: string): Promise<string>
}

export interface ClosableSqlPort extends SqlPort {
  /** Ends every connection. What is asked afterwards is a failure, not a login. */
  close(): Promise<void>
}

/** SQL Server by pre-login, TLS handshake, login and SELECT. No pre-login, handshake or login is made twice in a run. */
export function createSqlPort(options: SqlPortOptions): ClosableSqlPort {
  const memo = createMemo()
  const { timeoutMs, signal } = options
  const targetOf = ({ address, port }: SqlServer): SocketTarget => ({ address, port, timeoutMs, signal })
  const authoritiesOf = ({ tls }: SqlServer): Promise<Authorities> =>
    memo.once(`ca ${tls.ca ?? ''}`, () => readAuthorities(tls, (path) => options.readCa(path)))
  const logins = createLogins(options, memo, authoritiesOf)
  return {
    preLogin: (server) =>
      memo.once(`pre-login ${server.address} ${server.port}`, () => probePreLogin(targetOf(server))),
    probeTls: (server) =>
      memo.once(`tls ${JSON.stringify([server.host, server.address, server.port, server.tls])}`, async () => {
        const authorities = await authoritiesOf(server)
        return authorities.ok ? probeTls(server, targetOf(server), authorities.value) : authorities
      }),
    logIn: async (server, database) => (await logins.logIn(server, database)).answer,
    query: async <Row extends JsonObject>(server: SqlServer, database: string, statement: Statement<Row>) => {
      const { answer, session } = await logins.logIn(server, database)
      if (!answer.ok) return answer
      if (session === undefined) return notLoggedIn(answer.value, server, statement.name)
      const where = `${server.host}${database === '' ? '' : `, database ${database}`}`
      return runStatement(session, statement, where, { timeoutMs, signal })
    },
    close: () => logins.close(),
  }
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
