import { parseAddress, parsePrefix } from './address.ts'

/** Where a route of a subnet comes from: its route table, a gateway, a peering, or the network's own address space. */
export type RouteSource = 'user' | 'gateway' | 'peering' | 'network'

export interface Route {
  source: RouteSource
  prefix: string
}

/** Of routes for the same prefix the first of these wins. */
const PREFERENCE: readonly RouteSource[] = ['user', 'gateway', 'peering', 'network']

/**
 * The route that Azure takes to an address: that with the longest prefix, of equal ones the user's, then the gateway's.
 * The network and its peerings go before narrower routes of a gateway. Undefined when no route holds the address; a
 * prefix that is none, such as a service tag, holds nothing.
 * https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview#how-azure-selects-a-route
 */
export function chooseRoute<R extends Route>(routes: readonly R[], address: string): R | undefined {
  const target = parseAddress(address)
  if (target === undefined) return undefined
  const holding = routes.flatMap((route) => {
    const range = parsePrefix(route.prefix)
    const isHolding = range?.family === target.family && range.first <= target.value && target.value <= range.last
    return isHolding ? [{ route, size: range.last - range.first }] : []
  })
  const isLocal = holding.some(({ route }) => route.source === 'network' || route.source === 'peering')
  const [best] = holding
    .filter(({ route }) => !isLocal || route.source !== 'gateway')
    .sort((a, b) => compare(a.size, b.size) || rank(a.route) - rank(b.route))
  return best?.route
}

function rank({ source }: Route): number {
  return PREFERENCE.indexOf(source)
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}
