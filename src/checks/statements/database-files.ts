import type { Statement } from '../../ports/sql-port.ts'
import { integer, text } from './decode.ts'

/** How many files of each kind a database has. */
export type DatabaseFilesRow = {
  name: string
  data: number
  log: number
  /** Containers of FILESTREAM, and of memory-optimised tables, which have the same type. */
  filestream: number
  sizeMb: number
}

export type FilestreamOptionsRow = { name: string; nonTransactedAccess: string }

/** Shows databases to who has VIEW ANY DEFINITION, CREATE DATABASE or ALTER ANY DATABASE. Sizes are pages of 8 KB. */
export const DATABASE_FILES: Statement<DatabaseFilesRow> = {
  name: 'database-files',
  text: `SELECT
  DB_NAME(f.database_id) AS name,
  SUM(CASE WHEN f.type = 0 THEN 1 ELSE 0 END) AS data_files,
  SUM(CASE WHEN f.type = 1 THEN 1 ELSE 0 END) AS log_files,
  SUM(CASE WHEN f.type = 2 THEN 1 ELSE 0 END) AS filestream_files,
  CAST(SUM(CAST(f.size AS bigint)) / 128 AS int) AS size_mb
FROM sys.master_files AS f
WHERE DB_NAME(f.database_id) IS NOT NULL
GROUP BY f.database_id`,
  since: '10.0',
  url: 'https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-master-files-transact-sql',
  decode: (row) => ({
    name: text(row, 'name'),
    data: integer(row, 'data_files'),
    log: integer(row, 'log_files'),
    filestream: integer(row, 'filestream_files'),
    sizeMb: integer(row, 'size_mb'),
  }),
}

/** FileTable: databases into which Windows programs write through FILESTREAM. 2012 and later. */
export const FILESTREAM_OPTIONS: Statement<FilestreamOptionsRow> = {
  name: 'filestream-options',
  text: `SELECT DB_NAME(o.database_id) AS name, o.non_transacted_access_desc AS non_transacted_access
FROM sys.database_filestream_options AS o
WHERE DB_NAME(o.database_id) IS NOT NULL`,
  since: '11.0',
  url: 'https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-database-filestream-options-transact-sql',
  decode: (row) => ({ name: text(row, 'name'), nonTransactedAccess: text(row, 'non_transacted_access') }),
}
