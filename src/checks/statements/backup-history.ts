import type { Statement } from '../../ports/sql-port.ts'
import { flag, text, textOrNull, type Flag } from './decode.ts'

/** The last full (D) or log (L) backup of a database that msdb remembers. */
export type BackupRow = {
  name: string
  type: string
  /** By the server's clock and in its time zone, `2026-11-20T22:00:07`. */
  finished: string | null
  hasChecksums: Flag
  isDamaged: Flag
  isCopyOnly: Flag
}

/** Needs SELECT in msdb. */
export const BACKUP_HISTORY: Statement<BackupRow> = {
  name: 'backup-history',
  text: `SELECT x.name AS name, x.type AS type, x.finished AS finished,
  x.has_checksums AS has_checksums, x.is_damaged AS is_damaged, x.is_copy_only AS is_copy_only
FROM (
  SELECT
    b.database_name AS name,
    b.type AS type,
    CONVERT(nvarchar(30), b.backup_finish_date, 126) AS finished,
    CAST(b.has_backup_checksums AS int) AS has_checksums,
    CAST(b.is_damaged AS int) AS is_damaged,
    CAST(b.is_copy_only AS int) AS is_copy_only,
    ROW_NUMBER() OVER (PARTITION BY b.database_name, b.type ORDER BY b.backup_finish_date DESC) AS place
  FROM msdb.dbo.backupset AS b
  WHERE b.type IN ('D', 'L') AND b.database_name IS NOT NULL
) AS x
WHERE x.place = 1`,
  since: '10.0',
  url: 'https://learn.microsoft.com/sql/relational-databases/system-tables/backupset-transact-sql',
  decode: (row) => ({
    name: text(row, 'name'),
    type: text(row, 'type').trim(),
    finished: textOrNull(row, 'finished'),
    hasChecksums: flag(row, 'has_checksums'),
    isDamaged: flag(row, 'is_damaged'),
    isCopyOnly: flag(row, 'is_copy_only'),
  }),
}
