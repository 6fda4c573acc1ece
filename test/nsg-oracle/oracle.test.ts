import { describe, expect, it } from '@jest/globals'
import { situationOf } from './generate.ts'
import { fateOf, judge } from './judge.ts'
import { CLIENT_PORTS, conditionsOf, decide, flowRanges, read, type Packet } from './oracle.ts'
import { randomOf, type Random } from './random.ts'
import type { AdminRule, FilterRule, Flow, NetworkFacts, Situation } from './situation.ts'
import { clipToFlow, FAMILIES, gridOf, sweep } from './sweep.ts'

const NETWORK: NetworkFacts = {
  subnetPrefixes: ['10.0.1.0/24'],
  extent: { prefixes: ['10.0.0.0/16', '10.1.0.0/16'], isWhole: true, hasDefaultRoute: false, doubts: [] },
  region: 'westeurope',
  tags: [
    { name: 'Storage', region: '', prefixes: ['20.38.0.0/16', '52.239.0.0/16', '2603:1020:200::/48'] },
    { name: 'Storage.WestEurope', region: 'westeurope', prefixes: ['20.38.0.0/17'] },
    { name: 'Storage.NorthEurope', region: 'northeurope', prefixes: ['52.239.0.0/17'] },
  ],
}
const DUAL: NetworkFacts = {
  ...NETWORK,
  subnetPrefixes: ['10.0.1.0/24', 'fd00:1::/64'],
  extent: { ...NETWORK.extent, prefixes: ['10.0.0.0/16', 'fd00:1::/48'] },
}
const HALF: NetworkFacts = { ...NETWORK, extent: { ...NETWORK.extent, isWhole: false } }

let names = 0
function rule(access: 'allow' | 'deny', priority: number, parts: Partial<FilterRule> = {}): FilterRule {
  names += 1
  return {
    ...{ name: `rule-${names}`, priority, direction: 'outbound', access, protocol: '*' },
    ...{ sourcePrefixes: ['*'], sourcePorts: ['*'], destinationPrefixes: ['*'], destinationPorts: ['*'] },
    ...{ sourceGroupIds: [], destinationGroupIds: [] },
    ...parts,
  }
}
const admin = (access: AdminRule['access'], priority: number, parts: Partial<AdminRule> = {}): AdminRule => ({
  ...rule('allow', priority),
  ...parts,
  access,
})
const to = (peer: Flow['peer'], parts: Partial<Flow> = {}): Flow => ({
  ...{ direction: 'outbound', protocols: ['tcp'], ports: [[443, 443]], peer },
  ...parts,
})
const addresses = (...prefixes: string[]): Flow['peer'] => ({ kind: 'addresses', prefixes })
const STORAGE: Flow['peer'] = { kind: 'tag', tag: 'storage' }
const VNET: Flow['peer'] = { kind: 'virtual-network' }
const DNS: Flow['peer'] = { kind: 'platform-dns' }

type Case = [string, string, FilterRule[] | null, Flow, Partial<{ network: NetworkFacts; adminRules: AdminRule[] }>?]

const CASES: Case[] = [
  ['a public address, by default', 'allowed', [], to(addresses('203.0.113.9'))],
  ['a peered network, by default', 'allowed', [], to(addresses('10.1.2.3'))],
  ['an unconnected private address, by default', 'denied', [], to(addresses('172.31.0.100'))],
  ['half in the network, half unconnected', 'partial', [], to(addresses('10.1.255.255-10.2.0.0'))],
  ['a private address that may be connected', 'depends', [], to(addresses('172.31.0.100')), { network: HALF }],
  ['a public address that may be connected', 'allowed', [], to(addresses('203.0.113.9')), { network: HALF }],
  ['inbound from the network', 'allowed', [], to(addresses('10.1.2.3'), { direction: 'inbound' })],
  ['inbound from the internet', 'denied', [], to(addresses('203.0.113.9'), { direction: 'inbound' })],
  ['inbound from the load balancer', 'allowed', [], to(addresses('168.63.129.16'), { direction: 'inbound' })],
  ['no group', 'allowed', null, to(addresses('172.31.0.100'))],
  ['IPv6 of the network', 'allowed', [], to(addresses('fd00:1:0:7::1')), { network: DUAL }],
  ['unconnected IPv6', 'denied', [], to(addresses('fd00:2::1')), { network: DUAL }],
  ['IPv6 without an IPv6 subnet', 'depends', [], to(addresses('fd00:2::1'))],
  [
    'a deny of both families seen by one',
    'partial',
    [rule('deny', 100, { destinationPrefixes: ['::/0'] })],
    to(addresses('203.0.113.9', '2001:db8::1')),
    { network: DUAL },
  ],
  ['deny-all', 'denied', [rule('deny', 4096)], to(STORAGE)],
  ['deny-all and the platform', 'allowed', [rule('deny', 4096)], to(DNS, { ports: [[53, 53]] })],
  [
    'the platform denied by its tag',
    'denied',
    [rule('deny', 100, { destinationPrefixes: ['azureplatformdns'] })],
    to(DNS),
  ],
  [
    'the platform denied by the tag of another',
    'allowed',
    [rule('deny', 100, { destinationPrefixes: ['AzurePlatformIMDS'] })],
    to(DNS),
  ],
  [
    'the platform denied by its address',
    'allowed',
    [rule('deny', 100, { destinationPrefixes: ['168.63.129.16'] })],
    to(DNS),
  ],
  [
    'the platform denied by its tag for others',
    'allowed',
    [rule('deny', 100, { destinationPrefixes: ['AzurePlatformDNS'], sourcePrefixes: ['10.0.2.0/24'] })],
    to(DNS),
  ],
  [
    'the metadata service denied by its tag',
    'denied',
    [rule('deny', 100, { destinationPrefixes: ['AzurePlatformIMDS'] })],
    to(addresses('169.254.169.254')),
  ],
  [
    'the first match ends',
    'allowed',
    [rule('deny', 200), rule('allow', 150, { destinationPorts: ['400-443'] })],
    to(STORAGE),
  ],
  [
    'a port beside the range',
    'denied',
    [rule('deny', 200), rule('allow', 150, { destinationPorts: ['400-442', '444'] })],
    to(STORAGE),
  ],
  [
    'ports with commas',
    'allowed',
    [rule('deny', 200), rule('allow', 150, { destinationPorts: ['80,443-443'] })],
    to(STORAGE),
  ],
  ['another protocol', 'denied', [rule('deny', 200), rule('allow', 150, { protocol: 'UDP' })], to(STORAGE)],
  [
    'one of two protocols',
    'partial',
    [rule('deny', 200), rule('allow', 150, { protocol: 'TCP' })],
    to(STORAGE, { protocols: ['tcp', 'udp'] }),
  ],
  ['the other direction', 'allowed', [rule('deny', 200, { direction: 'inbound' })], to(STORAGE)],
  [
    'the regional form of a tag',
    'allowed',
    [rule('deny', 200), rule('allow', 150, { destinationPrefixes: ['STORAGE.westeurope'] })],
    to(STORAGE),
  ],
  [
    'the form of another region',
    'denied',
    [rule('deny', 200), rule('allow', 150, { destinationPrefixes: ['Storage.NorthEurope'] })],
    to(STORAGE),
  ],
  [
    'the whole tag',
    'allowed',
    [rule('deny', 200), rule('allow', 150, { destinationPrefixes: ['Storage'] })],
    to(STORAGE),
  ],
  [
    'an address of the tag',
    'allowed',
    [rule('deny', 200), rule('allow', 150, { destinationPrefixes: ['Storage'] })],
    to(addresses('52.239.255.255')),
  ],
  [
    'an address beside the tag',
    'denied',
    [rule('deny', 200), rule('allow', 150, { destinationPrefixes: ['Storage'] })],
    to(addresses('52.240.0.0')),
  ],
  [
    'a tag that is not listed',
    'depends',
    [rule('deny', 200), rule('allow', 150, { destinationPrefixes: ['Sql'] })],
    to(STORAGE),
  ],
  [
    'no list of tags',
    'depends',
    [rule('deny', 200), rule('allow', 150, { destinationPrefixes: ['Storage'] })],
    to(addresses('52.239.255.255')),
    { network: { ...NETWORK, tags: null } },
  ],
  [
    'a tag that is not listed, and a private address',
    'denied',
    [rule('deny', 200), rule('allow', 150, { destinationPrefixes: ['Sql'] })],
    to(addresses('10.1.2.3')),
  ],
  [
    'the same unknown tag twice',
    'allowed',
    [rule('allow', 100, { destinationPrefixes: ['Sql'] }), rule('deny', 150, { destinationPrefixes: ['SQL'] })],
    to(STORAGE),
  ],
  [
    'two unknown tags',
    'depends',
    [rule('allow', 100, { destinationPrefixes: ['Sql'] }), rule('deny', 150, { destinationPrefixes: ['Sql2'] })],
    to(STORAGE),
  ],
  ['a group', 'depends', [rule('deny', 100, { sourcePrefixes: [], sourceGroupIds: ['/a'] })], to(STORAGE)],
  [
    'the same group twice',
    'allowed',
    [
      rule('allow', 100, { sourcePrefixes: [], sourceGroupIds: ['/A'] }),
      rule('deny', 150, { sourcePrefixes: [], sourceGroupIds: ['/a'] }),
    ],
    to(STORAGE),
  ],
  ['the server ports below 1024 as source', 'allowed', [rule('deny', 100, { sourcePorts: ['0-1023'] })], to(STORAGE)],
  ['one client port', 'partial', [rule('deny', 100, { sourcePorts: ['1024'] })], to(STORAGE)],
  ['Internet outbound denied', 'denied', [rule('deny', 100, { destinationPrefixes: ['Internet'] })], to(STORAGE)],
  [
    'Internet outbound denied, to a peered network',
    'allowed',
    [rule('deny', 100, { destinationPrefixes: ['Internet'] })],
    to(VNET),
  ],
  ['VirtualNetwork denied', 'denied', [rule('deny', 100, { destinationPrefixes: ['virtualnetwork'] })], to(VNET)],
  [
    'a public prefix of the network is not Internet',
    'allowed',
    [rule('deny', 100, { destinationPrefixes: ['Internet'] })],
    to(addresses('203.0.113.9')),
    { network: { ...NETWORK, extent: { ...NETWORK.extent, prefixes: ['10.0.0.0/16', '203.0.113.0/24'] } } },
  ],
  ['an admin deny', 'denied', [rule('allow', 100)], to(STORAGE), { adminRules: [admin('deny', 9)] }],
  ['an admin deny without a group', 'denied', null, to(STORAGE), { adminRules: [admin('deny', 9)] }],
  [
    'an admin allow before an admin deny',
    'denied',
    [rule('deny', 100)],
    to(STORAGE),
    { adminRules: [admin('deny', 9), admin('allow', 8)] },
  ],
  [
    'an admin allow before an admin deny, and an allow',
    'allowed',
    [rule('allow', 100)],
    to(STORAGE),
    { adminRules: [admin('deny', 9), admin('allow', 8)] },
  ],
  ['always-allow', 'allowed', [rule('deny', 100)], to(STORAGE), { adminRules: [admin('always-allow', 9)] }],
  [
    'always-allow after an admin deny',
    'partial',
    [rule('deny', 100)],
    to(STORAGE),
    { adminRules: [admin('always-allow', 9), admin('deny', 8, { sourcePorts: ['2000'] })] },
  ],
]

describe('the oracle', () => {
  it.each(CASES)('%s: %s', (_name, answer, rules, flow, { network = NETWORK, adminRules = [] } = {}) => {
    expect(judge({ stack: { adminRules, rules }, flow, network }).answer).toBe(answer)
  })

  it('finds the rules that end no packet although they match some', () => {
    const rules = [
      rule('deny', 100, { name: 'first', destinationPorts: ['440-450'] }),
      rule('allow', 110, { name: 'shadowed', destinationPorts: ['443'] }),
      rule('allow', 120, { name: 'elsewhere', destinationPorts: ['80'] }),
      rule('allow', 130, { name: 'inbound', direction: 'inbound' }),
    ]
    const judgement = judge({ stack: { adminRules: [], rules }, flow: to(STORAGE), network: NETWORK })
    expect(judgement.shadowed).toEqual(['shadowed'])
    expect([...judgement.denying]).toEqual([['first', { stage: 'nsg', priority: 100 }]])
  })
})

/** What can become of a packet: each assignment of the facts is tried, and each rule read anew. */
function fatesOf(situation: Situation, packet: Packet): Set<string> {
  const reading = read(situation)
  const { family, source, destination } = packet
  const facts = new Set<string>()
  for (const one of reading.rules)
    for (const condition of [
      ...conditionsOf(reading, one, 'source', { family, value: source }),
      ...conditionsOf(reading, one, 'destination', { family, value: destination }),
    ])
      if (typeof condition === 'object') facts.add(condition.fact)
  const list = [...facts]
  const fates = new Set<string>()
  for (let assignment = 0; assignment < 2 ** list.length; assignment += 1)
    fates.add(decide(reading, packet, (fact) => ((assignment >> list.indexOf(fact)) & 1) === 1).outcome)
  return fates
}

function* packetsOf(situation: Situation, random: Random): Generator<Packet> {
  const { source, destination } = flowRanges(situation)
  for (const family of FAMILIES) {
    const [sources, destinations] = [source, destination].map((ranges) =>
      ranges.filter((range) => range.family === family),
    )
    if (sources === undefined || destinations === undefined || sources.length * destinations.length === 0) continue
    for (let round = 0; round < 4; round += 1) {
      const [from, to_] = [random.pick(sources), random.pick(destinations)]
      yield {
        ...{ family, protocol: random.pick(situation.flow.protocols) },
        source: random.bigBetween(from.first, from.last),
        sourcePort: random.between(...CLIENT_PORTS),
        destination: random.bigBetween(to_.first, to_.last),
        destinationPort: random.between(...random.pick(situation.flow.ports)),
      }
    }
  }
}

const lastUpTo = <T extends bigint | number>(points: readonly T[], value: T): T =>
  points.findLast((point) => point <= value)!

it('says of every packet of the flow what it says of the nearest bound below it', () => {
  const random = randomOf(77, 0)
  let packets = 0
  const seen: Record<string, number> = {}
  for (let index = 0; index < 400; index += 1) {
    const situation = situationOf(77, index)
    const reading = read(situation)
    const grid = clipToFlow(gridOf(situation), situation)
    for (const packet of packetsOf(situation, random)) {
      const { family, protocol } = packet
      const near = {
        source: { 4: [], 6: [], [family]: [lastUpTo(grid.source[family], packet.source)] },
        destination: { 4: [], 6: [], [family]: [lastUpTo(grid.destination[family], packet.destination)] },
        sourcePorts: [lastUpTo(grid.sourcePorts, packet.sourcePort)],
        destinationPorts: [lastUpTo(grid.destinationPorts, packet.destinationPort)],
        protocols: [protocol],
      }
      const fates = fatesOf(situation, packet)
      const fate = fates.size === 2 ? 'depends' : [...fates].join()
      sweep(reading, near, (swept) => {
        if (fateOf(swept) !== fate) expect({ index, packet, fate: fateOf(swept) }).toEqual({ index, packet, fate })
        packets += 1
        seen[fate] = (seen[fate] ?? 0) + 1
      })
    }
  }
  expect(packets).toBeGreaterThan(1500)
  expect(Math.min(...['allowed', 'denied', 'depends'].map((fate) => seen[fate] ?? 0))).toBeGreaterThan(30)
})
