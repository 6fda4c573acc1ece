import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { editDistance, nearestName } from './nearest.ts'

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['abc', '', 3],
    ['sever', 'server', 1],
    ['sevrer', 'server', 1],
    ['kitten', 'sitting', 3],
  ])('%j to %j is %d', (left, right, distance) => expect(editDistance(left, right)).toBe(distance))

  it('is symmetric, zero only for equal words, and never above the longer word', () => {
    const word = fc.string({ maxLength: 12 })
    fc.assert(
      fc.property(word, word, (left, right) => {
        const distance = editDistance(left, right)
        expect(distance).toBe(editDistance(right, left))
        expect(distance === 0).toBe(left === right)
        expect(distance).toBeLessThanOrEqual(Math.max(left.length, right.length))
      }),
    )
  })
})

describe('nearestName', () => {
  const names = ['name', 'server', 'login', 'databases', 'trust-server-certificate']
  it.each([
    ['sever', 'server'],
    ['Server', 'server'],
    ['database', 'databases'],
    ['trust_server_certificate', 'trust-server-certificate'],
    ['nmae', 'name'],
    ['password', undefined],
    ['x'.repeat(65), undefined],
    ['', undefined],
  ])('%j is nearest to %j', (word, nearest) => expect(nearestName(word, names)).toBe(nearest))
})
