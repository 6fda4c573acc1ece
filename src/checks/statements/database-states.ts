import type { Statement } from '../../ports/sql-port.ts'
import { flag, integerOrNull, text, textOrNull, type Flag } from './decode.ts'

/** A database of the server, whatever state it is in. */
export type DatabaseStateRow = {
  name: string
  /** ONLINE, RESTORING, RECOVERING, RECOVERY_PENDING, SUSPECT, EMERGENCY, OFFLINE. */
  state: string
  /** MULTI_USER, SINGLE_USER, RESTRICTED_USER. */
  userAccess: string
  isReadOnly: Flag
  isInStandby: Flag
  isSnapshot: Flag
  recoveryModel: string
  /** Null while the database is not online, or closed by AUTO_CLOSE; older versions say so of the compatibility level too. */
  collation: string | null
  compatibilityLevel: number | null
  isEncrypted: Flag
  isCdcEnabled: Flag
  /** Whether our login may open it; 0 also while it is not online, or in use by a single user. */
  hasAccess: Flag
}

export type DatabaseContainmentRow = { name: string; containment: string }

/**
 * All databases to who has VIEW ANY DATABASE, as everybody has by default; else master, tempdb and one's own. One that is
 * OFFLINE only to who has ALTER ANY DATABASE, or CREATE DATABASE in master.
 */
export const DATABASE_STATES: Statement<DatabaseStateRow> = {
  name: 'database-states',
  text: `SELECT
  d.name AS name,
  d.state_desc AS state,
  d.user_access_desc AS user_access,
  CAST(d.is_read_only AS int) AS is_read_only,
  CAST(d.is_in_standby AS int) AS is_in_standby,
  CASE WHEN d.source_database_id IS NULL THEN 0 ELSE 1 END AS is_snapshot,
  d.recovery_model_desc AS recovery_model,
  d.collation_name AS collation,
  CAST(d.compatibility_level AS int) AS compatibility_level,
  CAST(d.is_encrypted AS int) AS is_encrypted,
  CAST(d.is_cdc_enabled AS int) AS is_cdc_enabled,
  HAS_DBACCESS(d.name) AS has_access
FROM sys.databases AS d`,
  since: '10.0',
  url: 'https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-databases-transact-sql',
  decode: (row) => ({
    name: text(row, 'name'),
    state: text(row, 'state'),
    userAccess: text(row, 'user_access'),
    isReadOnly: flag(row, 'is_read_only'),
    isInStandby: flag(row, 'is_in_standby'),
    isSnapshot: flag(row, 'is_snapshot'),
    recoveryModel: text(row, 'recovery_model'),
    collation: textOrNull(row, 'collation'),
    compatibilityLevel: integerOrNull(row, 'compatibility_level'),
    isEncrypted: flag(row, 'is_encrypted'),
    isCdcEnabled: flag(row, 'is_cdc_enabled'),
    hasAccess: flag(row, 'has_access'),
  }),
}

/** 2012 and later. */
export const DATABASE_CONTAINMENT: Statement<DatabaseContainmentRow> = {
  name: 'database-containment',
  text: 'SELECT d.name AS name, d.containment_desc AS containment FROM sys.databases AS d',
  since: '11.0',
  url: 'https://learn.microsoft.com/sql/relational-databases/databases/contained-databases',
  decode: (row) => ({ name: text(row, 'name'), containment: text(row, 'containment') }),
}
