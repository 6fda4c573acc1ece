import { describe, expect, it } from '@jest/globals'
import { firstSubject, INSTANCE_HOST } from '../../../../test/instance-fixtures.ts'
import * as fixtures from '../../../../test/sql-fixtures.ts'
import type { ConnectOutcome } from '../../../ports/net-port.ts'
import check from './check.ts'

const HOST = 'sqlsales.database.windows.net'
const subject = fixtures.targetSubject({ target: { endpoint: { text: HOST, host: HOST } } })

const tried = (outcome: ConnectOutcome, vantage = fixtures.OUTSIDE) => ({
  state: 'tried',
  host: HOST,
  port: 1433,
  portFrom: 'default',
  address: '20.1.2.3',
  outcome,
  ms: 9,
  attempts: [{ address: '20.1.2.3', port: 1433, outcome, ms: 9 }],
  from: `this runner (${vantage.address ?? ''})`,
  to: `${HOST} (20.1.2.3)`,
  protocol: 'tcp',
  vantage,
})

const TABLE = [
  [tried('open'), 'pass', `TCP 1433 of ${HOST} (20.1.2.3) from this runner (192.0.2.7) is open after 9 ms`],
  [
    tried('timeout', fixtures.INSIDE),
    'fail',
    `TCP 1433 of ${HOST} (20.1.2.3) from this runner (10.1.0.4): no answer after 9 ms`,
  ],
  [tried('timeout'), 'unknown', 'not verified to stand where DMS will'],
  [{ state: 'no-name', host: HOST, message: 'ENOTFOUND' }, 'blocked', 'has no address'],
] as const

describe('target/engine-port-is-reachable', () => {
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

  it('sends the reader to the outbound path of the DMS subnet', () => {
    expect(fixtures.judgeStored(check, TABLE[1][0], subject)).toMatchObject({
      remediation: { text: expect.stringContaining('outbound') },
    })
  })

  describe('of a managed instance', () => {
    const instance = firstSubject(check)
    const open = (vantage = fixtures.OUTSIDE, outcome = 'timeout') => ({
      ...tried('open', vantage),
      host: 'mi-erp.public.1b4e.database.windows.net',
      port: 3342,
      portFrom: 'public-endpoint',
      insteadOf: { host: INSTANCE_HOST, port: 1433, outcome },
    })

    it.each([
      [
        open(),
        'pass',
        'proxy',
        /1433 of mi-erp\.1b4e.*: timeout; TCP 3342 of its public endpoint .*: open; seen from the runner.*DMS has to reach the first/,
      ],
      [open(fixtures.OUTSIDE, 'no-name'), 'pass', 'proxy', /its name has no address/],
      [open(fixtures.INSIDE), 'fail', 'direct', /1433 of mi-erp\.1b4e.*: timeout/],
    ])('takes the public endpoint for no proof of its own one (%#)', (evidence, verdict, proof, summary) => {
      const judgement = fixtures.judgeStored(check, evidence, instance)
      expect(judgement).toMatchObject({ verdict, proof, summary: expect.stringMatching(summary) })
    })

    it('sends the reader to both subnets, or to the public endpoint as endpoint', () => {
      const own = fixtures.judgeStored(check, tried('timeout', fixtures.INSIDE), instance)
      expect(own).toMatchObject({ remediation: { text: expect.stringContaining('subnet of the instance') } })
      expect(fixtures.judgeStored(check, open(fixtures.INSIDE), instance)).toMatchObject({
        remediation: { scripts: [{ code: expect.stringContaining('"mi-erp.public.1b4e.database.windows.net,3342"') }] },
      })
    })
  })

  it('observes the endpoint of the manifest', async () => {
    const ports = fixtures.createPorts({ names: { [HOST]: ['20.1.2.3'] }, ports: { '20.1.2.3:1433': 'open' } })
    expect(await fixtures.observeValue(check, ports, subject)).toMatchObject({
      to: `${HOST} (20.1.2.3)`,
      outcome: 'open',
    })
  })
})
