import type { Statement } from '../../ports/sql-port.ts'
import { flag, integer, portOrNull, text, textOrNull, type Flag } from './decode.ts'

export type SourceRightsRow = {
  login: string | null
  controlServer: Flag
  sysadmin: Flag
  viewServerState: Flag
  /** Whether all of the catalog views' rows are visible to us. */
  viewAnyDefinition: Flag
  connectSql: Flag
  productVersion: string
  edition: string
  /** 2 Standard, 3 Enterprise or Developer, 4 Express, 5 Azure SQL Database, 8 Managed Instance. */
  engineEdition: number
  netTransport: string | null
  authScheme: string | null
  localTcpPort: number | null
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
  HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW ANY DEFINITION') AS view_any_definition,
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
    viewAnyDefinition: flag(row, 'view_any_definition'),
    connectSql: flag(row, 'connect_sql'),
    productVersion: text(row, 'product_version'),
    edition: text(row, 'edition'),
    engineEdition: integer(row, 'engine_edition'),
    netTransport: textOrNull(row, 'net_transport'),
    authScheme: textOrNull(row, 'auth_scheme'),
    localTcpPort: portOrNull(row, 'local_tcp_port'),
  }),
}
