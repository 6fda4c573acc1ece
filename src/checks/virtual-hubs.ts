import { mapSeen, seen, type Observed } from '../domain/observed.ts'
import { isSameResource, parseResourceId } from '../domain/resource-id.ts'
import type { ArmPort } from '../ports/arm-port.ts'
import type {
  HubConnection,
  HubGateway,
  HubGatewayConnection,
  VirtualHub,
  VirtualNetwork,
  VirtualNetworkPeering,
} from '../ports/network-resources.ts'
import { boundName } from './foreign-text.ts'
import { readCircuit } from './express-route.ts'
import { addConnection, emptyPart, found, type ConnectionRead, type GatewayPart } from './gateway-facts.ts'

/** The network that Azure itself keeps for a virtual WAN hub; it cannot be read. */
const HUB_NETWORK = /\/virtualNetworks\/HV_[^/]+$/i
const HUB_PEERING = /^RemoteVnetToHubPeering_/i

export function isHubPeering({ name, remoteId }: VirtualNetworkPeering): boolean {
  return HUB_PEERING.test(name) || (remoteId !== undefined && HUB_NETWORK.test(remoteId))
}

export type HubReads = Pick<
  ArmPort,
  'virtualHubs' | 'hubConnections' | 'hubGateway' | 'hubGatewayConnection' | 'vpnSite' | 'expressRouteCircuit'
>

/** The hub of the network's own subscription that is connected with it, and the gateways in that hub. */
export async function readHub(
  arm: HubReads,
  network: VirtualNetwork,
  peering: VirtualNetworkPeering,
): Promise<GatewayPart> {
  const name = `peering ${boundName(peering.name)}`
  if (peering.state === undefined) return emptyPart({ unfollowed: [`${name}: Azure does not tell its state`] })
  if (peering.state.toLowerCase() !== 'connected') return emptyPart()
  const subscription = parseResourceId(network.id)?.subscription
  if (subscription === undefined) return emptyPart({ unfollowed: [`peering ${boundName(peering.name)}`] })
  const hubs = found(await arm.virtualHubs(subscription), 'the virtual hubs of the subscription')
  if (!hubs.ok) return { ...emptyPart(), failures: [hubs] }
  const links = await Promise.all(hubs.value.map((hub) => readLink(arm, hub, network.id)))
  const link = links.find((one) => one.ok && one.value !== undefined)
  if (link?.ok === true && link.value !== undefined) return readHubGateways(arm, link.value)
  const failures = links.flatMap((one) => (one.ok ? [] : [one]))
  if (failures.length > 0) return { ...emptyPart(), failures }
  return emptyPart({
    unfollowed: [
      `peering ${boundName(peering.name)} with a virtual WAN hub that is not in subscription ${subscription}`,
    ],
  })
}

interface HubLink {
  hub: VirtualHub
  connection: HubConnection
}

/** The hub's connection with the network; undefined: it has none. */
async function readLink(arm: HubReads, hub: VirtualHub, networkId: string): Promise<Observed<HubLink | undefined>> {
  const connections = found(await arm.hubConnections(hub.id), `the connections of the virtual hub ${hub.id}`)
  return mapSeen(connections, (all) => {
    const connection = all.find(
      ({ remoteNetworkId }) => remoteNetworkId !== undefined && isSameResource(remoteNetworkId, networkId),
    )
    return connection === undefined ? undefined : { hub, connection }
  })
}

async function readHubGateways(arm: HubReads, link: HubLink): Promise<GatewayPart> {
  const { hub, connection } = link
  const through = `virtual hub ${boundName(hub.name)}`
  const firewall = hub.azureFirewallId === undefined ? undefined : parseResourceId(hub.azureFirewallId)?.name
  const part = emptyPart({
    hubs: [{ name: boundName(hub.name), ...(firewall === undefined ? {} : { firewall: boundName(firewall) }) }],
  })
  if (connection.provisioningState?.toLowerCase() === 'failed') {
    part.facts.unfollowed.push(`${through}: its connection ${boundName(connection.name)} with this network is Failed`)
    return part
  }
  for (const id of [hub.vpnGatewayId, hub.expressRouteGatewayId]) {
    if (id === undefined) continue
    const gateway = found(await arm.hubGateway(id), `the gateway ${id} of ${through}`)
    if (!gateway.ok) {
      part.failures.push(gateway)
      continue
    }
    const { name, kind, connections } = gateway.value
    part.facts.gateways.push({ name, through, type: kind === 'vpn' ? 'Vpn' : 'ExpressRoute' })
    const read = await Promise.all(connections.map((one) => readHubConnection(arm, link, { name, kind }, one.id)))
    for (const one of read) addConnection(part, one, through)
  }
  return part
}

async function readHubConnection(
  arm: HubReads,
  { hub, connection }: HubLink,
  gateway: Pick<HubGateway, 'name' | 'kind'>,
  id: string,
): Promise<Observed<ConnectionRead>> {
  const read = found(await arm.hubGatewayConnection(id), `the connection ${id}`)
  if (!read.ok) return read
  const { name, status, enableBgp, siteId, circuitId } = read.value
  const circuit = circuitId === undefined ? undefined : await readCircuit(arm, circuitId)
  const site = siteId === undefined ? undefined : found(await arm.vpnSite(siteId), `the VPN site ${siteId}`)
  if (site?.ok === false) return site
  const prefixes = site === undefined ? [] : [...site.value.addressPrefixes]
  const fact: ConnectionRead['fact'] = {
    name,
    gateway: gateway.name,
    type: gateway.kind === 'vpn' ? 'IPsec' : 'ExpressRoute',
    ...(status === undefined ? {} : { status }),
    // A site without an address space tells its prefixes by BGP alone.
    enableBgp: enableBgp || prefixes.length === 0,
    prefixes,
    ...(circuit?.ok === true ? { circuit: circuit.value } : {}),
    ...(isPropagated(hub, connection, read.value) ? {} : { isIsolated: true }),
  }
  return seen({ fact, ...(circuit?.ok === false ? { circuitFailure: circuit } : {}) })
}

/** Whether the routes of a gateway's connection get into the hub's route table that the network takes over. */
function isPropagated(
  { id }: VirtualHub,
  { associatedTableId }: HubConnection,
  { propagation }: HubGatewayConnection,
): boolean {
  const standard = `${id}/hubRouteTables/defaultRouteTable`
  if (associatedTableId === null) return false
  const table = associatedTableId ?? standard
  if (propagation === undefined) return isSameResource(table, standard)
  const isDefault = isSameResource(table, standard) && propagation.labels.some((one) => one.toLowerCase() === 'default')
  return isDefault || propagation.tableIds.some((one) => isSameResource(one, table))
}
