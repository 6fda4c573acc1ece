// Role assignments, role definitions and deny assignments of the lab's Azure, at any scope.
import type { Json, JsonObject } from '../../src/domain/json.ts'
import { armError, authorizationFailed, invalidSubscription, subscriptionNotFound, type Answer } from './answers.ts'
import { LAB_SUBSCRIPTION, type AzureState } from './state.ts'

/** Ids of built-in roles, the same in every tenant. */
export const ROLES = {
  owner: '8e3af657-a8ff-443c-a75c-2fe8c4bcb635',
  contributor: 'b24988ac-6180-42a0-ab88-20f7382dd24c',
  reader: 'acdd72a7-3385-48ef-bd42-f606fba81ae7',
  blobReader: '2a2b9908-6ea1-43ae-8e65-a410df84e7d1',
} as const

export interface RoleSpec {
  id: string
  name: string
  actions?: readonly string[]
  notActions?: readonly string[]
  dataActions?: readonly string[]
  notDataActions?: readonly string[]
}

export interface AssignmentSpec {
  principal: string
  principalType?: 'User' | 'Group' | 'ServicePrincipal'
  role: string
  scope: string
  condition?: string
}

export interface DenySpec {
  name: string
  scope: string
  actions?: readonly string[]
  notActions?: readonly string[]
  dataActions?: readonly string[]
  notDataActions?: readonly string[]
  /** Default: everybody. */
  principals?: readonly { id: string; type: string }[]
  excludePrincipals?: readonly { id: string; type: string }[]
  doNotApplyToChildScopes?: boolean
}

const EVERYONE = [{ id: '00000000-0000-0000-0000-000000000000', type: 'SystemDefined' }]
const BUILT_IN: readonly RoleSpec[] = [
  { id: ROLES.owner, name: 'Owner', actions: ['*'] },
  {
    id: ROLES.contributor,
    name: 'Contributor',
    actions: ['*'],
    notActions: [
      'Microsoft.Authorization/*/Delete',
      'Microsoft.Authorization/*/Write',
      'Microsoft.Authorization/elevateAccess/Action',
    ],
  },
  { id: ROLES.reader, name: 'Reader', actions: ['*/read'] },
  {
    id: ROLES.blobReader,
    name: 'Storage Blob Data Reader',
    actions: [
      'Microsoft.Storage/storageAccounts/blobServices/containers/read',
      'Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action',
    ],
    dataActions: ['Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read'],
  },
]
const PATH =
  /^(.*)\/providers\/Microsoft\.Authorization\/(roleAssignments|roleDefinitions|denyAssignments)(?:\/([^/]+))?\/?$/i

/** Undefined: another path. */
export function answerAuthorization(state: AzureState, path: string, url: URL): Answer | undefined {
  const [, scope, kind = '', name] = PATH.exec(path) ?? []
  if (scope === undefined) return undefined
  const trouble = troubleAt(state, scope, `Microsoft.Authorization/${kind}/read`)
  if (trouble !== undefined) return trouble
  const filter = url.searchParams.get('$filter') ?? ''
  if (isSame(kind, 'roleAssignments')) return { status: 200, body: { value: assignmentsFor(state, scope, filter) } }
  if (isSame(kind, 'denyAssignments')) return { status: 200, body: { value: denialsAt(state, scope), nextLink: null } }
  const role = roleDefinitionsOf(state).find((one) => isSame(one.name, name ?? ''))
  return role === undefined
    ? armError(
        404,
        'RoleDefinitionDoesNotExist',
        `The specified role definition with ID '${name ?? ''}' does not exist.`,
      )
    : { status: 200, body: role }
}

function troubleAt(state: AzureState, scope: string, action: string): Answer | undefined {
  const subscription = scope.split('/')[2]
  if (subscription === undefined) return undefined
  if (!/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(subscription)) return invalidSubscription(subscription)
  if (!state.subscriptions.some((known) => isSame(known, subscription))) return subscriptionNotFound(subscription)
  const isForbidden = (state.forbidden ?? []).some(
    (id) => isSame(id, action) || isSame(id, scope) || isBelow(scope, id),
  )
  return isForbidden ? authorizationFailed(state.objectId, action, scope) : undefined
}

/** At, above and below the scope; `assignedTo` takes in those of groups. */
function assignmentsFor(state: AzureState, scope: string, filter: string): readonly Json[] {
  const [, asked] = /assignedTo\('([^']+)'\)/i.exec(filter) ?? []
  const groups = Object.entries(state.groups ?? {}).filter(([, members]) =>
    members.some((one) => isSame(one, asked ?? '')),
  )
  const holders = asked === undefined ? undefined : [asked, ...groups.map(([group]) => group)]
  return (state.roleAssignments ?? [])
    .filter((one) => isAbove(one.scope, scope) || isBelow(one.scope, scope))
    .filter(({ principal }) => holders === undefined || holders.some((one) => isSame(one, principal)))
    .map(assignmentBody)
}

function assignmentBody(spec: AssignmentSpec, index: number): JsonObject {
  const name = `eeeeeeee-0000-4000-8000-${String(index).padStart(12, '0')}`
  return {
    id: `${spec.scope}/providers/Microsoft.Authorization/roleAssignments/${name}`,
    name,
    type: 'Microsoft.Authorization/roleAssignments',
    properties: {
      roleDefinitionId: roleId(spec.role),
      principalId: spec.principal,
      principalType: spec.principalType ?? 'ServicePrincipal',
      scope: spec.scope,
      ...(spec.condition === undefined ? {} : { condition: spec.condition, conditionVersion: '2.0' }),
    },
  }
}

export function roleDefinitionsOf(state: AzureState): readonly (JsonObject & { id: string; name: string })[] {
  return [...BUILT_IN, ...(state.customRoles ?? [])].map((spec) => ({
    id: roleId(spec.id),
    name: spec.id,
    type: 'Microsoft.Authorization/roleDefinitions',
    properties: {
      roleName: spec.name,
      type: BUILT_IN.includes(spec) ? 'BuiltInRole' : 'CustomRole',
      description: '',
      assignableScopes: ['/'],
      permissions: [sets(spec)],
    },
  }))
}

function denialsAt(state: AzureState, scope: string): readonly Json[] {
  return (state.denyAssignments ?? [])
    .filter((one) => isAbove(one.scope, scope))
    .map((spec, index) => {
      const name = `dddddddd-0000-4000-8000-${String(index).padStart(12, '0')}`
      return {
        id: `${spec.scope}/providers/Microsoft.Authorization/denyAssignments/${name}`,
        name,
        type: 'Microsoft.Authorization/denyAssignments',
        properties: {
          denyAssignmentName: spec.name,
          description: 'Made by Azure',
          permissions: [sets(spec)],
          scope: spec.scope,
          doNotApplyToChildScopes: spec.doNotApplyToChildScopes ?? false,
          principals: [...(spec.principals ?? EVERYONE)],
          excludePrincipals: [...(spec.excludePrincipals ?? [])],
          isSystemProtected: true,
        },
      }
    })
}

function sets({ actions, notActions, dataActions, notDataActions }: Omit<RoleSpec, 'id' | 'name'>): JsonObject {
  return {
    actions: [...(actions ?? [])],
    notActions: [...(notActions ?? [])],
    dataActions: [...(dataActions ?? [])],
    notDataActions: [...(notDataActions ?? [])],
  }
}

function roleId(guid: string): string {
  return `/subscriptions/${LAB_SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/${guid}`
}

function isAbove(scope: string, at: string): boolean {
  return isSame(scope, at) || scope.startsWith('/providers/Microsoft.Management/') || isBelow(at, scope)
}

function isSame(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase()
}

function isBelow(id: string, above: string): boolean {
  return id.toLowerCase().startsWith(`${above.toLowerCase()}/`)
}
