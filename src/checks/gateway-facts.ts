import { containsAddress, parsePrefix } from '../domain/address.ts'
import { seen, unseen, type Observed, type ProbeFailure } from '../domain/observed.ts'
import type { ArmAnswer } from '../ports/arm-port.ts'

export type CircuitFact = {
  name: string
  circuitState?: string
  providerState?: string
  /** State of its private peering; absent: it has none. */
  privatePeering?: string
}

export type ConnectionFact = {
  name: string
  gateway: string
  /** `peering to-hub`, `virtual hub hub-weu`; absent: the gateway is in the network of DMS itself. */
  through?: string
  /** `IPsec`, `ExpressRoute`, ... */
  type?: string
  /** Absent: Azure did not say, which is not "down". */
  status?: string
  enableBgp: boolean
  /** What lies behind the local network gateway. */
  prefixes: string[]
  /** The ExpressRoute circuit, as far as it could be read. */
  circuit?: CircuitFact
  /** Nothing but these passes, whatever the routes say. */
  selectors?: { localPrefixes: string[]; remotePrefixes: string[] }[]
  /** The hub does not give its routes to the route table of the network. */
  isIsolated?: true
}

export type GatewayFacts = {
  /** `clientPrefixes`: addresses of point-to-site clients. */
  gateways: { name: string; type?: string; through?: string; clientPrefixes?: string[] }[]
  connections: ConnectionFact[]
  /** Virtual WAN hubs: each may lead to further networks and appliances. */
  hubs: { name: string; firewall?: string }[]
  /** Ids in the gateway subnet that are no virtual network gateway's: what they carry is not known. */
  unrecognised: string[]
  /** What may lead further and could not be followed. */
  unfollowed: string[]
  /** What would lead further and surely does not. */
  closed: string[]
}

export function isIpsec({ type }: ConnectionFact): boolean {
  return type?.toLowerCase() === 'ipsec'
}

export function isConnected({ status }: ConnectionFact): boolean {
  return status?.toLowerCase() === 'connected'
}

/** Azure says so of the connection, or of the circuit without which it carries nothing. */
export function isDown(connection: ConnectionFact): boolean {
  const { status, circuit } = connection
  if (status?.toLowerCase() === 'notconnected') return true
  return !isConnected(connection) && circuit !== undefined && circuitFault(circuit) !== undefined
}

/** What keeps the circuit from carrying anything; undefined: nothing that it says. */
export function circuitFault({ circuitState, providerState, privatePeering }: CircuitFact): string | undefined {
  if (providerState?.toLowerCase() === 'notprovisioned') return 'NotProvisioned by its provider'
  if (circuitState?.toLowerCase() === 'disabled') return 'Disabled'
  if (privatePeering === undefined) return 'without a private peering'
  return privatePeering.toLowerCase() === 'disabled' ? 'Disabled in its private peering' : undefined
}

/** Prefixes behind the connection that hold the address, the longest first. */
export function prefixesTo({ prefixes }: ConnectionFact, address: string): string[] {
  return prefixes
    .filter((prefix) => containsAddress([prefix], address))
    .sort((a, b) => (sizeOf(a) < sizeOf(b) ? -1 : sizeOf(a) > sizeOf(b) ? 1 : 0))
}

export function sizeOf(prefix: string): bigint {
  const range = parsePrefix(prefix)
  return range === undefined ? 0n : range.last - range.first
}

export type Unseen = { ok: false; failure: ProbeFailure }

/** Gateways of one place, and what could not be read there. */
export interface GatewayPart {
  facts: GatewayFacts
  failures: Unseen[]
}

export function emptyPart(more: Partial<GatewayFacts> = {}): GatewayPart {
  const facts = { gateways: [], connections: [], hubs: [], unrecognised: [], unfollowed: [], closed: [], ...more }
  return { facts, failures: [] }
}

/** Several places as one. */
export function joinParts(parts: readonly GatewayPart[]): GatewayPart {
  const all = emptyPart()
  for (const { facts, failures } of parts) {
    all.facts.gateways.push(...facts.gateways)
    all.facts.connections.push(...facts.connections)
    all.facts.hubs.push(...facts.hubs)
    all.facts.unrecognised.push(...facts.unrecognised)
    all.facts.unfollowed.push(...facts.unfollowed)
    all.facts.closed.push(...facts.closed)
    all.failures.push(...failures)
  }
  return all
}

/** What Azure itself refers to and then does not find is contradictory, and decides nothing. */
export function found<T>(observed: Observed<ArmAnswer<T>>, what: string): Observed<T> {
  if (!observed.ok) return observed
  const answer = observed.value
  return answer.found
    ? seen(answer.value)
    : unseen('not-found', `Azure refers to ${what} and does not find it: ${answer.message}`)
}
