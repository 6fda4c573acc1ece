// Brute force over packets: slow, without a shortcut, and without anything of src. What a rule matches and what becomes
// of one packet is said here; sweep.ts asks it for every packet that could tell two situations apart.
import {
  holdsAddress,
  holdsPort,
  readAddress,
  readPorts,
  readPrefix,
  isTagText,
  type Address,
  type AddressRange,
  type Family,
  type PortRange,
} from './ranges.ts'
import type { AdminRule, Direction, FilterRule, NetworkFacts, Peer, ServiceTag, Situation } from './situation.ts'

export type Side = 'source' | 'destination'

export interface Packet {
  family: Family
  protocol: string
  source: bigint
  sourcePort: number
  destination: bigint
  destinationPort: number
}

/** A rule with its texts read. */
export interface ReadRule {
  name: string
  priority: number
  access: AdminRule['access']
  stage: 'admin' | 'nsg' | 'default'
  protocol: string
  source: SideTerms
  destination: SideTerms
  sourcePorts: PortRange[]
  destinationPorts: PortRange[]
}

interface SideTerms {
  ranges: AddressRange[]
  tags: string[]
  groups: string[]
}

/** A situation with its texts read. */
export interface Reading {
  direction: Direction
  /** The rules that the flow's packets meet, in the order in which they meet them. */
  rules: ReadRule[]
  hasNsg: boolean
  extent: AddressRange[]
  isWhole: boolean
  tags: Map<string, AddressRange[]>
}

/** Whether an address belongs to a term: certain, or as an unknown fact has it. */
export type Condition = boolean | { fact: string; holdsWhen: boolean }

const PLATFORM: readonly { address: Address; tag: string }[] = [
  { address: readAddress('168.63.129.16'), tag: 'azureplatformdns' },
  { address: readAddress('169.254.169.254'), tag: 'azureplatformimds' },
]
export const WIRE_SERVER: readonly AddressRange[] = readPrefix('168.63.129.16')
/** Tags of traffic that never is an ordinary packet. */
const PLATFORM_TAGS = ['azureplatformdns', 'azureplatformimds', 'azureplatformlkm']

export const NOT_PUBLIC: readonly AddressRange[] = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.2.0/24'],
  ...['192.168.0.0/16', '198.18.0.0/15', '224.0.0.0/3', '::/128', '::1/128', 'fc00::/7', 'fe80::/10', 'ff00::/8'],
].flatMap(readPrefix)

export function defaultRules(direction: Direction): FilterRule[] {
  const rule = (name: string, priority: number, access: 'allow' | 'deny', from: string, to: string): FilterRule => ({
    ...{ name, priority, direction, access, protocol: '*', sourcePorts: ['*'], destinationPorts: ['*'] },
    ...{ sourcePrefixes: [from], destinationPrefixes: [to], sourceGroupIds: [], destinationGroupIds: [] },
  })
  return direction === 'outbound'
    ? [
        rule('AllowVnetOutBound', 65000, 'allow', 'VirtualNetwork', 'VirtualNetwork'),
        rule('AllowInternetOutBound', 65001, 'allow', '*', 'Internet'),
        rule('DenyAllOutBound', 65500, 'deny', '*', '*'),
      ]
    : [
        rule('AllowVnetInBound', 65000, 'allow', 'VirtualNetwork', 'VirtualNetwork'),
        rule('AllowAzureLoadBalancerInBound', 65001, 'allow', 'AzureLoadBalancer', '*'),
        rule('DenyAllInBound', 65500, 'deny', '*', '*'),
      ]
}

export function read(situation: Situation): Reading {
  const { stack, flow, network } = situation
  return {
    direction: flow.direction,
    rules: rulesMet(situation),
    hasNsg: stack.rules !== null,
    extent: network.extent.prefixes.flatMap(readPrefix),
    isWhole: network.extent.isWhole,
    tags: new Map((network.tags ?? []).map((tag) => [tag.name.toLowerCase(), tag.prefixes.flatMap(readPrefix)])),
  }
}

function rulesMet({ stack, flow }: Situation): ReadRule[] {
  const ofDirection = <R extends { direction: Direction; priority: number }>(rules: readonly R[]): R[] =>
    rules.filter(({ direction }) => direction === flow.direction).sort((a, b) => a.priority - b.priority)
  const own = ofDirection(stack.rules ?? [])
  const all = own.some(({ priority }) => priority >= 65000) ? own : [...own, ...defaultRules(flow.direction)]
  return [
    ...ofDirection(stack.adminRules).map((rule) =>
      readRule({ ...rule, sourceGroupIds: [], destinationGroupIds: [] }, 'admin'),
    ),
    ...(stack.rules === null ? [] : all).map((rule) => readRule(rule, rule.priority >= 65000 ? 'default' : 'nsg')),
  ]
}

export function readRule(
  rule: Omit<FilterRule, 'access'> & { access: AdminRule['access'] },
  stage: ReadRule['stage'],
): ReadRule {
  const terms = (prefixes: readonly string[], groups: readonly string[]): SideTerms => ({
    ranges: prefixes.filter((text) => !isTagText(text)).flatMap(readPrefix),
    tags: prefixes.filter(isTagText).map((text) => text.toLowerCase()),
    groups: groups.map((id) => id.toLowerCase()),
  })
  return {
    ...{ name: rule.name, priority: rule.priority, access: rule.access, stage },
    protocol: rule.protocol.toLowerCase(),
    source: terms(rule.sourcePrefixes, rule.sourceGroupIds),
    destination: terms(rule.destinationPrefixes, rule.destinationGroupIds),
    sourcePorts: rule.sourcePorts.flatMap(readPorts),
    destinationPorts: rule.destinationPorts.flatMap(readPorts),
  }
}

/** Outbound to the platform's own addresses: no NSG rule applies that does not name the platform's tag. */
export function platformTag({ direction }: Reading, destination: Address): string | undefined {
  if (direction === 'inbound') return undefined
  return PLATFORM.find(({ address }) => address.family === destination.family && address.value === destination.value)
    ?.tag
}

/** The address matches the side of the rule when one of these holds. */
export function conditionsOf(reading: Reading, rule: ReadRule, side: Side, address: Address): Condition[] {
  const { ranges, tags, groups } = rule[side]
  const platform = side === 'destination' && rule.stage !== 'admin' ? platformTag(reading, address) : undefined
  if (platform !== undefined) return [tags.includes(platform)]
  return [
    holdsAddress(ranges, address),
    ...tags.map((tag) => tagCondition(reading, tag, address)),
    // Members are network interfaces of the network itself.
    ...groups.map((id) =>
      isInNetwork(reading, address) ? { fact: factAt(`${side} group ${id}`, address), holdsWhen: true } : false,
    ),
  ]
}

function isInNetwork({ extent }: Reading, address: Address): boolean {
  return holdsAddress(WIRE_SERVER, address) || holdsAddress(extent, address)
}

function tagCondition(reading: Reading, tag: string, address: Address): Condition {
  const { isWhole, tags } = reading
  const isPublic = !holdsAddress(NOT_PUBLIC, address)
  const isWireServer = holdsAddress(WIRE_SERVER, address)
  if (PLATFORM_TAGS.includes(tag)) return false
  if (tag === 'azureloadbalancer') return isWireServer
  if (tag === 'virtualnetwork' || tag === 'internet') {
    if (tag === 'internet' && !isPublic) return false
    const isIn = isInNetwork(reading, address)
    if (isIn || isWhole) return isIn === (tag === 'virtualnetwork')
    return { fact: factAt('VirtualNetwork', address), holdsWhen: tag === 'virtualnetwork' }
  }
  const listed = tags.get(tag)
  if (listed !== undefined) return holdsAddress(listed, address)
  return isPublic ? { fact: factAt(`tag ${tag}`, address), holdsWhen: true } : false
}

function factAt(what: string, { family, value }: Address): string {
  return `${what} holds ${family}:${value}`
}

/** The tag whose prefixes are the peer of a flow: the form of the network's region where the list has one. */
export function peerTag(network: NetworkFacts, name: string): ServiceTag | undefined {
  const regional = network.tags?.find(
    (tag) =>
      tag.name.toLowerCase().startsWith(`${name.toLowerCase()}.`) &&
      tag.region.toLowerCase() === network.region.toLowerCase(),
  )
  return regional ?? network.tags?.find((tag) => tag.name.toLowerCase() === name.toLowerCase())
}

/** The flow as sets: all packets of it are the cross product, family by family. */
export function flowRanges({ flow, network }: Situation): Record<Side, AddressRange[]> {
  const subnet = network.subnetPrefixes.flatMap(readPrefix)
  const { peer } = flow
  const far = peer.kind === 'platform-dns' ? [...WIRE_SERVER] : peerPrefixes(peer, network).flatMap(readPrefix)
  return flow.direction === 'outbound' ? { source: subnet, destination: far } : { source: far, destination: subnet }
}

function peerPrefixes(peer: Exclude<Peer, { kind: 'platform-dns' }>, network: NetworkFacts): string[] {
  if (peer.kind === 'addresses') return peer.prefixes
  if (peer.kind === 'virtual-network') return network.extent.prefixes
  const tag = peerTag(network, peer.tag)
  if (tag === undefined) throw new Error(`the flow's tag ${peer.tag} has no prefixes in this situation`)
  return tag.prefixes
}

export const CLIENT_PORTS: PortRange = [1024, 65535]

/** What becomes of one packet when the facts are so. */
export function decide(
  reading: Reading,
  packet: Packet,
  isTrue: (fact: string) => boolean,
): { outcome: 'allowed' | 'denied'; rule: ReadRule | undefined } {
  const { rules, hasNsg } = reading
  const { family, source, destination } = packet
  const matches = (rule: ReadRule): boolean =>
    (rule.protocol === '*' || rule.protocol === packet.protocol) &&
    holdsPort(rule.sourcePorts, packet.sourcePort) &&
    holdsPort(rule.destinationPorts, packet.destinationPort) &&
    conditionsOf(reading, rule, 'source', { family, value: source }).some(holds) &&
    conditionsOf(reading, rule, 'destination', { family, value: destination }).some(holds)
  const holds = (condition: Condition): boolean =>
    typeof condition === 'boolean' ? condition : isTrue(condition.fact) === condition.holdsWhen
  const admin = rules.find((rule) => rule.stage === 'admin' && matches(rule))
  if (admin?.access === 'deny') return { outcome: 'denied', rule: admin }
  if (admin?.access === 'always-allow') return { outcome: 'allowed', rule: admin }
  const rule = rules.find((candidate) => candidate.stage !== 'admin' && matches(candidate))
  if (rule !== undefined) return { outcome: rule.access === 'deny' ? 'denied' : 'allowed', rule }
  const isPlatform = platformTag(reading, { family, value: destination }) !== undefined
  if (hasNsg && !isPlatform) throw new Error('a network security group without a last rule')
  return { outcome: 'allowed', rule: undefined }
}
