import { includesName, isSameName, type GroupState, type LoginState, type SqlState } from './state.ts'

/** A row of sys.server_principals. */
export interface Principal extends GroupState {
  id: number
  type: 'S' | 'U' | 'G' | 'R' | 'E'
  isDisabled: boolean
}

/** The fixed roles and their ids, as every server has them. */
const FIXED_ROLES: readonly [string, number][] = [
  ['public', 2],
  ['sysadmin', 3],
  ['securityadmin', 4],
  ['serveradmin', 5],
  ['setupadmin', 6],
  ['processadmin', 7],
  ['diskadmin', 8],
  ['dbcreator', 9],
  ['bulkadmin', 10],
]
const FIRST_LOGIN_ID = 256
const TYPES = { sql: 'S', windows: 'U', entra: 'E' } as const

export function principalsOf(state: SqlState): readonly Principal[] {
  const { logins, serverRoles = [], windowsGroups = [] } = state
  const fixed = FIXED_ROLES.map(([name, id]) => ({ name, id, type: 'R' as const, isDisabled: false }))
  const own = [
    ...logins.filter(({ contained }) => contained !== true).map(asPrincipal),
    ...serverRoles.map((role) => ({ ...role, type: 'R' as const, isDisabled: false })),
    ...windowsGroups.map((group) => ({ ...group, type: 'G' as const, isDisabled: false })),
  ]
  return [...fixed, ...own.map((principal, place) => ({ ...principal, id: FIRST_LOGIN_ID + place }))]
}

function asPrincipal(login: LoginState): Omit<Principal, 'id'> {
  const { user, kind = 'sql', disabled = false, sysadmin = false, controlServer = false } = login
  return {
    name: user,
    type: TYPES[kind],
    isDisabled: disabled,
    roles: [...(login.roles ?? []), ...(sysadmin ? ['sysadmin'] : [])],
    grants: [...(login.grants ?? []), ...(controlServer ? ['CONTROL SERVER'] : [])],
    denies: login.denies ?? [],
  }
}

/** The login, its Windows groups and all their roles, as in sys.login_token. */
export function tokenOf(state: SqlState, account: LoginState): readonly Principal[] {
  const all = principalsOf(state)
  const groups = (state.windowsGroups ?? []).filter(({ members }) => includesName(members, account.user))
  const names = new Set([account.user, 'public', ...groups.map(({ name }) => name)].map((name) => name.toLowerCase()))
  for (const name of names) {
    for (const role of all.find((one) => isSameName(one.name, name))?.roles ?? []) names.add(role.toLowerCase())
  }
  return all.filter(({ name }) => names.has(name.toLowerCase()))
}

export function isInRole(state: SqlState, account: LoginState, role: string): boolean {
  return tokenOf(state, account).some(({ name, type }) => type === 'R' && isSameName(name, role))
}

/** HAS_PERMS_BY_NAME: sysadmins have everything, a denial beats a grant, CONTROL SERVER implies the others. */
export function hasServerPermission(state: SqlState, account: LoginState, permission: string): boolean {
  if (isInRole(state, account, 'sysadmin')) return true
  const token = tokenOf(state, account)
  const isDenied = (name: string): boolean => token.some(({ denies }) => includesName(denies, name))
  const isGranted = (name: string): boolean => token.some(({ grants }) => includesName(grants, name))
  if (isDenied(permission)) return false
  return isGranted(permission) || (isGranted('CONTROL SERVER') && !isDenied('CONTROL SERVER'))
}

/** What the catalog views show to the account: everything, or itself and the fixed roles. */
export function visiblePrincipals(state: SqlState, account: LoginState): readonly Principal[] {
  const all = principalsOf(state)
  if (hasServerPermission(state, account, 'VIEW ANY DEFINITION')) return all
  return all.filter(({ name, id }) => id < FIRST_LOGIN_ID || isSameName(name, account.user))
}
