import type { Manifest } from '../domain/manifest.ts'
import { seen, type Observed } from '../domain/observed.ts'
import { isSameResource, parseResourceId } from '../domain/resource-id.ts'
import type { ArmPort } from '../ports/arm-port.ts'
import type { Subnet, VirtualNetwork } from '../ports/network-resources.ts'

/**
 * Why there is no subnet: the manifest names none, DMS has none or is not there itself, the network is of the classic
 * deployment model, the network is not there, or the network has no such subnet. `malformed`: the id is no subnet's.
 */
export type SubnetGap = 'undeclared' | 'service' | 'malformed' | 'classic-network' | 'network' | 'subnet'

export type DmsSubnetAnswer =
  { found: true; subnet: Subnet; network: VirtualNetwork } | { found: false; gap: SubnetGap; message: string }

const SUBNET_TYPE = 'microsoft.network/virtualnetworks/subnets'
const CLASSIC_NAMESPACE = /\/providers\/microsoft\.classicnetwork\//i
const CLASSIC_SERVICE_TYPE = 'microsoft.datamigration/services'

/** The subnet of DMS and its network: from the manifest's `dms.subnet`, else from the DMS service itself. */
export async function readDmsSubnet(arm: ArmPort, manifest: Manifest): Promise<Observed<DmsSubnetAnswer>> {
  const { subnetId, serviceId } = manifest.dms
  if (subnetId !== undefined) return readSubnet(arm, subnetId)
  if (serviceId === undefined || parseResourceId(serviceId)?.type.toLowerCase() !== CLASSIC_SERVICE_TYPE) {
    return gap('undeclared', 'the manifest names neither dms.subnet nor a DMS service that has a subnet')
  }
  const service = await arm.dmsService(serviceId)
  if (!service.ok) return service
  if (!service.value.found) return gap('service', `the DMS service ${serviceId} is not there: ${service.value.message}`)
  const { virtualSubnetId } = service.value.value
  if (virtualSubnetId === undefined) return gap('service', `Azure names no subnet for the DMS service ${serviceId}`)
  return readSubnet(arm, virtualSubnetId)
}

async function readSubnet(arm: ArmPort, subnetId: string): Promise<Observed<DmsSubnetAnswer>> {
  if (CLASSIC_NAMESPACE.test(subnetId)) {
    return gap('classic-network', `${subnetId} is in a virtual network of the classic deployment model`)
  }
  const id = parseResourceId(subnetId)
  if (id?.parent === undefined || id.type.toLowerCase() !== SUBNET_TYPE) {
    return gap('malformed', `${subnetId} is not the id of a subnet of Microsoft.Network/virtualNetworks`)
  }
  const network = await arm.virtualNetwork(id.parent)
  if (!network.ok) return network
  if (!network.value.found) return gap('network', network.value.message)
  const { value } = network.value
  const subnet = value.subnets.find((candidate) => isSameResource(candidate.id, subnetId))
  if (subnet !== undefined) return seen({ found: true, subnet, network: value })
  const names = value.subnets.map(({ name }) => name).join(', ')
  return gap('subnet', `${value.name} has no subnet ${id.name}; it has ${names === '' ? 'none' : names}`)
}

function gap(reason: SubnetGap, message: string): Observed<DmsSubnetAnswer> {
  return seen({ found: false, gap: reason, message })
}
