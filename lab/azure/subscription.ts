import type { Json, JsonObject } from '../../src/domain/json.ts'
import { authorizationFailed, invalidSubscription, subscriptionNotFound, type Answer } from './answers.ts'
import type { AzureState } from './state.ts'

/** What a subscription tells of itself, beside the resources of its groups. Undefined: another path. */
export function answerSubscription(state: AzureState, path: string): Answer | undefined {
  const [, subscription, rest] = /^\/subscriptions\/([^/]+)\/providers\/(.+?)\/?$/i.exec(path) ?? []
  if (subscription === undefined || rest === undefined) return undefined
  if (!/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(subscription)) return invalidSubscription(subscription)
  if (!state.subscriptions.some((known) => isSame(known, subscription))) return subscriptionNotFound(subscription)
  const isForbidden = (state.forbidden ?? []).some(
    (id) => isSame(id, path) || path.toLowerCase().startsWith(`${id.toLowerCase()}/`),
  )
  if (isForbidden) return authorizationFailed(state.objectId, actionOf(rest), path)
  const body = bodyOf(state, subscription, rest)
  return body === undefined ? undefined : { status: 200, body }
}

function bodyOf(state: AzureState, subscription: string, rest: string): Json | undefined {
  const asked = rest.toLowerCase()
  if (/^microsoft\.network\/locations\/[^/]+\/servicetags$/.test(asked)) return serviceTags(state, subscription, rest)
  if (asked === 'microsoft.datamigration/skus') return { value: state.dmsSkus ?? DMS_SKUS }
  if (asked === 'microsoft.authorization/permissions') return permissions(state)
  if (/^[^/]+$/.test(asked)) return provider(state, subscription, rest)
  if (/^[^/]+\/[^/]+$/.test(asked)) {
    const start = `/subscriptions/${subscription}/`.toLowerCase()
    return { value: state.resources.filter((one) => isSame(one.type, rest) && one.id.toLowerCase().startsWith(start)) }
  }
  return undefined
}

function actionOf(rest: string): string {
  const [namespace = '', ...segments] = rest.split('/')
  const types = /^locations$/i.test(segments[0] ?? '') ? segments.slice(2) : segments
  return [namespace, ...types, 'read'].join('/')
}

/** What the identity may do, the same at every scope. */
export function permissions({ permissions: own }: AzureState): Json {
  return { value: own ?? [{ actions: ['*'], notActions: [], dataActions: [], notDataActions: [] }] }
}

function provider(state: AzureState, subscription: string, namespace: string): Json {
  const registrationState =
    Object.entries(state.providers ?? {}).find(([name]) => isSame(name, namespace))?.[1] ?? 'Registered'
  return {
    id: `/subscriptions/${subscription}/providers/${namespace}`,
    namespace,
    registrationPolicy: 'RegistrationRequired',
    registrationState,
    resourceTypes: isSame(namespace, 'Microsoft.DataMigration')
      ? ['services', 'services/projects', 'SqlMigrationServices'].map((resourceType) => ({
          resourceType,
          locations: [...(state.dmsRegions ?? ['West Europe', 'North Europe'])],
          apiVersions: ['2018-07-15-preview', '2018-04-19'],
          capabilities: 'SupportsTags, SupportsLocation',
        }))
      : [],
  }
}

function serviceTags(state: AzureState, subscription: string, rest: string): Json {
  const region = rest.split('/')[2] ?? ''
  const tags = state.serviceTags ?? LAB_SERVICE_TAGS
  const id = `/subscriptions/${subscription}/providers/Microsoft.Network/serviceTags/public`
  return {
    name: 'public',
    id,
    type: 'Microsoft.Network/serviceTags',
    changeNumber: '143',
    cloud: 'Public',
    values: Object.entries(tags).map(([name, addressPrefixes]) => ({
      id: name,
      name,
      properties: {
        changeNumber: '7',
        region: name.includes('.') ? region : '',
        systemService: name.split('.')[0] ?? name,
        addressPrefixes: [...addressPrefixes],
      },
    })),
  }
}

const sku = (name: string, tier: string, size: string): JsonObject => ({
  resourceType: 'services',
  name,
  tier,
  size,
  locations: ['West Europe'],
  locationInfo: [{ location: 'West Europe', zones: [] }],
  restrictions: [],
})
const DMS_SKUS: readonly Json[] = [
  sku('Standard_1vCores', 'Standard', '1 vCores'),
  sku('Standard_4vCores', 'Standard', '4 vCores'),
  sku('Premium_4vCores', 'Premium', '4 vCores'),
]

/** Of one region, made up: services apart from each other, and AzureCloud around them all. */
export const LAB_SERVICE_TAGS: Readonly<Record<string, readonly string[]>> = {
  AzureCloud: ['20.0.0.0/11', '40.64.0.0/10', '2603:1000::/24'],
  'AzureCloud.westeurope': ['20.16.0.0/12', '40.112.0.0/13', '2603:1020:200::/40'],
  AzureMonitor: ['20.16.8.0/22', '40.113.8.0/22', '2603:1020:206::/48'],
  'AzureMonitor.WestEurope': ['20.16.8.0/24', '2603:1020:206:1::/64'],
  ServiceBus: ['20.16.16.0/22', '40.113.16.0/22', '2603:1020:207::/48'],
  'ServiceBus.WestEurope': ['20.16.16.0/24', '40.113.16.0/25', '2603:1020:207:1::/64'],
  Sql: ['20.16.24.0/22', '40.113.24.0/22', '2603:1020:208::/48'],
  'Sql.WestEurope': ['20.16.24.0/24', '2603:1020:208:1::/64'],
  Storage: ['20.16.32.0/22', '40.113.32.0/22', '2603:1020:209::/48'],
  'Storage.WestEurope': ['20.16.32.0/24', '40.113.32.0/24', '2603:1020:209:1::/64'],
}

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
  sources?: readonly string[]
  destinations?: readonly string[]
  ports?: readonly string[]
}

/** A rule of a network manager as it takes effect on a virtual network. */
export function adminRule(spec: AdminRuleSpec): JsonObject {
  const manager =
    '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-hub/providers/Microsoft.Network/networkManagers/nm'
  const side = (prefixes: readonly string[]): Json =>
    prefixes.map((addressPrefix) => ({
      addressPrefix,
      addressPrefixType: /^[\d.:a-f/*]+$/i.test(addressPrefix) ? 'IPPrefix' : 'ServiceTag',
    }))
  return {
    id: `${manager}/securityAdminConfigurations/base/ruleCollections/high-risk/rules/${spec.name}`,
    configurationDescription: 'Baseline of the company',
    ruleCollectionDescription: 'High-risk ports',
    ruleCollectionAppliesToGroups: [{ networkGroupId: `${manager}/networkGroups/all` }],
    ruleGroups: [],
    kind: 'Custom',
    properties: {
      description: '',
      protocol: spec.protocol ?? 'Any',
      sources: side(spec.sources ?? ['*']),
      destinations: side(spec.destinations ?? ['*']),
      sourcePortRanges: ['0-65535'],
      destinationPortRanges: spec.ports ?? ['0-65535'],
      access: spec.access,
      priority: spec.priority,
      direction: spec.direction,
      provisioningState: 'Succeeded',
    },
  }
}

function isSame(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase()
}
