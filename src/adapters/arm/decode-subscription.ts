import type { PermissionSet } from '../../domain/azure-permissions.ts'
import type { DmsSku, ProviderRegistration } from '../../ports/arm-port.ts'
import { list, optionalText, optionalTexts, text, texts, type Fields } from './decode.ts'

/** https://learn.microsoft.com/rest/api/resources/providers/get */
export function decodeProvider(body: Fields): ProviderRegistration {
  const registrationState = optionalText(body, 'registrationState')
  return {
    namespace: text(body, 'namespace'),
    ...(registrationState === undefined ? {} : { registrationState }),
    resourceTypes: list(body, 'resourceTypes', (item) => ({
      type: text(item, 'resourceType'),
      locations: optionalTexts(item, 'locations') ?? [],
    })),
  }
}

/** https://learn.microsoft.com/rest/api/authorization/permissions/list-for-resource-group */
export function decodePermissionSet(item: Fields): PermissionSet {
  return {
    // A list that is not told must not pass for an empty one: the second takes rights away.
    actions: texts(item, 'actions'),
    notActions: texts(item, 'notActions'),
    dataActions: optionalTexts(item, 'dataActions') ?? [],
    notDataActions: optionalTexts(item, 'notDataActions') ?? [],
  }
}

/** https://learn.microsoft.com/rest/api/datamigration/resource-skus/list-skus */
export function decodeDmsSku(item: Fields): DmsSku {
  const tier = optionalText(item, 'tier')
  const resourceType = optionalText(item, 'resourceType')
  return {
    name: text(item, 'name'),
    ...(tier === undefined ? {} : { tier }),
    ...(resourceType === undefined ? {} : { resourceType }),
    locations: optionalTexts(item, 'locations') ?? [],
    restrictions: list(item, 'restrictions', (one) => ({
      reason: optionalText(one, 'reasonCode') ?? optionalText(one, 'type') ?? 'restricted',
      locations: optionalTexts(one, 'values') ?? [],
    })),
  }
}
