import {
  formatRange,
  parsePrefix,
  parseRange,
  PRIVATE_PREFIXES,
  subtractRanges,
  type AddressRange,
} from '../../../domain/address.ts'
import type { AddressRuleFact, EgressFact, ServerFacts } from './evidence.ts'

/** `0.0.0.0` to `0.0.0.0`: every address inside Azure, of all tenants (Azure SQL firewall rules). */
const AZURE_SERVICES = '0.0.0.0'
const PRIVATE_RANGES = parseAll(PRIVATE_PREFIXES)

export function isAzureServices({ start, end }: AddressRuleFact): boolean {
  return start === AZURE_SERVICES && end === AZURE_SERVICES
}

/** Whether the rule holds no address that a public service can see. */
export function isPrivateOnly(rule: AddressRuleFact): boolean {
  const range = parseRange(rule.start, rule.end)
  return range !== undefined && !isAzureServices(rule) && subtractRanges([range], PRIVATE_RANGES).length === 0
}

/** What of the addresses a public service can see at all. */
export function publicPartOf(addresses: readonly string[]): AddressRange[] {
  return subtractRanges(parseAll(addresses), PRIVATE_RANGES)
}

/** What the union of the rules leaves out, exactly; IPv6 stays out while its rules are not known. */
export function uncovered({ addresses }: EgressFact, { addressRules, ipv6Rules }: ServerFacts): AddressRange[] {
  const rules = addressRules.filter((rule) => !isAzureServices(rule)).flatMap(rangeOf)
  // An IPv4-mapped rule is written as IPv6 and is for IPv4: whether it matches is not documented.
  const rules6 = (ipv6Rules ?? []).flatMap(rangeOf).filter((range) => !isIpv4(range))
  return subtractRanges(publicPartOf(addresses), [...rules.filter(isIpv4), ...rules6])
}

export function isCovered(egress: EgressFact, facts: ServerFacts): boolean {
  return publicPartOf(egress.addresses).length > 0 && uncovered(egress, facts).length === 0
}

export function isIpv4({ family }: AddressRange): boolean {
  return family === 4
}

export function listRanges(ranges: readonly AddressRange[]): string {
  return ranges.map(formatRange).join(', ')
}

function rangeOf({ start, end }: AddressRuleFact): AddressRange[] {
  const range = parseRange(start, end)
  return range === undefined ? [] : [range]
}

function parseAll(texts: readonly string[]): AddressRange[] {
  return texts.flatMap((text) => parsePrefix(text) ?? [])
}
