import { fewestPackets } from './fewest-packets.ts'
import { prefixesOfSet, type Family } from './address-set.ts'
import { PROTOCOL_NUMBERS, type FilterRule, type FlowProtocol } from './filter-rule.ts'
import type { Flow, Scene } from './flow-scenes.ts'
import { hasNumber, isSameSet, runsOf, type NumberSet } from './number-set.ts'
import { isSharingPackets, type Packets } from './packets.ts'
import { decideFlow, isDenied, readStack, type Outcome, type Region, type RuleStack } from './security-rules.ts'
import type { Network } from './service-tags.ts'

/**
 * The fewest rules found that let through what a group surely denies of a flow and change no other packet, each at a
 * free priority above the rule that denies.
 */
export type RuleProposal =
  | { kind: 'rules'; rules: readonly FilterRule[] }
  /** No packet is surely denied. */
  | { kind: 'none-needed' }
  /** Above the rule `below` no priority is free. */
  | { kind: 'no-room'; below: string }
  /** Security admin rules deny, and no security group comes before them. */
  | { kind: 'no-rule-helps'; adminRules: readonly string[] }

/** Priorities of rules of one's own; learn.microsoft.com/azure/virtual-network/network-security-groups-overview. */
const FIRST_PRIORITY = 100
const LAST_PRIORITY = 4096

/** Proposes the rules by which the group lets the flow through. */
export function proposeRules(stack: RuleStack, flow: Flow, network: Network): RuleProposal {
  const denied = (decideFlow(readStack(stack, flow.direction), flow, network) ?? []).filter(isDenied)
  if (denied.length === 0) return { kind: 'none-needed' }
  const adminRules = denied.flatMap(({ outcomes }) => outcomes.filter(({ isAdmin }) => isAdmin).map(({ rule }) => rule))
  if (adminRules.length > 0) return { kind: 'no-rule-helps', adminRules: [...new Set(adminRules)] }
  const used = new Set(
    (stack.rules ?? []).filter(({ direction }) => direction === flow.direction).map(({ priority }) => priority),
  )
  const taken = new Set((stack.rules ?? []).map(({ name }) => name.toLowerCase()))
  const rules: FilterRule[] = []
  // The tightest first, so that a rule with more room above it does not take the last place of another.
  const needed = partsOf(denied).sort((a, b) => a.deny.priority - b.deny.priority)
  for (const part of needed) {
    const priority = freePriority(part.deny.priority, used)
    if (priority === undefined) return { kind: 'no-room', below: part.deny.rule }
    used.add(priority)
    const name = freeName(part, flow.direction, taken)
    taken.add(name.toLowerCase())
    rules.push(ruleOf(part, flow.direction, name, priority))
  }
  return { kind: 'rules', rules }
}

/** Packets that one rule can name, and the first rule that denies any of them. */
interface Part {
  scene: Scene
  packets: Packets
  protocol: FlowProtocol
  deny: Outcome
}

function partsOf(denied: readonly Region[]): Part[] {
  return [...new Set(denied.map(({ scene }) => scene))].flatMap((scene) => {
    const regions = denied.filter((region) => region.scene === scene)
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

function onlyProtocol(packets: Packets, protocol: FlowProtocol): Packets[] {
  const number = PROTOCOL_NUMBERS[protocol]
  return hasNumber(packets.protocols, number) ? [{ ...packets, protocols: [number, number + 1] }] : []
}

function firstDeny(regions: readonly Region[]): Outcome {
  const denies = regions.flatMap(({ outcomes }) => outcomes).sort((a, b) => a.priority - b.priority)
  return denies[0] ?? { access: 'deny', rule: 'the default rules', priority: LAST_PRIORITY + 1, isAdmin: false }
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
