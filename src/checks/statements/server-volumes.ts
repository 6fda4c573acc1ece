import type { Statement } from '../../ports/sql-port.ts'
import { flag, integer, integerOrNull, text, textOrNull, type Flag } from './decode.ts'

/** A volume on which a server has files. On Linux the mount point is null. */
export type ServerVolumeRow = {
  volume: string | null
  /** 0 rows, 1 log, 2 FILESTREAM. */
  fileType: number
  isTempDb: Flag
  totalMb: number
  availableMb: number
}

export type FixedDriveRow = { drive: string; freeMb: number }

/** Folders that new databases get; null where the server tells none. */
export type DefaultPathsRow = { dataPath: string | null; logPath: string | null }

/** How large the files of a database are. */
export type DatabaseSizesRow = { name: string; dataMb: number | null; logMb: number | null }

/** VIEW SERVER STATE, and VIEW ANY DEFINITION for the files. 2008 R2 with Service Pack 1 and later. */
export const SERVER_VOLUMES: Statement<ServerVolumeRow> = {
  name: 'server-volumes',
  text: `SELECT DISTINCT
  v.volume_mount_point AS volume,
  CAST(f.type AS int) AS file_type,
  CASE WHEN f.database_id = 2 THEN 1 ELSE 0 END AS is_tempdb,
  CAST(v.total_bytes / 1048576 AS int) AS total_mb,
  CAST(v.available_bytes / 1048576 AS int) AS available_mb
FROM sys.master_files AS f
CROSS APPLY sys.dm_os_volume_stats(f.database_id, f.file_id) AS v`,
  since: '10.50',
  url: 'https://learn.microsoft.com/sql/relational-databases/system-dynamic-management-views/sys-dm-os-volume-stats-transact-sql',
  decode: (row) => ({
    volume: textOrNull(row, 'volume'),
    fileType: integer(row, 'file_type'),
    isTempDb: flag(row, 'is_tempdb'),
    totalMb: integer(row, 'total_mb'),
    availableMb: integer(row, 'available_mb'),
  }),
}

/** Volumes with a letter, also those without a file of the server. VIEW SERVER STATE; 2017 with CU 1 and later, on Windows. */
export const FIXED_DRIVES: Statement<FixedDriveRow> = {
  name: 'fixed-drives',
  text: `SELECT d.fixed_drive_path AS drive, CAST(d.free_space_in_bytes / 1048576 AS int) AS free_mb
FROM sys.dm_os_enumerate_fixed_drives AS d`,
  since: '14.0',
  url: 'https://learn.microsoft.com/sql/relational-databases/system-dynamic-management-views/sys-dm-os-enumerate-fixed-drives',
  decode: (row) => ({ drive: text(row, 'drive'), freeMb: integer(row, 'free_mb') }),
}

/** Needs no permission. */
export const DEFAULT_PATHS: Statement<DefaultPathsRow> = {
  name: 'default-paths',
  text: `SELECT
  CAST(SERVERPROPERTY('InstanceDefaultDataPath') AS nvarchar(260)) AS data_path,
  CAST(SERVERPROPERTY('InstanceDefaultLogPath') AS nvarchar(260)) AS log_path`,
  since: '11.0',
  url: 'https://learn.microsoft.com/sql/t-sql/functions/serverproperty-transact-sql',
  decode: (row) => ({ dataPath: textOrNull(row, 'data_path'), logPath: textOrNull(row, 'log_path') }),
}

/** As `database-files`, with the log apart, which may have a volume of its own. */
export const DATABASE_SIZES: Statement<DatabaseSizesRow> = {
  name: 'database-sizes',
  text: `SELECT
  DB_NAME(f.database_id) AS name,
  CAST(SUM(CASE WHEN f.type <> 1 THEN CAST(f.size AS bigint) ELSE 0 END) / 128 AS int) AS data_mb,
  CAST(SUM(CASE WHEN f.type = 1 THEN CAST(f.size AS bigint) ELSE 0 END) / 128 AS int) AS log_mb
FROM sys.master_files AS f
WHERE DB_NAME(f.database_id) IS NOT NULL
GROUP BY f.database_id`,
  since: '10.0',
  url: 'https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-master-files-transact-sql',
  decode: (row) => ({
    name: text(row, 'name'),
    dataMb: integerOrNull(row, 'data_mb'),
    logMb: integerOrNull(row, 'log_mb'),
  }),
}
