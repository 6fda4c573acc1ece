import type { Statement } from '../../ports/sql-port.ts'
import { flag, integerOrNull, lsnOrNull, text, textOrNull, type Flag } from './decode.ts'

/** A backup set of the database of the connection; LSNs are decimal digits, numeric(25,0) on the server. */
export type RecordedBackupRow = {
  id: string
  /** D full, I differential, L log. */
  type: string
  finished: string | null
  firstLsn: string | null
  lastLsn: string | null
  forkPoint: string | null
  firstFork: string | null
  lastFork: string | null
  baseId: string | null
  isDamaged: Flag
  isSnapshot: Flag
  position: number | null
  /** Further sets were written to the media, and one of them began it anew. */
  isOverwritten: Flag
  /** The newest set on the media is a later one, of whatever database. */
  isFollowed: Flag
  deviceType: number | null
  files: number | null
  file: string | null
  software: string | null
}

/**
 * Since the newest full backup of the database's recovery fork that lies on files, else the newest of all; newest first.
 * A log backup that ended while that full one was still being written belongs to it, so LSNs count and not times.
 * Needs SELECT in msdb.
 */
export const RECORDED_BACKUPS: Statement<RecordedBackupRow> = {
  name: 'recorded-backups',
  text: `SELECT TOP (9000)
  CONVERT(nvarchar(36), b.backup_set_uuid) AS set_id,
  b.type AS type,
  CONVERT(nvarchar(30), b.backup_finish_date, 126) AS finished,
  CONVERT(nvarchar(30), b.first_lsn) AS first_lsn,
  CONVERT(nvarchar(30), b.last_lsn) AS last_lsn,
  CONVERT(nvarchar(30), b.fork_point_lsn) AS fork_point_lsn,
  CONVERT(nvarchar(36), b.first_recovery_fork_guid) AS first_fork,
  CONVERT(nvarchar(36), b.last_recovery_fork_guid) AS last_fork,
  CONVERT(nvarchar(36), b.differential_base_guid) AS base_id,
  CAST(b.is_damaged AS int) AS is_damaged,
  CAST(b.is_snapshot AS int) AS is_snapshot,
  CAST(b.position AS int) AS position,
  CASE WHEN b.backup_set_id < g.last_start THEN 1 ELSE 0 END AS is_overwritten,
  CASE WHEN b.backup_set_id < g.last_set THEN 1 ELSE 0 END AS is_followed,
  CAST(f.device_type AS int) AS device_type,
  f.files AS files,
  f.file_name AS file_name,
  m.software_name AS software
FROM msdb.dbo.backupset AS b
JOIN (
  SELECT
    o.media_set_id AS media_set_id,
    MAX(o.backup_set_id) AS last_set,
    MAX(CASE WHEN o.position = 1 THEN o.backup_set_id END) AS last_start
  FROM msdb.dbo.backupset AS o
  GROUP BY o.media_set_id
) AS g ON g.media_set_id = b.media_set_id
LEFT JOIN msdb.dbo.backupmediaset AS m ON m.media_set_id = b.media_set_id
LEFT JOIN (
  SELECT
    p.media_set_id AS media_set_id,
    MAX(p.device_type) AS device_type,
    COUNT(*) AS files,
    MIN(p.physical_device_name) AS file_name
  FROM msdb.dbo.backupmediafamily AS p
  WHERE p.mirror = 0
  GROUP BY p.media_set_id
) AS f ON f.media_set_id = b.media_set_id
LEFT JOIN (
  SELECT TOP (1) d.backup_set_id AS backup_set_id, d.last_lsn AS last_lsn
  FROM msdb.dbo.backupset AS d
  LEFT JOIN sys.database_recovery_status AS r ON r.database_id = DB_ID()
  WHERE d.database_name = DB_NAME() AND d.type = 'D' AND d.is_damaged = 0 AND d.is_snapshot = 0
    AND (r.recovery_fork_guid IS NULL OR d.last_recovery_fork_guid = r.recovery_fork_guid)
    AND EXISTS (
      SELECT q.media_set_id FROM msdb.dbo.backupmediafamily AS q
      WHERE q.media_set_id = d.media_set_id AND q.device_type IN (2, 9, 102, 109)
        AND q.physical_device_name NOT IN ('NUL', 'NUL:')
    )
  ORDER BY d.backup_set_id DESC
) AS a ON 1 = 1
WHERE b.database_name = DB_NAME() AND b.type IN ('D', 'I', 'L')
  AND (a.backup_set_id IS NULL OR b.backup_set_id >= a.backup_set_id OR b.last_lsn > a.last_lsn)
ORDER BY b.backup_set_id DESC`,
  since: '10.0',
  url: 'https://learn.microsoft.com/sql/relational-databases/system-tables/backupset-transact-sql',
  decode: (row) => ({
    id: text(row, 'set_id'),
    type: text(row, 'type').trim(),
    finished: textOrNull(row, 'finished'),
    firstLsn: lsnOrNull(row, 'first_lsn'),
    lastLsn: lsnOrNull(row, 'last_lsn'),
    forkPoint: lsnOrNull(row, 'fork_point_lsn'),
    firstFork: textOrNull(row, 'first_fork'),
    lastFork: textOrNull(row, 'last_fork'),
    baseId: textOrNull(row, 'base_id'),
    isDamaged: flag(row, 'is_damaged'),
    isSnapshot: flag(row, 'is_snapshot'),
    position: integerOrNull(row, 'position'),
    isOverwritten: flag(row, 'is_overwritten'),
    isFollowed: flag(row, 'is_followed'),
    deviceType: integerOrNull(row, 'device_type'),
    files: integerOrNull(row, 'files'),
    file: textOrNull(row, 'file_name'),
    software: textOrNull(row, 'software'),
  }),
}

/** Null: no log backup can be made. Without a row the login does not see the database's recovery status. */
export type LogStateRow = { nextLogFrom: string | null; fork: string | null }

export const LOG_STATE: Statement<LogStateRow> = {
  name: 'log-state',
  text: `SELECT
  CONVERT(nvarchar(30), r.last_log_backup_lsn) AS last_log_backup_lsn,
  CONVERT(nvarchar(36), r.recovery_fork_guid) AS fork
FROM sys.database_recovery_status AS r
WHERE r.database_id = DB_ID()`,
  since: '10.0',
  url: 'https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-database-recovery-status-transact-sql',
  decode: (row) => ({ nextLogFrom: lsnOrNull(row, 'last_log_backup_lsn'), fork: textOrNull(row, 'fork') }),
}

/** What encrypted backups of the database of the connection: the thumbprint of a certificate or asymmetric key, hexadecimal. */
export type BackupEncryptionRow = { thumbprint: string }

/** Of its newest full backup and of those since. 2014 and later; needs SELECT in msdb. */
export const BACKUP_ENCRYPTION: Statement<BackupEncryptionRow> = {
  name: 'backup-encryption',
  text: `SELECT DISTINCT CONVERT(nvarchar(64), b.encryptor_thumbprint, 2) AS thumbprint
FROM msdb.dbo.backupset AS b
WHERE b.database_name = DB_NAME() AND b.encryptor_thumbprint IS NOT NULL
  AND b.backup_set_id >= COALESCE((
    SELECT MAX(d.backup_set_id) FROM msdb.dbo.backupset AS d WHERE d.database_name = DB_NAME() AND d.type = 'D'
  ), 0)`,
  since: '12.0',
  url: 'https://learn.microsoft.com/sql/relational-databases/backup-restore/backup-encryption',
  decode: (row) => ({ thumbprint: text(row, 'thumbprint') }),
}

/** 1: the database is in an availability group, whose other replicas have histories of their own. */
export type ReplicaRow = { isReplica: Flag }

/** 2012 and later. */
export const REPLICA: Statement<ReplicaRow> = {
  name: 'availability-replica',
  text: `SELECT CASE WHEN d.replica_id IS NULL THEN 0 ELSE 1 END AS is_replica
FROM sys.databases AS d
WHERE d.database_id = DB_ID()`,
  since: '11.0',
  url: 'https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-databases-transact-sql',
  decode: (row) => ({ isReplica: flag(row, 'is_replica') }),
}
