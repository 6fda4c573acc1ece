import type { Statement } from '../../ports/sql-port.ts'
import { flag, integer, integerOrNull, text, textOrNull, type Flag } from './decode.ts'

/** What a target database has room for, and what is there already. */
export type TargetDatabaseShapeRow = {
  database: string
  collation: string | null
  /** Of the names in its catalog: `DATABASE_DEFAULT`, or `SQL_Latin1_General_CP1_CI_AS`. */
  catalogCollation: string | null
  /** `GeneralPurpose`, `Hyperscale`, ... */
  edition: string | null
  /** -1: without a limit of its own. */
  maxSizeMb: number | null
  viewsDefinitions: Flag
  tables: number
  /** Tables that hold rows, by the catalog's own count. */
  filledTables: number
}

/** Runs in the target database, and needs no permission to count what our user may see. */
export const TARGET_DATABASE_SHAPE: Statement<TargetDatabaseShapeRow> = {
  name: 'target-database-shape',
  text: `SELECT
  DB_NAME() AS database_name,
  CAST(DATABASEPROPERTYEX(DB_NAME(), 'Collation') AS nvarchar(128)) AS collation,
  (
    SELECT MAX(d.catalog_collation_type_desc) FROM sys.databases AS d WHERE d.name = DB_NAME()
  ) AS catalog_collation,
  CAST(DATABASEPROPERTYEX(DB_NAME(), 'Edition') AS nvarchar(128)) AS edition,
  CASE
    WHEN CAST(DATABASEPROPERTYEX(DB_NAME(), 'MaxSizeInBytes') AS bigint) < 0 THEN -1
    ELSE CAST(CAST(DATABASEPROPERTYEX(DB_NAME(), 'MaxSizeInBytes') AS bigint) / 1048576 AS int)
  END AS max_size_mb,
  COALESCE(
    HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'VIEW DEFINITION'),
    HAS_PERMS_BY_NAME(QUOTENAME(DB_NAME()), 'DATABASE', 'VIEW DEFINITION')
  ) AS views_definitions,
  (SELECT COUNT(*) FROM sys.tables AS t WHERE t.is_ms_shipped = 0) AS table_count,
  (
    SELECT COUNT(DISTINCT p.object_id)
    FROM sys.partitions AS p JOIN sys.tables AS t ON t.object_id = p.object_id
    WHERE t.is_ms_shipped = 0 AND p.index_id IN (0, 1) AND p.rows > 0
  ) AS filled_tables`,
  since: '15.0',
  url: 'https://learn.microsoft.com/sql/t-sql/functions/databasepropertyex-transact-sql',
  decode: (row) => ({
    database: text(row, 'database_name'),
    collation: textOrNull(row, 'collation'),
    catalogCollation: textOrNull(row, 'catalog_collation'),
    edition: textOrNull(row, 'edition'),
    maxSizeMb: integerOrNull(row, 'max_size_mb'),
    viewsDefinitions: flag(row, 'views_definitions'),
    tables: integer(row, 'table_count'),
    filledTables: integer(row, 'filled_tables'),
  }),
}
