import { lookup } from 'node:dns'
import type { Socket } from 'node:net'
import { openSocket } from '../net/open-socket.ts'
import { resolveName, type Lookup } from '../net/resolve-name.ts'

export interface ConnectorOptions {
  /** The name of the manifest; only a host inside the cloud's own SQL suffix may send a login on. */
  host: string
  address: string
  port: number
  timeoutMs: number
  signal: AbortSignal
  /** `.database.windows.net` and the like. */
  routingSuffixes: readonly string[]
  lookup?: Lookup
  /** Called before a connection is made to where the server sends the login on. */
  onRoute?: (to: Destination) => void
}

/** The destination that tedious passes to its connector: the configured server first, then where it was routed to. */
export interface Destination {
  host: string
  port: number
}

/** One step is what Azure SQL takes (gateway to node); more can only be a ring. */
const ROUTES_LIMIT = 2

/**
 * The connector for tedious. The first connection goes to the address that was resolved and to nothing else; a further
 * one is TDS routing (ENVCHANGE 20, MS-TDS 2.2.7.9), by which a server sends client and credential to another host.
 */
export function createConnector(options: ConnectorOptions): (destination?: Destination) => Promise<Socket> {
  let calls = 0
  return async (destination) => {
    calls += 1
    if (calls === 1) return open(options.address, options.port, options)
    if (destination === undefined || calls > 1 + ROUTES_LIMIT || !mayRoute(options, destination.host)) {
      throw codedError('EREFUSEDROUTE', `${options.host} routes to ${destination?.host ?? 'an unnamed host'}`)
    }
    options.onRoute?.(destination)
    const resolved = await resolveName(destination.host, {
      timeoutMs: options.timeoutMs,
      signal: options.signal,
      lookup: options.lookup ?? lookup,
    })
    const address = resolved.ok && resolved.value.found ? resolved.value.addresses[0]?.address : undefined
    if (address === undefined)
      throw codedError('ENOTFOUND', `no address of ${destination.host}, to which ${options.host} routes`)
    return open(address, destination.port, options)
  }
}

async function open(address: string, port: number, { timeoutMs, signal }: ConnectorOptions): Promise<Socket> {
  const answer = await openSocket({ address, port, timeoutMs, signal })
  if (!answer.opened) throw codedError(answer.code, `no connection to ${address}, port ${port}`)
  return answer.socket
}

function mayRoute({ host, routingSuffixes }: ConnectorOptions, to: string): boolean {
  return routingSuffixes.some((suffix) => isUnder(host, suffix) && isUnder(to, suffix))
}

function isUnder(host: string, suffix: string): boolean {
  const dotted = `.${suffix.replace(/^\./, '')}`.toLowerCase()
  return /^[a-z0-9.-]+$/i.test(host) && host.toLowerCase().endsWith(dotted)
}

export function codedError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}
