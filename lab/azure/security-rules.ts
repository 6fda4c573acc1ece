import type { JsonObject } from '../../src/domain/json.ts'
import { resource, resourceId, type Place } from './place.ts'
import type { ArmResource } from './state.ts'

export interface RuleSpec {
  name: string
  priority: number
  direction: 'Inbound' | 'Outbound'
  access: 'Allow' | 'Deny'
  protocol?: string
  source?: string | readonly string[]
  sourcePorts?: string | readonly string[]
  destination?: string | readonly string[]
  ports?: string | readonly string[]
}

/** With the default rules that Azure adds to every group. */
export function networkSecurityGroup(place: Place, name: string, rules: readonly RuleSpec[]): ArmResource {
  const type = 'Microsoft.Network/networkSecurityGroups'
  const body = (kind: string, spec: RuleSpec): JsonObject => ({
    name: spec.name,
    id: `${resourceId(place, type, name)}/${kind}/${spec.name}`,
    type: `${type}/${kind}`,
    properties: ruleProperties(spec),
  })
  return resource(place, type, [name], {
    provisioningState: 'Succeeded',
    securityRules: rules.map((rule) => body('securityRules', rule)),
    defaultSecurityRules: DEFAULT_RULES.map((rule) => body('defaultSecurityRules', rule)),
  })
}

function ruleProperties(spec: RuleSpec): JsonObject {
  return {
    provisioningState: 'Succeeded',
    protocol: spec.protocol ?? '*',
    ...oneOrMany(spec.sourcePorts ?? '*', 'sourcePortRange', 'sourcePortRanges'),
    ...oneOrMany(spec.ports ?? '*', 'destinationPortRange', 'destinationPortRanges'),
    ...oneOrMany(spec.source ?? '*', 'sourceAddressPrefix', 'sourceAddressPrefixes'),
    ...oneOrMany(spec.destination ?? '*', 'destinationAddressPrefix', 'destinationAddressPrefixes'),
    access: spec.access,
    priority: spec.priority,
    direction: spec.direction,
  }
}

/** Azure leaves the singular field out when there is a list, and shows an empty list beside a single value. */
function oneOrMany(value: string | readonly string[], singular: string, plural: string): JsonObject {
  return typeof value === 'string' ? { [singular]: value, [plural]: [] } : { [plural]: value }
}

const DEFAULT_RULES: readonly RuleSpec[] = [
  {
    name: 'AllowVnetInBound',
    priority: 65000,
    direction: 'Inbound',
    access: 'Allow',
    source: 'VirtualNetwork',
    destination: 'VirtualNetwork',
  },
  {
    name: 'AllowAzureLoadBalancerInBound',
    priority: 65001,
    direction: 'Inbound',
    access: 'Allow',
    source: 'AzureLoadBalancer',
  },
  { name: 'DenyAllInBound', priority: 65500, direction: 'Inbound', access: 'Deny' },
  {
    name: 'AllowVnetOutBound',
    priority: 65000,
    direction: 'Outbound',
    access: 'Allow',
    source: 'VirtualNetwork',
    destination: 'VirtualNetwork',
  },
  { name: 'AllowInternetOutBound', priority: 65001, direction: 'Outbound', access: 'Allow', destination: 'Internet' },
  { name: 'DenyAllOutBound', priority: 65500, direction: 'Outbound', access: 'Deny' },
]
