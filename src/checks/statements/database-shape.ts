import type { Statement } from '../../ports/sql-port.ts'
import { flag, integer, integerOrNull, text, textOrNull, type Flag } from './decode.ts'

/** What a database is made of, as far as a copy table by table cares. Tables of the server itself do not count. */
export type DatabaseShapeRow = {
  database: string
  collation: string | null
  /** SELECT on the database: what the role db_datareader has. It shows every table. */
  selects: Flag
  viewsDefinitions: Flag
  tables: number
  computedColumns: number
  /** Columns that take NULL and have a default. */
  defaultedColumns: number
  /** Names of tables with a character that is not of ASCII. */
  otherNames: number
  /** Data files; log files do not count. */
  allocatedMb: number
  /** Null: a file does not tell. */
  usedMb: number | null
}

/** Needs no permission, and counts what our user may see: all with SELECT or VIEW DEFINITION on the database. Sizes are pages of 8 KB. */
export const DATABASE_SHAPE: Statement<DatabaseShapeRow> = {
  name: 'database-shape',
  text: `SELECT
  DB_NAME() AS database_name,
  CAST(DATABASEPROPERTYEX(DB_NAME(), 'Collation') AS nvarchar(128)) AS collation,
  COALESCE(
    HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'SELECT'),
    HAS_PERMS_BY_NAME(QUOTENAME(DB_NAME()), 'DATABASE', 'SELECT')
  ) AS selects,
  COALESCE(
    HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'VIEW DEFINITION'),
    HAS_PERMS_BY_NAME(QUOTENAME(DB_NAME()), 'DATABASE', 'VIEW DEFINITION')
  ) AS views_definitions,
  (SELECT COUNT(*) FROM sys.tables AS t WHERE t.is_ms_shipped = 0) AS table_count,
  (
    SELECT COUNT(*) FROM sys.columns AS c JOIN sys.tables AS t ON t.object_id = c.object_id
    WHERE t.is_ms_shipped = 0 AND c.is_computed = 1
  ) AS computed_columns,
  (
    SELECT COUNT(*) FROM sys.columns AS c JOIN sys.tables AS t ON t.object_id = c.object_id
    WHERE t.is_ms_shipped = 0 AND c.is_computed = 0 AND c.is_nullable = 1 AND c.default_object_id <> 0
  ) AS defaulted_columns,
  (
    SELECT COUNT(*) FROM sys.tables AS t
    WHERE t.is_ms_shipped = 0 AND t.name COLLATE Latin1_General_BIN2 LIKE N'%[^ -~]%'
  ) AS other_names,
  (
    SELECT CAST(SUM(CAST(f.size AS bigint)) / 128 AS int) FROM sys.database_files AS f WHERE f.type = 0
  ) AS allocated_mb,
  (
    SELECT CAST(SUM(CAST(FILEPROPERTY(f.name, 'SpaceUsed') AS bigint)) / 128 AS int)
    FROM sys.database_files AS f WHERE f.type = 0
  ) AS used_mb`,
  since: '10.0',
  url: 'https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-columns-transact-sql',
  decode: (row) => ({
    database: text(row, 'database_name'),
    collation: textOrNull(row, 'collation'),
    selects: flag(row, 'selects'),
    viewsDefinitions: flag(row, 'views_definitions'),
    tables: integer(row, 'table_count'),
    computedColumns: integer(row, 'computed_columns'),
    defaultedColumns: integer(row, 'defaulted_columns'),
    otherNames: integer(row, 'other_names'),
    allocatedMb: integer(row, 'allocated_mb'),
    usedMb: integerOrNull(row, 'used_mb'),
  }),
}

/** A column that the copy does not treat as it stands. */
export type ColumnSampleRow = { kind: 'computed' | 'defaulted'; schema: string; table: string; column: string }

/** The first of each kind. */
export const COLUMN_SAMPLES: Statement<ColumnSampleRow> = {
  name: 'column-samples',
  text: `SELECT x.kind AS kind, x.schema_name AS schema_name, x.table_name AS table_name, x.column_name AS column_name
FROM (
  SELECT
    CASE WHEN c.is_computed = 1 THEN N'computed' ELSE N'defaulted' END AS kind,
    SCHEMA_NAME(t.schema_id) AS schema_name,
    t.name AS table_name,
    c.name AS column_name,
    ROW_NUMBER() OVER (
      PARTITION BY c.is_computed ORDER BY SCHEMA_NAME(t.schema_id), t.name, c.column_id
    ) AS place
  FROM sys.columns AS c
  JOIN sys.tables AS t ON t.object_id = c.object_id
  WHERE t.is_ms_shipped = 0
    AND (c.is_computed = 1 OR (c.is_nullable = 1 AND c.default_object_id <> 0))
) AS x
WHERE x.place <= 20`,
  since: '10.0',
  url: 'https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-columns-transact-sql',
  decode: (row) => {
    const kind = text(row, 'kind')
    if (kind !== 'computed' && kind !== 'defaulted') throw new Error('the column kind should be computed or defaulted')
    return {
      kind,
      schema: text(row, 'schema_name'),
      table: text(row, 'table_name'),
      column: text(row, 'column_name'),
    }
  },
}

/** A table with columns of large objects, and how much of them lies outside of its rows. */
export type LobTableRow = { schema: string; table: string; lobMb: number }

/**
 * The largest first. Of a length without limit (-1: the types with max, xml, CLR types), image (34), text (35) or ntext (99);
 * allocation units of type 2 hold large objects, and the segments of columnstore indexes.
 */
export const LOB_TABLES: Statement<LobTableRow> = {
  name: 'lob-tables',
  text: `SELECT TOP (20)
  SCHEMA_NAME(t.schema_id) AS schema_name,
  t.name AS table_name,
  CAST(COALESCE(SUM(a.total_pages), 0) / 128 AS int) AS lob_mb
FROM sys.tables AS t
JOIN sys.partitions AS p ON p.object_id = t.object_id AND p.index_id IN (0, 1)
LEFT JOIN sys.allocation_units AS a ON a.container_id = p.partition_id AND a.type = 2
WHERE t.is_ms_shipped = 0
  AND EXISTS (
    SELECT 1 FROM sys.columns AS c
    WHERE c.object_id = t.object_id AND c.is_computed = 0 AND (c.max_length = -1 OR c.system_type_id IN (34, 35, 99))
  )
GROUP BY t.schema_id, t.name
ORDER BY lob_mb DESC, schema_name, table_name`,
  since: '10.0',
  url: 'https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-allocation-units-transact-sql',
  decode: (row) => ({
    schema: text(row, 'schema_name'),
    table: text(row, 'table_name'),
    lobMb: integer(row, 'lob_mb'),
  }),
}

export type OtherNameRow = { schema: string; table: string }

/** Tables whose names have a character that is not of ASCII: by code point, whatever the collation of the database. */
export const OTHER_NAMES: Statement<OtherNameRow> = {
  name: 'other-names',
  text: `SELECT TOP (1000) SCHEMA_NAME(t.schema_id) AS schema_name, t.name AS table_name
FROM sys.tables AS t
WHERE t.is_ms_shipped = 0 AND t.name COLLATE Latin1_General_BIN2 LIKE N'%[^ -~]%'
ORDER BY schema_name, table_name`,
  since: '10.0',
  url: 'https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-tables-transact-sql',
  decode: (row) => ({ schema: text(row, 'schema_name'), table: text(row, 'table_name') }),
}
