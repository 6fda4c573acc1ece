import { detail, type AskSource, type NotSeen } from './source-facts.ts'
import { boundText } from './foreign-text.ts'
import {
  DEFAULT_PATHS,
  FIXED_DRIVES,
  SERVER_VOLUMES,
  type FixedDriveRow,
  type ServerVolumeRow,
} from './statements/server-volumes.ts'

/** Where a server puts data, log and tempdb, and how much is free there. Null: not told. */
export type VolumeFacts = {
  data: { path: string; volume: string; freeMb: number | null } | null
  log: { path: string; volume: string; freeMb: number | null } | null
  /** Empty: not told. */
  tempDb: string[]
  notSeen: NotSeen[]
}

const PATH_LIMIT = 260
const VOLUMES_LIMIT = 20

/** New databases go to the default paths; a restore that names no other place puts the files there. */
export async function readVolumes(ask: AskSource): Promise<VolumeFacts> {
  const [volumes, drives, paths] = await Promise.all([ask(SERVER_VOLUMES), ask(FIXED_DRIVES), ask(DEFAULT_PATHS)])
  const own = detail('volumes', volumes)
  const letters = detail('drives', drives)
  const defaults = detail('default paths', paths)
  const rows = own.rows ?? []
  const place = (path: string | null | undefined): VolumeFacts['data'] =>
    path === null || path === undefined || path === '' ? null : placeOf(path, rows, letters.rows ?? [])
  const [row] = defaults.rows ?? []
  const facts = {
    data: place(row?.dataPath),
    log: place(row?.logPath),
    tempDb: [...new Set(rows.filter(({ isTempDb }) => isTempDb === 1).flatMap(({ volume }) => volume ?? []))]
      .slice(0, VOLUMES_LIMIT)
      .map((volume) => boundText(volume, PATH_LIMIT)),
  }
  // Drives are asked for those volumes alone that hold no file yet: older servers do not know the question.
  const needsDrives = [facts.data, facts.log].some((one) => one !== null && one.freeMb === null)
  return { ...facts, notSeen: [...own.notSeen, ...(needsDrives ? letters.notSeen : []), ...defaults.notSeen] }
}

/** The volume of a folder: the longest mount point that it lies below, else its letter. */
function placeOf(
  path: string,
  volumes: readonly ServerVolumeRow[],
  drives: readonly FixedDriveRow[],
): NonNullable<VolumeFacts['data']> {
  const isBelow = (mount: string): boolean => mount !== '' && path.toLowerCase().startsWith(mount.toLowerCase())
  const found = volumes
    .flatMap(({ volume, availableMb }) => (volume !== null && isBelow(volume) ? [{ volume, freeMb: availableMb }] : []))
    .sort((a, b) => b.volume.length - a.volume.length)[0]
  const drive = drives.find((one) => isBelow(one.drive))
  const letter = /^[a-z]:\\/i.exec(path)?.[0]
  // Without a file of the server on it, a volume mounted below a letter is not told: the letter is taken for it.
  const best = found ?? (drive === undefined ? undefined : { volume: drive.drive, freeMb: drive.freeMb })
  return {
    path: boundText(path, PATH_LIMIT),
    volume: boundText(best?.volume ?? letter ?? path, PATH_LIMIT),
    freeMb: best?.freeMb ?? null,
  }
}
