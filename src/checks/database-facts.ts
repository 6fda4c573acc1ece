import { seen, unseen, type Observed } from '../domain/observed.ts'
import type { Subject } from '../domain/subject.ts'
import type { Ports } from '../ports/ports.ts'
import { boundName } from './foreign-text.ts'
import { detail, findByName, observeSource, type AskSource, type NotSeen, type SourceFacts } from './source-facts.ts'
import { BACKUP_HISTORY, type BackupRow } from './statements/backup-history.ts'
import { DATABASE_ENCRYPTION, type DatabaseEncryptionRow } from './statements/database-encryption.ts'
import {
  DATABASE_FILES,
  FILESTREAM_OPTIONS,
  type DatabaseFilesRow,
  type FilestreamOptionsRow,
} from './statements/database-files.ts'
import {
  DATABASE_CONTAINMENT,
  DATABASE_STATES,
  type DatabaseContainmentRow,
  type DatabaseStateRow,
} from './statements/database-states.ts'
import type { ServerFactsRow } from './statements/server-facts.ts'
import type { SourceDatabaseSpec } from './subjects.ts'

/** What is known of one database of a source. Null: not seen, or there is nothing of it; `notSeen` tells which. */
export type DatabaseFacts = {
  containment: string | null
  encryption: { state: number; thumbprint: string | null } | null
  files: { data: number; log: number; filestream: number; sizeMb: number } | null
  nonTransactedAccess: string | null
  lastFullBackup: BackupFacts | null
  lastLogBackup: BackupFacts | null
  notSeen: NotSeen[]
}
export type BackupFacts = { finished: string | null; hasChecksums: boolean | null; isDamaged: boolean | null }

export type DatabaseEvidence = SourceFacts<{
  /** Null: not among the databases that the login sees. */
  state: DatabaseStateRow | null
  /** Names that differ in letter case only, or begin alike. */
  near: string[]
  facts: DatabaseFacts
}>

const NEAR_LIMIT = 5
const NEAR_LENGTH = 4

/** The state of the database, and every other fact that its server tells. */
export function observeDatabase(
  ports: Pick<Ports, 'net' | 'arm' | 'sql'>,
  { spec }: Pick<Subject<SourceDatabaseSpec>, 'spec'>,
  id: string,
): Promise<Observed<DatabaseEvidence>> {
  const { database, source } = spec
  return observeSource(ports, { name: source.name, spec }, id, async (ask: AskSource) => {
    const [states, containment, encryption, files, filestream, backups] = await Promise.all([
      ask(DATABASE_STATES),
      ask(DATABASE_CONTAINMENT),
      ask(DATABASE_ENCRYPTION),
      ask(DATABASE_FILES),
      ask(FILESTREAM_OPTIONS),
      ask(BACKUP_HISTORY),
    ])
    return (server) => {
      if (!states.ok) return states
      const state = findByName(states.value, database.name, server.collation) ?? null
      const details = { containment, encryption, files, filestream, backups }
      return seen({
        state: state === null ? null : { ...state, name: boundName(state.name) },
        near: state === null ? nearNames(database.name, states.value) : [],
        facts: factsOf(state?.name ?? database.name, server, details),
      })
    }
  })
}

interface Details {
  containment: Observed<readonly DatabaseContainmentRow[]>
  encryption: Observed<readonly DatabaseEncryptionRow[]>
  files: Observed<readonly DatabaseFilesRow[]>
  filestream: Observed<readonly FilestreamOptionsRow[]>
  backups: Observed<readonly BackupRow[]>
}

function factsOf(name: string, { collation }: ServerFactsRow, details: Details): DatabaseFacts {
  const containment = detail('containment', details.containment)
  const encryption = detail('encryption keys', details.encryption)
  const files = detail('files', filesAnswer(details.files))
  const filestream = detail('FileTable access', details.filestream)
  const backups = detail('backup history', details.backups)
  const find = <Row extends { name: string }>(rows: readonly Row[] | undefined): Row | undefined =>
    findByName(rows ?? [], name, collation)
  const [key, own] = [find(encryption.rows), find(files.rows)]
  const last = (type: string): BackupFacts | null => {
    const row = find(backups.rows?.filter((one) => one.type === type))
    return row === undefined
      ? null
      : { finished: row.finished, hasChecksums: asBoolean(row.hasChecksums), isDamaged: asBoolean(row.isDamaged) }
  }
  return {
    containment: find(containment.rows)?.containment ?? null,
    encryption: key === undefined ? null : { state: key.state, thumbprint: key.thumbprint },
    files: own === undefined ? null : { data: own.data, log: own.log, filestream: own.filestream, sizeMb: own.sizeMb },
    nonTransactedAccess: find(filestream.rows)?.nonTransactedAccess ?? null,
    lastFullBackup: last('D'),
    lastLogBackup: last('L'),
    notSeen: [containment, encryption, files, filestream, backups].flatMap(({ notSeen }) => notSeen),
  }
}

/** The view is empty for who may not see it, instead of an error: every server has files of its own databases. */
export function filesAnswer(files: Details['files']): Details['files'] {
  if (!files.ok || files.value.length > 0) return files
  return unseen('forbidden', 'sys.master_files shows no file to this login', { missing: 'VIEW ANY DEFINITION' })
}

function asBoolean(flag: 0 | 1 | null): boolean | null {
  return flag === null ? null : flag === 1
}

function nearNames(name: string, rows: readonly { name: string }[]): string[] {
  const start = name.toLowerCase().slice(0, NEAR_LENGTH)
  return rows
    .filter((row) => row.name.toLowerCase().startsWith(start))
    .slice(0, NEAR_LIMIT)
    .map((row) => boundName(row.name))
}
