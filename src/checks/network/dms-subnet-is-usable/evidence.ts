import type { VirtualNetwork, Subnet } from '../../../ports/network-resources.ts'
import type { DmsService } from '../../../ports/arm-port.ts'
import { isSameResource, parseResourceId } from '../../../domain/resource-id.ts'
import { isPlaced } from '../../dms-service.ts'
import { boundName, boundText } from '../../foreign-text.ts'

export type ServiceFact = {
  name: string
  /** As Azure writes it; absent when Azure left it out. */
  state?: string
  /** It was created, so that it has its place. */
  placed: boolean
  /** Name of its subnet, and whether that is the one of the manifest; absent: Azure does not tell. */
  subnet?: string
  isHere: boolean
}

export type Evidence = {
  network: string
  networkId: string
  subnet: string
  prefixes: string[]
  /** Services that the subnet is delegated to; null: Azure does not tell. */
  delegations: string[] | null
  /** What holds the subnet for itself: resource types of linked services, application gateways. */
  occupants: string[]
  /** IP configurations in the subnet. */
  ipConfigurations: number
  /** The DMS service, null when there is none or it could not be read. */
  service: ServiceFact | null
}

const APPLICATION_GATEWAY = /\/applicationGateways\/([^/]+)(?:\/|$)/i

export function evidenceOf(network: VirtualNetwork, subnet: Subnet, service: DmsService | undefined): Evidence {
  const gateways = subnet.ipConfigurationIds.flatMap((id) => APPLICATION_GATEWAY.exec(id)?.[1] ?? [])
  return {
    network: boundName(network.name),
    networkId: network.id,
    subnet: boundName(subnet.name),
    prefixes: [...subnet.addressPrefixes],
    delegations: subnet.delegations?.map((one) => boundText(one, 120)) ?? null,
    occupants: [
      ...new Set([
        ...subnet.externalResources.map((one) => boundText(one, 120)),
        ...gateways.map((name) => `application gateway ${boundName(name)}`),
      ]),
    ],
    ipConfigurations: subnet.ipConfigurationIds.length,
    service: service === undefined ? null : factOf(service, subnet.id),
  }
}

function factOf(service: DmsService, subnetId: string): ServiceFact {
  const { name, provisioningState, virtualSubnetId } = service
  return {
    name: boundName(name),
    ...(provisioningState === undefined ? {} : { state: boundText(provisioningState, 60) }),
    placed: isPlaced(service),
    ...(virtualSubnetId === undefined
      ? {}
      : { subnet: boundName(parseResourceId(virtualSubnetId)?.names.join('/') ?? virtualSubnetId) }),
    isHere: virtualSubnetId !== undefined && isSameResource(virtualSubnetId, subnetId),
  }
}
