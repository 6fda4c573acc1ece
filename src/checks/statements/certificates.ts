import type { Statement } from '../../ports/sql-port.ts'
import { text } from './decode.ts'

/** A certificate in `master`; the thumbprint is hexadecimal. */
export type CertificateRow = { name: string; thumbprint: string }

/** Shows those on which the login has some permission; all of them to a sysadmin. */
export const CERTIFICATES: Statement<CertificateRow> = {
  name: 'certificates',
  text: 'SELECT c.name AS name, CONVERT(nvarchar(64), c.thumbprint, 2) AS thumbprint FROM sys.certificates AS c',
  since: '10.0',
  url: 'https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-certificates-transact-sql',
  decode: (row) => ({ name: text(row, 'name'), thumbprint: text(row, 'thumbprint') }),
}
