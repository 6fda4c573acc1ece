import type { Statement } from '../../ports/sql-port.ts'
import { text, textOrNull } from './decode.ts'

/** A Windows service of the instance and the account that it runs as. */
export type ServiceRow = { service: string; account: string; status: string | null; isClustered: boolean }

/** VIEW SERVER STATE; 2008 R2 SP1 and later. */
export const SERVICES: Statement<ServiceRow> = {
  name: 'services',
  text: `SELECT s.servicename AS service, s.service_account AS account, s.status_desc AS status, s.is_clustered AS is_clustered
FROM sys.dm_server_services AS s`,
  since: '10.50',
  url: 'https://learn.microsoft.com/sql/relational-databases/system-dynamic-management-views/sys-dm-server-services-transact-sql',
  decode: (row) => ({
    service: text(row, 'service'),
    account: text(row, 'account'),
    status: textOrNull(row, 'status'),
    isClustered: text(row, 'is_clustered') === 'Y',
  }),
}
