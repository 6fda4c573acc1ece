import { parseContainerUrl } from '../../../domain/container-url.ts'
import type { Container } from '../../../domain/manifest.ts'
import { seen, unseen, type Observed } from '../../../domain/observed.ts'
import { parseResourceId } from '../../../domain/resource-id.ts'
import { isAtOrAbove, type RoleAssignment } from '../../../domain/role-assignments.ts'
import type { ArmPort, InstanceIdentity } from '../../../ports/arm-port.ts'
import type { Ports } from '../../../ports/ports.ts'
import { readDenies, setFact, type DenyFacts, type SetFact } from '../../deny-facts.ts'
import { boundName, boundText } from '../../foreign-text.ts'
import { gapFactOf, type GapFact } from '../../gap-fact.ts'
import { backupPlaceOf } from '../../modern-path.ts'
import { sourcesOf, type TargetSpec } from '../../subjects.ts'

/** What reading a backup in a container takes: a right to data, which Owner and Contributor do not hold. */
export const BLOB_READ = 'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read'

/** Under whose name the instance reads. `unnamed`: Azure does not tell its object id. */
export type IdentityFact =
  { kind: 'primary' | 'system'; principalId: string } | { kind: 'unnamed'; id: string } | { kind: 'none' }

type AssignmentFact = {
  principalId: string
  roleDefinitionId: string
  scope: string
  condition?: string
}

/** `scope`: the id of the container. */
export type ContainerFact = { name: string; where: string; scope: string } & (
  | ({ assignments: AssignmentFact[]; definitions: { id: string; name: string; permissions: SetFact[] }[] } & DenyFacts)
  | { gap: GapFact }
)

export type Evidence =
  { applies: false } | { applies: true; instanceId: string; identity: IdentityFact; containers: ContainerFact[] }

/** Whether a source of the target has its backups in a container, from which the instance reads them by itself. */
export function readsContainer({ manifest, target }: TargetSpec): boolean {
  return sourcesOf(manifest, target.name).some((source) => backupPlaceOf(manifest, source) === 'container')
}

export async function readAccess(ports: Pick<Ports, 'arm' | 'blob'>, spec: TargetSpec): Promise<Observed<Evidence>> {
  if (!readsContainer(spec)) return seen({ applies: false })
  const { manifest, target } = spec
  if (manifest.containers.length === 0) {
    return unseen('missing-input', 'The manifest names no container, in which the backups would lie.', {
      missing: '`container` in the manifest, with its `url` and `resource`',
    })
  }
  const instance = await ports.arm.managedInstance(target.resourceId)
  if (!instance.ok) return instance
  if (!instance.value.found) return unseen('not-found', instance.value.message)
  const identity = identityOf(instance.value.value.identity)
  const containers =
    'principalId' in identity
      ? manifest.containers.map((container) => readContainer(ports, container, identity.principalId))
      : manifest.containers.map(async (container) => withoutRoles(await locate(ports, container)))
  return seen({ applies: true, instanceId: target.resourceId, identity, containers: await Promise.all(containers) })
}

/** https://learn.microsoft.com/azure/azure-sql/managed-instance/authentication-azure-ad-user-assigned-managed-identity */
function identityOf(identity: InstanceIdentity | undefined): IdentityFact {
  const { primaryId, primaryPrincipalId, systemPrincipalId } = identity ?? {}
  if (primaryPrincipalId !== undefined) return { kind: 'primary', principalId: primaryPrincipalId }
  if (primaryId !== undefined) return { kind: 'unnamed', id: boundText(primaryId) }
  return systemPrincipalId === undefined ? { kind: 'none' } : { kind: 'system', principalId: systemPrincipalId }
}

type Located = { name: string; where: string; scope: string }

async function locate(
  { blob }: Pick<Ports, 'blob'>,
  container: Container,
): Promise<{ place: Located; gap?: Observed<never> }> {
  const { name } = container
  const account = parseResourceId(container.resourceId ?? '')
  const place = { name, where: `container ${boundName(name)}`, scope: account?.text ?? '' }
  if (account === undefined) {
    const gap = unseen('missing-input', `The manifest does not name the storage account of container ${name}`, {
      missing: '`container.resource` in the manifest, the id of the storage account',
    })
    return { place, gap }
  }
  const access = await blob.access(container)
  const url = access.ok ? access.value.url : container.url
  const parsed = parseContainerUrl(url ?? '')
  if (parsed === undefined) {
    const gap = unseen('missing-input', `The manifest does not say which container of ${account.name} ${name} is`, {
      missing: '`container.url` in the manifest',
    })
    return { place, gap }
  }
  const scope = `${account.text}/blobServices/default/containers/${parsed.container}`
  return { place: { name, where: `container ${boundName(parsed.container)} of ${boundName(account.name)}`, scope } }
}

function withoutRoles({ place, gap }: { place: Located; gap?: Observed<never> }): ContainerFact {
  return gap === undefined
    ? { ...place, assignments: [], definitions: [], denies: [], deniesUnread: null }
    : gapFact(place, gap)
}

async function readContainer(
  { arm, blob }: Pick<Ports, 'arm' | 'blob'>,
  container: Container,
  principalId: string,
): Promise<ContainerFact> {
  const { place, gap } = await locate({ blob }, container)
  if (gap !== undefined) return gapFact(place, gap)
  const [answer, denies] = await Promise.all([
    arm.roleAssignments(place.scope, principalId),
    readDenies(arm, place.scope, [BLOB_READ]),
  ])
  if (!answer.ok) return gapFact(place, answer)
  if (!answer.value.found) return gapFact(place, unseen('not-found', answer.value.message))
  const assignments = answer.value.value.filter(({ scope }) => isAtOrAbove(scope, place.scope))
  const definitions = await readDefinitions(arm, place.scope, assignments)
  return { ...place, assignments: assignments.map(assignmentFact), definitions, ...denies }
}

/** A role of a management group has an id without a subscription; below the subscription it is the same role. */
async function readDefinitions(
  arm: ArmPort,
  scope: string,
  assignments: readonly RoleAssignment[],
): Promise<{ id: string; name: string; permissions: SetFact[] }[]> {
  const subscription = scope.split('/').slice(0, 3).join('/')
  const guids = new Set(
    assignments.map(({ roleDefinitionId }) => (roleDefinitionId.split('/').at(-1) ?? '').toLowerCase()),
  )
  const answers = await Promise.all(
    [...guids].map((guid) =>
      arm.roleDefinition(`${subscription}/providers/Microsoft.Authorization/roleDefinitions/${guid}`),
    ),
  )
  return answers.flatMap((answer) =>
    answer.ok && answer.value.found
      ? [
          {
            id: answer.value.value.id,
            name: boundName(answer.value.value.name),
            permissions: answer.value.value.permissions.map(setFact),
          },
        ]
      : [],
  )
}

function assignmentFact({ principalId, roleDefinitionId, scope, condition }: RoleAssignment): AssignmentFact {
  return {
    principalId,
    roleDefinitionId,
    scope,
    ...(condition === undefined ? {} : { condition: boundText(condition) }),
  }
}

function gapFact(place: Located, gap: Observed<unknown>): ContainerFact {
  if (gap.ok) throw new Error('a gap is a failure')
  return { ...place, gap: gapFactOf(gap.failure) }
}
