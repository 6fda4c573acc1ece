import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { ProtocolError } from './bytes.ts'
import { isSessionSetup } from './driver-statements.ts'
import { parseLogin7 } from './login7.ts'
import { frame, MessageAssembler, PACKET, PacketBuffer } from './packets.ts'
import { encodePrelogin, ENCRYPT, negotiate, parsePrelogin } from './prelogin.ts'
import { parseBatch, parseRpc, withoutHeaders } from './rpc.ts'

const bytes = fc.uint8Array({ maxLength: 400 }).map((array) => Buffer.from(array))

describe('reading what a client sent', () => {
  it.each([
    ['PRELOGIN', parsePrelogin],
    ['LOGIN7', parseLogin7],
    ['RPC', parseRpc],
    ['batch', (body: Buffer) => parseBatch(withoutHeaders(body, 0x74))],
    ['packets', (body: Buffer) => readAll(body)],
  ])('%s: reads or gives a ProtocolError, never anything else', (_name, parse) => {
    fc.assert(
      fc.property(bytes, (body) => {
        try {
          parse(body)
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('puts together what was cut into packets and chunks of any size', () => {
    const sizes = fc.integer({ min: 512, max: 32_767 })
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), sizes, fc.integer({ min: 1, max: 700 }), (body, size, step) => {
        const wire = frame(PACKET.batch, Buffer.from(body), size)
        expect(readAll(wire, step)).toEqual([{ type: PACKET.batch, body: Buffer.from(body) }])
      }),
    )
  })

  it('stops at a message that never ends', () => {
    const assembler = new MessageAssembler()
    const packet = { type: PACKET.batch, last: false, body: Buffer.alloc(32_000) }
    expect(() => {
      for (let count = 0; count < 100; count += 1) assembler.add(packet)
    }).toThrow(ProtocolError)
  })
})

function readAll(wire: Buffer, step = wire.length + 1): { type: number; body: Buffer }[] {
  const [packets, assembler, messages] = [new PacketBuffer(), new MessageAssembler(), []] as const
  const found: { type: number; body: Buffer }[] = [...messages]
  for (let offset = 0; offset < wire.length; offset += step) {
    packets.push(wire.subarray(offset, offset + step))
    for (let packet = packets.next(); packet !== undefined; packet = packets.next()) {
      const message = assembler.add(packet)
      if (message !== undefined) found.push(message)
    }
  }
  return found
}

describe('negotiate', () => {
  const { off, on, notSupported, required } = ENCRYPT
  it.each([
    // MS-TDS 2.2.6.5: rows are the server's settings, columns the client's OFF, ON, NOT_SUP, REQ.
    ['off', [off, on, notSupported, on]],
    ['on', [on, on, required, on]],
    ['required', [required, on, required, on]],
    ['not-supported', [notSupported, notSupported, notSupported, notSupported]],
  ] as const)('%s', (server, expected) => {
    expect([off, on, notSupported, required].map((client) => negotiate(server, client).answer)).toEqual(expected)
  })

  it('is what the client reads back', () => {
    for (const encryption of Object.values(ENCRYPT)) {
      for (const federated of [true, false]) {
        const prelogin = { encryption, federated }
        expect(parsePrelogin(encodePrelogin([16, 0, 4135], prelogin))).toEqual(prelogin)
      }
    }
  })
})

describe('isSessionSetup', () => {
  it.each([
    ['set ansi_nulls on\nset textsize 2147483647\nset transaction isolation level read committed', true],
    ['SET QUOTED_IDENTIFIER ON;', true],
    ['set identity_insert t on', false],
    ['set ansi_nulls on; drop table t', false],
    ['set ansi_nulls on drop table t, u', false],
    ['set textsize 1 select 1', false],
    ['', false],
  ])('%j: %p', (text, expected) => {
    expect(isSessionSetup(text)).toBe(expected)
  })
})
