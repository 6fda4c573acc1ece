import type { Authority, KeyAndCertificate } from '../../lab/certificates.ts'
import type { SqlBrowserOptions } from '../../lab/browser.ts'
import type { SqlState } from '../../lab/sql/state.ts'
import type { TdsOptions } from '../../lab/tds/model.ts'
import type { CauseKind } from '../../src/domain/verdict.ts'
import type { SqlMessage } from '../../src/ports/sql-port.ts'

/** The steps of a connection, in their order. */
export const STEPS = ['name', 'browser', 'tcp', 'pre-login', 'tls', 'login', 'database', 'statement'] as const
export type Step = (typeof STEPS)[number]

/** What is not as it should be; all else is: a server that is well, asked from the DMS subnet. */
export interface World {
  /** Of the manifest; default `host,port`. */
  server?: (port: number) => string
  /** Addresses of the host, or the code of the resolver's failure; default: where the server is. */
  addresses?: readonly string[] | string
  /** Addresses of other hosts. */
  names?: Readonly<Record<string, readonly string[]>>
  /** Instead of the server: nothing listens on its port, or a full queue drops what comes. */
  instead?: 'nothing' | 'silence'
  /** Addresses at which the server's port drops what comes. */
  silentAt?: readonly string[]
  /** Undefined: none. Default: of the authority that the manifest names, for the host. */
  certificate?: (authority: Authority, host: string) => Promise<KeyAndCertificate | undefined>
  state?: Partial<SqlState>
  wire?: Partial<TdsOptions>
  /** What every login gets; a list of lists: one after another, and then it is accepted. */
  refuses?: readonly SqlMessage[] | readonly (readonly SqlMessage[])[]
  /** YAML of the manifest. `<fingerprint>` is that of the server's certificate. */
  tls?: string
  login?: string
  /** That of the secret; undefined: unset. */
  password?: string | undefined
  databases?: readonly string[]
  browser?: (port: number) => Partial<SqlBrowserOptions> | 'nothing' | Buffer
  timeoutMs?: number
}

/** One cell of the matrix: a step, how it fails, and what has to be said of it. */
export interface Row {
  step: Step
  failure: string
  side?: 'target'
  from?: 'elsewhere'
  world: World
  /** The check that is the root cause, without its area; several where each saw the same for itself. */
  root: string | readonly string[]
  verdict: 'fail' | 'unknown'
  cause?: CauseKind
  /** Of the summary. `<port>` and `<fingerprint>` stand for those of the server. */
  says: RegExp
  /** Of the remediation's text and scripts. */
  next: RegExp
  /** Logins that the server saw; default 0. `several`: tried again until the time was over. */
  logins?: number | 'several'
}

/** A message of a server as it comes over the wire. */
export function said(number: number, message: string, state = 1, severity = 14): SqlMessage {
  return { number, state, severity, message }
}
