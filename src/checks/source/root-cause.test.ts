import { describe, expect, it } from '@jest/globals'
import * as fixtures from '../../../test/sql-fixtures.ts'
import type { ServerName } from '../../domain/manifest.ts'
import { seen } from '../../domain/observed.ts'
import type { CheckResult } from '../../domain/report.ts'
import { runChecks } from '../../engine/run-checks.ts'
import { planChecks } from '../../plan/plan.ts'
import type { TlsAnswer } from '../../ports/sql-port.ts'
import enginePort from './engine-port-is-reachable/check.ts'
import appliance from './firewall-appliance-lets-dms-in/check.ts'
import login from './login-is-accepted/check.ts'
import controlServer from './login-has-control-server/check.ts'
import nameResolves from './name-resolves/check.ts'
import browser from './sql-browser-is-reachable/check.ts'
import tcpIp from './tcp-ip-is-enabled/check.ts'
import tls from './tls-is-acceptable/check.ts'
import windows from './windows-firewall-lets-dms-in/check.ts'

const CHECKS = [nameResolves, browser, enginePort, tls, login, controlServer, tcpIp, appliance, windows]
const HOST = 'sql01.corp.example'
const DEFAULT: ServerName = { text: HOST, host: HOST }
const NAMED: ServerName = { text: `${HOST}\\SALES`, host: HOST, instance: 'SALES' }

const certificate = {
  subject: 'CN=sql01',
  issuer: 'CN=Corp Root',
  names: [HOST],
  validFrom: '2026-01-01T00:00:00Z',
  validTo: '2027-01-01T00:00:00Z',
  fingerprint: 'sha256:00',
}
const HEALTHY: fixtures.World = {
  names: { [HOST]: ['10.0.0.5'] },
  ports: { '10.0.0.5:1433': 'open' },
  own: '10.1.0.4',
  subnet: ['10.1.0.0/24'],
  preLogin: seen({ answered: true, version: '16.0.4135', encryption: 'on', localAddress: '10.1.0.4' }),
  tls: seen({ outcome: 'accepted', protocol: 'TLSv1.2', certificate, verified: true }),
  logIn: () => seen(fixtures.ACCEPTED),
  rows: {
    'source-rights': [
      {
        login_name: 'dms',
        control_server: 1,
        sysadmin: 0,
        view_server_state: 1,
        view_any_definition: 1,
        connect_sql: 1,
        product_version: '16.0.4135.4',
        edition: 'Developer Edition (64-bit)',
        engine_edition: 3,
        net_transport: 'TCP',
        auth_scheme: 'SQL',
        local_tcp_port: 1433,
      },
    ],
  },
}

async function run(world: fixtures.World, server = DEFAULT): Promise<CheckResult[]> {
  const plan = planChecks(fixtures.manifestWith({ source: { server } }), CHECKS)
  const signal = new AbortController().signal
  return runChecks(plan, fixtures.createPorts({ ...HEALTHY, ...world }), {
    maxParallel: 8,
    timeoutMs: 1000,
    signal,
    vantage: 'runner',
  })
}

const answered = (tcpPort?: number) => {
  const instance = { instanceName: 'SALES', version: '16.0.1000.6', ...(tcpPort === undefined ? {} : { tcpPort }) }
  return { '10.0.0.5': { outcome: 'answered' as const, address: '10.0.0.5', instance, known: ['SALES'] } }
}

describe('the checks of one source together', () => {
  it('all hold for a healthy source seen from the DMS subnet', async () => {
    const results = await run({})
    expect(results.map(({ id, verdict }) => `${id} ${verdict}`)).toEqual([
      'source/name-resolves pass',
      'source/sql-browser-is-reachable not-applicable',
      'source/engine-port-is-reachable pass',
      'source/tls-is-acceptable pass',
      'source/login-is-accepted pass',
      'source/login-has-control-server pass',
      'source/tcp-ip-is-enabled pass',
      'source/firewall-appliance-lets-dms-in pass',
      'source/windows-firewall-lets-dms-in pass',
    ])
    expect(results.filter(({ proof }) => proof !== 'direct')).toEqual([])
  })

  const untrusted: TlsAnswer = {
    outcome: 'refused',
    problem: 'untrusted',
    message: 'self-signed',
    certificate,
    seenAt: '2026-11-22T12:00:00Z',
  }
  it.each([
    ['a name that nobody knows', { names: {} }, DEFAULT, 'source/name-resolves', 'fail'],
    ['a stopped server', { ports: {} }, DEFAULT, 'source/engine-port-is-reachable', 'fail'],
    [
      'a filtered port, seen from elsewhere',
      { ports: { '10.0.0.5:1433': 'timeout' }, own: '192.0.2.7' },
      DEFAULT,
      'source/engine-port-is-reachable',
      'unknown',
    ],
    ['a silent Browser', {}, NAMED, 'source/sql-browser-is-reachable', 'fail'],
    ['TCP/IP switched off', { browser: answered() }, NAMED, 'source/tcp-ip-is-enabled', 'fail'],
    [
      'a named instance that is stopped',
      { browser: answered(50123) },
      NAMED,
      'source/engine-port-is-reachable',
      'fail',
    ],
    [
      'another service on the port',
      { preLogin: seen({ answered: false, reason: 'not-tds', message: 'HTTP' }) },
      DEFAULT,
      'source/tcp-ip-is-enabled',
      'unknown',
    ],
    ['an untrusted certificate', { tls: seen(untrusted) }, DEFAULT, 'source/tls-is-acceptable', 'fail'],
    [
      'a wrong password',
      { logIn: () => seen(fixtures.refusedWith(18456)) },
      DEFAULT,
      'source/login-is-accepted',
      'fail',
    ],
  ] as [string, fixtures.World, ServerName, string, string][])(
    'have one root cause: %s',
    async (_what, world, server, id, verdict) => {
      const results = await run(world, server)
      const roots = results.filter((result) => result.verdict === 'fail' || result.verdict === 'unknown')
      expect(roots.map((result) => [result.id, result.verdict])).toEqual([[id, verdict]])
      const verdicts = new Map(results.map((result) => [result.id, result.verdict]))
      for (const { blockedBy = [] } of results) {
        for (const blocker of blockedBy) expect(['fail', 'unknown', 'blocked']).toContain(verdicts.get(blocker.id))
      }
      expect(results.filter((result) => result.verdict === 'blocked').length).toBeGreaterThan(0)
    },
  )

  it('leave the firewalls to people when the port is open to a runner elsewhere', async () => {
    const results = await run({ own: '192.0.2.7' })
    expect(results.filter(({ verdict }) => verdict === 'manual').map(({ id }) => id)).toEqual([
      appliance.meta.id,
      windows.meta.id,
    ])
    expect(results.filter(({ proof }) => proof === 'proxy').map(({ id }) => id)).toEqual([
      nameResolves.meta.id,
      enginePort.meta.id,
    ])
  })

  it.each([
    ['off', 'not-applicable', 'pass'],
    ['not-supported', 'not-applicable', 'pass'],
    ['required', 'fail', 'blocked'],
    ['strict', 'fail', 'blocked'],
  ] as const)(
    'go on without encryption where the manifest wants none and the server says %s: %s',
    async (encryption, ofTls, ofLogin) => {
      const source = { tls: { encrypt: 'off', trustServerCertificate: false } } as const
      const plan = planChecks(fixtures.manifestWith({ source }), CHECKS)
      const options = { maxParallel: 8, timeoutMs: 1000, signal: new AbortController().signal, vantage: 'runner' }
      const preLogin = seen({ answered: true, version: '16.0.4135', encryption, localAddress: '10.1.0.4' } as const)
      const results = await runChecks(plan, fixtures.createPorts({ ...HEALTHY, preLogin }), options)
      expect(results.find(({ id }) => id === tls.meta.id)?.verdict).toBe(ofTls)
      expect(results.find(({ id }) => id === login.meta.id)?.verdict).toBe(ofLogin)
    },
  )
})
