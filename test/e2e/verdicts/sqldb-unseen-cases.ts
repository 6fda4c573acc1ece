// What the checks of Azure SQL Database say of a server that tells too little, and what all is well looks like to the rest.
import type { SqlMessage } from '../../../src/ports/sql-port.ts'
import { salesSource, salesTarget } from '../../../lab/stories/sales.ts'
import type { Change } from '../../../lab/stories/change.ts'
import { isBlocked, isUnknown, passes, type Case } from '../expectation.ts'
import { EGRESS, modern, sources, targets } from './sqldb-cases.ts'
import { elsewhere, SOURCE_PASSWORD_WRONG, TARGET_PASSWORD_WRONG } from './worlds.ts'

const SOURCE_LOGIN = 'source/login-is-accepted'
const TARGET_LOGIN = 'target/login-is-accepted'
const OF_SOURCE = [
  ...['tables-fit-limits', 'lob-tables-are-rehearsed', 'names-are-supported', 'computed-columns-are-known'],
  'defaulted-nulls-are-decided',
  'cdc-is-off',
].map((name) => `source/${name}`)
const CDC = 'source/cdc-is-off'
const OF_INSTANCE = ['source/instance-objects-are-known', 'source/encryption-is-inventoried']
const OF_BOTH = ['target/collation-matches', 'target/size-fits']
const TABLES = 'target/tables-are-there'
const OF_TARGET = ['target/login-is-db-owner', 'target/login-can-migrate-schema']

const SCHEMA = modern(`${EGRESS}\n  schema-migration: true`)
const DENIED: SqlMessage = { number: 229, state: 5, severity: 14, message: 'The SELECT permission was denied.' }
const refusing = (...holding: readonly string[]) => holding.map((text) => ({ holding: text, error: DENIED }))
/** Of the source, the catalogue is shut. */
const SHUT_SOURCE: Change = {
  source: {
    state: {
      ...sources({}).state,
      refusesStatements: refusing('sys.tables', 'IS_MEMBER', 'sys.server_triggers', 'dm_database_encryption_keys'),
    },
  },
}
const SHUT_TARGET: Change = {
  target: {
    state: {
      ...salesTarget(),
      refusesStatements: refusing('sys.tables', "IS_ROLEMEMBER('db_owner')", 'IS_SRVROLEMEMBER'),
    },
  },
}
const LOGIN = { ...salesTarget().logins[0], user: 'dms', password: salesTarget().logins[0]?.password ?? '' }
const MANAGER: Change = {
  target: {
    state: {
      ...targets({}).state,
      logins: [
        {
          ...LOGIN,
          roles: [
            '##MS_DatabaseManager##',
            '##MS_DatabaseConnector##',
            '##MS_DefinitionReader##',
            '##MS_LoginManager##',
          ],
        },
      ],
    },
  },
}

export const SQLDB_UNSEEN_CASES: readonly Case[] = [
  {
    world: 'the current service migrates the schema, and neither login is accepted',
    story: elsewhere(SCHEMA, SOURCE_PASSWORD_WRONG, TARGET_PASSWORD_WRONG),
    expected: [
      ...[...OF_SOURCE, ...OF_INSTANCE, ...OF_BOTH].map((check) => isBlocked(check, SOURCE_LOGIN)),
      ...OF_TARGET.map((check) => isBlocked(check, TARGET_LOGIN)),
    ],
  },
  {
    world: 'the current service copies into tables that are there, and the source accepts no login',
    story: elsewhere(modern(EGRESS), SOURCE_PASSWORD_WRONG),
    expected: [isBlocked(TABLES, SOURCE_LOGIN)],
  },
  {
    world: 'the current service, and the catalogues of both servers are shut',
    story: elsewhere(modern(EGRESS), SHUT_SOURCE, SHUT_TARGET),
    expected: [
      ...[...OF_SOURCE.filter((check) => check !== CDC), ...OF_BOTH, TABLES].map((check) =>
        isUnknown(check, 'forbidden', /Query "database-shape" .*has no permission \(229/),
      ),
      isUnknown('source/instance-objects-are-known', 'forbidden', /Query "instance-objects" .*has no permission/),
      isUnknown('source/encryption-is-inventoried', 'forbidden', /not everything could be seen; not seen: TDE/),
      isUnknown('source/login-can-read-definitions', 'forbidden', /Query "source-database-rights" .*has no permission/),
      isUnknown('target/login-is-db-owner', 'forbidden', /Query "target-database-rights" .*has no permission/),
    ],
  },
  {
    world: 'the current service migrates the schema, and the catalogues of both servers are shut',
    story: elsewhere(SCHEMA, SHUT_SOURCE, SHUT_TARGET),
    expected: [
      isUnknown('target/login-can-migrate-schema', 'forbidden', /Query "target-server-roles" .*has no permission/),
    ],
  },
  {
    world: 'the current service migrates the schema, with every right, small large objects and no change data capture',
    story: elsewhere(SCHEMA, MANAGER, {
      source: {
        state: {
          ...salesSource({ controlServer: true }),
          databases: [{ name: 'Sales', tables: [{ name: 'A', lobMb: 5 }] }, { name: 'Orders' }],
        },
      },
    }),
    expected: [
      passes(CDC, /change data capture is off/),
      passes('target/login-can-migrate-schema', /has all four roles for the migration of the schema/),
      passes('source/lob-tables-are-rehearsed', /the largest is dbo\.A with 5 MiB/, { subject: 'sales/Sales' }),
    ],
  },
]
