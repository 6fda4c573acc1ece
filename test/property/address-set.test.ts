import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { mergeRanges, parsePrefix, type AddressRange } from '../../src/domain/address.ts'
import {
  addressSet,
  ALL_OF_FAMILY,
  FAMILIES,
  parseAddresses,
  prefixesOfSet,
  rangesOfSet,
  setOfRanges,
} from '../../src/domain/address-set.ts'
import { isSameSet } from '../../src/domain/number-set.ts'

const range = (family: 4 | 6): fc.Arbitrary<AddressRange> =>
  fc.tuple(fc.bigInt(0n, (1n << (family === 4 ? 32n : 128n)) - 1n), fc.bigInt(0n, 1n << 20n)).map(([first, more]) => {
    const top = (1n << (family === 4 ? 32n : 128n)) - 1n
    return { family, first, last: first + more > top ? top : first + more }
  })

describe.each(FAMILIES)('sets of addresses, IPv%i', (family) => {
  it('are the ranges they came from', () => {
    fc.assert(
      fc.property(fc.array(range(family), { maxLength: 8 }), (ranges) => {
        expect(rangesOfSet(setOfRanges(ranges, family), family)).toEqual(mergeRanges(ranges))
        expect(setOfRanges(ranges, family === 4 ? 6 : 4)).toEqual([])
      }),
    )
  })

  it('are written as prefixes that hold the same addresses, do not overlap, and cannot be joined', () => {
    fc.assert(
      fc.property(fc.array(range(family), { maxLength: 4 }), (ranges) => {
        const set = setOfRanges(ranges, family)
        const prefixes = prefixesOfSet(set, family)
        expect(isSameSet(addressSet(prefixes, family), set)).toBe(true)
        const parsed = prefixes.map((text) => parsePrefix(text))
        parsed.forEach((prefix, index) => {
          const next = parsed[index + 1]
          if (prefix === undefined || next === undefined) return
          expect(prefix.last < next.first).toBe(true)
          const size = prefix.last - prefix.first
          const isJoinable = size === next.last - next.first && next.first === prefix.last + 1n
          expect(isJoinable && prefix.first % ((size + 1n) * 2n) === 0n).toBe(false)
        })
      }),
    )
  })

  it('has a way to write everything', () => {
    expect(prefixesOfSet(ALL_OF_FAMILY[family], family)).toEqual([family === 4 ? '0.0.0.0/0' : '::/0'])
  })
})

describe('texts of addresses', () => {
  it.each([
    ['10.0.0.0/8', 10n << 24n, (11n << 24n) - 1n],
    ['10.0.0.1', (10n << 24n) + 1n, (10n << 24n) + 1n],
    [' 10.0.0.1 - 10.0.0.3 ', (10n << 24n) + 1n, (10n << 24n) + 3n],
    ['::ffff:10.0.0.1', (10n << 24n) + 1n, (10n << 24n) + 1n],
  ])('%s', (text, first, last) => {
    expect(parseAddresses(text)).toEqual({ family: 4, first, last })
  })

  it.each([
    'Storage',
    'AzureFrontDoor.Backend',
    '10.0.0.3-10.0.0.1',
    '1.2.3',
    '1.2.3.4.5',
    '01.2.3.4',
    '256.1.1.1',
    '1..2.3',
    '',
  ])('%p is none', (text) => {
    expect(parseAddresses(text)).toBeUndefined()
  })

  it('of the other family add nothing', () => {
    expect(addressSet(['10.0.0.0/31', 'fd00::/127', 'Storage'], 4)).toEqual([167_772_160, 167_772_162])
    expect(addressSet(['10.0.0.0/31', 'fd00::/127', 'Storage'], 6)).toEqual([253n << 120n, (253n << 120n) + 2n])
  })
})
