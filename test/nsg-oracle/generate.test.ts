import { describe, expect, it } from '@jest/globals'
import { situationOf } from './generate.ts'
import { judge } from './judge.ts'
import { isPossible } from './shrink.ts'
import { goesToPlatform } from './world.ts'

const situations = Array.from({ length: 1000 }, (_, index) => situationOf(5, index))
const rulesOf = ({ stack }: (typeof situations)[number]) => [...stack.adminRules, ...(stack.rules ?? [])]
const prefixes = situations.flatMap(rulesOf).flatMap((rule) => [...rule.sourcePrefixes, ...rule.destinationPrefixes])
const ports = situations.flatMap(rulesOf).flatMap((rule) => [...rule.sourcePorts, ...rule.destinationPorts])
const share = (list: readonly unknown[], of: readonly unknown[]): number => list.length / of.length

describe('the situations', () => {
  it('are the same for the same seed and number, and others for others', () => {
    for (const [index, situation] of situations.slice(0, 50).entries()) expect(situationOf(5, index)).toEqual(situation)
    expect(new Set(situations.map((situation) => JSON.stringify(situation))).size).toBe(situations.length)
    expect(situationOf(6, 0)).not.toEqual(situations[0])
  })

  it('are possible ones', () => {
    expect(situations.filter((situation) => !isPossible(situation))).toEqual([])
    expect(situations.filter((one) => one.stack.adminRules.length > 0 && goesToPlatform(one))).toEqual([])
    for (const rule of situations.flatMap(rulesOf)) {
      expect(Math.min(rule.sourcePorts.length, rule.destinationPorts.length)).toBeGreaterThan(0)
    }
    for (const rule of situations.flatMap(({ stack }) => stack.rules ?? [])) {
      expect(rule.sourcePrefixes.length > 0).toBe(rule.sourceGroupIds.length === 0)
      expect(rule.destinationPrefixes.length > 0).toBe(rule.destinationGroupIds.length === 0)
    }
  })

  it('have every answer often', () => {
    const judgements = situations.map(judge)
    for (const answer of ['allowed', 'denied', 'partial', 'depends'])
      expect(share(judgements.filter((one) => one.answer === answer), situations)).toBeGreaterThan(0.07) // prettier-ignore
    expect(share(judgements.filter((one) => one.hasUnknownFacts), situations)).toBeGreaterThan(0.15) // prettier-ignore
    expect(share(judgements.filter((one) => one.shadowed.length > 0), situations)).toBeGreaterThan(0.05) // prettier-ignore
    expect(share(judgements.filter((one) => one.packets.all === 0), situations)).toBeLessThan(0.1) // prettier-ignore
  })

  it.each<[string, RegExp]>([
    ['CIDR', /^[\d.]+\/\d+$/],
    ['IPv6 CIDR', /^[\da-f:]+\/\d+$/i],
    ['IPv6 in capitals', /^[\d:]*[A-F][\dA-F:]*\//],
    ['IPv4-mapped IPv6', /^::ffff:\d+\./],
    ['range', /^[\d.]+-[\d.]+$/],
    ['IPv6 range', /^[\da-f:]+-[\da-f:]+$/],
    ['address', /^[\d.]+$/],
    ['everything', /^\*$/],
    ['everything in another word', /^any$/i],
    ['VirtualNetwork', /^VirtualNetwork$/],
    ['tag in another case', /^virtualnetwork$/],
    ['Internet', /^internet$/i],
    ['AzureLoadBalancer', /^azureloadbalancer$/i],
    ['platform', /^azureplatform(dns|imds)$/i],
    ['regional tag', /^\w+\.(west|north)europe$/i],
    ['tag that is in no list', /^datafactory$/i],
  ])('have prefixes of each form: %s', (_form, pattern) => {
    expect(prefixes.filter((text) => pattern.test(text)).length).toBeGreaterThan(20)
  })

  it.each<[string, RegExp]>([
    ['all', /^\*$/],
    ['one', /^\d+$/],
    ['range', /^(\d+)-(?!\1$)\d+$/],
    ['range of one', /^(\d+)-\1$/],
    ['list', /,/],
  ])('have ports of each form: %s', (_form, pattern) => {
    expect(ports.filter((text) => pattern.test(text)).length).toBeGreaterThan(20)
  })

  it('have admin rules in about a third, groups, no group, IPv6, and their own default rules or none', () => {
    const has = (test: (situation: (typeof situations)[number]) => boolean): number => share(situations.filter(test), situations) // prettier-ignore
    expect(has(({ stack }) => stack.adminRules.length > 0)).toBeGreaterThan(0.28)
    expect(has(({ stack }) => stack.rules === null)).toBeGreaterThan(0.02)
    expect(has(({ stack }) => stack.rules?.some(({ sourceGroupIds }) => sourceGroupIds.length > 0) === true)).toBeGreaterThan(0.03) // prettier-ignore
    expect(has(({ network }) => network.subnetPrefixes.some((text) => text.includes(':')))).toBeGreaterThan(0.2)
    expect(has(({ stack }) => stack.rules?.every(({ priority }) => priority < 65000) === true)).toBeGreaterThan(0.1)
    expect(has(({ network }) => network.tags === null)).toBeGreaterThan(0.05)
    expect(has(({ network }) => !network.extent.isWhole)).toBeGreaterThan(0.15)
    expect(has(({ flow }) => flow.direction === 'inbound')).toBeGreaterThan(0.2)
    for (const kind of ['addresses', 'tag', 'virtual-network', 'platform-dns'])
      expect(has(({ flow }) => flow.peer.kind === kind)).toBeGreaterThan(0.03)
  })
})
