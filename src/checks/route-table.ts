import { chooseRoute, type Route } from '../domain/routes.ts'
import { mapSeen, type Observed } from '../domain/observed.ts'
import type { ArmPort } from '../ports/arm-port.ts'
import type { Subnet, VirtualNetworkPeering } from '../ports/network-resources.ts'
import { boundName, boundText } from './foreign-text.ts'
import { found, isIpsec, type ConnectionFact } from './gateway-facts.ts'

export type UserRouteFact = {
  name: string
  prefix: string
  /** `VirtualAppliance`, `VirtualNetworkGateway`, `VnetLocal`, `Internet`, `None`, as Azure writes it. */
  nextHop: string
  /** Of an appliance. */
  address?: string
}

export type RouteTableFact = {
  name: string
  /** The subnet does not take over the routes of gateways, neither static ones nor those by BGP. */
  isPropagationOff: boolean
  routes: UserRouteFact[]
}

/** Undefined: the subnet has none. */
export async function readRouteTable(
  arm: Pick<ArmPort, 'routeTable'>,
  { routeTableId }: Subnet,
): Promise<Observed<RouteTableFact> | undefined> {
  if (routeTableId === undefined) return undefined
  const table = found(await arm.routeTable(routeTableId), `the route table ${routeTableId}`)
  return mapSeen(table, ({ name, disableBgpRoutePropagation, routes }) => ({
    name: boundName(name),
    isPropagationOff: disableBgpRoutePropagation,
    routes: routes.map(({ name: own, addressPrefix, nextHopType, nextHopIpAddress }) => ({
      name: boundName(own),
      prefix: boundName(addressPrefix.trim()),
      nextHop: boundName(nextHopType),
      ...(nextHopIpAddress === undefined ? {} : { address: boundName(nextHopIpAddress) }),
    })),
  }))
}

export type PeeringFact = {
  name: string
  state?: string
  allowsAccess: boolean
  useRemoteGateways: boolean
  remotePrefixes: string[]
}

/** What tells where packets of a subnet go. */
export type RouteFacts = {
  networkPrefixes: string[]
  peerings: PeeringFact[]
  connections: ConnectionFact[]
  /** Null: the subnet has none. */
  routeTable: RouteTableFact | null
}

export type SubnetRoute =
  | (Route & { source: 'network' })
  | (Route & { source: 'peering'; peering: PeeringFact })
  | (Route & { source: 'gateway'; connection: ConnectionFact })
  | (Route & { source: 'user'; table: string; route: UserRouteFact })

/**
 * The route that packets of the subnet to an address take, of all that Azure shows: routes that a gateway learns by BGP
 * are not among them. Undefined: none of those.
 */
export function routeTo(facts: RouteFacts, address: string): SubnetRoute | undefined {
  return chooseRoute(routesOf(facts), address)
}

function routesOf({ networkPrefixes, peerings, connections, routeTable }: RouteFacts): SubnetRoute[] {
  const isTold = routeTable?.isPropagationOff !== true
  return [
    ...networkPrefixes.map((prefix) => ({ source: 'network' as const, prefix })),
    ...peerings
      .filter(isUp)
      .flatMap((peering) => peering.remotePrefixes.map((prefix) => ({ source: 'peering' as const, prefix, peering }))),
    ...(isTold ? connections.filter(isIpsec) : []).flatMap((connection) =>
      connection.prefixes.map((prefix) => ({ source: 'gateway' as const, prefix, connection })),
    ),
    ...(routeTable?.routes ?? []).map((route) => ({
      source: 'user' as const,
      prefix: route.prefix,
      table: routeTable?.name ?? '',
      route,
    })),
  ]
}

export function peeringFact(peering: VirtualNetworkPeering): PeeringFact {
  const { name, state, allowVirtualNetworkAccess, useRemoteGateways, remotePrefixes } = peering
  return {
    name: boundName(name),
    ...(state === undefined ? {} : { state }),
    allowsAccess: allowVirtualNetworkAccess,
    useRemoteGateways,
    remotePrefixes: [...remotePrefixes],
  }
}

export function isUp({ state }: PeeringFact): boolean {
  return state?.toLowerCase() === 'connected'
}

/** `the route 0.0.0.0/0 of rt-hub sends packets from snet-dms to 10.0.0.4 (VirtualAppliance)` */
export function describeUserRoute({ table, route }: { table: string; route: UserRouteFact }, subnet: string): string {
  const hop = route.address === undefined ? `next hop ${route.nextHop}` : `${route.address} (${route.nextHop})`
  return boundText(`the route ${route.prefix} of ${table} sends packets from ${subnet} to ${hop}`)
}
