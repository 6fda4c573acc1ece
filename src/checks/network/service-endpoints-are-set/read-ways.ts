import { ALL_ADDRESSES, parsePrefix, PRIVATE_PREFIXES, subtractRanges } from '../../../domain/address.ts'
import { seen, unseen, type Observed } from '../../../domain/observed.ts'
import type { ArmPort } from '../../../ports/arm-port.ts'
import type { RouteTable, Subnet, VirtualNetwork } from '../../../ports/network-resources.ts'
import { boundName, boundText } from '../../foreign-text.ts'
import { found, type GatewayFacts } from '../../gateway-facts.ts'
import { readGateways } from '../../network-gateways.ts'
import { isHubPeering } from '../../virtual-hubs.ts'
import type { RouteFact, WayFacts } from './evidence.ts'

const PRIVATE_RANGES = PRIVATE_PREFIXES.flatMap((prefix) => parsePrefix(prefix) ?? [])
const ROUTE_SERVER_SUBNET = 'routeserversubnet'

/**
 * How packets of the subnet get to public addresses. A failure to look is handed on, unless Microsoft peering was seen:
 * that decides alone.
 */
export async function readWays(arm: ArmPort, network: VirtualNetwork, subnet: Subnet): Promise<Observed<WayFacts>> {
  const [gateways, table] = await Promise.all([readGateways(arm, network, []), readTable(arm, subnet)])
  const circuits = await readCircuits(arm, gateways.facts)
  const isLearning = !table.ok || table.value?.disableBgpRoutePropagation !== true
  const routes = table.ok ? (table.value?.routes ?? []) : []
  const facts: WayFacts = {
    ...effectOf(routes),
    exceptions: routes.filter((route) => isTo(route, 'internet') && isTag(route.addressPrefix)).map(factOf),
    teachers: isLearning ? teachersOf(network, gateways.facts) : [],
    expressRoutes: gateways.facts.gateways.filter(isExpressRoute).map(describe),
    circuits: circuits.names,
    microsoftPeerings: circuits.peerings,
  }
  if (facts.microsoftPeerings.length > 0) return seen(facts)
  if (!table.ok) return table
  return gateways.failure ?? circuits.failure ?? seen(facts)
}

async function readTable(arm: ArmPort, { name, routeTableId }: Subnet): Promise<Observed<RouteTable | undefined>> {
  if (routeTableId === undefined) return seen(undefined)
  const table = await arm.routeTable(routeTableId)
  if (!table.ok) return table
  return table.value.found
    ? seen(table.value.value)
    : unseen('not-found', `Azure names a route table for ${name} and does not find it: ${table.value.message}`)
}

async function readCircuits(
  arm: ArmPort,
  { connections }: GatewayFacts,
): Promise<{ names: string[]; peerings: string[]; failure?: Observed<never> }> {
  const ids = [...new Set(connections.flatMap(({ circuitId }) => circuitId ?? []))]
  const circuits = await Promise.all(
    ids.map(async (id) => found(await arm.expressRouteCircuit(id), `the ExpressRoute circuit ${id}`)),
  )
  const peerings = circuits.flatMap((circuit) => {
    if (!circuit.ok) return []
    const isOn = circuit.value.peerings.some(
      ({ type, state }) => type?.toLowerCase() === 'microsoftpeering' && state?.toLowerCase() !== 'disabled',
    )
    return isOn ? [boundName(circuit.value.name)] : []
  })
  const names = circuits.flatMap((circuit) => (circuit.ok ? [boundName(circuit.value.name)] : []))
  const failure = circuits.find((circuit) => !circuit.ok)
  return failure === undefined ? { names, peerings } : { names, peerings, failure }
}

/** What the user routes do with all public addresses, where together they take all of them. */
function effectOf(routes: RouteTable['routes']): Pick<WayFacts, 'byRoute' | 'routes'> {
  const whole = routes.filter(({ addressPrefix }) => isWhole([addressPrefix]))
  // Two halves, 0.0.0.0/1 and 128.0.0.0/1, go before every route for the whole.
  const detours = routes.filter(
    (route) => !whole.includes(route) && !isTo(route, 'internet') && !isTo(route, 'vnetlocal'),
  )
  if (isWhole(detours.map(({ addressPrefix }) => addressPrefix))) {
    const isDropped = detours.every((route) => isTo(route, 'none'))
    return { byRoute: isDropped ? 'dropped' : 'elsewhere', routes: detours.map(factOf) }
  }
  const [first] = whole
  if (first === undefined) return { byRoute: 'nothing', routes: [] }
  return { byRoute: effectOfHop(first.nextHopType), routes: whole.map(factOf) }
}

/** Whether the prefixes take every public IPv4 address; a route for a part of them is left out of account. */
function isWhole(prefixes: readonly string[]): boolean {
  const ranges = prefixes.flatMap((prefix) => parsePrefix(prefix) ?? [])
  return ranges.length > 0 && subtractRanges([ALL_ADDRESSES[4]], [...ranges, ...PRIVATE_RANGES]).length === 0
}

function effectOfHop(hop: string): WayFacts['byRoute'] {
  const known = hop.toLowerCase()
  if (known === 'internet') return 'internet'
  return known === 'none' ? 'dropped' : 'elsewhere'
}

/** What may advertise a default route by BGP, which only the effective routes of a network interface would show. */
function teachersOf(network: VirtualNetwork, facts: GatewayFacts): string[] {
  const isConnected = (state: string | undefined): boolean => state?.toLowerCase() === 'connected'
  const transits = network.peerings.filter(
    (one) =>
      one.useRemoteGateways &&
      isConnected(one.state) &&
      facts.gateways.every(({ through }) => !isOf(through, one.name)),
  )
  return [
    ...facts.gateways.filter(isExpressRoute).map(describe),
    ...facts.connections
      .filter(({ enableBgp, prefixes }) => enableBgp || isWhole(prefixes))
      .map((one) => `${one.type ?? 'unnamed'} connection ${boundName(one.name)} of gateway ${boundName(one.gateway)}`),
    ...network.peerings
      .filter((one) => isHubPeering(one) && isConnected(one.state))
      .map(({ name }) => `virtual WAN hub behind peering ${boundName(name)}`),
    ...transits.filter((one) => !isHubPeering(one)).map(({ name }) => `remote gateways of peering ${boundName(name)}`),
    ...network.subnets
      .filter(
        ({ name, ipConfigurationIds }) => name.toLowerCase() === ROUTE_SERVER_SUBNET && ipConfigurationIds.length > 0,
      )
      .map(() => 'route server'),
    ...facts.unrecognised.map((id) => `in its gateway subnet ${id}`),
    ...facts.unfollowed,
  ]
}

function isOf(through: string | undefined, peering: string): boolean {
  return through === `peering ${boundName(peering)}`
}

function isExpressRoute({ type }: GatewayFacts['gateways'][number]): boolean {
  return type?.toLowerCase() === 'expressroute'
}

function describe({ name, through }: GatewayFacts['gateways'][number]): string {
  return `ExpressRoute gateway ${boundName(name)}${through === undefined ? '' : ` (${through})`}`
}

function isTo({ nextHopType }: RouteTable['routes'][number], hop: string): boolean {
  return nextHopType.toLowerCase() === hop
}

function isTag(prefix: string): boolean {
  return parsePrefix(prefix) === undefined
}

function factOf({ name, addressPrefix, nextHopType }: RouteTable['routes'][number]): RouteFact {
  return { name: boundName(name), prefix: boundText(addressPrefix, 60), hop: boundText(nextHopType, 60) }
}
