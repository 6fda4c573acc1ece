/** The parts of an ARM id in the letter case in which they are written. */
export interface ResourceId {
  subscription: string
  resourceGroup: string
  /** `Microsoft.Network/virtualNetworks/subnets`: the namespace and every type, without names. */
  type: string
  /** The name of the resource itself, the last one. */
  name: string
  /** The id of the resource that holds this one; undefined at the top level of a resource group. */
  parent?: string
}

/** The parts of a resource's id; undefined when the text is no id of a resource in a resource group. */
export function parseResourceId(id: string): ResourceId | undefined {
  const match = /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/([^/]+)\/((?:[^/]+\/[^/]+\/?)+)$/i.exec(
    id,
  )
  if (match === null) return undefined
  const [, subscription = '', resourceGroup = '', namespace = '', path = ''] = match
  const segments = path.replace(/\/$/, '').split('/')
  if (segments.length % 2 !== 0) return undefined
  const types = segments.filter((_, index) => index % 2 === 0)
  const name = segments.at(-1) ?? ''
  const parent = id.replace(/\/$/, '').split('/').slice(0, -2).join('/')
  return {
    subscription,
    resourceGroup,
    type: [namespace, ...types].join('/'),
    name,
    ...(types.length > 1 ? { parent } : {}),
  }
}

/** Whether two ids name the same resource: Azure answers in another letter case than it was asked. */
export function isSameResource(a: string, b: string): boolean {
  return a.replace(/\/$/, '').toLowerCase() === b.replace(/\/$/, '').toLowerCase()
}
