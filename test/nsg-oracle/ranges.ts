// Texts of addresses, prefixes and ports read the slow and plain way.

export type Family = 4 | 6

export interface Address {
  family: Family
  value: bigint
}

export interface AddressRange {
  family: Family
  first: bigint
  last: bigint
}

export type PortRange = [first: number, last: number]

const LAST: Record<Family, bigint> = { 4: 2n ** 32n - 1n, 6: 2n ** 128n - 1n }
/** ::ffff:0:0/96 */
const MAPPED = 0xffffn << 32n

export const EVERY_ADDRESS: readonly AddressRange[] = [
  { family: 4, first: 0n, last: LAST[4] },
  { family: 6, first: 0n, last: LAST[6] },
]

/** Whether a text of a rule names a tag: it is no `*` and begins with a letter, and no IPv6 address is without a colon. */
export function isTagText(text: string): boolean {
  return /^[a-z][^:]*$/i.test(text) && text.toLowerCase() !== 'any'
}

/** An address, CIDR, range `a-b`, `*` or `any`. */
export function readPrefix(text: string): AddressRange[] {
  if (text === '*' || text.toLowerCase() === 'any') return [...EVERY_ADDRESS]
  const [left = '', right] = text.split('-')
  if (right !== undefined) return [rangeOf(readWide(left), readWide(right))]
  const [address = '', length] = text.split('/')
  const { family, value } = readWide(address)
  const host = 2n ** BigInt((family === 4 ? 32 : 128) - Number(length ?? (family === 4 ? 32 : 128)))
  const first = (value / host) * host
  return [rangeOf({ family, value: first }, { family, value: first + host - 1n })]
}

export function readAddress(text: string): Address {
  const [range] = readPrefix(text)
  if (range === undefined || range.first !== range.last) throw new Error(`not an address: ${text}`)
  return { family: range.family, value: range.first }
}

/** IPv4-mapped IPv6 is IPv4. */
function rangeOf(first: Address, last: Address): AddressRange {
  if (first.family !== last.family || first.value > last.value) throw new Error('not a range')
  const isMapped = first.family === 6 && first.value >> 32n === 0xffffn && last.value >> 32n === 0xffffn
  return isMapped
    ? { family: 4, first: first.value - MAPPED, last: last.value - MAPPED }
    : { family: first.family, first: first.value, last: last.value }
}

function readWide(text: string): Address {
  if (!text.includes(':')) return { family: 4, value: readNumbers(text.split('.'), 4, 10, 256) }
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text)
  if (dotted !== null) {
    const low = readNumbers((dotted[2] ?? '').split('.'), 4, 10, 256)
    return readWide(`${dotted[1] ?? ''}${(low >> 16n).toString(16)}:${(low & 0xffffn).toString(16)}`)
  }
  const [head = '', tail] = text.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - before.length - after.length }, () => '0')
  return { family: 6, value: readNumbers([...before, ...zeros, ...after], 8, 16, 65536) }
}

function readNumbers(parts: readonly string[], count: number, radix: number, limit: number): bigint {
  const numbers = parts.map((part) => Number.parseInt(part, radix))
  if (numbers.length !== count || numbers.some((number) => !(number >= 0 && number < limit)))
    throw new Error(`not an address: ${parts.join(' ')}`)
  return numbers.reduce((sum, number) => sum * BigInt(limit) + BigInt(number), 0n)
}

export function formatAddress({ family, value }: Address): string {
  const [count, width, radix, dot] = family === 4 ? ([4, 8n, 10, '.'] as const) : ([8, 16n, 16, ':'] as const)
  return Array.from({ length: count }, (_, index) =>
    ((value >> (width * BigInt(count - 1 - index))) & ((1n << width) - 1n)).toString(radix),
  ).join(dot)
}

export function formatRange({ family, first, last }: AddressRange): string {
  const [left, right] = [formatAddress({ family, value: first }), formatAddress({ family, value: last })]
  return first === last ? left : `${left}-${right}`
}

/** `*`, `n`, `a-b`, or several of them with commas between. */
export function readPorts(text: string): PortRange[] {
  return text.split(',').map((part) => {
    if (part === '*') return [0, 65535]
    const [first, last] = part.split('-').map(Number)
    return [first ?? NaN, last ?? first ?? NaN]
  })
}

export function holdsAddress(ranges: readonly AddressRange[], { family, value }: Address): boolean {
  return ranges.some((range) => range.family === family && range.first <= value && value <= range.last)
}

export function holdsPort(ranges: readonly PortRange[], port: number): boolean {
  return ranges.some(([first, last]) => first <= port && port <= last)
}

/** Both bounds of each range and their neighbours, in order, without those that no address has. */
export function pointsOf(ranges: readonly AddressRange[], family: Family): bigint[] {
  const points = ranges
    .filter((range) => range.family === family)
    .flatMap(({ first, last }) => [first - 1n, first, first + 1n, last - 1n, last, last + 1n])
    .filter((point) => point >= 0n && point <= LAST[family])
    .filter((point) => family === 4 || point >> 32n !== 0xffffn)
  return [...new Set(points)].sort((a, b) => (a < b ? -1 : 1))
}

export function portPointsOf(ranges: readonly PortRange[]): number[] {
  const points = ranges
    .flatMap(([first, last]) => [first - 1, first, first + 1, last - 1, last, last + 1])
    .filter((point) => point >= 0 && point <= 65535)
  return [...new Set(points)].sort((a, b) => a - b)
}
