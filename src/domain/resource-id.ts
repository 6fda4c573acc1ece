/** The parts of an ARM id in the letter case in which they are written. */
export interface ResourceId {
  /** As given, without a trailing slash. */
  text: string
  subscription: string
  resourceGroup: string
  /** `Microsoft.Network/virtualNetworks/subnets`: the namespace and every type, without names. */
  type: string
  /** One for each part of the type after the namespace. */
  names: readonly string[]
  /** The name of the resource itself, the last one. */
  name: string
  /** The id of the resource that holds this one; absent at the top level of a resource group. */
  parent?: string
}

const SHAPE = /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/([^/]+)\/(.+?)\/?$/i
const UNSAFE_SEGMENT = /^\.{1,2}$|[\u0000-\u0020\u007f?#%\\]/u
// A name is percent-encoded when a URL is made of it (databases have spaces and `#`), but `.` and `..` would still
// change the path.
const UNSAFE_NAME = /^\.{1,2}$| $|[\u0000-\u001f\u007f?%\\]|\p{Cs}/u

/** The parts of a resource's id; undefined when the text is no safe id of a resource in a resource group. */
export function parseResourceId(id: string): ResourceId | undefined {
  const [, subscription, resourceGroup, namespace, rest] = SHAPE.exec(id) ?? []
  if (subscription === undefined || resourceGroup === undefined || namespace === undefined || rest === undefined) {
    return undefined
  }
  const segments = rest.split('/')
  if (segments.length % 2 !== 0 || UNSAFE_NAME.test(resourceGroup)) return undefined
  const types = segments.filter((_, index) => index % 2 === 0)
  const names = segments.filter((_, index) => index % 2 === 1)
  if ([subscription, namespace, ...types].some((segment) => segment === '' || UNSAFE_SEGMENT.test(segment))) {
    return undefined
  }
  if (names.some((name) => name === '' || UNSAFE_NAME.test(name))) return undefined
  const text = id.replace(/\/$/, '')
  return {
    text,
    subscription,
    resourceGroup,
    type: [namespace, ...types].join('/'),
    names,
    name: names.at(-1) ?? '',
    ...(types.length > 1 ? { parent: text.split('/').slice(0, -2).join('/') } : {}),
  }
}

/** Whether two ids name the same resource: Azure answers in another letter case than it was asked. */
export function isSameResource(a: string, b: string): boolean {
  return a.replace(/\/$/, '').toLowerCase() === b.replace(/\/$/, '').toLowerCase()
}

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** The form of the ids of subscriptions, tenants and clients. */
export function isGuid(text: string): boolean {
  return GUID.test(text)
}
