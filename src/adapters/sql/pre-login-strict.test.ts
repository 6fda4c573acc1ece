import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { selfSigned, type KeyAndCertificate } from '../../../lab/certificates.ts'
import { createTlsRig, findTcpIp, serverAt } from '../../../test/tls-rig.ts'
import { createSqlPort } from './sql-port.ts'

const rig = createTlsRig()
let unknown: KeyAndCertificate

beforeAll(async () => {
  unknown = await selfSigned({ names: ['other.corp.example'], notAfter: new Date(Date.now() - 86_400_000) })
})
afterEach(() => rig.close())

describe('preLogin of a server with TDS 8.0', () => {
  it.each([
    ['offered', 'strict', 'strict', 1],
    ['only', 'strict', 'strict', 1],
    ['offered', 'on', 'off', 1],
    ['offered', 'off', 'off', 1],
    // Closed first, then asked the other way.
    ['only', 'on', 'strict', 2],
    ['only', 'off', 'strict', 2],
  ] as const)(
    'that is %s, with encrypt: %s, is answered as %s whatever its certificate',
    async (strict, encrypt, encryption, connections) => {
      const server = await rig.start({ tls: unknown, strict })
      // A machine that is busy answers late.
      const answer = await rig.open(undefined, 5_000).preLogin(serverAt(server, { encrypt }))
      expect(answer).toEqual({
        ok: true,
        value: { answered: true, version: '16.0.4135', encryption, localAddress: '127.0.0.1' },
      })
      expect(server.connections).toBe(connections)
      expect(server.logins).toEqual([])
      const inside = encryption === 'strict' ? 'inside TLS (TDS 8.0)' : '16.0.4135'
      expect(await findTcpIp(rig.open(), server, { encrypt })).toMatchObject({
        verdict: 'pass',
        summary: expect.stringMatching(new RegExp(`${inside.replace(/[().]/g, '\\$&')}$`)),
      })
    },
  )

  it('is answered by an older server without TLS where the manifest says strict', async () => {
    const server = await rig.start({ tls: unknown, version: [15, 0, 4405] })
    expect(await rig.open().preLogin(serverAt(server, { encrypt: 'strict' }))).toMatchObject({
      ok: true,
      value: { answered: true, version: '15.0.4405', encryption: 'off' },
    })
    expect((await findTcpIp(rig.open(), server, { encrypt: 'strict' })).verdict).toBe('pass')
  })

  it('is another question than a plain one, and each is asked once', async () => {
    const server = await rig.start({ tls: unknown, strict: 'offered' })
    const sql = rig.open()
    const ask = (encrypt: 'on' | 'strict' | 'off') => sql.preLogin(serverAt(server, { encrypt }))
    const answers = await Promise.all([ask('on'), ask('strict'), ask('off'), ask('strict')])
    expect(answers.map((answer) => (answer.ok && answer.value.answered ? answer.value.encryption : ''))).toEqual([
      'off',
      'strict',
      'off',
      'strict',
    ])
    expect(server.connections).toBe(2)
  })

  it.each([
    ['silent', 'timeout'],
    ['garbage', undefined],
    ['close-after-connect', undefined],
  ] as const)('that is %s is not known', async (misbehave, kind) => {
    const server = await rig.start({ tls: unknown, misbehave })
    const answer = await rig.open(undefined, 300).preLogin(serverAt(server, { encrypt: 'strict' }))
    if (kind !== undefined) expect(answer).toMatchObject({ ok: false, failure: { kind } })
    else expect(answer).toMatchObject({ ok: true, value: { answered: false, message: /./ } })
    expect((await findTcpIp(rig.open(undefined, 300), server, { encrypt: 'strict' })).verdict).toBe('unknown')
  })

  it('that only has old TLS versions is not known', async () => {
    const server = await rig.start({ tls: unknown, strict: 'only', minTls: 'TLSv1', maxTls: 'TLSv1.1' })
    expect(await rig.open().preLogin(serverAt(server, { encrypt: 'strict' }))).toMatchObject({
      ok: false,
      failure: { kind: 'tls' },
    })
  })

  it('ends with the run, also between the two ways', async () => {
    const stop = new AbortController()
    let heard = 0
    const listener = createServer((socket) => {
      socket.on('error', () => undefined)
      heard += 1
      if (heard === 1) socket.once('data', () => socket.destroy())
      else socket.once('data', () => stop.abort())
    })
    await once(listener.listen(0, '127.0.0.1'), 'listening')
    const { port } = listener.address() as AddressInfo
    const sql = createSqlPort({
      timeoutMs: 20_000,
      signal: stop.signal,
      secrets: new Map(),
      readCa: () => Promise.reject(new Error('no file')),
    })
    expect(await sql.preLogin(serverAt({ port }, { encrypt: 'strict' }))).toMatchObject({
      ok: false,
      failure: { kind: 'cancelled' },
    })
    await sql.close()
    listener.close()
  })
})
