import { ALL_ADDRESSES, parsePrefix, parseRange, rangeRelation } from '../../../domain/address.ts'
import { publicPart } from '../../../domain/service-tags.ts'

export type RuleFact = { name: string; start: string; end: string }

const NO_ADDRESS = '0.0.0.0'
/** Global unicast: all that is assigned of IPv6 (RFC 4291). */
const IPV6_INTERNET = [parsePrefix('2000::/3')].flatMap((range) => range ?? [])

/** Rules that admit all of Azure, or all of the internet of one family; else those that do so together. */
export function wideRules(rules: readonly RuleFact[]): readonly RuleFact[] {
  const alone = rules.filter((rule) => isAzure(rule) || isWhole([rule]))
  if (alone.length > 0) return alone
  return [rules.filter(isIpv4), rules.filter((rule) => !isIpv4(rule))].find(isWhole) ?? []
}

function isWhole(rules: readonly RuleFact[]): boolean {
  const ranges = rules.flatMap(({ start, end }) => parseRange(start, end) ?? [])
  return [publicPart(ALL_ADDRESSES[4]), IPV6_INTERNET].some((internet) =>
    internet.every((part) => rangeRelation(ranges, part) === 'covers'),
  )
}

export function isAzure({ start, end }: RuleFact): boolean {
  return start === NO_ADDRESS && end === NO_ADDRESS
}

export function isIpv4({ start }: RuleFact): boolean {
  return !start.includes(':')
}
