import { ALL_ADDRESSES, parsePrefix, PRIVATE_PREFIXES, subtractRanges } from '../../../domain/address.ts'
import { seen, type Observed } from '../../../domain/observed.ts'
import type { ArmPort } from '../../../ports/arm-port.ts'
import type { Subnet, VirtualNetwork } from '../../../ports/network-resources.ts'
import { boundName } from '../../foreign-text.ts'
import type { ConnectionFact, GatewayFacts } from '../../gateway-facts.ts'
import { hasRouteServer, readGateways } from '../../gateways.ts'
import { readRouteTable, type UserRouteFact } from '../../route-table.ts'
import { isHubPeering } from '../../virtual-hubs.ts'
import type { WayFacts } from './evidence.ts'

const PRIVATE_RANGES = PRIVATE_PREFIXES.flatMap((prefix) => parsePrefix(prefix) ?? [])

/**
 * How packets of the subnet get to public addresses. A failure to look is handed on, unless Microsoft peering was seen:
 * that decides alone.
 */
export async function readWays(arm: ArmPort, network: VirtualNetwork, subnet: Subnet): Promise<Observed<WayFacts>> {
  const [gateways, table] = await Promise.all([readGateways(arm, network), readRouteTable(arm, subnet)])
  const { routes, isPropagationOff } = table?.ok === true ? table.value : { routes: [], isPropagationOff: false }
  const facts: WayFacts = {
    ...effectOf(routes),
    exceptions: routes.filter((route) => isTo(route, 'internet') && isTag(route.prefix)),
    teachers: isPropagationOff ? [] : teachersOf(network, gateways.facts),
    ...circuitsOf(gateways.facts),
  }
  if (facts.microsoftPeerings.length > 0) return seen(facts)
  if (table?.ok === false) return table
  const [failure] = [...gateways.failures, ...gateways.circuitFailures]
  return failure ?? seen(facts)
}

function circuitsOf({
  gateways,
  connections,
}: GatewayFacts): Pick<WayFacts, 'untoldCircuits' | 'untoldPeerings' | 'microsoftPeerings'> {
  const circuits = connections.flatMap(({ circuit }) => circuit ?? [])
  const withMicrosoft = (isMeant: (state: string) => boolean): string[] => [
    ...new Set(
      circuits.flatMap(({ name, microsoftPeering }) =>
        microsoftPeering !== undefined && isMeant(microsoftPeering.toLowerCase()) ? [name] : [],
      ),
    ),
  ]
  const isKnown = (state: string): boolean => ['enabled', 'disabled'].includes(state)
  return {
    untoldCircuits: gateways.filter(mayBeExpressRoute).flatMap((gateway) => {
      const own = connections.filter((one) => isOfGateway(one, gateway))
      const untold = own.filter(({ circuit }) => circuit === undefined)
      return untold.length === own.length ? [describeGateway(gateway)] : untold.map(describeConnection)
    }),
    untoldPeerings: withMicrosoft((state) => !isKnown(state)),
    microsoftPeerings: withMicrosoft((state) => state === 'enabled'),
  }
}

/** What the user routes do with all public addresses, where together they take all of them. */
function effectOf(routes: UserRouteFact[]): Pick<WayFacts, 'byRoute' | 'routes'> {
  const whole = routes.filter(({ prefix }) => isWhole([prefix]))
  // Two halves, 0.0.0.0/1 and 128.0.0.0/1, go before every route for the whole.
  const detours = routes.filter(
    (route) => !whole.includes(route) && !isTo(route, 'internet') && !isTo(route, 'vnetlocal'),
  )
  if (isWhole(detours.map(({ prefix }) => prefix))) {
    const isDropped = detours.every((route) => isTo(route, 'none'))
    return { byRoute: isDropped ? 'dropped' : 'elsewhere', routes: detours }
  }
  const [first] = whole
  if (first === undefined) return { byRoute: 'nothing', routes: [] }
  return { byRoute: effectOfHop(first.nextHop), routes: whole }
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
  const up = network.peerings.filter(({ state }) => state?.toLowerCase() === 'connected')
  const transits = up.filter(
    (one) =>
      one.useRemoteGateways && !isHubPeering(one) && facts.gateways.every(({ through }) => through !== nameOf(one)),
  )
  return [
    ...facts.gateways.filter(isExpressRoute).map(describeGateway),
    ...facts.connections
      .filter(({ enableBgp, prefixes }) => enableBgp || isWhole(prefixes))
      .map((one) => describeConnection(one)),
    ...up.filter(isHubPeering).map(({ name }) => `virtual WAN hub behind peering ${boundName(name)}`),
    ...transits
      .filter((one) => facts.closed.every(({ fact }) => !fact.startsWith(`${nameOf(one)}:`)))
      .map((one) => `remote gateways of ${nameOf(one)}`),
    ...(hasRouteServer(network) ? ['route server'] : []),
    ...facts.unrecognised.map((id) => `in its gateway subnet ${id}`),
    ...facts.unfollowed.map((way) => `what could not be followed (${way})`),
  ]
}

/** As the gateways behind a peering are told apart. */
function nameOf({ name }: VirtualNetwork['peerings'][number]): string {
  return `peering ${boundName(name)}`
}

function isExpressRoute({ type }: GatewayFacts['gateways'][number]): boolean {
  return type?.toLowerCase() === 'expressroute'
}

/** Also one whose kind Azure does not tell. */
function mayBeExpressRoute({ type }: GatewayFacts['gateways'][number]): boolean {
  return type?.toLowerCase() !== 'vpn'
}

function isOfGateway({ gateway, through }: ConnectionFact, own: GatewayFacts['gateways'][number]): boolean {
  return gateway === own.name && through === own.through
}

function describeGateway({ name, type, through }: GatewayFacts['gateways'][number]): string {
  const place = through === undefined ? '' : ` (${through})`
  const gateway = `gateway ${boundName(name)}${place}`
  return type === undefined ? `${gateway} of a kind that Azure does not tell` : `${boundName(type)} ${gateway}`
}

function describeConnection({ name, type, gateway }: ConnectionFact): string {
  return `${type ?? 'unnamed'} connection ${boundName(name)} of gateway ${boundName(gateway)}`
}

function isTo({ nextHop }: UserRouteFact, hop: string): boolean {
  return nextHop.toLowerCase() === hop
}

function isTag(prefix: string): boolean {
  return parsePrefix(prefix) === undefined
}
