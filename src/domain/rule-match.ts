import { portTerms, protocolTerm, type AdminRule, type FilterRule, type Literal, type Term } from './filter-rule.ts'
import type { Scene } from './flow-scenes.ts'
import { groupTerm } from './flow-scenes.ts'
import { isOverlapping, setOfRuns } from './number-set.ts'
import type { Packets } from './packets.ts'
import type { Side } from './service-tags.ts'

/** Packets that a rule matches, if every literal holds. */
export interface RuleMatch {
  packets: Packets
  literals: readonly Literal[]
}

/** A rule whose protocol and ports are read. */
export interface ReadRule {
  rule: FilterRule | AdminRule
  /** Of a network manager. */
  isAdmin: boolean
  protocol: Term
  ports: readonly Term[]
  sourcePorts: readonly Term[]
}

/** A group of a thousand rules is asked about many flows. */
const READ_RULES = new WeakMap<FilterRule | AdminRule, ReadRule>()

/** Reads the protocol and the ports of a rule; once for all flows, since a rule never changes. */
export function readRule(rule: FilterRule | AdminRule, isAdmin: boolean): ReadRule {
  const known = READ_RULES.get(rule)
  if (known?.isAdmin === isAdmin) return known
  const read = {
    rule,
    isAdmin,
    protocol: protocolTerm(rule.protocol),
    ports: portTerms(rule.destinationPorts, 'port'),
    sourcePorts: portTerms(rule.sourcePorts, 'source port'),
  }
  READ_RULES.set(rule, read)
  return read
}

/** What a rule matches of a scene's packets; sure matches first. */
export function matchesOf(read: ReadRule, scene: Scene): RuleMatch[] {
  const { rule, protocol } = read
  if (!isOverlapping(protocol.set, scene.packets.protocols)) return []
  const ports = read.ports.filter(({ set }) => isOverlapping(set, scene.packets.ports))
  const sourcePorts = read.sourcePorts.filter(({ set }) => isOverlapping(set, scene.packets.sourcePorts))
  if (ports.length === 0 || sourcePorts.length === 0) return []
  const source = endTerms(rule, 'source', scene)
  const destination = source.length === 0 ? [] : endTerms(rule, 'destination', scene)
  const matches = source.flatMap((from) =>
    destination.flatMap((to) =>
      ports.flatMap((port) =>
        sourcePorts.map((sourcePort): RuleMatch => ({
          packets: {
            protocols: protocol.set,
            ports: port.set,
            sourcePorts: sourcePort.set,
            source: from.set,
            destination: to.set,
          },
          literals: [from, to, port, sourcePort, protocol].flatMap(({ literals }) => literals),
        })),
      ),
    ),
  )
  return matches.sort((a, b) => a.literals.length - b.literals.length)
}

function endTerms(rule: FilterRule | AdminRule, side: Side, scene: Scene): readonly Term[] {
  const texts = side === 'source' ? rule.sourcePrefixes : rule.destinationPrefixes
  const terms = texts.length === 0 ? [] : scene.terms(texts, side)
  const groups = 'sourceGroupIds' in rule ? (side === 'source' ? rule.sourceGroupIds : rule.destinationGroupIds) : []
  // What the platform serves has no network interface that could be a member.
  if (groups.length === 0 || (scene.kind === 'platform' && side === scene.peerSide)) return terms
  return [...terms, ...groups.map((id) => groupTerm(scene, side, id)).filter(({ set }) => set.length > 0)]
}

/** Whether the rule names one of the ports at all; one whose ports cannot be read may. */
export function isTouchingPort(
  { destinationPorts }: Pick<FilterRule, 'destinationPorts'>,
  ports: readonly (readonly [first: number, last: number])[],
): boolean {
  const wanted = setOfRuns(ports.map(([first, last]) => [first, last + 1]))
  return portTerms(destinationPorts, 'port').some(({ set }) => isOverlapping(set, wanted))
}
