import type { SqlMessage } from '../../src/ports/sql-port.ts'

export type SqlType =
  'int' | 'bigint' | 'bit' | 'nvarchar' | 'nvarchar(max)' | 'varbinary' | 'uniqueidentifier' | 'datetime2'

export interface Column {
  name: string
  type: SqlType
  /** Characters of an nvarchar (default 4000), bytes of a varbinary (default 8000). */
  length?: number
}

export type Cell = string | number | bigint | boolean | Uint8Array | Date | null

export interface ResultSet {
  columns: readonly Column[]
  rows: readonly (readonly Cell[])[]
}

export interface Reply {
  sets?: readonly ResultSet[]
  /** The count of a statement without a result set. */
  rowsAffected?: number
  info?: readonly SqlMessage[]
  /** Sent after the result sets. */
  error?: SqlMessage
  delayMs?: number
  /** Nothing more is sent; an ATTENTION is still answered. */
  hang?: boolean
  /** The connection is closed instead of an answer. */
  drop?: boolean
}

export interface Parameter {
  name: string
  value: Cell
  output: boolean
}

export interface Query {
  kind: 'batch' | 'rpc'
  /** The batch, or the statement of sp_executesql; `EXEC name` for another procedure. */
  text: string
  procedure?: string
  parameters: readonly Parameter[]
}

export interface Login {
  user: string
  password: string
  database: string
  app: string
  host: string
  /** The server's name as the client knows it. */
  server: string
  /** 0x71 is TDS 7.1, 0x74 is 7.4. */
  tdsVersion: number
  packetSizeBytes: number
  /** The client wants integrated authentication (SSPI). */
  integrated: boolean
}

/** One connection, as `authenticate` and `answer` see it. */
export interface Session {
  id: number
  clientAddress: string
  /** The port that the client connected to. */
  serverPort: number
  /** Empty before the login. */
  user: string
  /** What the client asked for, else master; `authenticate` may put it into the spelling of the server. */
  database: string
  /** Whether what is sent now is encrypted: false after login-only encryption. */
  encrypted: boolean
}

/** One LOGIN7 message that arrived complete, whatever became of it. */
export interface LoginRecord {
  user: string
  database: string
  app: string
  /** Whether the LOGIN7 message itself, and so the password, came through TLS. */
  encrypted: boolean
  accepted: boolean
}

export interface RouteTo {
  routeTo: { host: string; port: number }
}

/** Undefined: accepted. SQL Server sends two messages for a database that it cannot open (4060, then 18456). */
export type LoginVerdict = SqlMessage | readonly SqlMessage[] | RouteTo | undefined

/** `off`: login-only encryption, or full when the client asks; `on` and `required`: full; see prelogin.ts. */
export type Encryption = 'off' | 'on' | 'required' | 'not-supported'

/**
 * `silent`: accepts and never answers. `garbage`: answers the first bytes with bytes that are not TDS.
 * `close-after-connect`: closes at once. `close-after-prelogin`: answers PRELOGIN, then closes.
 */
export type Misbehaviour = 'silent' | 'garbage' | 'close-after-connect' | 'close-after-prelogin'

export interface TdsOptions {
  host?: string
  port?: number
  /** PEM. Without it the server has no encryption, whatever `encryption` says. */
  tls?: { key: string; cert: string }
  /** Default `off`, like an installation that nobody has configured. */
  encryption?: Encryption
  /** Default 16.0.4135, SQL Server 2022. */
  version?: readonly [major: number, minor: number, build: number]
  serverName: string
  authenticate(login: Login, session: Session): LoginVerdict
  answer(query: Query, session: Session): Reply | Promise<Reply>
  misbehave?: Misbehaviour
}
