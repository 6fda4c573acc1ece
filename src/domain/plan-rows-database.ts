import type { PlanRow } from './plan-rows.ts'

/** Rows of the path to Azure SQL Database. */
export const DATABASE_ROWS: readonly PlanRow[] = [
  {
    id: 'P12-001',
    type: 'required',
    blocking: true,
    asks: 'SQL DB assessment done and schema migrated or remediated before data',
  },
  {
    id: 'P12-002',
    type: 'required',
    blocking: true,
    asks: 'current DMS experience with its runtime, project and region; not the retired classic scenarios',
  },
  {
    id: 'P12-003',
    type: 'required',
    blocking: true,
    asks: 'documented source, target and Azure permissions granted, no credential embedded',
  },
  {
    id: 'P12-004',
    type: 'required',
    blocking: true,
    asks: 'source reachability, target firewall or private path, DNS, HTTPS, staging storage from the DMS runtime',
  },
  {
    id: 'P12-005',
    type: 'required',
    blocking: true,
    asks: 'offline window long enough for copy, reconciliation and switch',
  },
  {
    id: 'P12-006',
    type: 'required',
    blocking: true,
    asks: 'monitoring, failed-table restart, reconciliation, rollback defined',
  },
  {
    id: 'P12-007',
    type: 'required',
    blocking: true,
    asks: 'source login db_datareader + VIEW ANY DEFINITION; target login db_owner',
  },
  {
    id: 'P12-008',
    type: 'conditional',
    blocking: true,
    when: 'schema migration chosen',
    asks: 'source db_owner; target ##MS_DatabaseManager##, ##MS_DatabaseConnector##, ##MS_DefinitionReader##, ##MS_LoginManager##',
  },
  {
    id: 'P12-009',
    type: 'conditional',
    blocking: true,
    when: 'schema migration chosen',
    asks: 'integration runtime 5.37 or later',
  },
  {
    id: 'P12-010',
    type: 'conditional',
    blocking: true,
    when: 'schema migration reports errors',
    asks: 'no unresolved schema error on a table before data copy',
  },
  {
    id: 'P12-011',
    type: 'required',
    blocking: true,
    asks: 'at most 100,000 tables a database and 10,000 concurrent migrations a service',
  },
  {
    id: 'P12-012',
    type: 'conditional',
    blocking: true,
    when: 'such names exist',
    asks: 'no double-byte table names; database name neither reserved word nor with semicolon',
  },
  {
    id: 'P12-013',
    type: 'conditional',
    blocking: true,
    when: 'computed columns exist',
    asks: 'computed columns deployed apart',
  },
  {
    id: 'P12-014',
    type: 'conditional',
    blocking: true,
    when: 'NULL in defaulted columns',
    asks: "owner's decision on NULLs that become defaults",
  },
  {
    id: 'P12-015',
    type: 'recommended',
    blocking: false,
    when: 'CDC on and schema migration chosen',
    asks: 'CDC off on the source before schema migration',
  },
  {
    id: 'P12-016',
    type: 'recommended',
    blocking: false,
    when: 'large LOB columns',
    asks: 'large LOB tables rehearsed at full scale',
  },
]
