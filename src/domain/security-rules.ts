import { formatAddress } from './address.ts'
import { PROTOCOL_NUMBERS, type AdminRule, type FilterRule, type FlowProtocol } from './filter-rule.ts'
import { scenesOf, type Flow, type Scene } from './flow-scenes.ts'
import type { Bound, NumberSet } from './number-set.ts'
import { intersectPackets, isSharingPackets, subtractPackets, type Packets } from './packets.ts'
import { DEFAULT_PRIORITY, defaultRules } from './default-rules.ts'
import { matchesOf, readRule, type ReadRule, type RuleMatch } from './rule-match.ts'
import { applyLiterals, type RuleWorld } from './rule-worlds.ts'
import type { Network } from './service-tags.ts'

/** What stands in a packet's way, in this order. */
export interface RuleStack {
  /** Security admin rules in effect on the network, from every network manager. */
  adminRules: readonly AdminRule[]
  /** Of the subnet's network security group, default rules included; null: the subnet has none, and nothing is denied. */
  rules: readonly FilterRule[] | null
}

/** One packet. The other end is the tag's name where the tag's addresses are not known. */
export interface Witness {
  source: string
  destination: string
  protocol: FlowProtocol
  /** Destination port. */
  port: number
}

/**
 * `allowed`: every packet; `denied`: surely every packet; `partial`: surely some and not all; `depends`: no packet is
 * surely denied, and some hang on what `unresolved` names. A flow without any packet depends on nothing that is known.
 */
export interface FlowAnswer {
  answer: 'allowed' | 'denied' | 'partial' | 'depends'
  /** Names in order of evaluation. */
  decidingRules: readonly string[]
  /** For `denied` and `partial`: a packet that is surely denied. */
  witness?: Witness
  unresolved: readonly string[]
  /** Rules that match packets of the flow and decide none: rules before them do. Default rules are not listed. */
  shadowedRules: readonly string[]
  /** Names of the security admin rules that deny packets of the flow: no security group can let those through. */
  denyingAdminRules: readonly string[]
}

/** One way in which a rule ends packets. */
export interface Outcome {
  access: 'allow' | 'deny'
  rule: string
  priority: number
  isAdmin: boolean
}

/** Packets that have the same possible outcomes. */
export interface Region {
  scene: Scene
  packets: Packets
  worlds: readonly RuleWorld[]
  outcomes: readonly Outcome[]
  unresolved: readonly string[]
}

/** Beyond this many different sets of packets the answer is `depends`. */
const REGION_LIMIT = 20_000

/** The stack with every rule read once. */
export interface ReadStack {
  adminRules: readonly ReadRule[]
  rules: readonly ReadRule[] | null
}

/** Reads the rules of one direction, in the order in which they act, with Azure's default rules where they are missing. */
export function readStack({ adminRules, rules }: RuleStack, direction: Flow['direction']): ReadStack {
  return {
    adminRules: inOrder(adminRules, direction, true),
    rules: rules === null ? null : withDefaults(rules, direction),
  }
}

function withDefaults(rules: readonly FilterRule[], direction: Flow['direction']): ReadRule[] {
  const own = rules.filter((rule) => rule.direction === direction)
  const hasDefaults = own.some(({ priority }) => priority >= DEFAULT_PRIORITY)
  return inOrder(hasDefaults ? own : [...own, ...defaultRules(direction)], direction, false)
}

function inOrder(
  rules: readonly (FilterRule | AdminRule)[],
  direction: Flow['direction'],
  isAdmin: boolean,
): ReadRule[] {
  return rules
    .filter((rule) => rule.direction === direction)
    .sort((a, b) => a.priority - b.priority)
    .map((rule) => readRule(rule, isAdmin))
}

/** What the rules do with a flow: security admin rules first, then the group; in each, the first match ends. */
export function evaluateFlow(stack: RuleStack, flow: Flow, network: Network): FlowAnswer {
  const read = readStack(stack, flow.direction)
  const regions = decideFlow(read, flow, network)
  if (regions === undefined) return { ...NO_ANSWER, unresolved: ['more rules than can be compared'] }
  return summariseRegions(regions, read, flow, network)
}

const NO_ANSWER: FlowAnswer = {
  answer: 'depends',
  decidingRules: [],
  unresolved: [],
  shadowedRules: [],
  denyingAdminRules: [],
}

/** The packets of the flow by what becomes of them; undefined when there are too many different ones. */
export function decideFlow(stack: ReadStack, flow: Flow, network: Network): Region[] | undefined {
  const decided: Region[] = []
  for (const scene of scenesOf(flow, network)) {
    const start: Region = {
      scene,
      packets: scene.packets,
      worlds: [{ assumed: scene.assumed, state: 'open' }],
      outcomes: [],
      unresolved: [],
    }
    // Whether a network manager's rules act on what the platform serves is not documented; security groups do not.
    const byAdmin = scene.kind === 'platform' ? [start] : decideBy(stack.adminRules, [start])
    const byGroup = byAdmin && decideBy(stack.rules ?? [], byAdmin.map(reopened))
    if (byGroup === undefined || decided.length + byGroup.length > REGION_LIMIT) return undefined
    decided.push(...byGroup.map((region) => (isPassingAtEnd(region, stack) ? passed(region) : region)))
  }
  return decided
}

/** What security admin rules sent on, or did not name, is for the group. */
function reopened(region: Region): Region {
  return { ...region, worlds: region.worlds.map((world) => ({ ...world, state: 'open' })) }
}

/** Without a group nothing is denied; what the platform serves passes where no rule names it. */
function isPassingAtEnd({ scene, worlds }: Region, { rules }: ReadStack): boolean {
  return worlds.length > 0 && (rules === null || scene.kind === 'platform')
}

function passed(region: Region): Region {
  const outcome: Outcome = { access: 'allow', rule: '', priority: Infinity, isAdmin: false }
  return { ...region, worlds: [], outcomes: [...region.outcomes, outcome] }
}

function decideBy(rules: readonly ReadRule[], start: readonly Region[]): Region[] | undefined {
  const settled: Region[] = []
  let open = [...start]
  for (const read of rules) {
    const [first] = open
    if (first === undefined) break
    for (const match of matchesOf(read, first.scene)) {
      const next: Region[] = []
      for (const region of open) {
        for (const part of applyMatch(region, read, match)) (isOpen(part) ? next : settled).push(part)
      }
      open = next
    }
    if (open.length + settled.length > REGION_LIMIT) return undefined
  }
  return [...settled, ...open]
}

function isOpen({ worlds }: Region): boolean {
  return worlds.some(({ state }) => state === 'open')
}

function applyMatch(region: Region, { rule, isAdmin }: ReadRule, match: RuleMatch): Region[] {
  const common = intersectPackets(region.packets, match.packets)
  if (common === undefined) return [region]
  const { left, matched } = applyLiterals(region.worlds, match.literals)
  if (matched.length === 0) return [region]
  const beside = subtractPackets(region.packets, common).map((packets) => ({ ...region, packets }))
  const isPassedOn = isAdmin && rule.access === 'allow'
  const outcome: Outcome = {
    access: rule.access === 'deny' ? 'deny' : 'allow',
    rule: rule.name,
    priority: rule.priority,
    isAdmin,
  }
  const isKnown = region.outcomes.some((known) => known.rule === rule.name && known.isAdmin === isAdmin)
  const doubts = match.literals.filter(({ fact }) => region.worlds.some(({ assumed }) => !assumed.has(fact)))
  const hit: Region = {
    ...region,
    packets: common,
    worlds: isPassedOn ? [...left, ...matched.map((world) => ({ ...world, state: 'passed' as const }))] : left,
    outcomes: isKnown || isPassedOn ? region.outcomes : [...region.outcomes, outcome],
    unresolved: [...new Set([...region.unresolved, ...doubts.map(({ label }) => label)])],
  }
  return [...beside, hit]
}

/** Every possible outcome denies. The rest of VirtualNetwork may hold no address, so that nothing of it surely is. */
export function isDenied({ outcomes, worlds, scene }: Region): boolean {
  return worlds.length === 0 && scene.kind !== 'rest' && outcomes.every(({ access }) => access === 'deny')
}

function isAllowed({ outcomes, worlds }: Region): boolean {
  return worlds.length === 0 && outcomes.every(({ access }) => access === 'allow')
}

function summariseRegions(regions: readonly Region[], stack: ReadStack, flow: Flow, network: Network): FlowAnswer {
  if (regions.length === 0) {
    return { ...NO_ANSWER, unresolved: ['no packet: the subnet has no address of the family of the other end'] }
  }
  const denied = regions.filter(isDenied).sort((a, b) => a.outcomes.length - b.outcomes.length)
  const hanging = regions.filter((region) => !isDenied(region) && !isAllowed(region))
  const shadowedRules = findShadowed(regions, stack, flow, network)
  const denyingAdminRules = ruleNames(denied, ({ isAdmin, access }) => isAdmin && access === 'deny')
  const known = { shadowedRules, denyingAdminRules, unresolved: [] }
  const [first] = denied
  if (first !== undefined) {
    const answer = denied.length === regions.length ? 'denied' : 'partial'
    return { ...known, answer, decidingRules: ruleNames(denied), witness: witnessOf(first) }
  }
  if (hanging.length === 0) return { ...known, answer: 'allowed', decidingRules: ruleNames(regions) }
  const unresolved = [...new Set(hanging.flatMap(doubtsOf))]
  return { ...known, answer: 'depends', decidingRules: ruleNames(hanging), unresolved }
}

function doubtsOf({ scene, unresolved, worlds }: Region): string[] {
  return [
    ...unresolved,
    ...(scene.kind === 'rest' ? ['VirtualNetwork beyond what is known of it'] : []),
    ...(worlds.length > 0 ? ['no rule ends these packets'] : []),
  ]
}

/** A rule can match packets and yet never decide: rules before it end them all. */
function findShadowed(regions: readonly Region[], stack: ReadStack, flow: Flow, network: Network): string[] {
  const deciding = new Set(regions.flatMap(({ outcomes }) => outcomes.map(({ rule }) => rule)))
  const scenes = scenesOf(flow, network)
  const idle = (stack.rules ?? []).filter(({ rule }) => rule.priority < DEFAULT_PRIORITY && !deciding.has(rule.name))
  return idle
    .filter((read) =>
      scenes.some((scene) => matchesOf(read, scene).some(({ packets }) => isSharingPackets(packets, scene.packets))),
    )
    .map(({ rule }) => rule.name)
}

function ruleNames(regions: readonly Region[], isWanted: (outcome: Outcome) => boolean = () => true): string[] {
  const outcomes = regions
    .flatMap((region) => region.outcomes)
    .filter((outcome) => outcome.rule !== '' && isWanted(outcome))
    .sort((a, b) => Number(b.isAdmin) - Number(a.isAdmin) || a.priority - b.priority)
  return [...new Set(outcomes.map(({ rule }) => rule))]
}

function witnessOf({ packets, scene }: Region): Witness {
  const at = (set: NumberSet, side: 'source' | 'destination'): string => {
    if (side !== scene.peerSide) return formatAddress({ family: scene.family, value: BigInt(usable(set)) })
    return scene.peerName ?? formatAddress({ family: scene.family, value: BigInt(set[0] ?? 0) })
  }
  return {
    source: at(packets.source, 'source'),
    destination: at(packets.destination, 'destination'),
    protocol: packets.protocols[0] === PROTOCOL_NUMBERS.tcp ? 'tcp' : 'udp',
    port: Number(packets.ports[0] ?? 0),
  }
}

/** Azure keeps the first four addresses of a subnet for itself, so the fifth makes the better example. */
function usable([first = 0, end = 0]: NumberSet): Bound {
  if (typeof first === 'number') return first + 4 < end ? first + 4 : first
  return first + 4n < end ? first + 4n : first
}

/** One answer for flows that are all needed. A packet surely denied decides over one that depends, that over allowed. */
export function combineAnswers(answers: readonly FlowAnswer['answer'][]): FlowAnswer['answer'] {
  if (answers.length > 0 && answers.every((answer) => answer === 'denied')) return 'denied'
  if (answers.some((answer) => answer === 'denied' || answer === 'partial')) return 'partial'
  return answers.length === 0 || answers.includes('depends') ? 'depends' : 'allowed'
}
