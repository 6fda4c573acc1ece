// Whether proposed rules can stand in the group at all.
import { isTagText, readPorts, readPrefix, type AddressRange, type PortRange } from './ranges.ts'
import type { FilterRule, Situation } from './situation.ts'

export function freePriorities(rules: readonly FilterRule[], direction: FilterRule['direction']): number[] {
  const taken = new Set(rules.filter((rule) => rule.direction === direction).map(({ priority }) => priority))
  return Array.from({ length: 3997 }, (_, index) => 100 + index).filter((priority) => !taken.has(priority))
}

/** Azure refuses each of these, or would take the rule for another one. */
export function ruleProblem({ stack, flow }: Situation, rules: readonly FilterRule[]): string | undefined {
  if (rules.length === 0) return 'proposal: no rules'
  const taken = (stack.rules ?? [])
    .filter(({ direction }) => direction === flow.direction)
    .map(({ priority }) => priority)
  const names = (stack.rules ?? []).map(({ name }) => name.toLowerCase())
  for (const rule of rules) {
    const { name, priority, access, direction, sourceGroupIds, destinationGroupIds } = rule
    if (access !== 'allow' || direction !== flow.direction) return `proposal: ${name} is ${direction} ${access}`
    if (taken.includes(priority) || !(priority >= 100 && priority <= 4096))
      return `proposal: priority ${priority} of ${name} is not free`
    if (names.includes(name.toLowerCase())) return `proposal: the name ${name} is taken`
    taken.push(priority)
    names.push(name.toLowerCase())
    if (sourceGroupIds.length + destinationGroupIds.length > 0) return `proposal: ${name} names a group`
    if (!/^(tcp|udp|icmp|esp|ah|\*)$/i.test(rule.protocol)) return `proposal: ${name} has protocol ${rule.protocol}`
    const problem = addressProblem(rule) ?? portProblem(rule)
    if (problem !== undefined) return `proposal: ${name} ${problem}`
  }
  return undefined
}

/**
 * A tag or `*` stands alone on its side (SecurityRuleParameterContainsUnsupportedValue), a rule has one address family
 * (ResourceCannotContainAddressPrefixesFromDifferentAddressFamilies), no two prefixes of a side overlap
 * (OverlappingSubnetsNotPermittedInSecurityRule), a CIDR has no host bits (SecurityRuleInvalidAddressPrefix).
 */
function addressProblem({ sourcePrefixes, destinationPrefixes }: FilterRule): string | undefined {
  const both = [...sourcePrefixes, ...destinationPrefixes]
  if (both.filter(isTagText).length > 1) return `names several tags: ${both.filter(isTagText).join()}`
  for (const side of [sourcePrefixes, destinationPrefixes]) {
    const alone = side.find((text) => isTagText(text) || /^(\*|any)$/i.test(text))
    if (alone !== undefined && side.length > 1) return `has ${alone} beside others`
    if (side.length === 0) return 'has a side without prefixes'
    const ranges = side.filter((text) => text !== alone).flatMap(readPrefix)
    const twice = ranges.find((range, index) => ranges.some((other, at) => at < index && overlap(range, other)))
    if (twice !== undefined) return `has prefixes that overlap: ${side.join()}`
  }
  const plain = both.filter((text) => !isTagText(text) && !/^(\*|any)$/i.test(text))
  if (new Set(plain.flatMap(readPrefix).map(({ family }) => family)).size > 1)
    return `has both address families: ${both.join()}`
  const loose = plain.find((text) => text.includes('/') && hasHostBits(text))
  return loose === undefined ? undefined : `has a CIDR with host bits: ${loose}`
}

function overlap(a: AddressRange, b: AddressRange): boolean {
  return a.family === b.family && a.first <= b.last && b.first <= a.last
}

function hasHostBits(text: string): boolean {
  return readPrefix(text)[0]?.first !== readPrefix(text.split('/')[0] ?? '')[0]?.first
}

function portProblem({ sourcePorts, destinationPorts }: FilterRule): string | undefined {
  for (const side of [sourcePorts, destinationPorts]) {
    if (side.length === 0) return 'has a side without ports'
    const bad = side.find((text) => !/^(\*|\d+(-\d+)?)$/.test(text) || !isInOrder(readPorts(text)))
    if (bad !== undefined) return `has the port ${bad}`
  }
  return undefined
}

function isInOrder(ranges: readonly PortRange[]): boolean {
  return ranges.every(([first, last]) => first <= last && last <= 65535)
}
