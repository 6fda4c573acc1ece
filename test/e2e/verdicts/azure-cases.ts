import { sqlDatabase } from '../../../lab/azure/data-resources.ts'
import { putResources, removeResources } from '../../../lab/stories/change.ts'
import { SALES, SQL_SERVER } from '../../../lab/stories/sales.ts'
import type { Case } from '../expectation.ts'
import { fails, isBlocked, isUnknown, passes } from '../expectation.ts'
import { GATE_CASES } from './gate-cases.ts'
import { IMPATIENT, NO_ENDPOINT, ready } from './worlds.ts'

const SIGN_IN = 'azure/sign-in-works'
const NETWORK = 'network/dms-vnet-uses-resource-manager'
const EXISTS = 'target/sql-database-exists'
const FIREWALL = 'target/server-firewall-admits-dms'
const CLOSED = 'target/server-firewall-is-closed-to-other-tenants'
const ORDERS_DATABASE = { subject: 'default/OrdersNew' }

const behindSignIn = [NETWORK, EXISTS, FIREWALL, CLOSED].map((id) => isBlocked(id, SIGN_IN))

export const AZURE_CASES: readonly Case[] = [
  {
    world: 'a wrong client secret',
    story: ready({ inputs: { 'client-secret': 'n0t~the.Secret' } }),
    expected: [isUnknown(SIGN_IN, 'auth', /AADSTS7000215/), ...behindSignIn],
  },
  {
    world: 'a wrong client secret, and only Azure knows the name of the target',
    story: ready(NO_ENDPOINT, { inputs: { 'client-secret': 'n0t~the.Secret' } }),
    expected: [
      isBlocked('target/name-resolves', SIGN_IN),
      isBlocked('target/engine-port-is-reachable', 'target/name-resolves'),
    ],
  },
  {
    world: 'no identity',
    story: ready({ inputs: { 'client-id': '', 'tenant-id': '', 'client-secret': '' } }),
    expected: [isUnknown(SIGN_IN, 'no-credential', /./, { missing: 'client-id' }), ...behindSignIn],
  },
  {
    world: 'one database is not there',
    story: ready({ azure: removeResources(`${SQL_SERVER}/databases/OrdersNew`) }),
    expected: [
      passes(EXISTS, /is Online/, { subject: 'default/Sales' }),
      fails(EXISTS, /OrdersNew on sqlsales is not there: the server has no such database/, ORDERS_DATABASE),
      isBlocked('target/login-has-control-database', EXISTS, ORDERS_DATABASE),
    ],
  },
  {
    world: 'the resource group is not there',
    story: ready({
      azure: (state) => {
        state.resources = state.resources.filter(({ id }) => !id.includes('/rg-sales/'))
      },
    }),
    expected: [
      fails(EXISTS, /its resource group is not there/),
      isBlocked(FIREWALL, EXISTS),
      isBlocked(CLOSED, EXISTS),
    ],
  },
  {
    world: 'the subscription is not there',
    story: ready({
      azure: (state) => {
        state.subscriptions = []
      },
    }),
    expected: [EXISTS, NETWORK].map((id) => isUnknown(id, 'not-found', /subscription/i)),
  },
  {
    world: 'a database that is offline, and one that is paused',
    story: ready({
      azure: putResources(
        sqlDatabase(SALES, 'sqlsales', 'Sales', { status: 'Offline' }),
        sqlDatabase(SALES, 'sqlsales', 'OrdersNew', { status: 'Paused' }),
      ),
    }),
    expected: [
      fails(EXISTS, /Sales on sqlsales is Offline .*not Online/, { subject: 'default/Sales' }),
      isUnknown(EXISTS, 'insufficient', /OrdersNew on sqlsales is Paused/, ORDERS_DATABASE),
    ],
  },
  {
    world: 'Azure is asked too often',
    story: ready({
      azure: (state) => {
        state.faults = [{ match: '/databases/', status: 429, headers: { 'retry-after': '3600' } }]
      },
    }),
    expected: [isUnknown(EXISTS, 'throttled', /429/)],
  },
  {
    world: 'Azure does not answer',
    story: ready(IMPATIENT, {
      azure: (state) => {
        state.faults = [{ match: '/databases/', status: 503, delayMs: 60_000 }]
      },
    }),
    expected: [isUnknown(EXISTS, 'timeout', /did not finish|no answer|not answer/), passes(FIREWALL, /admits/)],
  },
  {
    world: 'Azure is out of order',
    story: ready({
      azure: (state) => {
        state.faults = [{ match: '/firewallRules', status: 500, headers: { 'retry-after': '3600' } }]
      },
    }),
    expected: [FIREWALL, CLOSED].map((id) => isUnknown(id, 'server-error', /500/)),
  },
  {
    world: 'a proxy answers in place of Azure',
    story: ready({
      azure: (state) => {
        state.faults = [
          {
            match: '/virtualNetworkRules',
            status: 200,
            body: '<html>Sign in</html>',
            headers: { 'content-type': 'text/html' },
          },
        ]
      },
    }),
    expected: [isUnknown(FIREWALL, 'protocol', /./), passes(CLOSED, /none of the 1/)],
  },
  ...GATE_CASES,
]
