import type { BackupSet } from '../domain/backup-chain.ts'
import { deviceOf, markRewritten, type BackupFlaw, type RecordedBackup } from '../domain/backup-set.ts'
import { seen, unseen, type Observed, type Script } from '../domain/observed.ts'
import type { Subject } from '../domain/subject.ts'
import type { Ports } from '../ports/ports.ts'
import { boundText } from './foreign-text.ts'
import { quoteIdentifier } from './quote-identifier.ts'
import { nameInTsql, readSqlServer, SOURCE_SIDE } from './sql-side.ts'
import { LOG_STATE, RECORDED_BACKUPS, REPLICA, type RecordedBackupRow } from './statements/recorded-backups.ts'
import type { SourceDatabaseSpec } from './subjects.ts'

/** The statement's own limit: far more than lies between two full backups, below the rows that one answer may have. */
const ROWS_READ = 9000

/** The backups of a database since its newest full one, and where its log stands. */
export interface BackupRecords {
  host: string
  port: number
  /** Newest first. */
  backups: readonly RecordedBackup[]
  /** Rows without LSNs or forks, as old versions and foreign programs leave them: they say nothing. */
  incomplete: number
  /** There were more rows than are read. */
  isCut: boolean
  state: Observed<{ nextLogFrom?: bigint; fork?: string }>
  isReplica: boolean
}

/** Asks in the database itself, so that each answer is about one database and bounded for itself. */
export async function readBackupRecords(
  ports: Pick<Ports, 'net' | 'arm' | 'sql'>,
  { spec }: Pick<Subject<SourceDatabaseSpec>, 'spec'>,
  id: string,
): Promise<Observed<BackupRecords>> {
  const { source, database } = spec
  const server = await readSqlServer(SOURCE_SIDE, ports, { name: source.name, spec }, id)
  if (!server.ok) return server
  const [rows, states, replicas] = await Promise.all([
    ports.sql.query(server.value, database.name, RECORDED_BACKUPS),
    ports.sql.query(server.value, database.name, LOG_STATE),
    ports.sql.query(server.value, database.name, REPLICA),
  ])
  if (!rows.ok) return withGrant(rows, nameInTsql(source.login))
  const { host, port } = server.value
  const recorded = rows.value.map(toRecorded)
  const backups = recorded.flatMap((one) => one ?? [])
  return seen({
    host,
    port,
    backups: markRewritten(backups),
    incomplete: recorded.length - backups.length,
    isCut: rows.value.length >= ROWS_READ,
    state: states.ok ? logState(states.value[0]) : states,
    isReplica: replicas.ok && replicas.value[0]?.isReplica === 1,
  })
}

function logState(row: { nextLogFrom: string | null; fork: string | null } | undefined): BackupRecords['state'] {
  if (row === undefined) {
    return unseen('forbidden', 'sys.database_recovery_status shows nothing of the database to this login', {
      missing: 'VIEW ANY DEFINITION',
    })
  }
  return seen({
    ...(row.nextLogFrom === null ? {} : { nextLogFrom: BigInt(row.nextLogFrom) }),
    ...(row.fork === null ? {} : { fork: row.fork }),
  })
}

/** What would let the login see the history. */
function withGrant(rows: Extract<Observed<never>, { ok: false }>, login: string): Observed<never> {
  const { kind, message, ...more } = rows.failure
  if (kind !== 'forbidden') return rows
  return unseen(kind, message, {
    missing: 'SELECT on the backup history in msdb',
    ...more,
    scripts: [historyGrant(login)],
  })
}

export function historyGrant(login: string): Script {
  const name = quoteIdentifier(login)
  return {
    language: 'tsql',
    code: `USE msdb;\nCREATE USER ${name} FOR LOGIN ${name};\nGRANT SELECT ON dbo.backupset TO ${name};\nGRANT SELECT ON dbo.backupmediaset TO ${name};\nGRANT SELECT ON dbo.backupmediafamily TO ${name};`,
  }
}

const KINDS: Readonly<Record<string, BackupSet['kind']>> = { D: 'full', I: 'differential', L: 'log' }

function toRecorded(row: RecordedBackupRow): RecordedBackup | undefined {
  const kind = KINDS[row.type]
  const { firstLsn, lastLsn, firstFork, lastFork, forkPoint, baseId } = row
  if (kind === undefined || firstLsn === null || lastLsn === null || lastFork === null) return undefined
  const file = row.file ?? undefined
  return {
    set: {
      id: row.id,
      kind,
      firstLsn: BigInt(firstLsn),
      lastLsn: BigInt(lastLsn),
      firstFork: firstFork ?? lastFork,
      lastFork,
      ...(forkPoint === null ? {} : { forkPoint: BigInt(forkPoint) }),
      ...(baseId === null ? {} : { baseId }),
    },
    ...(row.finished === null ? {} : { finished: row.finished }),
    isDamaged: row.isDamaged === 1,
    isSnapshot: row.isSnapshot === 1,
    position: row.position ?? 1,
    isOverwritten: row.isOverwritten === 1,
    isFollowed: row.isFollowed === 1,
    device: deviceOf(row.deviceType ?? undefined, file),
    files: row.files ?? 0,
    ...(file === undefined ? {} : { file }),
    ...(row.software === null ? {} : { software: row.software }),
  }
}

/** A backup in evidence: enough to find it again. */
export type BackupMention = {
  kind: string
  finished: string | null
  firstLsn: string
  lastLsn: string
  file: string | null
}

const FILE_SHOWN_CHARS = 300

export function mention({ set, finished, file }: RecordedBackup): BackupMention {
  return {
    kind: set.kind,
    finished: finished === undefined ? null : boundText(finished, 30),
    firstLsn: String(set.firstLsn),
    lastLsn: String(set.lastLsn),
    file: file === undefined ? null : boundText(file, FILE_SHOWN_CHARS),
  }
}

/** `the log backup of 2026-11-20T22:00:07 (LSN 34000000017600001 to 34000000021800001)` */
export function describeMention({ kind, finished, firstLsn, lastLsn }: BackupMention): string {
  return `the ${kind} backup of ${finished ?? 'an unknown time'} (LSN ${firstLsn} to ${lastLsn})`
}

export const FLAW_WORDS: Readonly<Record<BackupFlaw, string>> = {
  damaged: 'it is marked as damaged',
  snapshot: 'it is a snapshot of another backup program, and no file of SQL Server',
  virtual: 'another backup program took it (virtual device), so that there is no file of SQL Server',
  tape: 'it lies on a tape',
  nowhere: 'it went to the device NUL, and so nowhere',
  overwritten: 'its file was overwritten by a later backup',
}
