import type { Observed } from '../domain/observed.ts'

export interface IpAddress {
  address: string
  family: 4 | 6
}

/** `found: false`: the resolver says that there is no such name. A resolver that does not answer is a ProbeFailure, `dns`. */
export type NameAnswer = { found: true; addresses: readonly IpAddress[] } | { found: false; message: string }

export type ConnectOutcome = 'open' | 'refused' | 'timeout' | 'unreachable' | 'reset'

export interface ConnectAnswer {
  address: string
  port: number
  outcome: ConnectOutcome
  /** The runner's own address on this connection, or on the route that it would have taken; absent: not known. */
  localAddress?: string
  ms: number
}

/** One instance as SQL Server Browser lists it (MC-SQLR 2.2.5). `tcpPort` absent: it does not listen on TCP. */
export interface BrowserInstance {
  instanceName: string
  version: string
  tcpPort?: number
}

export type BrowserAnswer =
  | {
      outcome: 'answered'
      address: string
      /** The runner's own address on the way there; absent: not known. */
      localAddress?: string
      instance?: BrowserInstance
      known: readonly string[]
    }
  | { outcome: 'refused' | 'timeout' | 'unreachable'; address: string; localAddress?: string }

export interface NetPort {
  /** All addresses of a name (or the address itself), by the operating system's resolver; asked once a run. */
  resolve(host: string): Promise<Observed<NameAnswer>>
  /**
   * One TCP connect to one address, closed again at once; asked once a run for each address and port. `ofName`: all
   * addresses of its name, tried at the same time; once one of them is open, the others are given little more time and
   * are then a `timeout`.
   */
  connect(address: string, port: number, ofName?: readonly string[]): Promise<Observed<ConnectAnswer>>
  /**
   * SQL Server Browser on UDP 1434 (MC-SQLR): the entry of one instance, and the names of all when that one is missing.
   * `instance` absent in an `answered` answer: the Browser runs and does not list it.
   */
  browse(address: string, instance: string): Promise<Observed<BrowserAnswer>>
  /** The runner's own address on the route to another address, learnt without a packet; undefined when there is none. */
  routeAddress(toward: string): Promise<string | undefined>
  /** Why the runner's addresses prove nothing of where the runner stands, when they do not: follows "because". */
  readonly vantageDoubt?: string
  /** The same for the host of the integration runtime. */
  readonly runtimeDoubt?: string
  /** Azure itself stands on this machine's loopback: only then can a loopback address be that of a place that counts. */
  readonly isLoopbackWorld?: boolean
}
