import { intersectSets, NOTHING, subtractSet, uniteSets, type NumberSet } from './number-set.ts'
import { joinPackets, type Packets } from './packets.ts'

type Dimension = 'ports' | 'sourcePorts' | 'source' | 'destination'

/** Sets of one part in the order of the dimensions that are still to come. */
type Rest = readonly NumberSet[]

/** Parts of more pieces than that are only joined pairwise. */
const PART_LIMIT = 64
/** For more pieces than that not every order of the dimensions is tried. */
const ALL_ORDERS_LIMIT = 12

const DIMENSIONS: readonly Dimension[] = ['ports', 'sourcePorts', 'source', 'destination']
const ORDERS = ordersOf(DIMENSIONS)

/**
 * The same packets in the fewest parts found. All must be of the same protocols, and no two may have a packet in common.
 * Where one part can hold them all, it is found (of up to 64 pieces): whichever dimension is cut first, every cut looks
 * the same.
 */
export function fewestPackets(parts: readonly Packets[]): Packets[] {
  const [first] = parts
  const joined = joinPackets(parts)
  if (first === undefined || joined.length === 1 || joined.length > PART_LIMIT) return joined
  const orders = joined.length <= ALL_ORDERS_LIMIT ? ORDERS : ORDERS.slice(0, 1)
  return orders
    .map((order) => joinPackets(cutInOrder(joined, order, first)))
    .reduce((best, other) => (other.length < best.length ? other : best), joined)
}

function cutInOrder(parts: readonly Packets[], order: readonly Dimension[], first: Packets): Packets[] {
  const rests = parts.map((part) => order.map((dimension) => part[dimension]))
  return sliced(rests).map((sets) => {
    const [ports, sourcePorts, source, destination] = DIMENSIONS.map((one) => sets[order.indexOf(one)] ?? NOTHING)
    return {
      ...first,
      ports: ports ?? NOTHING,
      sourcePorts: sourcePorts ?? NOTHING,
      source: source ?? NOTHING,
      destination: destination ?? NOTHING,
    }
  })
}

/** Cuts along the first dimension wherever what lies behind changes; slices with the same behind them are one. */
function sliced(rests: readonly Rest[]): Rest[] {
  const behind = new Map<string, { set: NumberSet; rests: Rest[] }>()
  for (const slice of slicesOf(rests)) {
    const inner = slice.members.map((rest) => rest.slice(1))
    const rest = (inner[0]?.length ?? 0) === 0 ? [[]] : sliced(inner)
    const key = JSON.stringify(rest, (_, value: unknown) => (typeof value === 'bigint' ? `${String(value)}n` : value))
    const known = behind.get(key)
    behind.set(key, { set: uniteSets([...(known === undefined ? [] : [known.set]), slice.set]), rests: rest })
  }
  return [...behind.values()].flatMap(({ set, rests: inner }) => inner.map((rest) => [set, ...rest]))
}

interface Slice {
  set: NumberSet
  members: readonly Rest[]
}

/** The first dimension, by which of the parts are there. */
function slicesOf(rests: readonly Rest[]): Slice[] {
  let slices: Slice[] = []
  for (const rest of rests) {
    let fresh: NumberSet = rest[0] ?? NOTHING
    const next: Slice[] = []
    for (const slice of slices) {
      const common = intersectSets(slice.set, fresh)
      const beside = subtractSet(slice.set, common)
      if (beside.length > 0) next.push({ ...slice, set: beside })
      if (common.length > 0) next.push({ set: common, members: [...slice.members, rest] })
      fresh = subtractSet(fresh, common)
    }
    if (fresh.length > 0) next.push({ set: fresh, members: [rest] })
    slices = next
  }
  return slices
}

function ordersOf(dimensions: readonly Dimension[]): Dimension[][] {
  if (dimensions.length === 0) return [[]]
  return dimensions.flatMap((one) =>
    ordersOf(dimensions.filter((other) => other !== one)).map((order) => [one, ...order]),
  )
}
