import type { BackupSet } from './backup-chain.ts'

/**
 * Backups as msdb remembers them: what went where, and what became of it. The tables tell what SQL Server wrote, and not
 * what somebody did with the files afterwards.
 * https://learn.microsoft.com/sql/relational-databases/system-tables/backupmediafamily-transact-sql
 */

/** A backup set with the media that hold it. */
export interface RecordedBackup {
  set: BackupSet
  /** By the server's clock and in its time zone, `2026-11-20T22:00:07`. */
  finished?: string
  isDamaged: boolean
  /** Made of a snapshot by another program: there is no file of SQL Server. */
  isSnapshot: boolean
  /** Place among the sets on its media, from 1 on. */
  position: number
  /** Whether the media were begun anew after it, so that it is no longer there. */
  isOverwritten: boolean
  /** Whether further sets were written behind it. */
  isFollowed: boolean
  device: BackupDevice
  /** Files that it is striped over; 0: not known. */
  files: number
  /** The first of them, as the server named it. */
  file?: string
  /** Vendor's name of the program that made the media. */
  software?: string
}

/** `virtual`: another program took the bytes (VDI). `nowhere`: the device NUL. */
export type BackupDevice = 'file' | 'virtual' | 'tape' | 'nowhere' | 'unknown'

/** Why nobody can restore a backup from its own files. */
export type BackupFlaw = 'damaged' | 'snapshot' | 'virtual' | 'tape' | 'nowhere' | 'overwritten'

const DISK = 2
const TAPE = 5
const VIRTUAL = 7
const AZURE_STORAGE = 9
/** Devices with a name of their own (sys.backup_devices) have 100 more. */
const PERMANENT = 100

/** backupmediafamily.device_type and physical_device_name. */
export function deviceOf(type: number | undefined, file: string | undefined): BackupDevice {
  if (file !== undefined && /^(?:\\\\\.\\)?nul:?$/i.test(file.trim())) return 'nowhere'
  switch ((type ?? 0) % PERMANENT) {
    case DISK:
    case AZURE_STORAGE:
      return 'file'
    case TAPE:
      return 'tape'
    case VIRTUAL:
      return 'virtual'
    default:
      return 'unknown'
  }
}

/** Undefined: as far as msdb tells, it can be restored from its files. */
export function flawOf({ isDamaged, isSnapshot, isOverwritten, device }: RecordedBackup): BackupFlaw | undefined {
  if (device === 'nowhere' || device === 'virtual' || device === 'tape') return isSnapshot ? 'snapshot' : device
  if (isSnapshot) return 'snapshot'
  if (isOverwritten) return 'overwritten'
  return isDamaged ? 'damaged' : undefined
}

/**
 * Files that were written again under the same name with a new media set (WITH FORMAT): msdb keeps both, and only the
 * later one is there. In the order of the history, the newest first.
 */
export function markRewritten(newestFirst: readonly RecordedBackup[]): RecordedBackup[] {
  const later = new Set<string>()
  return newestFirst.map((backup) => {
    const { file, device, isOverwritten, position } = backup
    if (file === undefined || device !== 'file') return backup
    const name = file.toLowerCase()
    const isRewritten = later.has(name)
    // What begins its media replaces what lay there; what is appended leaves it.
    if (position === 1) later.add(name)
    return isRewritten && !isOverwritten ? { ...backup, isOverwritten: true } : backup
  })
}

/** Backups on files that do not have theirs for themselves: the service reads the first set of a file and no other. */
export function sharingFiles(backups: readonly RecordedBackup[]): RecordedBackup[] {
  return backups.filter(
    ({ device, position, isFollowed, isOverwritten }) =>
      device === 'file' && (position > 1 || isFollowed || isOverwritten),
  )
}
