import { ProtocolError, slice, uint8 } from './bytes.ts'
import type { Encryption } from './model.ts'

/** ENCRYPTION values of MS-TDS 2.2.6.5. */
export const ENCRYPT = { off: 0, on: 1, notSupported: 2, required: 3 } as const

const OPTION = { version: 0, encryption: 1, instance: 2, threadId: 3, mars: 4, federated: 6, end: 0xff } as const
const OPTION_LIMIT = 32

export type EncryptionScope = 'none' | 'login-only' | 'full'

export interface Prelogin {
  /** The client's ENCRYPTION byte; a client that says nothing has none. */
  encryption: number
  /** The client can log in with a token (FEDAUTHREQUIRED). */
  federated: boolean
}

export function parsePrelogin(body: Buffer): Prelogin {
  const prelogin: Prelogin = { encryption: ENCRYPT.notSupported, federated: false }
  for (let index = 0; index < OPTION_LIMIT; index += 1) {
    const option = slice(body, 5 * index, 1).readUInt8()
    if (option === OPTION.end) return prelogin
    const [offset, length] = [
      slice(body, 5 * index + 1, 2).readUInt16BE(),
      slice(body, 5 * index + 3, 2).readUInt16BE(),
    ]
    const value = slice(body, offset, length)
    if (option === OPTION.encryption && value.length > 0) prelogin.encryption = value.readUInt8()
    if (option === OPTION.federated) prelogin.federated = value[0] === 1
  }
  throw new ProtocolError('PRELOGIN without an end')
}

/**
 * The table of MS-TDS 2.2.6.5. `on` differs from `required` only towards a client that would rather not encrypt:
 * it is told ENCRYPT_ON, not ENCRYPT_REQ, so that a test can see each of the four values on the wire.
 */
export function negotiate(server: Encryption, client: number): { answer: number; scope: EncryptionScope } {
  if (server === 'not-supported') return { answer: ENCRYPT.notSupported, scope: 'none' }
  const wantsAll = client === ENCRYPT.on || client === ENCRYPT.required
  if (server === 'off') {
    if (wantsAll) return { answer: ENCRYPT.on, scope: 'full' }
    if (client === ENCRYPT.notSupported) return { answer: ENCRYPT.notSupported, scope: 'none' }
    return { answer: ENCRYPT.off, scope: 'login-only' }
  }
  if (wantsAll || (server === 'on' && client === ENCRYPT.off)) return { answer: ENCRYPT.on, scope: 'full' }
  return { answer: ENCRYPT.required, scope: 'full' }
}

export function encodePrelogin(version: readonly [number, number, number], answer: Prelogin): Buffer {
  const [major, minor, build] = version
  const options: [number, Buffer][] = [
    [OPTION.version, Buffer.from([major, minor, build >> 8, build & 0xff, 0, 0])],
    [OPTION.encryption, uint8(answer.encryption)],
    [OPTION.instance, uint8(0)],
    [OPTION.threadId, Buffer.alloc(0)],
    [OPTION.mars, uint8(0)],
    ...(answer.federated ? [[OPTION.federated, uint8(1)] satisfies [number, Buffer]] : []),
  ]
  let offset = 5 * options.length + 1
  const table = options.map(([option, value]) => {
    const entry = Buffer.alloc(5)
    entry.writeUInt8(option, 0)
    entry.writeUInt16BE(offset, 1)
    entry.writeUInt16BE(value.length, 3)
    offset += value.length
    return entry
  })
  return Buffer.concat([...table, uint8(OPTION.end), ...options.map(([, value]) => value)])
}
