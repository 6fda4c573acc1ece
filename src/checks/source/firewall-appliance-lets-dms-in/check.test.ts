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

const TABLE = [
  [
    tried('open', fixtures.INSIDE),
    'pass',
    'The firewall appliance on the way lets DMS in: a connection from this runner (10.1.0.4)',
  ],
  [
    tried('open'),
    'manual',
    'nobody has vouched that the firewall appliance on the way lets the DMS subnet snet-dms in as well',
  ],
  [tried('timeout', fixtures.INSIDE), 'blocked', 'does not tell whether the firewall appliance on the way is why'],
] as const

describe('source/firewall-appliance-lets-dms-in', () => {
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

  it('says what to ask of whom, from where to where, and how to attest the answer', () => {
    expect(fixtures.judgeStored(check, TABLE[1][0], subject)).toMatchObject({
      remediation: {
        text: expect.stringMatching(
          /network team.*from the DMS subnet \(10\.1\.0\.0\/24\) to sql01\.corp\.example \(10\.0\.0\.5\), TCP 1433, inbound/,
        ),
        scripts: [{ language: 'yaml', code: expect.stringContaining('check: source/firewall-appliance-lets-dms-in') }],
      },
    })
  })
})
