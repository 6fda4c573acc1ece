import { describe, expect, it } from '@jest/globals'
import { createPatience } from './patience.ts'

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

function start(timeoutMs: number) {
  const ends: number[] = []
  const startedAt = performance.now()
  const patience = createPatience(timeoutMs, () => ends.push(performance.now() - startedAt))
  return { patience, ends }
}

describe('createPatience', () => {
  it('ends once, after its time', async () => {
    const { ends } = start(50)
    await wait(200)
    expect(ends).toHaveLength(1)
    expect(ends[0]).toBeGreaterThanOrEqual(49)
  })

  it('does not count what is spent in waiting, also for several turns at once', async () => {
    const { patience, ends } = start(100)
    await Promise.all([patience.waiting(wait(300)), patience.waiting(wait(150))])
    expect(ends).toEqual([])
    await wait(300)
    expect(ends).toHaveLength(1)
    expect(ends[0]).toBeGreaterThanOrEqual(390)
  })

  it('gives what it was given, and goes on after a failure', async () => {
    const { patience, ends } = start(30)
    expect(await patience.waiting(Promise.resolve('mine'))).toBe('mine')
    await expect(patience.waiting(Promise.reject(new Error('no')))).rejects.toThrow('no')
    await wait(150)
    expect(ends).toHaveLength(1)
  })

  it('is silent after its end, whatever still waits', async () => {
    const { patience, ends } = start(20)
    const turn = patience.waiting(wait(60))
    patience.end()
    await turn
    await wait(100)
    expect(ends).toEqual([])
  })
})
