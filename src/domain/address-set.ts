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
  return setOfRanges(
    texts.flatMap((text) => parseAddresses(text) ?? []),
    family,
  )
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
