import { parseResourceId, isSameResource } from '../../../domain/resource-id.ts'
import type { ArmPort, SqlServerResource } from '../../../ports/arm-port.ts'
import type { PrivateEndpoint, VirtualNetwork } from '../../../ports/network-resources.ts'
import { boundName, boundText } from '../../foreign-text.ts'

/** An approved private endpoint of the server, and how its network stands to that of DMS. */
export type EndpointFact = {
  name: string
  /** True where Azure does not say whether it is approved; then nothing else is looked at. */
  isUntold?: boolean
  /** `same` network, `peered` with a Connected peering that allows access, `other`, or not known because of `gap`. */
  network: 'same' | 'peered' | 'other' | 'unknown'
  /** Name of the network that the endpoint is in. */
  networkName?: string
  /** Its private addresses, as far as Azure tells them. */
  addresses: string[]
  gap?: string
}

/** Each approved endpoint; `network` is that of DMS, undefined when it is not known. */
export function readEndpoints(
  arm: ArmPort,
  server: SqlServerResource,
  network: VirtualNetwork | undefined,
): Promise<EndpointFact[]> {
  const approved = server.privateEndpointConnections.filter(
    ({ status }) => status === undefined || status.toLowerCase() === 'approved',
  )
  return Promise.all(
    approved.map(async ({ name, status, endpointId }): Promise<EndpointFact> => {
      if (status === undefined) return { name: boundName(name), isUntold: true, network: 'unknown', addresses: [] }
      const unknown = (gap: string): EndpointFact => ({
        name: boundName(name),
        network: 'unknown',
        addresses: [],
        gap: boundText(gap),
      })
      if (endpointId === undefined) return unknown('Azure does not say which endpoint it is')
      const endpoint = await arm.privateEndpoint(endpointId)
      if (!endpoint.ok) {
        const { message, missing } = endpoint.failure
        return unknown(`it could not be read: ${message}${missing === undefined ? '' : ` (${missing})`}`)
      }
      if (!endpoint.value.found) return unknown(`it is not there: ${endpoint.value.message}`)
      const { subnetId } = endpoint.value.value
      const addresses = await readAddresses(arm, endpoint.value.value)
      const own = subnetId === undefined ? undefined : parseResourceId(subnetId)?.parent
      if (own === undefined) return { ...unknown('Azure does not say in which subnet it is'), addresses }
      if (network === undefined) return { ...unknown('the network of DMS is not known'), addresses }
      const networkName = boundName(parseResourceId(own)?.name ?? own)
      return { name: boundName(name), network: relationOf(own, network), networkName, addresses }
    }),
  )
}

/** With a private DNS zone group Azure lists no DNS records here: then its network interface tells the addresses. */
async function readAddresses(arm: ArmPort, { dnsConfigs, networkInterfaceIds }: PrivateEndpoint): Promise<string[]> {
  const listed = dnsConfigs.flatMap(({ ipAddresses }) => ipAddresses)
  if (listed.length > 0) return [...new Set(listed)]
  const cards = await Promise.all(networkInterfaceIds.map((id) => arm.addressHolder(id)))
  return [...new Set(cards.flatMap((card) => (card.ok && card.value.found ? card.value.value.addresses : [])))]
}

function relationOf(networkId: string, dms: VirtualNetwork): 'same' | 'peered' | 'other' {
  if (isSameResource(networkId, dms.id)) return 'same'
  const isPeered = dms.peerings.some(
    ({ remoteId, state, allowVirtualNetworkAccess }) =>
      remoteId !== undefined &&
      isSameResource(remoteId, networkId) &&
      state?.toLowerCase() === 'connected' &&
      allowVirtualNetworkAccess,
  )
  return isPeered ? 'peered' : 'other'
}
