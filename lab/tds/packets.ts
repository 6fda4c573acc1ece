import { ProtocolError } from './bytes.ts'

/** Packet types of MS-TDS 2.2.3.1.1. */
export const PACKET = {
  batch: 0x01,
  rpc: 0x03,
  response: 0x04,
  attention: 0x06,
  federatedToken: 0x08,
  login7: 0x10,
  sspi: 0x11,
  prelogin: 0x12,
} as const

const HEADER_BYTES = 8
const END_OF_MESSAGE = 0x01
/** Far above any statement of ours; keeps a client from filling the memory. */
const MESSAGE_LIMIT_BYTES = 1_048_576

export interface Packet {
  type: number
  last: boolean
  body: Buffer
}

/** Cuts a message into packets of at most `sizeBytes`. */
export function frame(type: number, body: Buffer, sizeBytes: number): Buffer {
  const parts: Buffer[] = []
  const room = sizeBytes - HEADER_BYTES
  let offset = 0
  do {
    const part = body.subarray(offset, offset + room)
    offset += part.length
    const header = Buffer.alloc(HEADER_BYTES)
    header.writeUInt8(type, 0)
    header.writeUInt8(offset >= body.length ? END_OF_MESSAGE : 0, 1)
    header.writeUInt16BE(part.length + HEADER_BYTES, 2)
    header.writeUInt8((parts.length / 2 + 1) & 0xff, 6)
    parts.push(header, part)
  } while (offset < body.length)
  return Buffer.concat(parts)
}

/** The bytes of one direction of a connection, taken out packet by packet. */
export class PacketBuffer {
  #bytes: Buffer = Buffer.alloc(0)

  push(chunk: Buffer): void {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk])
  }

  /** The first byte of the next packet, or of a TLS record. */
  get firstByte(): number | undefined {
    return this.#bytes[0]
  }

  takeAll(): Buffer {
    const all = this.#bytes
    this.#bytes = Buffer.alloc(0)
    return all
  }

  /** Undefined when the next packet is not complete yet. */
  next(): Packet | undefined {
    if (this.#bytes.length < HEADER_BYTES) return undefined
    const length = this.#bytes.readUInt16BE(2)
    if (length < HEADER_BYTES) throw new ProtocolError(`a packet of ${length} bytes`)
    if (this.#bytes.length < length) return undefined
    const packet = {
      type: this.#bytes.readUInt8(0),
      last: (this.#bytes.readUInt8(1) & END_OF_MESSAGE) !== 0,
      body: this.#bytes.subarray(HEADER_BYTES, length),
    }
    this.#bytes = this.#bytes.subarray(length)
    return packet
  }
}

/** Puts the packets of a message together. */
export class MessageAssembler {
  #type: number | undefined
  #parts: Buffer[] = []
  #sizeBytes = 0

  /** The whole message after its last packet, else undefined. */
  add(packet: Packet): { type: number; body: Buffer } | undefined {
    if (this.#type !== undefined && this.#type !== packet.type) throw new ProtocolError('packets of two messages mixed')
    this.#sizeBytes += packet.body.length + HEADER_BYTES
    if (this.#sizeBytes > MESSAGE_LIMIT_BYTES) throw new ProtocolError('message too long')
    this.#parts.push(packet.body)
    this.#type = packet.type
    if (!packet.last) return undefined
    const body = Buffer.concat(this.#parts)
    this.#type = undefined
    this.#parts = []
    this.#sizeBytes = 0
    return { type: packet.type, body }
  }
}
