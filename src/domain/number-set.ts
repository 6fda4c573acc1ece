/** A bound of a set: IPv4 addresses, ports and protocols are numbers, IPv6 addresses bigints. One set holds one kind. */
export type Bound = number | bigint

/**
 * A set of whole numbers by its bounds, ascending: from the first (in it) to the second (the first one not in it), from
 * the third to the fourth, and so on. No two runs touch, so that equal sets have equal bounds.
 */
export type NumberSet = readonly Bound[]

/** The set without a number. */
export const NOTHING: NumberSet = []

/** Runs `[from, to)` in any order, touching and overlapping as they like, as one set. Runs without a number are dropped. */
export function setOfRuns(runs: readonly (readonly [from: Bound, to: Bound])[]): NumberSet {
  const filled = runs.filter(([from, to]) => from < to)
  const sorted = isAscending(filled) ? filled : filled.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  const bounds: Bound[] = []
  for (const [from, to] of sorted) {
    const end = bounds.at(-1)
    if (end === undefined || from > end) bounds.push(from, to)
    else if (to > end) bounds[bounds.length - 1] = to
  }
  return bounds
}

/** Azure's own lists are sorted already. */
function isAscending(runs: readonly (readonly [from: Bound, to: Bound])[]): boolean {
  return runs.every(([from], index) => index === 0 || (runs[index - 1]?.[0] ?? from) <= from)
}

/** The runs `[from, to)` of a set, ascending. */
export function runsOf(set: NumberSet): [from: Bound, to: Bound][] {
  const runs: [Bound, Bound][] = []
  for (let index = 0; index < set.length; index += 2) runs.push([boundAt(set, index), boundAt(set, index + 1)])
  return runs
}

/** What is in one of the sets at least. */
export function uniteSets(sets: readonly NumberSet[]): NumberSet {
  const filled = sets.filter(({ length }) => length > 0)
  return filled.length === 1 ? (filled[0] ?? NOTHING) : setOfRuns(filled.flatMap(runsOf))
}

/** What is in both. Takes time by the smaller set, and by the logarithm of the larger. */
export function intersectSets(a: NumberSet, b: NumberSet): NumberSet {
  const [few, many] = a.length <= b.length ? [a, b] : [b, a]
  const bounds: Bound[] = []
  let at = 0
  for (let index = 0; index < few.length; index += 2) {
    const from = boundAt(few, index)
    const to = boundAt(few, index + 1)
    at = firstRunEndingAfter(many, from, at)
    for (let other = at; other < many.length && boundAt(many, other) < to; other += 2) {
      bounds.push(higher(from, boundAt(many, other)), lower(to, boundAt(many, other + 1)))
    }
  }
  return bounds
}

/** What is in `set` and not in `removed`. */
export function subtractSet(set: NumberSet, removed: NumberSet): NumberSet {
  const bounds: Bound[] = []
  let at = 0
  for (let index = 0; index < set.length; index += 2) {
    let from = boundAt(set, index)
    const to = boundAt(set, index + 1)
    at = firstRunEndingAfter(removed, from, at)
    for (let other = at; other < removed.length && boundAt(removed, other) < to; other += 2) {
      if (boundAt(removed, other) > from) bounds.push(from, boundAt(removed, other))
      from = boundAt(removed, other + 1)
    }
    if (from < to) bounds.push(from, to)
  }
  return bounds
}

/** Whether the sets have a number in common. */
export function isOverlapping(a: NumberSet, b: NumberSet): boolean {
  const [few, many] = a.length <= b.length ? [a, b] : [b, a]
  let at = 0
  for (let index = 0; index < few.length; index += 2) {
    at = firstRunEndingAfter(many, boundAt(few, index), at)
    if (at < many.length && boundAt(many, at) < boundAt(few, index + 1)) return true
  }
  return false
}

/** Whether the sets hold the same numbers. */
export function isSameSet(a: NumberSet, b: NumberSet): boolean {
  return a.length === b.length && a.every((bound, index) => bound === b[index])
}

/** Whether every number of `inner` is in `outer`. */
export function isSubset(inner: NumberSet, outer: NumberSet): boolean {
  return subtractSet(inner, outer).length === 0
}

/** Whether the number is in the set. */
export function hasNumber(set: NumberSet, value: Bound): boolean {
  const at = firstRunEndingAfter(set, value, 0)
  return at < set.length && boundAt(set, at) <= value
}

/** The index of the first run that ends after the number, from run `start` on: leaps first, so that near ones are cheap. */
function firstRunEndingAfter(set: NumberSet, value: Bound, start: number): number {
  let low = start
  let step = 2
  while (low + step < set.length && boundAt(set, low + step - 1) <= value) {
    low += step
    step *= 2
  }
  let high = Math.min(low + step, set.length)
  while (low < high) {
    const middle = low + ((high - low) >> 2) * 2
    if (boundAt(set, middle + 1) <= value) low = middle + 2
    else high = middle
  }
  return low
}

/** Bounds come in pairs, so that an index inside the set always has one. */
function boundAt(set: NumberSet, index: number): Bound {
  return set[index] as Bound
}

function higher(a: Bound, b: Bound): Bound {
  return a < b ? b : a
}

function lower(a: Bound, b: Bound): Bound {
  return a < b ? a : b
}
