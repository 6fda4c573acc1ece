// A situation on which something is wrong, made smaller as long as it stays wrong.
import { peerTag } from './oracle.ts'
import { isTagText, readPrefix } from './ranges.ts'
import type { AdminRule, FilterRule, RuleStack, Situation } from './situation.ts'

export function shrink(situation: Situation, isWrong: (smaller: Situation) => boolean): Situation {
  let smallest = situation
  for (;;) {
    const next = smaller(smallest).find((candidate) => isPossible(candidate) && isWrong(candidate))
    if (next === undefined) return smallest
    smallest = next
  }
}

/** Whether a situation can be at all, and is one of those that the oracle is made for. */
export function isPossible({ stack, flow, network }: Situation): boolean {
  const space = network.extent.prefixes.flatMap(readPrefix)
  const isInside = network.subnetPrefixes
    .flatMap(readPrefix)
    .every(({ family, first, last }) =>
      space.some((range) => range.family === family && range.first <= first && last <= range.last),
    )
  const defaults = (direction: FilterRule['direction']): number =>
    (stack.rules ?? []).filter((rule) => rule.direction === direction && rule.priority >= 65000).length
  const names = [...stack.adminRules, ...(stack.rules ?? [])].map(({ name }) => name)
  const places = (rules: readonly { direction: string; priority: number }[]): Set<string> =>
    new Set(rules.map(({ direction, priority }) => `${direction} ${priority}`))
  const { peer } = flow
  const hasPeer =
    peer.kind === 'tag'
      ? peerTag(network, peer.tag) !== undefined
      : peer.kind !== 'virtual-network' || network.extent.isWhole
  return (
    isInside &&
    hasPeer &&
    [0, 3].includes(defaults('inbound')) &&
    [0, 3].includes(defaults('outbound')) &&
    new Set(names).size === names.length &&
    places(stack.adminRules).size === stack.adminRules.length &&
    places(stack.rules ?? []).size === (stack.rules ?? []).length
  )
}

function smaller(situation: Situation): Situation[] {
  const { stack, flow, network } = situation
  const { peer } = flow
  const withStack = (changed: Partial<RuleStack>): Situation => ({ ...situation, stack: { ...stack, ...changed } })
  const peers = peer.kind === 'addresses' ? fewer(peer.prefixes).map((prefixes) => ({ kind: peer.kind, prefixes })) : []
  const tags = network.tags ?? []
  return [
    ...withoutOne(stack.adminRules).map((adminRules) => withStack({ adminRules })),
    ...ruleLists(stack.rules ?? []).map((rules) => withStack({ rules })),
    ...eachSimpler(stack.adminRules).map((adminRules) => withStack({ adminRules })),
    ...eachSimpler(stack.rules ?? []).map((rules) => withStack({ rules })),
    ...peers.map((simpler) => ({ ...situation, flow: { ...flow, peer: simpler } })),
    ...fewer(flow.ports).map((ports) => ({ ...situation, flow: { ...flow, ports } })),
    ...fewer(flow.protocols).map((protocols) => ({ ...situation, flow: { ...flow, protocols } })),
    ...fewer(network.subnetPrefixes).map((subnetPrefixes) => ({
      ...situation,
      network: { ...network, subnetPrefixes },
    })),
    ...fewer(network.extent.prefixes).map((prefixes) => ({
      ...situation,
      network: { ...network, extent: { ...network.extent, prefixes } },
    })),
    ...withoutOne(tags).map((list) => ({ ...situation, network: { ...network, tags: list } })),
    ...tags.flatMap((tag, index) =>
      fewer(tag.prefixes).map((prefixes) => ({
        ...situation,
        network: { ...network, tags: tags.with(index, { ...tag, prefixes }) },
      })),
    ),
  ]
}

/** Without one rule, or without the default rules, which then stand for themselves. */
function ruleLists(rules: readonly FilterRule[]): FilterRule[][] {
  const own = rules.filter(({ priority }) => priority < 65000)
  return [...(own.length < rules.length ? [own] : []), ...withoutOne(rules)]
}

function eachSimpler<R extends AdminRule | FilterRule>(rules: readonly R[]): R[][] {
  return rules.flatMap((rule, index) => simplerRules(rule).map((simpler) => rules.with(index, simpler)))
}

function simplerRules<R extends AdminRule | FilterRule>(rule: R): R[] {
  const lists = ['sourcePrefixes', 'destinationPrefixes', 'sourcePorts', 'destinationPorts'] as const
  const groups = ['sourceGroupIds', 'destinationGroupIds'] as const
  const plain = (texts: readonly string[]): string[] =>
    texts.map((text) => (isTagText(text) ? text : text.toLowerCase()))
  return [
    ...lists.flatMap((key) => fewer(rule[key]).map((texts) => ({ ...rule, [key]: texts }))),
    ...groups.flatMap((key) => fewer(groupIds(rule, key)).map((ids) => ({ ...rule, [key]: ids }))),
    ...lists
      .filter((key) => rule[key].length > 0 && rule[key].join() !== '*')
      .map((key) => ({ ...rule, [key]: ['*'] })),
    ...lists
      .filter((key) => rule[key].join() !== plain(rule[key]).join())
      .map((key) => ({ ...rule, [key]: plain(rule[key]) })),
    ...(rule.protocol === '*' ? [] : [{ ...rule, protocol: '*' }]),
  ]
}

function groupIds(rule: AdminRule | FilterRule, key: 'sourceGroupIds' | 'destinationGroupIds'): string[] {
  return 'sourceGroupIds' in rule ? rule[key] : []
}

function withoutOne<T>(list: readonly T[]): T[][] {
  return list.map((_item, index) => list.toSpliced(index, 1))
}

/** Lists that must not become empty. */
function fewer<T>(list: readonly T[]): T[][] {
  return list.length > 1 ? withoutOne(list) : []
}
