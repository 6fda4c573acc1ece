import { describe, expect, it } from '@jest/globals'
import { createPorts, manifestWith } from '../../test/sql-fixtures.ts'
import { MANIFEST } from '../../test/fixtures.ts'
import { unseen } from '../domain/observed.ts'
import type { Manifest } from '../domain/manifest.ts'
import type { NetPort } from '../ports/net-port.ts'
import { describeRunner, judgePath, proofOf, readResolverVantage, readVantage } from './network-path.ts'
import { readRuntimeVantage, takerOfSource, takerOfTarget } from './runtime-vantage.ts'

const NAMES = {
  'shir01.corp.example': ['10.9.0.4', 'fd00:9::4'],
  'shir02.corp.example': ['10.9.0.5'],
  '10.9.0.6': ['10.9.0.6'],
  localhost: ['127.0.0.1', '::1'],
  '127.0.0.1': ['127.0.0.1'],
  'own.corp.example': ['127.0.1.1'],
  'docker.corp.example': ['10.9.0.7', '172.17.0.1'],
  'nat-a.corp.example': ['203.0.113.7'],
  'nat-b.corp.example': ['203.0.113.7'],
  'slow.corp.example': ['169.254.7.7'],
}

const modern = (runtimeHosts: readonly string[], more: Partial<Manifest> = {}): Manifest =>
  manifestWith({ generation: 'modern', dms: { ...MANIFEST.dms, runtimeHosts }, ...more })

const read = (hosts: readonly string[], local: string | undefined, more: Partial<NetPort> = {}) =>
  readRuntimeVantage({ ...createPorts({ names: NAMES }).net, ...more }, modern(hosts), local)

describe('the vantage of a modern migration', () => {
  it.each([
    ['an address of the name', ['shir01.corp.example'], '10.9.0.4', 'shir01.corp.example'],
    ['its IPv6 address, written otherwise', ['shir01.corp.example'], 'fd00:9:0::0004', 'shir01.corp.example'],
    ['its IPv4 address on a socket of IPv6', ['shir01.corp.example'], '::ffff:10.9.0.4', 'shir01.corp.example'],
    ['the second of two hosts', ['shir01.corp.example', 'shir02.corp.example'], '10.9.0.5', 'shir02.corp.example'],
    ['a host that the manifest gives by address', ['10.9.0.6'], '10.9.0.6', '10.9.0.6'],
  ])('is verified by %s', async (_what, hosts, local, host) => {
    const fact = await read(hosts, local)
    expect(fact).toEqual({
      verified: true,
      place: 'runtime-host',
      address: local,
      host,
      reason: `${local} is that of ${host}, a host of the integration runtime`,
    })
  })

  it.each<[string, readonly string[], string | undefined, RegExp]>([
    ['no host is named', [], '10.9.0.4', /names no host of the integration runtime/],
    ['the address is not known', ['shir01.corp.example'], undefined, /is not known/],
    [
      'it is another address',
      ['shir01.corp.example'],
      '192.0.2.7',
      /192\.0\.2\.7 is not that of shir01\.corp\.example \(10\.9\.0\.4, fd00:9::4\)$/,
    ],
    ['the name does not resolve', ['gone.corp.example'], '10.9.0.4', /^gone\.corp\.example has no address here$/],
    [
      'a loopback address stands in the manifest',
      ['127.0.0.1'],
      '127.0.0.1',
      /a loopback address, which every machine/,
    ],
    ['a name means loopback', ['localhost'], '::1', /a loopback address/],
    ['the own name means loopback', ['own.corp.example'], '127.0.1.1', /a loopback address/],
    ['it is a bridge of Docker', ['docker.corp.example'], '172.17.0.1', /Docker's default bridge/],
    ['it is link-local', ['slow.corp.example'], '169.254.7.7', /a link-local address/],
    [
      'two hosts share it',
      ['nat-a.corp.example', 'nat-b.corp.example'],
      '203.0.113.7',
      /nat-a\.corp\.example and nat-b\.corp\.example alike/,
    ],
  ])('is not verified when %s', async (_what, hosts, local, reason) => {
    const fact = await read(hosts, local)
    expect(fact).toMatchObject({ verified: false, place: 'runtime-host', reason: expect.stringMatching(reason) })
    expect(proofOf(fact)).toBe('proxy')
  })

  it('is not verified on a machine of GitHub whose workflow does not say so', async () => {
    const fact = await read(['shir01.corp.example'], '10.9.0.4', { runtimeDoubt: "this runner is GitHub's" })
    expect(fact).toMatchObject({ verified: false, reason: "this runner is GitHub's" })
  })

  it('is not verified by a name that may not be looked up', async () => {
    const refused = () => Promise.resolve(unseen('untrusted-host', 'no manifest of main has it'))
    const fact = await read(['evil.example'], '10.9.0.4', { resolve: refused })
    expect(fact).toMatchObject({
      verified: false,
      reason: 'evil.example was not looked up (no manifest of main has it)',
    })
  })

  it('may be loopback only where Azure itself stands on loopback', async () => {
    expect(await read(['127.0.0.1'], '127.0.0.1', { isLoopbackWorld: true })).toMatchObject({ verified: true })
    expect(await read(['10.9.0.6'], '127.0.0.1', { isLoopbackWorld: true })).toMatchObject({ verified: false })
  })
})

describe('who takes a path of a modern migration', () => {
  const [source] = MANIFEST.sources
  it.each([
    ['sql-server-to-azure-sql-database', undefined, 'runtime', 'runtime'],
    ['sql-server-to-azure-sql-managed-instance', 'default', 'runtime', 'this-run'],
    ['sql-server-to-azure-sql-managed-instance', undefined, 'this-run', 'this-run'],
    ['sql-server-to-sql-server-on-azure-vm', 'default', 'runtime', 'this-run'],
    ['sql-server-to-sql-server-on-azure-vm', undefined, 'this-run', 'this-run'],
  ] as const)('%s with the share %s: %s to the source, %s to the target', (scenario, share, ofSource, ofTarget) => {
    expect(takerOfSource({ scenario }, { ...source!, ...(share === undefined ? {} : { share }) })).toBe(ofSource)
    expect(takerOfTarget({ scenario })).toBe(ofTarget)
  })

  it('decides whose outcome counts', async () => {
    const ports = createPorts({ names: NAMES, own: '10.9.0.4' })
    const manifest = modern(['shir01.corp.example'])
    expect(await readVantage(ports, manifest, '10.9.0.4')).toMatchObject({ verified: true })
    const own = await readVantage(ports, manifest, '192.0.2.7', 'this-run')
    expect(own).toMatchObject({ verified: false, place: 'this-runner' })
    const path = { from: describeRunner(own), to: 'sql01', port: 1433, protocol: 'tcp' as const, vantage: own }
    const texts = { expected: 'it is open', remediation: { text: 'Open it.', scripts: [] } }
    expect(judgePath({ ...path, outcome: 'open' }, texts)).toMatchObject({ verdict: 'pass', proof: 'direct' })
    expect(judgePath({ ...path, outcome: 'refused' }, texts)).toMatchObject({ verdict: 'unknown', proof: 'direct' })
  })

  it('takes the route to the resolved address, else the way out, for a name', async () => {
    const routes = { '10.0.0.5': '10.9.0.4', '168.63.129.16': '10.9.0.5' }
    const ports = createPorts({ names: NAMES, routes })
    const manifest = modern(['shir01.corp.example'])
    expect(await readResolverVantage(ports, manifest, '10.0.0.5')).toMatchObject({
      verified: true,
      address: '10.9.0.4',
    })
    expect(await readResolverVantage(ports, manifest, undefined)).toMatchObject({
      verified: false,
      address: '10.9.0.5',
    })
  })
})

describe('what the outcome says of a path that the runtime takes', () => {
  const judge = async (local: string) => {
    const vantage = await read(['shir01.corp.example'], local)
    const path = { from: describeRunner(vantage), to: 'sql01', port: 1433, protocol: 'tcp' as const, vantage }
    return judgePath(
      { ...path, outcome: 'refused' },
      { expected: 'it is open', remediation: { text: 'Open it.', scripts: [] } },
    )
  }

  it('fails from its host', async () => {
    expect(await judge('10.9.0.4')).toMatchObject({ verdict: 'fail', proof: 'direct' })
  })

  it('is unknown from elsewhere, and speaks of no subnet', async () => {
    const judgement = await judge('192.0.2.7')
    expect(judgement).toMatchObject({ verdict: 'unknown', proof: 'proxy' })
    expect(judgement.summary).toContain('not verified to be the host of the integration runtime')
    expect(JSON.stringify(judgement)).not.toContain('subnet')
    expect(judgement).toMatchObject({ remediation: { text: expect.stringContaining('dms.runtime-hosts') } })
  })
})
