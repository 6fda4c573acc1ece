/** Bytes of the other side do not follow their specification. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage'
}

/** Reads little-endian values, and never past the end: an offset or a length that lies is a MalformedMessage. */
export class ByteView {
  readonly #bytes: Buffer

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get length(): number {
    return this.#bytes.length
  }

  slice(offset: number, length: number): Buffer {
    if (offset < 0 || offset + length > this.#bytes.length)
      throw new MalformedMessage(`it points to bytes ${offset}+${length} of ${this.#bytes.length}`)
    return this.#bytes.subarray(offset, offset + length)
  }

  uint8(offset: number): number {
    return this.slice(offset, 1).readUInt8()
  }

  uint16(offset: number): number {
    return this.slice(offset, 2).readUInt16LE()
  }

  uint32(offset: number): number {
    return this.slice(offset, 4).readUInt32LE()
  }

  uint64(offset: number): bigint {
    return this.slice(offset, 8).readBigUInt64LE()
  }
}

export function uint16(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length)
  for (const [index, value] of values.entries()) bytes.writeUInt16LE(value, 2 * index)
  return bytes
}

export function uint32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value >>> 0, 4 * index)
  return bytes
}

export function uint64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(value)
  return bytes
}

export function utf16(text: string): Buffer {
  return Buffer.from(text, 'utf16le')
}

/** With zeros up to the next multiple of eight bytes. */
export function padded8(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((8 - (bytes.length % 8)) % 8)])
}
