import { said, type Row, type World } from './row.ts'

const LOGIN = 'login-is-accepted'
const IMPATIENT_MS = 1500

const FAILED = "Login failed for user 'dms'."
const WINDOWS = String.raw`{ windows: CORP\svc-dms, password: "\${OWN}" }`.replace('\\$', '$')

function refused(failure: string, world: World, row: Pick<Row, 'says' | 'next'> & Partial<Row>): Row {
  return { step: 'login', failure, world, root: LOGIN, verdict: 'fail', logins: 1, ...row }
}

const state18456 = (state: number, says: RegExp): Row =>
  refused(`18456, state ${state}`, { refuses: [said(18_456, FAILED, state)] }, { says, next: /sys\.server_principals/ })

/** Nothing is known of the account then, and the password is not sent again. */
const CUT_OFF: readonly Row[] = [
  {
    step: 'login',
    failure: 'the connection is closed instead of an answer',
    world: { wire: { misbehave: 'close-at-login' } },
    root: LOGIN,
    verdict: 'unknown',
    cause: 'reset',
    says: /^Login of dms from this runner to sql01\.corp\.example \(127\.0\.0\.1:<port>, database master\): the connection was broken off by the other side or by a device on the way \(ECONNRESET\)/,
    next: /Look in the logs of the other side/,
    logins: 1,
  },
  {
    step: 'login',
    failure: 'no answer',
    world: { wire: { misbehave: 'silent-at-login' }, timeoutMs: IMPATIENT_MS },
    root: LOGIN,
    verdict: 'unknown',
    cause: 'timeout',
    says: /^Login of dms from this runner to sql01\.corp\.example \(127\.0\.0\.1:<port>, database master\): no answer in time \(ETIMEOUT: /,
    next: /Raise the input `timeout`/,
    logins: 1,
  },
]

/** TDS routing, as Azure SQL does it with the connection policy Redirect. */
const routed = (host: string, row: Pick<Row, 'failure' | 'cause' | 'says' | 'next'>): Row => ({
  step: 'login',
  side: 'target',
  world: {
    names: { 'node1.corp.example': ['127.0.0.2'] },
    wire: { authenticate: () => ({ routeTo: { host, port: 1 } }) },
  },
  root: LOGIN,
  verdict: 'unknown',
  logins: 1,
  ...row,
})

const SENT_ON: readonly Row[] = [
  routed('node1.corp.example', {
    failure: 'sent on to a port that is closed',
    cause: 'refused',
    says: /^Login of dms from this runner to sqlsales\.corp\.example \(127\.0\.0\.1:<port>, database Sales\), which sends it on to node1\.corp\.example, port 1: the host refused/,
    next: /TCP 11000 to 11999[^]*az sql server conn-policy show/,
  }),
  routed('node2.corp.example', {
    failure: 'sent on to a host without an address',
    cause: 'dns',
    says: /which sends it on to node2\.corp\.example, port 1: there is no such name/,
    next: /az sql server conn-policy show/,
  }),
  routed('node1.evil.example', {
    failure: 'sent on to a host that is not of the cloud',
    cause: 'untrusted-host',
    says: /: the server sends the login on to another host, and it was not sent there .*routes to node1\.evil\.example/,
    next: /the name of that host in the manifest/,
  }),
]

/** The server's word on the account: the password is sent once, whatever waits for it. */
export const REFUSAL_ROWS: readonly Row[] = [
  ...CUT_OFF,
  ...SENT_ON,
  refused(
    '18456: a wrong password',
    { password: 'n0t-the-pass' },
    {
      says: /^sql01\.corp\.example:<port> refused dms in the database master with error 18456, state 1, severity 14: Login failed for user 'dms' \(user name or password is wrong, or the login may not connect\)/,
      next: /Correct the secret or the login; the password is not tried again/,
    },
  ),
  refused(
    '18456 of a target',
    { password: 'n0t-the-pass' },
    {
      side: 'target',
      says: /^sqlsales\.corp\.example:<port> refused dms in the database Sales with error 18456, state 1/,
      next: /sys\.sql_logins/,
    },
  ),
  state18456(2, /error 18456, state 2,.*there is no such login/),
  state18456(5, /error 18456, state 5,.*there is no such login/),
  state18456(7, /error 18456, state 7,.*the login is disabled and the password wrong/),
  state18456(8, /error 18456, state 8,.*the password is wrong/),
  state18456(11, /error 18456, state 11,.*the login is right and lacks CONNECT SQL/),
  state18456(18, /error 18456, state 18,.*the password must be changed/),
  state18456(38, /error 18456, state 38,.*the database asked for cannot be opened/),
  state18456(58, /error 18456, state 58,.*the server takes only Windows logins/),
  state18456(132, /error 18456, state 132,.*cannot validate the Entra identity/),
  refused(
    '18456 behind a number that nobody knows',
    { refuses: [said(33_333, 'Something else.'), said(18_456, FAILED)] },
    { says: /error 18456, state 1/, next: /sys\.server_principals/ },
  ),
  refused(
    '18452: a SQL login where only Windows logins count',
    {
      refuses: [
        said(
          18_452,
          'Login failed. The login is from an untrusted domain and cannot be used with Integrated authentication.',
        ),
      ],
    },
    {
      says: /:<port> refused dms .*error 18452, state 1.*\(the server takes only Windows logins, and this is a SQL login\)/,
      next: /IsIntegratedSecurityOnly/,
    },
  ),
  refused(
    '18452: a Windows login where NTLM does not count',
    { login: WINDOWS },
    {
      says: /:<port> refused CORP\\svc-dms .*error 18452.*Kerberos only, Extended Protection required, LMv2 refused/,
      next: /runas \/netonly \/user:CORP\\svc-dms/,
    },
  ),
  refused(
    '18452: a Windows login with a wrong password',
    { login: WINDOWS, wire: { ntlm: { [String.raw`CORP\svc-dms`]: 'another-pass' } } },
    { says: /:<port> refused CORP\\svc-dms .*error 18452/, next: /It is not tried again in this run/ },
  ),
  refused(
    '18470: disabled',
    { state: { logins: [{ user: 'dms', password: '', disabled: true }] } },
    {
      says: /:<port> refused dms .*error 18470, state 1.*\(the login is disabled\)/,
      next: /ALTER LOGIN \[dms\] ENABLE;/,
    },
  ),
  refused(
    '18486: locked out',
    { state: { logins: [{ user: 'dms', password: '', locked: true }] } },
    { says: /:<port> refused dms .*error 18486, state 1.*\(the login is locked out/, next: /UNLOCK;/ },
  ),
  refused(
    '18487: expired',
    { state: { logins: [{ user: 'dms', password: '', expired: true }] } },
    {
      says: /:<port> refused dms .*error 18487, state 1.*\(the password of the login has expired\)/,
      next: /WITH PASSWORD/,
    },
  ),
  refused(
    '18488: to be changed',
    { state: { logins: [{ user: 'dms', password: '', mustChange: true }] } },
    {
      says: /:<port> refused dms .*error 18488, state 1.*\(the password of the login must be changed/,
      next: /WITH PASSWORD/,
    },
  ),
  refused(
    '4060: the first database of the target',
    { state: { databases: [{ name: 'Sales' }, { name: 'Orders' }] } },
    {
      side: 'target',
      says: /:<port> refused dms in the database Sales with error 4060, state 1.*may not open the database Sales/,
      next: /CREATE USER \[dms\] FOR LOGIN \[dms\];/,
    },
  ),
  refused(
    '911: the first database of the target',
    { refuses: [said(911, "Database 'Sales' does not exist. Make sure that the name is entered correctly.", 1, 16)] },
    {
      side: 'target',
      says: /:<port> refused dms in the database Sales with error 911, state 1, severity 16.*\(there is no database Sales\)/,
      next: /Correct the name in the manifest/,
    },
  ),
  {
    step: 'login',
    failure: 'no password',
    world: { password: undefined },
    root: LOGIN,
    verdict: 'unknown',
    cause: 'no-credential',
    says: /OWN is unset or empty/,
    next: /OWN/,
  },
]
