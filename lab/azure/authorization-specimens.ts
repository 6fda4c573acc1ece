import { ROLES } from './authorization.ts'
import { azureState, LAB_SUBSCRIPTION, type AzureState } from './state.ts'

/** Who may do what, in every form that the lab can give it. */
export const AUTHORIZATION_SPECIMENS = {
  roleAssignments: [
    { principal: azureState().objectId, role: ROLES.blobReader, scope: `/subscriptions/${LAB_SUBSCRIPTION}` },
    {
      principal: azureState().objectId,
      principalType: 'User',
      role: 'dddddddd-0000-4000-8000-00000000000a',
      scope: '/providers/Microsoft.Management/managementGroups/mg',
      condition: "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name] StringEquals 'backups'",
    },
  ],
  customRoles: [
    {
      id: 'dddddddd-0000-4000-8000-00000000000a',
      name: 'All of it',
      actions: ['Microsoft.Sql/*'],
      notActions: ['*/delete'],
      dataActions: ['*'],
      notDataActions: ['*/write'],
    },
  ],
  denyAssignments: [
    {
      name: 'Made by a deployment stack',
      scope: `/subscriptions/${LAB_SUBSCRIPTION}`,
      actions: ['*/delete'],
      notActions: ['Microsoft.Web/*'],
      dataActions: ['*/delete'],
      notDataActions: ['Microsoft.Web/*'],
      excludePrincipals: [{ id: 'cccccccc-0000-4000-8000-000000000009', type: 'User' }],
      doNotApplyToChildScopes: true,
    },
  ],
} satisfies Partial<AzureState>
