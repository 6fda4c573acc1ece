import type { PermissionSet } from '../../domain/azure-permissions.ts'
import type { DenyAssignment, DenyPrincipal, RoleAssignment, RoleDefinition } from '../../domain/role-assignments.ts'
import { flag, list, optionalText, propertiesOf, text, texts, type Fields } from './decode.ts'
import { decodePermissionSet } from './decode-subscription.ts'

/** https://learn.microsoft.com/rest/api/authorization/role-assignments/list-for-scope */
export function decodeRoleAssignment(item: Fields): RoleAssignment {
  const properties = propertiesOf(item)
  const principalType = optionalText(properties, 'principalType')
  const condition = optionalText(properties, 'condition')
  return {
    principalId: text(properties, 'principalId'),
    ...(principalType === undefined ? {} : { principalType }),
    roleDefinitionId: text(properties, 'roleDefinitionId'),
    scope: text(properties, 'scope'),
    ...(condition === undefined ? {} : { condition }),
  }
}

/** https://learn.microsoft.com/rest/api/authorization/role-definitions/get */
export function decodeRoleDefinition(body: Fields): RoleDefinition {
  const properties = propertiesOf(body)
  return {
    id: text(body, 'id'),
    name: text(properties, 'roleName'),
    permissions: list(properties, 'permissions', decodePermissionSet),
  }
}

/** https://learn.microsoft.com/rest/api/authorization/deny-assignments/list-for-scope */
export function decodeDenyAssignment(item: Fields): DenyAssignment {
  const properties = propertiesOf(item)
  const conditions = list(properties, 'permissions', (set) => optionalText(set, 'condition'))
  return {
    name: text(properties, 'denyAssignmentName'),
    scope: text(properties, 'scope'),
    permissions: list(properties, 'permissions', decodeDenySet),
    principals: list(properties, 'principals', decodePrincipal),
    excludePrincipals: list(properties, 'excludePrincipals', decodePrincipal),
    doNotApplyToChildScopes: flag(properties, 'doNotApplyToChildScopes'),
    isConditional: [...conditions, optionalText(properties, 'condition')].some((one) => one !== undefined),
  }
}

/** A list that is not told must not pass for an empty one: the deny would take less than it does, or more. */
function decodeDenySet(item: Fields): PermissionSet {
  return {
    actions: texts(item, 'actions'),
    notActions: texts(item, 'notActions'),
    dataActions: texts(item, 'dataActions'),
    notDataActions: texts(item, 'notDataActions'),
  }
}

function decodePrincipal(item: Fields): DenyPrincipal {
  const type = optionalText(item, 'type')
  return { id: text(item, 'id'), ...(type === undefined ? {} : { type }) }
}
