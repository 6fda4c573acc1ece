import { DEFAULT_PRIORITY, defaultRules } from './default-rules.ts'
import type { AdminRule, FilterRule, Literal } from './filter-rule.ts'
import { scenesOf, type Flow, type Scene } from './flow-scenes.ts'
import { intersectPackets, subtractPackets, type Packets } from './packets.ts'
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

/** One way in which packets end. Absent `rule`: nothing is in their way. */
export interface Outcome {
  access: 'allow' | 'deny'
  rule?: FilterRule | AdminRule
  /** The rule is a network manager's. */
  isAdmin: boolean
}

/** Packets that have the same possible outcomes. */
export interface Region {
  scene: Scene
  packets: Packets
  /** Ways in which what is not known may be, and no rule has ended the packets; empty: some rule ends them in each. */
  worlds: readonly RuleWorld[]
  outcomes: readonly Outcome[]
  unresolved: readonly string[]
}

/** A rule that acts where its literals hold. */
interface OrderedRule extends ReadRule {
  given: readonly Literal[]
}

/** The rules of one direction in the order in which they act. */
export interface ReadStack {
  /** Undefined: of so many network managers that not every order of them can be tried. */
  adminRules: readonly OrderedRule[] | undefined
  rules: readonly OrderedRule[] | null
}

/** Beyond this many different sets of packets nothing is decided. */
const REGION_LIMIT = 20_000
/** More network managers than that have too many orders. */
const MANAGER_LIMIT = 3

/** Reads the rules of one direction, with Azure's default rules where they are missing. */
export function readStack({ adminRules, rules }: RuleStack, direction: Flow['direction']): ReadStack {
  return {
    adminRules: readAdminRules(adminRules, direction),
    rules: rules === null ? null : readRules(rules, direction),
  }
}

function readRules(rules: readonly FilterRule[], direction: Flow['direction']): OrderedRule[] {
  const own = rules.filter((rule) => rule.direction === direction)
  const hasDefaults = own.some(({ priority }) => priority >= DEFAULT_PRIORITY)
  return inOrder(hasDefaults ? own : [...own, ...defaultRules(direction)], false)
}

/**
 * Where the rules of two network managers conflict, those of the manager with the higher scope are applied, whatever
 * their priorities (learn.microsoft.com/azure/virtual-network-manager/concept-network-manager-scope). Which scope is
 * higher is not told here, so that each order is possible.
 */
function readAdminRules(rules: readonly AdminRule[], direction: Flow['direction']): OrderedRule[] | undefined {
  const own = rules.filter((rule) => rule.direction === direction)
  const managers = [...new Set(own.map(({ manager = '' }) => manager.toLowerCase()))]
  if (managers.length > MANAGER_LIMIT) return undefined
  const orders = ordersOf(managers)
  const literals = orders.map((order): Literal => {
    const label = `the network managers act in the order ${order.map((id) => id.split('/').at(-1) ?? id).join(', ')}`
    return { fact: label, label, holds: true }
  })
  return orders.flatMap((order, index) => {
    // One of the orders holds: the last one does where none before it does.
    const before = literals.slice(0, index).map((literal) => ({ ...literal, holds: false }))
    const given = [...before, ...literals.slice(index, index + 1).slice(0, index < orders.length - 1 ? 1 : 0)]
    return order.flatMap((id) =>
      inOrder(
        own.filter(({ manager = '' }) => manager.toLowerCase() === id),
        true,
        given,
      ),
    )
  })
}

function ordersOf(names: readonly string[]): string[][] {
  if (names.length === 0) return [[]]
  return names.flatMap((one) => ordersOf(names.filter((other) => other !== one)).map((order) => [one, ...order]))
}

function inOrder(
  rules: readonly (FilterRule | AdminRule)[],
  isAdmin: boolean,
  given: readonly Literal[] = [],
): OrderedRule[] {
  return [...rules].sort((a, b) => a.priority - b.priority).map((rule) => ({ ...readRule(rule, isAdmin), given }))
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
    const byAdmin = scene.kind === 'platform' ? [start] : stack.adminRules && decideBy(stack.adminRules, [start])
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
  return { ...region, worlds: [], outcomes: [...region.outcomes, { access: 'allow', isAdmin: false }] }
}

function decideBy(rules: readonly OrderedRule[], start: readonly Region[]): Region[] | undefined {
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

function applyMatch(region: Region, { rule, isAdmin, given }: OrderedRule, match: RuleMatch): Region[] {
  const common = intersectPackets(region.packets, match.packets)
  if (common === undefined) return [region]
  const literals = [...given, ...match.literals]
  const { left, matched } = applyLiterals(region.worlds, literals)
  if (matched.length === 0) return [region]
  const beside = subtractPackets(region.packets, common).map((packets) => ({ ...region, packets }))
  const isPassedOn = isAdmin && rule.access === 'allow'
  const isKnown = region.outcomes.some((known) => known.rule === rule)
  const outcome: Outcome = { access: rule.access === 'deny' ? 'deny' : 'allow', rule, isAdmin }
  const doubts = literals.filter(({ fact }) => region.worlds.some(({ assumed }) => !assumed.has(fact)))
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

/** Every possible outcome allows. */
export function isAllowed({ outcomes, worlds }: Region): boolean {
  return worlds.length === 0 && outcomes.every(({ access }) => access === 'allow')
}

/** Whatever is not known: a security admin rule denies. */
export function isDeniedByAdmin(region: Region): boolean {
  return isDenied(region) && region.outcomes.every(({ isAdmin }) => isAdmin)
}
