import { describe, expect, it } from '@jest/globals'
import { armWith, evidenceIn, forbidden, GROUP, manifestWith, SERVER_ID, there } from '../../../../test/arm-fixtures.ts'
import { MANIFEST } from '../../../../test/fixtures.ts'
import type { PermissionSet } from '../../../domain/azure-permissions.ts'
import type { Manifest, Scenario } from '../../../domain/manifest.ts'
import { seen } from '../../../domain/observed.ts'
import type { DenyAssignment } from '../../../domain/role-assignments.ts'
import type { ArmPort } from '../../../ports/arm-port.ts'
import type { Judgement } from '../../define.ts'
import check from './check.ts'
import { actionsOf, BLOB_READ, MIGRATION_ROLES } from './modern-actions.ts'

const { definition } = check
const SUBSCRIPTION = '/subscriptions/00000000-0000-0000-0000-000000000001'
const SERVICE_GROUP = `${SUBSCRIPTION}/resourceGroups/rg-dms`
const SERVICE_ID = `${SERVICE_GROUP}/providers/Microsoft.DataMigration/sqlMigrationServices/dms-weu`
const INSTANCE_ID = `${GROUP}/providers/Microsoft.Sql/managedInstances/mi-erp`
const MACHINE_ID = `${GROUP}/providers/Microsoft.SqlVirtualMachine/sqlVirtualMachines/vm-erp`
const ACCOUNT_ID = `${SUBSCRIPTION}/resourceGroups/rg-st/providers/Microsoft.Storage/storageAccounts/stmig`
const OBJECT = 'aaaaaaaa-0000-4000-8000-000000000001'
const TARGETS = {
  'sql-server-to-azure-sql-database': SERVER_ID,
  'sql-server-to-azure-sql-managed-instance': INSTANCE_ID,
  'sql-server-to-sql-server-on-azure-vm': MACHINE_ID,
} as const
const [DATABASE, INSTANCE, MACHINE] = Object.keys(TARGETS) as [Scenario, Scenario, Scenario]

const role = (
  actions: readonly string[],
  notActions: readonly string[] = [],
  dataActions: readonly string[] = [],
): PermissionSet => ({
  actions,
  notActions,
  dataActions,
  notDataActions: [],
})
const OWNER = role(['*'])
const CONTRIBUTOR = role(['*'], ['Microsoft.Authorization/*/Delete', 'Microsoft.Authorization/*/Write'])
const READER = role(['*/read'])
const PORTAL = role([], [], [BLOB_READ])
const leastOf = (scenario: Scenario): PermissionSet =>
  role(actionsOf(MIGRATION_ROLES[scenario]).map((one) => one.toLowerCase()))

const container = {
  name: 'default',
  url: 'https://stmig.blob.core.windows.net/backups',
  sas: { secret: 'SAS' },
  resourceId: ACCOUNT_ID,
  location: MANIFEST.location,
}

function modern(scenario: Scenario, more: Partial<Manifest> = {}): Manifest {
  const [target] = MANIFEST.targets
  if (target === undefined) throw new Error('no target')
  return manifestWith({
    scenario,
    generation: 'modern',
    dms: { ...MANIFEST.dms, serviceId: SERVICE_ID },
    targets: [{ ...target, resourceId: TARGETS[scenario] }],
    containers: scenario === DATABASE ? [] : [container],
    ...more,
  })
}

function deny(more: Partial<DenyAssignment>): DenyAssignment {
  return {
    name: 'Deny of the stack',
    scope: SUBSCRIPTION,
    permissions: [role(['*/write'])],
    principals: [{ id: '00000000-0000-0000-0000-000000000000', type: 'SystemDefined' }],
    excludePrincipals: [],
    doNotApplyToChildScopes: false,
    isConditional: false,
    ...more,
  }
}

interface World {
  /** By what the scope ends with; every scope else: the first entry. */
  roles: Readonly<Record<string, readonly PermissionSet[]>> | readonly PermissionSet[]
  denies?: readonly DenyAssignment[]
  objectId?: string | null
  more?: Partial<ArmPort>
}

function azure({ roles, denies = [], objectId = OBJECT, more = {} }: World): ArmPort {
  const port = armWith({
    signIn: () => seen({ kind: 'secret', clientId: 'client-1', ...(objectId === null ? {} : { objectId }) }),
    permissions: (scope) => {
      if (isList(roles)) return there(roles)
      const own = Object.entries(roles).find(([end]) => scope.toLowerCase().endsWith(end.toLowerCase()))
      return there(own?.[1] ?? [])
    },
    denyAssignments: () => there(denies),
  })
  return { ...port, ...more }
}

function isList(roles: World['roles']): roles is readonly PermissionSet[] {
  return Array.isArray(roles)
}

async function run(world: World, manifest: Manifest): Promise<Judgement> {
  const [subject] = definition.subjects(manifest)
  if (subject === undefined) throw new Error('no subject')
  return definition.judge(evidenceIn(await definition.observe({ arm: azure(world) }, subject)), subject)
}

describe('the roles for the current service', () => {
  it('are as long as Microsoft prints them', () => {
    expect(Object.values(MIGRATION_ROLES).map((one) => actionsOf(one).length)).toEqual([25, 27, 28])
    for (const one of Object.values(MIGRATION_ROLES)) expect(new Set(actionsOf(one)).size).toBe(actionsOf(one).length)
  })

  it.each([DATABASE, INSTANCE, MACHINE])('are enough by themselves: %s', async (scenario) => {
    const judgement = await run({ roles: [leastOf(scenario), PORTAL] }, modern(scenario))
    expect(judgement).toMatchObject({ verdict: 'pass', proof: 'proxy' })
    expect(judgement.summary).toContain('that the migration will be started by this identity is not known')
    expect(judgement.summary).not.toContain('further')
  })

  it.each([DATABASE, INSTANCE, MACHINE])('are needed to the last action: %s', async (scenario) => {
    for (const action of actionsOf(MIGRATION_ROLES[scenario])) {
      const judgement = await run({ roles: [role(['*'], [action])] }, modern(scenario))
      expect(judgement).toMatchObject({ verdict: 'manual', summary: expect.stringContaining(`it lacks ${action} at`) })
    }
  })

  it('count where each action is done', async () => {
    const { actions } = MIGRATION_ROLES[INSTANCE]
    const roles = {
      '/managedInstances/mi-erp': [role(actions.target ?? [])],
      '/sqlMigrationServices/dms-weu': [role(actions.service ?? [])],
      '/resourceGroups/rg-dms': [role(actions['service-group'] ?? [])],
      '/storageAccounts/stmig': [role(actions.storage ?? [])],
      '/containers/backups': [PORTAL],
    }
    expect(await run({ roles }, modern(INSTANCE))).toMatchObject({ verdict: 'pass' })
    for (const [place, where] of [
      ['/managedInstances/mi-erp', 'target mi-erp'],
      ['/sqlMigrationServices/dms-weu', 'service dms-weu'],
      ['/resourceGroups/rg-dms', 'resource group rg-dms'],
      ['/storageAccounts/stmig', 'storage account stmig'],
    ] as const) {
      const judgement = await run({ roles: { ...roles, [place]: [] } }, modern(INSTANCE))
      expect(judgement).toMatchObject({ verdict: 'manual', summary: expect.stringContaining(` at ${where}. Whether`) })
    }
  })

  it.each<[string, World, Scenario, string]>([
    [
      'an owner, who may read no blob',
      { roles: [OWNER] },
      MACHINE,
      'also needs Storage Blob Data Reader at container backups, which it lacks',
    ],
    ['a contributor', { roles: [CONTRIBUTOR] }, DATABASE, 'its rights reach further than the migration takes'],
    [
      'the least role',
      { roles: [leastOf(DATABASE)] },
      DATABASE,
      'it may not create a service, which only matters while there is none',
    ],
    [
      'a deny for somebody else',
      { roles: [OWNER], denies: [deny({ principals: [{ id: 'x', type: 'User' }] })] },
      DATABASE,
      'may run the migration at target sqlsales, service dms-weu, resource group rg-dms;',
    ],
    [
      'a deny that leaves it out',
      { roles: [OWNER], denies: [deny({ excludePrincipals: [{ id: OBJECT.toUpperCase() }] })] },
      DATABASE,
      'may run',
    ],
    [
      'a deny of the subscription alone',
      { roles: [OWNER], denies: [deny({ doNotApplyToChildScopes: true })] },
      DATABASE,
      'may run',
    ],
    [
      'a deny of other actions',
      { roles: [OWNER], denies: [deny({ permissions: [role(['Microsoft.Web/*'])] })] },
      DATABASE,
      'may run',
    ],
    [
      'denies that may not be read',
      { roles: [OWNER], more: { denyAssignments: () => Promise.resolve(forbidden()) } },
      DATABASE,
      'deny assignments are not read: Microsoft.Network/virtualNetworks/read',
    ],
  ])('pass for %s', async (_, world, scenario, words) => {
    expect(await run(world, modern(scenario))).toMatchObject({
      verdict: 'pass',
      proof: 'proxy',
      summary: expect.stringContaining(words),
    })
  })

  it.each<[string, World, Partial<Manifest>, string]>([
    [
      'a reader',
      { roles: [READER] },
      {},
      'it lacks Microsoft.Sql/servers/write, Microsoft.Sql/servers/databases/write, Microsoft.Sql/servers/databases/delete and 3 more at target sqlsales; Microsoft.DataMigration/sqlMigrationServices/write,',
    ],
    [
      'everybody denied',
      { roles: [OWNER], denies: [deny({})] },
      {},
      'Microsoft.Sql/servers/write (denied by the deny assignment Deny of the stack)',
    ],
    [
      'a reader, though a place is not seen',
      { roles: [READER] },
      { scenario: INSTANCE, containers: [] },
      'Whether another identity will, only a person knows',
    ],
  ])('are a matter of a person for %s', async (_, world, more, words) => {
    expect(await run(world, modern(DATABASE, more))).toMatchObject({
      verdict: 'manual',
      summary: expect.stringContaining(words),
    })
  })

  it.each<[string, World, Manifest, string, string]>([
    [
      'a deny of a group',
      { roles: [OWNER], denies: [deny({ principals: [{ id: 'g', type: 'Group' }] })] },
      modern(DATABASE),
      'insufficient',
      'the deny assignment Deny of the stack may take Microsoft.Sql/servers/write at target sqlsales from it',
    ],
    [
      'an identity without an id',
      { roles: [OWNER], objectId: null, denies: [deny({ principals: [{ id: 'x', type: 'ServicePrincipal' }] })] },
      modern(DATABASE),
      'insufficient',
      'may take',
    ],
    [
      'no storage account',
      { roles: [OWNER] },
      modern(INSTANCE, { containers: [{ ...container, resourceId: undefined } as never] }),
      'missing-input',
      'The manifest does not name the storage account of container default',
    ],
    [
      'no container',
      { roles: [OWNER] },
      modern(MACHINE, { containers: [] }),
      'missing-input',
      'The manifest names no container',
    ],
    [
      'rights that may not be read',
      { roles: [OWNER], more: { permissions: () => Promise.resolve(forbidden()) } },
      modern(DATABASE),
      'forbidden',
      'may do at target sqlsales was not seen',
    ],
  ])('are not decided by %s', async (_, world, manifest, kind, words) => {
    expect(await run(world, manifest)).toMatchObject({
      verdict: 'unknown',
      cause: { kind },
      summary: expect.stringContaining(words),
    })
  })

  it('are given by a role of just the documented actions, with what is missing now', async () => {
    const judgement = await run({ roles: [role(['*'], ['Microsoft.Sql/managedInstances/write'])] }, modern(INSTANCE))
    const scripts = judgement.verdict === 'manual' ? judgement.remediation.scripts : []
    expect(scripts[0]?.code).toMatch(
      /^# Missing now at target mi-erp:\n# {3}Microsoft\.Sql\/managedInstances\/write\n# Missing now at container backups:\n# {3}Microsoft\.Storage\/.*\/blobs\/read\ncat > /,
    )
    const json = /<<'JSON'\n([^]*)\nJSON\n/.exec(scripts[0]?.code ?? '')?.[1] ?? ''
    expect(JSON.parse(json)).toEqual({
      Name: 'Database migration to Azure SQL Managed Instance',
      IsCustom: true,
      Description: 'What a migration by Azure Database Migration Service takes (2024-06-26).',
      Actions: actionsOf(MIGRATION_ROLES[INSTANCE]),
      NotActions: [],
      DataActions: [BLOB_READ],
      NotDataActions: [],
      AssignableScopes: [GROUP, SERVICE_GROUP, `${SUBSCRIPTION}/resourceGroups/rg-st`],
    })
    expect(scripts.slice(1).map(({ code }) => /--scope (.*)$/.exec(code)?.[1])).toEqual([
      INSTANCE_ID,
      SERVICE_GROUP,
      ACCOUNT_ID,
    ])
  })

  it('are read once at each place, however many containers an account has', async () => {
    const asked: string[] = []
    const two = [container, { ...container, name: 'more', resourceId: ACCOUNT_ID.toUpperCase() }]
    const shares = [{ ...MANIFEST.sources[0], share: 'fs' }] as unknown as Manifest['sources']
    const more = { permissions: (scope: string) => Promise.resolve((asked.push(scope), there([OWNER]))) }
    await run({ roles: [OWNER], more }, modern(INSTANCE, { containers: two, sources: shares }))
    expect(asked.filter((scope) => /storage/i.test(scope))).toHaveLength(1)
  })
})
