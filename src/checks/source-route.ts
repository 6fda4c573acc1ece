import type { Manifest } from '../domain/manifest.ts'
import type { ArmPort } from '../ports/arm-port.ts'
import type { Subnet, VirtualNetwork } from '../ports/network-resources.ts'
import { readAppliance } from './appliance.ts'
import { readDmsSubnet } from './dms-subnet.ts'
import { boundText } from './foreign-text.ts'
import { isDown, isIpsec, type GatewayFacts } from './gateway-facts.ts'
import { readGateways } from './gateways.ts'
import { peeringFact, readRouteTable, routeTo, describeUserRoute, type SubnetRoute } from './route-table.ts'

/** How packets of the DMS subnet set out for an address of the source, as far as Azure shows. */
export type RouteFact = {
  address: string
  /** `user`, `gateway`, `peering`, `network`; absent: no route that Azure shows leads there. */
  source?: SubnetRoute['source']
  prefix?: string
  /** Of a user-defined route: its table, its own name, and where it sends. */
  table?: string
  name?: string
  nextHop?: string
  nextHopAddress?: string
  /** What stands at that address. */
  appliance?: string
  /** One sentence part of all this. */
  told: string
}

/** `notes`: what may send packets another way, or could not be looked at. */
export type SourceRoutes = { subnet?: string; routes: RouteFact[]; notes: string[] }

/** Evidence beside a check and never its verdict, so nothing here fails: what cannot be read is a note. */
export async function readSourceRoutes(
  arm: ArmPort,
  manifest: Manifest,
  addresses: readonly string[],
): Promise<SourceRoutes> {
  const dms = await readDmsSubnet(arm, manifest)
  if (!dms.ok) return { routes: [], notes: [unread('the DMS subnet', dms.failure.message)] }
  if (!dms.value.found) return { routes: [], notes: [unread('the DMS subnet', dms.value.message)] }
  const { network, subnet } = dms.value
  const [{ facts, failures }, table] = await Promise.all([readGateways(arm, network), readRouteTable(arm, subnet)])
  if (table?.ok === false) {
    return { subnet: subnet.name, routes: [], notes: [unread('the route table', table.failure.message)] }
  }
  const known = {
    networkPrefixes: [...network.addressPrefixes],
    peerings: network.peerings.map(peeringFact),
    connections: facts.connections,
    routeTable: table?.value ?? null,
  }
  const routes = await Promise.all(
    addresses.map((address) => toFact(arm, network, subnet, address, routeTo(known, address))),
  )
  const isTold = table?.value.isPropagationOff !== true
  const notes = [
    ...failures.map(({ failure }) => unread('a part of the gateways', failure.message)),
    ...(isTold ? learnerNotes(facts) : []),
    ...facts.hubs.flatMap(({ name, firewall }) =>
      firewall === undefined
        ? []
        : [`virtual hub ${name} has the firewall ${firewall}, and whether it sends the packets through it is not read`],
    ),
  ]
  return { subnet: subnet.name, routes, notes }
}

async function toFact(
  arm: ArmPort,
  network: VirtualNetwork,
  subnet: Subnet,
  address: string,
  route: SubnetRoute | undefined,
): Promise<RouteFact> {
  if (route === undefined) return { address, told: `no route that Azure shows leads from ${subnet.name} to ${address}` }
  const { source, prefix } = route
  switch (route.source) {
    case 'network':
      return { address, source, prefix, told: `${address} is in the network of ${subnet.name} (${prefix})` }
    case 'peering':
      return { address, source, prefix, told: `peering ${route.peering.name} leads from ${subnet.name} to ${prefix}` }
    case 'gateway': {
      const { name, gateway } = route.connection
      return {
        address,
        source,
        prefix,
        told: `connection ${name} of gateway ${gateway} leads from ${subnet.name} to ${prefix}`,
      }
    }
    case 'user': {
      const { table } = route
      const { name, nextHop, address: hop } = route.route
      const at = hop === undefined ? undefined : await readAppliance(arm, network, hop)
      const who =
        at === undefined ? '' : 'name' in at ? `, which is ${at.name}` : `; what stands there is not known: ${at.gap}`
      return {
        address,
        source,
        prefix,
        table,
        name,
        nextHop,
        ...(hop === undefined ? {} : { nextHopAddress: hop }),
        ...(at !== undefined && 'name' in at ? { appliance: at.name } : {}),
        told: boundText(`${describeUserRoute(route, subnet.name)}${who}`),
      }
    }
  }
}

function learnerNotes({ connections, hubs }: GatewayFacts): string[] {
  const learning = connections.filter((one) => !isDown(one) && (one.enableBgp || !isIpsec(one)))
  const names = [
    ...new Set([
      ...learning.map(({ gateway }) => `gateway ${gateway}`),
      ...hubs.map(({ name }) => `virtual hub ${name}`),
    ]),
  ]
  return names.length === 0
    ? []
    : [`${names.join(', ')} may have learned narrower routes, which Azure does not show here`]
}

function unread(what: string, message: string): string {
  return boundText(`${what} could not be read: ${message}`)
}
