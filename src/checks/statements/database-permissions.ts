import type { Statement } from '../../ports/sql-port.ts'
import { integer, text, textOrNull } from './decode.ts'

/** A part of our user's token in the current database: the user itself, its roles and its groups. */
export type UserTokenRow = { id: number; name: string; type: string }

/** Who was granted or denied CONTROL on the current database itself. */
export type DatabaseControlRow = { grantee: number; name: string | null; state: string }

/** Needs no permission: it is about ourselves. The role public has the id 0, as have groups without a user of their own. */
export const USER_TOKEN: Statement<UserTokenRow> = {
  name: 'user-token',
  text: `SELECT t.principal_id AS id, t.name AS name, t.type AS type
FROM sys.user_token AS t
WHERE t.name IS NOT NULL AND (t.principal_id > 0 OR t.name = N'public')`,
  since: '10.0',
  url: 'https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-user-token-transact-sql',
  decode: (row) => ({ id: integer(row, 'id'), name: text(row, 'name'), type: text(row, 'type') }),
}

/** Class 0 is the database itself; CL is CONTROL. Shows the rows of principals that our user may see. */
export const DATABASE_CONTROL: Statement<DatabaseControlRow> = {
  name: 'database-control',
  text: `SELECT p.grantee_principal_id AS grantee_id, USER_NAME(p.grantee_principal_id) AS grantee, p.state AS state
FROM sys.database_permissions AS p
WHERE p.class = 0 AND p.type = 'CL'`,
  since: '10.0',
  url: 'https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-database-permissions-transact-sql',
  decode: (row) => ({
    grantee: integer(row, 'grantee_id'),
    name: textOrNull(row, 'grantee'),
    state: text(row, 'state').trim(),
  }),
}
