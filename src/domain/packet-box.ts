/** Whole numbers from first to last, both included. */
export type Interval = readonly [first: bigint, last: bigint]

/** A set of packets: one interval for each dimension (source, source port, protocol, port, destination). */
export type Box = readonly Interval[]

/** What is in both boxes; undefined when that is nothing. */
export function intersectBoxes(a: Box, b: Box): Box | undefined {
  const common: Interval[] = []
  for (const [index, [first, last]] of a.entries()) {
    const [otherFirst, otherLast] = b[index] ?? [first, last]
    const from = first > otherFirst ? first : otherFirst
    const to = last < otherLast ? last : otherLast
    if (from > to) return undefined
    common.push([from, to])
  }
  return common
}

/** What is in `box` and not in `removed`, as boxes that do not overlap. */
export function subtractBox(box: Box, removed: Box): Box[] {
  const common = intersectBoxes(box, removed)
  if (common === undefined) return [box]
  const pieces: Box[] = []
  let rest: Box = box
  for (const [index, [from, to]] of common.entries()) {
    const [first, last] = rest[index] ?? [from, to]
    if (first < from) pieces.push(rest.with(index, [first, from - 1n]))
    if (to < last) pieces.push(rest.with(index, [to + 1n, last]))
    rest = rest.with(index, [from, to])
  }
  return pieces
}
