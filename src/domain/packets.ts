import { intersectSets, isOverlapping, isSameSet, subtractSet, uniteSets, type NumberSet } from './number-set.ts'

/** Packets of one address family: every combination of a protocol, ports and addresses of the five sets. */
export interface Packets {
  /** IANA numbers. */
  protocols: NumberSet
  /** Destination ports. */
  ports: NumberSet
  sourcePorts: NumberSet
  source: NumberSet
  destination: NumberSet
}

/** Cheap ones first: most rules are about another protocol or port. */
const DIMENSIONS = ['protocols', 'ports', 'sourcePorts', 'source', 'destination'] as const

/** What is in both; undefined when that is nothing. */
export function intersectPackets(a: Packets, b: Packets): Packets | undefined {
  const common = { ...a }
  for (const dimension of DIMENSIONS) {
    const set = intersectSets(a[dimension], b[dimension])
    if (set.length === 0) return undefined
    common[dimension] = set
  }
  return common
}

/** Whether some packet is in both. */
export function isSharingPackets(a: Packets, b: Packets): boolean {
  return DIMENSIONS.every((dimension) => isOverlapping(a[dimension], b[dimension]))
}

/** What is in `packets` and not in `part`, which has to lie in them; in parts that have no packet in common. */
export function subtractPackets(packets: Packets, part: Packets): Packets[] {
  const pieces: Packets[] = []
  let rest = packets
  for (const dimension of DIMENSIONS) {
    const beside = subtractSet(rest[dimension], part[dimension])
    if (beside.length > 0) pieces.push({ ...rest, [dimension]: beside })
    rest = { ...rest, [dimension]: part[dimension] }
  }
  return pieces
}

/** The same packets in fewer parts: two that differ in one set alone become one. The parts must have no packet in common. */
export function joinPackets(parts: readonly Packets[]): Packets[] {
  const joined: Packets[] = []
  for (const part of parts) {
    let whole = part
    // A part that has grown may fit another one now.
    for (let index = joined.findIndex((other) => differing(other, whole) !== undefined); index !== -1;) {
      const [other = whole] = joined.splice(index, 1)
      const dimension = differing(other, whole) ?? 'destination'
      whole = { ...whole, [dimension]: uniteSets([whole[dimension], other[dimension]]) }
      index = joined.findIndex((next) => differing(next, whole) !== undefined)
    }
    joined.push(whole)
  }
  return joined
}

/** The one set in which they differ; undefined when there are more. */
function differing(a: Packets, b: Packets): (typeof DIMENSIONS)[number] | undefined {
  const different = DIMENSIONS.filter((dimension) => !isSameSet(a[dimension], b[dimension]))
  return different.length === 1 ? different[0] : undefined
}
