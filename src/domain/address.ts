/** An IPv4 or IPv6 address as a number. An IPv4-mapped IPv6 address (`::ffff:10.0.0.4`) is the IPv4 address. */
export interface Address {
  family: 4 | 6
  value: bigint
}

/** Addresses of one family, both ends included. */
export interface AddressRange {
  family: 4 | 6
  first: bigint
  last: bigint
}

/** How the addresses of one prefix stand to those of another; `overlaps` is a part of them, but not all. */
export type PrefixRelation = 'covers' | 'overlaps' | 'disjoint'

const BITS = { 4: 32, 6: 128 } as const
const MAPPED_HIGH_BITS = 0xffffn
const DOT = 46
const DIGIT_0 = 48
const DIGIT_9 = 57

/** Every address of a family. */
export const ALL_ADDRESSES: Readonly<Record<4 | 6, AddressRange>> = {
  4: { family: 4, first: 0n, last: (1n << 32n) - 1n },
  6: { family: 6, first: 0n, last: (1n << 128n) - 1n },
}

/** The address that a text means; undefined for anything else, zone ids and leading zeros included. */
export function parseAddress(text: string): Address | undefined {
  const value4 = parseIpv4(text)
  if (value4 !== undefined) return { family: 4, value: value4 }
  const value6 = parseIpv6(text)
  if (value6 === undefined) return undefined
  return value6 >> 32n === MAPPED_HIGH_BITS ? { family: 4, value: value6 & 0xffffffffn } : { family: 6, value: value6 }
}

/** Dotted decimal, or the canonical text of RFC 5952. */
export function formatAddress({ family, value }: Address): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 0xffn)).join('.')
  const groups = Array.from({ length: 8 }, (_, index) => (value >> BigInt(16 * (7 - index))) & 0xffffn)
  const zeros = longestZeros(groups)
  const hex = groups.map((group) => group.toString(16))
  if (zeros.length < 2) return hex.join(':')
  return `${hex.slice(0, zeros.start).join(':')}::${hex.slice(zeros.start + zeros.length).join(':')}`
}

/** The addresses of a CIDR prefix or of one address; host bits are ignored, as Azure does. */
export function parsePrefix(text: string): AddressRange | undefined {
  const [addressText = '', lengthText, ...rest] = text.trim().split('/')
  const address = parseAddress(addressText)
  if (address === undefined || rest.length > 0) return undefined
  if (lengthText === undefined) return { family: address.family, first: address.value, last: address.value }
  if (!/^(0|[1-9]\d{0,2})$/.test(lengthText)) return undefined
  const isMapped = address.family === 4 && addressText.includes(':')
  const length = Number(lengthText) - (isMapped ? 96 : 0)
  const bits = BITS[address.family]
  if (length < 0 || length > bits) return undefined
  const hostBits = BigInt(bits - length)
  const first = (address.value >> hostBits) << hostBits
  return { family: address.family, first, last: first + (1n << hostBits) - 1n }
}

/** The addresses from `start` to `end`; undefined when one is no address, the families differ or the order is wrong. */
export function parseRange(start: string, end: string): AddressRange | undefined {
  const first = parseAddress(start)
  const last = parseAddress(end)
  if (first === undefined || last === undefined || first.family !== last.family || first.value > last.value) {
    return undefined
  }
  return { family: first.family, first: first.value, last: last.value }
}

/** One address, a CIDR prefix where the range is one, else `first-last`. */
export function formatRange({ family, first, last }: AddressRange): string {
  const start = formatAddress({ family, value: first })
  if (first === last) return start
  const size = last - first + 1n
  const isPrefix = (size & (size - 1n)) === 0n && first % size === 0n
  return isPrefix
    ? `${start}/${String(BITS[family] - (size.toString(2).length - 1))}`
    : `${start}-${formatAddress({ family, value: last })}`
}

/** Whether one of the prefixes holds the address; texts that are no prefix or no address hold nothing. */
export function containsAddress(prefixes: readonly string[], address: string): boolean {
  const parsed = parseAddress(address)
  if (parsed === undefined) return false
  return prefixes.some((text) => {
    const prefix = parsePrefix(text)
    return prefix?.family === parsed.family && prefix.first <= parsed.value && parsed.value <= prefix.last
  })
}

/** Whether the union of the prefixes holds every address of `inner`; a text that is no prefix holds and is held by nothing. */
export function containsPrefix(prefixes: readonly string[], inner: string): boolean {
  const range = parsePrefix(inner)
  if (range === undefined) return false
  return (
    rangeRelation(
      prefixes.flatMap((text) => parsePrefix(text) ?? []),
      range,
    ) === 'covers'
  )
}

/** The first address of a prefix after the one that names the network; undefined when the text is no prefix. */
export function firstHostOf(prefix: string): string | undefined {
  const range = parsePrefix(prefix)
  if (range === undefined) return undefined
  const value = range.first === range.last ? range.first : range.first + 1n
  return formatAddress({ family: range.family, value })
}

/** How much of `inner` lies in `outer`; undefined when one of the texts is no prefix. */
export function prefixRelation(outer: string, inner: string): PrefixRelation | undefined {
  const wide = parsePrefix(outer)
  const narrow = parsePrefix(inner)
  return wide === undefined || narrow === undefined ? undefined : rangeRelation([wide], narrow)
}

/** How much of `inner` lies in the union of `outer`. */
export function rangeRelation(outer: readonly AddressRange[], inner: AddressRange): PrefixRelation {
  const left = subtractRanges([inner], outer)
  if (left.length === 0) return 'covers'
  const [only] = left
  return left.length === 1 && only?.first === inner.first && only.last === inner.last ? 'disjoint' : 'overlaps'
}

/** The same addresses in ascending order without overlaps or neighbours, IPv4 first. */
export function mergeRanges(ranges: readonly AddressRange[]): AddressRange[] {
  const sorted = [...ranges].sort((a, b) => a.family - b.family || compare(a.first, b.first))
  const merged: AddressRange[] = []
  for (const range of sorted) {
    const top = merged.at(-1)
    if (top?.family === range.family && range.first <= top.last + 1n) {
      if (range.last > top.last) merged[merged.length - 1] = { ...top, last: range.last }
    } else {
      merged.push(range)
    }
  }
  return merged
}

/** What is in `ranges` and in none of `removed`, ascending; in time that grows with their number. */
export function subtractRanges(ranges: readonly AddressRange[], removed: readonly AddressRange[]): AddressRange[] {
  const cuts = mergeRanges(removed)
  const left: AddressRange[] = []
  let next = 0
  for (const range of mergeRanges(ranges)) {
    let first = range.first
    while (next < cuts.length && isBefore(cuts[next], range)) next += 1
    for (let index = next; index < cuts.length; index += 1) {
      const cut = cuts[index]
      if (cut === undefined || cut.family !== range.family || cut.first > range.last) break
      if (cut.first > first) left.push({ family: range.family, first, last: cut.first - 1n })
      first = cut.last + 1n
    }
    if (first <= range.last) left.push({ family: range.family, first, last: range.last })
  }
  return left
}

function isBefore(cut: AddressRange | undefined, range: AddressRange): boolean {
  return cut !== undefined && (cut.family < range.family || (cut.family === range.family && cut.last < range.first))
}

/**
 * Addresses that never reach a public service as a sender: RFC 1918, CGNAT (RFC 6598), link-local, loopback,
 * unique local (RFC 4193). Documentation prefixes are not among them.
 */
export const PRIVATE_PREFIXES = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
  '127.0.0.0/8',
  '::1/128',
  'fc00::/7',
  'fe80::/10',
] as const

/** Whether the text is an address of `PRIVATE_PREFIXES`. */
export function isPrivateAddress(address: string): boolean {
  return containsAddress(PRIVATE_PREFIXES, address)
}

/** Digit by digit: a list of service tags has tens of thousands of prefixes. */
function parseIpv4(text: string): bigint | undefined {
  let value = 0
  let part = -1
  let dots = 0
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code === DOT) {
      if (part < 0) return undefined
      value = value * 256 + part
      part = -1
      dots += 1
    } else if (code < DIGIT_0 || code > DIGIT_9 || part === 0) {
      return undefined
    } else {
      part = Math.max(part, 0) * 10 + code - DIGIT_0
      if (part > 255) return undefined
    }
  }
  return part < 0 || dots !== 3 ? undefined : BigInt(value * 256 + part)
}

function parseIpv6(text: string): bigint | undefined {
  const halves = text.split('::')
  if (halves.length > 2 || text.length > 45) return undefined
  const [head, tail] = [parseGroups(halves[0] ?? '', halves.length === 1), parseGroups(halves[1] ?? '', true)]
  if (head === undefined || tail === undefined) return undefined
  const missing = 8 - head.length - tail.length
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined
  const groups = [...head, ...Array.from({ length: missing }, () => 0n), ...tail]
  return groups.reduce((value, group) => (value << 16n) | group, 0n)
}

function parseGroups(text: string, isLast: boolean): bigint[] | undefined {
  if (text === '') return []
  const parts = text.split(':')
  const groups: bigint[] = []
  for (const [index, part] of parts.entries()) {
    const embedded = isLast && index === parts.length - 1 ? parseIpv4(part) : undefined
    if (embedded !== undefined) groups.push(embedded >> 16n, embedded & 0xffffn)
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(BigInt(`0x${part}`))
    else return undefined
  }
  return groups
}

function longestZeros(groups: readonly bigint[]): { start: number; length: number } {
  let best = { start: 0, length: 0 }
  let start = 0
  for (const [index, group] of groups.entries()) {
    if (group !== 0n) start = index + 1
    else if (index + 1 - start > best.length) best = { start, length: index + 1 - start }
  }
  return best
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}
