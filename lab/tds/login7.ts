import { ProtocolError, slice } from './bytes.ts'
import type { Login } from './model.ts'

/** Where LOGIN7 keeps offset and length of its variable parts (MS-TDS 2.2.6.4). */
const FIELD = { host: 36, user: 40, password: 44, app: 48, server: 52, database: 68, sspi: 78 } as const
const INTEGRATED_SECURITY = 0x80
/** Names are at most 128 characters (MS-TDS 2.2.6.4). */
const TEXT_LIMIT = 128

export function parseLogin7(body: Buffer): Login {
  const fixed = slice(body, 0, 86)
  const sspiBytes = fixed.readUInt16LE(FIELD.sspi + 2)
  return {
    tdsVersion: fixed.readUInt32LE(4) >>> 24,
    packetSizeBytes: fixed.readUInt32LE(8),
    host: text(body, FIELD.host).toString('utf16le'),
    user: text(body, FIELD.user).toString('utf16le'),
    password: unscramble(text(body, FIELD.password)).toString('utf16le'),
    app: text(body, FIELD.app).toString('utf16le'),
    server: text(body, FIELD.server).toString('utf16le'),
    database: text(body, FIELD.database).toString('utf16le'),
    integrated: (fixed.readUInt8(25) & INTEGRATED_SECURITY) !== 0 || sspiBytes > 0,
  }
}

function text(body: Buffer, field: number): Buffer {
  const units = body.readUInt16LE(field + 2)
  if (units > TEXT_LIMIT) throw new ProtocolError(`a LOGIN7 text of ${units} characters`)
  return slice(body, body.readUInt16LE(field), 2 * units)
}

/** The client swaps the nibbles of each byte, then flips it with 0xA5. */
function unscramble(bytes: Buffer): Buffer {
  return Buffer.from(
    bytes.map((byte) => {
      const flipped = byte ^ 0xa5
      return ((flipped << 4) | (flipped >> 4)) & 0xff
    }),
  )
}
