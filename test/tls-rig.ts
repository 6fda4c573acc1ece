// A source over real sockets: what the SQL port says of its TLS, what the checks make of it, and what the login did.
import type { TdsOptions } from '../lab/tds/model.ts'
import { startTdsServer, type TdsServer } from '../lab/tds/server.ts'
import { createSqlPort } from '../src/adapters/sql/sql-port.ts'
import type { Check } from '../src/checks/define.ts'
import tcpIp from '../src/checks/source/tcp-ip-is-enabled/check.ts'
import tlsIsAcceptable from '../src/checks/source/tls-is-acceptable/check.ts'
import type { TlsSettings } from '../src/domain/manifest.ts'
import type { Observed } from '../src/domain/observed.ts'
import { Secret } from '../src/domain/secret.ts'
import type { Ports } from '../src/ports/ports.ts'
import type { LoginAnswer, SqlPort, SqlServer, TlsAnswer } from '../src/ports/sql-port.ts'
import { createPorts, sourceSubject } from './sql-fixtures.ts'

export const HOST = 'sql01.corp.example'
export const CA_PATH = 'certs/root.pem'

export interface Place {
  port: number
  address?: string
  host?: string
}

/** A verdict as the engine would give it: what was not seen is `unknown` with its cause. */
export interface Finding {
  verdict: string
  summary: string
  cause?: string
  remediation: string
  scripts: string
}

export interface TlsRig {
  start(options?: Partial<TdsOptions>): Promise<TdsServer>
  /** A new SQL port with its own memory. */
  open(root?: string, timeoutMs?: number): SqlPort
  close(): Promise<void>
}

export function createTlsRig(): TlsRig {
  const closers: (() => Promise<void>)[] = []
  return {
    async start(options = {}) {
      const server = await startTdsServer({
        serverName: 'SQL01',
        authenticate: () => undefined,
        answer: () => ({}),
        ...options,
      })
      closers.push(() => server.close())
      return server
    },
    open(root, timeoutMs = 1500) {
      const sql = createSqlPort({
        timeoutMs,
        signal: new AbortController().signal,
        secrets: new Map([['P', new Secret('P', 'pass-word-1')]]),
        readCa: (path) =>
          root !== undefined && path === CA_PATH ? Promise.resolve(root) : Promise.reject(new Error(`no file ${path}`)),
      })
      closers.push(() => sql.close())
      return sql
    },
    async close() {
      await Promise.all(closers.splice(0).map((end) => end()))
    },
  }
}

export function settings(tls: Partial<TlsSettings>): TlsSettings {
  return { encrypt: 'on', trustServerCertificate: false, ...tls }
}

export function serverAt({ port, address = '127.0.0.1', host = HOST }: Place, tls: Partial<TlsSettings>): SqlServer {
  return {
    host,
    address,
    port,
    login: { kind: 'sql', user: 'dms', password: { secret: 'P' } },
    tls: settings(tls),
    askedBy: { id: 'source/login-is-accepted', subject: 'sales' },
  }
}

/** The handshake and the login of the same server: the two must agree. */
export async function askBoth(
  sql: SqlPort,
  place: Place,
  tls: Partial<TlsSettings>,
): Promise<{ tls: Observed<TlsAnswer>; login: Observed<LoginAnswer> }> {
  const server = serverAt(place, tls)
  return { tls: await sql.probeTls(server), login: await sql.logIn(server, 'master') }
}

export function findTls(sql: SqlPort, place: Place, tls: Partial<TlsSettings>): Promise<Finding> {
  return find(tlsIsAcceptable, sql, place, tls)
}

export function findTcpIp(sql: SqlPort, place: Place, tls: Partial<TlsSettings>): Promise<Finding> {
  return find(tcpIp, sql, place, tls)
}

/** The check's own two halves over this port; name and TCP port count as found. */
async function find(check: Check, sql: SqlPort, place: Place, tls: Partial<TlsSettings>): Promise<Finding> {
  const { host, address, port } = serverAt(place, tls)
  const login = { kind: 'sql', user: 'dms', password: { secret: 'P' } } as const
  const subject = sourceSubject({ source: { server: { text: host, host, port }, login, tls: settings(tls) } })
  const world = createPorts({ names: { [host]: [address] }, ports: { [`${address}:${port}`]: 'open' } })
  const ports: Ports = { ...world, sql }
  const observed = await check.observe(ports, subject)
  if (!observed.ok) {
    const { kind, message, scripts = [] } = observed.failure
    const code = scripts.map((script) => script.code).join('\n')
    return { verdict: 'unknown', summary: message, cause: kind, remediation: '', scripts: code }
  }
  const judgement = check.judge(observed.value, subject)
  const remediation = 'remediation' in judgement ? judgement.remediation : undefined
  return {
    verdict: judgement.verdict,
    summary: judgement.summary,
    ...(judgement.verdict === 'unknown' ? { cause: judgement.cause.kind } : {}),
    remediation: remediation?.text ?? '',
    scripts: remediation?.scripts.map(({ code }) => code).join('\n') ?? '',
  }
}
