import { firewallRule, sqlDatabase, sqlServer } from '../azure/data-resources.ts'
import type { SqlState } from '../sql/state.ts'
import { BY_PERSONS, BY_WINDOWS_TEAM, modernManifest, modernService, RUNTIME_TOOL } from './modern.ts'
import { SALES, SALES_PASSWORD, salesTarget, SQL_SERVER, TARGET_PASSWORD } from './sales.ts'
import { MANIFEST_PATH, type Ports, type Story } from './story.ts'

/** Under which the runtime appears to Azure. */
const EGRESS = '203.0.113.12'

/** P12: rows go through the runtime, which tries the connections itself. */
export function modernDatabaseStory({ fixed }: { fixed: boolean }): Story {
  return {
    name: 'modern-database',
    title: fixed
      ? 'Sales moves to Azure SQL Database by the service of today, made ready'
      : 'Sales moves to Azure SQL Database by the service of today',
    azure: [
      modernService(),
      sqlServer(SALES, 'sqlsales'),
      sqlDatabase(SALES, 'sqlsales', 'Sales'),
      sqlDatabase(SALES, 'sqlsales', 'OrdersNew'),
      firewallRule(SALES, 'sqlsales', 'runtime', EGRESS),
    ],
    runtime: true,
    servers: { source: { state: source() }, target: { state: target(fixed) } },
    secrets: { SALES_PASSWORD, TARGET_PASSWORD },
    inputs: { 'probe-through-runtime': 'true' },
    files: (ports) => ({ [MANIFEST_PATH]: manifest(ports, fixed) }),
    expected: fixed
      ? { status: 'ready-with-conditions', exitCode: 0, failing: [] }
      : {
          status: 'not-ready',
          exitCode: 1,
          failing: ['target/login-is-db-owner', 'target/collation-matches', 'target/tables-are-there'],
        },
    look: fixed
      ? [
          'The gate is open: the integration runtime itself connected to both servers, so no path rests on this runner.',
          'What only persons know is attested: the assessment, the window, the load, the clients, validation, the way back.',
          'The login reads data and definitions, and no more: what it may not see of the instance, a person listed.',
        ]
      : [
          'Three mistakes, each with the error that the service would end with: a role, a collation, and a missing schema.',
          'The user of Sales has CONTROL, which looks like enough: the service asks for the role db_owner.',
          'The paths are proven all the same, by the integration runtime itself: probe-through-runtime.',
          'Run `npm run demo -- --story modern-database --fixed` to see the same migration made ready.',
        ],
  }
}

function source(): SqlState {
  return {
    serverName: 'SQL01',
    version: [15, 0, 4385],
    logins: [{ user: 'dms', password: SALES_PASSWORD, grants: ['VIEW SERVER STATE', 'VIEW ANY DEFINITION'] }],
    databases: ['Sales', 'Orders'].map((name) => ({ name, readers: ['dms'] })),
  }
}

function target(fixed: boolean): SqlState {
  const owned = { owners: ['dms'] }
  return {
    ...salesTarget(),
    databases: fixed
      ? [
          { name: 'Sales', ...owned },
          { name: 'OrdersNew', ...owned },
        ]
      : [
          { name: 'Sales', controlBy: ['dms'], collation: 'Latin1_General_100_CI_AS_SC_UTF8' },
          { name: 'OrdersNew', ...owned, tables: [] },
        ],
  }
}

function manifest(ports: Ports, fixed: boolean): string {
  return modernManifest(ports, {
    title: 'Sales to Azure SQL Database',
    scenario: 'sql-server-to-azure-sql-database',
    migration: 'offline',
    target: SQL_SERVER,
    dms: `  egress: [${EGRESS}]\n  runtime-hosts: [shir01.corp.example]\n`,
    more: RUNTIME_TOOL,
    attestations: fixed ? [...BY_PERSONS, ...BY_WINDOWS_TEAM, ['source/instance-objects-are-known']] : [],
  })
}
