import { containsAddress, containsPrefix, isPrivateAddress, parseAddress } from '../../../domain/address.ts'
import {
  circuitFault,
  isConnected,
  isDown,
  isIpsec,
  prefixesTo,
  sizeOf,
  type ConnectionFact,
} from '../../gateway-facts.ts'
import { describeUserRoute, isUp, routeTo, type SubnetRoute } from '../../route-table.ts'
import type { Evidence } from './evidence.ts'

/** How packets of DMS get to one address of the source, as far as Azure shows. */
export type AddressWay = { address: string } & (
  | { kind: 'inside'; place: string }
  | { kind: 'covered'; connection: ConnectionFact; prefix: string; note?: string }
  | { kind: 'down'; connections: ConnectionFact[] }
  /** Surely no way, and why. `isBare`: nothing that Azure shows leads there. */
  | { kind: 'none'; reason: string; isBare: boolean }
  /** Not decided by what Azure shows. `appliance`: a route leads to one, which may know the way. */
  | { kind: 'open'; reason?: string; appliance?: true }
)

type UserRoute = Extract<SubnetRoute, { source: 'user' }>

/** The addresses that the subnet can send to at all: without an IPv6 prefix it has no IPv6. None of them: all. */
export function reachableAddresses({ addresses, subnetPrefixes }: Evidence): string[] {
  const families = new Set(subnetPrefixes.map(familyOf))
  const reachable = addresses.filter((address) => families.has(familyOf(address)))
  return reachable.length === 0 ? addresses : reachable
}

export function wayTo(evidence: Evidence, address: string): AddressWay {
  const { subnet, subnetPrefixes, routeTable } = evidence
  if (!subnetPrefixes.some((prefix) => familyOf(prefix) === familyOf(address))) {
    return none(address, `${subnet} has no prefix of the family of ${address}`)
  }
  const route = routeTo(evidence, address)
  if (route?.source === 'user') return byUserRoute(evidence, address, route)
  const inside = insideWay(evidence, address)
  if (inside !== undefined) return inside
  if (routeTable?.isPropagationOff !== true) {
    const way = throughGateways(evidence, address)
    // Whether the route of a tunnel that is down stays is not documented; without it a wider one of the user decides.
    const wider = way.kind === 'down' ? routeTo({ ...evidence, connections: [] }, address) : undefined
    return wider?.source === 'user' ? byUserRoute(evidence, address, wider) : way
  }
  const reason = `${routeTable.name} keeps the routes of gateways out of ${subnet} (their propagation is off) and has no route of its own to ${address}`
  const isSure = isPrivateAddress(address) && !evidence.hasRouteServer && evidence.hubs.length === 0
  return isSure ? none(address, reason) : { kind: 'open', address, reason }
}

function byUserRoute(evidence: Evidence, address: string, route: UserRoute): AddressWay {
  const told = describeUserRoute(route, evidence.subnet)
  const hop = route.route.nextHop.toLowerCase()
  if (hop === 'virtualnetworkgateway') return throughGateways(evidence, address)
  if (hop === 'none' || hop === 'internet') {
    const reason = `${told}, where ${address} cannot be reached`
    const isLost = hop === 'none' || isPrivateAddress(address)
    return isLost && !mayBeNarrowed(evidence, route) ? none(address, reason) : { kind: 'open', address, reason: told }
  }
  const inside = insideWay(evidence, address)
  if (inside !== undefined) return inside
  if (hop !== 'virtualappliance') return { kind: 'open', address, reason: told }
  const through = throughGateways(evidence, address)
  return through.kind === 'covered'
    ? { ...through, note: told }
    : { kind: 'open', address, reason: told, appliance: true }
}

/** Whether a gateway may have learned a route that is narrower than the user's. */
function mayBeNarrowed(evidence: Evidence, { prefix }: UserRoute): boolean {
  if (sizeOf(prefix) === 0n || evidence.routeTable?.isPropagationOff === true) return false
  return learners(evidence).length > 0 || evidence.hubs.length > 0
}

function insideWay(evidence: Evidence, address: string): AddressWay | undefined {
  const { network, networkPrefixes } = evidence
  if (containsAddress(networkPrefixes, address)) {
    return { kind: 'inside', address, place: `the address space of ${network} (${networkPrefixes.join(', ')})` }
  }
  const peered = evidence.peerings.filter((one) => isUp(one) && containsAddress(one.remotePrefixes, address))
  const open = peered.find(({ allowsAccess }) => allowsAccess)
  if (open !== undefined) {
    const place = `the address space that peering ${open.name} of ${network} leads to (${open.remotePrefixes.join(', ')})`
    return { kind: 'inside', address, place }
  }
  const [shut] = peered
  if (shut === undefined) return undefined
  const reason = `peering ${shut.name} leads to ${address} and allows no access (allowVirtualNetworkAccess is false): only a security rule that names the address lets packets through`
  return { kind: 'open', address, reason }
}

function throughGateways(evidence: Evidence, address: string): AddressWay {
  const covering = evidence.connections.filter((one) => isIpsec(one) && prefixesTo(one, address).length > 0)
  const sizes = covering.map((one) => sizeOf(prefixesTo(one, address)[0] ?? ''))
  const least = sizes.reduce((a, b) => (b < a ? b : a), sizes[0] ?? 0n)
  // The longest prefix decides; several connections may stand behind the same one.
  const best = covering.filter((_, index) => sizes[index] === least)
  const up = best.find((one) => isConnected(one) && obstacleOf(one, evidence, address) === undefined)
  if (up !== undefined) {
    return { kind: 'covered', address, connection: up, prefix: prefixesTo(up, address)[0] ?? '' }
  }
  const others = [...covering.filter((one) => !best.includes(one) && !isDown(one)), ...clientsWith(evidence, address)]
  const leads = learners(evidence, best).length + others.length
  if (best.length > 0 && best.every(isDown) && leads === 0) return { kind: 'down', address, connections: best }
  if (best.length > 0) {
    const facts = best.map(
      (one) => `${describe(one)} covers ${address} and ${obstacleOf(one, evidence, address) ?? statusOf(one)}`,
    )
    return { kind: 'open', address, reason: facts.join(', ') }
  }
  const isSure = leads === 0 && evidence.hubs.length === 0 && isPrivateAddress(address)
  return isSure ? { ...none(address, ''), isBare: true } : { kind: 'open', address }
}

/** What keeps packets out of a connection although a route leads into it. */
function obstacleOf(
  { isIsolated, selectors, through }: ConnectionFact,
  { subnetPrefixes }: Evidence,
  address: string,
): string | undefined {
  if (isIsolated) return `${through ?? 'its hub'} is not shown to give its routes to this network`
  const isSelected =
    selectors === undefined ||
    selectors.some(
      ({ localPrefixes, remotePrefixes }) =>
        containsAddress(remotePrefixes, address) &&
        subnetPrefixes
          .filter((prefix) => familyOf(prefix) === familyOf(address))
          .every((prefix) => containsPrefix(localPrefixes, prefix)),
    )
  return isSelected ? undefined : 'its traffic selectors leave out that address or a part of the DMS subnet'
}

/**
 * What may know routes that Azure does not show here. Connections of `but` do not count, nor those that are down, nor
 * an ExpressRoute gateway that has none which is not.
 */
export function learners(evidence: Evidence, but: readonly ConnectionFact[] = []): string[] {
  const { connections, peerings, unfollowed, hasRouteServer, unrecognised } = evidence
  return [
    ...connections
      .filter(
        (one) => !but.includes(one) && !isDown(one) && (one.enableBgp || !isIpsec(one) || one.prefixes.length === 0),
      )
      .map((one) => describe(one)),
    ...peerings
      .filter((one) => one.state === undefined || (isUp(one) && one.remotePrefixes.length === 0))
      .map(({ name }) => `peering ${name}`),
    ...unfollowed,
    ...(hasRouteServer ? ['a route server'] : []),
    ...unrecognised,
  ]
}

function clientsWith({ gateways }: Evidence, address: string): string[] {
  return gateways
    .filter(({ clientPrefixes = [] }) => containsAddress(clientPrefixes, address))
    .map(({ name }) => `clients of gateway ${name}`)
}

export function describe({ name, type }: ConnectionFact): string {
  return `${type ?? 'unnamed'} connection ${name}`
}

/** `is Connected`, `has no status`, with what its circuit tells. */
export function statusOf({ status, circuit }: ConnectionFact): string {
  const own = status === undefined ? 'has no status' : `is ${status}`
  if (circuit === undefined) return own
  const { providerState = 'not told', privatePeering = 'none' } = circuit
  const told = circuitFault(circuit) ?? `provider ${providerState}, private peering ${privatePeering}`
  return `${own} (circuit ${circuit.name}: ${told})`
}

function none(address: string, reason: string): AddressWay & { kind: 'none' } {
  return { kind: 'none', address, reason, isBare: false }
}

function familyOf(text: string): 4 | 6 | undefined {
  return parseAddress(text.split('/')[0] ?? '')?.family
}
