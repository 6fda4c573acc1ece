/** Direct TCP transport (MS-SMB2 2.1) and the NetBIOS session service before it (RFC 1002, 4.3.1). */
const HEAD_BYTES = 4
const TYPE = { message: 0x00, negativeResponse: 0x83, keepAlive: 0x85 } as const
/** The longest answer that is ever asked for has a few kilobytes; NEGOTIATE and login tokens of big domains have up to 64 KiB. */
const LONGEST_FRAME_BYTES = 256 * 1024

export type Frame =
  | { kind: 'message'; bytes: Buffer }
  | { kind: 'session-refused'; code: number }
  /** What came is no frame, or too long a one; nothing after it can be read. */
  | { kind: 'broken'; first: Buffer }

export interface FrameReader {
  /** Frames that are complete with this piece. */
  push(piece: Buffer): Frame[]
}

/** Cuts a stream into messages, and keeps no more of it than one. */
export function createFrameReader(): FrameReader {
  let kept = Buffer.alloc(0)
  let isBroken = false
  return {
    push(piece) {
      if (isBroken) return []
      kept = Buffer.concat([kept, piece])
      const frames: Frame[] = []
      while (kept.length >= HEAD_BYTES) {
        const length = kept.readUIntBE(1, 3)
        const type = kept.readUInt8(0)
        const isKnown = Object.values<number>(TYPE).includes(type)
        if (!isKnown || length > LONGEST_FRAME_BYTES) {
          isBroken = true
          frames.push({ kind: 'broken', first: Buffer.from(kept.subarray(0, 16)) })
          kept = Buffer.alloc(0)
          return frames
        }
        if (kept.length < HEAD_BYTES + length) return frames
        const bytes = kept.subarray(HEAD_BYTES, HEAD_BYTES + length)
        if (type === TYPE.message) frames.push({ kind: 'message', bytes })
        else if (type === TYPE.negativeResponse) frames.push({ kind: 'session-refused', code: bytes[0] ?? 0 })
        kept = kept.subarray(HEAD_BYTES + length)
      }
      return frames
    },
  }
}

export function encodeFrame(message: Buffer): Buffer {
  const head = Buffer.alloc(HEAD_BYTES)
  head.writeUIntBE(message.length, 1, 3)
  return Buffer.concat([head, message])
}
