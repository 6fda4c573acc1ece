import type { SqlLogin, TlsSettings, WindowsLogin } from '../domain/manifest.ts'
import type { Observed } from '../domain/observed.ts'
import type { Asker, Waiting } from './sql-port.ts'

/** A SQL Server as the runtime is to connect to it. */
export interface RuntimeConnection {
  /** `host`, `host,port` or `host\\instance`, as in a connection string. */
  dataSource: string
  login: SqlLogin | WindowsLogin
  tls: TlsSettings
}

/** What the integration runtime of a service is to try; one thing at a time. */
export interface RuntimeQuestion {
  /** Of the `sqlMigrationServices` resource. */
  serviceId: string
  kind: 'SqlDb' | 'SqlMi' | 'SqlVm'
  sourceDatabase: string
  targetDatabase?: string
  test: { of: 'source' | 'target'; connection: RuntimeConnection } | { of: 'share'; path: string; login: WindowsLogin }
  /** Who asks first, so that others can name it when the account is refused. */
  askedBy: Asker
}

/** What the service says of a test; code and message are foreign text. */
export interface RuntimeError {
  code: string
  message: string
}

export type RuntimeTest = 'online' | 'source' | 'target' | 'share'

/** `of`: the test that the answer is of. The runtime has to be online first, and nothing else is asked where it is not. */
export type RuntimeAnswer =
  | { outcome: 'succeeded'; of: RuntimeTest; ms: number }
  | { outcome: 'failed'; of: RuntimeTest; errors: readonly RuntimeError[]; ms: number }
  /** Not tried: the runtime had this account refused, or the run did, and a refused password is never tried again. */
  | { outcome: 'withheld'; refusedAt: Asker }

/** The service's own integration runtime, as far as the run may ask it. */
export interface RuntimePort {
  /** The host to which the credentials of a test go first: Azure Resource Manager of this cloud. */
  host: () => Promise<Observed<string>>
  /**
   * Lets the runtime try a connection, with the credentials that the manifest names for it. There only where the input
   * `probe-through-runtime` is on and the run is trusted. One test at a time for each service; each is made once a run, and
   * those of one account after another. It can take minutes, which are spent in `waiting`.
   */
  validate?: (question: RuntimeQuestion, waiting?: Waiting) => Promise<Observed<RuntimeAnswer>>
}
