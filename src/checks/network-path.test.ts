import { describe, expect, it } from '@jest/globals'
import { createPorts, INSIDE, manifestWith, OUTSIDE } from '../../test/sql-fixtures.ts'
import type { ConnectOutcome } from '../ports/net-port.ts'
import { describeRunner, judgePath, mostTelling, readVantage, type PathFacts } from './network-path.ts'

const SUBNET = ['10.1.0.0/24', 'fd00:1::/64']

describe('readVantage', () => {
  it.each([
    { own: ['127.0.0.1', '172.17.0.1', '10.1.0.4'], local: undefined, verified: true, address: '10.1.0.4' },
    { own: ['127.0.0.1', 'fd00:1::5'], local: undefined, verified: true, address: 'fd00:1::5' },
    { own: ['127.0.0.1', '192.0.2.7'], local: undefined, verified: false, address: '192.0.2.7' },
    { own: ['127.0.0.1'], local: undefined, verified: false, address: '127.0.0.1' },
    { own: ['10.1.0.4'], local: '10.1.0.4', verified: true, address: '10.1.0.4' },
    { own: ['10.1.0.4', '172.17.0.1'], local: '172.17.0.1', verified: false, address: '172.17.0.1' },
    { own: ['192.0.2.7'], local: '::ffff:10.1.0.4', verified: true, address: '::ffff:10.1.0.4' },
  ])('of a runner with $own, connected from $local: $verified', async ({ own, local, verified, address }) => {
    const fact = await readVantage(createPorts({ own, subnet: SUBNET }), manifestWith({}), local)
    expect(fact).toMatchObject({ verified, address, subnet: 'snet-dms', prefixes: SUBNET })
    expect(fact.reason).toContain('snet-dms (10.1.0.0/24, fd00:1::/64)')
  })

  it('is not verified, with the reason, when Azure could not be asked', async () => {
    const fact = await readVantage(createPorts({ own: ['10.1.0.4'] }), manifestWith({}))
    expect(fact).toEqual({
      verified: false,
      address: '10.1.0.4',
      reason: 'Azure could not be asked for the DMS subnet (Azure answered 403)',
    })
  })

  it('is not verified when the manifest names no subnet', async () => {
    const manifest = manifestWith({
      dms: { egress: [], nsgPorts: 'seed', location: { path: 'w', line: 1, column: 1 } },
    })
    const fact = await readVantage(createPorts({ own: [] }), manifest)
    expect(fact).toEqual({ verified: false, reason: expect.stringContaining('dms.subnet') })
    expect(describeRunner(fact)).toBe('this runner')
  })

  it('is not the DMS subnet that counts for the modern service', async () => {
    const fact = await readVantage(
      createPorts({ own: ['10.1.0.4'], subnet: SUBNET }),
      manifestWith({ generation: 'modern' }),
    )
    expect(fact).toMatchObject({ verified: false, reason: expect.stringContaining('integration runtime') })
  })
})

describe('judgePath', () => {
  const facts = (outcome: ConnectOutcome, vantage = OUTSIDE): PathFacts => ({
    from: describeRunner(vantage),
    to: 'sql01.corp.example (10.0.0.5)',
    port: 1433,
    protocol: 'tcp',
    outcome,
    ms: 12,
    vantage,
  })
  const texts = { expected: 'it is open', remediation: { text: 'Open it.', scripts: [] } }
  const shut = ['refused', 'timeout', 'unreachable', 'reset'] as const

  it.each([
    [INSIDE, 'direct'],
    [OUTSIDE, 'proxy'],
  ] as const)('passes an open path with the proof of its vantage (%#)', (vantage, proof) => {
    const judgement = judgePath(facts('open', vantage), texts)
    expect(judgement).toMatchObject({ verdict: 'pass', proof })
    expect(judgement.summary).toContain(
      `TCP 1433 of sql01.corp.example (10.0.0.5) from this runner (${vantage.address ?? ''}) is open`,
    )
    expect(judgement.summary.includes('not verified')).toBe(!vantage.verified)
  })

  it.each(shut)('fails on %s from the DMS subnet', (outcome) => {
    const judgement = judgePath(facts(outcome, INSIDE), texts)
    expect(judgement).toMatchObject({ verdict: 'fail', proof: 'direct', remediation: { text: 'Open it.' } })
    expect(judgement.summary).toContain('from this runner (10.1.0.4)')
  })

  it.each(shut)('does not know on %s from elsewhere', (outcome) => {
    const judgement = judgePath(facts(outcome), texts)
    expect(judgement).toMatchObject({ verdict: 'unknown', proof: 'proxy', cause: { kind: outcome } })
    expect(judgement.summary).toContain('192.0.2.7 is not in the DMS subnet snet-dms')
  })
})

describe('mostTelling', () => {
  it.each([
    [['timeout', 'open', 'refused'], 'open'],
    [['unreachable', 'timeout', 'refused'], 'refused'],
    [['unreachable', 'timeout'], 'timeout'],
    [[], undefined],
  ] as const)('of %j takes %s', (outcomes, best) => {
    expect(mostTelling(outcomes.map((outcome) => ({ outcome })))?.outcome).toBe(best)
  })
})
