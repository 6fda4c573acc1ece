import { describe, expect, it } from '@jest/globals'
import { createPorts, INSIDE, manifestWith, OUTSIDE } from '../../test/sql-fixtures.ts'
import type { ConnectOutcome } from '../ports/net-port.ts'
import {
  describeRunner,
  judgePath,
  mostTelling,
  readResolverVantage,
  readVantage,
  type PathFacts,
} from './network-path.ts'

const SUBNET = ['10.1.0.0/24', 'fd00:1::/64']

describe('readVantage', () => {
  it.each([
    ['10.1.0.4', true],
    ['fd00:1::5', true],
    ['::ffff:10.1.0.4', true],
    ['192.0.2.7', false],
    ['127.0.0.1', false],
  ])('of a connection from %s: %s', async (local, verified) => {
    const fact = await readVantage(createPorts({ own: '10.1.0.9', subnet: SUBNET }), manifestWith({}), local)
    expect(fact).toMatchObject({ verified, address: local, subnet: 'snet-dms', prefixes: SUBNET })
    expect(fact.reason).toContain('snet-dms (10.1.0.0/24, fd00:1::/64)')
  })

  it('is not verified when the address of the connection is not known, whatever else the machine has', async () => {
    const fact = await readVantage(createPorts({ own: '10.1.0.4', subnet: SUBNET }), manifestWith({}), undefined)
    expect(fact).toMatchObject({ verified: false, subnet: 'snet-dms', reason: expect.stringContaining('is not known') })
    expect(fact).not.toHaveProperty('address')
    expect(describeRunner(fact)).toBe('this runner')
  })

  it('is not verified, with the reason, when Azure could not be asked', async () => {
    const fact = await readVantage(createPorts({}), manifestWith({}), '10.1.0.4')
    expect(fact).toEqual({
      verified: false,
      address: '10.1.0.4',
      reason: 'Azure could not be asked for the DMS subnet (Azure answered 403)',
    })
  })

  it('is not verified when the manifest names no subnet', async () => {
    const manifest = manifestWith({
      dms: {
        egress: [],
        nsgPorts: 'seed',
        flows: [],
        runtimeHosts: [],
        schemaMigration: false,
        location: { path: 'w', line: 1, column: 1 },
      },
    })
    const fact = await readVantage(createPorts({}), manifest, undefined)
    expect(fact).toEqual({ verified: false, reason: expect.stringContaining('dms.subnet') })
  })

  it('is not the DMS subnet that counts for the modern service', async () => {
    const fact = await readVantage(
      createPorts({ own: '10.1.0.4', subnet: SUBNET }),
      manifestWith({ generation: 'modern' }),
      '10.1.0.4',
    )
    expect(fact).toMatchObject({ verified: false, reason: expect.stringContaining('integration runtime') })
  })
})

describe('readResolverVantage', () => {
  const AZURE_DNS = '168.63.129.16'
  const INSIDE_ADDRESS = '10.1.0.4'
  const BRIDGE = '10.1.0.1'
  const read = (world: Parameters<typeof createPorts>[0], resolved?: string) =>
    readResolverVantage(createPorts({ subnet: SUBNET, ...world }), manifestWith({}), resolved)

  it('takes the route to the address that the name has', async () => {
    const routes = { '10.0.0.5': INSIDE_ADDRESS }
    expect(await read({ routes }, '10.0.0.5')).toMatchObject({ verified: true, address: INSIDE_ADDRESS })
    expect(await read({ own: INSIDE_ADDRESS, routes: { '10.0.0.5': '192.0.2.7' } }, '10.0.0.5')).toMatchObject({
      verified: false,
      address: '192.0.2.7',
    })
    expect(await read({ routes: { '10.0.0.5': undefined } }, '10.0.0.5')).toMatchObject({ verified: false })
  })

  it('takes the way into the subnet, which is also the way out, when the name has none', async () => {
    expect(await read({ own: INSIDE_ADDRESS })).toMatchObject({ verified: true, address: INSIDE_ADDRESS })
    expect(await read({})).toMatchObject({ verified: false, address: '192.0.2.7' })
  })

  it.each([
    ['a bridge of the same range on a machine elsewhere', { [BRIDGE]: BRIDGE, [AZURE_DNS]: '192.0.2.7' }],
    ['a bridge of the same range on a machine without a way out', { [BRIDGE]: BRIDGE, [AZURE_DNS]: undefined }],
    ['no route at all', { [BRIDGE]: undefined, [AZURE_DNS]: undefined }],
  ])('is not verified by %s', async (_what, routes) => {
    expect(await read({ routes })).toMatchObject({ verified: false })
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
