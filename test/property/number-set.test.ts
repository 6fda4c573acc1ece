import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import {
  hasNumber,
  intersectSets,
  isOverlapping,
  isSameSet,
  isSubset,
  NOTHING,
  runsOf,
  setOfRuns,
  subtractSet,
  uniteSets,
  type NumberSet,
} from '../../src/domain/number-set.ts'

const SIZE = 40
const runs = (most: number) =>
  fc.array(
    fc
      .tuple(fc.integer({ min: 0, max: SIZE }), fc.integer({ min: 0, max: 6 }))
      .map(([from, more]) => [from, from + more] as const),
    { maxLength: most },
  )
const sets = (most = 12) => runs(most).map(setOfRuns)
const members = (set: NumberSet): number[] =>
  Array.from({ length: SIZE + 8 }, (_, value) => value).filter((value) =>
    runsOf(set).some(([from, to]) => from <= value && value < to),
  )

/** Ascending, in pairs, and no two runs touch. */
function isSound(set: NumberSet): boolean {
  return set.length % 2 === 0 && set.every((bound, index) => index === 0 || (set[index - 1] ?? bound) < bound)
}

describe('sets of whole numbers', () => {
  it('hold what their runs hold', () => {
    fc.assert(
      fc.property(runs(12), (input) => {
        const set = setOfRuns(input)
        expect(isSound(set)).toBe(true)
        const expected = Array.from({ length: SIZE + 8 }, (_, value) => value).filter((value) =>
          input.some(([from, to]) => from <= value && value < to),
        )
        expect(members(set)).toEqual(expected)
        expect(expected.every((value) => hasNumber(set, value))).toBe(true)
        expect(hasNumber(set, SIZE + 20)).toBe(false)
      }),
    )
  })

  it('are united, cut and compared number by number', () => {
    fc.assert(
      fc.property(sets(), sets(3), fc.boolean(), (a, b, isSwapped) => {
        const [left, right] = isSwapped ? [b, a] : [a, b]
        const [inLeft, inRight] = [members(left), members(right)]
        const both = inLeft.filter((value) => inRight.includes(value))
        const only = inLeft.filter((value) => !inRight.includes(value))
        for (const [set, expected] of [
          [intersectSets(left, right), both],
          [subtractSet(left, right), only],
          [uniteSets([left, right]), [...new Set([...inLeft, ...inRight])].sort((x, y) => x - y)],
        ] as const) {
          expect(isSound(set)).toBe(true)
          expect(members(set)).toEqual(expected)
        }
        expect(isOverlapping(left, right)).toBe(both.length > 0)
        expect(isSubset(left, right)).toBe(only.length === 0)
        expect(isSameSet(left, right)).toBe(inLeft.join() === inRight.join())
      }),
      { numRuns: 1000 },
    )
  })

  it('hold bigints as well', () => {
    const high = 1n << 127n
    const set = setOfRuns([
      [high + 5n, high + 9n],
      [high, high + 5n],
    ])
    expect(set).toEqual([high, high + 9n])
    expect(subtractSet(set, [high + 1n, high + 2n])).toEqual([high, high + 1n, high + 2n, high + 9n])
    expect(isSameSet(intersectSets(set, NOTHING), NOTHING)).toBe(true)
  })

  it('are cut by a hundred thousand runs', () => {
    const many = setOfRuns(Array.from({ length: 100_000 }, (_, index) => [index * 4, index * 4 + 2] as const))
    const shifted = setOfRuns(Array.from({ length: 100_000 }, (_, index) => [index * 4 + 1, index * 4 + 3] as const))
    expect(many.length).toBe(200_000)
    expect(intersectSets(many, shifted).slice(0, 4)).toEqual([1, 2, 5, 6])
    expect(subtractSet(many, shifted).slice(0, 4)).toEqual([0, 1, 4, 5])
    expect(uniteSets([many, shifted]).slice(0, 4)).toEqual([0, 3, 4, 7])
    expect(intersectSets(many, [399_996, 399_997])).toEqual([399_996, 399_997])
  })
})
