import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { createAuthority } from '../certificates.ts'
import { createBench, type Bench, type Client } from './bench.ts'
import type { TlsVersion } from './model.ts'
import { startTdsServer, type TdsServer } from './server.ts'

let bench: Bench
beforeAll(async () => {
  bench = await createBench()
})
afterEach(() => bench.close())

async function failure(server: TdsServer, client: Client): Promise<{ code?: string; message: string }> {
  try {
    await bench.connectTo(server, client)
  } catch (error) {
    return error as { code?: string; message: string }
  }
  throw new Error('the login was accepted')
}

describe('TDS 8.0', () => {
  it.each([
    ['offered', '8_0'],
    ['offered', '7_4'],
    ['only', '8_0'],
  ] as const)('%s, with a client that asks for %s', async (strict, tdsVersion) => {
    const server = await bench.start({ strict })
    const pool = await bench.connectTo(server, { encrypt: 'strict', tdsVersion })
    const { recordset } = await pool.request().query('SELECT 2')
    expect(recordset).toEqual([{ text: 'SELECT 2', encrypted: true }])
    expect((await pool.request().batch('SELECT 3')).recordset).toEqual([{ text: 'SELECT 3', encrypted: true }])
    expect(server.logins).toMatchObject(Array(2).fill({ kind: 'sql', encrypted: true, accepted: true }))
  })

  it('lets in clients of TDS 7.4 where it is only offered', async () => {
    const server = await bench.start({ strict: 'offered' })
    const pool = await bench.connectTo(server)
    expect((await pool.request().query('q')).recordset).toMatchObject([{ encrypted: true }])
  })

  it('tells the session how it began', async () => {
    const sessions: boolean[] = []
    const server = await bench.start({
      strict: 'offered',
      authenticate: (_login, session) => {
        sessions.push(session.strict)
        return undefined
      },
    })
    await bench.connectTo(server)
    await bench.connectTo(server, { encrypt: 'strict' })
    expect(sessions).toEqual([false, true])
  })

  it('closes on a PRELOGIN in the clear where it is the only way', async () => {
    const server = await bench.start({ strict: 'only' })
    for (const encrypt of [true, false]) {
      expect(await failure(server, { encrypt })).toMatchObject({ code: 'ESOCKET' })
    }
    expect(server.connections).toBe(2)
    expect(server.logins).toEqual([])
  })

  it('is not known to older servers, which close on TLS', async () => {
    const server = await bench.start()
    expect(await failure(server, { encrypt: 'strict' })).toMatchObject({
      code: 'ESOCKET',
      message: expect.stringContaining('disconnected before secure TLS connection') as unknown,
    })
    expect(server.logins).toEqual([])
  })

  it('is not used by a client that does not trust the certificate', async () => {
    const server = await bench.start({ strict: 'offered' })
    const stranger = await createAuthority()
    const untrusted = await failure(server, { encrypt: 'strict', trusted: stranger.certificate })
    expect(untrusted).toMatchObject({ code: 'ESOCKET' })
    const other = await failure(server, { encrypt: 'strict', serverName: 'other.example' })
    expect(other.message).toContain("does not match certificate's altnames")
    expect(server.logins).toEqual([])
  })

  it('takes NTLM and tokens, too', async () => {
    const server = await bench.start({
      strict: 'only',
      authenticate: () => undefined,
      ntlm: { 'CORP\\dms': 'right' },
      entraTokens: new Map([['token', 'app']]),
    })
    const encrypt = 'strict'
    await bench.connectTo(server, { encrypt, domain: 'CORP', password: 'right' })
    await bench.connectTo(server, { encrypt, token: 'token' })
    await bench.connectTo(server, {
      encrypt,
      token: { getToken: () => Promise.resolve({ token: 'token', expiresOnTimestamp: 0 }) },
    })
    expect(server.logins).toMatchObject([
      { user: 'CORP\\dms', kind: 'ntlm', encrypted: true, accepted: true },
      { user: 'app', kind: 'entra', encrypted: true, accepted: true },
      { user: 'app', kind: 'entra', encrypted: true, accepted: true },
    ])
  })

  it.each([
    ['TLSv1.3', 'TLSv1.3'],
    ['TLSv1.2', 'TLSv1.2'],
  ] as const)('allows %s', async (maxVersion, expected) => {
    const socket = await openTls(await bench.start({ strict: 'offered' }), maxVersion, ['tds/8.0'])
    expect([socket.getProtocol(), socket.alpnProtocol]).toEqual([expected, 'tds/8.0'])
    socket.destroy()
  })

  it('closes on a client that does not name TDS in its ClientHello', async () => {
    const server = await bench.start({ strict: 'offered' })
    await expect(openTls(server, 'TLSv1.3', ['http/1.1'])).rejects.toThrow(/no.application.protocol/i)
    const nameless = await openTls(server, 'TLSv1.3')
    nameless.on('error', () => undefined).resume()
    nameless.write(Buffer.from('1201001a', 'hex'))
    await once(nameless, 'close')
    expect(server.connections).toBe(2)
  })

  it('needs a certificate', async () => {
    const bare = { serverName: 'SQL01', strict: 'only', authenticate: () => undefined, answer: () => ({}) } as const
    await expect(startTdsServer(bare)).rejects.toThrow('needs a certificate')
  })
})

async function openTls(server: TdsServer, maxVersion: TlsVersion, ALPNProtocols?: string[]): Promise<TLSSocket> {
  const socket = connect({
    host: '127.0.0.1',
    port: server.port,
    rejectUnauthorized: false,
    maxVersion,
    ...(ALPNProtocols === undefined ? {} : { ALPNProtocols }),
  })
  await once(socket, 'secureConnect')
  return socket
}

describe('TLS versions', () => {
  it.each(['TLSv1', 'TLSv1.1'] as const)('a server that knows nothing newer than %s', async (maxTls) => {
    const server = await bench.start({ maxTls, minTls: 'TLSv1' })
    expect((await failure(server, {})).message).toContain('unsupported protocol')
    expect(server.logins).toEqual([])
    const pool = await bench.connectTo(server, { minTls: 'TLSv1' })
    expect((await pool.request().query('q')).recordset).toMatchObject([{ encrypted: true }])
  })

  it('a server that wants more than the client may use inside of PRELOGIN', async () => {
    const server = await bench.start({ minTls: 'TLSv1.3', strict: 'offered' })
    expect(await failure(server, {})).toMatchObject({ code: 'ESOCKET' })
    expect(server.logins).toEqual([])
    await bench.connectTo(server, { encrypt: 'strict' })
    expect(server.logins).toMatchObject([{ encrypted: true, accepted: true }])
  })
})

describe('TLS first', () => {
  it('closes at the first byte', async () => {
    const server = await bench.start()
    const socket = connectTcp(server.port, '127.0.0.1')
    socket.resume().write(Buffer.from([0x16]))
    await once(socket, 'close')
    expect(server.connections).toBe(1)
  })
})
