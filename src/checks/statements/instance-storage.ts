import type { Statement } from '../../ports/sql-port.ts'
import { integer } from './decode.ts'

/** Storage of a managed instance, in MB; all files of all databases count as used. */
export type InstanceStorageRow = { reservedMb: number; usedMb: number }

/** Azure SQL Managed Instance only; VIEW SERVER STATE. One row for every 15 seconds of two weeks: the last one is asked. */
export const INSTANCE_STORAGE: Statement<InstanceStorageRow> = {
  name: 'instance-storage',
  text: `SELECT
  CAST(x.reserved_storage_mb AS int) AS reserved_mb,
  CAST(CEILING(x.storage_space_used_mb) AS int) AS used_mb
FROM (
  SELECT s.reserved_storage_mb, s.storage_space_used_mb, ROW_NUMBER() OVER (ORDER BY s.start_time DESC) AS place
  FROM sys.server_resource_stats AS s
) AS x
WHERE x.place = 1`,
  since: '12.0',
  url: 'https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-server-resource-stats-azure-sql-database',
  decode: (row) => ({ reservedMb: integer(row, 'reserved_mb'), usedMb: integer(row, 'used_mb') }),
}
