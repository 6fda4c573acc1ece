import { setTimeout as sleep } from 'node:timers/promises'

export interface RateBudget {
  /** Resolves when one more request may go out; rejects when the signal is aborted. */
  take(signal: AbortSignal): Promise<void>
}

export interface RateLimits {
  perSecond: number
  burst: number
}

/**
 * A token bucket. Azure Resource Manager itself refills 25 reads a second for a subscription and principal, burst 250:
 * https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
 */
export function createRateBudget(
  { perSecond, burst }: RateLimits = { perSecond: 20, burst: 100 },
  now: () => number = () => performance.now(),
): RateBudget {
  // The time at which the bucket was last full, moved on by each request: one number tells both level and queue.
  let emptyingMs = -Infinity
  const refillMs = 1000 / perSecond
  return {
    async take(signal) {
      signal.throwIfAborted()
      const at = now()
      emptyingMs = Math.max(emptyingMs, at - burst * refillMs) + refillMs
      const waitMs = emptyingMs - at
      if (waitMs > 0) await sleep(waitMs, undefined, { signal })
    },
  }
}
