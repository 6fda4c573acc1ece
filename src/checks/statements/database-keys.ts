import type { Statement } from '../../ports/sql-port.ts'
import { flag, text, textOrNull, type Flag } from './decode.ts'

/** A key or certificate in the current database; `store` is the kind of store of a column master key. */
export type DatabaseKeyRow = { kind: string; name: string | null; store: string | null; viewDefinition: Flag }

/**
 * Asked in the database itself; VIEW DEFINITION there shows all of them. The first row is of no key: it tells whether we have
 * that permission, so that an empty list can be believed.
 */
export const DATABASE_KEYS: Statement<DatabaseKeyRow> = {
  name: 'database-keys',
  text: `SELECT N'permission' AS kind, CAST(NULL AS nvarchar(128)) AS name, CAST(NULL AS nvarchar(128)) AS store,
  COALESCE(
    HAS_PERMS_BY_NAME(DB_NAME(), N'DATABASE', N'VIEW DEFINITION'),
    HAS_PERMS_BY_NAME(QUOTENAME(DB_NAME()), N'DATABASE', N'VIEW DEFINITION')
  ) AS view_definition
UNION ALL
SELECT N'symmetric key', CAST(k.name AS nvarchar(128)) COLLATE Latin1_General_BIN2, NULL, NULL FROM sys.symmetric_keys AS k
UNION ALL
SELECT N'asymmetric key', CAST(a.name AS nvarchar(128)) COLLATE Latin1_General_BIN2, NULL, NULL FROM sys.asymmetric_keys AS a
UNION ALL
SELECT N'certificate', CAST(c.name AS nvarchar(128)) COLLATE Latin1_General_BIN2, NULL, NULL FROM sys.certificates AS c`,
  since: '10.0',
  url: 'https://learn.microsoft.com/sql/relational-databases/security/encryption/encryption-hierarchy',
  decode: decodeKey,
}

/** Always Encrypted; 2016 and later. */
export const COLUMN_MASTER_KEYS: Statement<DatabaseKeyRow> = {
  name: 'column-master-keys',
  text: `SELECT N'column master key' AS kind, CAST(k.name AS nvarchar(128)) AS name,
  CAST(k.key_store_provider_name AS nvarchar(128)) AS store, CAST(NULL AS int) AS view_definition
FROM sys.column_master_keys AS k`,
  since: '13.0',
  url: 'https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-column-master-keys-transact-sql',
  decode: decodeKey,
}

function decodeKey(row: Record<string, unknown>): DatabaseKeyRow {
  return {
    kind: text(row, 'kind'),
    name: textOrNull(row, 'name'),
    store: textOrNull(row, 'store'),
    viewDefinition: flag(row, 'view_definition'),
  }
}
