import { unseen, type Observed } from '../../domain/observed.ts'
import { boundText } from '../bounded-text.ts'

export interface ResourceId {
  /** As given, without a trailing slash. */
  text: string
  subscription: string
  resourceGroup: string
  /** `Microsoft.Sql/servers/databases` */
  type: string
  /** One for each part of the type after the namespace. */
  names: readonly string[]
}

const SHAPE = /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/([^/]+)\/(.+?)\/?$/i
// A segment is percent-encoded when a URL is made of it, but `.` and `..` would still change the path.
const UNSAFE_SEGMENT = /^\.{1,2}$|[\u0000-\u0020\u007f?#%\\]/u

/** The parts of the ARM id of one resource in a resource group, or undefined. Letter case is kept. */
export function parseResourceId(id: string): ResourceId | undefined {
  const [, subscription, resourceGroup, namespace, rest] = SHAPE.exec(id) ?? []
  if (subscription === undefined || resourceGroup === undefined || namespace === undefined || rest === undefined) {
    return undefined
  }
  const segments = rest.split('/')
  if (segments.length % 2 !== 0) return undefined
  if ([subscription, namespace, ...segments].some((segment) => segment === '' || UNSAFE_SEGMENT.test(segment))) {
    return undefined
  }
  if (/^\.{1,2}$|[\u0000-\u001f\u007f?#%\\]/u.test(resourceGroup)) return undefined
  return {
    text: id.replace(/\/$/, ''),
    subscription,
    resourceGroup,
    type: [namespace, ...segments.filter((_, index) => index % 2 === 0)].join('/'),
    names: segments.filter((_, index) => index % 2 === 1),
  }
}

/** The id, when it names a resource of that type. */
export function readResourceId(id: string, type: string): Observed<ResourceId> {
  const parsed = parseResourceId(id)
  if (parsed === undefined) {
    return unseen('missing-input', `"${boundText(id)}" is not the id of an Azure resource.`, {
      missing: `an id such as /subscriptions/<id>/resourceGroups/<group>/providers/${type}/<name>`,
    })
  }
  if (parsed.type.toLowerCase() !== type.toLowerCase()) {
    return unseen('missing-input', `${boundText(id)} is a ${boundText(parsed.type)}; a ${type} was expected.`, {
      missing: `the id of a ${type}`,
    })
  }
  return { ok: true, value: parsed }
}

/** The path of a resource below the endpoint, each name percent-encoded. */
export function resourcePath(id: ResourceId): string {
  const [namespace = '', ...types] = id.type.split('/')
  const tail = types.flatMap((type, index) => [type, encodeURIComponent(id.names[index] ?? '')])
  const group = encodeURIComponent(id.resourceGroup)
  return ['/subscriptions', id.subscription, 'resourceGroups', group, 'providers', namespace, ...tail].join('/')
}
