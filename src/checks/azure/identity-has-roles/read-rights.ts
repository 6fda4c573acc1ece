import { relevantAccess, type PermissionSet } from '../../../domain/azure-permissions.ts'
import type { Manifest } from '../../../domain/manifest.ts'
import { seen, unseen, type Observed } from '../../../domain/observed.ts'
import { parseResourceId } from '../../../domain/resource-id.ts'
import type { ArmPort } from '../../../ports/arm-port.ts'
import { isPlaced, readDmsService } from '../../dms-service.ts'
import { readDmsSubnet } from '../../dms-subnet.ts'
import { boundName } from '../../foreign-text.ts'
import { REQUIRED, type Place } from './actions.ts'

type SetFact = { actions: string[]; notActions: string[]; dataActions: string[]; notDataActions: string[] }

export type Rights = {
  /** The DMS service that is there; null: one has to be created. */
  service: string | null
  /** What the identity may do at each place, as far as it concerns DMS. `where`: the scope in words. */
  places: { place: Place; scope: string; where: string; sets: SetFact[] }[]
}

type Scope = Omit<Rights['places'][number], 'sets'>

/** What the run's identity may do where DMS is or will be, and at its network while it has to be created. */
export async function readRights(arm: ArmPort, manifest: Manifest): Promise<Observed<Rights>> {
  const dms = await readDmsSubnet(arm, manifest)
  if (!dms.ok) return dms
  if (!dms.value.found) return unseen('not-found', dms.value.message)
  const { subnet, network } = dms.value
  const service = await readDmsService(arm, manifest)
  const placed = service.ok && service.value !== undefined && isPlaced(service.value) ? service.value : undefined
  const scopes: Scope[] = [
    scopeOfDms(placed?.id ?? manifest.dms.serviceId, network.id),
    { place: 'network', scope: network.id, where: `virtual network ${boundName(network.name)}` },
    { place: 'subnet', scope: subnet.id, where: `subnet ${boundName(subnet.name)}` },
  ]
  const places: Rights['places'] = []
  for (const scope of placed === undefined ? scopes : scopes.slice(0, 1)) {
    const sets = await readSets(arm, scope)
    if (!sets.ok) return sets
    places.push({ ...scope, sets: sets.value })
  }
  return seen({ service: placed === undefined ? null : boundName(placed.name), places })
}

/** The service's resource group; where no service is known, the subscription, at which Microsoft asks for the role. */
function scopeOfDms(serviceId: string | undefined, networkId: string): Scope {
  const id = parseResourceId(serviceId ?? '')
  if (id !== undefined) {
    const { subscription, resourceGroup } = id
    const scope = `/subscriptions/${subscription}/resourceGroups/${resourceGroup}`
    return { place: 'dms', scope, where: `resource group ${boundName(resourceGroup)}` }
  }
  const subscription = parseResourceId(networkId)?.subscription ?? ''
  return { place: 'dms', scope: `/subscriptions/${subscription}`, where: `subscription ${subscription}` }
}

async function readSets(arm: ArmPort, { place, scope }: Scope): Promise<Observed<SetFact[]>> {
  const permissions = await arm.permissions(scope)
  if (!permissions.ok) return permissions
  if (!permissions.value.found) return unseen('not-found', permissions.value.message)
  const asked = REQUIRED.filter((one) => one.place === place).flatMap(({ action, operations }) => [
    action,
    ...operations,
  ])
  return seen(relevantAccess({ granted: permissions.value.value }, asked).granted.map(factOf))
}

function factOf({ actions, notActions, dataActions, notDataActions }: PermissionSet): SetFact {
  return {
    actions: [...actions],
    notActions: [...notActions],
    dataActions: [...dataActions],
    notDataActions: [...notDataActions],
  }
}
