import sql from 'mssql'
import { createAuthority } from '../certificates.ts'
import type { Login, LoginVerdict, TdsOptions, TlsVersion } from './model.ts'
import { startTdsServer, type TdsServer } from './server.ts'

const HOST = 'sql01.corp.example'
/** With characters that a careless encoder loses. */
const PASSWORD = 'Pä55 "w€rd'

export interface Client {
  encrypt?: boolean | 'strict'
  user?: string
  password?: string
  database?: string
  /** Of a Windows account; the login is NTLM then. */
  domain?: string
  /** Of Microsoft Entra: a token, or an object that gets one when the server says where. */
  token?: string | { getToken(scope: string): Promise<{ token: string; expiresOnTimestamp: number }> }
  /** PEM of the authority that the client trusts; default: the one that issued the server's certificate. */
  trusted?: string
  serverName?: string
  validate?: boolean
  /** Default TLSv1.2. */
  minTls?: TlsVersion
  tdsVersion?: '7_1' | '7_2' | '7_3_A' | '7_3_B' | '7_4' | '8_0'
  /** Gets every error message that the server sends, refused logins too. */
  onError?: (error: { number: number; state: number; class: number; message: string }) => void
}

/** Servers and mssql clients of one test file, all closed by `close`. */
export interface Bench {
  /** The name that clients expect in the certificate of the servers. */
  host: string
  /** PEM of the authority that issued it. */
  certificate: string
  /** Knows the account that `connectTo` uses, and answers with the statement and whether the session is encrypted. */
  start(options?: Partial<TdsOptions>): Promise<TdsServer>
  connectTo(server: TdsServer, client?: Client): Promise<sql.ConnectionPool>
  close(): Promise<void>
}

export async function createBench({ names = [HOST] }: { names?: readonly string[] } = {}): Promise<Bench> {
  const authority = await createAuthority()
  const tls = await authority.issue({ names })
  const open: { close(): Promise<unknown> }[] = []
  return {
    host: HOST,
    certificate: authority.certificate,
    async start(options = {}) {
      const server = await startTdsServer({ serverName: 'SQL01', tls, authenticate, answer: echo, ...options })
      open.push(server)
      return server
    },
    async connectTo(server, client = {}) {
      const pool = new sql.ConnectionPool(configuration(server, { trusted: authority.certificate, ...client }))
      open.push(pool)
      return pool.connect()
    },
    async close() {
      await Promise.all(open.splice(0).map((one) => one.close()))
    },
  }
}

type Configuration = ConstructorParameters<typeof sql.ConnectionPool>[0] & object

function configuration(server: TdsServer, client: Client): Configuration {
  const { minTls, domain, token, onError } = client
  return {
    server: '127.0.0.1',
    port: server.port,
    user: client.user ?? 'dms',
    password: client.password ?? PASSWORD,
    ...(domain === undefined ? {} : { domain }),
    ...(token === undefined ? {} : { authentication: withToken(token) }),
    database: client.database ?? 'Sales',
    connectionTimeout: 5000,
    pool: { max: 1, min: 0 },
    validateConnection: client.validate ?? false,
    options: {
      encrypt: client.encrypt ?? true,
      appName: 'dms-preflight',
      serverName: client.serverName ?? HOST,
      tdsVersion: client.tdsVersion ?? '7_4',
      cryptoCredentialsDetails: {
        ca: client.trusted,
        ...(minTls === undefined ? {} : { minVersion: minTls, ciphers: 'DEFAULT@SECLEVEL=0' }),
      },
    },
    ...(onError && {
      beforeConnect: (connection: { on(event: 'errorMessage', listener: NonNullable<Client['onError']>): unknown }) => {
        connection.on('errorMessage', onError)
      },
    }),
  }
}

function withToken(token: NonNullable<Client['token']>): NonNullable<Configuration['authentication']> {
  return typeof token === 'string'
    ? { type: 'azure-active-directory-access-token', options: { token } }
    : { type: 'token-credential', options: { credential: token } }
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
