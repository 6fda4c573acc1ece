import { containsAddress } from '../domain/address.ts'
import { seen, unseen, type Observed } from '../domain/observed.ts'
import type { ArmAnswer } from '../ports/arm-port.ts'

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
  /** The ExpressRoute circuit that it leads to. */
  circuitId?: string
}

export type GatewayFacts = {
  gateways: { name: string; type?: string; through?: string }[]
  connections: ConnectionFact[]
  /** Ids in the gateway subnet that are no virtual network gateway's: what they carry is not known. */
  unrecognised: string[]
  /** What may lead further and could not be followed. */
  unfollowed: string[]
}

export function isIpsec({ type }: ConnectionFact): boolean {
  return type?.toLowerCase() === 'ipsec'
}

export function isConnected({ status }: ConnectionFact): boolean {
  return status?.toLowerCase() === 'connected'
}

/** Whether what lies behind the connection holds every one of the addresses. */
export function isCovering({ prefixes }: ConnectionFact, addresses: readonly string[]): boolean {
  return addresses.length > 0 && addresses.every((address) => containsAddress(prefixes, address))
}

/** Gateways of one place, and what could not be read there. */
export interface GatewayPart {
  facts: GatewayFacts
  failures: Observed<never>[]
}

export function emptyPart(more: Partial<GatewayFacts> = {}): GatewayPart {
  return { facts: { gateways: [], connections: [], unrecognised: [], unfollowed: [], ...more }, failures: [] }
}

/** What Azure itself refers to and then does not find is contradictory, and decides nothing. */
export function found<T>(observed: Observed<ArmAnswer<T>>, what: string): Observed<T> {
  if (!observed.ok) return observed
  const answer = observed.value
  return answer.found
    ? seen(answer.value)
    : unseen('not-found', `Azure refers to ${what} and does not find it: ${answer.message}`)
}
