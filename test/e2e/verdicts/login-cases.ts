import { LAB_SQL_LOGIN } from '../../../lab/azure/state.ts'
import { SALES_PASSWORD, salesSource, salesTarget } from '../../../lab/stories/sales.ts'
import type { Case } from '../expectation.ts'
import { fails, isUnknown, passes } from '../expectation.ts'
import { ready } from './worlds.ts'

const LOGIN = 'source/login-is-accepted'
const CONTROL = 'source/login-has-control-server'
const SOURCE_LOGIN = '{ user: dms, password: "${SALES_PASSWORD}" }'
const TARGET_LOGIN = '{ user: dms, password: "${TARGET_PASSWORD}" }'
const WINDOWS = String.raw`CORP\svc-dms`
const byWindows = { manifest: { [SOURCE_LOGIN]: `{ windows: ${WINDOWS}, password: "\${SALES_PASSWORD}" }` } }
const byEntra = { manifest: { [TARGET_LOGIN]: '{ entra: true }' } }

export const LOGIN_CASES: readonly Case[] = [
  {
    world: 'a Windows login',
    story: ready(byWindows, {
      source: {
        state: {
          ...salesSource({ controlServer: true }),
          logins: [{ user: WINDOWS, kind: 'windows', password: SALES_PASSWORD, controlServer: true }],
        },
      },
    }),
    expected: [passes(LOGIN, /accepts CORP\\svc-dms/), passes(CONTROL, /CORP\\svc-dms has CONTROL SERVER/)],
  },
  {
    world: 'a server that takes no Windows login from here',
    story: ready(byWindows),
    expected: [
      fails(LOGIN, /18452.*Kerberos only, Extended Protection required, LMv2 refused\); the answer does not tell/),
    ],
  },
  {
    world: "the run's Azure identity as the login of the target",
    story: ready(byEntra, {
      target: {
        state: {
          ...salesTarget(),
          logins: [{ user: LAB_SQL_LOGIN, kind: 'entra', password: '' }],
          databases: ['Sales', 'OrdersNew'].map((name) => ({ name, owners: [LAB_SQL_LOGIN] })),
        },
      },
    }),
    expected: [
      passes('target/login-is-accepted', /accepts the run's Azure identity .*encrypted/),
      passes('target/login-has-control-database', /dms-migration has CONTROL/),
    ],
  },
  {
    world: 'an Azure identity that the target does not know',
    story: ready(byEntra),
    expected: [fails('target/login-is-accepted', /18456/)],
  },
  {
    world: 'a token that cannot be had',
    story: ready(byEntra, { inputs: { 'client-secret': 'n0t~the.Secret' } }),
    expected: [isUnknown('target/login-is-accepted', 'auth', /was not tried: .*7000215|secret/)],
  },
  {
    world: 'TLS before TDS',
    story: ready({
      manifest: { '{ ca: certs/root.pem }': '{ encrypt: strict, ca: certs/root.pem }' },
      source: { wire: { strict: 'only' } },
    }),
    expected: [passes('source/tls-is-acceptable', /encrypts/), passes(CONTROL, /has CONTROL SERVER/)],
  },
]
