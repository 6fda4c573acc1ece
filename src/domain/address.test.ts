import { describe, expect, it } from '@jest/globals'
import {
  containsAddress,
  containsPrefix,
  firstHostOf,
  formatAddress,
  formatRange,
  isPrivateAddress,
  mergeRanges,
  parseAddress,
  parsePrefix,
  parseRange,
  prefixRelation,
  rangeRelation,
  subtractRanges,
} from './address.ts'

describe('parseAddress', () => {
  it.each([
    ['10.0.1.4', '10.0.1.4', 4],
    ['255.255.255.255', '255.255.255.255', 4],
    ['::', '::', 6],
    ['::1', '::1', 6],
    ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1', 6],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1', 6],
    ['1::', '1::', 6],
    ['::ffff:10.0.0.4', '10.0.0.4', 4],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221', 6],
  ])('reads %s as %s', (text, canonical, family) => {
    const address = parseAddress(text)
    expect(address?.family).toBe(family)
    expect(address === undefined ? undefined : formatAddress(address)).toBe(canonical)
  })

  it.each([
    '',
    '10.0.1',
    '10.0.1.256',
    '010.0.0.1',
    '1.2.3.4.5',
    ' 10.0.0.1',
    ':::',
    '1:2:3:4:5:6:7',
    '1::2::3',
    'fe80::1%eth0',
    'g::',
    '12345::',
    '1:2:3:4:5:6:7::8',
    ':1',
    'a.b.c.d',
    '1.2.3.4::',
  ])('takes %j for no address', (text) => {
    expect(parseAddress(text)).toBeUndefined()
  })
})

describe('parsePrefix', () => {
  it.each([
    ['10.0.1.4', '10.0.1.4'],
    ['10.0.1.4/24', '10.0.1.0/24'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['2001:db8::/32', '2001:db8::/32'],
    ['::ffff:10.0.0.0/104', '10.0.0.0/8'],
  ])('reads %s as %s', (text, canonical) => {
    const range = parsePrefix(text)
    expect(range === undefined ? undefined : formatRange(range)).toBe(canonical)
  })

  it.each([
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '::/129',
    'VirtualNetwork',
    '*',
    '::ffff:10.0.0.0/90',
  ])('takes %j for no prefix', (text) => {
    expect(parsePrefix(text)).toBeUndefined()
  })
})

describe('ranges', () => {
  it('needs both ends in one family and in order', () => {
    expect(parseRange('10.0.0.1', '10.0.0.9')).toEqual({ family: 4, first: 0x0a000001n, last: 0x0a000009n })
    expect(parseRange('10.0.0.9', '10.0.0.1')).toBeUndefined()
    expect(parseRange('10.0.0.9', '::1')).toBeUndefined()
    expect(parseRange('x', '10.0.0.1')).toBeUndefined()
  })

  it('shows a range that is no prefix by its ends', () => {
    const range = parseRange('10.0.0.1', '10.0.0.9')
    expect(range === undefined ? '' : formatRange(range)).toBe('10.0.0.1-10.0.0.9')
  })

  it('merges neighbours and keeps families apart', () => {
    const ranges = ['10.0.1.0/24', '10.0.0.0/24', '::/128', '10.0.0.7'].flatMap((text) => parsePrefix(text) ?? [])
    expect(mergeRanges(ranges).map(formatRange)).toEqual(['10.0.0.0/23', '::'])
  })

  it('leaves what is not removed', () => {
    const [whole, hole] = ['10.0.0.0/30', '10.0.0.1'].flatMap((text) => parsePrefix(text) ?? [])
    expect(whole && hole && subtractRanges([whole], [hole]).map(formatRange)).toEqual(['10.0.0.0', '10.0.0.2/31'])
  })

  it.each([
    ['10.0.0.0/8', '10.1.0.0/16', 'covers'],
    ['10.1.0.0/16', '10.0.0.0/8', 'overlaps'],
    ['10.0.0.0/8', '11.0.0.0/8', 'disjoint'],
    ['0.0.0.0/0', '::/0', 'disjoint'],
    ['nonsense', '10.0.0.0/8', undefined],
  ])('%s to %s: %s', (outer, inner, relation) => {
    expect(prefixRelation(outer, inner)).toBe(relation)
  })

  it('knows that halves cover the whole', () => {
    const [low, high, all] = ['0.0.0.0/1', '128.0.0.0/1', '0.0.0.0/0'].flatMap((text) => parsePrefix(text) ?? [])
    expect(low && high && all && rangeRelation([low, high], all)).toBe('covers')
  })
})

describe('containsAddress and isPrivateAddress', () => {
  it('finds an address in any of the prefixes', () => {
    expect(containsAddress(['192.168.0.0/16', '10.0.1.0/24'], '10.0.1.255')).toBe(true)
    expect(containsAddress(['10.0.1.0/24'], '::ffff:10.0.1.7')).toBe(true)
    expect(containsAddress(['10.0.1.0/24', 'nonsense'], '10.0.2.1')).toBe(false)
    expect(containsAddress(['0.0.0.0/0'], '::1')).toBe(false)
    expect(containsAddress(['10.0.0.0/8'], 'sql01')).toBe(false)
  })

  it.each([
    ['10.255.0.1', true],
    ['172.31.0.1', true],
    ['172.32.0.1', false],
    ['192.168.1.1', true],
    ['100.64.0.1', true],
    ['100.128.0.1', false],
    ['169.254.1.1', true],
    ['127.0.0.1', true],
    ['203.0.113.7', false],
    ['fd00::1', true],
    ['fe80::1', true],
    ['2001:db8::1', false],
  ])('%s is private: %s', (address, expected) => {
    expect(isPrivateAddress(address)).toBe(expected)
  })
})

describe('firstHostOf', () => {
  it.each([
    ['10.1.0.0/24', '10.1.0.1'],
    ['10.1.0.7/32', '10.1.0.7'],
    ['fd00:1::/64', 'fd00:1::1'],
    ['no prefix', undefined],
  ])('of %s is %s', (prefix, host) => {
    expect(firstHostOf(prefix)).toBe(host)
  })
})

describe('containsPrefix', () => {
  it.each<[string[], string, boolean]>([
    [['10.0.0.0/9', '10.128.0.0/9'], '10.0.0.0/8', true],
    [['10.0.0.0/9'], '10.0.0.0/8', false],
    [['0.0.0.0/0'], '::/0', false],
    [['10.0.0.0/8', 'Storage'], '10.1.2.3', true],
    [['0.0.0.0/0'], 'Storage', false],
  ])('%s holds %s: %s', (prefixes, inner, expected) => {
    expect(containsPrefix(prefixes, inner)).toBe(expected)
  })
})
