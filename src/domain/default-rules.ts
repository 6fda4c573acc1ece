import type { FilterRule } from './filter-rule.ts'

/** Priorities from here on are those of Azure's default rules; those of one's own are 100 to 4096. */
export const DEFAULT_PRIORITY = 65_000

/** The rules that no group can be without; learn.microsoft.com/azure/virtual-network/network-security-groups-overview. */
export function defaultRules(direction: 'inbound' | 'outbound'): FilterRule[] {
  return direction === 'outbound'
    ? [
        rule('AllowVnetOutBound', 65_000, 'allow', direction, 'VirtualNetwork', 'VirtualNetwork'),
        rule('AllowInternetOutBound', 65_001, 'allow', direction, '*', 'Internet'),
        rule('DenyAllOutBound', 65_500, 'deny', direction, '*', '*'),
      ]
    : [
        rule('AllowVnetInBound', 65_000, 'allow', direction, 'VirtualNetwork', 'VirtualNetwork'),
        rule('AllowAzureLoadBalancerInBound', 65_001, 'allow', direction, 'AzureLoadBalancer', '*'),
        rule('DenyAllInBound', 65_500, 'deny', direction, '*', '*'),
      ]
}

function rule(
  name: string,
  priority: number,
  access: 'allow' | 'deny',
  direction: 'inbound' | 'outbound',
  source: string,
  destination: string,
): FilterRule {
  return {
    name,
    priority,
    direction,
    access,
    protocol: '*',
    sourcePrefixes: [source],
    sourcePorts: ['*'],
    destinationPrefixes: [destination],
    destinationPorts: ['*'],
    sourceGroupIds: [],
    destinationGroupIds: [],
  }
}
