import type { Statement } from '../../ports/sql-port.ts'
import { integer, text, textOrNull } from './decode.ts'

/** A database encryption key (TDE) and what protects it. */
export type DatabaseEncryptionRow = {
  name: string
  /** 1 not encrypted, 2 being encrypted, 3 encrypted, 4 key change, 5 being decrypted, 6 protection change. */
  state: number
  /** Hexadecimal, of the certificate or asymmetric key in master. */
  thumbprint: string | null
}

/** VIEW SERVER STATE. */
export const DATABASE_ENCRYPTION: Statement<DatabaseEncryptionRow> = {
  name: 'database-encryption',
  text: `SELECT
  DB_NAME(k.database_id) AS name,
  CAST(k.encryption_state AS int) AS encryption_state,
  CONVERT(nvarchar(64), k.encryptor_thumbprint, 2) AS thumbprint
FROM sys.dm_database_encryption_keys AS k
WHERE DB_NAME(k.database_id) IS NOT NULL`,
  since: '10.0',
  url: 'https://learn.microsoft.com/sql/relational-databases/system-dynamic-management-views/sys-dm-database-encryption-keys-transact-sql',
  decode: (row) => ({
    name: text(row, 'name'),
    state: integer(row, 'encryption_state'),
    thumbprint: textOrNull(row, 'thumbprint'),
  }),
}
