import type { Json, JsonObject } from '../../src/domain/json.ts'
import { authorizationFailed, invalidSubscription, subscriptionNotFound, type Answer } from './answers.ts'
import { serviceTags } from './service-tags.ts'
import type { AzureState } from './state.ts'

/** What a subscription tells of itself, beside the resources of its groups. Undefined: another path. */
export function answerSubscription(state: AzureState, path: string, url: URL): Answer | undefined {
  const [, subscription, rest] = /^\/subscriptions\/([^/]+)\/providers\/(.+?)\/?$/i.exec(path) ?? []
  if (subscription === undefined || rest === undefined) return undefined
  if (!/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(subscription)) return invalidSubscription(subscription)
  if (!state.subscriptions.some((known) => isSame(known, subscription))) return subscriptionNotFound(subscription)
  const action = actionOf(rest)
  const isForbidden = (state.forbidden ?? []).some(
    (id) => isSame(id, path) || isSame(id, action) || path.toLowerCase().startsWith(`${id.toLowerCase()}/`),
  )
  if (isForbidden) return authorizationFailed(state.objectId, action, path)
  const body = bodyOf(state, subscription, rest, url)
  return body === undefined ? undefined : { status: 200, body }
}

function bodyOf(state: AzureState, subscription: string, rest: string, url: URL): Json | undefined {
  const asked = rest.toLowerCase()
  if (/^microsoft\.network\/locations\/[^/]+\/servicetags$/.test(asked)) return serviceTags(state, subscription, url)
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
  const types = segments.filter((_, index) => index % 2 === 0)
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

/** An offer of the classic service, as recorded: one entry for each region. */
export function dmsSku({
  name,
  tier,
  location = 'West Europe',
  restriction,
}: {
  name: string
  tier: string
  location?: string
  restriction?: 'NotAvailableForSubscription' | 'QuotaId'
}): JsonObject {
  const [, cores = '1'] = /_(\d+)vCores$/.exec(name) ?? []
  return {
    resourceType: 'services',
    name,
    tier,
    size: `${cores} vCores`,
    locations: [location],
    locationInfo: [{ location, zones: [] }],
    restrictions: restriction === undefined ? [] : [{ type: 'location', values: [location], reasonCode: restriction }],
  }
}

const DMS_SKUS: readonly Json[] = [
  dmsSku({ name: 'Standard_1vCores', tier: 'Standard' }),
  dmsSku({ name: 'Standard_4vCores', tier: 'Standard' }),
  dmsSku({ name: 'Premium_4vCores', tier: 'Premium' }),
]

function isSame(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase()
}
