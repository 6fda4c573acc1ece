// What proposed rules match, packet by packet.
import { Slices } from './cover.ts'
import { fateOf } from './judge.ts'
import { conditionsOf, flowRanges, read, readRule, CLIENT_PORTS, type Reading, type ReadRule } from './oracle.ts'
import { formatAddress, holdsAddress, holdsPort, type AddressRange, type Family, type PortRange } from './ranges.ts'
import type { FilterRule, Situation } from './situation.ts'
import { clipToFlow, FAMILIES, gridOf, sweep, type Grid, type SweptPacket } from './sweep.ts'

export interface Effect {
  problem: string | undefined
  /** For each rule the lowest priority of what denies a packet that it matches. */
  bounds: number[]
  slices: Slices
}

/** The rules must match the surely denied packets of the flow, and no other packet of any kind. */
export function effectOf(situation: Situation, rules: readonly FilterRule[]): Effect {
  const reading = read(situation)
  const added = rules.map((rule) => readRule(rule, 'nsg'))
  const whole = gridOf(situation, added)
  const slices = new Slices(reading)
  const bounds = added.map(() => Infinity)
  let problem = strayPacket(situation, reading, added, whole)
  if (problem !== undefined) return { problem, bounds, slices }
  const matchOf = matcher(reading)
  sweep(reading, clipToFlow(whole, situation), (packet) => {
    const isDenied = fateOf(packet) === 'denied'
    if (isDenied) slices.add(packet)
    const matches = added.map((rule) => matchOf(rule, packet))
    if (isDenied && !matches.includes('surely')) problem ??= `proposal: no rule for ${shown(packet)}`
    if (!isDenied && matches.some((match) => match !== 'never'))
      problem ??= `proposal: matches ${shown(packet)}, which is not surely denied`
    if (!isDenied) return
    const lowest = Math.min(
      ...packet.deciders
        .flatMap((index) => reading.rules[index] ?? [])
        .filter(({ stage }) => stage !== 'admin')
        .map(({ priority }) => priority),
    )
    matches.forEach((match, index) => {
      if (match === 'surely') bounds[index] = Math.min(bounds[index] ?? Infinity, lowest)
    })
  })
  return { problem, bounds, slices }
}

type Match = 'surely' | 'perhaps' | 'never'

/** Whether a rule matches a packet; asks for each address once. */
function matcher(reading: Reading): (rule: ReadRule, packet: PacketShown) => Match {
  const known = new Map<ReadRule, Record<'source' | 'destination', Map<bigint, Match>>>()
  const sideMatch = (rule: ReadRule, side: 'source' | 'destination', family: Family, value: bigint): Match => {
    const ofRule = known.get(rule) ?? { source: new Map<bigint, Match>(), destination: new Map<bigint, Match>() }
    known.set(rule, ofRule)
    const key = family === 4 ? -value - 1n : value
    const found = ofRule[side].get(key)
    if (found !== undefined) return found
    const conditions = conditionsOf(reading, rule, side, { family, value })
    const match = conditions.includes(true) ? 'surely' : conditions.every((is) => is === false) ? 'never' : 'perhaps'
    ofRule[side].set(key, match)
    return match
  }
  return (rule, { family, protocol, source, destination, sourcePort, destinationPort }) => {
    const isOfPorts = holdsPort(rule.sourcePorts, sourcePort) && holdsPort(rule.destinationPorts, destinationPort)
    if (!['*', protocol].includes(rule.protocol) || !isOfPorts) return 'never'
    const sides = [sideMatch(rule, 'source', family, source), sideMatch(rule, 'destination', family, destination)]
    return sides.includes('never') ? 'never' : sides.includes('perhaps') ? 'perhaps' : 'surely'
  }
}

/** Looks at every packet of the grid that a rule matches or may match, of any family, protocol and port. */
function strayPacket(
  situation: Situation,
  reading: Reading,
  added: readonly ReadRule[],
  grid: Grid,
): string | undefined {
  const { source, destination } = flowRanges(situation)
  const { protocols, ports } = situation.flow
  for (const rule of added)
    for (const family of FAMILIES) {
      const matched = (side: 'source' | 'destination', flow: readonly AddressRange[]): Matched<bigint>[] =>
        grid[side][family]
          .filter((value) =>
            conditionsOf(reading, rule, side, { family, value }).some((condition) => condition !== false),
          )
          .map((value) => ({ value, isOfFlow: holdsAddress(flow, { family, value }) }))
      const matchedPorts = (side: 'sourcePorts' | 'destinationPorts', flow: readonly PortRange[]): Matched<number>[] =>
        grid[side]
          .filter((value) => holdsPort(rule[side], value))
          .map((value) => ({ value, isOfFlow: holdsPort(flow, value) }))
      const stray = firstStray(
        matched('source', source),
        matched('destination', destination),
        matchedPorts('sourcePorts', [CLIENT_PORTS]),
        matchedPorts('destinationPorts', ports),
        grid.protocols
          .filter((name) => ['*', name].includes(rule.protocol))
          .map((value) => ({ value, isOfFlow: protocols.some((name) => name === value) })),
      )
      if (stray !== undefined)
        return `proposal: ${rule.name} matches ${shown({ family, ...stray })}, which is not of the flow`
    }
  return undefined
}

interface Matched<T> {
  value: T
  isOfFlow: boolean
}

function firstStray(
  sources: readonly Matched<bigint>[],
  destinations: readonly Matched<bigint>[],
  sourcePorts: readonly Matched<number>[],
  ports: readonly Matched<number>[],
  protocols: readonly Matched<string>[],
): Omit<PacketShown, 'family'> | undefined {
  for (const source of sources)
    for (const destination of destinations)
      for (const protocol of protocols)
        for (const sourcePort of sourcePorts)
          for (const port of ports) {
            if ([source, destination, protocol, sourcePort, port].every(({ isOfFlow }) => isOfFlow)) continue
            return {
              ...{ source: source.value, destination: destination.value, protocol: protocol.value },
              ...{ sourcePort: sourcePort.value, destinationPort: port.value },
            }
          }
  return undefined
}

type PacketShown = Omit<SweptPacket, 'canBeDenied' | 'canBeAllowed' | 'deciders'>

function shown({ family, protocol, source, sourcePort, destination, destinationPort }: PacketShown): string {
  const [from, to] = [source, destination].map((value) => formatAddress({ family, value }))
  return `${protocol} ${from ?? ''} port ${sourcePort} -> ${to ?? ''} port ${destinationPort}`
}
