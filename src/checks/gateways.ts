import { mapSeen, seen, type Observed } from '../domain/observed.ts'
import { isSameResource } from '../domain/resource-id.ts'
import type { ArmPort } from '../ports/arm-port.ts'
import type { VirtualNetwork } from '../ports/network-resources.ts'
import { boundName, boundText } from './foreign-text.ts'
import { readCircuit } from './express-route.ts'
import { addConnection, emptyPart, found, joinParts, type ConnectionRead, type GatewayPart } from './gateway-facts.ts'
import { isHubPeering, readHub } from './virtual-hubs.ts'

const GATEWAY_SUBNET = 'gatewaysubnet'
const ROUTE_SERVER_SUBNET = 'routeserversubnet'
const GATEWAY_ID = /^(.+\/providers\/microsoft\.network\/virtualnetworkgateways\/[^/]+)\/ipconfigurations\//i

/**
 * The gateways that a network may use and their connections, each read by itself: lists carry no status. They stand in
 * the network, in one that is peered with gateway transit, or in a virtual WAN hub.
 */
export async function readGateways(arm: ArmPort, network: VirtualNetwork): Promise<GatewayPart> {
  const parts = await Promise.all([
    readOwnGateways(arm, network),
    ...network.peerings.filter(isHubPeering).map((peering) => readHub(arm, network, peering)),
  ])
  return joinParts(parts)
}

export type GatewayReads = Pick<
  ArmPort,
  'virtualNetwork' | 'virtualNetworkGateway' | 'gatewayConnection' | 'localNetworkGateway' | 'expressRouteCircuit'
>

/** The virtual network gateways alone, without those of virtual WAN hubs: in the network, or by gateway transit. */
export async function readOwnGateways(arm: GatewayReads, network: VirtualNetwork): Promise<GatewayPart> {
  const parts = await Promise.all([
    readNetworkGateways(arm, network),
    ...network.peerings
      .filter((peering) => peering.useRemoteGateways && !isHubPeering(peering))
      .map((peering) => readTransit(arm, network, peering)),
  ])
  return joinParts(parts)
}

async function readNetworkGateways(arm: GatewayReads, network: VirtualNetwork, through?: string): Promise<GatewayPart> {
  const { ids, unrecognised, empty } = gatewayIds(network)
  const where = through === undefined ? '' : `${through}: `
  const closed = empty.map((name) => ({
    fact: `${where}no gateway stands in ${name}`,
    advice: 'Create a VPN or ExpressRoute gateway in the gateway subnet, and its connection.',
  }))
  const part = emptyPart({ unrecognised, closed })
  const way = through === undefined ? {} : { through }
  for (const id of ids) {
    const gateway = found(await arm.virtualNetworkGateway(id), `the virtual network gateway ${id}`)
    if (!gateway.ok) {
      part.failures.push(gateway)
      continue
    }
    const { name, gatewayType, connectionIds, clientPrefixes } = gateway.value
    // It may be ExpressRoute, which learns what Azure does not show.
    if (gatewayType === undefined)
      part.facts.unfollowed.push(`gateway ${boundName(name)}: Azure does not tell its type`)
    const type = gatewayType === undefined ? {} : { type: gatewayType }
    const clients = clientPrefixes.length === 0 ? {} : { clientPrefixes: [...clientPrefixes] }
    part.facts.gateways.push({ name, ...way, ...type, ...clients })
    const connections = await Promise.all(connectionIds.map((connectionId) => readConnection(arm, name, connectionId)))
    for (const connection of connections) addConnection(part, connection, through)
  }
  return part
}

/** The gateways of the other side of a peering, when that side lets them be used. */
async function readTransit(
  arm: GatewayReads,
  network: VirtualNetwork,
  { name, state, remoteId }: VirtualNetwork['peerings'][number],
): Promise<GatewayPart> {
  const peering = `peering ${boundName(name)}`
  if (state === undefined) return emptyPart({ unfollowed: [`${peering}: Azure does not tell its state`] })
  if (state.toLowerCase() !== 'connected') return emptyPart()
  if (remoteId === undefined) return emptyPart({ unfollowed: [`${peering}: Azure does not say with what`] })
  const remote = found(await arm.virtualNetwork(remoteId), `the network ${remoteId} of ${peering}`)
  if (!remote.ok) return { ...emptyPart(), failures: [remote] }
  const back = remote.value.peerings.find(
    (one) => one.remoteId !== undefined && isSameResource(one.remoteId, network.id),
  )
  const side = `${peering}: its other side, ${boundName(remote.value.name)},`
  if (back === undefined) return emptyPart({ unfollowed: [`${side} does not name this network`] })
  if (!back.allowGatewayTransit) {
    const fact = `${side} does not allow gateway transit`
    return emptyPart({ closed: [{ fact, advice: 'Allow gateway transit on the other side of the peering.' }] })
  }
  if (back.state?.toLowerCase() !== 'connected') {
    return emptyPart({ unfollowed: [`${side} calls it ${boundName(back.state ?? 'nothing')}, not Connected`] })
  }
  const part = await readNetworkGateways(arm, remote.value, peering)
  if (hasRouteServer(remote.value)) part.facts.unfollowed.push(`${peering}: a route server on its other side`)
  return part
}

/** A route server learns routes from appliances, which Azure does not show here. */
export function hasRouteServer({ subnets }: VirtualNetwork): boolean {
  return subnets.some(({ name }) => name.toLowerCase() === ROUTE_SERVER_SUBNET)
}

function gatewayIds({ subnets }: VirtualNetwork): { ids: string[]; unrecognised: string[]; empty: string[] } {
  const ids: string[] = []
  const empty: string[] = []
  const unrecognised: string[] = []
  for (const subnet of subnets.filter(({ name }) => name.toLowerCase() === GATEWAY_SUBNET)) {
    if (subnet.ipConfigurationIds.length === 0) empty.push(boundName(subnet.name))
    for (const ipConfigurationId of subnet.ipConfigurationIds) {
      const id = GATEWAY_ID.exec(ipConfigurationId)?.[1]
      if (id === undefined) unrecognised.push(boundText(ipConfigurationId))
      else if (!ids.some((known) => isSameResource(known, id))) ids.push(id)
    }
  }
  return { ids, unrecognised, empty }
}

async function readConnection(arm: GatewayReads, gateway: string, id: string): Promise<Observed<ConnectionRead>> {
  const connection = found(await arm.gatewayConnection(id), `the gateway connection ${id}`)
  if (!connection.ok) return connection
  const { name, connectionType, connectionStatus, enableBgp, localNetworkGatewayId, circuitId, trafficSelectors } =
    connection.value
  const circuit = circuitId === undefined ? undefined : await readCircuit(arm, circuitId)
  const fact: ConnectionRead['fact'] = {
    name,
    gateway,
    ...(connectionType === undefined ? {} : { type: connectionType }),
    ...(connectionStatus === undefined ? {} : { status: connectionStatus }),
    enableBgp,
    prefixes: [],
    ...(circuit?.ok === true ? { circuit: circuit.value } : {}),
    ...(trafficSelectors === undefined
      ? {}
      : {
          selectors: trafficSelectors.map(({ localPrefixes, remotePrefixes }) => ({
            localPrefixes: [...localPrefixes],
            remotePrefixes: [...remotePrefixes],
          })),
        }),
  }
  const rest = circuit?.ok === false ? { circuitFailure: circuit } : {}
  if (localNetworkGatewayId === undefined) return seen({ fact, ...rest })
  const local = found(
    await arm.localNetworkGateway(localNetworkGatewayId),
    `the local network gateway ${localNetworkGatewayId}`,
  )
  return mapSeen(local, ({ addressPrefixes }) => ({ fact: { ...fact, prefixes: [...addressPrefixes] }, ...rest }))
}
