import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { createBench, type Bench } from './bench.ts'
import type { TdsServer } from './server.ts'

let bench: Bench
beforeAll(async () => {
  bench = await createBench()
})
afterEach(() => bench.close())

/** The encryption option alone, with the value off. */
const PRELOGIN = packet(0x12, Buffer.from('0100060001ff' + '00', 'hex'))
/** TDS 7.4, every text empty. */
const LOGIN7 = packet(0x10, Buffer.concat([Buffer.from('5e00000004000074', 'hex'), Buffer.alloc(86)]))
/** The same, as the first message of an integrated login with a NEGOTIATE of NTLM. */
const LOGIN7_NTLM = integrated()
const NO_ONE = { user: '', kind: 'sql', database: '', app: '' }

function packet(type: number, body: Uint8Array): Buffer {
  const bytes = Buffer.concat([Buffer.from([type, 1, 0, 0, 0, 0, 1, 0]), body])
  bytes.writeUInt16BE(bytes.length, 2)
  return bytes
}

function integrated(): Buffer {
  const negotiate = Buffer.from('NTLMSSP\0' + '\u0001\0\0\0', 'latin1')
  const fixed = Buffer.concat([Buffer.from('5e00000004000074', 'hex'), Buffer.alloc(86)])
  fixed.writeUInt8(0x80, 25)
  fixed.writeUInt16LE(fixed.length, 78)
  fixed.writeUInt16LE(negotiate.length, 80)
  return packet(0x10, Buffer.concat([fixed, negotiate]))
}

const body = fc.uint8Array({ maxLength: 300 })
const type = fc.constantFrom(1, 3, 6, 7, 14, 16, 17, 18, 22, 255)
const packets = fc.array(fc.tuple(type, body), { maxLength: 4 }).map((list) => list.map((one) => packet(...one)))
const noise = fc.oneof(
  body.map((bytes) => Buffer.from(bytes)),
  packets.map((list) => Buffer.concat(list)),
  packets.map((list) => Buffer.concat([PRELOGIN, ...list])),
  packets.map((list) => Buffer.concat([PRELOGIN, LOGIN7, ...list])),
  body.map((bytes) => Buffer.concat([PRELOGIN, LOGIN7_NTLM, packet(0x11, bytes)])),
  body.map((bytes) => Buffer.concat([Buffer.from('160301', 'hex'), bytes])),
)

async function shout(server: TdsServer, bytes: Buffer): Promise<void> {
  const socket = connect(server.port, '127.0.0.1')
  socket.on('error', () => undefined).resume()
  socket.end(bytes)
  await once(socket, 'close')
}

describe('survival', () => {
  it.each([
    ['not-supported', false],
    ['off', true],
    ['required', true],
  ] as const)('encryption %s: closes on garbage and still answers the next client', async (encryption, encrypt) => {
    const options = encrypt ? {} : { authenticate: () => undefined }
    const server = await bench.start({ encryption, strict: 'offered', ntlm: { 'CORP\\dms': 'x' }, ...options })
    let count = 0
    const property = fc.asyncProperty(noise, async (bytes) => {
      count += 1
      await shout(server, bytes)
    })
    await fc.assert(property, { numRuns: 100 })
    expect(server.connections).toBe(count)
    const pool = await bench.connectTo(server, { encrypt })
    expect((await pool.request().query('still there')).recordset[0]).toMatchObject({ text: 'still there' })
  })

  it('records a LOGIN7 that came without the encryption agreed on, and does not accept it', async () => {
    for (const encryption of ['required', 'off'] as const) {
      const server = await bench.start({ encryption, authenticate: () => undefined })
      await shout(server, Buffer.concat([PRELOGIN, LOGIN7]))
      expect(server.logins).toEqual([{ ...NO_ONE, encrypted: false, accepted: false }])
    }
  })

  it('records every LOGIN7, also broken ones and those out of turn, each once', async () => {
    const server = await bench.start({ encryption: 'not-supported', authenticate: () => undefined })
    await shout(server, LOGIN7)
    await shout(server, Buffer.concat([PRELOGIN, packet(0x10, Buffer.from('cut off'))]))
    await shout(server, Buffer.concat([PRELOGIN, LOGIN7, LOGIN7]))
    const accepted = server.logins.map((record) => record.accepted)
    expect(accepted).toEqual([false, false, true, false])
  })

  it('closes with clients connected', async () => {
    const server = await bench.start()
    const pool = await bench.connectTo(server)
    pool.on('error', () => undefined)
    await pool.request().query('q')
    await server.close()
    await expect(pool.request().query('q')).rejects.toThrow()
  })
})
