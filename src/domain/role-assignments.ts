import {
  isActionCovered,
  isActionGranted,
  isActionTouched,
  type PermissionSet,
  type Plane,
} from './azure-permissions.ts'

/** A role given to somebody at a scope. */
export interface RoleAssignment {
  principalId: string
  /** `Group`, `ServicePrincipal`, `User`, ... */
  principalType?: string
  roleDefinitionId: string
  scope: string
  /** What the request must be like for the role to count, in Azure's own language; it is not evaluated here. */
  condition?: string
}

/** What a role gives: each set by itself, since what one leaves out another may give. */
export interface RoleDefinition {
  id: string
  name: string
  permissions: readonly PermissionSet[]
}

export interface DenyPrincipal {
  id: string
  type?: string
}

/** Goes before every role (https://learn.microsoft.com/azure/role-based-access-control/deny-assignments). */
export interface DenyAssignment {
  name: string
  scope: string
  permissions: readonly PermissionSet[]
  principals: readonly DenyPrincipal[]
  excludePrincipals: readonly DenyPrincipal[]
  /** It then holds at its own scope alone. */
  doNotApplyToChildScopes: boolean
  /** Whether it holds only for requests of some kind. */
  isConditional: boolean
}

/** Whose rights are asked. `knowsGroups`: `groupIds` are all groups that it is in, by whatever way. */
export interface Holder {
  principalId: string
  groupIds: readonly string[]
  knowsGroups: boolean
}

export interface Wanted {
  /** One action, or a form of actions with `*`: then each of them is meant. */
  action: string
  plane: Plane
  /** Id of the resource, group or subscription at which it is done. */
  scope: string
}

/** Everything that was read of who may do what. */
export interface AccessWorld {
  holder: Holder
  assignments: readonly RoleAssignment[]
  definitions: readonly RoleDefinition[]
  denies: readonly DenyAssignment[]
}

type Answer = 'yes' | 'maybe' | 'no'

/** `by`: the roles that give it, or the deny assignments that take it, or what leaves it open. */
export interface Decision {
  standing: 'granted' | 'not-granted' | 'denied' | 'undecided'
  by: readonly string[]
}

/** All principals: the one that Azure calls system-defined. */
const EVERYONE = '00000000-0000-0000-0000-000000000000'

/** Whether the holder may do what is wanted. A condition, an unknown group or an unread role never grants. */
export function decideAccess(world: AccessWorld, wanted: Wanted): Decision {
  const denial = decideDenial(world.denies, world.holder, wanted)
  if (denial.answer === 'yes') return { standing: 'denied', by: denial.by }
  const grants = world.assignments
    .filter(({ principalId, scope }) => isHolder(world.holder, principalId) && isAtOrAbove(scope, wanted.scope))
    .map((assignment) => ({ assignment, ...grantOf(assignment, world.definitions, wanted) }))
  const sure = grants.filter(({ answer }) => answer === 'yes')
  const open = grants.filter(({ answer }) => answer === 'maybe')
  if (sure.length + open.length === 0) return { standing: 'not-granted', by: [] }
  if (denial.answer === 'maybe') return { standing: 'undecided', by: denial.by }
  if (sure.length > 0) return { standing: 'granted', by: sure.map(({ by }) => by) }
  return { standing: 'undecided', by: open.map(({ by }) => by) }
}

/** Whether a deny assignment takes what is wanted, or some action of the form that is. */
export function decideDenial(
  denies: readonly DenyAssignment[],
  holder: Holder,
  wanted: Wanted,
): { answer: Answer; by: readonly string[] } {
  const found = denies
    .filter((deny) => holdsAt(deny, wanted.scope) && deny.permissions.some((set) => isTaken(set, wanted)))
    .map((deny) => ({
      name: deny.name,
      answer: deny.isConditional ? weaken(isMeant(deny, holder)) : isMeant(deny, holder),
    }))
  for (const answer of ['yes', 'maybe'] as const) {
    const by = found.filter((one) => one.answer === answer).map(({ name }) => name)
    if (by.length > 0) return { answer, by }
  }
  return { answer: 'no', by: [] }
}

/** The groups that a list of somebody's assignments tells: those that got a role which counts for that person. */
export function groupsAmong(assignments: readonly RoleAssignment[], principalId: string): string[] {
  const others = assignments
    .map((one) => one.principalId.toLowerCase())
    .filter((id) => id !== principalId.toLowerCase())
  return [...new Set(others)]
}

/**
 * Whether what is given at `scope` counts at `at`. Azure lists assignments of management groups only where they are
 * above what was asked, so that any of them is taken for one that is.
 */
export function isAtOrAbove(scope: string, at: string): boolean {
  const [above, below] = [normal(scope), normal(at)]
  if (above === '' || above === below || below.startsWith(`${above}/`)) return true
  return (
    /^\/providers\/microsoft\.management\/managementgroups\/[^/]+$/.test(above) && below.startsWith('/subscriptions/')
  )
}

function grantOf(
  { roleDefinitionId, condition }: RoleAssignment,
  definitions: readonly RoleDefinition[],
  { action, plane }: Wanted,
): { answer: Answer; by: string } {
  const definition = definitions.find(({ id }) => guidOf(id) === guidOf(roleDefinitionId))
  if (definition === undefined) return { answer: 'maybe', by: `role ${guidOf(roleDefinitionId)}, which was not read` }
  if (!isActionGranted({ granted: definition.permissions }, action, plane)) return { answer: 'no', by: definition.name }
  return condition === undefined
    ? { answer: 'yes', by: definition.name }
    : { answer: 'maybe', by: `${definition.name} under a condition` }
}

function isTaken(set: PermissionSet, { action, plane }: Wanted): boolean {
  const [taken, without] = plane === 'control' ? [set.actions, set.notActions] : [set.dataActions, set.notDataActions]
  return (
    taken.some((pattern) => isActionTouched(pattern, action)) &&
    !without.some((pattern) => isActionCovered(pattern, action))
  )
}

function holdsAt({ scope, doNotApplyToChildScopes }: DenyAssignment, at: string): boolean {
  return doNotApplyToChildScopes ? normal(scope) === normal(at) : isAtOrAbove(scope, at)
}

function isMeant({ principals, excludePrincipals }: DenyAssignment, holder: Holder): Answer {
  const listed = strongest(principals.map((one) => (one.id === EVERYONE ? 'yes' : isAmong(one, holder))))
  const excluded = strongest(excludePrincipals.map((one) => isAmong(one, holder)))
  if (listed === 'no' || excluded === 'yes') return 'no'
  return excluded === 'maybe' ? 'maybe' : listed
}

/** A principal that may be a group can hold the holder, unless all its groups are known. */
function isAmong({ id, type }: DenyPrincipal, holder: Holder): Answer {
  if (isHolder(holder, id)) return 'yes'
  if (holder.knowsGroups || id === EVERYONE) return 'no'
  return type === undefined || type.toLowerCase() === 'group' ? 'maybe' : 'no'
}

function isHolder({ principalId, groupIds }: Holder, id: string): boolean {
  return [principalId, ...groupIds].some((one) => one.toLowerCase() === id.toLowerCase())
}

function strongest(answers: readonly Answer[]): Answer {
  if (answers.includes('yes')) return 'yes'
  return answers.includes('maybe') ? 'maybe' : 'no'
}

function weaken(answer: Answer): Answer {
  return answer === 'yes' ? 'maybe' : answer
}

function guidOf(roleDefinitionId: string): string {
  return (normal(roleDefinitionId).split('/').at(-1) ?? '').toLowerCase()
}

function normal(scope: string): string {
  return scope.replace(/\/+$/, '').toLowerCase()
}
