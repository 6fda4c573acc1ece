import { prefixesOfSet, type Family } from './address-set.ts'
import {
  decideFlow,
  isAllowed,
  isDenied,
  isDeniedByAdmin,
  readStack,
  type Region,
  type RuleStack,
} from './decide-flow.ts'
import { fewestPackets } from './fewest-packets.ts'
import { PROTOCOL_NUMBERS, type FilterRule, type FlowProtocol } from './filter-rule.ts'
import { unknownTag, type Flow, type Scene } from './flow-scenes.ts'
import { hasNumber, isSameSet, runsOf, type NumberSet } from './number-set.ts'
import { isSharingPackets, type Packets } from './packets.ts'
import type { Network } from './service-tags.ts'

/**
 * The fewest rules found that let through what a group surely denies of a flow and change no other packet, each at a
 * free priority above the rule that denies.
 */
export type RuleProposal =
  /** `isWide`: so many would be needed that each is for all of the flow instead, allowed packets included. */
  | { kind: 'rules'; rules: readonly FilterRule[]; isWide?: true }
  /** No packet is surely denied. */
  | { kind: 'none-needed' }
  /** Above the rule `below` no priority is free. */
  | { kind: 'no-room'; below: string }
  /** Security admin rules deny, and no security group comes before them. `rules` are for what they do not deny. */
  | { kind: 'no-rule-helps'; adminRules: readonly string[]; rules: readonly FilterRule[] }

export interface ProposalOptions {
  /** Also for packets that hang on what is not known and may be denied. */
  isForDoubtful?: boolean
}

/** Priorities of rules of one's own; learn.microsoft.com/azure/virtual-network/network-security-groups-overview. */
const FIRST_PRIORITY = 100
const LAST_PRIORITY = 4096
/** What a person can still read, and `az` still take. */
const RULE_LIMIT = 20
const PREFIX_LIMIT = 400

/** Proposes the rules by which the group lets the flow through. */
export function proposeRules(
  stack: RuleStack,
  flow: Flow,
  network: Network,
  { isForDoubtful = false }: ProposalOptions = {},
): RuleProposal {
  if (unknownTag(flow, network) !== undefined) return { kind: 'none-needed' }
  const regions = decideFlow(readStack(stack, flow.direction), flow, network) ?? []
  const shut = regions.filter((region) => isDenied(region) || (isForDoubtful && isDoubtful(region)))
  if (shut.length === 0) return { kind: 'none-needed' }
  const adminRules = shut
    .filter(isDeniedByAdmin)
    .flatMap(({ outcomes }) => outcomes.map(({ rule }) => rule?.name ?? ''))
  const open = shut.filter((region) => !isDeniedByAdmin(region))
  const proposal = placeRules(partsOf(open), stack, flow)
  if (adminRules.length > 0) {
    const rules = proposal.kind === 'rules' ? proposal.rules : []
    return { kind: 'no-rule-helps', adminRules: [...new Set(adminRules)], rules }
  }
  return proposal
}

/** May be denied by a rule of the group. What the network holds beyond what is known has no address to name. */
function isDoubtful(region: Region): boolean {
  const isUnsure = !isDenied(region) && !isAllowed(region)
  return (
    isUnsure &&
    region.scene.kind !== 'rest' &&
    region.outcomes.some(({ access, isAdmin }) => access === 'deny' && !isAdmin)
  )
}

/** Packets that one rule can name, and the first rule that denies any of them. */
interface Part {
  scene: Scene
  packets: Packets
  protocol: FlowProtocol
  deny: { name: string; priority: number }
}

function placeRules(exact: readonly Part[], stack: RuleStack, flow: Flow): RuleProposal {
  const rules = stack.rules ?? []
  const used = new Set(rules.filter(({ direction }) => direction === flow.direction).map(({ priority }) => priority))
  const taken = new Set(rules.map(({ name }) => name.toLowerCase()))
  const isWide = exact.length > RULE_LIMIT || prefixCount(exact) > PREFIX_LIMIT
  // The tightest first, so that a rule with more room above it does not take the last place of another.
  const parts = (isWide ? wholeParts(exact) : exact).toSorted((a, b) => a.deny.priority - b.deny.priority)
  const placed: FilterRule[] = []
  for (const part of parts) {
    const priority = freePriority(part.deny.priority, used)
    if (priority === undefined) return { kind: 'no-room', below: part.deny.name }
    used.add(priority)
    const name = freeName(part, flow.direction, taken)
    taken.add(name.toLowerCase())
    placed.push(ruleOf(part, flow.direction, name, priority))
  }
  return { kind: 'rules', rules: placed, ...(isWide ? { isWide: true } : {}) }
}

function prefixCount(parts: readonly Part[]): number {
  return parts.reduce(
    (sum, { packets, scene }) =>
      sum +
      prefixesOf(packets.source, 'source', scene).length +
      prefixesOf(packets.destination, 'destination', scene).length,
    0,
  )
}

/** One for each scene and protocol, with all that the flow has there. */
function wholeParts(parts: readonly Part[]): Part[] {
  const scenes = [...new Set(parts.map(({ scene }) => scene))]
  return scenes.flatMap((scene) =>
    (['tcp', 'udp'] as const).flatMap((protocol) => {
      const own = parts.filter((part) => part.scene === scene && part.protocol === protocol)
      const [first] = own.toSorted((a, b) => a.deny.priority - b.deny.priority)
      return first === undefined
        ? []
        : [{ ...first, packets: { ...scene.packets, protocols: first.packets.protocols } }]
    }),
  )
}

function partsOf(shut: readonly Region[]): Part[] {
  const scenes = withoutNested([...new Set(shut.map(({ scene }) => scene))], shut)
  return scenes.flatMap((scene) => {
    const regions = shut.filter((region) => region.scene === scene)
    // A rule for both protocols would name every protocol: each gets its own.
    return (['tcp', 'udp'] as const).flatMap((protocol) =>
      fewestPackets(regions.flatMap(({ packets }) => onlyProtocol(packets, protocol))).map((packets) => ({
        scene,
        packets,
        protocol,
        deny: firstDeny(regions.filter((region) => isSharingPackets(region.packets, packets))),
      })),
    )
  })
}

/** Where all of a tag is shut, a rule for it opens the tags within it as well. */
function withoutNested(scenes: readonly Scene[], shut: readonly Region[]): Scene[] {
  const isWhole = (scene: Scene): boolean =>
    shut.some((region) => region.scene === scene && isSamePackets(region.packets, scene.packets))
  const outer = scenes.find((scene) => scene.holds !== undefined)
  if (outer?.holds === undefined || !scenes.every(isWhole) || scenes.length < outer.holds) return [...scenes]
  return [outer]
}

function isSamePackets(a: Packets, b: Packets): boolean {
  return (['protocols', 'ports', 'sourcePorts', 'source', 'destination'] as const).every((one) =>
    isSameSet(a[one], b[one]),
  )
}

function onlyProtocol(packets: Packets, protocol: FlowProtocol): Packets[] {
  const number = PROTOCOL_NUMBERS[protocol]
  return hasNumber(packets.protocols, number) ? [{ ...packets, protocols: [number, number + 1] }] : []
}

/** Of the group: what a security admin rule may deny as well is not a matter of priority. */
function firstDeny(regions: readonly Region[]): Part['deny'] {
  const denies = regions
    .flatMap(({ outcomes }) => outcomes)
    .flatMap(({ rule, access, isAdmin }) => (rule === undefined || isAdmin || access === 'allow' ? [] : [rule]))
    .sort((a, b) => a.priority - b.priority)
  return denies[0] ?? { name: 'the default rules', priority: LAST_PRIORITY + 1 }
}

function freePriority(below: number, used: ReadonlySet<number>): number | undefined {
  for (let priority = Math.min(below - 1, LAST_PRIORITY); priority >= FIRST_PRIORITY; priority -= 1) {
    if (!used.has(priority)) return priority
  }
  return undefined
}

function ruleOf(
  { scene, packets, protocol }: Part,
  direction: Flow['direction'],
  name: string,
  priority: number,
): FilterRule {
  return {
    name,
    priority,
    direction,
    access: 'allow',
    protocol: protocol === 'tcp' ? 'Tcp' : 'Udp',
    sourcePrefixes: prefixesOf(packets.source, 'source', scene),
    sourcePorts: portsOf(packets.sourcePorts),
    destinationPrefixes: prefixesOf(packets.destination, 'destination', scene),
    destinationPorts: portsOf(packets.ports),
    sourceGroupIds: [],
    destinationGroupIds: [],
  }
}

/** A tag where all of it is meant, so that the rule stays right when Azure adds addresses; else the prefixes. */
function prefixesOf(set: NumberSet, side: 'source' | 'destination', scene: Scene): string[] {
  if (side === scene.peerSide) {
    if (scene.peerName !== undefined) return [scene.peerName]
    if (scene.tagName !== undefined && isSameSet(set, scene.packets[side])) return [scene.tagName]
  }
  return prefixesOfSet(set, scene.family)
}

function portsOf(set: NumberSet): string[] {
  return runsOf(set).map(([from, end]) => {
    const last = Number(end) - 1
    return Number(from) === last ? String(last) : `${String(from)}-${String(last)}`
  })
}

/** Up to 80 letters, digits, dots, underscores and hyphens (naming rules of Azure resources). */
function freeName(
  { scene, packets, protocol }: Part,
  direction: Flow['direction'],
  taken: ReadonlySet<string>,
): string {
  const [peer = 'peer', ...more] = prefixesOf(packets[scene.peerSide], scene.peerSide, scene)
  const [port = '', ...otherPorts] = portsOf(packets.ports)
  const family: Family = scene.family
  const parts = [
    direction === 'outbound' ? 'AllowDms' : 'AllowToDms',
    protocol,
    `${port}${otherPorts.length > 0 ? '-and-more' : ''}`,
    `${peer.replaceAll(/[^A-Za-z0-9_.-]/g, '-')}${more.length > 0 ? '-and-more' : ''}`,
    ...(family === 6 ? ['v6'] : []),
  ]
  const base = parts
    .join('-')
    .slice(0, 72)
    .replace(/[.-]+$/, '')
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? base : `${base}-${String(count)}`
    if (!taken.has(name.toLowerCase())) return name
  }
}
