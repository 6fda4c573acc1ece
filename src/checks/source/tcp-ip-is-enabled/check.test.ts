import { describe, expect, it } from '@jest/globals'
import * as fixtures from '../../../../test/sql-fixtures.ts'
import { seen, unseen } from '../../../domain/observed.ts'
import check from './check.ts'

const HOST = 'sql01.corp.example'
const subject = fixtures.sourceSubject()
const place = { host: HOST, address: '10.0.0.5', port: 1433 }
const browser = {
  host: HOST,
  instance: 'SALES',
  address: '10.0.0.5',
  outcome: 'answered',
  attempts: [{ address: '10.0.0.5', outcome: 'answered' }],
  listed: true,
  version: '16.0.1000.6',
  known: ['SALES'],
}
const shut = { ...place, state: 'tried', portFrom: 'default', outcome: 'refused', ms: 1, attempts: [] }

const TABLE = [
  [
    { ...place, state: 'answered', version: '16.0.4135', encryption: 'on', localAddress: '192.0.2.7' },
    'pass',
    'TCP/IP is enabled: sql01.corp.example (10.0.0.5) answers on TCP 1433 as version 16.0.4135',
  ],
  [
    { ...place, state: 'answered', version: '16.0.4135', encryption: 'strict', localAddress: '192.0.2.7' },
    'pass',
    'answers on TCP 1433 as version 16.0.4135, inside TLS (TDS 8.0)',
  ],
  [
    { state: 'no-tcp', host: HOST, browser },
    'fail',
    'TCP/IP is not enabled for sql01.corp.example\\SALES: SQL Server Browser on 10.0.0.5, UDP 1434, lists SALES (version 16.0.1000.6) without a TCP port',
  ],
  [{ ...place, state: 'not-tds', message: 'HTTP/1.1 400' }, 'unknown', 'does not speak TDS: HTTP/1.1 400'],
  [{ ...place, state: 'closed', message: 'closed' }, 'unknown', 'closes them at the pre-login'],
  [shut, 'blocked', 'TCP 1433 of sql01.corp.example was not reached (refused)'],
  [{ state: 'not-listed', host: HOST, browser: { ...browser, listed: false } }, 'blocked', 'is not known'],
  [{ state: 'no-browser', host: HOST, browser: { ...browser, outcome: 'timeout' } }, 'blocked', 'is not known'],
  [{ state: 'no-name', host: HOST, message: 'ENOTFOUND' }, 'blocked', 'has no address'],
] as const

describe('source/tcp-ip-is-enabled', () => {
  it.each(TABLE)('%# judges as %s', (evidence, verdict, summary) => {
    const judgement = fixtures.judgeStored(check, evidence, subject)
    expect(judgement.verdict).toBe(verdict)
    expect(judgement.summary).toContain(summary)
  })

  it('gives each verdict that it names', () => {
    fixtures.expectEveryVerdict(
      check,
      TABLE.map(([, verdict]) => verdict),
    )
  })

  it.each([
    [5, 'source/engine-port-is-reachable'],
    [6, 'source/engine-port-is-reachable'],
    [7, 'source/sql-browser-is-reachable'],
    [8, 'source/name-resolves'],
  ] as const)('names what blocks it (%i)', (row, id) => {
    expect(fixtures.judgeStored(check, TABLE[row][0], subject)).toMatchObject({ blockedBy: [{ id, subject: 'sales' }] })
  })

  it.each([
    ['SALES', "ServerInstances['SALES']", "'MSSQL$SALES'"],
    ["X'; Remove-Item C:\\", "ServerInstances['<instance>']", "'MSSQL$<instance>'"],
  ])('fails with a script for the instance %s', (instance, select, service) => {
    const judgement = fixtures.judgeStored(
      check,
      { state: 'no-tcp', host: HOST, browser: { ...browser, instance } },
      subject,
    )
    const code = judgement.verdict === 'fail' ? (judgement.remediation.scripts[0]?.code ?? '') : ''
    expect(code).toContain(select)
    expect(code).toContain(`Restart-Service -Name ${service}`)
  })

  it.each([
    [
      seen({ answered: true, version: '16.0.4135', encryption: 'on', localAddress: '192.0.2.7' } as const),
      { state: 'answered' },
    ],
    [seen({ answered: false, reason: 'not-tds', message: 'HTTP\r\n' } as const), { state: 'not-tds', message: 'HTTP' }],
  ])('%# observes the pre-login on the open port', async (preLogin, evidence) => {
    const ports = fixtures.createPorts({
      names: { [HOST]: ['10.0.0.5'] },
      ports: { '10.0.0.5:1433': 'open' },
      preLogin,
    })
    expect(await fixtures.observeValue(check, ports, subject)).toMatchObject({ ...place, ...evidence })
  })

  it('sends nothing to a closed port', async () => {
    const ports = fixtures.createPorts({ names: { [HOST]: ['10.0.0.5'] } })
    expect(await fixtures.observeValue(check, ports, subject)).toMatchObject({ state: 'tried', outcome: 'refused' })
  })

  it('leaves it to the check of the port to say why that could not be tried', async () => {
    const failure = unseen('unreachable', 'a firewall on this runner does not let the packet out (EACCES).')
    const ports = fixtures.createPorts({ names: { [HOST]: ['10.0.0.5'] }, ports: { '10.0.0.5:1433': failure } })
    const evidence = await fixtures.observeValue(check, ports, subject)
    expect(fixtures.judgeStored(check, evidence, subject)).toEqual({
      verdict: 'blocked',
      summary: 'Not tried: a firewall on this runner does not let the packet out (EACCES)',
      blockedBy: [{ id: 'source/engine-port-is-reachable', subject: subject.name }],
    })
  })

  it('does not know when the pre-login could not be made', async () => {
    const ports = fixtures.createPorts({ names: { [HOST]: ['10.0.0.5'] }, ports: { '10.0.0.5:1433': 'open' } })
    expect(await check.observe(ports, subject)).toMatchObject({ ok: false, failure: { kind: 'timeout' } })
  })
})
