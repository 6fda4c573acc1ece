import type { Statement } from '../../ports/sql-port.ts'
import { flag, type Flag } from './decode.ts'

/** Whether the server lets contained databases in, as it runs now. */
export type ContainedAuthenticationRow = { inUse: Flag }

/** Needs no permission. */
export const CONTAINED_AUTHENTICATION: Statement<ContainedAuthenticationRow> = {
  name: 'contained-authentication',
  text: `SELECT CAST(c.value_in_use AS int) AS in_use
FROM sys.configurations AS c
WHERE c.name = N'contained database authentication'`,
  since: '11.0',
  url: 'https://learn.microsoft.com/sql/database-engine/configure-windows/contained-database-authentication-server-configuration-option',
  decode: (row) => ({ inUse: flag(row, 'in_use') }),
}
