import { relevantAccess } from '../../../domain/azure-permissions.ts'
import { parseContainerUrl } from '../../../domain/container-url.ts'
import type { Container, Manifest } from '../../../domain/manifest.ts'
import { unseen, type Observed } from '../../../domain/observed.ts'
import { parseResourceId } from '../../../domain/resource-id.ts'
import type { ArmPort } from '../../../ports/arm-port.ts'
import { readDenies, setFact, type DenyFact, type SetFact } from '../../deny-facts.ts'
import { boundName } from '../../foreign-text.ts'
import { gapFactOf, type GapFact } from '../../gap-fact.ts'
import { backupPlaceOf } from '../../modern-path.ts'
import { targetSubjects } from '../../subjects.ts'
import { BLOB_READ, CREATING, MIGRATION_ROLES, type ModernPlace } from './modern-actions.ts'

/** `container`: for the portal alone; `subscription`: for creating a service alone. */
export type AskedPlace = ModernPlace | 'container' | 'subscription'

/** `where`: the scope in words. `gap`: why nothing is known of it. */
export type PlaceFact = { place: AskedPlace; scope: string; where: string } & (
  { sets: SetFact[]; denies: DenyFact[]; deniesUnread: string | null } | { gap: GapFact }
)

export interface Finding {
  place: AskedPlace
  where: string
  /** Not granted by a role, or taken by a deny assignment for certain. */
  lacking: readonly { action: string; deniedBy: readonly string[] }[]
  /** Granted by a role, while a deny assignment may take it. */
  open: readonly { action: string; deniedBy: readonly string[] }[]
}

type Scope = { place: AskedPlace; scope: string; where: string } | { place: 'storage'; gap: Observed<never> }

/** What the run's identity may do at each place of a migration by the current service. */
export async function readModernPlaces(arm: ArmPort, manifest: Manifest): Promise<PlaceFact[]> {
  return Promise.all(scopesOf(manifest).map((scope) => readPlace(arm, manifest, scope)))
}

function scopesOf(manifest: Manifest): Scope[] {
  const targets = targetSubjects(manifest).map(({ spec }): Scope => {
    const id = parseResourceId(spec.target.resourceId)
    return {
      place: 'target',
      scope: spec.target.resourceId,
      where: `target ${boundName(id?.name ?? spec.target.name)}`,
    }
  })
  return [...targets, ...serviceScopes(manifest), ...storageScopes(manifest)]
}

function serviceScopes({ dms }: Manifest): Scope[] {
  const id = parseResourceId(dms.serviceId ?? '')
  if (id === undefined) return []
  const { subscription, resourceGroup } = id
  const above = `/subscriptions/${subscription}`
  return [
    { place: 'service', scope: id.text, where: `service ${boundName(id.name)}` },
    {
      place: 'service-group',
      scope: `${above}/resourceGroups/${resourceGroup}`,
      where: `resource group ${boundName(resourceGroup)}`,
    },
    { place: 'subscription', scope: above, where: `subscription ${subscription}` },
  ]
}

/** Each account once, and the containers in which backups lie already. */
function storageScopes(manifest: Manifest): Scope[] {
  if (MIGRATION_ROLES[manifest.scenario].actions.storage === undefined) return []
  if (manifest.containers.length === 0) return [{ place: 'storage', gap: noAccount('The manifest names no container') }]
  const isRead = manifest.sources.some((source) => backupPlaceOf(manifest, source) === 'container')
  const accounts = new Map<string, Scope>()
  const containers: Scope[] = []
  for (const container of manifest.containers) {
    const id = parseResourceId(container.resourceId ?? '')
    if (id === undefined) {
      const gap = noAccount(`The manifest does not name the storage account of container ${container.name}`)
      accounts.set(container.name, { place: 'storage', gap })
      continue
    }
    const where = `storage account ${boundName(id.name)}`
    accounts.set(id.text.toLowerCase(), { place: 'storage', scope: id.text, where })
    if (isRead) containers.push(containerScope(id.text, where, container))
  }
  return [...accounts.values(), ...containers]
}

function containerScope(account: string, where: string, { url }: Container): Scope {
  const name = parseContainerUrl(url ?? '')?.container
  if (name === undefined) return { place: 'container', scope: account, where }
  return {
    place: 'container',
    scope: `${account}/blobServices/default/containers/${name}`,
    where: `container ${boundName(name)}`,
  }
}

function noAccount(message: string): Observed<never> {
  return unseen('missing-input', message, {
    missing: '`container.resource` in the manifest, the id of the storage account',
  })
}

async function readPlace(arm: ArmPort, manifest: Manifest, asked: Scope): Promise<PlaceFact> {
  if ('gap' in asked) return gapFact({ ...asked, scope: '', where: 'the storage account' }, asked.gap)
  const [permissions, denies] = await Promise.all([
    arm.permissions(asked.scope),
    readDenies(arm, asked.scope, [...actionsAt(manifest, asked.place), BLOB_READ]),
  ])
  if (!permissions.ok) return gapFact(asked, permissions)
  if (!permissions.value.found) return gapFact(asked, unseen('not-found', permissions.value.message))
  const wanted = asked.place === 'container' ? [BLOB_READ] : actionsAt(manifest, asked.place)
  const { granted } = relevantAccess({ granted: permissions.value.value }, wanted)
  return { ...asked, sets: granted.map(setFact), ...denies }
}

/** What has to be allowed at a place of the control plane. */
export function actionsAt({ scenario }: Pick<Manifest, 'scenario'>, place: AskedPlace): readonly string[] {
  if (place === 'subscription') return CREATING
  return place === 'container' ? [] : (MIGRATION_ROLES[scenario].actions[place] ?? [])
}

function gapFact(asked: { place: AskedPlace; scope: string; where: string }, gap: Observed<unknown>): PlaceFact {
  const { place, scope, where } = asked
  if (gap.ok) throw new Error('a gap is a failure')
  return { place, scope, where, gap: gapFactOf(gap.failure) }
}
