/** What a client sent does not follow MS-TDS; the connection is closed. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
}

/** Reads little-endian values and never past the end: a length that lies is a ProtocolError. */
export class ByteReader {
  readonly #bytes: Buffer
  #offset = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get left(): number {
    return this.#bytes.length - this.#offset
  }

  take(length: number): Buffer {
    if (length > this.left) throw new ProtocolError(`${length} bytes announced, ${this.left} there`)
    const taken = this.#bytes.subarray(this.#offset, this.#offset + length)
    this.#offset += length
    return taken
  }

  uint8(): number {
    return this.take(1).readUInt8()
  }

  uint16(): number {
    return this.take(2).readUInt16LE()
  }

  uint32(): number {
    return this.take(4).readUInt32LE()
  }

  int32(): number {
    return this.take(4).readInt32LE()
  }

  uint64(): bigint {
    return this.take(8).readBigUInt64LE()
  }

  /** UTF-16LE; the length counts 16-bit units. */
  text(units: number): string {
    return this.take(2 * units).toString('utf16le')
  }
}

/** A part that offset and length of a table point to (LOGIN7, PRELOGIN). */
export function slice(bytes: Buffer, offset: number, length: number): Buffer {
  if (offset + length > bytes.length) throw new ProtocolError(`bytes ${offset}+${length} of ${bytes.length}`)
  return bytes.subarray(offset, offset + length)
}

export function uint8(value: number): Buffer {
  return Buffer.from([value])
}

export function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE(value)
  return bytes
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value)
  return bytes
}

export function int64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64LE(value)
  return bytes
}

export function float64(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleLE(value)
  return bytes
}

export function utf16(text: string): Buffer {
  return Buffer.from(text, 'utf16le')
}

/** B_VARCHAR: one byte of length in UTF-16 units. */
export function shortText(text: string): Buffer {
  return Buffer.concat([uint8(text.length), utf16(text)])
}

/** US_VARCHAR: two bytes of length in UTF-16 units. */
export function longText(text: string): Buffer {
  return Buffer.concat([uint16(text.length), utf16(text)])
}
