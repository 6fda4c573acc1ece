import type { Statement } from '../../ports/sql-port.ts'
import { flag, integerOrNull, text, textOrNull, type Flag } from './decode.ts'

/** The server roles of our login, as a user database of an Azure SQL logical server tells them. */
export type TargetServerRolesRow = {
  login: string | null
  user: string | null
  /** Of the user: 1 a login of the server, 2 contained with a password, 4 Entra. Null: not told. */
  authentication: number | null
  databaseManager: Flag
  databaseConnector: Flag
  definitionReader: Flag
  loginManager: Flag
}

/**
 * Runs in a user database: IS_SRVROLEMEMBER is not supported in `master` of a logical server
 * (https://learn.microsoft.com/azure/azure-sql/database/security-server-roles, limitations). One of its pages says that it
 * always answers 0 there, so 0 alone decides nothing.
 */
export const TARGET_SERVER_ROLES: Statement<TargetServerRolesRow> = {
  name: 'target-server-roles',
  text: `SELECT
  SUSER_SNAME() AS login_name,
  USER_NAME() AS user_name,
  (
    SELECT CAST(MAX(p.authentication_type) AS int) FROM sys.database_principals AS p WHERE p.name = USER_NAME()
  ) AS authentication,
  IS_SRVROLEMEMBER(N'##MS_DatabaseManager##') AS database_manager,
  IS_SRVROLEMEMBER(N'##MS_DatabaseConnector##') AS database_connector,
  IS_SRVROLEMEMBER(N'##MS_DefinitionReader##') AS definition_reader,
  IS_SRVROLEMEMBER(N'##MS_LoginManager##') AS login_manager`,
  since: '12.0',
  url: 'https://learn.microsoft.com/azure/azure-sql/database/security-server-roles',
  decode: (row) => ({
    login: textOrNull(row, 'login_name'),
    user: textOrNull(row, 'user_name'),
    authentication: integerOrNull(row, 'authentication'),
    databaseManager: flag(row, 'database_manager'),
    databaseConnector: flag(row, 'database_connector'),
    definitionReader: flag(row, 'definition_reader'),
    loginManager: flag(row, 'login_manager'),
  }),
}

/** Our SQL login with one of its server roles; `role` is null when it has none. No row: it does not see itself. */
export type OwnServerRoleRow = { login: string; role: string | null }

/** Is for `master` of a logical server, where sys.server_principals lists roles and no SQL login. Shows everybody their own. */
export const OWN_SERVER_ROLES: Statement<OwnServerRoleRow> = {
  name: 'own-server-roles',
  text: `SELECT l.name AS login_name, r.name AS role
FROM sys.sql_logins AS l
LEFT JOIN sys.server_role_members AS m ON m.member_principal_id = l.principal_id
LEFT JOIN sys.server_principals AS r ON r.principal_id = m.role_principal_id
WHERE l.sid = SUSER_SID()`,
  since: '12.0',
  url: 'https://learn.microsoft.com/azure/azure-sql/database/security-server-roles',
  decode: (row) => ({ login: text(row, 'login_name'), role: textOrNull(row, 'role') }),
}
