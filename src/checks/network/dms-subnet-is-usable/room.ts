import { parsePrefix } from '../../../domain/address.ts'

/** Azure keeps the first four addresses and the last one (https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq). */
const RESERVED_PER_PREFIX = 5n

/** What a subnet has room for; DMS takes one IPv4 address, that of its network interface. */
export interface Room {
  /** IPv4 addresses that Azure gives out; undefined: a prefix cannot be read. */
  capacity: bigint | undefined
  hasIpv4: boolean
  hasIpv6: boolean
}

export function roomOf(prefixes: readonly string[]): Room {
  const ranges = prefixes.map((prefix) => parsePrefix(prefix))
  const known = ranges.filter((range) => range !== undefined)
  const sizes = known.filter(({ family }) => family === 4).map(({ first, last }) => last - first + 1n)
  const capacity = sizes.reduce((sum, size) => sum + (size > RESERVED_PER_PREFIX ? size - RESERVED_PER_PREFIX : 0n), 0n)
  return {
    capacity: known.length < ranges.length ? undefined : capacity,
    hasIpv4: sizes.length > 0,
    hasIpv6: known.some(({ family }) => family === 6),
  }
}
