import { describe, expect, it } from '@jest/globals'
import { createRateBudget } from './rate-budget.ts'

const signal = new AbortController().signal

describe('rate budget', () => {
  it('lets a burst through at once and then keeps the rate', async () => {
    const budget = createRateBudget({ perSecond: 50, burst: 5 })
    const start = performance.now()
    await Promise.all(Array.from({ length: 5 }, () => budget.take(signal)))
    expect(performance.now() - start).toBeLessThan(15)
    await Promise.all(Array.from({ length: 5 }, () => budget.take(signal)))
    expect(performance.now() - start).toBeGreaterThanOrEqual(95)
  })

  it('fills up again, but not beyond the burst', async () => {
    let nowMs = 0
    const budget = createRateBudget({ perSecond: 10, burst: 2 }, () => nowMs)
    await budget.take(signal)
    await budget.take(signal)
    nowMs = 60_000
    await budget.take(signal)
    await budget.take(signal)
    const third = budget.take(AbortSignal.timeout(20))
    await expect(third).rejects.toThrow()
  })

  it('stops waiting when the run is over', async () => {
    const budget = createRateBudget({ perSecond: 0.01, burst: 1 })
    await budget.take(signal)
    await expect(budget.take(AbortSignal.timeout(10))).rejects.toThrow()
    await expect(budget.take(AbortSignal.abort())).rejects.toThrow()
  })
})
