import { describe, expect, it } from '@jest/globals'
import * as fixtures from '../../../../test/sql-fixtures.ts'
import type { ConnectOutcome } from '../../../ports/net-port.ts'
import check from './check.ts'

const HOST = 'sql01.corp.example'
const subject = fixtures.sourceSubject()
const tried = (outcome: ConnectOutcome, vantage = fixtures.OUTSIDE) => ({
  state: 'tried',
  host: HOST,
  port: 14331,
  portFrom: 'manifest',
  address: '10.0.0.5',
  outcome,
  ms: 3,
  attempts: [{ address: '10.0.0.5', port: 14331, outcome, ms: 3 }],
  from: `this runner (${vantage.address ?? ''})`,
  to: `${HOST} (10.0.0.5)`,
  protocol: 'tcp',
  vantage,
})

const TABLE = [
  [
    tried('open', fixtures.INSIDE),
    'pass',
    "Windows Firewall on the source's host lets DMS in: a connection from this runner (10.1.0.4) in the DMS subnet snet-dms to TCP 14331 of sql01.corp.example (10.0.0.5) went through",
  ],
  [
    tried('open'),
    'manual',
    'TCP 14331 of sql01.corp.example (10.0.0.5) is open to this runner (192.0.2.7), and nobody has vouched',
  ],
  [tried('refused', fixtures.INSIDE), 'blocked', 'was not reached'],
  [tried('timeout'), 'blocked', "does not tell whether Windows Firewall on the source's host is why"],
  [{ state: 'no-name', host: HOST, message: 'ENOTFOUND' }, 'blocked', 'was not reached'],
] as const

const scriptsOf = (evidence: Parameters<typeof fixtures.judgeStored>[1], on = subject): string[] => {
  const judgement = fixtures.judgeStored(check, evidence, on)
  return judgement.verdict === 'manual' ? judgement.remediation.scripts.map(({ code }) => code) : []
}

describe('source/windows-firewall-lets-dms-in', () => {
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

  it('passes with direct proof only, and is else blocked by the port', () => {
    expect(fixtures.judgeStored(check, TABLE[0][0], subject)).toMatchObject({ proof: 'direct' })
    expect(fixtures.judgeStored(check, TABLE[3][0], subject)).toMatchObject({
      blockedBy: [{ id: 'source/engine-port-is-reachable', subject: 'sales' }],
    })
  })

  it('shows the rule for the prefix of the subnet, and how to attest it', () => {
    const [rule, attestation] = scriptsOf(TABLE[1][0])
    expect(rule).toContain(
      "-Direction Inbound -Protocol TCP -LocalPort 14331 -RemoteAddress '10.1.0.0/24' -Action Allow",
    )
    expect(rule).not.toContain('UDP')
    expect(attestation).toContain('check: source/windows-firewall-lets-dms-in\n    subject: "sales"')
  })

  it('opens the Browser too for an instance without a port', () => {
    const server = { text: `${HOST}\\SALES`, host: HOST, instance: 'SALES' }
    expect(scriptsOf(TABLE[1][0], fixtures.sourceSubject({ source: { server } }))[0]).toContain(
      '-Protocol UDP -LocalPort 1434',
    )
  })

  it.each([[undefined], [["'; Stop-Computer; '"]]])('puts nothing but prefixes into the script (%#)', (prefixes) => {
    const vantage = { verified: false, address: '192.0.2.7', reason: 'Azure could not be asked' }
    const evidence = tried('open', prefixes === undefined ? vantage : { ...vantage, prefixes })
    expect(scriptsOf(evidence)[0]).toContain("-RemoteAddress '<prefix of the DMS subnet>' -Action Allow")
  })

  it('observes the same connection as the port check', async () => {
    const world = {
      names: { [HOST]: ['10.0.0.5'] },
      ports: { '10.0.0.5:1433': 'open' },
      own: '10.1.0.4',
      subnet: ['10.1.0.0/24'],
    } as const
    const evidence = await fixtures.observeValue(check, fixtures.createPorts(world), subject)
    expect(fixtures.judgeStored(check, evidence, subject)).toMatchObject({ verdict: 'pass', proof: 'direct' })
  })
})
