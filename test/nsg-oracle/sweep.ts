// Every packet of a grid, one after another. The grid has both bounds of every range in the situation and their
// neighbours: between two bounds nothing can change, so these packets speak for all others.
import {
  CLIENT_PORTS,
  conditionsOf,
  flowRanges,
  NOT_PUBLIC,
  platformTag,
  read,
  WIRE_SERVER,
  type Reading,
  type ReadRule,
  type Side,
} from './oracle.ts'
import {
  holdsAddress,
  holdsPort,
  pointsOf,
  portPointsOf,
  readPrefix,
  type AddressRange,
  type Family,
} from './ranges.ts'
import type { Situation } from './situation.ts'

export const FAMILIES: readonly Family[] = [4, 6]

export interface Grid {
  source: Record<Family, bigint[]>
  destination: Record<Family, bigint[]>
  sourcePorts: number[]
  destinationPorts: number[]
  protocols: string[]
}

export interface SweptPacket {
  family: Family
  protocol: string
  source: bigint
  sourcePort: number
  destination: bigint
  destinationPort: number
  /** Whether some assignment of the unknown facts denies it, and whether some allows it. */
  canBeDenied: boolean
  canBeAllowed: boolean
  /** The rules that end it in some assignment, by their place in the reading. */
  deciders: number[]
}

/** What the rules match of one address on one side, when the facts are so. */
interface Stance {
  facts: Map<string, boolean>
  matches: boolean[]
}

/** All bounds, also of ranges that only further rules name. */
export function gridOf(situation: Situation, more: readonly ReadRule[] = []): Grid {
  const reading = read(situation)
  const rules = [...reading.rules, ...more]
  const flow = flowRanges(situation)
  const ranges: AddressRange[] = [
    ...rules.flatMap(({ source, destination }) => [source, destination]).flatMap((side) => side.ranges),
    ...rules
      .flatMap(({ source, destination }) => [...source.tags, ...destination.tags])
      .flatMap((tag) => reading.tags.get(tag) ?? []),
    ...[reading.extent, NOT_PUBLIC, WIRE_SERVER, readPrefix('169.254.169.254'), flow.source, flow.destination].flat(),
  ]
  const points = { 4: pointsOf(ranges, 4), 6: pointsOf(ranges, 6) }
  return {
    ...{ source: points, destination: points },
    sourcePorts: portPointsOf([CLIENT_PORTS, ...rules.flatMap((rule) => rule.sourcePorts)]),
    destinationPorts: portPointsOf([...situation.flow.ports, ...rules.flatMap((rule) => rule.destinationPorts)]),
    protocols: ['tcp', 'udp', 'icmp', 'esp', 'ah'],
  }
}

/** The packets of the grid that are the flow's. */
export function clipToFlow(grid: Grid, situation: Situation): Grid {
  const { source, destination } = flowRanges(situation)
  const within = (points: Grid[Side], ranges: readonly AddressRange[]): Grid[Side] => ({
    4: points[4].filter((value) => holdsAddress(ranges, { family: 4, value })),
    6: points[6].filter((value) => holdsAddress(ranges, { family: 6, value })),
  })
  return {
    source: within(grid.source, source),
    destination: within(grid.destination, destination),
    sourcePorts: grid.sourcePorts.filter((port) => holdsPort([CLIENT_PORTS], port)),
    destinationPorts: grid.destinationPorts.filter((port) => holdsPort(situation.flow.ports, port)),
    protocols: situation.flow.protocols,
  }
}

/** `visit` gets the same object each time. */
export function sweep(reading: Reading, grid: Grid, visit: (packet: SweptPacket) => void): void {
  const stances = (side: Side, family: Family): Map<bigint, Stance[]> =>
    new Map(grid[side][family].map((value) => [value, stancesOf(reading, side, family, value)]))
  const rowsOf = (ports: readonly number[], of: 'sourcePorts' | 'destinationPorts'): boolean[][] =>
    ports.map((port) => reading.rules.map((rule) => holdsPort(rule[of], port)))
  const rows = {
    source: rowsOf(grid.sourcePorts, 'sourcePorts'),
    destination: rowsOf(grid.destinationPorts, 'destinationPorts'),
    protocol: grid.protocols.map((name) => reading.rules.map((rule) => ['*', name].includes(rule.protocol))),
  }
  for (const family of FAMILIES) {
    const destinations = stances('destination', family)
    for (const [source, ofSource] of stances('source', family))
      for (const [destination, ofDestination] of destinations) {
        const matching = rulesMatching(ofSource, ofDestination, source === destination)
        const passes = !reading.hasNsg || platformTag(reading, { family, value: destination }) !== undefined
        sweepPair({ reading, grid, rows, matching, passes }, { family, source, destination }, visit)
      }
  }
}

function sweepPair(
  {
    reading,
    grid,
    rows,
    matching,
    passes,
  }: {
    reading: Reading
    grid: Grid
    rows: Record<'source' | 'destination' | 'protocol', boolean[][]>
    matching: number[][]
    /** Whether a packet that no rule ends passes. */
    passes: boolean
  },
  pair: Pick<SweptPacket, 'family' | 'source' | 'destination'>,
  visit: (packet: SweptPacket) => void,
): void {
  const narrow = (lists: readonly number[][], row: readonly boolean[] = []): number[][] =>
    lists.map((list) => list.filter((index) => row[index]))
  const packet: SweptPacket = {
    ...{ ...pair, protocol: '', sourcePort: 0, destinationPort: 0 },
    ...{ canBeDenied: false, canBeAllowed: false, deciders: [] },
  }
  grid.protocols.forEach((protocol, at) => {
    packet.protocol = protocol
    const ofProtocol = narrow(matching, rows.protocol[at])
    grid.sourcePorts.forEach((sourcePort, sourceAt) => {
      packet.sourcePort = sourcePort
      const ofSourcePort = narrow(ofProtocol, rows.source[sourceAt])
      grid.destinationPorts.forEach((destinationPort, destinationAt) => {
        packet.destinationPort = destinationPort
        packet.canBeDenied = false
        packet.canBeAllowed = false
        packet.deciders.length = 0
        const row = rows.destination[destinationAt] ?? []
        for (const list of ofSourcePort) settle(reading.rules, list, row, packet, passes)
        visit(packet)
      })
    })
  })
}

/** The first admin rule unless it is `allow`, else the first rule of the group. */
function settle(
  rules: readonly ReadRule[],
  matching: readonly number[],
  row: readonly boolean[],
  packet: SweptPacket,
  passes: boolean,
): void {
  let isPastAdmin = false
  for (const index of matching) {
    const rule = rules[index]
    if (rule === undefined || !row[index] || (rule.stage === 'admin' && isPastAdmin)) continue
    if (rule.stage === 'admin' && rule.access === 'allow') {
      isPastAdmin = true
      continue
    }
    packet.deciders.push(index)
    if (rule.access === 'deny') packet.canBeDenied = true
    else packet.canBeAllowed = true
    return
  }
  if (!passes) throw new Error('a network security group without a last rule')
  packet.canBeAllowed = true
}

/** The stance in each assignment of the facts that count for the address. */
function stancesOf(reading: Reading, side: Side, family: Family, value: bigint): Stance[] {
  const conditions = reading.rules.map((rule) => conditionsOf(reading, rule, side, { family, value }))
  const facts = new Set(conditions.flat().flatMap((condition) => (typeof condition === 'object' ? condition.fact : [])))
  let assignments = [new Map<string, boolean>()]
  for (const fact of facts)
    assignments = [false, true].flatMap((is) => assignments.map((known) => new Map(known).set(fact, is)))
  return assignments.map((known) => ({
    facts: known,
    matches: conditions.map((list) =>
      list.some((condition) =>
        typeof condition === 'object' ? known.get(condition.fact) === condition.holdsWhen : condition,
      ),
    ),
  }))
}

/** The lists of rules that match the pair of addresses: one for each way the facts can be. */
function rulesMatching(sources: readonly Stance[], destinations: readonly Stance[], isSame: boolean): number[][] {
  const lists = new Map<string, number[]>()
  for (const source of sources)
    for (const destination of destinations) {
      // Only an address that is both source and destination has a fact on both sides.
      if (isSame && [...source.facts].some(([fact, is]) => (destination.facts.get(fact) ?? is) !== is)) continue
      const list = source.matches.flatMap((matches, index) => (matches && destination.matches[index] ? [index] : []))
      lists.set(list.join(), list)
    }
  return [...lists.values()]
}
