// What the recorded roles and assignments give, worked out by the rules of the domain.
import { describe, expect, it } from '@jest/globals'
import { existsSync } from 'node:fs'
import { isRequired, readRecordings, SAMPLES } from '../../../test/recordings.ts'
import { isActionGranted } from '../../domain/azure-permissions.ts'
import { decideAccess, isAtOrAbove, type Holder, type RoleDefinition } from '../../domain/role-assignments.ts'
import { decodeItems, type Fields } from './decode.ts'
import { decodeRoleAssignment, decodeRoleDefinition } from './decode-authorization.ts'
import { decodePermissionSet } from './decode-subscription.ts'
import { readPage } from './rest-reader.ts'

if (existsSync(SAMPLES)) testRecordings()
else {
  it('recorded roles are not here', () => {
    console.warn(`left out: no recorded roles at ${SAMPLES}`)
    expect(isRequired).toBe(false)
  })
}

function recorded<T>(operation: string, decode: (item: Fields) => T, file = ''): readonly T[] {
  return readRecordings(`Microsoft.Authorization/${operation}`)
    .filter((recording) => recording.file.includes(file))
    .flatMap(({ body }) => {
      const items = decodeItems('it', readPage(body, 'it').entries, decode)
      if (!items.ok) throw new Error(items.failure.message)
      return items.value
    })
}

function testRecordings(): void {
  const definitions = recorded('roleDefinitions.list', decodeRoleDefinition)
  const assignments = recorded('roleAssignments.list', decodeRoleAssignment)

  describe('recorded permissions', () => {
    it.each([
      ['owner', 'Microsoft.Web/sites/write', true],
      ['owner', 'Microsoft.Authorization/roleAssignments/write', true],
      ['reader', 'Microsoft.Web/sites/read', true],
      ['reader', 'Microsoft.Web/sites/write', false],
    ])('of a %s: %s is %s', (file, action, expected) => {
      const granted = recorded('permissions.list', decodePermissionSet, file)
      expect(granted.length).toBeGreaterThan(0)
      expect(isActionGranted({ granted }, action)).toBe(expected)
      expect(isActionGranted({ granted }, action, 'data')).toBe(false)
    })
  })

  describe('recorded roles', () => {
    it.each([
      ['nbaliga Contoso On-call', 'Microsoft.ClassicCompute/virtualMachines/restart/action', 'granted'],
      ['nbaliga Contoso On-call', 'Microsoft.Compute/virtualMachines/restart/action', 'not-granted'],
      ['Automation Operator', 'Microsoft.Automation/automationAccounts/jobs/stop/action', 'granted'],
      ['Automation Operator', 'Microsoft.Automation/automationAccounts/jobs/delete', 'not-granted'],
      ['Automation Operator', 'Microsoft.Authorization/roleAssignments/read', 'granted'],
      ['Automation Operator', 'Microsoft.Resources/subscriptions/resourceGroups/deployments/write', 'granted'],
      ['Automation Operator', 'Microsoft.Resources/subscriptions/resourceGroups/write', 'not-granted'],
      ['BizTalk Contributor', 'Microsoft.BizTalkServices/BizTalk/delete', 'granted'],
      ['BizTalk Contributor', 'Microsoft.ApiManagement/service/read', 'not-granted'],
    ])('%s: %s is %s', (name, action, expected) => {
      const definition = definitions.find((one) => one.name === name)
      if (definition === undefined) throw new Error('not recorded')
      const holder: Holder = { principalId: 'p', groupIds: [], knowsGroups: true }
      const own = [{ principalId: 'P', roleDefinitionId: definition.id, scope: '/subscriptions/s' }]
      const world = { holder, assignments: own, definitions, denies: [] }
      expect(
        decideAccess(world, { action, plane: 'control', scope: '/subscriptions/S/resourceGroups/g' }).standing,
      ).toBe(expected)
    })
  })

  describe('recorded assignments', () => {
    /** The built-in roles that the list was recorded with, by their ids of every tenant. */
    const builtIn = (id: string, name: string, actions: string[], notActions: string[] = []): RoleDefinition => ({
      id: `/providers/Microsoft.Authorization/roleDefinitions/${id}`,
      name,
      permissions: [{ actions, notActions, dataActions: [], notDataActions: [] }],
    })
    const roles = [
      builtIn('8e3af657-a8ff-443c-a75c-2fe8c4bcb635', 'Owner', ['*']),
      builtIn('b24988ac-6180-42a0-ab88-20f7382dd24c', 'Contributor', ['*'], ['Microsoft.Authorization/*/Write']),
      builtIn('acdd72a7-3385-48ef-bd42-f606fba81ae7', 'Reader', ['*/read']),
    ]
    const group = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/419184d0a4624f3'
    const network = `${group}/providers/Microsoft.Network/virtualNetworks/nw86344e`
    const may = (principalId: string, action: string, scope: string): string =>
      decideAccess(
        { holder: { principalId, groupIds: [], knowsGroups: true }, assignments, definitions: roles, denies: [] },
        { action, plane: 'control', scope },
      ).standing

    it('count at their scope and below it', () => {
      expect(assignments.length).toBeGreaterThan(10)
      const [reader, contributor, owner] = [
        'e47c8a61-e30e-4f68-84ec-9e3a19136aac',
        '144ffaaa-b4ee-46b8-92d7-e5cea384d91d',
        '0e521cb2-43c2-4c4b-ae14-122e11d12fae',
      ]
      expect(may(reader, 'Microsoft.Network/virtualNetworks/read', network)).toBe('granted')
      expect(may(reader, 'Microsoft.Network/virtualNetworks/write', network)).toBe('not-granted')
      expect(may(reader, 'Microsoft.Resources/subscriptions/resourceGroups/read', group)).toBe('not-granted')
      expect(may(contributor, 'Microsoft.Network/virtualNetworks/write', network)).toBe('granted')
      expect(may(contributor, 'Microsoft.Authorization/roleAssignments/write', network)).toBe('not-granted')
      expect(may(contributor, 'Microsoft.Network/virtualNetworks/write', group.replace(/f3$/, 'f4'))).toBe(
        'not-granted',
      )
      expect(may(owner, 'Microsoft.Authorization/roleAssignments/write', network)).toBe('granted')
    })

    it('are all at or above what was asked for, or below it', () => {
      const astray = assignments.filter(({ scope }) => !isAtOrAbove(scope, network) && !isAtOrAbove(network, scope))
      expect(astray).toEqual([])
    })

    it('of a role that was not read leave it open', () => {
      const other = assignments.find(({ roleDefinitionId }) =>
        roleDefinitionId.endsWith('4d97b98b-1d4f-4787-a291-c67834d212e7'),
      )
      expect(may(other?.principalId ?? '', 'Microsoft.Network/virtualNetworks/join/action', network)).toBe('undecided')
    })
  })
}
