import type { Json, JsonObject } from '../../src/domain/json.ts'
import type { AzureState } from './state.ts'

/** Answer of `listNetworkManagerEffectiveSecurityAdminRules`, which is a POST. */
export function adminRules({ adminRules: rules = [], pageSize }: AzureState, skipToken: number): Json {
  const end = skipToken + (pageSize ?? Number.POSITIVE_INFINITY)
  const value = rules.slice(skipToken, end)
  return end < rules.length ? { value, skipToken: String(end) } : { value }
}

export interface AdminRuleSpec {
  name: string
  priority: number
  direction: 'Inbound' | 'Outbound'
  access: 'Allow' | 'AlwaysAllow' | 'Deny'
  protocol?: string
  /** Addresses, prefixes or service tags; absent: everything. */
  sources?: readonly string[]
  destinations?: readonly string[]
  sourcePorts?: readonly string[]
  ports?: readonly string[]
  /** Makes it one of the rules that a network manager comes with: `AllowVnetInbound`. */
  flag?: string
}

/** A rule of a network manager as it takes effect on a virtual network. */
export function adminRule(spec: AdminRuleSpec): JsonObject {
  const manager =
    '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-hub/providers/Microsoft.Network/networkManagers/nm'
  const group = `${manager}/networkGroups/all`
  return {
    id: `${manager}/securityAdminConfigurations/base/ruleCollections/high-risk/rules/${spec.name}`,
    configurationDescription: 'Baseline of the company',
    ruleCollectionDescription: 'High-risk ports',
    ruleCollectionAppliesToGroups: [{ networkGroupId: group }],
    ruleGroups: [{ id: group, properties: { description: '', provisioningState: 'Succeeded' } }],
    kind: spec.flag === undefined ? 'Custom' : 'Default',
    properties: {
      description: '',
      ...(spec.flag === undefined ? {} : { flag: spec.flag }),
      protocol: spec.protocol ?? 'Any',
      sources: sideOf(spec.sources),
      destinations: sideOf(spec.destinations),
      sourcePortRanges: spec.sourcePorts ?? ['0-65535'],
      destinationPortRanges: spec.ports ?? ['0-65535'],
      access: spec.access,
      priority: spec.priority,
      direction: spec.direction,
      provisioningState: 'Succeeded',
    },
  }
}

function sideOf(prefixes: readonly string[] = ['*']): Json {
  return prefixes.map((addressPrefix) => ({
    addressPrefix,
    addressPrefixType: /^[\d.:a-f/*]+$/i.test(addressPrefix) ? 'IPPrefix' : 'ServiceTag',
  }))
}
