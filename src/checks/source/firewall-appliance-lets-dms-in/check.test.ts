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

const WAY = {
  subnet: 'snet-dms',
  routes: [
    {
      address: '10.0.0.5',
      source: 'user',
      prefix: '0.0.0.0/0',
      table: 'rt-hub',
      name: 'all',
      nextHop: 'VirtualAppliance',
      nextHopAddress: '10.9.0.4',
      appliance: 'Azure Firewall azfw-hub in vnet-hub',
      told: 'the route 0.0.0.0/0 of rt-hub sends packets from snet-dms to 10.9.0.4 (VirtualAppliance), which is Azure Firewall azfw-hub in vnet-hub',
    },
  ],
  notes: ['gateway er-gw may have learned narrower routes, which Azure does not show here'],
}

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
  [
    { ...tried('open'), way: WAY },
    'manual',
    'in as well; the route 0.0.0.0/0 of rt-hub sends packets from snet-dms to 10.9.0.4 (VirtualAppliance), which is Azure Firewall azfw-hub in vnet-hub; seen from the runner',
  ],
  [{ ...tried('open', fixtures.INSIDE), way: WAY }, 'pass', 'went through'],
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

  it('names the appliance on the way to whoever has to ask, and what may lead past it', () => {
    expect(fixtures.judgeStored(check, TABLE[2][0], subject)).toMatchObject({
      remediation: {
        text: expect.stringMatching(
          /By what Azure shows, the route 0\.0\.0\.0\/0 of rt-hub .* azfw-hub in vnet-hub; gateway er-gw may have learned narrower routes.*\. Needed: from the DMS subnet/,
        ),
      },
    })
  })

  it('looks at the way of an open port alone, and nothing that it cannot read changes the verdict', async () => {
    const world = { names: { [HOST]: ['10.0.0.5'] }, own: '10.1.0.4' }
    const open = { ...world, ports: { '10.0.0.5:1433': 'open' as const } }
    const shut = await fixtures.observeValue(check, fixtures.createPorts(world), subject)
    expect(shut).not.toHaveProperty('way')
    const unread = await fixtures.observeValue(check, fixtures.createPorts(open), subject)
    expect(unread).toMatchObject({
      way: { routes: [], notes: [expect.stringContaining('the DMS subnet could not be')] },
    })
    expect(check.judge(unread, subject)).toMatchObject({
      verdict: 'manual',
      remediation: { text: expect.stringContaining('the DMS subnet could not be read: Azure answered 403') },
    })
    const bare = fixtures.createPorts({ ...open, subnet: ['10.1.0.0/24'] })
    const evidence = await fixtures.observeValue(check, bare, subject)
    expect(evidence).toMatchObject({
      way: { routes: [{ told: 'no route that Azure shows leads from snet-dms to 10.0.0.5' }] },
    })
    expect(check.judge(evidence, subject).verdict).toBe('pass')
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
