// The only statements of the program that are no SELECT, and they are sent only where `allow-writes` is on. Both are
// written out: the name of the file goes beside them as a parameter, never into them.

export const BACKUP_NAME = 'copy-only-backup'

/** Everybody may be there, and a connection there is in nobody's way. */
export const BACKUP_SESSION_DATABASE = 'tempdb'

/** The one parameter of both. */
export const FILE_PARAMETER = 'file'

/**
 * COPY_ONLY leaves the chain of log backups and the differential base alone; CHECKSUM lets SQL Server verify what it reads.
 * SQL Server 2005 and later. learn.microsoft.com/sql/t-sql/statements/backup-transact-sql
 */
export const BACKUP_MODEL = `BACKUP DATABASE [model] TO DISK = @file
WITH COPY_ONLY, CHECKSUM, INIT, NAME = N'dms-preflight probe', DESCRIPTION = N'Proves that the share can be written to; its file is removed at once.'`

/** learn.microsoft.com/sql/t-sql/statements/restore-statements-headeronly-transact-sql */
export const READ_HEADER = 'RESTORE HEADERONLY FROM DISK = @file'
