// Texts as they stand in rules, for ranges near given ones: the same range in many spellings, and its neighbours.
import { EVERY_ADDRESS, formatAddress, formatRange, type AddressRange, type Family, type PortRange } from './ranges.ts'
import type { Random } from './random.ts'

const BITS: Record<Family, number> = { 4: 32, 6: 128 }

/** A range that shares bounds with the given one, or nearly. */
export function nearRange(random: Random, range: AddressRange): string {
  const { family, first, last } = range
  const everything = EVERY_ADDRESS.find((every) => every.family === family)?.last ?? last
  const limit = (value: bigint): bigint => (value < 0n ? 0n : value > everything ? everything : value)
  const inside = (): bigint => random.bigBetween(first, last)
  const cidr = (value: bigint, length: number): string => cidrText(random, family, value, length)
  const longest = BITS[family]
  const length = lengthOf(range)
  const span = (a: bigint, b: bigint): string => {
    const [low, high] = [limit(a), limit(b)]
    return formatRange({ family, first: low < high ? low : high, last: low < high ? high : low })
  }
  return random.weighted<() => string>([
    [3, () => cidr(inside(), length)],
    [3, () => cidr(inside(), Math.min(longest, length + random.between(1, 3)))],
    [2, () => cidr(inside(), Math.max(0, length - random.between(1, 4)))],
    [1, () => cidr(random.pick([first, last]), Math.min(longest, length + random.between(1, 8)))],
    [1, () => span(inside(), inside())],
    [1, () => span(first - BigInt(random.below(3)), inside())],
    [1, () => span(inside(), last + BigInt(random.below(3)))],
    [1, () => span(first + 1n, last - 1n)],
    [1, () => addressText(random, family, random.pick([first, last, inside()]))],
    [1, () => addressText(random, family, limit(random.pick([first - 1n, last + 1n])))],
    [1, () => cidr(limit(random.pick([first - 1n, last + 1n])), length)],
  ])()
}

/** A part of the range, or all of it, as the list of service tags writes it. */
export function nearCidr(random: Random, range: AddressRange): string {
  const { family, first, last } = range
  const length = Math.min(BITS[family], lengthOf(range) + random.between(0, 6))
  const host = 2n ** BigInt(BITS[family] - length)
  return `${formatAddress({ family, value: (random.bigBetween(first, last) / host) * host })}/${length}`
}

/** The length of the smallest prefix that is at least as large as the range. */
function lengthOf({ family, first, last }: AddressRange): number {
  return BITS[family] - (last === first ? 0 : (last - first).toString(2).length)
}

/** Now and then with host bits, which say nothing. */
function cidrText(random: Random, family: Family, value: bigint, length: number): string {
  const host = 2n ** BigInt(BITS[family] - length)
  const shown = random.chance(0.3) ? value : (value / host) * host
  if (family === 4 && random.chance(0.06)) return `${mappedText(shown)}/${length + 96}`
  return `${addressText(random, family, shown, false)}/${length}`
}

function addressText(random: Random, family: Family, value: bigint, mayBeMapped = true): string {
  const text = formatAddress({ family, value })
  if (family === 4) return mayBeMapped && random.chance(0.06) ? mappedText(value) : text
  const short = random.chance(0.7) ? text.replace(/(^|:)0(:0)+(:|$)/, '::') : text
  return random.chance(0.3) ? short.toUpperCase() : short
}

function mappedText(value: bigint): string {
  return `::ffff:${formatAddress({ family: 4, value })}`
}

/** Lists of ports near the given ones, in every form that an answer of Azure has. */
export function nearPorts(random: Random, ranges: readonly PortRange[]): string[] {
  const [first, last] = random.pick(ranges)
  const limit = (port: number): number => Math.max(0, Math.min(65535, port))
  const one = (): string =>
    random.weighted<() => string>([
      [4, () => portText(random, first, last)],
      [2, () => portText(random, limit(first - random.below(3)), limit(last + random.below(500)))],
      [2, () => portText(random, first, random.between(first, last))],
      [2, () => portText(random, random.between(first, last), last)],
      [1, () => portText(random, limit(first + 1), limit(Math.max(first + 1, last - 1)))],
      [1, () => portText(random, limit(last + 1), limit(last + 1 + random.below(100)))],
      [1, () => portText(random, 0, limit(first - 1))],
      [1, () => String(random.pick([22, 80, 443, 445, 1433, 3389, 9354, 12000]))],
    ])()
  if (random.chance(0.35)) return ['*']
  const texts = Array.from({ length: random.count(6, 3, 1) }, one)
  return texts.length > 1 && random.chance(0.2) ? [texts.join(',')] : texts
}

function portText(random: Random, first: number, last: number): string {
  return first === last && random.chance(0.8) ? String(first) : `${first}-${last}`
}

/** The same word as an answer of Azure may spell it. */
export function anyCase(random: Random, word: string): string {
  return random.weighted([
    [7, word],
    [1, word.toLowerCase()],
    [1, word.toUpperCase()],
    [1, word.replace(/[a-z]/gi, (letter) => (random.chance(0.5) ? letter.toUpperCase() : letter.toLowerCase()))],
  ])
}
