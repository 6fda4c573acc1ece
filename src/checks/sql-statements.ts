import type { Statement } from '../ports/sql-port.ts'

/** Answer of HAS_PERMS_BY_NAME and IS_SRVROLEMEMBER: yes, no, or null when the server could not answer the question. */
export type Flag = 0 | 1 | null

export type SourceRightsRow = {
  login: string | null
  controlServer: Flag
  sysadmin: Flag
  viewServerState: Flag
  connectSql: Flag
  productVersion: string
  edition: string
  /** 2 Standard, 3 Enterprise or Developer, 4 Express, 5 Azure SQL Database, 8 Managed Instance. */
  engineEdition: number
  netTransport: string | null
  authScheme: string | null
  localTcpPort: number | null
}

export type TargetDatabaseRightsRow = {
  database: string
  controlDatabase: Flag
  dbOwner: Flag
  login: string | null
  user: string | null
  engineEdition: number
}

/**
 * Who the server takes us for and what that login may do; runs in `master` and needs no permission at all.
 * CONNECTIONPROPERTY (2008 and later) is asked instead of sys.dm_exec_connections, which needs VIEW SERVER STATE.
 */
export const SOURCE_RIGHTS: Statement<SourceRightsRow> = {
  name: 'source-rights',
  text: `SELECT
  SUSER_SNAME() AS login_name,
  HAS_PERMS_BY_NAME(NULL, NULL, 'CONTROL SERVER') AS control_server,
  IS_SRVROLEMEMBER('sysadmin') AS sysadmin,
  HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER STATE') AS view_server_state,
  HAS_PERMS_BY_NAME(NULL, NULL, 'CONNECT SQL') AS connect_sql,
  CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)) AS product_version,
  CAST(SERVERPROPERTY('Edition') AS nvarchar(128)) AS edition,
  CAST(SERVERPROPERTY('EngineEdition') AS int) AS engine_edition,
  CAST(CONNECTIONPROPERTY('net_transport') AS nvarchar(128)) AS net_transport,
  CAST(CONNECTIONPROPERTY('auth_scheme') AS nvarchar(128)) AS auth_scheme,
  CAST(CONNECTIONPROPERTY('local_tcp_port') AS int) AS local_tcp_port`,
  since: '10.0',
  url: 'https://learn.microsoft.com/sql/t-sql/functions/has-perms-by-name-transact-sql',
  decode: (row) => ({
    login: textOrNull(row, 'login_name'),
    controlServer: flag(row, 'control_server'),
    sysadmin: flag(row, 'sysadmin'),
    viewServerState: flag(row, 'view_server_state'),
    connectSql: flag(row, 'connect_sql'),
    productVersion: text(row, 'product_version'),
    edition: text(row, 'edition'),
    engineEdition: integer(row, 'engine_edition'),
    netTransport: textOrNull(row, 'net_transport'),
    authScheme: textOrNull(row, 'auth_scheme'),
    localTcpPort: integerOrNull(row, 'local_tcp_port'),
  }),
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

function text(row: Record<string, unknown>, column: string): string {
  const value = row[column]
  if (typeof value !== 'string') throw wrongType(column, 'a text', value)
  return value
}

function textOrNull(row: Record<string, unknown>, column: string): string | null {
  return row[column] === null ? null : text(row, column)
}

function integer(row: Record<string, unknown>, column: string): number {
  const value = row[column]
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw wrongType(column, 'an integer', value)
  return value
}

function integerOrNull(row: Record<string, unknown>, column: string): number | null {
  return row[column] === null ? null : integer(row, column)
}

function flag(row: Record<string, unknown>, column: string): Flag {
  const value = row[column]
  if (value !== 0 && value !== 1 && value !== null) throw wrongType(column, '0, 1 or NULL', value)
  return value
}

/** Names the type only: the value is text from outside. */
function wrongType(column: string, expected: string, value: unknown): Error {
  return new Error(
    `the column ${column} should be ${expected} and is ${value === undefined ? 'missing' : typeof value}`,
  )
}
