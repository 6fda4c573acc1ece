import type { SqlMessage } from '../../src/ports/sql-port.ts'

export type SqlType =
  | 'int'
  | 'bigint'
  | 'bit'
  | 'float'
  | 'nvarchar'
  | 'nvarchar(max)'
  | 'varbinary'
  | 'uniqueidentifier'
  | 'datetime2'
  /** Each cell is an int, bigint, bit, float or nvarchar, as its JavaScript type says. */
  | 'sql_variant'

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
  /** After the error, as SQL Server says of a backup first why, and then that it ends. */
  furtherErrors?: readonly SqlMessage[]
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
  /** 0x71 is TDS 7.1, 0x74 is 7.4, 0x80 is 8.0. */
  tdsVersion: number
  packetSizeBytes: number
  /** Of another kind than `sql` the proof was checked by the server already, and `password` is empty. */
  kind: LoginKind
}

/** How a client says who it is: with a password, an answer to an NTLM challenge, or a token of Microsoft Entra. */
export type LoginKind = 'sql' | 'ntlm' | 'entra'

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
  /** TDS 8.0: the connection began with TLS. */
  strict: boolean
  /** `sql` before the login. */
  kind: LoginKind
}

/** One LOGIN7 message that arrived complete, whatever became of it. It never holds a password or a token. */
export interface LoginRecord {
  /** Of an integrated login `DOMAIN\user` once the client has answered the challenge, of a known token its login name. */
  user: string
  kind: LoginKind
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
 * `close-at-login`, `silent-at-login`: takes LOGIN7, then closes or says nothing more.
 */
export type Misbehaviour =
  'silent' | 'garbage' | 'close-after-connect' | 'close-after-prelogin' | 'close-at-login' | 'silent-at-login'

export type TlsVersion = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'

export interface TdsOptions {
  host?: string
  port?: number
  /** PEM. Without it the server has no encryption, whatever `encryption` says. */
  tls?: { key: string; cert: string }
  /** Default `off`, like an installation that nobody has configured. */
  encryption?: Encryption
  /** TDS 8.0, where TLS comes first. `only`: a PRELOGIN in the clear closes the connection. Without it TLS first does. */
  strict?: 'offered' | 'only'
  /** Default TLSv1.2. */
  minTls?: TlsVersion
  /** Default TLSv1.2 inside of PRELOGIN, whose clients know no later one, and TLSv1.3 for TDS 8.0. */
  maxTls?: TlsVersion
  /** `DOMAIN\user`, or `user@domain`, and its password. Without it every integrated login is refused (18452). */
  ntlm?: Readonly<Record<string, string>>
  /** Token and the login name that it stands for. Without it every token is refused (18456). */
  entraTokens?: ReadonlyMap<string, string>
  /** Everything that the server sends, TLS flights too, leaves so much later. */
  latencyMs?: number
  /** Default 16.0.4135, SQL Server 2022. */
  version?: readonly [major: number, minor: number, build: number]
  serverName: string
  authenticate(login: Login, session: Session): LoginVerdict
  answer(query: Query, session: Session): Reply | Promise<Reply>
  misbehave?: Misbehaviour
}
