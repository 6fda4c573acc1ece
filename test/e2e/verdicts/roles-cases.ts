// What the current service asks of rights in Azure: of whoever starts a migration, and of the managed instance itself.
import { ROLES, type AssignmentSpec, type DenySpec } from '../../../lab/azure/authorization.ts'
import { resourceId } from '../../../lab/azure/place.ts'
import { managedInstance } from '../../../lab/azure/storage-resources.ts'
import { changeStory, putResources, type Change } from '../../../lab/stories/change.ts'
import { INSTANCE_SUBNET, instanceStory, STORAGE_ACCOUNT } from '../../../lab/stories/instance.ts'
import { DMS_SUBNET, NET, SALES } from '../../../lab/stories/sales.ts'
import type { Story } from '../../../lab/stories/story.ts'
import type { Case } from '../expectation.ts'
import { fails, isManual, isUnknown, passes } from '../expectation.ts'

const HAS_ROLES = 'azure/identity-has-roles'
const CAN_READ = 'target/identity-can-read-container'
const SERVICE = resourceId(NET, 'Microsoft.DataMigration/sqlMigrationServices', 'dms-weu')
const IDENTITY = 'cccccccc-0000-4000-8000-0000000000a1'
const TEAM = 'cccccccc-0000-4000-8000-0000000000b1'

const MODERN: Change = {
  manifest: { 'generation: classic': 'generation: modern', [`subnet: ${DMS_SUBNET}`]: `service: ${SERVICE}` },
  editManifest: (text) => text.replace(/^attestations:[^]*$/m, ''),
}
const WITH_IDENTITY: Change = {
  azure: putResources(managedInstance(SALES, 'mi-sales', { subnet: INSTANCE_SUBNET, identity: IDENTITY })),
}

const modern = (...changes: readonly Change[]): Story => changeStory(instanceStory(), MODERN, ...changes)
const may = (...actions: readonly string[]): Change => ({
  azure: (state) => {
    state.permissions = [{ actions: [...actions], notActions: [], dataActions: [], notDataActions: [] }]
  },
})
const assigned = (...assignments: readonly AssignmentSpec[]): Change => ({
  azure: (state) => {
    state.groups = { [TEAM]: [IDENTITY] }
    state.roleAssignments = assignments
  },
})
const denied = (...denies: readonly DenySpec[]): Change => ({
  azure: (state) => {
    state.denyAssignments = denies
  },
})
const forbidden = (...actions: readonly string[]): Change => ({
  azure: (state) => {
    state.forbidden = actions
  },
})
const READER: AssignmentSpec = {
  principal: TEAM,
  principalType: 'Group',
  role: ROLES.blobReader,
  scope: STORAGE_ACCOUNT,
}

export const ROLES_CASES: readonly Case[] = [
  {
    world: 'an owner, and an instance without an identity',
    story: modern(),
    expected: [
      passes(
        HAS_ROLES,
        /may run the migration at target mi-sales, service dms-weu, .*storage account stmig.*also needs Storage Blob Data Reader at container backups.*reach further/,
        {
          proof: 'proxy',
        },
      ),
      fails(CAN_READ, /has no identity of its own/),
    ],
  },
  {
    world: 'a reader, and an instance that reads by a group',
    story: modern(WITH_IDENTITY, may('*/read'), assigned(READER)),
    expected: [
      isManual(
        HAS_ROLES,
        /it lacks Microsoft\.Sql\/managedInstances\/write, .* at target mi-sales; .* at service dms-weu/,
      ),
      passes(CAN_READ, /system-assigned identity .* may read container backups of stmig by Storage Blob Data Reader/, {
        proof: 'direct',
      }),
    ],
  },
  {
    world: 'everybody denied by a deployment stack',
    story: modern(
      WITH_IDENTITY,
      assigned(READER),
      denied({ name: 'stack', scope: STORAGE_ACCOUNT, actions: ['*/action'], dataActions: ['*'] }),
    ),
    expected: [
      isManual(
        HAS_ROLES,
        /it lacks Microsoft\.Storage\/storageAccounts\/listkeys\/action \(denied by the deny assignment stack\)/,
      ),
      fails(CAN_READ, /which the deny assignment stack takes from it/),
    ],
  },
  {
    world: 'a role under a condition, and denies that may not be read',
    story: modern(
      WITH_IDENTITY,
      assigned({
        ...READER,
        principal: IDENTITY,
        principalType: 'ServicePrincipal',
        condition: "@Resource[...] StringEquals 'x'",
      }),
      forbidden('Microsoft.Authorization/denyAssignments/read'),
    ),
    expected: [
      passes(HAS_ROLES, /deny assignments are not read: .*Microsoft\.Authorization\/denyAssignments\/read/, {
        proof: 'proxy',
      }),
      isUnknown(CAN_READ, 'insufficient', /Storage Blob Data Reader under a condition/),
    ],
  },
  {
    world: 'assignments that may not be read',
    story: modern(WITH_IDENTITY, forbidden('Microsoft.Authorization/roleAssignments/read')),
    expected: [
      isUnknown(CAN_READ, 'forbidden', /roleAssignments/, { missing: 'Microsoft.Authorization/roleAssignments/read' }),
    ],
  },
]
