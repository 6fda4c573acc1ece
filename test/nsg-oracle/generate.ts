// Seeded random situations. Their ranges lie at each other's bounds, so that a slip by one shows.
import { defaultRules, flowRanges, WIRE_SERVER } from './oracle.ts'
import { holdsAddress, type AddressRange } from './ranges.ts'
import { randomOf, type Random } from './random.ts'
import type { AdminRule, Direction, FilterRule, NetworkFacts, Situation } from './situation.ts'
import { clipToFlow, FAMILIES, gridOf, type Grid } from './sweep.ts'
import { anyCase, nearPorts, nearRange } from './texts.ts'
import { flowFor, goesToPlatform, networkFacts, UNRESOLVABLE } from './world.ts'

const GROUPS = ['web', 'db'].map((name) => `/subscriptions/s/resourceGroups/net/applicationSecurityGroups/${name}`)
const PROTOCOLS = ['Tcp', 'tcp', 'TCP', 'Udp', 'udp', '*', '*', '*', 'Icmp', 'esp', 'Ah']
const DEFAULTS = [...defaultRules('inbound'), ...defaultRules('outbound')]
const BUILT_IN = ['VirtualNetwork', 'VirtualNetwork', 'Internet', 'Internet', 'AzureLoadBalancer']
const PLATFORM = ['AzurePlatformDNS', 'AzurePlatformIMDS', 'AzurePlatformLKM']

/** What the rules of one situation are made of. */
interface Palette {
  near: AddressRange[]
  far: AddressRange[]
  tags: string[]
  hasGroups: boolean
  ports: [number, number][]
  direction: Direction
  toPlatform: boolean
  fromLoadBalancer: boolean
}

/** Larger ones are drawn again: the oracle's time grows with them, and what it finds does not. */
const MOST_PACKETS = 30_000

/** The situation of this number in the run with this seed. */
export function situationOf(seed: number, index: number): Situation {
  const random = randomOf(seed, index)
  for (;;) {
    const situation = drawn(random)
    if (packetCount(clipToFlow(gridOf(situation), situation)) <= MOST_PACKETS) return situation
  }
}

function packetCount({ source, destination, sourcePorts, destinationPorts, protocols }: Grid): number {
  const pairs = FAMILIES.reduce((sum, family) => sum + source[family].length * destination[family].length, 0)
  return pairs * sourcePorts.length * destinationPorts.length * protocols.length
}

function drawn(random: Random): Situation {
  const network = networkFacts(random)
  const flow = flowFor(random, network)
  const situation: Situation = { stack: { adminRules: [], rules: null }, flow, network }
  const palette = paletteOf(random, situation)
  if (random.chance(0.34) && !palette.toPlatform) situation.stack.adminRules = adminRules(random, palette)
  if (!random.chance(0.04)) situation.stack.rules = filterRules(random, palette)
  return situation
}

function paletteOf(random: Random, situation: Situation): Palette {
  const { flow, network } = situation
  const sides = flowRanges(situation)
  const [near, far] =
    flow.direction === 'outbound' ? [sides.source, sides.destination] : [sides.destination, sides.source]
  const hasUnresolvable = random.chance(0.4)
  return {
    ...{ near, far, tags: tagsFor(random, network, hasUnresolvable), hasGroups: random.chance(0.12) },
    ...{ ports: flow.ports, direction: flow.direction, toPlatform: goesToPlatform(situation) },
    fromLoadBalancer:
      flow.direction === 'inbound' &&
      WIRE_SERVER.some(({ family, first }) => holdsAddress(far, { family, value: first })),
  }
}

function tagsFor(random: Random, network: NetworkFacts, hasUnresolvable: boolean): string[] {
  const listed = (network.tags ?? []).map(({ name }) => name)
  if (network.tags === null && random.chance(0.5)) listed.push('Storage')
  return hasUnresolvable ? [...listed, ...UNRESOLVABLE, ...UNRESOLVABLE] : listed
}

function filterRules(random: Random, palette: Palette): FilterRule[] {
  const count = random.pick([0, 1, 1, 1, 2, 2, 2, 4, 4, 4, 6, 6, 9, 14])
  const priorities = { inbound: prioritiesOf(random), outbound: prioritiesOf(random) }
  const denies = random.pick([0.2, 0.5, 0.5, 0.8])
  const own = Array.from({ length: count }, (_, index): FilterRule => {
    const direction = random.chance(0.12) ? opposite(palette.direction) : palette.direction
    const access = random.chance(denies) ? 'deny' : 'allow'
    const rule = { ...ruleBody(random, palette), direction, access } as const
    const named = {
      ...rule,
      name: `${access}-${index}`,
      priority: priorities[direction](),
      sourceGroupIds: [],
      destinationGroupIds: [],
    }
    return palette.hasGroups && random.chance(0.4) ? withGroups(random, named) : named
  })
  if (random.chance(0.25)) own.push(denyAll(palette.direction, priorities[palette.direction]()))
  return random.chance(0.8) ? shuffled(random, [...own, ...DEFAULTS]) : shuffled(random, own)
}

function adminRules(random: Random, palette: Palette): AdminRule[] {
  const priorities = { inbound: prioritiesOf(random), outbound: prioritiesOf(random) }
  return Array.from({ length: random.between(1, 3) }, (_, index): AdminRule => {
    const direction = random.chance(0.1) ? opposite(palette.direction) : palette.direction
    const access = random.pick(['allow', 'always-allow', 'deny'] as const)
    const body = ruleBody(random, palette)
    return { ...body, name: `admin-${access}-${index}`, priority: priorities[direction](), direction, access }
  })
}

function ruleBody(random: Random, palette: Palette): Omit<AdminRule, 'name' | 'priority' | 'direction' | 'access'> {
  const near = sideTexts(random, palette.near, palette, false)
  const far = sideTexts(random, palette.far, palette, true)
  const isOutbound = palette.direction === 'outbound'
  return {
    protocol: random.pick(PROTOCOLS),
    sourcePrefixes: isOutbound ? near : far,
    sourcePorts: random.chance(0.8)
      ? ['*']
      : nearPorts(random, [
          [1024, 65535],
          [1024, 1024],
          [40000, 50000],
        ]),
    destinationPrefixes: isOutbound ? far : near,
    destinationPorts: nearPorts(random, palette.ports),
  }
}

function sideTexts(random: Random, ranges: readonly AddressRange[], palette: Palette, isFar: boolean): string[] {
  const tag = (names: readonly string[]): string => anyCase(random, random.pick(names))
  const count = random.pick([1, 1, 1, 1, 1, 1, 1, 2, 2, 4])
  return Array.from({ length: count }, () =>
    random.weighted<() => string>([
      [3, () => random.pick(['*', '*', '*', 'Any', 'any', '0.0.0.0/0', '::/0'])],
      [ranges.length === 0 ? 0 : 6, () => nearRange(random, random.pick(ranges))],
      [1, () => tag(BUILT_IN)],
      [isFar && palette.fromLoadBalancer ? 3 : 0, () => tag(['AzureLoadBalancer'])],
      [palette.tags.length === 0 ? 0 : isFar ? 2 : 0.3, () => tag(palette.tags)],
      [isFar && palette.toPlatform ? 6 : 0.1, () => tag(PLATFORM)],
    ])(),
  )
}

/** A side that names groups has no prefixes. */
function withGroups(random: Random, rule: FilterRule): FilterRule {
  const groups = (): string[] => GROUPS.filter(() => random.chance(0.5)).map((id) => anyCase(random, id))
  const [source, destination] = [groups(), groups()]
  return {
    ...rule,
    ...(source.length > 0 ? { sourceGroupIds: source, sourcePrefixes: [] } : {}),
    ...(destination.length > 0 ? { destinationGroupIds: destination, destinationPrefixes: [] } : {}),
  }
}

/** Priorities in no order: dense from 100 on, dense at the end, or scattered. */
function prioritiesOf(random: Random): () => number {
  const [first, last] = random.weighted([
    [3, [100, 117]],
    [1, [4079, 4096]],
    [4, [100, 4096]],
    [1, [101, 140]],
  ] as const)
  const taken = new Set<number>()
  return () => {
    // Near the first one where they are dense, so that often nothing is free above a rule.
    let priority = random.chance(0.5) && last - first < 50 ? first : random.between(first, last)
    while (taken.has(priority)) priority = priority === last ? first : priority + 1
    taken.add(priority)
    return priority
  }
}

function denyAll(direction: Direction, priority: number): FilterRule {
  return {
    ...{ name: 'deny-all', priority, direction, access: 'deny', protocol: '*' },
    ...{ sourcePorts: ['*'], destinationPorts: ['*'], sourceGroupIds: [], destinationGroupIds: [] },
    ...{ sourcePrefixes: ['*'], destinationPrefixes: ['*'] },
  }
}

function opposite(direction: Direction): Direction {
  return direction === 'inbound' ? 'outbound' : 'inbound'
}

function shuffled<T>(random: Random, list: readonly T[]): T[] {
  const rest = [...list]
  return list.flatMap(() => rest.splice(random.below(rest.length), 1))
}
