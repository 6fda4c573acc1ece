import type { Statement } from '../../ports/sql-port.ts'
import { flag, integer, text, textOrNull, type Flag } from './decode.ts'

/** What our own login may do in a database of the source, and on its server. */
export type SourceDatabaseRightsRow = {
  database: string
  login: string | null
  user: string | null
  dataReader: Flag
  denyDataReader: Flag
  dbOwner: Flag
  /** SELECT on the database in effect: what db_datareader gives, with all denials. */
  selects: Flag
  viewAnyDefinition: Flag
  controlServer: Flag
  sysadmin: Flag
}

/** Runs in that database and needs no permission. IS_MEMBER is asked: IS_ROLEMEMBER came with 2012. */
export const SOURCE_DATABASE_RIGHTS: Statement<SourceDatabaseRightsRow> = {
  name: 'source-database-rights',
  text: `SELECT
  DB_NAME() AS database_name,
  SUSER_SNAME() AS login_name,
  USER_NAME() AS user_name,
  IS_MEMBER('db_datareader') AS data_reader,
  IS_MEMBER('db_denydatareader') AS deny_data_reader,
  IS_MEMBER('db_owner') AS db_owner,
  COALESCE(
    HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'SELECT'),
    HAS_PERMS_BY_NAME(QUOTENAME(DB_NAME()), 'DATABASE', 'SELECT')
  ) AS selects,
  HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW ANY DEFINITION') AS view_any_definition,
  HAS_PERMS_BY_NAME(NULL, NULL, 'CONTROL SERVER') AS control_server,
  IS_SRVROLEMEMBER('sysadmin') AS sysadmin`,
  since: '10.0',
  url: 'https://learn.microsoft.com/sql/t-sql/functions/is-member-transact-sql',
  decode: (row) => ({
    database: text(row, 'database_name'),
    login: textOrNull(row, 'login_name'),
    user: textOrNull(row, 'user_name'),
    dataReader: flag(row, 'data_reader'),
    denyDataReader: flag(row, 'deny_data_reader'),
    dbOwner: flag(row, 'db_owner'),
    selects: flag(row, 'selects'),
    viewAnyDefinition: flag(row, 'view_any_definition'),
    controlServer: flag(row, 'control_server'),
    sysadmin: flag(row, 'sysadmin'),
  }),
}

/** Who is in which role of a database. `login`: of the server, with the same SID; null for roles and for users without one. */
export type DatabaseRoleMemberRow = {
  role: string
  memberId: number
  member: string
  type: string
  login: string | null
}

/** Shows what our user may see: all with VIEW DEFINITION on the database. dbo is a member of db_owner. */
export const DATABASE_ROLE_MEMBERS: Statement<DatabaseRoleMemberRow> = {
  name: 'database-role-members',
  text: `SELECT r.name AS role, p.principal_id AS member_id, p.name AS member, p.type AS type, s.name AS login_name
FROM sys.database_role_members AS m
JOIN sys.database_principals AS r ON r.principal_id = m.role_principal_id
JOIN sys.database_principals AS p ON p.principal_id = m.member_principal_id
LEFT JOIN sys.server_principals AS s ON s.sid = p.sid`,
  since: '10.0',
  url: 'https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-database-role-members-transact-sql',
  decode: (row) => ({
    role: text(row, 'role'),
    memberId: integer(row, 'member_id'),
    member: text(row, 'member'),
    type: text(row, 'type').trim(),
    login: textOrNull(row, 'login_name'),
  }),
}
