import { toRegion } from '../../../domain/azure-region.ts'
import type { Manifest } from '../../../domain/manifest.ts'
import { seen, unseen, type Observed } from '../../../domain/observed.ts'
import type { ArmPort } from '../../../ports/arm-port.ts'
import { isPlaced, readDmsService, subscriptionOfDms } from '../../dms-service.ts'
import { readDmsSubnet } from '../../dms-subnet.ts'
import { boundName, boundText } from '../../foreign-text.ts'

export type Place = {
  subscription: string
  /** Region in lower case without spaces, and what it is taken from. */
  region: string
  from: string
  /** The state of a service that is there already; null: one has to be created. */
  placed: string | null
}

/** Where DMS is or will be: its service says so, else the virtual network in which it has to stand. */
export async function readPlace(arm: ArmPort, manifest: Manifest): Promise<Observed<Place>> {
  const subscription = subscriptionOfDms(manifest)
  if (!subscription.ok) return subscription
  const service = await readDmsService(arm, manifest)
  if (!service.ok) return service
  if (service.value !== undefined) {
    const { name, location, provisioningState } = service.value
    const placed = isPlaced(service.value) ? boundText(provisioningState ?? '', 60) : null
    const from = `the DMS service ${boundName(name)}`
    return seen({ subscription: subscription.value, region: boundName(toRegion(location)), from, placed })
  }
  const dms = await readDmsSubnet(arm, manifest)
  if (!dms.ok) return dms
  if (!dms.value.found) return unseen('not-found', dms.value.message)
  const { name, location } = dms.value.network
  const from = `the virtual network ${boundName(name)}`
  return seen({ subscription: subscription.value, region: boundName(toRegion(location)), from, placed: null })
}
