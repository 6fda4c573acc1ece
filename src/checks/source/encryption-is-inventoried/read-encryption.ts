import { seen, type Observed } from '../../../domain/observed.ts'
import { parseSqlVersion } from '../../../domain/sql-version.ts'
import type { Subject } from '../../../domain/subject.ts'
import type { Ports } from '../../../ports/ports.ts'
import type { SqlServer } from '../../../ports/sql-port.ts'
import { boundName, boundText } from '../../foreign-text.ts'
import { detail, findByName, observeSource } from '../../source-facts.ts'
import { readSqlServer, SOURCE_SIDE } from '../../sql-side.ts'
import { DATABASE_ENCRYPTION, type DatabaseEncryptionRow } from '../../statements/database-encryption.ts'
import { COLUMN_MASTER_KEYS, DATABASE_KEYS, type DatabaseKeyRow } from '../../statements/database-keys.ts'
import type { SourceSpec } from '../../subjects.ts'
import type { DatabaseKeys, Evidence, KeyGap } from './judge-encryption.ts'

type Use = Pick<Ports, 'net' | 'arm' | 'sql'>

const FIRST_WITH_COLUMN_KEYS = 13
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
  const hasColumnKeys = (parseSqlVersion(rest.server.productVersion)?.major ?? 0) >= FIRST_WITH_COLUMN_KEYS
  const databases = await Promise.all(
    spec.source.databases.map((database) =>
      readDatabase(ports, server.value, database.name, {
        hasColumnKeys,
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
  { hasColumnKeys, tde }: { hasColumnKeys: boolean; tde: DatabaseEncryptionRow | undefined },
): Promise<DatabaseKeys> {
  const [keys, columnKeys] = await Promise.all([
    sql.query(server, database, DATABASE_KEYS),
    hasColumnKeys ? sql.query(server, database, COLUMN_MASTER_KEYS) : seen<readonly DatabaseKeyRow[]>([]),
  ])
  const rows = [...(keys.ok ? keys.value : []), ...(columnKeys.ok ? columnKeys.value : [])]
  const found = rows.filter(({ kind }) => kind !== 'permission')
  const seesAll = rows.some(({ kind, viewDefinition }) => kind === 'permission' && viewDefinition === 1)
  const failed = [keys, columnKeys].find((answer) => !answer.ok)
  const gap: KeyGap | null =
    failed?.ok === false
      ? {
          kind: failed.failure.kind,
          why: boundText(failed.failure.message),
          missing: failed.failure.missing ?? null,
        }
      : seesAll
        ? null
        : { kind: 'forbidden', why: 'the login may not see all keys', missing: 'VIEW DEFINITION in the database' }
  return {
    database: boundName(database),
    tde: tde === undefined ? null : (tde.thumbprint ?? 'protected by something that the server does not name'),
    count: found.length,
    keys: found.slice(0, NAMES_LIMIT).map(({ kind, name, store }) => ({
      kind: boundName(kind),
      name: boundName(name ?? ''),
      store: store === null ? null : boundName(store),
    })),
    gap,
  }
}
