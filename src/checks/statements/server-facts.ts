import type { Statement } from '../../ports/sql-port.ts'
import { flag, integer, text, textOrNull, type Flag } from './decode.ts'

/** What a server says of itself and of whoever asks. */
export type ServerFactsRow = {
  productVersion: string
  /** `RTM`, `SP2`, `CTP3.1`. */
  productLevel: string | null
  edition: string
  /** 1 Personal, 2 Standard, 3 Enterprise or Developer, 4 Express, 5 Azure SQL Database, 6 Synapse, 8 Managed Instance, 9 Edge. */
  engineEdition: number
  /** Null: the default instance. */
  instanceName: string | null
  machineName: string | null
  collation: string | null
  isClustered: Flag
  isHadrEnabled: Flag
  viewAnyDatabase: Flag
  /** Either of them shows databases that are OFFLINE. */
  alterAnyDatabase: Flag
  createDatabase: Flag
  controlServer: Flag
}

/** Needs no permission, and is for `master`. Even SQL Server 2005 knows it, so that its version can be told. */
export const SERVER_FACTS: Statement<ServerFactsRow> = {
  name: 'server-facts',
  text: `SELECT
  CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)) AS product_version,
  CAST(SERVERPROPERTY('ProductLevel') AS nvarchar(128)) AS product_level,
  CAST(SERVERPROPERTY('Edition') AS nvarchar(128)) AS edition,
  CAST(SERVERPROPERTY('EngineEdition') AS int) AS engine_edition,
  CAST(SERVERPROPERTY('InstanceName') AS nvarchar(128)) AS instance_name,
  CAST(SERVERPROPERTY('MachineName') AS nvarchar(128)) AS machine_name,
  CAST(SERVERPROPERTY('Collation') AS nvarchar(128)) AS collation,
  CAST(SERVERPROPERTY('IsClustered') AS int) AS is_clustered,
  CAST(SERVERPROPERTY('IsHadrEnabled') AS int) AS is_hadr_enabled,
  HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW ANY DATABASE') AS view_any_database,
  HAS_PERMS_BY_NAME(NULL, NULL, 'ALTER ANY DATABASE') AS alter_any_database,
  HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'CREATE DATABASE') AS create_database,
  HAS_PERMS_BY_NAME(NULL, NULL, 'CONTROL SERVER') AS control_server`,
  since: '9.0',
  url: 'https://learn.microsoft.com/sql/t-sql/functions/serverproperty-transact-sql',
  decode: (row) => ({
    productVersion: text(row, 'product_version'),
    productLevel: textOrNull(row, 'product_level'),
    edition: text(row, 'edition'),
    engineEdition: integer(row, 'engine_edition'),
    instanceName: textOrNull(row, 'instance_name'),
    machineName: textOrNull(row, 'machine_name'),
    collation: textOrNull(row, 'collation'),
    isClustered: flag(row, 'is_clustered'),
    isHadrEnabled: flag(row, 'is_hadr_enabled'),
    viewAnyDatabase: flag(row, 'view_any_database'),
    alterAnyDatabase: flag(row, 'alter_any_database'),
    createDatabase: flag(row, 'create_database'),
    controlServer: flag(row, 'control_server'),
  }),
}
