import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { ROLES } from '../../../lab/azure/authorization.ts'
import { openAzure, type AzureLab } from '../../../lab/azure/connect.ts'
import { resourceId } from '../../../lab/azure/place.ts'
import { azureState, LAB_SUBSCRIPTION } from '../../../lab/azure/state.ts'
import { managedInstance, storageAccount } from '../../../lab/azure/storage-resources.ts'

const PLACE = { resourceGroup: 'rg-mig' }
const ACCOUNT = resourceId(PLACE, 'Microsoft.Storage/storageAccounts', 'stmig')
const CONTAINER = `${ACCOUNT}/blobServices/default/containers/backups`
const ME = 'cccccccc-0000-4000-8000-0000000000a1'
const TEAM = 'cccccccc-0000-4000-8000-0000000000b1'
const ROLE_PATH = 'providers/Microsoft.Authorization/roleDefinitions'
const IDENTITY = resourceId(PLACE, 'Microsoft.ManagedIdentity/userAssignedIdentities', 'id-mi')
const state = {
  ...azureState([
    ...storageAccount(PLACE, 'stmig', { allowSharedKeyAccess: true }),
    managedInstance(PLACE, 'mi-plain', { subnet: '/s' }),
    managedInstance(PLACE, 'mi-own', { subnet: '/s', identity: ME }),
    managedInstance(PLACE, 'mi-both', { subnet: '/s', identity: ME, primary: { id: IDENTITY, principalId: TEAM } }),
  ]),
  groups: { [TEAM]: [ME] },
  roleAssignments: [
    { principal: TEAM, principalType: 'Group' as const, role: ROLES.blobReader, scope: CONTAINER, condition: 'c' },
    { principal: ME, role: ROLES.reader, scope: `/subscriptions/${LAB_SUBSCRIPTION}` },
    { principal: ME, role: ROLES.owner, scope: resourceId(PLACE, 'Microsoft.Storage/storageAccounts', 'other') },
    { principal: 'cccccccc-0000-4000-8000-0000000000c1', role: ROLES.owner, scope: ACCOUNT },
  ],
  denyAssignments: [
    { name: 'all', scope: `/subscriptions/${LAB_SUBSCRIPTION}`, dataActions: ['*'], doNotApplyToChildScopes: true },
    { name: 'elsewhere', scope: `${ACCOUNT}x`, actions: ['*'] },
  ],
}

let lab: AzureLab
beforeAll(async () => {
  lab = await openAzure(state)
})
afterAll(() => lab.server.close())
afterEach(() => {
  delete lab.state.forbidden
})

describe('what is read of roles', () => {
  it('the assignments of an identity and of its groups, each pair asked once', async () => {
    const arm = lab.arm()
    const [first, again, other] = await Promise.all([
      arm.roleAssignments(CONTAINER, ME),
      arm.roleAssignments(`${CONTAINER.toUpperCase()}/`, ME.toUpperCase()),
      arm.roleAssignments(CONTAINER, TEAM),
    ])
    expect(again).toBe(first)
    expect(first).toMatchObject({
      value: {
        value: [
          { principalId: TEAM, principalType: 'Group', scope: CONTAINER, condition: 'c' },
          { principalId: ME, roleDefinitionId: expect.stringContaining(ROLES.reader) },
        ],
      },
    })
    expect(other).toMatchObject({ value: { value: [{ principalId: TEAM }] } })
    const asked = lab.server.requests.filter(({ path }) => path.endsWith('/roleAssignments'))
    expect(asked.map(({ method, query }) => `${method} ${decodeURIComponent(query)}`)).toEqual([
      `GET ?api-version=2022-04-01&$filter=assignedTo('${ME}')`,
      `GET ?api-version=2022-04-01&$filter=assignedTo('${TEAM}')`,
    ])
  })

  it('a role, by its id with and without a subscription', async () => {
    const arm = lab.arm()
    const role = { value: { value: { name: 'Reader', permissions: [{ actions: ['*/read'], dataActions: [] }] } } }
    expect(await arm.roleDefinition(`/subscriptions/${LAB_SUBSCRIPTION}/${ROLE_PATH}/${ROLES.reader}`)).toMatchObject(
      role,
    )
    expect(await arm.roleDefinition(`/${ROLE_PATH}/${ROLES.reader}`)).toMatchObject(role)
    // A role that was deleted: nothing of what it gives is known.
    expect(await arm.roleDefinition(`/${ROLE_PATH}/${ME}`)).toMatchObject({ ok: false })
  })

  it('deny assignments at the scope and above', async () => {
    expect(await lab.arm().denyAssignments(CONTAINER)).toMatchObject({
      value: {
        value: [
          {
            name: 'all',
            doNotApplyToChildScopes: true,
            principals: [{ id: '00000000-0000-0000-0000-000000000000', type: 'SystemDefined' }],
            permissions: [{ actions: [], dataActions: ['*'] }],
            isConditional: false,
          },
        ],
      },
    })
  })

  it('nothing of what is no scope, no role and no identity', async () => {
    const arm = lab.arm()
    await arm.signIn()
    const before = lab.server.requests.length
    for (const answer of [
      await arm.roleAssignments('/subscriptions/..', ME),
      await arm.roleAssignments(CONTAINER, "x') or principalId ne ('y"),
      await arm.denyAssignments('https://evil.example'),
      await arm.roleDefinition(`/${ROLE_PATH}/../x`),
    ]) {
      expect(answer).toMatchObject({ failure: { kind: 'missing-input' } })
    }
    expect(lab.server.requests.length).toBe(before)
  })

  it('not what the identity may not read, with the action that is missing', async () => {
    const arm = lab.arm()
    lab.state.forbidden = [
      'Microsoft.Authorization/roleAssignments/read',
      'Microsoft.Authorization/roleDefinitions/read',
      'Microsoft.Authorization/denyAssignments/read',
    ]
    for (const [answer, kind] of [
      [await arm.roleAssignments(ACCOUNT, ME), 'roleAssignments'],
      [await arm.denyAssignments(ACCOUNT), 'denyAssignments'],
      [await arm.roleDefinition(`/subscriptions/${LAB_SUBSCRIPTION}/${ROLE_PATH}/${ROLES.owner}`), 'roleDefinitions'],
    ] as const) {
      expect(answer).toMatchObject({
        failure: { kind: 'forbidden', missing: expect.stringContaining(`Microsoft.Authorization/${kind}/read`) },
      })
    }
  })
})

describe('the identity of a managed instance', () => {
  it.each([
    ['mi-plain', undefined],
    ['mi-own', { systemPrincipalId: ME }],
    ['mi-both', { systemPrincipalId: ME, primaryId: IDENTITY, primaryPrincipalId: TEAM }],
  ])('of %s', async (name, identity) => {
    const answer = await lab.arm().managedInstance(resourceId(PLACE, 'Microsoft.Sql/managedInstances', name))
    expect(answer.ok && answer.value.found ? answer.value.value.identity : 'not read').toEqual(identity)
  })
})
