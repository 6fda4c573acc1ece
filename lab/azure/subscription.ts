import type { Json, JsonObject } from '../../src/domain/json.ts'
import { authorizationFailed, invalidSubscription, subscriptionNotFound, type Answer } from './answers.ts'
import { serviceTags } from './service-tags.ts'
import type { AzureState } from './state.ts'

/** What a subscription tells of itself, beside the resources of its groups. Undefined: another path. */
export function answerSubscription(state: AzureState, path: string): Answer | undefined {
  const [, subscription, rest] = /^\/subscriptions\/([^/]+)\/providers\/(.+?)\/?$/i.exec(path) ?? []
  if (subscription === undefined || rest === undefined) return undefined
  if (!/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(subscription)) return invalidSubscription(subscription)
  if (!state.subscriptions.some((known) => isSame(known, subscription))) return subscriptionNotFound(subscription)
  const action = actionOf(rest)
  const isForbidden = (state.forbidden ?? []).some(
    (id) => isSame(id, path) || isSame(id, action) || path.toLowerCase().startsWith(`${id.toLowerCase()}/`),
  )
  if (isForbidden) return authorizationFailed(state.objectId, action, path)
  const body = bodyOf(state, subscription, rest)
  return body === undefined ? undefined : { status: 200, body }
}

function bodyOf(state: AzureState, subscription: string, rest: string): Json | undefined {
  const asked = rest.toLowerCase()
  if (/^microsoft\.network\/locations\/[^/]+\/servicetags$/.test(asked)) return serviceTags(state, subscription)
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
  // `locations/<region>/serviceTags` is `locations/serviceTags/read`.
  const types = /^locations$/i.test(segments[0] ?? '') ? segments.toSpliced(1, 1) : segments
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
          locations: ['West Europe', 'North Europe'],
          apiVersions: ['2018-07-15-preview', '2018-04-19'],
          capabilities: 'SupportsTags, SupportsLocation',
        }))
      : [],
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

function isSame(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase()
}
