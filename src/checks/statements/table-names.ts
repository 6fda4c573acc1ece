import type { Statement } from '../../ports/sql-port.ts'
import { text } from './decode.ts'

/** Names of tables, quoted, each with its schema: `[dbo].[Orders]`. */
export type TableNamesRow = { names: string[] }

const IN_A_ROW = 20

/**
 * All tables that our user may see, twenty in a row: an answer has a limit of rows, and a database may have a hundred
 * thousand tables. Character 46 is the dot; a quoted name is never empty.
 */
export const TABLE_NAMES: Statement<TableNamesRow> = {
  name: 'table-names',
  text: `SELECT
  MAX(CASE WHEN x.place % 20 = 0 THEN x.name ELSE N'' END) AS name_0,
  MAX(CASE WHEN x.place % 20 = 1 THEN x.name ELSE N'' END) AS name_1,
  MAX(CASE WHEN x.place % 20 = 2 THEN x.name ELSE N'' END) AS name_2,
  MAX(CASE WHEN x.place % 20 = 3 THEN x.name ELSE N'' END) AS name_3,
  MAX(CASE WHEN x.place % 20 = 4 THEN x.name ELSE N'' END) AS name_4,
  MAX(CASE WHEN x.place % 20 = 5 THEN x.name ELSE N'' END) AS name_5,
  MAX(CASE WHEN x.place % 20 = 6 THEN x.name ELSE N'' END) AS name_6,
  MAX(CASE WHEN x.place % 20 = 7 THEN x.name ELSE N'' END) AS name_7,
  MAX(CASE WHEN x.place % 20 = 8 THEN x.name ELSE N'' END) AS name_8,
  MAX(CASE WHEN x.place % 20 = 9 THEN x.name ELSE N'' END) AS name_9,
  MAX(CASE WHEN x.place % 20 = 10 THEN x.name ELSE N'' END) AS name_10,
  MAX(CASE WHEN x.place % 20 = 11 THEN x.name ELSE N'' END) AS name_11,
  MAX(CASE WHEN x.place % 20 = 12 THEN x.name ELSE N'' END) AS name_12,
  MAX(CASE WHEN x.place % 20 = 13 THEN x.name ELSE N'' END) AS name_13,
  MAX(CASE WHEN x.place % 20 = 14 THEN x.name ELSE N'' END) AS name_14,
  MAX(CASE WHEN x.place % 20 = 15 THEN x.name ELSE N'' END) AS name_15,
  MAX(CASE WHEN x.place % 20 = 16 THEN x.name ELSE N'' END) AS name_16,
  MAX(CASE WHEN x.place % 20 = 17 THEN x.name ELSE N'' END) AS name_17,
  MAX(CASE WHEN x.place % 20 = 18 THEN x.name ELSE N'' END) AS name_18,
  MAX(CASE WHEN x.place % 20 = 19 THEN x.name ELSE N'' END) AS name_19
FROM (
  SELECT
    QUOTENAME(SCHEMA_NAME(t.schema_id)) + NCHAR(46) + QUOTENAME(t.name) AS name,
    ROW_NUMBER() OVER (ORDER BY t.object_id) - 1 AS place
  FROM sys.tables AS t
  WHERE t.is_ms_shipped = 0
) AS x
GROUP BY x.place / 20`,
  since: '10.0',
  url: 'https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-tables-transact-sql',
  decode: (row) => {
    const columns = Object.keys(row).filter((column) => column.startsWith('name_'))
    if (columns.length !== IN_A_ROW) throw new Error('there should be 20 columns of names')
    return { names: columns.map((column) => text(row, column)).filter((name) => name !== '') }
  },
}
