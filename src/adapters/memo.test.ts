import { describe, expect, it } from '@jest/globals'
import { seen, unseen } from '../domain/observed.ts'
import { createMemo } from './memo.ts'

describe('createMemo', () => {
  it('asks once for each key, also while the first answer is under way', async () => {
    const memo = createMemo()
    let asked = 0
    const ask = async (): Promise<number> => {
      asked += 1
      return Promise.resolve(asked)
    }
    expect(await Promise.all([memo.once('a', ask), memo.once('a', ask), memo.once('b', ask)])).toEqual([1, 1, 2])
    expect(await memo.once('a', ask)).toBe(1)
    expect(asked).toBe(2)
  })

  it('remembers a failure as well as a value', async () => {
    const memo = createMemo()
    const failure = unseen('timeout', 'no answer')
    await memo.once('a', () => Promise.resolve(failure))
    expect(await memo.once('a', () => Promise.resolve(seen(1)))).toBe(failure)
  })
})
