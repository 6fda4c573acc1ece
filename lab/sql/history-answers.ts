import {
  BACKUP_ENCRYPTION,
  LOG_STATE,
  RECORDED_BACKUPS,
  REPLICA,
} from '../../src/checks/statements/recorded-backups.ts'
import type { Cell, Reply, Session } from '../tds/model.ts'
import type { StatementAnswer } from './answers.ts'
import { refusedHistory } from './facts-answers.ts'
import { flag, int, row, table, text } from './rows.ts'
import { findDatabase, type BackupOfState, type DatabaseState, type LoginState, type SqlState } from './state.ts'

const FORK = '0F0F0F0F-0000-4000-8000-000000000001'
/** Log that a database of the lab writes between two backups. */
const STEP = 1000

interface Stretch {
  first: string | null
  last: string
}

/** Each log backup goes on from the one before; the first begins within the first full backup. */
function stretchesOf(backups: readonly BackupOfState[]): Stretch[] {
  let logEnd: string | undefined
  return backups.map(({ type, firstLsn, lastLsn }, place) => {
    const end = (place + 1) * STEP
    const last = lastLsn ?? String(end)
    const own = String(end - STEP / 10)
    const first = firstLsn === undefined ? (type === 'L' ? (logEnd ?? own) : own) : firstLsn
    if (type === 'L') logEnd = last
    else logEnd ??= own
    return { first, last }
  })
}

/** Where the next log backup begins; null: there is none to come. */
function nextLogFrom({ backups = [], nextLogFrom: told, recoveryModel = 'FULL' }: DatabaseState): string | null {
  if (told !== undefined) return told
  if (recoveryModel === 'SIMPLE' || !backups.some(({ type }) => type === 'D')) return null
  const stretches = stretchesOf(backups)
  const lastLog = backups.findLastIndex(({ type }) => type === 'L')
  return (lastLog < 0 ? stretches[0]?.first : stretches[lastLog]?.last) ?? null
}

const COLUMNS = [
  ...['set_id', 'type', 'finished', 'first_lsn', 'last_lsn', 'fork_point_lsn', 'first_fork', 'last_fork'].map(text),
  text('base_id'),
  ...['is_damaged', 'is_snapshot', 'position', 'is_overwritten', 'is_followed', 'device_type', 'files'].map(int),
  { name: 'file_name', type: 'nvarchar' as const, length: 260 },
  text('software'),
]

function recordedBackups(state: SqlState, session: Session, account: LoginState): Reply {
  const refused = refusedHistory(state, account)
  if (refused !== undefined) return refused
  const database = findDatabase(state, session.database)
  const { name = session.database, backups = [] } = database ?? {}
  const stretches = stretchesOf(backups)
  const idOf = (place: number): string => `${String(place).padStart(8, '0')}-0000-4000-8000-00000000BA5E`
  const rows = backups.map((one, place): Cell[] => {
    const base = backups.slice(0, place).findLastIndex(({ type, copyOnly }) => type === 'D' && copyOnly !== true)
    const { first = null, last = null } = stretches[place] ?? {}
    const fork = one.fork ?? database?.recoveryFork ?? FORK
    return [
      ...[idOf(place), one.type, one.finished, first, last, null, fork, fork],
      one.type === 'I' && base >= 0 ? idOf(base) : null,
      ...[one.damaged === true, one.snapshot === true].map(flag),
      one.position ?? 1,
      ...[one.overwritten === true, one.followed === true].map(flag),
      ...[one.deviceType ?? 2, one.files ?? 1],
      one.file ?? `D:\\backup\\${name}_${String(place)}.bak`,
      one.software ?? 'Microsoft SQL Server',
    ]
  })
  return table(COLUMNS, rows.reverse())
}

function logState(state: SqlState, session: Session): Reply {
  const database = findDatabase(state, session.database)
  const columns = [text('last_log_backup_lsn'), text('fork')]
  if (database === undefined || database.hidesRecovery === true) return table(columns, [])
  const fork = database.recoveryFork === undefined ? FORK : database.recoveryFork
  return table(columns, [[nextLogFrom(database), fork]])
}

function backupEncryption(state: SqlState, session: Session, account: LoginState): Reply {
  const refused = refusedHistory(state, account)
  if (refused !== undefined) return refused
  const { backups = [] } = findDatabase(state, session.database) ?? {}
  const since = backups.slice(
    Math.max(
      0,
      backups.findLastIndex(({ type }) => type === 'D'),
    ),
  )
  const thumbprints = new Set(since.flatMap(({ encryptedBy }) => encryptedBy ?? []))
  return table(
    [text('thumbprint')],
    [...thumbprints].map((one) => [one]),
  )
}

function replica(state: SqlState, session: Session): Reply {
  return row([int('is_replica'), flag(findDatabase(state, session.database)?.replicated === true)])
}

export const HISTORY_ANSWERS: readonly (readonly [string, StatementAnswer])[] = [
  [RECORDED_BACKUPS.text, recordedBackups],
  [BACKUP_ENCRYPTION.text, backupEncryption],
  [LOG_STATE.text, logState],
  [REPLICA.text, replica],
]
