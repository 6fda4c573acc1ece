import type { ServerPermissionRow, ServerPrincipalRow, ServerRoleMemberRow } from './statements/server-principals.ts'

/** What the catalog views of a server tell of logins, roles and permissions. */
export interface ServerSecurity {
  principals: readonly ServerPrincipalRow[]
  members: readonly ServerRoleMemberRow[]
  permissions: readonly ServerPermissionRow[]
}

/** The right that DMS asks for. */
export type ServerRight = 'CONTROL SERVER' | 'sysadmin'

/** What one login or group has, by itself and through its server roles. */
export type Standing = {
  name: string
  type: string
  isDisabled: boolean
  roles: string[]
  isSysadmin: boolean
  /** Who was granted CONTROL SERVER: the login itself or one of its roles. */
  grantedTo: string[]
  deniedTo: string[]
  connectDeniedTo: string[]
}

const SYSADMIN = 'sysadmin'
const PUBLIC = 'public'

/** The principal itself and every server role that it is in, directly or through other roles; cycles end. */
function closure(id: number, { principals, members }: ServerSecurity): ReadonlySet<number> {
  const everyone = principals.find(({ name, type }) => type === 'R' && name === PUBLIC)
  const found = new Set([id, ...(everyone === undefined ? [] : [everyone.id])])
  // A set may grow while it is walked: what is added comes later in the walk.
  for (const one of found) for (const { role, member } of members) if (member === one) found.add(role)
  return found
}

/** What a principal has. Members of sysadmin are not checked for grants or denials: the server does not either. */
export function standingOf(principal: ServerPrincipalRow, security: ServerSecurity): Standing {
  const own = closure(principal.id, security)
  const byId = new Map(security.principals.map((one) => [one.id, one]))
  const nameOf = (id: number): string => byId.get(id)?.name ?? `principal ${id}`
  const roles = [...own].filter((id) => id !== principal.id && byId.get(id)?.name !== PUBLIC).map(nameOf)
  const holders = (permission: string, isState: (state: string) => boolean): string[] =>
    security.permissions
      .filter((row) => row.permission === permission && own.has(row.grantee) && isState(row.state))
      .map(({ grantee }) => nameOf(grantee))
  const isDenied = (state: string): boolean => state === 'D'
  return {
    name: principal.name,
    type: principal.type,
    isDisabled: principal.isDisabled === 1,
    roles,
    isSysadmin: roles.includes(SYSADMIN),
    grantedTo: holders('CONTROL SERVER', (state) => state === 'G' || state === 'W'),
    deniedTo: holders('CONTROL SERVER', isDenied),
    connectDeniedTo: holders('CONNECT SQL', isDenied),
  }
}

/** Whether it has the right: a denial beats every grant, and a sysadmin cannot be denied anything. */
export function hasRight(standing: Standing, right: ServerRight): boolean {
  if (standing.isSysadmin) return true
  return right === 'CONTROL SERVER' && standing.grantedTo.length > 0 && standing.deniedTo.length === 0
}

/** The login of that name: in the same letter case if there are several. */
export function findPrincipal(name: string, principals: readonly ServerPrincipalRow[]): ServerPrincipalRow | undefined {
  const logins = principals.filter(({ type }) => type !== 'R')
  return logins.find((one) => one.name === name) ?? logins.find((one) => one.name.toLowerCase() === name.toLowerCase())
}

/** Groups by which others may come in, and what each would bring: the server cannot tell by a query who is in them. */
export function groupsOf(security: ServerSecurity): readonly Standing[] {
  return security.principals
    .filter(({ type }) => type === 'G' || type === 'X')
    .map((group) => standingOf(group, security))
}

/** Who holds, and who is denied, a permission on the server: the principal itself or one of its roles. */
export function holdersOf(
  principal: ServerPrincipalRow,
  permission: string,
  security: ServerSecurity,
): { grantedTo: string[]; deniedTo: string[] } {
  const own = closure(principal.id, security)
  const nameOf = (id: number): string => security.principals.find((one) => one.id === id)?.name ?? `principal ${id}`
  const rows = security.permissions.filter((row) => row.permission === permission && own.has(row.grantee))
  return {
    grantedTo: rows.filter(({ state }) => state !== 'D').map(({ grantee }) => nameOf(grantee)),
    deniedTo: rows.filter(({ state }) => state === 'D').map(({ grantee }) => nameOf(grantee)),
  }
}
