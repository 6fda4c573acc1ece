import { mapSeen, seen, type Observed } from '../domain/observed.ts'
import { isSameResource, parseResourceId } from '../domain/resource-id.ts'
import type { ArmPort } from '../ports/arm-port.ts'
import type { VirtualHub, VirtualNetwork, VirtualNetworkPeering } from '../ports/network-resources.ts'
import { boundName } from './foreign-text.ts'
import { emptyPart, found, type GatewayPart } from './gateway-facts.ts'

/** The network that Azure itself keeps for a virtual WAN hub; it cannot be read. */
const HUB_NETWORK = /\/virtualNetworks\/HV_[^/]+$/i
const HUB_PEERING = /^RemoteVnetToHubPeering_/i

export function isHubPeering({ name, remoteId }: VirtualNetworkPeering): boolean {
  return HUB_PEERING.test(name) || (remoteId !== undefined && HUB_NETWORK.test(remoteId))
}

/** The hub of the network's own subscription that is connected with it, and the gateways in that hub. */
export async function readHub(
  arm: ArmPort,
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
  const connected = await Promise.all(hubs.value.map((hub) => isConnectedWith(arm, hub, network.id)))
  const hub = hubs.value.find((_, index) => isTrue(connected[index]))
  if (hub !== undefined) return readHubGateways(arm, hub)
  const failures = connected.flatMap((one) => (one.ok ? [] : [one]))
  if (failures.length > 0) return { ...emptyPart(), failures }
  return emptyPart({
    unfollowed: [
      `peering ${boundName(peering.name)} with a virtual WAN hub that is not in subscription ${subscription}`,
    ],
  })
}

function isTrue(answer: Observed<boolean> | undefined): boolean {
  return answer?.ok === true && answer.value
}

async function isConnectedWith(arm: ArmPort, hub: VirtualHub, networkId: string): Promise<Observed<boolean>> {
  const connections = found(await arm.hubConnections(hub.id), `the connections of the virtual hub ${hub.id}`)
  if (!connections.ok) return connections
  const isNamed = connections.value.some(
    ({ remoteNetworkId }) => remoteNetworkId !== undefined && isSameResource(remoteNetworkId, networkId),
  )
  return seen(isNamed)
}

async function readHubGateways(arm: ArmPort, hub: VirtualHub): Promise<GatewayPart> {
  const through = `virtual hub ${boundName(hub.name)}`
  const part = emptyPart()
  for (const id of [hub.vpnGatewayId, hub.expressRouteGatewayId]) {
    if (id === undefined) continue
    const gateway = found(await arm.hubGateway(id), `the gateway ${id} of ${through}`)
    if (!gateway.ok) {
      part.failures.push(gateway)
      continue
    }
    const { name, kind, connections } = gateway.value
    part.facts.gateways.push({ name, through, type: kind === 'vpn' ? 'Vpn' : 'ExpressRoute' })
    for (const one of connections) {
      const prefixes = await readSitePrefixes(arm, one.siteId)
      if (!prefixes.ok) part.failures.push(prefixes)
      part.facts.connections.push({
        name: one.name,
        gateway: name,
        through,
        type: kind === 'vpn' ? 'IPsec' : 'ExpressRoute',
        ...(one.status === undefined ? {} : { status: one.status }),
        enableBgp: prefixes.ok && prefixes.value.length === 0,
        prefixes: prefixes.ok ? prefixes.value : [],
      })
    }
  }
  return part
}

async function readSitePrefixes(arm: ArmPort, siteId: string | undefined): Promise<Observed<string[]>> {
  if (siteId === undefined) return seen([])
  const site = found(await arm.vpnSite(siteId), `the VPN site ${siteId}`)
  return mapSeen(site, ({ addressPrefixes }) => [...addressPrefixes])
}
