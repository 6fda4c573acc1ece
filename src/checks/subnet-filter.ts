import type { RuleStack } from '../domain/decide-flow.ts'
import type { NetworkFacts } from '../domain/service-tags.ts'
import type { Manifest } from '../domain/manifest.ts'
import { seen, unseen, type Observed, type ProbeFailure } from '../domain/observed.ts'
import { parseResourceId } from '../domain/resource-id.ts'
import type { ArmAnswer, ArmPort } from '../ports/arm-port.ts'
import type { NetworkSecurityGroup, Subnet, VirtualNetwork } from '../ports/network-resources.ts'
import { readDmsSubnet } from './dms-subnet.ts'
import { boundText } from './foreign-text.ts'
import { readNetworkExtent } from './network-extent.ts'

/** Everything that decides which packets leave and reach the DMS subnet. */
export interface SubnetFilter {
  subnet: Subnet
  network: VirtualNetwork
  /** Null: the subnet has no network security group. */
  nsg: NetworkSecurityGroup | null
  stack: RuleStack
  facts: NetworkFacts
  /** Sentences on what could not be read and has to be judged without. */
  doubts: string[]
}

/** The group of the DMS subnet, what a network manager puts before it, and what its tags stand for. */
export function readSubnetFilter(arm: ArmPort, manifest: Manifest): Promise<Observed<SubnetFilter>> {
  return readFilter(arm, manifest, (subnet) => readGroup(arm, subnet))
}

/** As if the subnet had no group: what a network manager decides alone, also where the group cannot be read. */
export function readFilterWithoutGroup(arm: ArmPort, manifest: Manifest): Promise<Observed<SubnetFilter>> {
  return readFilter(arm, manifest, () => Promise.resolve(seen(null)))
}

async function readFilter(
  arm: ArmPort,
  manifest: Manifest,
  groupOf: (subnet: Subnet) => Promise<Observed<NetworkSecurityGroup | null>>,
): Promise<Observed<SubnetFilter>> {
  const dms = await readDmsSubnet(arm, manifest)
  if (!dms.ok) return dms
  if (!dms.value.found) return unseen('not-found', dms.value.message)
  const { subnet, network } = dms.value
  const [nsg, adminRules, tags, extent] = await Promise.all([
    groupOf(subnet),
    arm.securityAdminRules(network.id),
    readTags(arm, network),
    readNetworkExtent(arm, network, subnet),
  ])
  if (!nsg.ok) return nsg
  if (!extent.ok) return extent
  const cancelled = [adminRules, tags].find((read) => !read.ok && read.failure.kind === 'cancelled')
  if (cancelled?.ok === false) return cancelled
  const doubts = [
    ...doubtOf(adminRules, 'whether security admin rules of a network manager come first is not known'),
    ...doubtOf(tags, 'service tags are judged by their names, since their addresses could not be read'),
  ]
  return seen({
    subnet,
    network,
    nsg: nsg.value,
    stack: { adminRules: valueOf(adminRules) ?? [], rules: nsg.value === null ? null : nsg.value.rules },
    facts: {
      subnetPrefixes: subnet.addressPrefixes,
      extent: extent.value,
      region: network.location,
      tags: valueOf(tags)?.tags ?? null,
    },
    doubts,
  })
}

async function readGroup(arm: ArmPort, subnet: Subnet): Promise<Observed<NetworkSecurityGroup | null>> {
  if (subnet.networkSecurityGroupId === undefined) return seen(null)
  const nsg = await arm.networkSecurityGroup(subnet.networkSecurityGroupId)
  if (!nsg.ok) return nsg
  if (nsg.value.found) return seen(nsg.value.value)
  return unseen(
    'not-found',
    `Azure names a security group for ${subnet.name} and does not find it: ${nsg.value.message}`,
  )
}

function readTags(arm: ArmPort, network: VirtualNetwork): ReturnType<ArmPort['serviceTags']> {
  return arm.serviceTags(parseResourceId(network.id)?.subscription ?? '', network.location)
}

function valueOf<T>(read: Observed<ArmAnswer<T>>): T | undefined {
  return read.ok && read.value.found ? read.value.value : undefined
}

function doubtOf(read: Observed<ArmAnswer<unknown>>, meaning: string): string[] {
  if (!read.ok) return [`${meaning} (${whyUnread(read.failure)})`]
  return read.value.found ? [] : [`${meaning} (${boundText(read.value.message)})`]
}

/** The permission says enough; the whole answer stands with the check that is about it. */
function whyUnread({ message, missing }: ProbeFailure): string {
  return missing === undefined ? boundText(message) : `missing: ${boundText(missing)}`
}
