import { describe, expect, it } from '@jest/globals'
import * as fixtures from '../../../../test/sql-fixtures.ts'
import type { ConnectOutcome } from '../../../ports/net-port.ts'
import check from './check.ts'

const HOST = 'sql01.corp.example'
const subject = fixtures.sourceSubject()

const tried = (outcome: ConnectOutcome, vantage = fixtures.OUTSIDE) => ({
  state: 'tried',
  host: HOST,
  port: 1433,
  portFrom: 'default',
  address: '10.0.0.5',
  outcome,
  ms: 3,
  attempts: [{ address: '10.0.0.5', port: 1433, outcome, ms: 3 }],
  from: `this runner (${vantage.address ?? ''})`,
  to: `${HOST} (10.0.0.5)`,
  protocol: 'tcp',
  vantage,
})
const browser = {
  host: HOST,
  instance: 'SALES',
  address: '10.0.0.5',
  outcome: 'answered',
  attempts: [{ address: '10.0.0.5', outcome: 'answered' }],
  listed: false,
  known: ['HR', 'CRM'],
}

const TABLE = [
  [
    tried('open', fixtures.INSIDE),
    'pass',
    'TCP 1433 of sql01.corp.example (10.0.0.5) from this runner (10.1.0.4) is open after 3 ms',
  ],
  [
    tried('open'),
    'pass',
    'from this runner (192.0.2.7) is open after 3 ms; seen from the runner, which is not verified',
  ],
  [
    tried('refused', fixtures.INSIDE),
    'fail',
    'TCP 1433 of sql01.corp.example (10.0.0.5) from this runner (10.1.0.4): refused after 3 ms',
  ],
  [tried('timeout', fixtures.INSIDE), 'fail', 'no answer'],
  [tried('timeout'), 'unknown', 'a firewall on the way'],
  [tried('unreachable'), 'unknown', 'no route'],
  [tried('reset'), 'unknown', 'reset'],
  [{ state: 'not-listed', host: HOST, browser }, 'unknown', 'does not list the instance SALES; it lists HR, CRM'],
  [
    { state: 'no-tcp', host: HOST, browser: { ...browser, listed: true } },
    'blocked',
    'lists sql01.corp.example\\SALES without a TCP port',
  ],
  [{ state: 'no-browser', host: HOST, browser: { ...browser, outcome: 'timeout' } }, 'blocked', 'did not answer'],
  [{ state: 'no-name', host: HOST, message: 'ENOTFOUND' }, 'blocked', 'has no address (ENOTFOUND)'],
] as const

describe('source/engine-port-is-reachable', () => {
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
    ['no-tcp', 8, 'source/tcp-ip-is-enabled'],
    ['no-browser', 9, 'source/sql-browser-is-reachable'],
    ['no-name', 10, 'source/name-resolves'],
  ] as const)('names what blocks it: %s', (_state, row, id) => {
    expect(fixtures.judgeStored(check, TABLE[row][0], subject)).toMatchObject({ blockedBy: [{ id, subject: 'sales' }] })
  })

  it('fails with the next command', () => {
    expect(fixtures.judgeStored(check, TABLE[2][0], subject)).toMatchObject({
      remediation: {
        scripts: [
          { code: 'Test-NetConnection -ComputerName sql01.corp.example -Port 1433' },
          { code: expect.stringContaining('Get-NetTCPConnection -State Listen -OwningProcess') },
        ],
      },
    })
  })

  it('observes the open address of several, with the vantage of that very connection', async () => {
    const ports = fixtures.createPorts({
      names: { [HOST]: ['10.0.0.5', '10.0.0.6'] },
      ports: { '10.0.0.5:1433': 'timeout', '10.0.0.6:1433': 'open' },
      own: '172.17.0.1',
      routes: { '10.0.0.6': '10.1.0.4' },
      subnet: ['10.1.0.0/24'],
    })
    const evidence = await fixtures.observeValue(check, ports, subject)
    expect(evidence).toMatchObject({
      from: 'this runner (10.1.0.4)',
      to: `${HOST} (10.0.0.6)`,
      port: 1433,
      outcome: 'open',
      ms: 3,
      vantage: { verified: true, address: '10.1.0.4', subnet: 'snet-dms' },
    })
    const judgement = fixtures.judgeStored(check, evidence, subject)
    expect(judgement).toMatchObject({ verdict: 'pass', proof: 'direct' })
    expect(judgement.summary).toContain('other addresses of the same name do not answer: 10.0.0.5 (timeout)')
  })

  it('does not fail directly by a bridge of the runner that lies in the range of the DMS subnet', async () => {
    const world = { names: { [HOST]: ['10.0.0.5'] }, own: '10.1.0.1', subnet: ['10.1.0.0/24'] }
    const observe = (routes: Record<string, string | undefined>) =>
      fixtures.observeValue(check, fixtures.createPorts({ ...world, routes }), subject)
    const elsewhere = await observe({ '10.0.0.5': '192.0.2.7' })
    expect(fixtures.judgeStored(check, elsewhere, subject)).toMatchObject({ verdict: 'unknown', proof: 'proxy' })
    const unrouted = await observe({ '10.0.0.5': undefined })
    expect(fixtures.judgeStored(check, unrouted, subject)).toMatchObject({ verdict: 'unknown', proof: 'proxy' })
  })

  it('observes a closed port on all addresses', async () => {
    const ports = fixtures.createPorts({ names: { [HOST]: ['10.0.0.5', '10.0.0.6'] } })
    expect(await fixtures.observeValue(check, ports, subject)).toMatchObject({
      to: `${HOST} (10.0.0.5, 10.0.0.6)`,
      outcome: 'refused',
    })
  })
})
