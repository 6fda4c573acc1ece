import type { Statement } from '../../ports/sql-port.ts'
import { text, textOrNull } from './decode.ts'

/** `sid` in hexadecimal digits after `0x`; null: the domain does not know the name, or did not answer. */
export type AccountSidRow = { account: string; sid: string | null }

/**
 * The account of the service, and that of the computer that it runs on, as the domain of the host knows them. VIEW SERVER
 * STATE. Character 92 is the backslash, 36 the dollar sign of a computer. The host asks a domain controller: whoever sends it lets nothing else wait behind it.
 */
export const ACCOUNT_SIDS: Statement<AccountSidRow> = {
  name: 'account-sids',
  text: `SELECT a.account AS account, CONVERT(nvarchar(170), SUSER_SID(a.account), 1) AS sid
FROM (
  SELECT CONVERT(nvarchar(256), s.service_account) AS account
  FROM sys.dm_server_services AS s
  WHERE s.servicename LIKE N'SQL Server (%'
  UNION ALL
  SELECT CONVERT(nvarchar(256), DEFAULT_DOMAIN() + CHAR(92) + CONVERT(nvarchar(128), SERVERPROPERTY('ComputerNamePhysicalNetBIOS')) + CHAR(36))
) AS a
WHERE a.account IS NOT NULL`,
  since: '10.50',
  url: 'https://learn.microsoft.com/sql/t-sql/functions/suser-sid-transact-sql',
  decode: (row) => ({ account: text(row, 'account'), sid: textOrNull(row, 'sid') }),
}
