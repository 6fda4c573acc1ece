import type { PreLoginAnswer } from '../../ports/sql-port.ts'

/** Options of MS-TDS 2.2.6.5. */
const VERSION = 0x00
const ENCRYPTION = 0x01
const THREAD_ID = 0x03
const MARS = 0x04
const TERMINATOR = 0xff
const OPTION_BYTES = 5

const ENCRYPTIONS = ['off', 'on', 'not-supported', 'required'] as const
export type Encryption = Extract<PreLoginAnswer, { answered: true }>['encryption']

export interface PreLoginMessage {
  version: string
  encryption: Encryption
}

/** `off` asks for an encrypted login packet only, which tells the server's stance; `on` asks for TLS. No credential is in it. */
export function encodePreLogin(encryption: 'off' | 'on'): Buffer {
  const options: readonly (readonly [number, Buffer])[] = [
    [VERSION, Buffer.alloc(6)],
    [ENCRYPTION, Buffer.from([ENCRYPTIONS.indexOf(encryption)])],
    [THREAD_ID, Buffer.alloc(4)],
    [MARS, Buffer.from([0])],
  ]
  let offset = options.length * OPTION_BYTES + 1
  const heads = options.map(([token, value]) => {
    const head = Buffer.alloc(OPTION_BYTES)
    head[0] = token
    head.writeUInt16BE(offset, 1)
    head.writeUInt16BE(value.length, 3)
    offset += value.length
    return head
  })
  return Buffer.concat([...heads, Buffer.from([TERMINATOR]), ...options.map(([, value]) => value)])
}

/** Undefined when it is no pre-login answer: options out of bounds, no version, no encryption, an unknown encryption. */
export function parsePreLogin(payload: Buffer): PreLoginMessage | undefined {
  let version: string | undefined
  let encryption: Encryption | undefined
  for (let at = 0; payload[at] !== TERMINATOR; at += OPTION_BYTES) {
    if (at + OPTION_BYTES > payload.length) return undefined
    const start = payload.readUInt16BE(at + 1)
    const length = payload.readUInt16BE(at + 3)
    if (start + length > payload.length) return undefined
    const value = payload.subarray(start, start + length)
    if (payload[at] === VERSION && length >= 4)
      version = `${value.readUInt8(0)}.${value.readUInt8(1)}.${value.readUInt16BE(2)}`
    if (payload[at] === ENCRYPTION && length >= 1) encryption = ENCRYPTIONS[value.readUInt8(0)]
  }
  return version === undefined || encryption === undefined ? undefined : { version, encryption }
}
