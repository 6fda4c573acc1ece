import { describe, expect, it } from '@jest/globals'
import { armWith, evidenceIn, forbidden, GROUP, manifestWith, notThere, there } from '../../../../test/arm-fixtures.ts'
import { MANIFEST } from '../../../../test/fixtures.ts'
import { blobWith } from '../../../../test/storage-fixtures.ts'
import type { Manifest } from '../../../domain/manifest.ts'
import { unseen } from '../../../domain/observed.ts'
import type { DenyAssignment, RoleAssignment, RoleDefinition } from '../../../domain/role-assignments.ts'
import type { ArmPort, InstanceIdentity } from '../../../ports/arm-port.ts'
import type { Judgement } from '../../define.ts'
import check from './check.ts'

const { definition } = check
const SUBSCRIPTION = '/subscriptions/00000000-0000-0000-0000-000000000001'
const INSTANCE_ID = `${GROUP}/providers/Microsoft.Sql/managedInstances/mi-erp`
const ACCOUNT_ID = `${GROUP}/providers/Microsoft.Storage/storageAccounts/stmig`
const CONTAINER_ID = `${ACCOUNT_ID}/blobServices/default/containers/backups`
const IDENTITY_ID = `${GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-mi`
const SYSTEM = 'aaaaaaaa-0000-4000-8000-000000000001'
const PRIMARY = 'aaaaaaaa-0000-4000-8000-000000000002'
const TEAM = 'aaaaaaaa-0000-4000-8000-000000000003'
const READ = 'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read'

const [source] = MANIFEST.sources
const [target] = MANIFEST.targets
if (source === undefined || target === undefined) throw new Error('the manifest of the fixture is empty')
const CONTAINER = {
  name: 'default',
  url: 'https://stmig.blob.core.windows.net/backups',
  sas: { secret: 'SAS' },
  resourceId: ACCOUNT_ID,
  location: MANIFEST.location,
}
const MODERN = manifestWith({
  scenario: 'sql-server-to-azure-sql-managed-instance',
  generation: 'modern',
  targets: [{ ...target, resourceId: INSTANCE_ID }],
  containers: [CONTAINER],
})
const FROM_SHARE: Manifest = { ...MODERN, sources: [{ ...source, share: 'fs' }] }

const definitionOf = (id: string, name: string, actions: string[], dataActions: string[]): RoleDefinition => ({
  id: `${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/${id}`,
  name,
  permissions: [{ actions, notActions: [], dataActions, notDataActions: [] }],
})
const ROLES: readonly RoleDefinition[] = [
  definitionOf('r-blob', 'Storage Blob Data Reader', [], [READ]),
  definitionOf('r-owner', 'Owner', ['*'], []),
  definitionOf(
    'r-all',
    'Storage Blob Data Owner',
    [],
    ['Microsoft.Storage/storageAccounts/blobServices/containers/blobs/*'],
  ),
]
const given = (role: string, scope: string, principalId = SYSTEM, condition?: string): RoleAssignment => ({
  principalId,
  roleDefinitionId: `/providers/Microsoft.Authorization/roleDefinitions/${role}`,
  scope,
  ...(condition === undefined ? {} : { condition }),
})
const deny = (more: Partial<DenyAssignment>): DenyAssignment => ({
  name: 'Deny of the stack',
  scope: GROUP,
  permissions: [{ actions: [], notActions: [], dataActions: ['*/read'], notDataActions: [] }],
  principals: [{ id: '00000000-0000-0000-0000-000000000000', type: 'SystemDefined' }],
  excludePrincipals: [],
  doNotApplyToChildScopes: false,
  isConditional: false,
  ...more,
})

interface World {
  identity?: InstanceIdentity | null
  assignments?: readonly RoleAssignment[]
  denies?: readonly DenyAssignment[]
  more?: Partial<ArmPort>
  url?: 'unseen'
  manifest?: Manifest
}

async function observe(
  { identity = { systemPrincipalId: SYSTEM }, assignments = [], denies = [], more = {}, url, manifest = MODERN }: World,
  asked: string[] = [],
) {
  const [subject] = definition.subjects(manifest)
  if (subject === undefined) throw new Error('no subject')
  const arm = armWith({
    managedInstance: () =>
      there({ id: INSTANCE_ID, name: 'mi-erp', location: 'westeurope', ...(identity === null ? {} : { identity }) }),
    roleAssignments: (scope, principal = '') => {
      asked.push(`${scope} ${principal}`)
      return there(assignments)
    },
    roleDefinition: (id) => {
      const role = ROLES.find((one) => one.id === id)
      return role === undefined ? notThere() : there(role)
    },
    denyAssignments: () => there(denies),
  })
  const blob = blobWith(url === 'unseen' ? { sas: unseen('no-credential', 'not set') } : {})
  return { subject, observed: await definition.observe({ arm: { ...arm, ...more }, blob }, subject) }
}

async function run(world: World, asked: string[] = []): Promise<Judgement> {
  const { subject, observed } = await observe(world, asked)
  return definition.judge(evidenceIn(observed), subject)
}

describe('target/identity-can-read-container', () => {
  it.each<[string, World, string]>([
    [
      'at the container',
      { assignments: [given('r-blob', CONTAINER_ID)] },
      'the system-assigned identity (object aaaaaaaa-0000-4000-8000-000000000001) of default may read container backups of stmig by Storage Blob Data Reader',
    ],
    ['at the account, in other letters', { assignments: [given('R-BLOB', ACCOUNT_ID.toUpperCase())] }, 'may read'],
    ['at the group', { assignments: [given('r-all', GROUP)] }, 'by Storage Blob Data Owner'],
    [
      'at a management group',
      { assignments: [given('r-blob', '/providers/Microsoft.Management/managementGroups/mg')] },
      'may read',
    ],
    ['by a group', { assignments: [given('r-blob', ACCOUNT_ID, TEAM)] }, 'may read'],
    [
      'by its primary identity',
      {
        identity: { systemPrincipalId: SYSTEM, primaryId: IDENTITY_ID, primaryPrincipalId: PRIMARY },
        assignments: [given('r-blob', ACCOUNT_ID, PRIMARY)],
      },
      'the primary user-assigned identity (object aaaaaaaa-0000-4000-8000-000000000002)',
    ],
    [
      'under a condition and without one',
      { assignments: [given('r-blob', ACCOUNT_ID, SYSTEM, 'c'), given('r-all', GROUP)] },
      'by Storage Blob Data Owner',
    ],
    [
      'though others are denied',
      {
        assignments: [given('r-blob', ACCOUNT_ID)],
        denies: [deny({ excludePrincipals: [{ id: SYSTEM }] }), deny({ doNotApplyToChildScopes: true })],
      },
      'may read',
    ],
    [
      'where the SAS is not known',
      { assignments: [given('r-blob', CONTAINER_ID)], url: 'unseen' },
      'container backups of stmig',
    ],
  ])('passes with the role %s', async (_, world, words) => {
    expect(await run(world)).toMatchObject({
      verdict: 'pass',
      proof: 'direct',
      summary: expect.stringContaining(words),
    })
  })

  it('says that deny assignments are not read', async () => {
    const more = { denyAssignments: () => Promise.resolve(forbidden()) }
    expect(await run({ assignments: [given('r-blob', ACCOUNT_ID)], more })).toMatchObject({
      verdict: 'pass',
      proof: 'proxy',
      summary: expect.stringContaining('deny assignments are not read: '),
    })
  })

  it.each<[string, World, string]>([
    ['no role', {}, 'may not read container backups of stmig'],
    ['an owner, who may read no data', { assignments: [given('r-owner', SUBSCRIPTION)] }, 'may not read'],
    ['the role at another container', { assignments: [given('r-blob', `${CONTAINER_ID}2`)] }, 'may not read'],
    ['the role at a blob below', { assignments: [given('r-blob', `${CONTAINER_ID}/blobs/b`)] }, 'may not read'],
    [
      'the role taken by a deny',
      { assignments: [given('r-blob', ACCOUNT_ID)], denies: [deny({})] },
      'which the deny assignment Deny of the stack takes from it',
    ],
    [
      'a deny of its group',
      {
        assignments: [given('r-blob', ACCOUNT_ID, TEAM)],
        denies: [deny({ principals: [{ id: TEAM, type: 'Group' }] })],
      },
      'takes from it',
    ],
  ])('fails with %s', async (_, world, words) => {
    const judgement = await run(world)
    expect(judgement).toMatchObject({ verdict: 'fail', proof: 'direct', summary: expect.stringContaining(words) })
  })

  it('gives the role to the identity that is asked', async () => {
    const asked: string[] = []
    const identity = { systemPrincipalId: SYSTEM, primaryId: IDENTITY_ID, primaryPrincipalId: PRIMARY }
    const judgement = await run({ identity }, asked)
    expect(asked).toEqual([`${CONTAINER_ID} ${PRIMARY}`])
    expect(judgement.verdict === 'fail' ? judgement.remediation.scripts : []).toEqual([
      {
        language: 'bash',
        code: `az role assignment create \\\n  --assignee-object-id ${PRIMARY} \\\n  --assignee-principal-type ServicePrincipal \\\n  --role 'Storage Blob Data Reader' \\\n  --scope ${CONTAINER_ID}`,
      },
    ])
  })

  it('fails for an instance without an identity, and makes one', async () => {
    const judgement = await run({ identity: null })
    expect(judgement).toMatchObject({ verdict: 'fail', summary: expect.stringContaining('has no identity of its own') })
    const code = judgement.verdict === 'fail' ? judgement.remediation.scripts[0]?.code : ''
    expect(code).toContain(`az sql mi update --ids ${INSTANCE_ID} --assign-identity\n`)
    expect(code).toContain(`--assignee-object-id "$principal" --assignee-principal-type ServicePrincipal`)
    expect(code).toContain(`--scope ${CONTAINER_ID}`)
  })

  it.each<[string, World, string, string]>([
    [
      'a condition',
      { assignments: [given('r-blob', ACCOUNT_ID, SYSTEM, 'c')] },
      'insufficient',
      'Storage Blob Data Reader under a condition',
    ],
    [
      'a role that is not there',
      { assignments: [given('r-gone', ACCOUNT_ID)] },
      'insufficient',
      'role r-gone, which was not read',
    ],
    [
      'a deny of another group',
      { assignments: [given('r-blob', ACCOUNT_ID)], denies: [deny({ principals: [{ id: TEAM, type: 'Group' }] })] },
      'insufficient',
      'depends on Deny of the stack',
    ],
    [
      'an identity that Azure does not name',
      { identity: { primaryId: IDENTITY_ID } },
      'insufficient',
      'does not tell the object id',
    ],
    [
      'a container without its account',
      {
        manifest: {
          ...MODERN,
          containers: [{ name: 'default', url: CONTAINER.url, sas: CONTAINER.sas, location: CONTAINER.location }],
        },
      },
      'missing-input',
      'does not name the storage account of container default',
    ],
    [
      'assignments that may not be read',
      { more: { roleAssignments: () => Promise.resolve(forbidden()) } },
      'forbidden',
      'AuthorizationFailed',
    ],
    [
      'an account that is not there',
      { more: { roleAssignments: () => Promise.resolve(notThere()) } },
      'not-found',
      'ResourceNotFound',
    ],
  ])('does not decide by %s', async (_, world, kind, words) => {
    expect(await run(world)).toMatchObject({
      verdict: 'unknown',
      cause: { kind },
      summary: expect.stringContaining(words),
    })
  })

  it('wants the URL where nothing else tells the container', async () => {
    const { name, sas, resourceId, location } = CONTAINER
    const bare = { name, sas, resourceId, location }
    expect(await run({ url: 'unseen', manifest: { ...MODERN, containers: [bare] } })).toMatchObject({
      verdict: 'unknown',
      cause: { kind: 'missing-input' },
      remediation: { text: 'Missing: `container.url` in the manifest.' },
    })
  })

  it('is not asked where backups lie on a share', async () => {
    expect(await run({ manifest: FROM_SHARE })).toMatchObject({ verdict: 'not-applicable' })
  })

  it.each<[string, World, string]>([
    ['the instance', { more: { managedInstance: () => Promise.resolve(forbidden()) } }, 'forbidden'],
    ['an instance that is there', { more: { managedInstance: () => Promise.resolve(notThere()) } }, 'not-found'],
    ['a container', { manifest: { ...MODERN, containers: [] } }, 'missing-input'],
  ])('hands on that it could not look without %s', async (_, world, kind) => {
    expect((await observe(world)).observed).toMatchObject({ ok: false, failure: { kind } })
  })
})
