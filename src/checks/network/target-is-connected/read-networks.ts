import type { Manifest, Target } from '../../../domain/manifest.ts'
import { seen, type Observed } from '../../../domain/observed.ts'
import { isSameResource, parseResourceId } from '../../../domain/resource-id.ts'
import type { ArmPort } from '../../../ports/arm-port.ts'
import type { VirtualNetwork, VirtualNetworkPeering } from '../../../ports/network-resources.ts'
import { readDmsSubnet, type SubnetGap } from '../../dms-subnet.ts'
import { boundName, boundText } from '../../foreign-text.ts'
import { isHubPeering } from '../../virtual-hubs.ts'

type Gap = { found: false; gap: SubnetGap | 'instance' | 'unnamed'; message: string }
export type Place = { found: true; networkId: string; network: string; subnetId: string; subnet: string }

/** One side of the peering, as its own network tells it. */
export type PeeringFact = { name: string; state: string | null; allowsAccess: boolean; sync: string | null }

export type Way = {
  /** Null: the network of DMS has no peering with that of the instance. */
  own: PeeringFact | null
  /** Null: the other side has none. */
  remote: PeeringFact | null
  /** The other network could not be read, and why. */
  remoteUnread?: string
  /** Networks with which both are peered. */
  shared: string[]
  /** Ways beside a peering that Azure's objects do not decide; each follows "there may be a way". */
  otherWays: string[]
}

export type Evidence = { dms: Place | Gap; instance: Place | Gap; way: Way | null }

const GATEWAY_SUBNET = 'gatewaysubnet'

export async function readDmsPlace(arm: ArmPort, manifest: Manifest): Promise<Observed<Place | Gap>> {
  const answer = await readDmsSubnet(arm, manifest)
  if (!answer.ok) return answer
  if (!answer.value.found) {
    return seen({ found: false, gap: answer.value.gap, message: boundText(answer.value.message) })
  }
  const { subnet, network } = answer.value
  return seen({
    found: true,
    networkId: network.id,
    network: boundName(network.name),
    subnetId: subnet.id,
    subnet: boundName(subnet.name),
  })
}

/** From the instance's own word: its network may be in a subscription that is not read. */
export async function readInstancePlace(arm: ArmPort, { resourceId }: Target): Promise<Observed<Place | Gap>> {
  const answer = await arm.managedInstance(resourceId)
  if (!answer.ok) return answer
  if (!answer.value.found) return seen({ found: false, gap: 'instance', message: boundText(answer.value.message) })
  const { subnetId } = answer.value.value
  const subnet = subnetId === undefined ? undefined : parseResourceId(subnetId)
  const network = subnet?.parent === undefined ? undefined : parseResourceId(subnet.parent)
  if (subnet === undefined || network === undefined) {
    return seen({ found: false, gap: 'unnamed', message: 'Azure names no subnet of the managed instance' })
  }
  return seen({
    found: true,
    networkId: network.text,
    network: boundName(network.name),
    subnetId: subnet.text,
    subnet: boundName(subnet.name),
  })
}

export async function readPeerings(arm: ArmPort, dms: Place, instance: Place): Promise<Evidence> {
  if (isSameResource(dms.networkId, instance.networkId)) return { dms, instance, way: null }
  const [here, there] = await Promise.all([readNetwork(arm, dms.networkId), readNetwork(arm, instance.networkId)])
  const near = 'unread' in here ? undefined : here
  const far = 'unread' in there ? undefined : there
  const way: Way = {
    own: peeringWith(near, instance.networkId),
    remote: peeringWith(far, dms.networkId),
    ...('unread' in there ? { remoteUnread: there.unread } : {}),
    shared: sharedNetworks(near, far),
    otherWays: near === undefined ? [] : otherWays(near, dms, far),
  }
  return { dms, instance, way }
}

async function readNetwork(arm: ArmPort, id: string): Promise<VirtualNetwork | { unread: string }> {
  const answer = await arm.virtualNetwork(id)
  if (!answer.ok) {
    const { message, missing } = answer.failure
    return { unread: boundText(missing === undefined ? message : `${message} (missing: ${missing})`) }
  }
  return answer.value.found ? answer.value.value : { unread: boundText(answer.value.message) }
}

function peeringWith(network: VirtualNetwork | undefined, other: string): PeeringFact | null {
  const all =
    network?.peerings.filter(({ remoteId }) => remoteId !== undefined && isSameResource(remoteId, other)) ?? []
  const peering = all.find(isConnected) ?? all[0]
  if (peering === undefined) return null
  const { name, state, allowVirtualNetworkAccess, syncLevel } = peering
  return {
    name: boundName(name),
    state: state === undefined ? null : boundText(state, 60),
    allowsAccess: allowVirtualNetworkAccess,
    sync: syncLevel === undefined ? null : boundText(syncLevel, 60),
  }
}

function isConnected({ state }: VirtualNetworkPeering): boolean {
  return state?.toLowerCase() === 'connected'
}

function sharedNetworks(near: VirtualNetwork | undefined, far: VirtualNetwork | undefined): string[] {
  const idsOf = (network: VirtualNetwork | undefined): string[] =>
    network?.peerings.filter(isConnected).flatMap(({ remoteId }) => remoteId ?? []) ?? []
  const others = idsOf(far)
  return idsOf(near)
    .filter((id) => others.some((other) => isSameResource(id, other)))
    .map((id) => boundName(parseResourceId(id)?.name ?? id))
}

/** A virtual WAN, routes through an appliance or a VPN between the networks can lead there as well. */
function otherWays(near: VirtualNetwork, dms: Place, far: VirtualNetwork | undefined): string[] {
  const routeTable = near.subnets.find(({ id }) => isSameResource(id, dms.subnetId))?.routeTableId
  const hasHub = (network: VirtualNetwork): boolean =>
    network.peerings.some((peering) => isConnected(peering) && isHubPeering(peering))
  const hasGateway = ({ subnets, peerings }: VirtualNetwork): boolean =>
    subnets.some(
      ({ name, ipConfigurationIds }) => name.toLowerCase() === GATEWAY_SUBNET && ipConfigurationIds.length > 0,
    ) || peerings.some(({ useRemoteGateways }) => useRemoteGateways)
  const isOrUnread = (has: (network: VirtualNetwork) => boolean): boolean => far === undefined || has(far)
  return [
    ...(hasHub(near) && isOrUnread(hasHub) ? ['through a virtual WAN hub'] : []),
    ...(routeTable === undefined
      ? []
      : [`by the routes of ${boundName(parseResourceId(routeTable)?.name ?? routeTable)} through an appliance`]),
    ...(hasGateway(near) && isOrUnread(hasGateway) ? ['by a VPN or ExpressRoute gateway of each'] : []),
  ]
}
