import { describe, expect, it } from '@jest/globals'
import type { Json } from '../../domain/json.ts'
import type { Observed } from '../../domain/observed.ts'
import type { SecurityRule } from '../../ports/network-resources.ts'
import { decodeBody } from './decode.ts'
import { decodeNetworkSecurityGroup } from './decode-security-rules.ts'

describe('security rules', () => {
  const rule = (changes: Record<string, Json>): Json => ({
    id: '/nsg',
    name: 'nsg',
    properties: {
      securityRules: [
        {
          name: 'r',
          properties: {
            protocol: 'tcp',
            priority: 100,
            access: 'ALLOW',
            direction: 'outBound',
            sourceAddressPrefix: '*',
            destinationAddressPrefix: '*',
            sourcePortRange: '*',
            destinationPortRange: '443',
            ...changes,
          },
        },
      ],
      defaultSecurityRules: [],
    },
  })
  const read = (changes: Record<string, Json>): Observed<SecurityRule | undefined> =>
    decodeBody('nsg', rule(changes), (body) => decodeNetworkSecurityGroup(body).rules[0])

  it.each([
    ['other letters', { protocol: 'UDP' }, { protocol: 'udp', access: 'allow', direction: 'outbound' }],
    ['443-443', { destinationPortRange: '443-443' }, { destinationPorts: ['443-443'] }],
    ['spaces in a range', { destinationPortRange: '443 - 445' }, { destinationPorts: ['443-445'] }],
    [
      'an empty text beside a list',
      { destinationAddressPrefix: '', destinationAddressPrefixes: ['10.0.0.0/8', 'Sql'] },
      { destinationPrefixes: ['10.0.0.0/8', 'Sql'] },
    ],
    [
      'null beside a list',
      { destinationPortRange: null, destinationPortRanges: ['1', '2-3'] },
      { destinationPorts: ['1', '2-3'] },
    ],
    ['both', { destinationPortRange: '1', destinationPortRanges: ['2', '1'] }, { destinationPorts: ['1', '2'] }],
    [
      'an application security group in place of an address',
      { sourceAddressPrefix: null, sourceApplicationSecurityGroups: [{ id: '/asg' }] },
      { sourcePrefixes: [], sourceGroupIds: ['/asg'] },
    ],
    ['no ports where there are none', { protocol: 'Icmp', destinationPortRange: null }, { destinationPorts: ['*'] }],
  ])('%s', (_, changes, expected) => {
    expect(read(changes)).toMatchObject({ ok: true, value: expected })
  })

  it.each([
    ['access', { access: 'Audit' }],
    ['direction', { direction: 'Sideways' }],
    ['protocol', { protocol: 'All' }],
    ['protocol number', { protocol: '6' }],
    ['priority as a text', { priority: '100' }],
    ['priority below zero', { priority: -1 }],
    ['priority with a fraction', { priority: 100.5 }],
    ['port range', { destinationPortRange: '445-443' }],
    ['port above the limit', { destinationPortRange: '65536' }],
    ['port as a number', { destinationPortRange: 443 }],
    ['ports in one text', { destinationPortRange: '80,443' }],
    ['no port', { destinationPortRange: '' }],
    ['no address', { sourceAddressPrefix: '', sourceAddressPrefixes: [''] }],
    ['group without id', { sourceApplicationSecurityGroups: [{}] }],
  ])('cannot be read with such a field: %s', (_, changes) => {
    expect(read(changes)).toMatchObject({ ok: false, failure: { kind: 'protocol' } })
  })
})
