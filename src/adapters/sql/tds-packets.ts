/** Packet types of MS-TDS 2.2.3.1.1. */
export const PRELOGIN = 0x12
export const TABULAR_RESULT = 0x04

const HEADER_BYTES = 8
const PACKET_LIMIT_BYTES = 4096
const END_OF_MESSAGE = 0x01
/** A pre-login answer or a flight of a TLS handshake is far smaller, also with a long certificate chain. */
const MESSAGE_LIMIT_BYTES = 128 * 1024

/** One message as TDS packets, as many as it needs. */
export function encodeMessage(type: number, payload: Buffer): Buffer {
  const packets: Buffer[] = []
  const step = PACKET_LIMIT_BYTES - HEADER_BYTES
  for (let at = 0, id = 1; at === 0 || at < payload.length; at += step, id += 1) {
    const part = payload.subarray(at, at + step)
    const header = Buffer.alloc(HEADER_BYTES)
    header[0] = type
    header[1] = at + step >= payload.length ? END_OF_MESSAGE : 0
    header.writeUInt16BE(part.length + HEADER_BYTES, 2)
    header[6] = id & 0xff
    packets.push(header, part)
  }
  return Buffer.concat(packets)
}

export interface TdsReader {
  /** The payloads that became complete with these bytes, or `not-tds` when they can be no answer to a pre-login. */
  push(data: Buffer): readonly Buffer[] | 'not-tds'
  /** The first bytes that were seen, for a message. */
  firstBytes(): Buffer
}

/**
 * Reads what a server sends after our pre-login. Its answer is a tabular result (MS-TDS 2.2.6.5), so that an echo of the
 * question is none; the TLS handshake after it travels in packets of the pre-login's type.
 */
export function createTdsReader(): TdsReader {
  let pending: Buffer = Buffer.alloc(0)
  let parts: Buffer[] = []
  let partsBytes = 0
  let first: Buffer = Buffer.alloc(0)
  let isAnswered = false
  const isOurs = (type: number | undefined): boolean => type === TABULAR_RESULT || (isAnswered && type === PRELOGIN)
  return {
    firstBytes: () => first,
    push(data) {
      if (first.length < 16) first = Buffer.concat([first, data]).subarray(0, 16)
      pending = Buffer.concat([pending, data])
      const messages: Buffer[] = []
      for (;;) {
        if (pending.length > 0 && !isOurs(pending[0])) return 'not-tds'
        if (pending.length < HEADER_BYTES) return messages
        const length = pending.readUInt16BE(2)
        if (length < HEADER_BYTES || partsBytes + length > MESSAGE_LIMIT_BYTES) return 'not-tds'
        if (pending.length < length) return messages
        parts.push(pending.subarray(HEADER_BYTES, length))
        partsBytes += length
        const isLast = ((pending[1] ?? 0) & END_OF_MESSAGE) !== 0
        pending = pending.subarray(length)
        if (!isLast) continue
        messages.push(Buffer.concat(parts))
        isAnswered = true
        parts = []
        partsBytes = 0
      }
    },
  }
}
