import type { Statement } from '../../ports/sql-port.ts'
import { integer, portOrNull, text, textOrNull } from './decode.ts'

/** A setting of TCP/IP for all addresses: `TcpPort` or `TcpDynamicPorts`, empty when it is not used. */
export type TcpSettingRow = { setting: string; value: string | null }

export type TcpListenerRow = { address: string; port: number; type: string; state: string }

/** The server's own end of the connection that asks. */
export type ConnectionPortRow = { port: number | null }

/** Needs no permission. */
export const CONNECTION_PORT: Statement<ConnectionPortRow> = {
  name: 'connection-port',
  text: "SELECT CAST(CONNECTIONPROPERTY('local_tcp_port') AS int) AS port",
  since: '10.0',
  url: 'https://learn.microsoft.com/sql/t-sql/functions/connectionproperty-transact-sql',
  decode: (row) => ({ port: portOrNull(row, 'port') }),
}

/** SQL Server Configuration Manager, TCP/IP, IPAll. VIEW SERVER STATE; Windows only; 2008 R2 SP1 and later. */
export const TCP_SETTINGS: Statement<TcpSettingRow> = {
  name: 'tcp-settings',
  text: `SELECT r.value_name AS setting, CAST(r.value_data AS nvarchar(256)) AS setting_value
FROM sys.dm_server_registry AS r
WHERE r.registry_key LIKE N'%SuperSocketNetLib\\Tcp\\IPAll' AND r.value_name IN (N'TcpPort', N'TcpDynamicPorts')`,
  since: '10.50',
  url: 'https://learn.microsoft.com/sql/relational-databases/system-dynamic-management-views/sys-dm-server-registry-transact-sql',
  decode: (row) => ({ setting: text(row, 'setting'), value: textOrNull(row, 'setting_value') }),
}

/** Ports that the engine listens on. VIEW SERVER STATE; 2012 and later. */
export const TCP_LISTENERS: Statement<TcpListenerRow> = {
  name: 'tcp-listeners',
  text: `SELECT l.ip_address AS address, l.port AS port, l.type_desc AS type, l.state_desc AS state
FROM sys.dm_tcp_listener_states AS l`,
  since: '11.0',
  url: 'https://learn.microsoft.com/sql/relational-databases/system-dynamic-management-views/sys-dm-tcp-listener-states-transact-sql',
  decode: (row) => ({
    address: text(row, 'address'),
    port: integer(row, 'port'),
    type: text(row, 'type'),
    state: text(row, 'state'),
  }),
}
