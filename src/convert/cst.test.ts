import { describe, expect, it } from '@jest/globals'
import { followPath, readCst } from './cst.ts'

describe('followPath', () => {
  it('finds each of many names without looking at all of them', () => {
    const names = Array.from({ length: 20_000 }, (_, index) => `c${String(index)}`)
    const { root } = readCst(`containers:\n${names.map((name) => `  ${name}: x\n`).join('')}`)!
    const before = performance.now()
    const found = names.filter((name) => followPath(root, ['containers', name])?.at(-1) !== undefined)
    expect(found).toHaveLength(names.length)
    // Tenths of a second; by the square of the number it was half a minute.
    expect(performance.now() - before).toBeLessThan(5_000)
  })

  it('takes the first of two with one name, and none that is not there', () => {
    const { root } = readCst('a: 1\nb: 2\na: 3\n')!
    expect(followPath(root, ['a'])?.[0]?.item.value).toMatchObject({ source: '1' })
    expect(followPath(root, ['c'])).toBeUndefined()
  })
})
