import { describe, expect, it } from '@jest/globals'
import { ruleProblem } from './rule-form.ts'
import type { FilterRule, Situation } from './situation.ts'

const RULE: FilterRule = {
  ...{ name: 'allow-storage', priority: 100, direction: 'outbound', access: 'allow', protocol: 'Tcp' },
  ...{ sourcePrefixes: ['10.0.1.0/24'], sourcePorts: ['1024-65535'] },
  ...{ destinationPrefixes: ['20.38.0.0/17', '20.39.0.4-20.39.0.9'], destinationPorts: ['443'] },
  ...{ sourceGroupIds: [], destinationGroupIds: [] },
}
const DENY: FilterRule = { ...RULE, name: 'deny', priority: 200, access: 'deny' }
const SITUATION: Situation = {
  stack: { adminRules: [], rules: [DENY, { ...DENY, name: 'deny-in', priority: 100, direction: 'inbound' }] },
  flow: { direction: 'outbound', protocols: ['tcp'], ports: [[443, 443]], peer: { kind: 'tag', tag: 'Storage' } },
  network: {
    subnetPrefixes: ['10.0.1.0/24'],
    extent: { prefixes: ['10.0.0.0/16'], isWhole: true, hasDefaultRoute: false, doubts: [] },
    ...{ region: 'westeurope', tags: [] },
  },
}

describe('proposed rules', () => {
  it('can stand in the group', () => {
    const other: FilterRule = { ...RULE, name: 'b', priority: 4096, destinationPrefixes: ['Storage.WestEurope'] }
    expect(ruleProblem(SITUATION, [RULE, other])).toBeUndefined()
  })

  it.each<[string, Partial<FilterRule>]>([
    ['is inbound allow', { direction: 'inbound' }],
    ['is outbound deny', { access: 'deny' }],
    ['priority 200 of allow-storage is not free', { priority: 200 }],
    ['priority 99 of allow-storage is not free', { priority: 99 }],
    ['priority 4097 of allow-storage is not free', { priority: 4097 }],
    ['the name Deny is taken', { name: 'Deny' }],
    ['the name DENY-IN is taken', { name: 'DENY-IN' }],
    ['names a group', { sourceGroupIds: ['/a'] }],
    ['has protocol tcp,udp', { protocol: 'tcp,udp' }],
    ['names several tags: Storage,Sql', { destinationPrefixes: ['Storage', 'Sql'] }],
    ['has Storage beside others', { destinationPrefixes: ['20.38.0.0/17', 'Storage'] }],
    ['has * beside others', { destinationPrefixes: ['20.38.0.0/17', '*'] }],
    ['has a side without prefixes', { sourcePrefixes: [] }],
    ['has a side without ports', { sourcePorts: [] }],
    ['has prefixes that overlap', { destinationPrefixes: ['20.38.0.0/17', '20.38.127.255'] }],
    ['has both address families', { destinationPrefixes: ['20.38.0.0/17', '2001:db8::/32'] }],
    ['has both address families', { destinationPrefixes: ['2001:db8::/32'] }],
    ['has a CIDR with host bits: 10.0.1.4/24', { sourcePrefixes: ['10.0.1.4/24'] }],
    ['has the port 80,443', { destinationPorts: ['80,443'] }],
    ['has the port 65536', { destinationPorts: ['65536'] }],
    ['has the port 90-80', { destinationPorts: ['90-80'] }],
  ])('cannot when it %s', (problem, parts) => {
    expect(ruleProblem(SITUATION, [{ ...RULE, ...parts }])).toContain(problem)
  })

  it('cannot be none, nor two at one place', () => {
    expect(ruleProblem(SITUATION, [])).toContain('no rules')
    expect(ruleProblem(SITUATION, [RULE, { ...RULE, name: 'b' }])).toContain('priority 100 of b is not free')
    expect(ruleProblem(SITUATION, [RULE, { ...RULE, priority: 101 }])).toContain('the name allow-storage is taken')
  })
})
