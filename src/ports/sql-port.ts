import type { Login, TlsSettings } from '../domain/manifest.ts'
import type { Observed } from '../domain/observed.ts'
import type { JsonObject } from '../domain/json.ts'

/** A check on a subject, and the name of the manifest that asks it. */
export interface Asker {
  id: string
  subject: string
  manifest?: string
}

/** One server as a check wants to reach it. `host` is the name of the manifest: certificates are checked against it. */
export interface SqlServer {
  host: string
  /** The address that answered; the connection goes there and nowhere else. */
  address: string
  port: number
  login: Login
  tls: TlsSettings
  /** Who asks first, so that others can name it when the account is refused. */
  askedBy: Asker
}

/** The server's answer to a credential-free pre-login (MS-TDS 2.2.6.5). */
export type PreLoginAnswer =
  | {
      answered: true
      /** `16.0.4135`; Azure SQL says 12.0. */
      version: string
      /** `strict`: the pre-login was answered inside TLS, and only there where the manifest does not ask for that. */
      encryption: 'off' | 'on' | 'not-supported' | 'required' | 'strict'
      localAddress: string
    }
  | { answered: false; reason: 'not-tds' | 'closed'; message: string }

export interface Certificate {
  subject: string
  issuer: string
  names: readonly string[]
  validFrom: string
  validTo: string
  /** `sha256:` and lower-case hex. */
  fingerprint: string
}

/** What a TLS handshake inside pre-login showed; no credential is sent. */
export type TlsAnswer =
  | {
      outcome: 'accepted'
      protocol: string
      certificate: Certificate
      verified: boolean
      /** Taken because it is the certificate of `tls.pin`. */
      pinned?: true
    }
  | { outcome: 'not-offered' }
  /** The server speaks TDS 7, and closed the connection when TLS came first (TDS 8.0, `encrypt: strict`). */
  | { outcome: 'strict-not-offered'; version: string }
  /** The other way round: it closed the connection at a TDS 7 pre-login, and answered one inside TLS. */
  | { outcome: 'strict-only'; version: string }
  | {
      outcome: 'refused'
      /** `pin`: it is another certificate than the manifest pins. */
      problem: 'untrusted' | 'name' | 'expired' | 'not-yet-valid' | 'pin'
      message: string
      certificate: Certificate
      /** By the runner's clock, ISO 8601: what the dates of the certificate were compared with. */
      seenAt: string
    }

/** A message of the server: number, state and severity as in sys.messages. */
export interface SqlMessage {
  number: number
  state: number
  severity: number
  message: string
}

export type LoginAnswer =
  | { outcome: 'accepted'; encrypted: boolean; loginName: string; database: string }
  | { outcome: 'refused'; message: SqlMessage }
  /** Not tried: the same account was refused elsewhere in this run, and a refused password is never tried again. */
  | { outcome: 'withheld'; refusedAt: Asker }

/** A SELECT of ours: text without parameters from outside, and the lowest server version that knows it. */
export interface Statement<Row extends JsonObject> {
  name: string
  text: string
  since: string
  /** Documentation of what it reads. */
  url: string
  /** Throws when a row does not have the promised shape; the adapter turns that into `protocol`. */
  decode(row: Record<string, unknown>): Row
}

/** Gives what it is given. Whoever passes it learns of the time that is spent in waiting for others, not for the server. */
export type Waiting = <T>(turn: Promise<T>) => Promise<T>

/** What the server tells of a backup that it reads back (RESTORE HEADERONLY). */
export interface BackupHeader {
  database: string
  hasChecksums: boolean
  isCopyOnly: boolean
}

/** The server's answer to a COPY_ONLY backup of `model` into a file, which it writes as the account of its service. */
export type BackupAnswer =
  /** `readBack`: its answer to RESTORE HEADERONLY of that file. */
  | {
      outcome: 'written'
      readBack: Observed<{ outcome: 'read'; header: BackupHeader } | { outcome: 'refused'; messages: SqlMessage[] }>
    }
  /** In the order of the server: the first tells why, and the last only that it ends. */
  | { outcome: 'refused'; messages: SqlMessage[] }

export interface SqlPort {
  /**
   * Makes a COPY_ONLY backup of `model` into a new file and reads its header back, on a connection of its own. There only
   * where the run allows writes. Whoever asks removes the file, also when this fails; a row stays in msdb's history.
   */
  backUp?(server: SqlServer, file: string): Promise<Observed<BackupAnswer>>
  preLogin(server: SqlServer): Promise<Observed<PreLoginAnswer>>
  probeTls(server: SqlServer): Promise<Observed<TlsAnswer>>
  /**
   * One login for each server, account and database in a run. The first login of an account goes alone, and the others
   * are `waiting` for it.
   */
  logIn(server: SqlServer, database: string, waiting?: Waiting): Promise<Observed<LoginAnswer>>
  /**
   * Runs on the connection that `logIn` made. The same statement is sent once a run for each connection; statements that
   * are asked for while the connection is busy travel together.
   */
  query<Row extends JsonObject>(
    server: SqlServer,
    database: string,
    statement: Statement<Row>,
  ): Promise<Observed<readonly Row[]>>
}
