import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import {
  isActionCovered,
  isActionGranted,
  isActionTouched,
  missingActions,
  relevantAccess,
  type PermissionSet,
} from '../../src/domain/azure-permissions.ts'

const LETTERS = ['a', 'b', '/'] as const
/** Every text over the letters up to six of them: the world of the oracle. */
const WORLD = worldOf(6)

function worldOf(length: number): string[] {
  const longest = length === 0 ? [] : worldOf(length - 1)
  const ends = longest.filter((text) => text.length === length - 1)
  return length === 0 ? [''] : [...longest, ...ends.flatMap((text) => LETTERS.map((letter) => text + letter))]
}

/** Letter by letter, trying everything that a `*` can take. */
function means(pattern: string, text: string): boolean {
  const [head, rest] = [pattern[0], pattern.slice(1)]
  if (head === undefined) return text === ''
  if (head === '*') return means(rest, text) || (text !== '' && means(pattern, text.slice(1)))
  return text[0]?.toLowerCase() === head.toLowerCase() && means(rest, text.slice(1))
}

const grants = ({ actions, notActions }: PermissionSet, text: string): boolean =>
  actions.some((pattern) => means(pattern, text)) && !notActions.some((pattern) => means(pattern, text))

const letter = fc.constantFrom(...LETTERS, 'A', 'B')
const word = fc.string({ unit: letter, maxLength: 6 })
const glob = fc.string({ unit: fc.oneof({ arbitrary: letter, weight: 3 }, fc.constant('*')), maxLength: 5 })
const set = fc
  .record({ actions: fc.array(glob, { maxLength: 3 }), notActions: fc.array(glob, { maxLength: 2 }) })
  .map((one): PermissionSet => ({ ...one, dataActions: [], notDataActions: [] }))
const sets = fc.array(set, { maxLength: 3 })

describe('rights in Azure', () => {
  it('are those that trying every letter finds, for an action of its own', () => {
    fc.assert(
      fc.property(sets, word, (granted, action) => {
        expect(isActionGranted({ granted }, action)).toBe(granted.some((one) => grants(one, action)))
      }),
      { numRuns: 2000 },
    )
  })

  it('to actions of a form are never more than those to each of them', () => {
    let granting = 0
    fc.assert(
      fc.property(sets, glob, (granted, form) => {
        if (!isActionGranted({ granted }, form)) return
        granting += 1
        const meant = WORLD.filter((text) => means(form, text))
        expect(meant.filter((text) => !granted.some((one) => grants(one, text)))).toEqual([])
      }),
      { numRuns: 1500 },
    )
    expect(granting).toBeGreaterThan(50)
  })

  it('to all actions of a form are found when one pattern gives them', () => {
    fc.assert(
      fc.property(glob, glob, (form, pattern) => {
        const wider = pattern === '' ? `${form}*` : form.replaceAll('*', `*${'*'.repeat(pattern.length % 2)}`)
        expect(isActionCovered(wider, form)).toBe(true)
        expect(isActionCovered('*', form)).toBe(true)
      }),
    )
  })

  it('meet where some action is meant by both patterns', () => {
    fc.assert(
      fc.property(glob, glob, (left, right) => {
        // A common action, if there is one, is no longer than the letters of both.
        if ((left + right).replaceAll('*', '').length > 6) return
        expect(isActionTouched(left, right)).toBe(WORLD.some((text) => means(left, text) && means(right, text)))
      }),
      { numRuns: 600 },
    )
  })

  it('stay the same when what cannot matter is left out', () => {
    fc.assert(
      fc.property(sets, fc.array(fc.oneof(word, glob), { maxLength: 3 }), (granted, required) => {
        expect(missingActions(relevantAccess({ granted }, required), required)).toEqual(
          missingActions({ granted }, required),
        )
      }),
      { numRuns: 500 },
    )
  })

  it('are found at once in patterns made to be slow', () => {
    const pattern = `${'*a'.repeat(200)}b`
    const started = performance.now()
    expect(isActionCovered(pattern, 'a'.repeat(4000))).toBe(false)
    expect(isActionTouched(pattern, `${'a*'.repeat(200)}c`)).toBe(false)
    expect(performance.now() - started).toBeLessThan(1000)
  })
})
