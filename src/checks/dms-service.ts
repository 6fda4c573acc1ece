import type { Manifest } from '../domain/manifest.ts'
import { seen, unseen, type Observed } from '../domain/observed.ts'
import { isSameResource, parseResourceId } from '../domain/resource-id.ts'
import type { ArmPort, DmsService } from '../ports/arm-port.ts'

/** The subscription of DMS: that of the service, else that of its subnet, where DMS will be created. */
export function subscriptionOfDms({ dms }: Manifest): Observed<string> {
  const id = dms.serviceId ?? dms.subnetId
  const subscription = id === undefined ? undefined : parseResourceId(id)?.subscription
  return subscription === undefined
    ? unseen('missing-input', 'The manifest does not say in which subscription DMS is', {
        missing: 'dms.service or dms.subnet of the manifest',
      })
    : seen(subscription)
}

/**
 * The classic DMS service of the manifest: the one that it names, else the one that stands in its subnet. Undefined:
 * there is none yet.
 */
export async function readDmsService(arm: ArmPort, manifest: Manifest): Promise<Observed<DmsService | undefined>> {
  const { serviceId, subnetId } = manifest.dms
  if (serviceId !== undefined) {
    const named = await arm.dmsService(serviceId)
    return named.ok ? seen(named.value.found ? named.value.value : undefined) : named
  }
  const subscription = subscriptionOfDms(manifest)
  if (!subscription.ok) return subscription
  const services = await arm.dmsServices(subscription.value)
  if (!services.ok) return services
  // A list has nothing that could be missing, so this answer is about something else.
  if (!services.value.found) return unseen('not-found', services.value.message)
  return seen(services.value.value.find(({ virtualSubnetId }) => isSame(virtualSubnetId, subnetId)))
}

/** States of a service that was created: it has its network interface (ServiceProvisioningState of the REST API). */
const PLACED = ['succeeded', 'stopped', 'stopping', 'starting', 'failedtostart', 'failedtostop']

/** Whether the service was created, so that nothing about creating one matters any more. */
export function isPlaced({ provisioningState }: Pick<DmsService, 'provisioningState'>): boolean {
  return PLACED.includes(provisioningState?.toLowerCase() ?? '')
}

function isSame(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && isSameResource(a, b)
}
