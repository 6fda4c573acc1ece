import type { Manifest, Target } from '../../../domain/manifest.ts'
import type { Observed } from '../../../domain/observed.ts'
import { isSameResource, parseResourceId } from '../../../domain/resource-id.ts'
import type { ArmPort } from '../../../ports/arm-port.ts'
import type { PrivateEndpoint, Subnet, VirtualNetwork } from '../../../ports/network-resources.ts'
import type { StorageAccount } from '../../../ports/storage-resources.ts'
import { readDmsSubnet } from '../../dms-subnet.ts'
import { boundName, boundText } from '../../foreign-text.ts'
import { usesRuntime } from '../../modern-path.ts'
import { readEgress } from '../../subnet-egress.ts'
import { targetSubjects } from '../../subjects.ts'
import type { ClientFact, EndpointFact } from './evidence.ts'

const NETWORK_CHECK = 'network/dms-vnet-uses-resource-manager'
const INSTANCE_CHECK = 'target/managed-instance-exists'
const MACHINE_CHECK = 'target/virtual-machine-exists'

interface Place {
  subnet: Subnet
  network: VirtualNetwork
}
type Found = { place: Place } | { gap: string; blockedBy?: ClientFact['gapBlockedBy'] }

export interface ReadEndpoints {
  endpoints: readonly PrivateEndpoint[]
  gaps: string[]
}

export interface ClientTerms extends ReadEndpoints {
  /** The account has rules for public addresses, so that those of the subnets count. */
  asksEgress: boolean
}

/**
 * Who writes backups (DMS; modern: the runtime, where they come from a share), and every target that a database goes to,
 * each with what is known of its subnet.
 */
export async function readClients(
  arm: ArmPort,
  manifest: Manifest,
  { endpoints, asksEgress }: ClientTerms,
): Promise<ClientFact[]> {
  const factOf = async (name: string, isDms: boolean, found: Found): Promise<ClientFact> => {
    const egress = asksEgress && 'place' in found ? await readEgress(arm, found.place.subnet, 'storage') : undefined
    return { ...clientFact(name, isDms, found, endpoints), ...(egress === undefined ? {} : { egress }) }
  }
  const targets = targetSubjects(manifest).map(({ spec }) => spec.target)
  if (manifest.scenario === 'sql-server-to-sql-server-on-azure-vm') {
    const machines = targets.map(async (target) => {
      const name = `virtual machine ${boundName(parseResourceId(target.resourceId)?.name ?? target.name)}`
      return factOf(name, false, await findMachine(arm, target))
    })
    return [...runtimeOf(manifest, endpoints), ...(await Promise.all(machines))]
  }
  const instances = targets.map(async (target) => {
    const name = `managed instance ${boundName(parseResourceId(target.resourceId)?.name ?? target.name)}`
    return factOf(name, false, await findInstance(arm, target))
  })
  if (manifest.generation === 'modern') return [...runtimeOf(manifest, endpoints), ...(await Promise.all(instances))]
  const dms = findDms(arm, manifest).then((found) => factOf('DMS', true, found))
  return Promise.all([dms, ...instances])
}

/** Nobody tells which addresses the host of the runtime has, but the manifest. */
function runtimeOf(manifest: Manifest, endpoints: readonly PrivateEndpoint[]): ClientFact[] {
  if (!usesRuntime(manifest)) return []
  const gap = 'where the host of an integration runtime stands is not told by Azure'
  return [{ ...clientFact('the integration runtime', true, { gap }, endpoints), isRuntime: true }]
}

/** Approved private endpoints of the account that are for its blobs; those of other services do not help. */
export async function readBlobEndpoints(arm: ArmPort, account: StorageAccount): Promise<ReadEndpoints> {
  const approved = account.privateEndpointConnections.filter(({ status }) => status?.toLowerCase() === 'approved')
  const read = await Promise.all(
    approved.map(async ({ name, endpointId }) => {
      if (endpointId === undefined) return { gap: `Azure does not say which private endpoint ${boundName(name)} is` }
      const endpoint = await arm.privateEndpoint(endpointId)
      const gap = gapOf(endpoint, `private endpoint ${boundName(name)}`)
      return gap === undefined && endpoint.ok && endpoint.value.found
        ? { endpoint: endpoint.value.value }
        : { gap: gap ?? '' }
    }),
  )
  const endpoints = read.flatMap((one) => ('endpoint' in one ? [one.endpoint] : []))
  return {
    endpoints: endpoints.filter(({ connections }) =>
      connections.some(({ groupIds }) => groupIds.some((group) => /^blob(?:_secondary)?$/i.test(group))),
    ),
    gaps: read.flatMap((one) => ('gap' in one ? [one.gap] : [])),
  }
}

async function findDms(arm: ArmPort, manifest: Manifest): Promise<Found> {
  const found = await readDmsSubnet(arm, manifest)
  if (!found.ok) return { gap: failureText('the subnet of DMS', found.failure) }
  if (found.value.found) return { place: found.value }
  const gap = boundText(found.value.message)
  return found.value.gap === 'undeclared' ? { gap } : { gap, blockedBy: { id: NETWORK_CHECK, subject: manifest.name } }
}

async function findInstance(arm: ArmPort, { resourceId, name: target }: Target): Promise<Found> {
  const instance = await arm.managedInstance(resourceId)
  if (!instance.ok) return { gap: failureText('the managed instance', instance.failure) }
  if (!instance.value.found) {
    const gap = boundText(`the managed instance is not there: ${instance.value.message}`)
    return { gap, blockedBy: { id: INSTANCE_CHECK, subject: target } }
  }
  return findSubnet(arm, instance.value.value.subnetId, 'the managed instance')
}

/** By the first address of its primary network interface: the registration names the machine, and that names its interfaces. */
async function findMachine(arm: ArmPort, { resourceId, name: target }: Target): Promise<Found> {
  const blockedBy = { id: MACHINE_CHECK, subject: target }
  const registration = await arm.sqlVirtualMachine(resourceId)
  if (!registration.ok) return { gap: failureText('the SQL virtual machine', registration.failure) }
  if (!registration.value.found) {
    return { gap: boundText(`the SQL virtual machine is not there: ${registration.value.message}`), blockedBy }
  }
  const { virtualMachineId } = registration.value.value
  if (virtualMachineId === undefined) return { gap: 'Azure does not name the machine of the SQL virtual machine' }
  const machine = await arm.virtualMachine(virtualMachineId)
  if (!machine.ok) return { gap: failureText('the virtual machine', machine.failure) }
  if (!machine.value.found) {
    return { gap: boundText(`the virtual machine is not there: ${machine.value.message}`), blockedBy }
  }
  const [card] = machine.value.value.networkInterfaceIds
  if (card === undefined) return { gap: 'Azure names no network interface of the virtual machine' }
  const holder = await arm.addressHolder(card)
  const gap = gapOf(holder, 'the network interface of the virtual machine')
  if (gap !== undefined || !holder.ok || !holder.value.found) return { gap: gap ?? '' }
  return findSubnet(arm, holder.value.value.subnetId, 'the virtual machine')
}

async function findSubnet(arm: ArmPort, subnetId: string | undefined, of: string): Promise<Found> {
  const networkId = subnetId === undefined ? undefined : parseResourceId(subnetId)?.parent
  if (subnetId === undefined || networkId === undefined) return { gap: `Azure names no subnet of ${of}` }
  const network = await arm.virtualNetwork(networkId)
  const gap = gapOf(network, `the network of ${of}`)
  if (gap !== undefined || !network.ok || !network.value.found) return { gap: gap ?? '' }
  const { value } = network.value
  const subnet = value.subnets.find(({ id }) => isSameResource(id, subnetId))
  return subnet === undefined
    ? { gap: `${value.name} has no subnet ${parseResourceId(subnetId)?.name ?? ''}` }
    : { place: { subnet, network: value } }
}

function clientFact(name: string, isDms: boolean, found: Found, endpoints: readonly PrivateEndpoint[]): ClientFact {
  if ('gap' in found) {
    const { gap, blockedBy } = found
    return {
      name,
      isDms,
      subnet: null,
      gap,
      ...(blockedBy === undefined ? {} : { gapBlockedBy: blockedBy }),
      endpoints: endpoints.map((endpoint) => endpointFact(endpoint, undefined)),
    }
  }
  const { subnet, network } = found.place
  return {
    name,
    isDms,
    subnet: {
      id: subnet.id,
      name: boundName(subnet.name),
      region: toRegion(network.location),
      serviceEndpoints: [...subnet.serviceEndpoints],
    },
    endpoints: endpoints.map((endpoint) => endpointFact(endpoint, network)),
  }
}

function endpointFact({ name, subnetId }: PrivateEndpoint, network: VirtualNetwork | undefined): EndpointFact {
  const own = subnetId === undefined ? undefined : parseResourceId(subnetId)?.parent
  if (own === undefined || network === undefined) return { name: boundName(name), network: 'unknown' }
  const networkName = boundName(parseResourceId(own)?.name ?? own)
  if (isSameResource(own, network.id)) return { name: boundName(name), network: 'same', networkName }
  const isPeered = network.peerings.some(
    ({ remoteId, state }) =>
      remoteId !== undefined && isSameResource(remoteId, own) && state?.toLowerCase() === 'connected',
  )
  return { name: boundName(name), network: isPeered ? 'peered' : 'other', networkName }
}

/** ARM writes a region as `westeurope` or as `West Europe`. */
export function toRegion(location: string): string {
  return boundText(location.toLowerCase().replaceAll(' ', ''), 60)
}

function gapOf(
  answer: Observed<{ found: true } | { found: false; message: string }>,
  what: string,
): string | undefined {
  if (!answer.ok) return failureText(what, answer.failure)
  return answer.value.found ? undefined : boundText(`${what} is not there: ${answer.value.message}`)
}

function failureText(what: string, { message, missing }: { message: string; missing?: string }): string {
  return boundText(`${what} could not be read: ${message}${missing === undefined ? '' : ` (${missing})`}`)
}
