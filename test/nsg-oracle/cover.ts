// A set of packets as cross products, found by folding equal rows together, one dimension after another.
import type { Reading } from './oracle.ts'
import { platformTag } from './oracle.ts'
import type { Family } from './ranges.ts'
import type { SweptPacket } from './sweep.ts'

/** Packets that one rule could match: one protocol, one family, and either ordinary ones or those of one platform tag. */
export interface Slice {
  protocol: string
  family: Family
  platform: string | undefined
  packets: Point[]
}

/** Source, destination, source port, destination port. */
export type Point = readonly [bigint, bigint, number, number]

/** Lists of values, one for each dimension of a point. */
export type Box = (bigint | number)[][]

export class Slices {
  readonly all = new Map<string, Slice>()
  readonly #reading: Reading

  constructor(reading: Reading) {
    this.#reading = reading
  }

  add({ protocol, family, source, destination, sourcePort, destinationPort }: SweptPacket): void {
    const platform = platformTag(this.#reading, { family, value: destination })
    const key = `${protocol} ${family} ${platform ?? ''}`
    const slice = this.all.get(key) ?? { protocol, family, platform, packets: [] }
    this.all.set(key, slice)
    slice.packets.push([source, destination, sourcePort, destinationPort])
  }
}

/** Whether one rule can match these packets and no others of the grid. */
export function isProduct({ packets }: Slice): boolean {
  const sizes = [0, 1, 2, 3].map((dimension) => new Set(packets.map((point) => point[dimension])).size)
  return sizes.reduce((product, size) => product * size, 1) === packets.length
}

/** Boxes that hold each packet once; one box when the packets are a product, a small number of them otherwise. */
export function coverOf(slice: Slice): Box[] {
  return isProduct(slice)
    ? [[0, 1, 2, 3].map((dimension) => [...new Set(slice.packets.map((point) => point[dimension] ?? 0))])]
    : folded(slice.packets, 0)
}

function folded(packets: readonly Point[], dimension: number): Box[] {
  if (dimension === 4) return [[]]
  const rows = new Map<bigint | number, Point[]>()
  for (const point of packets) {
    const value = point[dimension] ?? 0
    const row = rows.get(value)
    if (row === undefined) rows.set(value, [point])
    else row.push(point)
  }
  const alike = new Map<string, { values: (bigint | number)[]; boxes: Box[] }>()
  for (const [value, row] of rows) {
    const boxes = folded(row, dimension + 1)
    const key = boxes.map((box) => box.map((values) => values.join()).join(';')).join('|')
    const found = alike.get(key)
    if (found === undefined) alike.set(key, { values: [value], boxes })
    else found.values.push(value)
  }
  return [...alike.values()].flatMap(({ values, boxes }) => boxes.map((box) => [values, ...box]))
}
