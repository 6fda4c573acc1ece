import { firewallRule } from '../../../lab/azure/data-resources.ts'
import { DMS_SUBNET, SALES, salesSource, salesTarget } from '../../../lab/stories/sales.ts'
import { putResources, type Change, type ServerChange } from '../../../lab/stories/change.ts'
import type { DatabaseState } from '../../../lab/sql/state.ts'
import type { Case } from '../expectation.ts'
import { doesNotApply, fails, isBlocked, isManual, isUnknown, passes } from '../expectation.ts'
import { elsewhere } from './worlds.ts'

const READS = 'source/login-can-read-definitions'
const TABLES = 'target/tables-are-there'
const SCHEMA = 'target/login-can-migrate-schema'
const OWNER = 'target/login-is-db-owner'
const SALES_ONLY = { subject: 'sales/Sales' }

/** The same migration with the service of today; `dms` stands in the manifest's map of that name. */
export function modern(dms: string): Change {
  return {
    manifest: {
      'generation: classic': 'generation: modern',
      'tools: { data-migration-assistant: { version: "5.8" } }\n': '',
      [`subnet: ${DMS_SUBNET}`]: `service: ${SERVICE}\n${dms}`,
    },
    editManifest: (text) => text.replace(/^attestations:[^]*$/m, ''),
  }
}

const SERVICE =
  '/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-net/providers/Microsoft.DataMigration/sqlMigrationServices/dms-weu'
export const EGRESS = '  egress: [203.0.113.12]'

export const sources = (sales: Partial<DatabaseState>, orders: Partial<DatabaseState> = {}): ServerChange => ({
  state: {
    logins: [{ ...salesSource({ controlServer: false }).logins[0], user: 'dms', password: SOURCE_PASSWORD, ...VIEW }],
    databases: [
      { name: 'Sales', readers: ['dms'], ...sales },
      { name: 'Orders', readers: ['dms'], ...orders },
    ],
  },
})
const SOURCE_PASSWORD = salesSource({ controlServer: false }).logins[0]?.password ?? ''
const VIEW = { grants: ['VIEW ANY DEFINITION'] }

export const targets = (sales: Partial<DatabaseState>): ServerChange => ({
  state: {
    ...salesTarget(),
    databases: [
      { name: 'Sales', owners: ['dms'], ...sales },
      { name: 'OrdersNew', owners: ['dms'] },
    ],
  },
})

export const SQLDB_CASES: readonly Case[] = [
  {
    world: 'the current service, all in order',
    story: elsewhere(modern(EGRESS), { source: sources({}) }),
    expected: [
      passes(READS, /can read the definitions and the data of/),
      passes(OWNER, /is a db_owner of/),
      doesNotApply(SCHEMA, /does not migrate the schema/),
      passes(TABLES, /all 2 tables of the source are on the target/),
      passes('source/tables-fit-limits', /2 tables/),
      passes('source/names-are-supported', /all names of ASCII/),
      passes('target/collation-matches', /both have/),
      passes('target/size-fits', /may have 32 GiB/),
      doesNotApply('source/computed-columns-are-known', /No table/),
      doesNotApply('source/defaulted-nulls-are-decided', /No table/),
      doesNotApply('source/lob-tables-are-rehearsed', /No table/),
      doesNotApply('source/cdc-is-off', /does not migrate the schema/),
      passes('target/server-firewall-admits-dms', /cover 203\.0\.113\.12, under which the integration runtime appears/),
    ],
  },
  {
    world: 'the current service, a source and a target that do not fit',
    story: elsewhere(modern(EGRESS), {
      source: sources(
        {
          collation: 'Czech_CI_AS',
          sizeMb: 50_000,
          tables: [{ name: '注文', computed: ['Sum'], defaulted: ['Rebate'], lobMb: 9000 }],
        },
        { readers: [], owners: [], controlBy: [] },
      ),
      target: targets({ owners: [], controlBy: ['dms'], tables: [] }),
      azure: putResources(firewallRule(SALES, 'sqlsales', 'office', '198.51.100.1', '198.51.100.1')),
    }),
    expected: [
      isBlocked(READS, 'source/database-is-readable', { subject: 'sales/Orders' }),
      fails(OWNER, /no db_owner/, { subject: 'default/Sales' }),
      fails(TABLES, /has no table yet/, SALES_ONLY),
      fails('source/names-are-supported', /double-byte/, SALES_ONLY),
      fails('target/collation-matches', /CollationMismatch/, SALES_ONLY),
      fails('target/size-fits', /DatabaseSizeMoreThanMax/, SALES_ONLY),
      fails(
        'target/server-firewall-admits-dms',
        /leave out 203\.0\.113\.12 of the addresses of the integration runtime/,
      ),
    ],
  },
  {
    world: 'the current service migrates the schema too, with rights that are too small for it',
    story: elsewhere(modern(`${EGRESS}\n  schema-migration: true`), {
      source: sources({
        cdc: true,
        tables: [{ name: 'A', computed: ['Sum'], defaulted: ['Rebate'], lobMb: 9000 }],
      }),
      target: targets({ tables: [] }),
    }),
    expected: [
      fails(READS, /lacks db_owner/),
      fails(SCHEMA, /lacks ##MS_DatabaseManager##/),
      doesNotApply(TABLES, /migrates the schema itself/),
      { ...isManual('source/computed-columns-are-known', /dbo\.A\.Sum/), ...SALES_ONLY },
      { ...isManual('source/defaulted-nulls-are-decided', /dbo\.A\.Rebate/), ...SALES_ONLY },
      { ...isManual('source/lob-tables-are-rehearsed', /dbo\.A/), ...SALES_ONLY },
      fails('source/cdc-is-off', /change data capture is on/, SALES_ONLY),
    ],
  },
  {
    world: 'the current service, and nobody says under which address its runtime appears',
    story: elsewhere(modern('  egress: []'), { source: sources({}) }),
    expected: [
      isUnknown('target/server-firewall-admits-dms', 'missing-input', /whether the host of the integration runtime/),
    ],
  },
]
