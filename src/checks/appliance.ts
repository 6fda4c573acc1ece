import { containsAddress } from '../domain/address.ts'
import { parseResourceId } from '../domain/resource-id.ts'
import type { ArmPort } from '../ports/arm-port.ts'
import type { VirtualNetwork } from '../ports/network-resources.ts'
import { boundName } from './foreign-text.ts'
import { found } from './gateway-facts.ts'

/** What stands at a private address, in words: `Azure Firewall azfw-hub in vnet-hub`. */
export type ApplianceAnswer = { name: string } | { gap: string }

type Reads = Pick<ArmPort, 'virtualNetwork' | 'addressHolder'>

/** Holders of addresses in one subnet that are read, so that a large one does not use up the rate of the run. */
const READ_LIMIT = 20

const KINDS: readonly { pattern: RegExp; kind: string }[] = [
  { pattern: /^(.+\/azureFirewalls\/[^/]+)\/azureFirewallIpConfigurations\//i, kind: 'Azure Firewall' },
  { pattern: /^(.+\/loadBalancers\/[^/]+)\/frontendIPConfigurations\//i, kind: 'load balancer' },
  { pattern: /^(.+\/networkInterfaces\/[^/]+)\/ipConfigurations\//i, kind: 'network interface' },
]

/** Looks in the network and in those that are peered with it. Never fails: what cannot be read is a gap. */
export async function readAppliance(arm: Reads, network: VirtualNetwork, address: string): Promise<ApplianceAnswer> {
  const place = await networkWith(arm, network, address)
  if ('gap' in place) return place
  const subnet = place.subnets.find(({ addressPrefixes }) => containsAddress(addressPrefixes, address))
  if (subnet === undefined) return { gap: `no subnet of ${boundName(place.name)} holds it` }
  const holders = subnet.ipConfigurationIds.flatMap((id) => {
    const match = KINDS.map(({ pattern, kind }) => ({ id: pattern.exec(id)?.[1], kind })).find((one) => one.id)
    return match?.id === undefined ? [] : [{ id: match.id, kind: match.kind }]
  })
  const answers = await Promise.all(
    holders.slice(0, READ_LIMIT).map(async ({ id, kind }) => ({
      kind,
      observed: found(await arm.addressHolder(id), id),
    })),
  )
  for (const { kind, observed } of answers) {
    if (!observed.ok || !observed.value.addresses.includes(address)) continue
    const machine =
      observed.value.virtualMachineId === undefined ? undefined : parseResourceId(observed.value.virtualMachineId)?.name
    const of = machine === undefined ? '' : ` of virtual machine ${boundName(machine)}`
    return { name: `${kind} ${boundName(observed.value.name)}${of} in ${boundName(place.name)}` }
  }
  const isUnread = answers.some(({ observed }) => !observed.ok) || holders.length > READ_LIMIT
  const where = `subnet ${boundName(subnet.name)} of ${boundName(place.name)}`
  return { gap: isUnread ? `not everything in ${where} could be read` : `nothing in ${where} is shown to have it` }
}

async function networkWith(
  arm: Reads,
  network: VirtualNetwork,
  address: string,
): Promise<VirtualNetwork | { gap: string }> {
  if (containsAddress(network.addressPrefixes, address)) return network
  const peering = network.peerings.find(({ remotePrefixes }) => containsAddress(remotePrefixes, address))
  if (peering?.remoteId === undefined)
    return { gap: `no network that ${boundName(network.name)} is peered with holds it` }
  const remote = found(await arm.virtualNetwork(peering.remoteId), peering.remoteId)
  return remote.ok ? remote.value : { gap: `the network behind peering ${boundName(peering.name)} could not be read` }
}
