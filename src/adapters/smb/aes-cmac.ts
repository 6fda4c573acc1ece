import { createCipheriv } from 'node:crypto'

const BLOCK_BYTES = 16
/** The polynomial of the field (RFC 4493, 2.3). */
const REDUCTION = 0x87

/** AES-128-CMAC (RFC 4493), which Node does not offer. */
export function aesCmac(key: Buffer, message: Buffer): Buffer {
  const first = double(encrypt('aes-128-ecb', key, null, Buffer.alloc(BLOCK_BYTES)))
  const isWhole = message.length > 0 && message.length % BLOCK_BYTES === 0
  const blocks = Buffer.alloc(isWhole ? message.length : BLOCK_BYTES * (Math.floor(message.length / BLOCK_BYTES) + 1))
  message.copy(blocks)
  if (!isWhole) blocks.writeUInt8(0x80, message.length)
  const last = blocks.subarray(-BLOCK_BYTES)
  const mask = isWhole ? first : double(first)
  for (const [index, byte] of mask.entries()) last.writeUInt8(last.readUInt8(index) ^ byte, index)
  return encrypt('aes-128-cbc', key, Buffer.alloc(BLOCK_BYTES), blocks).subarray(-BLOCK_BYTES)
}

function double(block: Buffer): Buffer {
  const doubled = Buffer.alloc(BLOCK_BYTES)
  for (const [index, byte] of block.entries()) doubled[index] = (byte << 1) | ((block[index + 1] ?? 0) >> 7)
  if ((block.readUInt8(0) & 0x80) !== 0)
    doubled.writeUInt8(doubled.readUInt8(BLOCK_BYTES - 1) ^ REDUCTION, BLOCK_BYTES - 1)
  return doubled
}

function encrypt(algorithm: string, key: Buffer, iv: Buffer | null, data: Buffer): Buffer {
  const cipher = createCipheriv(algorithm, key, iv).setAutoPadding(false)
  return Buffer.concat([cipher.update(data), cipher.final()])
}
