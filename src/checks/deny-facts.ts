import { isActionTouched, type PermissionSet } from '../domain/azure-permissions.ts'
import type { DenyAssignment, DenyPrincipal } from '../domain/role-assignments.ts'
import type { ArmPort } from '../ports/arm-port.ts'
import { boundName, boundText } from './foreign-text.ts'

export type SetFact = { actions: string[]; notActions: string[]; dataActions: string[]; notDataActions: string[] }

/** A deny assignment as evidence, as far as it can concern what is asked. */
export type DenyFact = {
  name: string
  scope: string
  permissions: SetFact[]
  principals: { id: string; type?: string }[]
  excludePrincipals: { id: string; type?: string }[]
  doNotApplyToChildScopes: boolean
  isConditional: boolean
}

export type DenyFacts = {
  denies: DenyFact[]
  /** Why they were not read; roles are then judged alone, and the summary says so. */
  deniesUnread: string | null
}

/** The deny assignments that concern one of the actions. Whoever may not read them is told no less of the roles. */
export async function readDenies(arm: ArmPort, scope: string, actions: readonly string[]): Promise<DenyFacts> {
  const answer = await arm.denyAssignments(scope)
  if (!answer.ok) return { denies: [], deniesUnread: boundText(answer.failure.missing ?? answer.failure.message) }
  if (!answer.value.found) return { denies: [], deniesUnread: boundText(answer.value.message) }
  const concerning = answer.value.value.filter(({ permissions }) =>
    permissions
      .flatMap((set) => [...set.actions, ...set.dataActions])
      .some((pattern) => actions.some((action) => isActionTouched(pattern, action))),
  )
  return { denies: concerning.map(denyFact), deniesUnread: null }
}

export function setFact({ actions, notActions, dataActions, notDataActions }: PermissionSet): SetFact {
  return {
    actions: [...actions],
    notActions: [...notActions],
    dataActions: [...dataActions],
    notDataActions: [...notDataActions],
  }
}

function denyFact(deny: DenyAssignment): DenyFact {
  const { name, scope, permissions, principals, excludePrincipals, doNotApplyToChildScopes, isConditional } = deny
  return {
    name: boundName(name),
    scope,
    permissions: permissions.map(setFact),
    principals: principals.map(principalFact),
    excludePrincipals: excludePrincipals.map(principalFact),
    doNotApplyToChildScopes,
    isConditional,
  }
}

function principalFact({ id, type }: DenyPrincipal): { id: string; type?: string } {
  return type === undefined ? { id } : { id, type }
}
