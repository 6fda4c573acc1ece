import type { Statement } from '../../ports/sql-port.ts'
import { flag, integer, text, type Flag } from './decode.ts'

/** A login or role of the server. */
export type ServerPrincipalRow = {
  id: number
  name: string
  /** S SQL login, U Windows login, G Windows group, R server role, C and K mapped to a certificate or key, E and X Entra. */
  type: string
  isDisabled: Flag
}

export type ServerRoleMemberRow = { role: number; member: number }

export type ServerPermissionRow = {
  grantee: number
  permission: string
  /** G granted, W granted with the right to pass it on, D denied. */
  state: string
}

/** A part of our own login's token: the login itself, its server roles and its Windows groups. */
export type LoginTokenRow = { id: number; name: string; type: string; isDenyOnly: boolean }

/** Shows all logins to who has VIEW ANY DEFINITION, else only our own, `sa` and the fixed roles. */
export const SERVER_PRINCIPALS: Statement<ServerPrincipalRow> = {
  name: 'server-principals',
  text: `SELECT p.principal_id AS id, p.name AS name, p.type AS type, CAST(p.is_disabled AS int) AS is_disabled
FROM sys.server_principals AS p`,
  since: '10.0',
  url: 'https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-server-principals-transact-sql',
  decode: (row) => ({
    id: integer(row, 'id'),
    name: text(row, 'name'),
    type: text(row, 'type').trim(),
    isDisabled: flag(row, 'is_disabled'),
  }),
}

export const SERVER_ROLE_MEMBERS: Statement<ServerRoleMemberRow> = {
  name: 'server-role-members',
  text: `SELECT m.role_principal_id AS role_id, m.member_principal_id AS member_id
FROM sys.server_role_members AS m`,
  since: '10.0',
  url: 'https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-server-role-members-transact-sql',
  decode: (row) => ({ role: integer(row, 'role_id'), member: integer(row, 'member_id') }),
}

/** Class 100 is the server itself. */
export const SERVER_PERMISSIONS: Statement<ServerPermissionRow> = {
  name: 'server-permissions',
  text: `SELECT p.grantee_principal_id AS grantee_id, p.permission_name AS permission, p.state AS state
FROM sys.server_permissions AS p
WHERE p.class = 100 AND p.permission_name IN (N'CONTROL SERVER', N'CONNECT SQL', N'VIEW ANY DEFINITION')`,
  since: '10.0',
  url: 'https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-server-permissions-transact-sql',
  decode: (row) => ({
    grantee: integer(row, 'grantee_id'),
    permission: text(row, 'permission'),
    state: text(row, 'state').trim(),
  }),
}

/** Needs no permission: it is about ourselves. */
export const LOGIN_TOKEN: Statement<LoginTokenRow> = {
  name: 'login-token',
  text: `SELECT t.principal_id AS id, t.name AS name, t.type AS type, t.usage AS usage_text
FROM sys.login_token AS t
WHERE t.principal_id > 0`,
  since: '10.0',
  url: 'https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-login-token-transact-sql',
  decode: (row) => ({
    id: integer(row, 'id'),
    name: text(row, 'name'),
    type: text(row, 'type'),
    isDenyOnly: text(row, 'usage_text') === 'DENY ONLY',
  }),
}
