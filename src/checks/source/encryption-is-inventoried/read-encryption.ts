import { seen, type Observed, type ProbeFailure } from '../../../domain/observed.ts'
import { parseSqlVersion } from '../../../domain/sql-version.ts'
import type { Subject } from '../../../domain/subject.ts'
import type { Ports } from '../../../ports/ports.ts'
import type { SqlServer } from '../../../ports/sql-port.ts'
import { boundName, boundText } from '../../foreign-text.ts'
import { backupPlaceOf } from '../../modern-path.ts'
import { detail, findByName, observeSource } from '../../source-facts.ts'
import { readSqlServer, SOURCE_SIDE } from '../../sql-side.ts'
import { DATABASE_ENCRYPTION, type DatabaseEncryptionRow } from '../../statements/database-encryption.ts'
import { COLUMN_MASTER_KEYS, DATABASE_KEYS, type DatabaseKeyRow } from '../../statements/database-keys.ts'
import { BACKUP_ENCRYPTION, type BackupEncryptionRow } from '../../statements/recorded-backups.ts'
import type { SourceSpec } from '../../subjects.ts'
import { BACKUP_KEY, type DatabaseKeys, type Evidence, type KeyGap } from './judge-encryption.ts'

type Use = Pick<Ports, 'net' | 'arm' | 'sql'>

const FIRST_WITH_COLUMN_KEYS = 13
const FIRST_WITH_BACKUP_ENCRYPTION = 12
const NAMES_LIMIT = 20

export async function readEncryption(
  ports: Use,
  { name, spec }: Subject<SourceSpec>,
  id: string,
): Promise<Observed<Evidence>> {
  const observed = await observeSource(ports, { name, spec }, id, async (ask) => {
    const keys = detail('TDE', await ask(DATABASE_ENCRYPTION))
    return () => seen({ encrypted: [...(keys.rows ?? [])], notSeen: keys.notSeen })
  })
  if (!observed.ok) return observed
  if (observed.value.outcome !== 'answered') return seen(observed.value)
  const server = await readSqlServer(SOURCE_SIDE, ports, { name, spec }, id)
  if (!server.ok) return server
  const { encrypted, ...rest } = observed.value
  const major = parseSqlVersion(rest.server.productVersion)?.major ?? 0
  const asks = {
    hasColumnKeys: major >= FIRST_WITH_COLUMN_KEYS,
    // Where rows are copied, nobody restores a backup.
    hasBackupKeys: major >= FIRST_WITH_BACKUP_ENCRYPTION && backupPlaceOf(spec.manifest, spec.source) !== 'none',
  }
  const databases = await Promise.all(
    spec.source.databases.map((database) =>
      readDatabase(ports, server.value, database.name, {
        ...asks,
        tde: findByName(encrypted, database.name, rest.server.collation),
      }),
    ),
  )
  return seen({ ...rest, databases })
}

async function readDatabase(
  { sql }: Use,
  server: SqlServer,
  database: string,
  {
    hasColumnKeys,
    hasBackupKeys,
    tde,
  }: { hasColumnKeys: boolean; hasBackupKeys: boolean; tde: DatabaseEncryptionRow | undefined },
): Promise<DatabaseKeys> {
  const [keys, columnKeys, backupKeys] = await Promise.all([
    sql.query(server, database, DATABASE_KEYS),
    hasColumnKeys ? sql.query(server, database, COLUMN_MASTER_KEYS) : seen<readonly DatabaseKeyRow[]>([]),
    hasBackupKeys ? sql.query(server, database, BACKUP_ENCRYPTION) : seen<readonly BackupEncryptionRow[]>([]),
  ])
  const ofBackups = (backupKeys.ok ? backupKeys.value : []).map(({ thumbprint }): DatabaseKeyRow => ({
    kind: BACKUP_KEY,
    name: thumbprint,
    store: null,
    viewDefinition: null,
  }))
  const rows = [...(keys.ok ? keys.value : []), ...(columnKeys.ok ? columnKeys.value : []), ...ofBackups]
  const found = rows.filter(({ kind }) => kind !== 'permission')
  const seesAll = rows.some(({ kind, viewDefinition }) => kind === 'permission' && viewDefinition === 1)
  const gaps = [
    ...(keys.ok && !seesAll ? [NOT_ALL_KEYS] : []),
    ...[keys, columnKeys, backupKeys].flatMap((answer) => (answer.ok ? [] : [gapOf(answer.failure)])),
  ]
  return {
    database: boundName(database),
    tde: tde === undefined ? null : (tde.thumbprint ?? 'protected by something that the server does not name'),
    count: found.length,
    keys: found.slice(0, NAMES_LIMIT).map(({ kind, name, store }) => ({
      kind: boundName(kind),
      name: boundName(name ?? ''),
      store: store === null ? null : boundName(store),
    })),
    gap: joined(gaps),
  }
}

const NOT_ALL_KEYS: KeyGap = {
  kind: 'forbidden',
  why: 'the login may not see all keys',
  missing: 'VIEW DEFINITION in the database',
}

function gapOf({ kind, message, missing }: ProbeFailure): KeyGap {
  return { kind, why: boundText(message), missing: missing ?? null }
}

/** Each thing that was not seen, in one gap. */
function joined(gaps: readonly KeyGap[]): KeyGap | null {
  const [first] = gaps
  if (first === undefined) return null
  const missing = [...new Set(gaps.flatMap((gap) => gap.missing ?? []))]
  return {
    kind: first.kind,
    why: [...new Set(gaps.map(({ why }) => why))].join('; '),
    missing: missing.length === 0 ? null : missing.join(', '),
  }
}
