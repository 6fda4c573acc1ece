import { describe, expect, it } from '@jest/globals'
import type { AdminRule, FilterRule } from './filter-rule.ts'
import type { Flow } from './flow-scenes.ts'
import { proposeRules, type RuleProposal } from './rule-proposal.ts'
import { evaluateFlow } from './security-rules.ts'
import { readNetwork, type NetworkFacts } from './service-tags.ts'

const NETWORK: NetworkFacts = {
  subnetPrefixes: ['10.0.1.0/24', 'fd00:1::/64'],
  extent: { prefixes: ['10.0.0.0/16', 'fd00::/16'], isWhole: true, hasDefaultRoute: false, doubts: [] },
  region: 'francecentral',
  tags: [
    { name: 'Sql', region: '', prefixes: ['20.4.0.0/16'] },
    { name: 'Sql.FranceCentral', region: 'centralfrance', prefixes: ['20.4.7.0/24', '2603:4::/64'] },
  ],
}
const NO_V6: NetworkFacts = { ...NETWORK, subnetPrefixes: ['10.0.1.0/24'] }
const SQL: Flow = {
  direction: 'outbound',
  protocols: ['tcp'],
  ports: [
    [1433, 1433],
    [11000, 11999],
  ],
  peer: { kind: 'tag', tag: 'sql' },
}

function rule(more: Partial<FilterRule>): FilterRule {
  return {
    name: 'Deny',
    priority: 200,
    direction: 'outbound',
    access: 'deny',
    protocol: '*',
    sourcePrefixes: ['*'],
    sourcePorts: ['*'],
    destinationPrefixes: ['*'],
    destinationPorts: ['*'],
    sourceGroupIds: [],
    destinationGroupIds: [],
    ...more,
  }
}

function propose(rules: FilterRule[], flow = SQL, facts = NO_V6, adminRules: AdminRule[] = []): RuleProposal {
  return proposeRules({ adminRules, rules }, flow, readNetwork(facts))
}

/** The proposal's rules as `priority protocol source:ports -> destination:ports`, once they are proven to open the flow. */
function opened(rules: FilterRule[], flow = SQL, facts = NO_V6): string[] {
  const proposal = propose(rules, flow, facts)
  if (proposal.kind !== 'rules') throw new Error(proposal.kind)
  const stack = { adminRules: [], rules: [...rules, ...proposal.rules] }
  expect(evaluateFlow(stack, flow, readNetwork(facts)).answer).toBe('allowed')
  return proposal.rules.map(
    (one) =>
      `${String(one.priority)} ${one.protocol} ${one.sourcePrefixes.join()}:${one.sourcePorts.join()} -> ${one.destinationPrefixes.join()}:${one.destinationPorts.join()}`,
  )
}

describe('the rules that open a flow', () => {
  it('are none where nothing is surely denied', () => {
    expect(propose([])).toEqual({ kind: 'none-needed' })
    expect(propose([rule({ destinationPrefixes: [], destinationGroupIds: ['/x/asg'] })])).toEqual({
      kind: 'none-needed',
    })
  })

  it.each<[string, FilterRule[], string[]]>([
    [
      'all of it denied: the tag of the region',
      [rule({})],
      ['199 Tcp 10.0.1.0/24:1024-65535 -> Sql.FranceCentral:1433,11000-11999'],
    ],
    [
      'the priority above is taken',
      [rule({}), rule({ name: 'A', priority: 199, access: 'allow', protocol: 'Udp' })],
      ['198 Tcp 10.0.1.0/24:1024-65535 -> Sql.FranceCentral:1433,11000-11999'],
    ],
    [
      'some ports denied',
      [rule({ destinationPorts: ['11500-20000', '80'] })],
      ['199 Tcp 10.0.1.0/24:1024-65535 -> Sql.FranceCentral:11500-11999'],
    ],
    [
      'some addresses denied: they alone',
      [rule({ destinationPrefixes: ['20.4.7.0/25', '20.4.7.200-20.4.7.203'] })],
      ['199 Tcp 10.0.1.0/24:1024-65535 -> 20.4.7.0/25,20.4.7.200/30:1433,11000-11999'],
    ],
    [
      'half of the subnet and half of the source ports denied',
      [rule({ sourcePrefixes: ['10.0.1.128/25'], sourcePorts: ['0-2000'] })],
      ['199 Tcp 10.0.1.128/25:1024-2000 -> Sql.FranceCentral:1433,11000-11999'],
    ],
    [
      'denied by the default rules',
      [rule({ name: 'NoInternet', priority: 4096, destinationPrefixes: ['Internet'] })],
      ['4095 Tcp 10.0.1.0/24:1024-65535 -> Sql.FranceCentral:1433,11000-11999'],
    ],
  ])('%s', (_, rules, expected) => {
    expect(opened(rules)).toEqual(expected)
  })

  it('are one for each protocol and each family', () => {
    const both: Flow = { ...SQL, protocols: ['tcp', 'udp'], ports: [[1433, 1433]] }
    expect(opened([rule({})], both, NETWORK).map((text) => text.slice(4))).toEqual([
      'Tcp 10.0.1.0/24:1024-65535 -> Sql.FranceCentral:1433',
      'Udp 10.0.1.0/24:1024-65535 -> Sql.FranceCentral:1433',
      'Tcp fd00:1::/64:1024-65535 -> Sql.FranceCentral:1433',
      'Udp fd00:1::/64:1024-65535 -> Sql.FranceCentral:1433',
    ])
  })

  it('are named by their flow, and unlike every other rule', () => {
    const names = (rules: FilterRule[]): string[] => {
      const proposal = propose(rules)
      return proposal.kind === 'rules' ? proposal.rules.map(({ name }) => name) : []
    }
    const [name = ''] = names([rule({})])
    expect(name).toBe('AllowDms-tcp-1433-and-more-Sql.FranceCentral')
    expect(names([rule({}), rule({ name: name.toUpperCase(), priority: 300 })])).toEqual([`${name}-2`])
    expect(name).toMatch(/^[A-Za-z0-9][\w.-]{0,78}\w$/)
  })

  it('find no room where every priority above is taken', () => {
    const taken = [100, 101].map((priority) =>
      rule({ name: `A${String(priority)}`, priority, access: 'allow', protocol: 'Icmp' }),
    )
    expect(propose([...taken, rule({ name: 'Early', priority: 102 })])).toEqual({ kind: 'no-room', below: 'Early' })
    expect(propose([rule({ name: 'First', priority: 100 })])).toEqual({ kind: 'no-room', below: 'First' })
  })

  it('are one for all of the flow where the exact ones would be too many', () => {
    const holes = Array.from({ length: 30 }, (_, index) =>
      rule({
        name: `A${String(index)}`,
        priority: 100 + index,
        access: 'allow',
        destinationPrefixes: [`10.0.${String(index)}.4`],
        destinationPorts: [String(2000 + index)],
      }),
    )
    const flow: Flow = { ...SQL, ports: [[1, 65535]], peer: { kind: 'addresses', prefixes: ['10.0.0.0/16'] } }
    const proposal = propose([...holes, rule({})], flow)
    expect(proposal).toMatchObject({ kind: 'rules', isWide: true })
    expect(opened([...holes, rule({})], flow)).toEqual(['199 Tcp 10.0.1.0/24:1024-65535 -> 10.0.0.0/16:1-65535'])
  })

  it('name a tag once that holds the others where their addresses are not known', () => {
    const cloud: Flow = { ...SQL, ports: [[12000, 12000]], peer: { kind: 'tag', tag: 'AzureCloud' } }
    expect(opened([rule({})], cloud, { ...NO_V6, tags: null })).toEqual([
      '199 Tcp 10.0.1.0/24:1024-65535 -> AzureCloud:12000',
    ])
  })

  it('name the internet by its tag', () => {
    const internet: Flow = { ...SQL, ports: [[443, 443]], peer: { kind: 'tag', tag: 'internet' } }
    expect(opened([rule({})], internet)).toEqual(['199 Tcp 10.0.1.0/24:1024-65535 -> Internet:443'])
  })

  it('are for what no security admin rule denies', () => {
    const parts: AdminRule = rule({ name: 'base/Half', priority: 5 })
    const half = { ...parts, destinationPrefixes: ['20.4.7.0/25'] }
    expect(propose([rule({})], SQL, NO_V6, [half])).toMatchObject({
      kind: 'no-rule-helps',
      adminRules: ['base/Half'],
      rules: [{ destinationPrefixes: ['20.4.7.128/25'] }],
    })
    const unsure = { ...parts, destinationPrefixes: ['AzureBackup'] }
    expect(propose([rule({})], SQL, NO_V6, [unsure])).toMatchObject({ kind: 'rules' })
  })

  it('are for doubtful packets where that is asked', () => {
    const group = rule({ destinationPrefixes: ['CorpNetPublic'] })
    const stack = { adminRules: [], rules: [group] }
    const network = readNetwork(NO_V6)
    expect(proposeRules(stack, SQL, network)).toEqual({ kind: 'none-needed' })
    expect(proposeRules(stack, SQL, network, { isForDoubtful: true })).toMatchObject({
      kind: 'rules',
      rules: [{ priority: 199, destinationPrefixes: ['Sql.FranceCentral'] }],
    })
  })

  it('do not help under a security admin rule', () => {
    const admin: AdminRule = rule({ name: 'HighRisk', destinationPorts: ['1433'] })
    expect(propose([], SQL, NO_V6, [admin])).toEqual({
      kind: 'no-rule-helps',
      adminRules: ['HighRisk'],
      rules: [],
    })
    expect(propose([rule({})], SQL, NO_V6, [{ ...admin, access: 'always-allow', destinationPorts: ['*'] }])).toEqual({
      kind: 'none-needed',
    })
  })

  it('name a tag by itself where its addresses are not known, and open inbound flows from the other side', () => {
    expect(opened([rule({})], SQL, { ...NO_V6, tags: null })).toEqual([
      '199 Tcp 10.0.1.0/24:1024-65535 -> sql:1433,11000-11999',
    ])
    const inbound: Flow = {
      ...SQL,
      direction: 'inbound',
      ports: [[8443, 8443]],
      peer: { kind: 'addresses', prefixes: ['192.168.0.4'] },
    }
    expect(opened([], inbound)).toEqual(['4096 Tcp 192.168.0.4:1024-65535 -> 10.0.1.0/24:8443'])
  })
})
