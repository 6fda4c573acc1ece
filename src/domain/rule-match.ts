import { ALL_ADDRESSES, mergeRanges, type AddressRange } from './address.ts'
import type { Box, Interval } from './packet-box.ts'
import {
  matchDestination,
  matchSource,
  TAG_POINT,
  type AddressMatch,
  type Destination,
  type Literal,
  type NetworkFacts,
} from './service-tags.ts'

/** A rule of a network security group; every field in any letter case. */
export interface FilterRule {
  name: string
  priority: number
  direction: 'inbound' | 'outbound'
  access: 'allow' | 'deny'
  protocol: string
  sourcePrefixes: readonly string[]
  sourcePorts: readonly string[]
  destinationPrefixes: readonly string[]
  destinationPorts: readonly string[]
  sourceGroupIds: readonly string[]
  destinationGroupIds: readonly string[]
}

/** The protocols that a flow can have. */
export type FlowProtocol = 'tcp' | 'udp'

/** Packets that a rule matches, if every literal holds. */
export interface RuleMatch {
  box: Box
  literals: readonly Literal[]
}

/** IANA protocol numbers. */
export const PROTOCOL_NUMBERS: Readonly<Record<FlowProtocol, bigint>> = { tcp: 6n, udp: 17n }
const ANY_PROTOCOL: Interval = [0n, 255n]
const OTHER_PROTOCOLS = ['icmp', 'icmpv4', 'icmpv6', 'esp', 'ah']

/** The packets to one destination that a rule matches; matches without literals are sure. */
export function ruleMatches(rule: FilterRule, destination: Destination, network: NetworkFacts): RuleMatch[] {
  const family = destination.kind === 'range' ? destination.range.family : TAG_POINT.family
  const target = destination.kind === 'range' ? destination.range : TAG_POINT
  const protocol = matchProtocol(rule.protocol)
  const sources = [
    ...matchSource(rule.sourcePrefixes, family),
    ...rule.sourceGroupIds.map((id) => groupMatch(ALL_ADDRESSES[family], 'source', id)),
  ]
  const isPlatform = destination.kind === 'platform-dns'
  const destinations = [
    ...matchDestination(rule.destinationPrefixes, destination, network).filter(({ range }) => range.family === family),
    ...(isPlatform ? [] : rule.destinationGroupIds.map((id) => groupMatch(target, 'destination', id))),
  ]
  const sourcePorts = matchPorts(rule.sourcePorts)
  const ports = matchPorts(rule.destinationPorts)
  return simplified(sources).flatMap((source) =>
    simplified(destinations).flatMap((to) =>
      protocol.flatMap((proto) =>
        sourcePorts.flatMap((from) =>
          ports.map((port) => ({
            box: [interval(source.range), from.ports, proto.ports, port.ports, interval(to.range)],
            literals: [...source.literals, ...to.literals, ...from.literals, ...proto.literals, ...port.literals],
          })),
        ),
      ),
    ),
  )
}

/** Sure matches merged, so that a long list of neighbouring prefixes is one match. */
function simplified(matches: readonly AddressMatch[]): AddressMatch[] {
  const sure = mergeRanges(matches.filter(({ literals }) => literals.length === 0).map(({ range }) => range))
  return [...sure.map((range) => ({ range, literals: [] })), ...matches.filter(({ literals }) => literals.length > 0)]
}

function groupMatch(range: AddressRange, side: 'source' | 'destination', id: string): AddressMatch {
  return { range, literals: [{ fact: `${side} in ${id.split('/').at(-1) ?? id}`, holds: true }] }
}

interface NumberMatch {
  ports: Interval
  literals: readonly Literal[]
}

function matchProtocol(text: string): NumberMatch[] {
  const name = text.toLowerCase()
  if (name === '*' || name === 'any' || name === 'all') return [{ ports: ANY_PROTOCOL, literals: [] }]
  if (name === 'tcp' || name === 'udp')
    return [{ ports: [PROTOCOL_NUMBERS[name], PROTOCOL_NUMBERS[name]], literals: [] }]
  if (OTHER_PROTOCOLS.includes(name)) return []
  return [{ ports: ANY_PROTOCOL, literals: [{ fact: `protocol in ${text}`, holds: true }] }]
}

function matchPorts(texts: readonly string[]): NumberMatch[] {
  return texts
    .flatMap((text) => text.split(','))
    .map((text) => {
      const match = /^\s*(\d{1,5})\s*(?:-\s*(\d{1,5})\s*)?$/.exec(text)
      if (match !== null) return { ports: [BigInt(match[1] ?? '0'), BigInt(match[2] ?? match[1] ?? '0')], literals: [] }
      const literals = text.trim() === '*' ? [] : [{ fact: `port in ${text}`, holds: true }]
      return { ports: [0n, 65535n], literals }
    })
}

/** The interval of a range's addresses. */
export function interval({ first, last }: AddressRange): Interval {
  return [first, last]
}

/** Whether the rule names the port at all; one whose ports cannot be read may. */
export function isTouchingPort(rule: FilterRule, port: number): boolean {
  const wanted = BigInt(port)
  return matchPorts(rule.destinationPorts).some(({ ports: [first, last] }) => first <= wanted && wanted <= last)
}
