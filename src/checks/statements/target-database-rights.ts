import type { Statement } from '../../ports/sql-port.ts'
import { flag, integer, text, textOrNull, type Flag } from './decode.ts'

export type TargetDatabaseRightsRow = {
  database: string
  controlDatabase: Flag
  dbOwner: Flag
  login: string | null
  user: string | null
  engineEdition: number
}

/**
 * What our user may do in the target database; runs in that database and needs no permission at all.
 * CONTROL DATABASE is asked as CONTROL on the class DATABASE. A dot or bracket in the database's name makes the plain
 * name a multi-part one, which answers NULL: only then the quoted name is asked.
 */
export const TARGET_DATABASE_RIGHTS: Statement<TargetDatabaseRightsRow> = {
  name: 'target-database-rights',
  text: `SELECT
  DB_NAME() AS database_name,
  COALESCE(
    HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'CONTROL'),
    HAS_PERMS_BY_NAME(QUOTENAME(DB_NAME()), 'DATABASE', 'CONTROL')
  ) AS control_database,
  IS_ROLEMEMBER('db_owner') AS db_owner,
  SUSER_SNAME() AS login_name,
  USER_NAME() AS user_name,
  CAST(SERVERPROPERTY('EngineEdition') AS int) AS engine_edition`,
  since: '12.0',
  url: 'https://learn.microsoft.com/sql/t-sql/functions/has-perms-by-name-transact-sql',
  decode: (row) => ({
    database: text(row, 'database_name'),
    controlDatabase: flag(row, 'control_database'),
    dbOwner: flag(row, 'db_owner'),
    login: textOrNull(row, 'login_name'),
    user: textOrNull(row, 'user_name'),
    engineEdition: integer(row, 'engine_edition'),
  }),
}
