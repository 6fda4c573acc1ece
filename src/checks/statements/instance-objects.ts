import type { Statement } from '../../ports/sql-port.ts'
import { integer, text, textOrNull } from './decode.ts'

/** Things of the instance, not of a database, that somebody made. `name` is null where only their number is told. */
export type InstanceObjectRow = { kind: string; name: string | null; count: number }

export type AgentJobRow = { name: string; isEnabled: number }

/**
 * Shows all of them to who has VIEW ANY DEFINITION. Endpoints below 65536 are those that every instance has. One
 * collation for all names, since those of the views may differ.
 */
export const INSTANCE_OBJECTS: Statement<InstanceObjectRow> = {
  name: 'instance-objects',
  text: `SELECT N'linked server' AS kind, CAST(s.name AS nvarchar(128)) COLLATE Latin1_General_BIN2 AS name, 1 AS number
FROM sys.servers AS s
WHERE s.is_linked = 1
UNION ALL
SELECT N'server trigger', CAST(t.name AS nvarchar(128)) COLLATE Latin1_General_BIN2, 1
FROM sys.server_triggers AS t
WHERE t.is_ms_shipped = 0
UNION ALL
SELECT N'credential', CAST(c.name AS nvarchar(128)) COLLATE Latin1_General_BIN2, 1
FROM sys.credentials AS c
UNION ALL
SELECT N'backup device', CAST(b.name AS nvarchar(128)) COLLATE Latin1_General_BIN2, 1
FROM sys.backup_devices AS b
UNION ALL
SELECT N'endpoint', CAST(e.name AS nvarchar(128)) COLLATE Latin1_General_BIN2, 1
FROM sys.endpoints AS e
WHERE e.endpoint_id > 65535
UNION ALL
SELECT N'error message', NULL, COUNT(DISTINCT m.message_id)
FROM sys.messages AS m
WHERE m.message_id > 50000`,
  since: '10.0',
  url: 'https://learn.microsoft.com/sql/relational-databases/databases/manage-metadata-when-making-a-database-available-on-another-server',
  decode: (row) => ({ kind: text(row, 'kind'), name: textOrNull(row, 'name'), count: integer(row, 'number') }),
}

/** SELECT in msdb, as sysadmins have it. The job is one that every instance has. */
export const AGENT_JOBS: Statement<AgentJobRow> = {
  name: 'agent-jobs',
  text: `SELECT CAST(j.name AS nvarchar(128)) AS name, CAST(j.enabled AS int) AS is_enabled
FROM msdb.dbo.sysjobs AS j
WHERE j.name <> N'syspolicy_purge_history'`,
  since: '10.0',
  url: 'https://learn.microsoft.com/sql/relational-databases/system-tables/dbo-sysjobs-transact-sql',
  decode: (row) => ({ name: text(row, 'name'), isEnabled: integer(row, 'is_enabled') }),
}
