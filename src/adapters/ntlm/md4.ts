/** MD4 (RFC 1320), which OpenSSL 3 no longer offers and NTLM still needs. */
export function md4(message: Uint8Array): Buffer {
  const padded = pad(message)
  let state: Words = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476]
  for (let offset = 0; offset < padded.length; offset += BLOCK_BYTES) {
    const block = padded.subarray(offset, offset + BLOCK_BYTES)
    const words = Array.from({ length: 16 }, (_, index) => block.readUInt32LE(4 * index))
    const mixed = ROUNDS.reduce((words4, round) => mix(words4, words, round), state)
    state = [state[0] + mixed[0], state[1] + mixed[1], state[2] + mixed[2], state[3] + mixed[3]]
  }
  const digest = Buffer.alloc(16)
  for (const [index, word] of state.entries()) digest.writeUInt32LE(word >>> 0, 4 * index)
  return digest
}

const BLOCK_BYTES = 64

type Words = readonly [number, number, number, number]

interface Round {
  /** Which word of the block each step takes. */
  order: readonly number[]
  /** Shifts of four steps in turn. */
  shifts: readonly number[]
  constant: number
  combine(x: number, y: number, z: number): number
}

const ROUNDS: readonly Round[] = [
  {
    order: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    shifts: [3, 7, 11, 19],
    constant: 0,
    combine: (x, y, z) => (x & y) | (~x & z),
  },
  {
    order: [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15],
    shifts: [3, 5, 9, 13],
    constant: 0x5a827999,
    combine: (x, y, z) => (x & y) | (x & z) | (y & z),
  },
  {
    order: [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15],
    shifts: [3, 9, 11, 15],
    constant: 0x6ed9eba1,
    combine: (x, y, z) => x ^ y ^ z,
  },
]

function mix(start: Words, block: readonly number[], round: Round): Words {
  let [a, b, c, d] = start
  for (const [step, word] of round.order.entries()) {
    const sum = a + round.combine(b, c, d) + (block[word] ?? 0) + round.constant
    ;[a, b, c, d] = [d, rotateLeft(sum, round.shifts[step % 4] ?? 0), b, c]
  }
  return [a, b, c, d]
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits))
}

/** A one bit, zeros, and the length in bits as 64-bit number. */
function pad(message: Uint8Array): Buffer {
  const padded = Buffer.alloc(BLOCK_BYTES * Math.ceil((message.length + 9) / BLOCK_BYTES))
  padded.set(message)
  padded.writeUInt8(0x80, message.length)
  padded.writeBigUInt64LE(8n * BigInt(message.length), padded.length - 8)
  return padded
}
