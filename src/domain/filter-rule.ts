import { NOTHING, setOfRuns, uniteSets, type NumberSet } from './number-set.ts'

/** What a rule of a network security group and one of a network manager have in common; texts in any letter case. */
interface RuleParts {
  name: string
  /** Lowest first; the first match ends. */
  priority: number
  direction: 'inbound' | 'outbound'
  /** `tcp`, `udp`, `icmp`, `esp`, `ah` or `*`. */
  protocol: string
  /** Addresses, CIDR prefixes, `first-last` and service tags; `*` is everything. */
  sourcePrefixes: readonly string[]
  sourcePorts: readonly string[]
  destinationPrefixes: readonly string[]
  destinationPorts: readonly string[]
}

/** A rule of a network security group. */
export interface FilterRule extends RuleParts {
  access: 'allow' | 'deny'
  /** ARM ids of application security groups. */
  sourceGroupIds: readonly string[]
  destinationGroupIds: readonly string[]
}

/** A security admin rule of a network manager; `allow` goes on to the security group, the others end. */
export interface AdminRule extends RuleParts {
  access: 'allow' | 'always-allow' | 'deny'
  /** Id of the network manager that it comes from; those of different managers have no order that is known here. */
  manager?: string
}

/** The protocols that a flow can have. */
export type FlowProtocol = 'tcp' | 'udp'

/** A fact about one packet that cannot be known here, such as whether its destination belongs to a service tag. */
export interface Literal {
  /** The same for the same fact, in whichever letter case the rules name it. */
  fact: string
  /** For people: `destination in Storage`. */
  label: string
  holds: boolean
}

/** Numbers that a part of a rule matches, if every literal holds. */
export interface Term {
  set: NumberSet
  literals: readonly Literal[]
}

/** IANA protocol numbers. */
export const PROTOCOL_NUMBERS: Readonly<Record<FlowProtocol, number>> = { tcp: 6, udp: 17 }
const ANY_PROTOCOL: NumberSet = [0, 256]
const OTHER_PROTOCOLS = ['icmp', 'icmpv4', 'icmpv6', 'esp', 'ah']
const ANY_PORT: NumberSet = [0, 65_536]

/** The set of protocols. */
export function protocolSet(protocols: readonly FlowProtocol[]): NumberSet {
  return setOfRuns(protocols.map((name) => [PROTOCOL_NUMBERS[name], PROTOCOL_NUMBERS[name] + 1]))
}

/** The protocols that a rule's text stands for. */
export function protocolTerm(text: string): Term {
  const name = text.trim().toLowerCase()
  if (name === '*' || name === 'any' || name === 'all') return sure(ANY_PROTOCOL)
  if (name === 'tcp' || name === 'udp') return sure(protocolSet([name]))
  return OTHER_PROTOCOLS.includes(name) ? sure(NOTHING) : maybe(ANY_PROTOCOL, 'protocol', text)
}

/** The ports that a rule's texts stand for: `*`, `443`, `443-443`, `1433, 11000-11999`. */
export function portTerms(texts: readonly string[], side: 'source port' | 'port'): Term[] {
  const known: NumberSet[] = []
  const doubtful: Term[] = []
  for (const text of texts.flatMap((list) => list.split(','))) {
    const [, first, last = first] = /^\s*(\d{1,5})\s*(?:-\s*(\d{1,5})\s*)?$/.exec(text) ?? []
    if (first !== undefined) known.push(setOfRuns([[Number(first), Number(last) + 1]]))
    else if (text.trim() === '*') known.push(ANY_PORT)
    else doubtful.push(maybe(ANY_PORT, side, text))
  }
  return known.length === 0 ? doubtful : [sure(uniteSets(known)), ...doubtful]
}

/** Surely the numbers of the set. */
export function sure(set: NumberSet): Term {
  return { set, literals: [] }
}

/** The numbers of the set for which it holds, or does not hold, that `side` is in what `name` names. */
export function maybe(set: NumberSet, side: string, name: string, holds = true): Term {
  const label = `${side} in ${name.trim()}`
  return { set, literals: [{ fact: label.toLowerCase(), label, holds }] }
}
