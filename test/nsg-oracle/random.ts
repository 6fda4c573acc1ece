// A seeded source of choices: the same seed gives the same situations on every machine.
export interface Random {
  /** A whole number from 0 to below `limit`. */
  below: (limit: number) => number
  between: (first: number, last: number) => number
  bigBetween: (first: bigint, last: bigint) => bigint
  chance: (probability: number) => boolean
  pick: <T>(list: readonly T[]) => T
  /** One of the entries, each as often as its weight says. */
  weighted: <T>(entries: readonly (readonly [weight: number, value: T])[]) => T
  /** 1 as often as the first weight says, 2 as often as the second, and so on. */
  count: (...weights: number[]) => number
}

/** mulberry32, seeded with the run's seed and the number of the situation in it. */
export function randomOf(seed: number, index: number): Random {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)) >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  const below = (limit: number): number => Math.floor((next() / 2 ** 32) * limit)
  const bigBelow = (limit: bigint): bigint => {
    let wide = 0n
    for (let word = 0; word < 5; word += 1) wide = (wide << 32n) | BigInt(next())
    return wide % limit
  }
  const weighted = <T>(entries: readonly (readonly [number, T])[]): T => {
    let rest = (next() / 2 ** 32) * entries.reduce((sum, [weight]) => sum + weight, 0)
    for (const [weight, value] of entries) {
      rest -= weight
      if (rest < 0) return value
    }
    return lastOf(entries)[1]
  }
  return {
    below,
    between: (first, last) => first + below(last - first + 1),
    bigBetween: (first, last) => first + bigBelow(last - first + 1n),
    chance: (probability) => next() / 2 ** 32 < probability,
    pick: (list) => list[below(list.length)] ?? lastOf(list),
    weighted,
    count: (...weights) => weighted(weights.map((weight, index) => [weight, index + 1])),
  }
}

function lastOf<T>(list: readonly T[]): T {
  const last = list.at(-1)
  if (last === undefined) throw new Error('nothing to choose from')
  return last
}
