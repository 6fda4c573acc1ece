import { isJsonObject, type Json } from '../../src/domain/json.ts'
import { adminRules } from './admin-rules.ts'
import {
  armError,
  authorizationFailed,
  groupNotFound,
  invalidSubscription,
  parentNotFound,
  resourceNotFound,
  subscriptionNotFound,
  type Answer,
} from './answers.ts'
import { answerAuthorization } from './authorization.ts'
import type { ArmResource, AzureState } from './state.ts'
import { monitoringData } from './runtime-nodes.ts'
import { answerSubscription, permissions } from './subscription.ts'

interface Asked {
  subscription: string
  group: string
  namespace: string
  /** Type and name in turn; the last name is absent for a list. */
  segments: readonly string[]
  id: string
}

/** GETs of Azure Resource Manager, for somebody who is signed in. */
export function answerArm(state: AzureState, url: URL): Answer {
  if (url.searchParams.get('api-version') === null) {
    return armError(
      400,
      'MissingApiVersionParameter',
      'The api-version query parameter (?api-version=) is required for all requests.',
    )
  }
  const path = decodeURIComponent(url.pathname)
  const ofAuthorization = answerAuthorization(state, path, url)
  if (ofAuthorization !== undefined) return ofAuthorization
  const ofSubscription = answerSubscription(state, path, url)
  if (ofSubscription !== undefined) return ofSubscription
  if (/\/providers\/Microsoft\.Authorization\/permissions\/?$/i.test(path))
    return { status: 200, body: permissions(state) }
  const asked = parsePath(path)
  if (asked === undefined)
    return armError(404, 'InvalidResourceType', 'The resource type could not be found in this namespace.')
  return missingContainer(state, asked) ?? forbidden(state, asked) ?? find(state, asked, url)
}

/** The security admin rules, which are asked by POST, for somebody who is signed in. */
export function answerAdminRules(state: AzureState, url: URL, body: string): Answer | undefined {
  const suffix = '/listNetworkManagerEffectiveSecurityAdminRules'
  const path = decodeURIComponent(url.pathname)
  if (!path.toLowerCase().endsWith(suffix.toLowerCase())) return undefined
  const asked = parsePath(path.slice(0, -suffix.length))
  if (asked === undefined) return undefined
  const trouble = missingContainer(state, asked) ?? forbiddenRules(state, asked)
  if (trouble !== undefined) return trouble
  const network = find(state, asked, url)
  if (network.status !== 200) return network
  const question: unknown = JSON.parse(body === '' ? '{}' : body)
  const skipToken = isJsonObject(question) ? Number(question['skipToken'] ?? 0) : 0
  return { status: 200, body: adminRules(state, skipToken) }
}

/** The nodes of the integration runtime, for somebody who is signed in. */
export function answerRuntimeNodes(state: AzureState, url: URL): Answer | undefined {
  const path = decodeURIComponent(url.pathname)
  const [, id] = /^(.*\/Microsoft\.DataMigration\/sqlMigrationServices\/[^/]+)\/listMonitoringData$/i.exec(path) ?? []
  const asked = id === undefined ? undefined : parsePath(id)
  if (asked === undefined) return undefined
  const trouble = missingContainer(state, asked)
  if (trouble !== undefined) return trouble
  const action = 'Microsoft.DataMigration/sqlMigrationServices/listMonitoringData/action'
  if ((state.forbidden ?? []).some((one) => isSame(one, asked.id) || isSame(one, action))) {
    return authorizationFailed(state.objectId, action, asked.id)
  }
  const service = find(state, asked, url)
  return service.status === 200 ? { status: 200, body: monitoringData(state, service.body) } : service
}

function forbiddenRules(state: AzureState, asked: Asked): Answer | undefined {
  const action = 'Microsoft.Network/virtualNetworks/listNetworkManagerEffectiveSecurityAdminRules/action'
  const isForbidden = (state.forbidden ?? []).some((id) => isSame(id, asked.id) || isSame(id, action))
  return isForbidden ? authorizationFailed(state.objectId, action, asked.id) : undefined
}

function parsePath(path: string): Asked | undefined {
  const [, subscription, group, namespace, rest] =
    /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/([^/]+)\/(.+?)\/?$/i.exec(path) ?? []
  if (subscription === undefined || group === undefined || namespace === undefined || rest === undefined)
    return undefined
  return { subscription, group, namespace, segments: rest.split('/'), id: path.replace(/\/$/, '') }
}

function missingContainer(state: AzureState, { subscription, group }: Asked): Answer | undefined {
  if (!/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(subscription)) return invalidSubscription(subscription)
  if (!state.subscriptions.some((known) => isSame(known, subscription))) return subscriptionNotFound(subscription)
  const groupId = `/subscriptions/${subscription}/resourceGroups/${group}`
  const known = [...(state.resourceGroups ?? []).map((id) => `${id}/`), ...state.resources.map(({ id }) => id)]
  return known.some((id) => isBelow(id, groupId)) ? undefined : groupNotFound(group)
}

function forbidden(state: AzureState, asked: Asked): Answer | undefined {
  const isForbidden = (state.forbidden ?? []).some((id) => isSame(id, asked.id) || isBelow(asked.id, id))
  if (!isForbidden) return undefined
  const types = asked.segments.filter((_, index) => index % 2 === 0)
  return authorizationFailed(state.objectId, `${[asked.namespace, ...types].join('/')}/read`, asked.id)
}

function find(state: AzureState, asked: Asked, url: URL): Answer {
  const isList = asked.segments.length % 2 !== 0
  const parent = parentOf(asked)
  if (parent !== undefined && !state.resources.some(({ id }) => isSame(id, parent))) {
    return parentNotFound(parent.split('/').at(-1) ?? '')
  }
  if (isList) return listAnswer(state, members(state, asked), url)
  const found = state.resources.find(({ id }) => isSame(id, asked.id)) ?? subnetOf(state, asked.id)
  if (found !== undefined) return { status: 200, body: shown(found, url) }
  return resourceNotFound(`${asked.namespace}/${asked.segments.join('/')}`, asked.group)
}

/** The instance view of a machine is there only for whoever asks for it. */
function shown(found: Json, url: URL): Json {
  if (url.searchParams.get('$expand')?.toLowerCase() === 'instanceview' || !isJsonObject(found)) return found
  const { properties } = found
  if (!isJsonObject(properties) || properties['instanceView'] === undefined) return found
  return {
    ...found,
    properties: Object.fromEntries(Object.entries(properties).filter(([name]) => name !== 'instanceView')),
  }
}

/** Of a nested resource or list. */
function parentOf({ id, segments }: Asked): string | undefined {
  const own = segments.length % 2 === 0 ? 2 : 1
  return segments.length > own ? id.split('/').slice(0, -own).join('/') : undefined
}

function members(state: AzureState, asked: Asked): readonly Json[] {
  const [type, gateway, list] = asked.segments
  if (
    type?.toLowerCase() === 'virtualnetworkgateways' &&
    list?.toLowerCase() === 'connections' &&
    gateway !== undefined
  ) {
    const gatewayId = asked.id.split('/').slice(0, -1).join('/')
    return state.resources.filter((resource) => isConnectionOf(resource, gatewayId)).map(withoutStatus)
  }
  const found = state.resources.filter(
    ({ id }) => isBelow(id, asked.id) && !id.slice(asked.id.length + 1).includes('/'),
  )
  return type?.toLowerCase() === 'connections' ? found.map(withoutStatus) : found
}

function isConnectionOf({ type, properties }: ArmResource, gatewayId: string): boolean {
  if (!isSame(type, 'Microsoft.Network/connections') || !isJsonObject(properties)) return false
  return ['virtualNetworkGateway1', 'virtualNetworkGateway2'].some((name) => {
    const end = properties[name]
    return isJsonObject(end) && typeof end['id'] === 'string' && isSame(end['id'], gatewayId)
  })
}

/** Lists of connections carry no status, in every recording since 2017. */
function withoutStatus(connection: ArmResource): Json {
  const properties = isJsonObject(connection['properties']) ? connection['properties'] : {}
  const shown = Object.entries(properties).filter(([name]) => name !== 'connectionStatus')
  return { ...connection, properties: Object.fromEntries(shown) }
}

/** Subnets live in the body of their network. */
function subnetOf(state: AzureState, id: string): Json | undefined {
  const networks = state.resources.filter(({ type }) => isSame(type, 'Microsoft.Network/virtualNetworks'))
  return networks
    .flatMap(({ properties }) =>
      isJsonObject(properties) && Array.isArray(properties['subnets']) ? (properties['subnets'] as Json[]) : [],
    )
    .find((subnet) => isJsonObject(subnet) && typeof subnet['id'] === 'string' && isSame(subnet['id'], id))
}

function listAnswer(state: AzureState, entries: readonly Json[], url: URL): Answer {
  const size = state.pageSize ?? Number.POSITIVE_INFINITY
  const start = Number(url.searchParams.get('$skiptoken') ?? '0')
  const value = entries.slice(start, start + size)
  if (start + size >= entries.length) return { status: 200, body: { value } }
  const next = new URL(url)
  next.searchParams.set('$skiptoken', String(start + size))
  return { status: 200, body: { value, nextLink: next.href } }
}

function isSame(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase()
}

function isBelow(id: string, above: string): boolean {
  return id.toLowerCase().startsWith(`${above.toLowerCase()}/`)
}
