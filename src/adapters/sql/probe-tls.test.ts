import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { describe, expect, it } from '@jest/globals'
import type { Observed } from '../../domain/observed.ts'
import type { SqlServer } from '../../ports/sql-port.ts'
import { probeTls, type TlsFinding } from './probe-tls.ts'
import { encodeMessage } from './tds-packets.ts'

const PRE_LOGIN_ANSWER = Buffer.from([0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff, 10, 50, 0x10, 0x27, 0, 4, 3])

/** A server that agrees to encrypt and then answers the first flight of TLS with these bytes. */
async function probeAgainst(answer: Buffer): Promise<Observed<TlsFinding>> {
  const listener = createServer((socket) => {
    let heard = 0
    socket.on('error', () => undefined)
    socket.on('data', () => {
      heard += 1
      if (heard === 1) socket.write(encodeMessage(0x04, PRE_LOGIN_ANSWER))
      else if (heard === 2) socket.write(answer)
    })
  })
  await once(listener.listen(0, '127.0.0.1'), 'listening')
  const { port } = listener.address() as AddressInfo
  const server: SqlServer = {
    host: 'old.corp.example',
    address: '127.0.0.1',
    port,
    login: { kind: 'sql', user: 'dms', password: { secret: 'P' } },
    tls: { encrypt: 'on', trustServerCertificate: false },
    askedBy: { id: 'source/tls-is-acceptable', subject: 'old' },
  }
  try {
    return await probeTls(
      server,
      { address: '127.0.0.1', port, timeoutMs: 400, signal: new AbortController().signal },
      undefined,
    )
  } finally {
    await new Promise((resolve) => listener.close(resolve))
  }
}

function alert(description: number): Buffer {
  return Buffer.from([0x15, 0x03, 0x01, 0x00, 0x02, 0x02, description])
}

describe('probeTls against servers that cannot go on', () => {
  it('does not claim that a server is old which only says that the version is not the right one', async () => {
    expect(await probeAgainst(encodeMessage(0x12, alert(70)))).toMatchObject({
      ok: false,
      failure: {
        kind: 'tls',
        message: expect.stringMatching(/no version of TLS in common: this runner offers 1\.2, /),
      },
    })
  })

  it('says that the two have no cipher in common', async () => {
    expect(await probeAgainst(encodeMessage(0x12, alert(40)))).toMatchObject({
      ok: false,
      failure: { kind: 'tls', message: expect.stringContaining('cipher') },
    })
  })

  it.each([
    ['bytes outside TDS', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), 'tls'],
    ['bytes that are no TLS', encodeMessage(0x12, Buffer.from('hello hello hello')), 'tls'],
    ['half a packet', Buffer.from([0x12, 1, 0, 40, 0, 0]), 'timeout'],
  ])('does not hang on %s', async (_name, bytes, kind) => {
    expect(await probeAgainst(bytes)).toMatchObject({ ok: false, failure: { kind } })
  })
})
