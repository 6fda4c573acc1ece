import { formatAddress, parsePrefix, parseRange, type AddressRange } from './address.ts'
import { runsOf, setOfRuns, type Bound, type NumberSet } from './number-set.ts'

/** IPv4 or IPv6: a set of addresses is of one family. */
export type Family = 4 | 6

export const FAMILIES: readonly Family[] = [4, 6]

const BITS: Readonly<Record<Family, number>> = { 4: 32, 6: 128 }

/** Every address of a family. */
export const ALL_OF_FAMILY: Readonly<Record<Family, NumberSet>> = { 4: [0, 2 ** 32], 6: [0n, 1n << 128n] }

/** The addresses of a prefix, of one address or of `first-last`; undefined for any other text, tags for instance. */
export function parseAddresses(text: string): AddressRange | undefined {
  const dash = text.indexOf('-')
  return dash === -1 ? parsePrefix(text) : parseRange(text.slice(0, dash).trim(), text.slice(dash + 1).trim())
}

/** The addresses of one family among texts; texts of the other family, and texts that are no addresses, add nothing. */
export function addressSet(texts: readonly string[], family: Family): NumberSet {
  return readTexts(texts, family).set
}

/** The addresses of one family among a rule's texts, and the texts that are no addresses: service tags and `*`. */
export function readTexts(texts: readonly string[], family: Family): { set: NumberSet; tags: string[] } {
  const runs: [Bound, Bound][] = []
  const tags: string[] = []
  for (const text of texts) {
    const plain = parsePlainPrefix(text)
    const range = plain === undefined ? parseAddresses(text) : undefined
    if (plain !== undefined && family === 4) runs.push(plain)
    if (range?.family === family) runs.push(runOf(range))
    if (plain === undefined && range === undefined) tags.push(text)
  }
  return { set: setOfRuns(runs), tags }
}

const [DOT, SLASH, DIGIT_0, DIGIT_9] = [46, 47, 48, 57]

/**
 * IPv4 as it is usually written, digit by digit and without the detour by bigints: lists of service tags have tens of
 * thousands of prefixes. Undefined: another form, or none.
 */
function parsePlainPrefix(text: string): [from: number, to: number] | undefined {
  let value = 0
  let part = -1
  let dots = 0
  let at = 0
  for (; at < text.length && text.charCodeAt(at) !== SLASH; at += 1) {
    const code = text.charCodeAt(at)
    if (code === DOT && part >= 0) {
      value = value * 256 + part
      part = -1
      dots += 1
    } else if (code >= DIGIT_0 && code <= DIGIT_9 && part !== 0) {
      part = (part < 0 ? 0 : part * 10) + code - DIGIT_0
      if (part > 255) return undefined
    } else {
      return undefined
    }
  }
  if (part < 0 || dots !== 3) return undefined
  const length = at === text.length ? 32 : plainLength(text.slice(at + 1))
  if (length === undefined) return undefined
  const size = 2 ** (32 - length)
  const address = value * 256 + part
  const from = address - (address % size)
  return [from, from + size]
}

function plainLength(text: string): number | undefined {
  return /^(?:0|[1-9]\d?)$/.test(text) && Number(text) <= 32 ? Number(text) : undefined
}

/** The ranges of one family as a set. */
export function setOfRanges(ranges: readonly AddressRange[], family: Family): NumberSet {
  return setOfRuns(ranges.filter((range) => range.family === family).map(runOf))
}

function runOf({ family, first, last }: AddressRange): [Bound, Bound] {
  return family === 4 ? [Number(first), Number(last) + 1] : [first, last + 1n]
}

/** The fewest ranges that make up the set, ascending. */
export function rangesOfSet(set: NumberSet, family: Family): AddressRange[] {
  return runsOf(set).map(([from, to]) => ({ family, first: BigInt(from), last: BigInt(to) - 1n }))
}

/** The fewest CIDR prefixes that make up the set, ascending; one address is written without a length. */
export function prefixesOfSet(set: NumberSet, family: Family): string[] {
  return rangesOfSet(set, family).flatMap((range) => prefixesOfRange(range))
}

function prefixesOfRange({ family, first, last }: AddressRange): string[] {
  const prefixes: string[] = []
  for (let from = first; from <= last;) {
    let hostBits = 0
    while (hostBits < BITS[family] && isAligned(from, hostBits + 1) && endOf(from, hostBits + 1) <= last) hostBits += 1
    const length = hostBits === 0 ? '' : `/${String(BITS[family] - hostBits)}`
    prefixes.push(`${formatAddress({ family, value: from })}${length}`)
    from = endOf(from, hostBits) + 1n
  }
  return prefixes
}

function isAligned(value: bigint, hostBits: number): boolean {
  return value % (1n << BigInt(hostBits)) === 0n
}

function endOf(first: bigint, hostBits: number): bigint {
  return first + (1n << BigInt(hostBits)) - 1n
}
