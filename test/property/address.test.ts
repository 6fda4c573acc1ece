import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import {
  containsAddress,
  formatAddress,
  formatRange,
  mergeRanges,
  parseAddress,
  parsePrefix,
  parseRange,
  prefixRelation,
  rangeRelation,
  subtractRanges,
  type AddressRange,
} from '../../src/domain/address.ts'

const address4 = fc.bigInt(0n, (1n << 32n) - 1n).map((value) => ({ family: 4 as const, value }))
const address6 = fc
  .bigInt(0n, (1n << 128n) - 1n)
  .filter((value) => value >> 32n !== 0xffffn)
  .map((value) => ({ family: 6 as const, value }))
const prefix = fc
  .oneof(fc.tuple(address4, fc.nat(32)), fc.tuple(address6, fc.nat(128)))
  .map(([address, length]) => `${formatAddress(address)}/${String(length)}`)

/** Ranges of a tiny world, so that a set of numbers can be the oracle. */
const small = fc
  .tuple(fc.nat(30), fc.nat(30))
  .map(([a, b]): AddressRange => ({ family: 4, first: BigInt(Math.min(a, b)), last: BigInt(Math.max(a, b)) }))
const members = (ranges: readonly AddressRange[]): Set<bigint> => {
  const set = new Set<bigint>()
  for (const { first, last } of ranges) for (let value = first; value <= last; value += 1n) set.add(value)
  return set
}

describe('addresses', () => {
  it('survive being written and read again', () => {
    fc.assert(
      fc.property(fc.oneof(address4, address6), (address) => {
        expect(parseAddress(formatAddress(address))).toEqual(address)
      }),
    )
  })

  it('are read as URL reads IPv6 hosts', () => {
    fc.assert(
      fc.property(address6, (address) => {
        expect(new URL(`http://[${formatAddress(address)}]`).hostname).toBe(`[${formatAddress(address)}]`)
      }),
    )
  })

  it('never make the parser throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.ipV6(), fc.ipV4()), (text) => {
        const address = parseAddress(text)
        if (address !== undefined) expect(parseAddress(formatAddress(address))).toEqual(address)
        parsePrefix(text)
      }),
    )
  })
})

describe('prefixes', () => {
  it('survive being written and read again', () => {
    fc.assert(
      fc.property(prefix, (text) => {
        const range = parsePrefix(text)
        if (range === undefined) throw new Error(text)
        expect(parsePrefix(formatRange(range))).toEqual(range)
      }),
    )
  })

  it('cover one another, or one covers a part of the other, or nothing is shared', () => {
    fc.assert(
      fc.property(prefix, prefix, (a, b) => {
        const [there, back] = [prefixRelation(a, b), prefixRelation(b, a)]
        expect((there === 'disjoint') === (back === 'disjoint')).toBe(true)
        if (there === 'overlaps') expect(back).toBe('covers')
      }),
    )
  })

  it('hold both of their ends and not what is beyond', () => {
    fc.assert(
      fc.property(fc.tuple(address4, fc.integer({ min: 1, max: 31 })), ([address, length]) => {
        const text = `${formatAddress(address)}/${String(length)}`
        const range = parsePrefix(text)
        if (range === undefined) throw new Error(text)
        for (const [value, expected] of [
          [range.first, true],
          [range.last, true],
          [range.first - 1n, false],
          [range.last + 1n, false],
        ] as const) {
          if (value < 0n || value >= 1n << 32n) continue
          expect(containsAddress([text], formatAddress({ family: 4, value }))).toBe(expected)
        }
      }),
    )
  })
})

describe('sets of ranges', () => {
  it('are merged and subtracted as sets are', () => {
    fc.assert(
      fc.property(fc.array(small, { maxLength: 6 }), fc.array(small, { maxLength: 6 }), (ranges, removed) => {
        expect(members(mergeRanges(ranges))).toEqual(members(ranges))
        expect(members(subtractRanges(ranges, removed))).toEqual(
          new Set([...members(ranges)].filter((value) => !members(removed).has(value))),
        )
      }),
    )
  })

  it('stand to one range as sets do', () => {
    fc.assert(
      fc.property(fc.array(small, { maxLength: 4 }), small, (outer, inner) => {
        const shared = [...members(outer)].filter((value) => members([inner]).has(value)).length
        const expected = shared === 0 ? 'disjoint' : shared === members([inner]).size ? 'covers' : 'overlaps'
        expect(rangeRelation(outer, inner)).toBe(expected)
      }),
    )
  })

  it('read two ends in order only', () => {
    fc.assert(
      fc.property(address4, address4, (a, b) => {
        const range = parseRange(formatAddress(a), formatAddress(b))
        expect(range === undefined).toBe(a.value > b.value)
      }),
    )
  })
})
