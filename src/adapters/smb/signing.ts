import { createCipheriv, createHmac, timingSafeEqual } from 'node:crypto'
import type { SmbSigning } from '../../ports/share-port.ts'
import { aesCmac } from './aes-cmac.ts'
import { COMMAND, HEADER_BYTES, HEADER_FLAG } from './protocol.ts'

const SIGNATURE_OFFSET = 48
const SIGNATURE_BYTES = 16
const FLAGS_OFFSET = 16
const COMMAND_OFFSET = 12
const MESSAGE_ID_OFFSET = 24

export interface SigningKey {
  algorithm: SmbSigning
  key: Buffer
}

/** Sets the flag and the signature (MS-SMB2 3.1.4.1) in a message of ours. */
export function sign(message: Buffer, signing: SigningKey): void {
  message.writeUInt32LE((message.readUInt32LE(FLAGS_OFFSET) | HEADER_FLAG.signed) >>> 0, FLAGS_OFFSET)
  signatureOf(message, signing, 'client').copy(message, SIGNATURE_OFFSET)
}

/** Whether a message of the server is signed, and rightly (MS-SMB2 3.1.5.1). */
export function isSignedRightly(message: Buffer, signing: SigningKey): boolean {
  if (message.length < HEADER_BYTES || (message.readUInt32LE(FLAGS_OFFSET) & HEADER_FLAG.signed) === 0) return false
  const claimed = message.subarray(SIGNATURE_OFFSET, SIGNATURE_OFFSET + SIGNATURE_BYTES)
  return timingSafeEqual(signatureOf(message, signing, 'server'), claimed)
}

function signatureOf(message: Buffer, { algorithm, key }: SigningKey, sender: 'client' | 'server'): Buffer {
  const blank = Buffer.from(message)
  blank.fill(0, SIGNATURE_OFFSET, SIGNATURE_OFFSET + SIGNATURE_BYTES)
  switch (algorithm) {
    case 'HMAC-SHA256':
      return createHmac('sha256', key).update(blank).digest().subarray(0, SIGNATURE_BYTES)
    case 'AES-CMAC':
      return aesCmac(key, blank)
    case 'AES-GMAC': {
      const nonce = Buffer.alloc(12)
      blank.copy(nonce, 0, MESSAGE_ID_OFFSET, MESSAGE_ID_OFFSET + 8)
      const isCancel = blank.readUInt16LE(COMMAND_OFFSET) === COMMAND.cancel
      nonce.writeUInt8((sender === 'server' ? 1 : 0) | (isCancel ? 2 : 0), 8)
      const cipher = createCipheriv('aes-128-gcm', key, nonce).setAAD(blank)
      cipher.final()
      return cipher.getAuthTag()
    }
  }
}
