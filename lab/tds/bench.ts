import sql from 'mssql'
import { createAuthority } from '../certificates.ts'
import type { Login, LoginVerdict, TdsOptions } from './model.ts'
import { startTdsServer, type TdsServer } from './server.ts'

const HOST = 'sql01.corp.example'
/** With characters that a careless encoder loses. */
const PASSWORD = 'Pä55 "w€rd'

export interface Client {
  encrypt?: boolean
  password?: string
  /** PEM of the authority that the client trusts; default: the one that issued the server's certificate. */
  trusted?: string
  serverName?: string
  validate?: boolean
}

/** Servers and mssql clients of one test file, all closed by `close`. */
export interface Bench {
  /** Knows the account that `connectTo` uses, and answers with the statement and whether the session is encrypted. */
  start(options?: Partial<TdsOptions>): Promise<TdsServer>
  connectTo(server: TdsServer, client?: Client): Promise<sql.ConnectionPool>
  close(): Promise<void>
}

export async function createBench(): Promise<Bench> {
  const authority = await createAuthority()
  const tls = await authority.issue({ names: [HOST] })
  const open: { close(): Promise<unknown> }[] = []
  return {
    async start(options = {}) {
      const server = await startTdsServer({ serverName: 'SQL01', tls, authenticate, answer: echo, ...options })
      open.push(server)
      return server
    },
    async connectTo(server, client = {}) {
      const pool = new sql.ConnectionPool({
        server: '127.0.0.1',
        port: server.port,
        user: 'dms',
        password: client.password ?? PASSWORD,
        database: 'Sales',
        connectionTimeout: 5000,
        pool: { max: 1, min: 0 },
        validateConnection: client.validate ?? false,
        options: {
          encrypt: client.encrypt ?? true,
          appName: 'dms-preflight',
          serverName: client.serverName ?? HOST,
          cryptoCredentialsDetails: { ca: client.trusted ?? authority.certificate },
        },
      })
      open.push(pool)
      return pool.connect()
    },
    async close() {
      await Promise.all(open.splice(0).map((one) => one.close()))
    },
  }
}

function authenticate({ user, password }: Login): LoginVerdict {
  if (user === 'dms' && password === PASSWORD) return undefined
  return { number: 18456, state: 1, severity: 14, message: `Login failed for user '${user}'.` }
}

const echo: TdsOptions['answer'] = (query, session) => ({
  sets: [
    {
      columns: [
        { name: 'text', type: 'nvarchar(max)' },
        { name: 'encrypted', type: 'bit' },
      ],
      rows: [[query.text, session.encrypted]],
    },
  ],
})
