/** Direct TCP transport (MS-SMB2 2.1) and the NetBIOS session service before it (RFC 1002, 4.3.1). */
const HEAD_BYTES = 4
const TYPE = { message: 0x00, negativeResponse: 0x83, keepAlive: 0x85 } as const
/** The longest answer that is ever asked for has a few kilobytes; NEGOTIATE and login tokens of big domains have up to 64 KiB. */
const LONGEST_FRAME_BYTES = 256 * 1024
const SHOWN_BYTES = 16

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
  let pieces: Buffer[] = []
  let size = 0
  /** Pieces are joined only when these are there: joining at every one of them would take a time that grows with its square. */
  let wanted = HEAD_BYTES
  let isBroken = false
  const keep = (rest: Buffer): void => {
    pieces = [rest]
    size = rest.length
  }
  return {
    push(piece) {
      if (isBroken) return []
      pieces.push(piece)
      size += piece.length
      const frames: Frame[] = []
      while (size >= wanted) {
        const [only] = pieces
        const bytes = pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces)
        const length = readLength(bytes)
        if (length === undefined) {
          isBroken = true
          pieces = []
          return [...frames, { kind: 'broken', first: Buffer.from(bytes.subarray(0, SHOWN_BYTES)) }]
        }
        wanted = HEAD_BYTES + length
        keep(bytes)
        if (size < wanted) return frames
        frames.push(...readFrame(bytes.subarray(0, wanted)))
        keep(bytes.subarray(wanted))
        wanted = HEAD_BYTES
      }
      return frames
    },
  }
}

/** Undefined: it is no frame, or too long a one. */
function readLength(bytes: Buffer): number | undefined {
  const length = bytes.readUIntBE(1, 3)
  const isKnown = Object.values<number>(TYPE).includes(bytes.readUInt8(0))
  return isKnown && length <= LONGEST_FRAME_BYTES ? length : undefined
}

function readFrame(frame: Buffer): Frame[] {
  const bytes = frame.subarray(HEAD_BYTES)
  switch (frame.readUInt8(0)) {
    case TYPE.message:
      return [{ kind: 'message', bytes }]
    case TYPE.negativeResponse:
      return [{ kind: 'session-refused', code: bytes[0] ?? 0 }]
    default:
      return []
  }
}

export function encodeFrame(message: Buffer): Buffer {
  const head = Buffer.alloc(HEAD_BYTES)
  head.writeUIntBE(message.length, 1, 3)
  return Buffer.concat([head, message])
}
