import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { containsAddress } from '../../src/domain/address.ts'
import type { FilterRule, FlowProtocol } from '../../src/domain/filter-rule.ts'
import type { Flow } from '../../src/domain/flow-scenes.ts'
import { evaluateFlow as evaluateStack, type FlowAnswer } from '../../src/domain/security-rules.ts'
import { readNetwork, type NetworkFacts } from '../../src/domain/service-tags.ts'

const NETWORK: NetworkFacts = {
  subnetPrefixes: ['10.0.1.0/29'],
  extent: { prefixes: ['10.0.0.0/16'], isWhole: true, hasDefaultRoute: false, doubts: [] },
  region: 'westeurope',
  tags: null,
}
const evaluateFlow = (rules: readonly FilterRule[], flow: Flow, facts: NetworkFacts): FlowAnswer =>
  evaluateStack({ adminRules: [], rules }, flow, readNetwork(facts))
/** Everything that a rule can tell apart here: eight sources, eight destinations, a few ports. */
const SOURCES = Array.from({ length: 8 }, (_, index) => `10.0.1.${String(index)}`)
const PEERS = ['10.0.2.0/29', '192.168.7.0/29', '203.0.113.0/29']
const SOURCE_PORTS = [1024, 1025, 2001, 65535]
const FIRST_PORT = 440
const LAST_PORT = 445

const prefixIn = (base: string): fc.Arbitrary<string> =>
  fc
    .tuple(fc.nat(7), fc.integer({ min: 29, max: 32 }))
    .map(([low, length]) => `${base}${String(low)}/${String(length)}`)
const portText = fc
  .tuple(fc.integer({ min: 438, max: 447 }), fc.nat(4))
  .map(([first, more]) => (more === 0 ? String(first) : `${String(first)}-${String(first + more)}`))
const ruleWith = (destination: fc.Arbitrary<string>): fc.Arbitrary<Omit<FilterRule, 'name' | 'priority'>> =>
  fc.record({
    direction: fc.constantFrom('outbound' as const, 'outbound' as const, 'inbound' as const),
    access: fc.constantFrom('allow' as const, 'deny' as const),
    protocol: fc.constantFrom('Tcp', 'UDP', '*', 'Icmp'),
    sourcePrefixes: fc.array(fc.oneof(prefixIn('10.0.1.'), fc.constant('*'), fc.constant('10.0.0.0/8')), {
      minLength: 1,
      maxLength: 2,
    }),
    sourcePorts: fc.constantFrom(['*'], ['1024'], ['1025-2000'], ['0-1023'], ['1024-65534']),
    destinationPrefixes: fc.array(fc.oneof(destination, fc.constant('0.0.0.0/0'), fc.constant('*')), {
      minLength: 1,
      maxLength: 2,
    }),
    destinationPorts: fc.array(fc.oneof(portText, portText, fc.constant('*')), { minLength: 1, maxLength: 2 }),
    sourceGroupIds: fc.constant([]),
    destinationGroupIds: fc.constant([]),
  })

interface Packet {
  source: string
  sourcePort: number
  protocol: FlowProtocol
  destination: string
  port: number
}

function* packetsOf(peer: string, protocols: readonly FlowProtocol[]): Generator<Packet> {
  const base = peer.slice(0, peer.lastIndexOf('.') + 1)
  for (const source of SOURCES)
    for (const sourcePort of SOURCE_PORTS)
      for (const protocol of protocols)
        for (let low = 0; low < 8; low += 1)
          for (let port = FIRST_PORT; port <= LAST_PORT; port += 1)
            yield { source, sourcePort, protocol, destination: `${base}${String(low)}`, port }
}

/** Written apart from the code under test: one packet, one rule after the other, the first match ends. */
function isAllowed(rules: readonly FilterRule[], packet: Packet): boolean {
  const inAny = (texts: readonly string[], address: string): boolean =>
    texts.includes('*') || containsAddress(texts, address)
  const inPorts = (texts: readonly string[], port: number): boolean =>
    texts.some((text) => {
      if (text === '*') return true
      const [first = '', last = first] = text.split('-')
      return Number(first) <= port && port <= Number(last)
    })
  const first = rules
    .filter(({ direction }) => direction === 'outbound')
    .toSorted((a, b) => a.priority - b.priority)
    .find(
      (rule) =>
        ['*', packet.protocol].includes(rule.protocol.toLowerCase()) &&
        inAny(rule.sourcePrefixes, packet.source) &&
        inAny(rule.destinationPrefixes, packet.destination) &&
        inPorts(rule.sourcePorts, packet.sourcePort) &&
        inPorts(rule.destinationPorts, packet.port),
    )
  if (first !== undefined) return first.access === 'allow'
  return packet.destination.startsWith('10.0.') || packet.destination.startsWith('203.')
}

const situation = fc.constantFrom(...PEERS).chain((peer) =>
  fc.record({
    peer: fc.constant(peer),
    protocols: fc.constantFrom<FlowProtocol[]>(['tcp'], ['udp'], ['tcp', 'udp']),
    rules: fc
      .array(ruleWith(prefixIn(peer.slice(0, peer.lastIndexOf('.') + 1))), { maxLength: 6 })
      .chain((rules) =>
        fc
          .uniqueArray(fc.integer({ min: 100, max: 4096 }), { minLength: rules.length, maxLength: rules.length })
          .map((priorities) =>
            rules.map((rule, index) => ({ ...rule, name: `R${String(index)}`, priority: priorities[index] ?? 0 })),
          ),
      ),
  }),
)

describe('rules with address prefixes', () => {
  it('are judged as each packet alone would be', () => {
    fc.assert(
      fc.property(situation, ({ peer, protocols, rules }) => {
        const flow: Flow = {
          direction: 'outbound',
          protocols,
          ports: [[FIRST_PORT, LAST_PORT]],
          peer: { kind: 'addresses', prefixes: [peer] },
        }
        const answer = evaluateFlow(rules, flow, NETWORK)
        const outcomes = new Set([...packetsOf(peer, protocols)].map((packet) => isAllowed(rules, packet)))
        const expected = outcomes.size === 2 ? 'partial' : outcomes.has(true) ? 'allowed' : 'denied'
        expect(answer.answer).toBe(expected)
      }),
      { numRuns: 200 },
    )
  })

  it('are shown with a packet that is denied from some source port', () => {
    fc.assert(
      fc.property(situation, ({ peer, protocols, rules }) => {
        const flow: Flow = {
          direction: 'outbound',
          protocols,
          ports: [[FIRST_PORT, LAST_PORT]],
          peer: { kind: 'addresses', prefixes: [peer] },
        }
        const { witness } = evaluateFlow(rules, flow, NETWORK)
        if (witness === undefined) return
        expect(SOURCE_PORTS.some((sourcePort) => !isAllowed(rules, { ...witness, sourcePort }))).toBe(true)
      }),
      { numRuns: 200 },
    )
  })

  it('never turn a denial into an approval when an unreadable tag is added', () => {
    fc.assert(
      fc.property(
        situation,
        fc.constantFrom('allow' as const, 'deny' as const),
        ({ peer, protocols, rules }, access) => {
          const flow: Flow = {
            direction: 'outbound',
            protocols,
            ports: [[FIRST_PORT, LAST_PORT]],
            peer: { kind: 'addresses', prefixes: [peer] },
          }
          const doubtful: FilterRule = {
            name: 'Doubtful',
            priority: 99,
            direction: 'outbound',
            access,
            protocol: '*',
            sourcePrefixes: [],
            sourcePorts: ['*'],
            destinationPrefixes: ['*'],
            destinationPorts: ['*'],
            sourceGroupIds: ['/group'],
            destinationGroupIds: [],
          }
          const before = evaluateFlow(rules, flow, NETWORK).answer
          const after = evaluateFlow([...rules, doubtful], flow, NETWORK).answer
          if (access === 'allow') expect(after).toBe(before === 'allowed' ? 'allowed' : 'depends')
          else expect(after).toBe(before === 'allowed' ? 'depends' : after === 'depends' ? 'depends' : before)
        },
      ),
      { numRuns: 100 },
    )
  })
})
