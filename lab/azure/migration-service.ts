import { resource, type Place } from './place.ts'
import type { ArmResource } from './state.ts'

/** The service of today. `integrationRuntimeState` is empty in lists, and told of the one. */
export function sqlMigrationService(
  place: Place,
  name: string,
  spec: { provisioningState?: string; integrationRuntimeState?: string } = {},
): ArmResource {
  return resource(place, 'Microsoft.DataMigration/sqlMigrationServices', [name], {
    provisioningState: spec.provisioningState ?? 'Succeeded',
    integrationRuntimeState: spec.integrationRuntimeState ?? 'Online',
  })
}
