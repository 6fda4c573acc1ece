import { containsPrefix, parsePrefix } from '../domain/address.ts'
import { seen, type Observed } from '../domain/observed.ts'
import type { ArmPort } from '../ports/arm-port.ts'
import type { Subnet, VirtualNetwork, VirtualNetworkPeering } from '../ports/network-resources.ts'
import { boundName, boundText } from './foreign-text.ts'
import { isConnected, type ConnectionFact, type GatewayFacts, type Unseen } from './gateway-facts.ts'
import { hasRouteServer, readOwnGateways, type GatewayReads } from './gateways.ts'
import { readRouteTable, type RouteTableFact, type UserRouteFact } from './route-table.ts'
import { isHubPeering } from './virtual-hubs.ts'

/**
 * What the service tag VirtualNetwork holds as seen from one subnet: the network, connected peered networks, on-premises
 * networks behind gateways, prefixes of user-defined routes and the platform's own address, perhaps default routes
 * (https://learn.microsoft.com/azure/virtual-network/service-tags-overview).
 */
export type NetworkExtent = {
  /** What surely belongs to it. */
  prefixes: string[]
  /** Nothing else can belong to it. */
  isWhole: boolean
  /** A user-defined default route: with one the tag was seen to hold every address. */
  hasDefaultRoute: boolean
  /** Sentences, each on what may belong to it as well. */
  doubts: string[]
}

/** Documented as part of the tag, and recorded so in the effective rules of network interfaces. */
const PLATFORM_PREFIX = '168.63.129.16/32'
/** Next hops under which a route's prefix is taken as part of the tag; Internet and None are not documented to count. */
const COUNTING_HOPS = ['virtualappliance', 'virtualnetworkgateway', 'vnetlocal']

type Part = Pick<NetworkExtent, 'prefixes' | 'doubts'>

/** Never fails but for a run that was cancelled: a part that cannot be read is a doubt. */
export async function readNetworkExtent(
  arm: GatewayReads & Pick<ArmPort, 'routeTable'>,
  network: VirtualNetwork,
  subnet: Subnet,
): Promise<Observed<NetworkExtent>> {
  const [gateways, table] = await Promise.all([readOwnGateways(arm, network), readRouteTable(arm, subnet)])
  const unread: Unseen[] = [...gateways.failures, ...(table?.ok === false ? [table] : [])]
  const cancelled = unread.find(({ failure }) => failure.kind === 'cancelled')
  if (cancelled !== undefined) return cancelled
  const routes = table?.ok === true ? table.value : undefined
  // Without the table it is not known whether the subnet takes over the gateways' routes.
  const isPropagated = subnet.routeTableId === undefined || routes?.isPropagationOff === false
  const parts: Part[] = [
    { prefixes: [...network.addressPrefixes, PLATFORM_PREFIX], doubts: [] },
    ...network.peerings.map(partOfPeering),
    partOfGateways(gateways.facts, isPropagated),
    partOfRouteServer(network),
    { prefixes: [], doubts: unread.map(({ failure }) => `It could not be read: ${boundText(failure.message)}.`) },
  ]
  const belonging = parts.flatMap(({ prefixes }) => prefixes)
  const defaults = (routes?.routes ?? []).filter(isDefaultRoute)
  if (routes !== undefined) parts.push(partOfRoutes(routes, belonging))
  const doubts = parts.flatMap((part) => part.doubts)
  return seen({
    prefixes: [...new Set(parts.flatMap(({ prefixes }) => prefixes))],
    isWhole: doubts.length === 0,
    hasDefaultRoute: defaults.length > 0,
    doubts,
  })
}

function partOfPeering(peering: VirtualNetworkPeering): Part {
  const { state, allowVirtualNetworkAccess, remotePrefixes, syncLevel } = peering
  const name = `Peering ${boundName(peering.name)}`
  if (state === undefined) return doubt(`${name}: Azure does not tell its state.`)
  if (state.toLowerCase() !== 'connected') return { prefixes: [], doubts: [] }
  const doubts: string[] = []
  if (isHubPeering(peering)) {
    doubts.push(`${name} leads to a virtual WAN hub, which teaches this network routes that are not read here.`)
  }
  if (!allowVirtualNetworkAccess) return { prefixes: [], doubts }
  if (remotePrefixes.length === 0) doubts.push(`${name}: Azure does not tell the address space of its other side.`)
  if (syncLevel !== undefined && syncLevel.toLowerCase() !== 'fullyinsync') {
    doubts.push(`${name} is not in sync (${boundName(syncLevel)}): its other side has changed its address space.`)
  }
  return { prefixes: [...remotePrefixes], doubts }
}

function partOfGateways(facts: GatewayFacts, isPropagated: boolean): Part {
  const doubts: string[] = []
  for (const gateway of facts.gateways) {
    const name = `Gateway ${boundName(gateway.name)}`
    if (gateway.type?.toLowerCase() === 'expressroute') {
      doubts.push(`${name} (ExpressRoute) learns the prefixes of the other side by BGP.`)
    } else if (gateway.type?.toLowerCase() !== 'vpn') {
      doubts.push(`${name}: Azure does not tell what kind of gateway it is.`)
    }
    if (gateway.clientPrefixes !== undefined) {
      doubts.push(`${name} gives addresses of ${gateway.clientPrefixes.join(', ')} to point-to-site clients.`)
    }
  }
  const connections = facts.connections.map((one) => partOfConnection(one, isPropagated))
  doubts.push(
    ...facts.unrecognised.map((id) => `The gateway subnet holds ${id}, of which it is not known what it carries.`),
    ...facts.unfollowed.map((way) => `It could not be followed: ${way}.`),
    ...connections.flatMap((part) => part.doubts),
  )
  return { prefixes: connections.flatMap(({ prefixes }) => prefixes), doubts }
}

function partOfConnection(connection: ConnectionFact, isPropagated: boolean): Part {
  const { type, status, enableBgp } = connection
  const name = `Connection ${boundName(connection.name)} of gateway ${boundName(connection.gateway)}`
  if (type?.toLowerCase() === 'expressroute') return { prefixes: [], doubts: [] }
  if (type?.toLowerCase() !== 'ipsec') {
    return doubt(`${name} (${type ?? 'kind not told'}) leads to addresses that are not read here.`)
  }
  const doubts = enableBgp ? [`${name} learns prefixes by BGP.`] : []
  const prefixes = connection.prefixes.filter((prefix) => !isWholeFamily(prefix))
  if (prefixes.length < connection.prefixes.length) doubts.push(`${name} is to carry every address.`)
  if (prefixes.length === 0) {
    if (doubts.length === 0) doubts.push(`${name}: Azure does not tell what lies behind it.`)
    return { prefixes, doubts }
  }
  const listed = prefixes.join(', ')
  if (!isPropagated) {
    doubts.push(`${name} leads to ${listed}, and the route table of the subnet may keep the gateway's routes out.`)
  } else if (!isConnected(connection)) {
    doubts.push(`${name} leads to ${listed}, and it is ${status ?? 'without a status'}, not Connected.`)
  } else {
    return { prefixes, doubts }
  }
  return { prefixes: [], doubts }
}

function partOfRouteServer(network: VirtualNetwork): Part {
  return hasRouteServer(network)
    ? doubt('The network has a route server, which learns routes from appliances.')
    : { prefixes: [], doubts: [] }
}

/** `belonging`: what is in the tag without the routes. A route inside it adds nothing, whatever its next hop. */
function partOfRoutes({ name, routes }: RouteTableFact, belonging: readonly string[]): Part {
  const part: Part = { prefixes: [], doubts: [] }
  for (const route of routes) {
    const { prefix, nextHop } = route
    const what = `Route ${route.name} of ${name} (${prefix}, next hop ${nextHop})`
    if (parsePrefix(prefix) === undefined) {
      part.doubts.push(`${what} is for a service tag, whose addresses are not read here.`)
    } else if (isDefaultRoute(route)) {
      part.doubts.push(`${what} is a default route, with which the tag VirtualNetwork was seen to hold every address.`)
    } else if (COUNTING_HOPS.includes(nextHop.toLowerCase())) {
      part.prefixes.push(prefix)
    } else if (!containsPrefix(belonging, prefix)) {
      part.doubts.push(`${what}: whether such a route puts its prefix into the tag is not documented.`)
    }
  }
  return part
}

function isDefaultRoute({ prefix }: UserRouteFact): boolean {
  return isWholeFamily(prefix)
}

/** Also one half of all addresses, since a default route is sometimes written as two halves. */
function isWholeFamily(prefix: string): boolean {
  const range = parsePrefix(prefix)
  return range !== undefined && range.last - range.first + 1n >= 1n << (range.family === 4 ? 31n : 127n)
}

function doubt(sentence: string): Part {
  return { prefixes: [], doubts: [sentence] }
}
