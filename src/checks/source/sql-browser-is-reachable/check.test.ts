import { describe, expect, it } from '@jest/globals'
import * as fixtures from '../../../../test/sql-fixtures.ts'
import type { ConnectOutcome } from '../../../ports/net-port.ts'
import check from './check.ts'

const HOST = 'sql01.corp.example'
const NAMED = { text: `${HOST}\\SALES`, host: HOST, instance: 'SALES' }
const named = fixtures.sourceSubject({ source: { server: NAMED } })

const listing = {
  host: HOST,
  instance: 'SALES',
  address: '10.0.0.5',
  outcome: 'answered',
  attempts: [],
  listed: true,
  known: ['SALES'],
}
const asked = (outcome: ConnectOutcome, vantage = fixtures.OUTSIDE, browser: object = listing) => ({
  state: 'asked',
  from: `this runner (${vantage.address ?? ''})`,
  to: `${HOST} (10.0.0.5)`,
  port: 1434,
  protocol: 'udp',
  outcome,
  vantage,
  browser,
})

const TABLE = [
  [
    asked('open', fixtures.INSIDE, { ...listing, tcpPort: 50123, version: '16.0.1000.6' }),
    'pass',
    'it lists SALES on TCP 50123, version 16.0.1000.6',
  ],
  [
    asked('open', fixtures.OUTSIDE, { ...listing, version: '16.0.1000.6' }),
    'pass',
    'it lists SALES without a TCP port',
  ],
  [
    asked('open', fixtures.OUTSIDE, { ...listing, listed: false, known: ['HR', 'CRM'] }),
    'pass',
    'does not list the instance SALES, only HR, CRM',
  ],
  [
    asked('open', fixtures.OUTSIDE, { ...listing, listed: false, known: [] }),
    'pass',
    'does not list the instance SALES, nor any other',
  ],
  [
    asked('refused', fixtures.INSIDE),
    'fail',
    'UDP 1434 of sql01.corp.example (10.0.0.5) from this runner (10.1.0.4): refused',
  ],
  [asked('timeout'), 'unknown', 'UDP 1434 of sql01.corp.example (10.0.0.5) from this runner (192.0.2.7): no answer'],
  [
    { state: 'not-needed', server: HOST, why: 'it is a default instance' },
    'not-applicable',
    'needs no SQL Server Browser',
  ],
] as const

describe('source/sql-browser-is-reachable', () => {
  it.each(TABLE)('%# judges as %s', (evidence, verdict, summary) => {
    const judgement = fixtures.judgeStored(check, JSON.parse(JSON.stringify(evidence)) as never, named)
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
    [NAMED, 'required'],
    [{ ...NAMED, port: 50123 }, 'recommended'],
    [{ text: HOST, host: HOST }, 'recommended'],
  ])('%# is %s', (server, expected) => {
    const { severity } = check.meta
    const { spec } = fixtures.sourceSubject({ source: { server } })
    expect(typeof severity === 'function' ? severity(spec) : severity).toBe(expected)
  })

  it('fails with the commands that start it and let it in, and the way without it', () => {
    const judgement = fixtures.judgeStored(check, JSON.parse(JSON.stringify(TABLE[4][0])) as never, named)
    expect(judgement).toMatchObject({
      remediation: {
        text: expect.stringContaining('host,port'),
        scripts: [
          {
            language: 'powershell',
            code: expect.stringMatching(/Start-Service -Name SQLBrowser[\s\S]*-Protocol UDP -LocalPort 1434/),
          },
        ],
      },
    })
  })

  it('asks nobody when a port is given or the instance is the default one', async () => {
    const ports = fixtures.createPorts({})
    const observe = (server: typeof NAMED | { text: string; host: string }) =>
      fixtures.observeValue(check, ports, fixtures.sourceSubject({ source: { server } }))
    expect(await observe({ text: HOST, host: HOST })).toMatchObject({
      state: 'not-needed',
      why: 'it is a default instance',
    })
    expect(await observe({ ...NAMED, port: 1500 } as typeof NAMED)).toMatchObject({
      why: 'the manifest gives its port, 1500',
    })
  })

  it.each([
    [
      { '10.0.0.5': { outcome: 'answered' as const, address: '10.0.0.5', known: ['HR'] } },
      { outcome: 'open', browser: { listed: false } },
    ],
    [
      { '10.0.0.5': { outcome: 'refused' as const, address: '10.0.0.5' } },
      { outcome: 'refused', to: `${HOST} (10.0.0.5)` },
    ],
    [{}, { outcome: 'timeout', vantage: { verified: true } }],
  ])('%# observes what UDP 1434 says', async (browser, evidence) => {
    const world = { names: { [HOST]: ['10.0.0.5'] }, browser, own: '10.1.0.4', subnet: ['10.1.0.0/24'] }
    expect(await fixtures.observeValue(check, fixtures.createPorts(world), named)).toMatchObject(evidence)
  })
})
