import { describe, expect, it } from '@jest/globals'
import { modernManifest, runtimeWith, SERVICE_ID, SUCCEEDED } from '../../test/runtime-fixtures.ts'
import { recordingPorts } from '../../test/trust/recording-ports.ts'
import { parseAllowedHosts } from '../domain/allowed-hosts.ts'
import type { Manifest } from '../domain/manifest.ts'
import { seen } from '../domain/observed.ts'
import type { RuntimeQuestion } from '../ports/runtime-port.ts'
import { gatePorts } from './gate-ports.ts'
import { createPermit } from './permit.ts'
import { indexUses, usesOf } from './uses.ts'

const MANIFEST = modernManifest()
const [source] = MANIFEST.sources
const QUESTION: RuntimeQuestion = {
  serviceId: SERVICE_ID,
  kind: 'SqlDb',
  sourceDatabase: 'Sales',
  test: {
    of: 'source',
    connection: { dataSource: source!.server.text, login: source!.login as never, tls: source!.tls },
  },
  askedBy: { id: 'source/runtime-can-connect', subject: 'sales' },
}

function gated({
  lines = '',
  trusted = true,
  manifest = MANIFEST,
}: {
  lines?: string
  trusted?: boolean
  manifest?: Manifest
}) {
  const { runtime, asked } = runtimeWith(SUCCEEDED)
  const recording = recordingPorts((question) =>
    question === 'net.resolve' ? seen({ found: true, addresses: [{ address: '10.9.0.4', family: 4 }] }) : undefined,
  )
  const permit = createPermit(manifest, {
    trusted,
    refName: 'main',
    trustedUses: indexUses(usesOf(MANIFEST)),
    allowed: parseAllowedHosts(lines).allowed,
    isSameFile: () => true,
  })
  const ports = gatePorts({ ...recording.ports, runtime }, permit)(['source:sales'])
  return { ports, asked, packets: recording.asked }
}

describe('a test through the runtime', () => {
  it('is made in a trusted run', async () => {
    const { ports, asked } = gated({})
    expect(await ports.runtime.validate?.(QUESTION)).toMatchObject({ ok: true })
    expect(asked).toHaveLength(1)
  })

  it('is not even there in an untrusted one, whatever is allowed', () => {
    const { ports } = gated({ trusted: false, lines: `sql01.corp.example\n${SERVICE_ID}\nmanagement.azure.com` })
    expect(ports.runtime.validate).toBeUndefined()
  })

  it.each<[string, boolean]>([
    ['SALES_PASSWORD=sql01.corp.example', false],
    ['SALES_PASSWORD=10.0.0.0/8', false],
    ['SALES_PASSWORD=sql01.corp.example\nSALES_PASSWORD=management.azure.com', true],
    ['TARGET_PASSWORD=sql02.corp.example', true],
  ])('sends a secret to Azure only as `allowed-hosts` binds it: %s', async (lines, expected) => {
    const { ports, asked } = gated({ lines })
    expect(await ports.runtime.validate?.(QUESTION)).toMatchObject({ ok: expected })
    expect(asked).toHaveLength(expected ? 1 : 0)
  })

  it('sends no secret on to a server to which `allowed-hosts` does not bind it, whoever accepts the login elsewhere', async () => {
    const other = { ...source!, name: 'other', server: { text: 'sql09.corp.example', host: 'sql09.corp.example' } }
    const { ports, asked } = gated({
      manifest: { ...MANIFEST, sources: [source!, other] },
      lines: `SALES_PASSWORD=${source!.server.host}\nSALES_PASSWORD=management.azure.com`,
    })
    const connection = { dataSource: other.server.text, login: source!.login as never, tls: source!.tls }
    expect(await ports.runtime.validate?.({ ...QUESTION, test: { of: 'source', connection } })).toMatchObject({
      ok: false,
      failure: { kind: 'untrusted-host' },
    })
    expect(asked).toEqual([])
    expect(await ports.runtime.validate?.(QUESTION)).toMatchObject({ ok: true })
  })

  it.each<[string, Partial<RuntimeQuestion['test'] & { of: 'source' }>['connection'] | undefined, string?]>([
    ['another server', { dataSource: 'evil.example', login: source!.login as never, tls: source!.tls }],
    ['another port', { dataSource: 'sql01.corp.example,1499', login: source!.login as never, tls: source!.tls }],
    [
      'weaker TLS',
      {
        dataSource: source!.server.text,
        login: source!.login as never,
        tls: { encrypt: 'on', trustServerCertificate: true },
      },
    ],
    ['another service', undefined, `${SERVICE_ID}-2`],
  ])('goes to no %s than that of the manifest', async (_, connection, serviceId = SERVICE_ID) => {
    const { ports, asked } = gated({})
    const test = connection === undefined ? QUESTION.test : { of: 'source' as const, connection }
    expect(await ports.runtime.validate?.({ ...QUESTION, serviceId, test })).toMatchObject({
      ok: false,
      failure: { kind: 'untrusted-host' },
    })
    expect(asked).toEqual([])
  })

  it('is made of no login that the manifest does not have', async () => {
    const { ports, asked } = gated({})
    const login = { kind: 'sql', user: 'sa', password: { secret: 'SALES_PASSWORD' } } as const
    const connection = { dataSource: source!.server.text, login, tls: source!.tls }
    expect(await ports.runtime.validate?.({ ...QUESTION, test: { of: 'source', connection } })).toMatchObject({
      ok: false,
      failure: { kind: 'untrusted-host' },
    })
    expect(asked).toEqual([])
  })
})

describe('a host of the runtime', () => {
  const withHost = (host: string): Manifest => ({ ...MANIFEST, dms: { ...MANIFEST.dms, runtimeHosts: [host] } })

  it('that only an untrusted change names is not looked up, nor connected to', async () => {
    const { ports, packets } = gated({ trusted: false, manifest: withHost('evil.example') })
    expect(await ports.net.resolve('evil.example')).toMatchObject({ ok: false, failure: { kind: 'untrusted-host' } })
    expect(packets).toEqual([])
  })

  it('is looked up where it is allowed, and never connected to', async () => {
    for (const world of [
      { trusted: true, manifest: withHost('shir01.corp.example') },
      { trusted: false, manifest: withHost('shir01.corp.example'), lines: 'shir01.corp.example' },
    ]) {
      const { ports, packets } = gated(world)
      expect(await ports.net.resolve('shir01.corp.example')).toMatchObject({ ok: true })
      expect(await ports.net.connect('10.9.0.4', 1433)).toMatchObject({ ok: false })
      expect(packets).toEqual(['net.resolve shir01.corp.example'])
    }
  })
})
