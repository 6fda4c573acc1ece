import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from '@jest/globals'
import { encodePreLogin, parsePreLogin } from './pre-login-message.ts'
import { probePreLogin } from './pre-login.ts'
import { createTdsReader, encodeMessage, PRELOGIN, TABULAR_RESULT } from './tds-packets.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

async function listen(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  closers.push(() => server.close())
  return (server.address() as AddressInfo).port
}

/** A server that does something with each connection. */
function serve(onConnection: (socket: Socket) => void): Promise<number> {
  return listen(
    createServer((socket) => {
      closers.push(() => socket.destroy())
      socket.on('error', () => undefined)
      onConnection(socket)
    }),
  )
}

/** VERSION 16.0.4135.4 and ENCRYPTION, as SQL Server 2022 sends them. */
function preLoginAnswer(encryption: number): Buffer {
  const payload = Buffer.from([0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff, 16, 0, 0x10, 0x27, 0, 4, encryption])
  const message = encodeMessage(0x04, payload)
  return message
}

function probe(
  port: number,
  timeoutMs = 1000,
  signal = new AbortController().signal,
): ReturnType<typeof probePreLogin> {
  return probePreLogin(
    { address: '127.0.0.1', port, timeoutMs, signal },
    { strict: false, expectedName: 'sql01.corp.example' },
  )
}

describe('probePreLogin', () => {
  it.each([
    [0, 'off'],
    [1, 'on'],
    [2, 'not-supported'],
    [3, 'required'],
  ])('reads version and encryption %i', async (byte, encryption) => {
    const port = await serve((socket) => socket.on('data', () => socket.write(preLoginAnswer(byte))))
    expect(await probe(port)).toEqual({
      ok: true,
      value: { answered: true, version: '16.0.4135', encryption, localAddress: '127.0.0.1' },
    })
  })

  it('reads an answer that comes byte by byte, and sends no credential', async () => {
    const received: Buffer[] = []
    const port = await serve((socket) => {
      socket.setNoDelay(true)
      socket.on('data', (data) => {
        received.push(data)
        const bytes = [...preLoginAnswer(0)]
        const timer = setInterval(() => {
          const byte = bytes.shift()
          if (byte === undefined) clearInterval(timer)
          else socket.write(Buffer.from([byte]))
        }, 1)
      })
    })
    expect(await probe(port)).toMatchObject({ ok: true, value: { answered: true } })
    expect(Buffer.concat(received)).toEqual(encodeMessage(PRELOGIN, encodePreLogin('off')))
  })

  it('tells a web server from SQL Server', async () => {
    const port = await listen(createHttpServer())
    const answer = await probe(port)
    expect(answer).toMatchObject({
      ok: true,
      value: { answered: false, reason: 'not-tds', message: expect.stringContaining('HTTP/1.1') },
    })
  })

  it('takes an echo of its own question for no TDS', async () => {
    const port = await serve((socket) => socket.pipe(socket))
    expect(await probe(port)).toMatchObject({ ok: true, value: { answered: false, reason: 'not-tds' } })
  })

  it.each([
    ['random bytes', Buffer.from('SSH-2.0-OpenSSH_9.2p1\r\n')],
    ['a length below the header', Buffer.from([4, 1, 0, 3, 0, 0, 1, 0])],
    ['an encryption that does not exist', preLoginAnswer(9)],
    ['options out of bounds', encodeMessage(4, Buffer.from([0, 0, 200, 0, 6, 0xff]))],
    ['no end of the options', encodeMessage(4, Buffer.from([0, 0, 6, 0, 0]))],
    ['an empty message', encodeMessage(4, Buffer.alloc(0))],
  ])('takes %s for no TDS', async (_name, bytes) => {
    const port = await serve((socket) => socket.on('data', () => socket.write(bytes)))
    expect(await probe(port)).toMatchObject({ ok: true, value: { answered: false, reason: 'not-tds' } })
  })

  it('does not read without end', async () => {
    const port = await serve((socket) => {
      const packet = Buffer.alloc(4096, 1)
      packet.set([4, 0, 16, 0])
      const flood = (): void => {
        while (!socket.destroyed && socket.write(packet));
      }
      socket.on('drain', flood).on('data', flood)
    })
    expect(await probe(port)).toMatchObject({ ok: true, value: { answered: false, reason: 'not-tds' } })
  })

  it.each([
    ['closed', (socket: Socket) => socket.end()],
    ['reset', (socket: Socket) => socket.resetAndDestroy()],
  ])('says that the connection was %s before an answer', async (_name, end) => {
    const port = await serve((socket) => socket.on('data', () => end(socket)))
    expect(await probe(port)).toMatchObject({ ok: true, value: { answered: false, reason: 'closed' } })
  })

  it('does not wait for a silent server, and stops with the run', async () => {
    const port = await serve((socket) => socket.on('data', () => undefined))
    expect(await probe(port, 80)).toMatchObject({ ok: false, failure: { kind: 'timeout' } })
    const stop = new AbortController()
    setTimeout(() => {
      stop.abort()
    }, 30)
    expect(await probe(port, 20_000, stop.signal)).toMatchObject({ ok: false, failure: { kind: 'cancelled' } })
  })

  it('says that a port is closed', async () => {
    const server = createServer()
    const port = await listen(server)
    await new Promise((resolve) => server.close(resolve))
    expect(await probe(port)).toMatchObject({
      ok: false,
      failure: { kind: 'refused', message: expect.stringContaining(String(port)) },
    })
  })
})

describe('TDS packets', () => {
  it('carry a message of any length', () => {
    for (const length of [0, 1, 4088, 4089, 10_000]) {
      const payload = Buffer.alloc(length, 7)
      expect(createTdsReader().push(encodeMessage(TABULAR_RESULT, payload))).toEqual([payload])
    }
  })

  it('are of the type of the question only after the answer', () => {
    const payload = Buffer.from('a flight of TLS')
    const flight = encodeMessage(PRELOGIN, payload)
    expect(createTdsReader().push(flight)).toBe('not-tds')
    const reader = createTdsReader()
    expect(reader.push(encodeMessage(TABULAR_RESULT, payload))).toEqual([payload])
    expect(reader.push(flight)).toEqual([payload])
  })

  it('hold a pre-login that we read ourselves', () => {
    expect(parsePreLogin(encodePreLogin('on'))).toEqual({ version: '0.0.0', encryption: 'on' })
  })
})
