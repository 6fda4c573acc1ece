import type { Statement } from '../../ports/sql-port.ts'
import { flag, text, type Flag } from './decode.ts'

/** A certificate or asymmetric key in `master`, which can protect the key of a database; the thumbprint is hexadecimal. */
export type CertificateRow = {
  name: string
  thumbprint: string
  /** Of a certificate: whether its private key is there, protected by the master key, as TDE asks (error 33101). */
  isUsable: Flag
}

/** Shows those on which the login has some permission; all of them to a sysadmin. */
export const CERTIFICATES: Statement<CertificateRow> = {
  name: 'certificates',
  text: `SELECT CAST(c.name AS nvarchar(128)) COLLATE Latin1_General_BIN2 AS name,
  CONVERT(nvarchar(64), c.thumbprint, 2) AS thumbprint,
  CASE WHEN c.pvt_key_encryption_type = 'MK' THEN 1 ELSE 0 END AS is_usable
FROM sys.certificates AS c
UNION ALL
SELECT CAST(a.name AS nvarchar(128)) COLLATE Latin1_General_BIN2, CONVERT(nvarchar(64), a.thumbprint, 2), 1
FROM sys.asymmetric_keys AS a WHERE a.thumbprint IS NOT NULL`,
  since: '10.0',
  url: 'https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-certificates-transact-sql',
  decode: (row) => ({ name: text(row, 'name'), thumbprint: text(row, 'thumbprint'), isUsable: flag(row, 'is_usable') }),
}
