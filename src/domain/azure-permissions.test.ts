import { describe, expect, it } from '@jest/globals'
import { isActionGranted, missingActions, relevantAccess, type PermissionSet } from './azure-permissions.ts'

const role = (actions: string[], notActions: string[] = [], data: Partial<PermissionSet> = {}): PermissionSet => ({
  actions,
  notActions,
  dataActions: [],
  notDataActions: [],
  ...data,
})
const OWNER = role(['*'])
const READER = role(['*/read'])
const CONTRIBUTOR = role(
  ['*'],
  [
    'Microsoft.Authorization/*/Delete',
    'Microsoft.Authorization/*/Write',
    'Microsoft.Authorization/elevateAccess/Action',
  ],
)
const JOIN = 'Microsoft.Network/virtualNetworks/subnets/join/action'
const BLOBS = 'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read'

describe('what roles give', () => {
  it.each<[string, PermissionSet[], string, boolean]>([
    ['an owner may do all', [OWNER], JOIN, true],
    ['nobody may do anything without a role', [], JOIN, false],
    ['a reader may read', [READER], 'Microsoft.Network/virtualNetworks/read', true],
    ['a reader may do nothing else', [READER], JOIN, false],
    ['letter case does not matter', [role(['MICROSOFT.NETWORK/VIRTUALNETWORKS/*'])], JOIN, true],
    ['a contributor may not give roles', [CONTRIBUTOR], 'Microsoft.Authorization/roleAssignments/write', false],
    ['a contributor may do the rest', [CONTRIBUTOR], JOIN, true],
    [
      'what one role leaves out another may give',
      [CONTRIBUTOR, role(['Microsoft.Authorization/roleAssignments/*'])],
      'Microsoft.Authorization/roleAssignments/write',
      true,
    ],
    ['a wildcard inside', [role(['Microsoft.DataMigration/*/write'])], 'Microsoft.DataMigration/services/write', true],
    [
      'a wildcard that needs one part more',
      [role(['Microsoft.DataMigration/services/*/write'])],
      'Microsoft.DataMigration/services/write',
      false,
    ],
    [
      'all of a form, as it is written',
      [role(['Microsoft.DataMigration/*/write'])],
      'microsoft.datamigration/*/write',
      true,
    ],
    ['all of a form by a wider one', [role(['Microsoft.DataMigration/*'])], 'Microsoft.DataMigration/*/write', true],
    [
      'all of a form less one of them',
      [role(['Microsoft.DataMigration/*'], ['Microsoft.DataMigration/services/write'])],
      'Microsoft.DataMigration/*/write',
      false,
    ],
    [
      'one of a form is not all of it',
      [role(['Microsoft.DataMigration/services/write'])],
      'Microsoft.DataMigration/*/write',
      false,
    ],
  ])('%s', (_, granted, action, expected) => {
    expect(isActionGranted({ granted }, action)).toBe(expected)
  })

  it('keeps data actions apart from actions', () => {
    const granted = [OWNER, role([], [], { dataActions: ['Microsoft.Storage/*'], notDataActions: ['*/delete'] })]
    expect(isActionGranted({ granted: [OWNER] }, BLOBS, 'data')).toBe(false)
    expect(isActionGranted({ granted }, BLOBS, 'data')).toBe(true)
    expect(missingActions({ granted }, [BLOBS, BLOBS.replace('read', 'delete')], 'data')).toEqual([
      BLOBS.replace('read', 'delete'),
    ])
  })

  it('names what is missing and leaves out what does not matter', () => {
    const access = { granted: [READER, role(['Microsoft.Compute/*'], ['Microsoft.Compute/disks/*'])] }
    expect(missingActions(access, [JOIN, 'Microsoft.Network/virtualNetworks/read'])).toEqual([JOIN])
    expect(relevantAccess(access, [JOIN, 'Microsoft.Network/virtualNetworks/read'])).toEqual({ granted: [READER] })
  })
})
