import { parseResourceId, type ResourceId } from '../../domain/resource-id.ts'
import { unseen, type Observed } from '../../domain/observed.ts'
import { boundText } from '../bounded-text.ts'
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
