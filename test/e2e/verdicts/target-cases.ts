import { sqlServer } from '../../../lab/azure/data-resources.ts'
import { putResources, removeResources } from '../../../lab/stories/change.ts'
import type { salesTarget } from '../../../lab/stories/sales.ts'
import { SALES, SQL_SERVER, TARGET_PASSWORD } from '../../../lab/stories/sales.ts'
import type { SqlMessage } from '../../../src/ports/sql-port.ts'
import type { Case } from '../expectation.ts'
import { doesNotApply, fails, isBlocked, isUnknown, passes } from '../expectation.ts'
import { elsewhere, IMPATIENT, NO_ENDPOINT, ready, TARGET_PASSWORD_WRONG, UNKNOWN_TARGET } from './worlds.ts'

const NAME = 'target/name-resolves'
const PORT = 'target/engine-port-is-reachable'
const TLS = 'target/tls-is-acceptable'
const LOGIN = 'target/login-is-accepted'
const CONTROL = 'target/login-has-control-database'
const EXISTS = 'target/sql-database-exists'
const FIREWALL = 'target/server-firewall-admits-dms'
const CLOSED = 'target/server-firewall-is-closed-to-other-tenants'

const GROUP = SQL_SERVER.replace(/\/providers\/.*$/, '')
const SALES_DATABASE = { subject: 'default/Sales' }
const ORDERS_DATABASE = { subject: 'default/OrdersNew' }

/** https://learn.microsoft.com/azure/azure-sql/database/troubleshoot-common-errors-issues */
const NOT_AVAILABLE: SqlMessage = {
  number: 40_613,
  state: 1,
  severity: 17,
  message: "Database 'OrdersNew' on server 'sqlsales' is not currently available. Please retry the connection later.",
}

function orders(change: Partial<ReturnType<typeof salesTarget>['databases'][number]>) {
  return {
    state: {
      databases: [
        { name: 'Sales', owners: ['dms'] },
        { name: 'OrdersNew', ...change },
      ],
    },
  }
}

export const TARGET_CASES: readonly Case[] = [
  {
    world: 'no such name, seen from the DMS subnet',
    story: ready(UNKNOWN_TARGET),
    expected: [
      fails(NAME, /finds no address for sqlsales\.invalid/),
      isBlocked(PORT, NAME),
      ...[TLS, LOGIN].map((id) => isBlocked(id, PORT)),
      isBlocked(CONTROL, LOGIN),
    ],
  },
  {
    world: 'no such name, seen from elsewhere',
    story: elsewhere(UNKNOWN_TARGET),
    expected: [isUnknown(NAME, 'dns', /finds no address for sqlsales\.invalid/, { proof: 'proxy' })],
  },
  {
    world: 'no endpoint in the manifest, and no server in Azure',
    story: ready(NO_ENDPOINT, {
      azure: (state) => {
        removeResources(SQL_SERVER)(state)
        state.resourceGroups = [GROUP]
      },
    }),
    expected: [
      isBlocked(NAME, EXISTS, { says: /it knows no such server/ }),
      isBlocked(PORT, NAME),
      fails(EXISTS, /there is no server sqlsales/),
      ...[FIREWALL, CLOSED].map((id) => isBlocked(id, EXISTS, { says: /not there/ })),
    ],
  },
  {
    world: 'no endpoint in the manifest, and no view of the server in Azure',
    story: ready(NO_ENDPOINT, {
      azure: (state) => {
        state.forbidden = [SQL_SERVER]
      },
    }),
    expected: [
      isBlocked(NAME, EXISTS, { says: /it could not be asked .*403/ }),
      ...[EXISTS, FIREWALL, CLOSED].map((id) =>
        isUnknown(id, 'forbidden', /403/, { missing: 'Microsoft.Sql/servers/read' }),
      ),
    ],
  },
  {
    world: 'no endpoint in the manifest, and Azure names a host of its own',
    story: ready(NO_ENDPOINT, {
      azure: putResources(sqlServer(SALES, 'sqlsales', { fullyQualifiedDomainName: 'sqlsales.evil.example' })),
    }),
    expected: [
      isUnknown(NAME, 'untrusted-host', /sqlsales\.evil\.example .*no credential goes there/),
      isBlocked(LOGIN, PORT),
    ],
  },
  {
    world: 'closed port, seen from the DMS subnet',
    story: ready({ target: { down: true } }),
    expected: [fails(PORT, /^TCP 1 of localhost .*: refused/), ...[TLS, LOGIN].map((id) => isBlocked(id, PORT))],
  },
  {
    world: 'closed port, seen from elsewhere',
    story: elsewhere({ target: { down: true } }),
    expected: [isUnknown(PORT, 'refused', /: refused after .*not verified/, { proof: 'proxy' })],
  },
  {
    world: 'a server that never answers',
    story: ready(IMPATIENT, { target: { misbehave: 'silent' } }),
    expected: [
      passes(PORT, /open/),
      isUnknown(TLS, 'timeout', /no answer/),
      isBlocked(LOGIN, TLS),
      isBlocked(CONTROL, LOGIN),
    ],
  },
  {
    world: 'no encryption wanted',
    story: ready({
      editManifest: (text) => text.replace(/^( *)(endpoint: .*)$/m, '$1$2\n$1tls: { encrypt: false }'),
      target: { certificate: 'none' },
    }),
    expected: [doesNotApply(TLS, /tls\.encrypt: false/), passes(LOGIN, /not encrypted/)],
  },
  {
    world: 'wrong password',
    story: ready(TARGET_PASSWORD_WRONG),
    expected: [fails(LOGIN, /refused dms .*error 18456/), isBlocked(CONTROL, LOGIN)],
  },
  {
    world: 'the address of the runner is not admitted',
    story: ready({ target: { state: { admits: ['198.51.100.7'] } } }),
    expected: [isUnknown(LOGIN, 'forbidden', /40615.*saw this runner as 127\.0\.0\.1/), isBlocked(CONTROL, LOGIN)],
  },
  {
    world: 'a user without CONTROL',
    story: ready({
      target: {
        state: {
          logins: [{ user: 'dms', password: TARGET_PASSWORD, databases: ['OrdersNew'] }],
          ...orders({}).state,
        },
      },
    }),
    expected: [
      passes(CONTROL, /has CONTROL on the database Sales/, SALES_DATABASE),
      fails(CONTROL, /dms lacks CONTROL on the database OrdersNew .*db_owner: no/, ORDERS_DATABASE),
    ],
  },
  {
    world: 'no user in one database',
    story: ready({ target: orders({}) }),
    expected: [
      passes(LOGIN, /accepts dms/),
      fails(CONTROL, /refused dms in the database OrdersNew with error 4060/, ORDERS_DATABASE),
    ],
  },
  {
    world: 'no user in the first database',
    story: ready({ target: { state: { databases: [{ name: 'Sales' }, { name: 'OrdersNew', owners: ['dms'] }] } } }),
    expected: [fails(LOGIN, /refused dms in the database Sales with error 4060/), isBlocked(CONTROL, LOGIN)],
  },
  {
    world: 'a contained user of one database',
    story: ready({
      target: {
        state: {
          logins: [{ user: 'dms', password: TARGET_PASSWORD, contained: true }],
          ...orders({}).state,
        },
      },
    }),
    expected: [
      passes(LOGIN, /accepts dms in the database Sales/),
      passes(CONTROL, /has CONTROL/, SALES_DATABASE),
      fails(CONTROL, /refused dms in the database OrdersNew with error 18456/, ORDERS_DATABASE),
    ],
  },
  {
    world: 'one database is moving',
    story: ready(IMPATIENT, { target: orders({ owners: ['dms'], refuses: NOT_AVAILABLE }) }),
    expected: [
      passes(CONTROL, /has CONTROL/, SALES_DATABASE),
      isUnknown(CONTROL, 'server-error', /not available just now \(40613, .*Tried \d+ times within/, ORDERS_DATABASE),
    ],
  },
]
