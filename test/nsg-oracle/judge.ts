// The oracle's own answer to a situation.
import { conditionsOf, read, type Reading } from './oracle.ts'
import { holdsPort, type Family } from './ranges.ts'
import type { Answer, Situation } from './situation.ts'
import { clipToFlow, FAMILIES, gridOf, sweep, type Grid, type SweptPacket } from './sweep.ts'

export interface Judgement {
  answer: Answer
  /** Packets of the grid by what surely becomes of them. */
  packets: { all: number; denied: number; allowed: number; depends: number }
  /** Whether any packet of the flow meets a rule that matches only as an unknown fact has it. */
  hasUnknownFacts: boolean
  /** Names of the rules that can end a packet of the flow. */
  deciding: Set<string>
  /** Names of the rules that can deny a packet that is surely denied, with the priority of each. */
  denying: Map<string, { stage: 'admin' | 'nsg' | 'default'; priority: number }>
  /** Whether an admin rule denies some packet in every assignment, in some, or none that is surely denied. */
  adminDenies: 'always' | 'sometimes' | 'never'
  /** Names of the group's own rules that match packets of the flow and end none; only without unknown facts. */
  shadowed: string[]
}

export function judge(situation: Situation): Judgement {
  const reading = read(situation)
  const grid = clipToFlow(gridOf(situation), situation)
  const packets = { all: 0, denied: 0, allowed: 0, depends: 0 }
  const deciding = new Set<number>()
  const denying = new Set<number>()
  let adminDenies: Judgement['adminDenies'] = 'never'
  sweep(reading, grid, (packet) => {
    packets.all += 1
    packets[fateOf(packet)] += 1
    for (const index of packet.deciders) deciding.add(index)
    if (fateOf(packet) !== 'denied') return
    for (const index of packet.deciders) denying.add(index)
    const admin = packet.deciders.filter((index) => reading.rules[index]?.stage === 'admin').length
    if (admin === packet.deciders.length) adminDenies = 'always'
    else if (admin > 0 && adminDenies === 'never') adminDenies = 'sometimes'
  })
  const hasUnknownFacts = dependsOnFacts(reading, grid)
  return {
    answer: answerOf(packets),
    packets,
    hasUnknownFacts,
    deciding: new Set(reading.rules.filter((_rule, index) => deciding.has(index)).map(({ name }) => name)),
    denying: new Map(
      reading.rules
        .filter((_rule, index) => denying.has(index))
        .map(({ name, stage, priority }) => [name, { stage, priority }]),
    ),
    adminDenies,
    shadowed: hasUnknownFacts ? [] : shadowedRules(reading, grid, deciding),
  }
}

export function fateOf({ canBeDenied, canBeAllowed }: SweptPacket): 'denied' | 'allowed' | 'depends' {
  if (canBeDenied && canBeAllowed) return 'depends'
  return canBeDenied ? 'denied' : 'allowed'
}

function answerOf({ all, denied, depends }: Judgement['packets']): Answer {
  if (all === 0) return 'depends'
  if (denied > 0) return denied === all ? 'denied' : 'partial'
  return depends > 0 ? 'depends' : 'allowed'
}

function pairsOf(grid: Grid): { family: Family; sources: bigint[]; destinations: bigint[] }[] {
  return FAMILIES.map((family) => ({ family, sources: grid.source[family], destinations: grid.destination[family] }))
}

function dependsOnFacts(reading: Reading, grid: Grid): boolean {
  const isUnknown = (side: 'source' | 'destination', family: Family, value: bigint): boolean =>
    reading.rules.some((rule) =>
      conditionsOf(reading, rule, side, { family, value }).some((condition) => typeof condition === 'object'),
    )
  return pairsOf(grid).some(
    ({ family, sources, destinations }) =>
      (sources.length > 0 && destinations.some((value) => isUnknown('destination', family, value))) ||
      (destinations.length > 0 && sources.some((value) => isUnknown('source', family, value))),
  )
}

function shadowedRules(reading: Reading, grid: Grid, deciding: ReadonlySet<number>): string[] {
  return reading.rules
    .filter(({ stage }, index) => stage === 'nsg' && !deciding.has(index))
    .filter(
      (rule) =>
        grid.protocols.some((protocol) => ['*', protocol].includes(rule.protocol)) &&
        grid.sourcePorts.some((port) => holdsPort(rule.sourcePorts, port)) &&
        grid.destinationPorts.some((port) => holdsPort(rule.destinationPorts, port)) &&
        pairsOf(grid).some(
          ({ family, sources, destinations }) =>
            sources.some((value) => conditionsOf(reading, rule, 'source', { family, value }).includes(true)) &&
            destinations.some((value) => conditionsOf(reading, rule, 'destination', { family, value }).includes(true)),
        ),
    )
    .map(({ name }) => name)
}
