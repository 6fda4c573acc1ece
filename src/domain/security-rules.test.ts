import { describe, expect, it } from '@jest/globals'
import type { AdminRule, FilterRule } from './filter-rule.ts'
import type { Flow } from './flow-scenes.ts'
import { combineAnswers, evaluateFlow as evaluateStack, type FlowAnswer } from './security-rules.ts'
import { readNetwork, type NetworkFacts } from './service-tags.ts'

const NETWORK: NetworkFacts = {
  subnetPrefixes: ['10.0.1.0/24'],
  extent: { prefixes: ['10.0.0.0/16'], isWhole: true, hasDefaultRoute: false, doubts: [] },
  region: 'westeurope',
  tags: null,
}
const evaluateFlow = (rules: readonly FilterRule[], flow: Flow, facts: NetworkFacts): FlowAnswer =>
  evaluateStack({ adminRules: [], rules }, flow, readNetwork(facts))
const to = (tag: string, port = 443): Flow => ({
  direction: 'outbound',
  protocols: ['tcp'],
  ports: [[port, port]],
  peer: { kind: 'tag', tag },
})
const toAddresses = (prefixes: string[], port = 53): Flow => ({
  direction: 'outbound',
  protocols: ['tcp', 'udp'],
  ports: [[port, port]],
  peer: { kind: 'addresses', prefixes },
})
const PLATFORM_DNS: Flow = {
  direction: 'outbound',
  protocols: ['tcp', 'udp'],
  ports: [[53, 53]],
  peer: { kind: 'platform-dns' },
}
const ALL_NETWORK: Flow = {
  direction: 'outbound',
  protocols: ['tcp'],
  ports: [[445, 445]],
  peer: { kind: 'virtual-network' },
}

function rule(more: Partial<FilterRule>): FilterRule {
  return {
    name: 'Custom',
    priority: 200,
    direction: 'outbound',
    access: 'deny',
    protocol: 'Tcp',
    sourcePrefixes: ['*'],
    sourcePorts: ['*'],
    destinationPrefixes: ['*'],
    destinationPorts: ['*'],
    sourceGroupIds: [],
    destinationGroupIds: [],
    ...more,
  }
}
const allow = (more: Partial<FilterRule>): FilterRule =>
  rule({ name: 'Allow', priority: 100, access: 'allow', ...more })

describe('a flow to a service tag', () => {
  it.each<[string, FilterRule[], FlowAnswer['answer']]>([
    ['no rules of its own', [], 'allowed'],
    ['everything denied', [rule({})], 'denied'],
    ['inbound rules only', [rule({ direction: 'inbound' })], 'allowed'],
    ['another port denied', [rule({ destinationPorts: ['80', '444-500'] })], 'allowed'],
    ['a range that is one port', [rule({ destinationPorts: ['443-443'] })], 'denied'],
    ['another protocol denied', [rule({ protocol: 'UDP' })], 'allowed'],
    ['ICMP denied', [rule({ protocol: 'Icmp' })], 'allowed'],
    ['the tag allowed above a deny', [allow({ destinationPrefixes: ['servicebus'] }), rule({})], 'allowed'],
    [
      'the regional tag allowed above a deny',
      [allow({ destinationPrefixes: ['ServiceBus.WestEurope'] }), rule({})],
      'allowed',
    ],
    [
      'the tag allowed below a deny',
      [allow({ priority: 300, destinationPrefixes: ['ServiceBus'] }), rule({})],
      'denied',
    ],
    [
      'AzureCloud allowed above a deny',
      [allow({ destinationPrefixes: ['AzureCloud.westeurope'] }), rule({})],
      'allowed',
    ],
    ['the internet denied', [rule({ destinationPrefixes: ['INTERNET'] })], 'denied'],
    ['all of IPv4 denied', [rule({ destinationPrefixes: ['0.0.0.0/0'] })], 'denied'],
    ['both halves of IPv4 denied', [rule({ destinationPrefixes: ['0.0.0.0/1', '128.0.0.0/1'] })], 'denied'],
    ['all of IPv6 denied', [rule({ destinationPrefixes: ['::/0'] })], 'allowed'],
    ['private ranges denied', [rule({ destinationPrefixes: ['10.0.0.0/8', '192.168.0.0/16'] })], 'allowed'],
    ['some public range denied', [rule({ destinationPrefixes: ['20.0.0.0/8'] })], 'depends'],
    ['some public range allowed above a deny', [allow({ destinationPrefixes: ['20.0.0.0/8'] }), rule({})], 'depends'],
    ['the network denied', [rule({ destinationPrefixes: ['VirtualNetwork'] })], 'allowed'],
    ['another region denied', [rule({ destinationPrefixes: ['ServiceBus.NorthEurope'] })], 'depends'],
    [
      'another separate service allowed above a deny',
      [allow({ destinationPrefixes: ['Storage'] }), rule({})],
      'denied',
    ],
    ['a service that shares addresses denied', [rule({ destinationPrefixes: ['EventHub'] })], 'depends'],
    ['the load balancer denied', [rule({ destinationPrefixes: ['AzureLoadBalancer'] })], 'allowed'],
    [
      'an application group allowed above a deny',
      [allow({ sourceGroupIds: ['/x/asg'], sourcePrefixes: [] }), rule({})],
      'depends',
    ],
    ['a destination group denied', [rule({ destinationGroupIds: ['/x/asg'], destinationPrefixes: [] })], 'allowed'],
    ['half of the subnet denied', [rule({ sourcePrefixes: ['10.0.1.128/25'] })], 'partial'],
    ['another subnet denied', [rule({ sourcePrefixes: ['10.0.2.0/24'] })], 'allowed'],
    ['the network as source denied', [rule({ sourcePrefixes: ['VirtualNetwork'] })], 'denied'],
    ['the internet as source denied', [rule({ sourcePrefixes: ['Internet'] })], 'allowed'],
    ['some source ports denied', [rule({ sourcePorts: ['1000-2000'] })], 'partial'],
    ['only system source ports denied', [rule({ sourcePorts: ['0-1023'] })], 'allowed'],
    ['a port that cannot be read', [rule({ destinationPorts: ['https'] })], 'depends'],
    ['an unknown protocol', [rule({ protocol: 'Sctp' })], 'depends'],
    ['any protocol', [rule({ protocol: 'ANY' })], 'denied'],
    [
      'a group allowed and then denied',
      [allow({ priority: 150, destinationPrefixes: ['EventHub'] }), rule({ destinationPrefixes: ['EventHub'] })],
      'allowed',
    ],
  ])('%s', (_, rules, expected) => {
    expect(evaluateFlow(rules, to('ServiceBus'), NETWORK).answer).toBe(expected)
  })

  it('names the rule and one packet', () => {
    const answer = evaluateFlow(
      [rule({ name: 'DenyInternet', destinationPrefixes: ['Internet'] })],
      to('Storage'),
      NETWORK,
    )
    expect(answer).toEqual({
      answer: 'denied',
      deciders: [{ name: 'DenyInternet', priority: 200, access: 'deny', isAdmin: false }],
      decidingRules: ['DenyInternet'],
      witness: { source: '10.0.1.4', destination: 'Storage', protocol: 'tcp', port: 443 },
      unresolved: [],
      shadowedRules: [],
      denyingAdminRules: [],
    })
  })

  it('names what it could not resolve', () => {
    const answer = evaluateFlow([rule({ destinationPrefixes: ['CorpNetPublic'] })], to('Storage'), NETWORK)
    expect(answer).toMatchObject({ answer: 'depends', unresolved: ['Storage in CorpNetPublic'] })
    expect(answer.decidingRules).toEqual(['Custom', 'AllowInternetOutBound'])
  })

  it('takes VirtualNetwork for possibly everything where a route table is', () => {
    const network = { ...NETWORK, extent: { ...NETWORK.extent, isWhole: false, hasDefaultRoute: true } }
    expect(evaluateFlow([rule({ destinationPrefixes: ['VirtualNetwork'] })], to('Storage'), network).answer).toBe(
      'depends',
    )
    expect(evaluateFlow([], to('Storage'), network).answer).toBe('allowed')
  })

  it('takes Internet for possibly without the tag where a route table is', () => {
    const network = { ...NETWORK, extent: { ...NETWORK.extent, isWhole: false, hasDefaultRoute: true } }
    const of = (...rules: FilterRule[]): FlowAnswer => evaluateFlow(rules, to('Storage'), network)
    expect(of(rule({ destinationPrefixes: ['Internet'] }))).toMatchObject({
      answer: 'depends',
      unresolved: ['destination in VirtualNetwork'],
    })
    const toInternet = allow({ destinationPrefixes: ['Internet'] })
    expect(of(toInternet, rule({})).answer).toBe('depends')
    const toNetwork = allow({ name: 'AllowVnet', priority: 110, destinationPrefixes: ['VirtualNetwork'] })
    expect(of(toInternet, toNetwork, rule({})).answer).toBe('allowed')
    const both = rule({ destinationPrefixes: ['VirtualNetwork', 'Internet'] })
    expect(evaluateFlow([both], to('Storage'), NETWORK).answer).toBe('denied')
    expect(evaluateFlow([toInternet, rule({})], to('Storage'), NETWORK).answer).toBe('allowed')
  })

  it('knows the regions whose tags are spelt differently', () => {
    const rules = [allow({ destinationPrefixes: ['Storage.CentralFrance'] }), rule({})]
    expect(evaluateFlow(rules, to('Storage'), { ...NETWORK, region: 'France Central' }).answer).toBe('allowed')
  })

  it('counts a service that AzureCloud holds', () => {
    expect(evaluateFlow([rule({ destinationPrefixes: ['Storage'] })], to('AzureCloud', 12_000), NETWORK)).toMatchObject(
      {
        answer: 'partial',
        witness: { destination: 'Storage', port: 12_000 },
      },
    )
  })

  it('counts Azure Monitor among the services of AzureCloud', () => {
    expect(
      evaluateFlow([rule({ destinationPrefixes: ['AzureMonitor'] })], to('AzureCloud', 12_000), NETWORK),
    ).toMatchObject({
      answer: 'partial',
      witness: { destination: 'AzureMonitor' },
    })
  })

  it('has no packet without an address in the subnet', () => {
    expect(evaluateFlow([], to('Storage'), { ...NETWORK, subnetPrefixes: [] }).answer).toBe('depends')
  })
})

describe('a flow to addresses', () => {
  const open = { ...NETWORK, extent: { ...NETWORK.extent, isWhole: false } }
  const denyRest = rule({ protocol: '*', destinationPrefixes: ['0.0.0.0/0'] })
  it.each<[string, FilterRule[], string[], NetworkFacts, FlowAnswer['answer']]>([
    ['inside the network', [], ['10.0.0.4'], NETWORK, 'allowed'],
    ['private and not connected', [], ['192.168.0.4'], NETWORK, 'denied'],
    ['private behind a gateway or a peering', [], ['192.168.0.4'], open, 'depends'],
    ['public', [], ['8.8.8.8'], NETWORK, 'allowed'],
    ['public, where peerings may own it', [], ['8.8.8.8'], open, 'allowed'],
    [
      'one of two denied',
      [rule({ protocol: '*', destinationPrefixes: ['10.0.0.5/32'] })],
      ['10.0.0.4', '10.0.0.5'],
      NETWORK,
      'partial',
    ],
    ['only udp denied', [rule({ protocol: 'Udp' })], ['10.0.0.4'], NETWORK, 'partial'],
    [
      'the exact address allowed above a deny',
      [allow({ protocol: '*', destinationPrefixes: ['192.168.0.4'] }), denyRest],
      ['192.168.0.4'],
      open,
      'allowed',
    ],
    [
      'a service tag and a private address',
      [rule({ protocol: '*', destinationPrefixes: ['AzureCloud'] })],
      ['10.0.0.4'],
      NETWORK,
      'allowed',
    ],
    [
      'a service tag and a public address',
      [rule({ protocol: '*', destinationPrefixes: ['AzureCloud'] })],
      ['20.1.1.1'],
      NETWORK,
      'depends',
    ],
    ['no address of the subnet family', [], ['fd00::1'], NETWORK, 'depends'],
    [
      'an address range with both ends',
      [rule({ protocol: '*', destinationPrefixes: ['10.0.0.0-10.0.0.9'] })],
      ['10.0.0.4'],
      NETWORK,
      'denied',
    ],
  ])('%s', (_, rules, prefixes, network, expected) => {
    expect(evaluateFlow(rules, toAddresses(prefixes), network).answer).toBe(expected)
  })

  it('shows the denied packet', () => {
    const answer = evaluateFlow(
      [rule({ protocol: 'Udp', destinationPrefixes: ['10.0.0.4'] })],
      toAddresses(['10.0.0.4']),
      NETWORK,
    )
    expect(answer.witness).toEqual({ source: '10.0.1.4', destination: '10.0.0.4', protocol: 'udp', port: 53 })
  })
})

describe('a flow to VirtualNetwork', () => {
  it.each<[string, FilterRule[], boolean, FlowAnswer['answer']]>([
    ['by default', [], true, 'allowed'],
    ['by default, with peerings', [], false, 'allowed'],
    ['a part of the address space denied', [rule({ destinationPrefixes: ['10.0.7.0/24'] })], false, 'partial'],
    ['the tag denied', [rule({ destinationPrefixes: ['virtualnetwork'] })], true, 'denied'],
    [
      'another private range denied, with peerings',
      [rule({ destinationPrefixes: ['192.168.0.0/16'] })],
      false,
      'depends',
    ],
    ['another private range denied', [rule({ destinationPrefixes: ['192.168.0.0/16'] })], true, 'allowed'],
    [
      'the address space allowed above a deny, with peerings',
      [allow({ destinationPrefixes: ['10.0.0.0/16'] }), rule({})],
      false,
      'depends',
    ],
  ])('%s', (_, rules, isWhole, expected) => {
    expect(evaluateFlow(rules, ALL_NETWORK, { ...NETWORK, extent: { ...NETWORK.extent, isWhole } }).answer).toBe(
      expected,
    )
  })
})

describe('a flow to the DNS of the platform', () => {
  it.each<[string, FilterRule[], FlowAnswer['answer']]>([
    ['everything denied', [rule({ protocol: '*' })], 'allowed'],
    ['its tag denied', [rule({ protocol: '*', destinationPrefixes: ['AzurePlatformDns'] })], 'denied'],
    ['its tag denied for udp', [rule({ protocol: 'udp', destinationPrefixes: ['AzurePlatformDNS'] })], 'partial'],
    [
      'its tag denied for another port',
      [rule({ destinationPrefixes: ['AzurePlatformDNS'], destinationPorts: ['54'] })],
      'allowed',
    ],
    [
      'its tag denied for some application group',
      [
        rule({
          protocol: '*',
          destinationPrefixes: ['AzurePlatformDNS'],
          sourcePrefixes: [],
          sourceGroupIds: ['/x/asg'],
        }),
      ],
      'depends',
    ],
  ])('%s', (_, rules, expected) => {
    expect(evaluateFlow(rules, PLATFORM_DNS, NETWORK).answer).toBe(expected)
  })
})

describe('tags that are judged by their names', () => {
  const only = (...destinationPrefixes: string[]): FilterRule[] => [allow({ destinationPrefixes }), rule({})]
  it.each<[string, string, FlowAnswer['answer']]>([
    ['AzureCloud', 'Storage.NorthEurope', 'allowed'],
    ['AzureCloud.NorthEurope', 'Storage.NorthEurope', 'allowed'],
    ['AzureCloud.WestEurope', 'Storage.NorthEurope', 'depends'],
    ['AzureCloud.WestEurope', 'Storage', 'allowed'],
    ['AzureCloud', 'AzureFrontDoor.Frontend', 'depends'],
    ['Storage', 'Storage.WestEurope', 'allowed'],
    ['Storage.WestEurope', 'Storage.WestEurope', 'allowed'],
    ['Storage.NorthEurope', 'Storage.WestEurope', 'depends'],
  ])('%s allowed, %s asked: %s', (allowed, asked, expected) => {
    expect(evaluateFlow(only(allowed), to(asked), NETWORK).answer).toBe(expected)
  })

  it('are told by a few of their prefixes', () => {
    const prefixes = Array.from({ length: 200 }, (_, index) => `20.${String(index)}.0.0/16`)
    const { unresolved } = evaluateFlow([rule({ destinationPrefixes: prefixes })], to('Storage'), NETWORK)
    expect(unresolved).toEqual(['Storage in 200 prefixes such as 20.0.0.0/16'])
  })
})

describe('a tag that the list does not have', () => {
  const listed = { ...NETWORK, tags: [{ name: 'Sql', region: '', prefixes: ['20.1.0.0/24'] }] }
  it.each([[[]], [[rule({})]], [[allow({})]]])('is nothing to judge (%#)', (rules: FilterRule[]) => {
    expect(evaluateFlow(rules, to('Sqll'), listed)).toMatchObject({
      answer: 'depends',
      unresolved: ['Sqll is a service tag: the list of westeurope has none of that name'],
    })
  })

  it('is not missed among those without an entry', () => {
    for (const tag of ['Internet', 'AzureLoadBalancer', 'VirtualNetwork', 'AzurePlatformDNS', '10.0.0.4', 'sql'])
      expect(evaluateFlow([], to(tag), listed).answer).toBe('allowed')
  })
})

describe('application security groups', () => {
  it('hold nothing outside of the network', () => {
    const group = rule({ destinationPrefixes: [], destinationGroupIds: ['/x/asg'] })
    expect(evaluateFlow([group], to('Storage'), NETWORK).answer).toBe('allowed')
    expect(
      evaluateFlow([group], { ...to(''), peer: { kind: 'addresses', prefixes: ['8.8.8.8'] } }, NETWORK).answer,
    ).toBe('allowed')
    expect(
      evaluateFlow([group], { ...to(''), peer: { kind: 'addresses', prefixes: ['10.0.9.4'] } }, NETWORK).answer,
    ).toBe('depends')
  })
})

describe('security admin rules', () => {
  const admin = (more: Partial<AdminRule>): AdminRule => ({ ...rule({ name: 'base/Smb', protocol: '*' }), ...more })
  const answer = (adminRules: AdminRule[], rules: FilterRule[] | null = []): FlowAnswer =>
    evaluateStack({ adminRules, rules }, to('Storage', 445), readNetwork(NETWORK))

  it.each<[string, AdminRule[], FilterRule[] | null, FlowAnswer['answer']]>([
    ['deny before the group', [admin({})], [allow({})], 'denied'],
    ['always allow before the group', [admin({ access: 'always-allow' })], [rule({})], 'allowed'],
    ['allow goes on to the group', [admin({ access: 'allow' })], [rule({})], 'denied'],
    ['allow ends the rules of the manager', [admin({ access: 'allow', priority: 5 }), admin({})], [], 'allowed'],
    ['deny without a group', [admin({})], null, 'denied'],
    [
      'two managers that conflict, whatever their priorities',
      [admin({ manager: '/a', priority: 5, access: 'always-allow' }), admin({ manager: '/b', priority: 50 })],
      [],
      'depends',
    ],
    [
      'two managers that agree',
      [admin({ manager: '/a', priority: 5 }), admin({ manager: '/b', priority: 50 })],
      [],
      'denied',
    ],
    [
      'a network group, whose addresses are not told',
      [admin({ destinationPrefixes: ['/subscriptions/s/networkGroups/prod'] })],
      [],
      'depends',
    ],
    [
      'two rules of the same name',
      [
        admin({ priority: 5, access: 'always-allow', destinationPrefixes: ['AzureBackup'] }),
        admin({ priority: 6, access: 'deny' }),
      ],
      [],
      'depends',
    ],
  ])('%s', (_, adminRules, rules, expected) => {
    expect(answer(adminRules, rules).answer).toBe(expected)
  })

  it('are told apart from rules of the group with the same name', () => {
    const { deciders, denyingAdminRules } = answer(
      [admin({ name: 'Deny', priority: 7, destinationPrefixes: ['192.168.0.0/16'] })],
      [rule({ name: 'Deny' })],
    )
    expect(deciders).toEqual([{ name: 'Deny', priority: 200, access: 'deny', isAdmin: false }])
    expect(denyingAdminRules).toEqual([])
  })

  it('name the managers whose order decides', () => {
    const rules = [admin({ manager: '/x/nm-a', access: 'always-allow' }), admin({ manager: '/x/nm-b' })]
    expect(answer(rules).unresolved).toEqual(['the network managers act in the order nm-a, nm-b'])
  })

  it('of many managers are not compared', () => {
    expect(answer(['/a', '/b', '/c', '/d'].map((manager) => admin({ manager }))).unresolved).toEqual([
      'more rules than can be compared',
    ])
  })
})

describe('combineAnswers', () => {
  it.each<[FlowAnswer['answer'][], FlowAnswer['answer']]>([
    [['allowed', 'allowed'], 'allowed'],
    [['allowed', 'depends'], 'depends'],
    [['depends', 'denied'], 'partial'],
    [['denied', 'denied'], 'denied'],
    [['allowed', 'partial'], 'partial'],
    [[], 'depends'],
  ])('%j is %s', (answers, expected) => {
    expect(combineAnswers(answers)).toBe(expected)
  })
})

describe('large groups', () => {
  const flow: Flow = {
    direction: 'outbound',
    protocols: ['tcp', 'udp'],
    ports: [[1, 65535]],
    peer: { kind: 'addresses', prefixes: ['10.128.0.0/9'] },
  }
  const prefixOf = (index: number): string =>
    `10.${String(128 + (index >> 12))}.${String((index >> 4) & 255)}.${String((index & 15) * 16)}/29`

  it('a rule with twelve thousand prefixes is one set', () => {
    const prefixes = Array.from({ length: 12_000 }, (_, index) => prefixOf(index))
    const answer = evaluateFlow([rule({ protocol: '*', destinationPrefixes: prefixes })], flow, NETWORK)
    expect(answer).toMatchObject({ answer: 'denied', decidingRules: ['Custom', 'DenyAllOutBound'] })
  })

  it('gives up where the packets fall into too many sets', () => {
    const rules = Array.from({ length: 160 }, (_, index) =>
      rule({
        name: `R${String(index)}`,
        priority: 100 + index,
        access: index % 2 === 0 ? 'allow' : 'deny',
        protocol: '*',
        sourcePrefixes: [`10.0.1.${String(index)}`, '10.0.1.200'],
        destinationPrefixes: [prefixOf(index), '10.200.0.0/16'],
        destinationPorts: [String(1000 + index), '2000'],
        sourcePorts: [String(3000 + index), '4000'],
      }),
    )
    const wide = { ...NETWORK, extent: { ...NETWORK.extent, prefixes: ['10.0.0.0/8'] } }
    const answer = evaluateFlow(rules, flow, wide)
    expect(answer.answer === 'partial' || answer.unresolved.includes('more rules than can be compared')).toBe(true)
  })
})
