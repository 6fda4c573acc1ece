import { createCipheriv, createDecipheriv, randomBytes, type CipherCCMTypes } from 'node:crypto'
import type { SmbCipher } from '../../ports/share-port.ts'
import { ByteView, uint16, uint32, uint64 } from '../little-endian.ts'
import { PROTOCOL_ID } from './protocol.ts'
import { SmbFault } from './smb-fault.ts'

export interface SealingKeys {
  cipher: SmbCipher
  toServer: Buffer
  fromServer: Buffer
}

/** SMB2 TRANSFORM_HEADER (MS-SMB2 2.2.41). */
const HEADER_BYTES = 52
const TAG = { offset: 4, bytes: 16 } as const
const NONCE_OFFSET = 20
const NONCE_FIELD_BYTES = 16
const ENCRYPTED = 1

const NONCE_BYTES: Readonly<Record<SmbCipher, number>> = {
  'AES-128-CCM': 11,
  'AES-128-GCM': 12,
  'AES-256-CCM': 11,
  'AES-256-GCM': 12,
}

/** MS-SMB2 3.1.4.3. A random nonce for each message is enough: a session has a few hundred of them. */
export function seal(message: Buffer, sessionId: bigint, { cipher, toServer }: SealingKeys): Buffer {
  const nonce = randomBytes(NONCE_BYTES[cipher])
  const authenticated = Buffer.concat([
    nonce,
    Buffer.alloc(NONCE_FIELD_BYTES - nonce.length),
    uint32(message.length),
    uint16(0, ENCRYPTED),
    uint64(sessionId),
  ])
  const sealing = createCipheriv(algorithmOf(cipher), toServer, nonce, { authTagLength: TAG.bytes })
  sealing.setAAD(authenticated, { plaintextLength: message.length })
  const sealed = Buffer.concat([sealing.update(message), sealing.final()])
  return Buffer.concat([uint32(PROTOCOL_ID.sealed), sealing.getAuthTag(), authenticated, sealed])
}

/** MS-SMB2 3.2.5.1.1. */
export function unseal(frame: Buffer, sessionId: bigint, { cipher, fromServer }: SealingKeys): Buffer {
  const view = new ByteView(frame)
  const sealed = view.slice(HEADER_BYTES, frame.length - HEADER_BYTES)
  const isOurs = view.uint64(44) === sessionId && view.uint16(42) === ENCRYPTED && view.uint32(36) === sealed.length
  if (!isOurs) throw new SmbFault('protocol', 'an encrypted answer belongs to no session of ours')
  const nonce = view.slice(NONCE_OFFSET, NONCE_BYTES[cipher])
  try {
    const opening = createDecipheriv(algorithmOf(cipher), fromServer, nonce, { authTagLength: TAG.bytes })
    opening.setAuthTag(view.slice(TAG.offset, TAG.bytes))
    opening.setAAD(view.slice(NONCE_OFFSET, HEADER_BYTES - NONCE_OFFSET), { plaintextLength: sealed.length })
    return Buffer.concat([opening.update(sealed), opening.final()])
  } catch {
    throw new SmbFault('protocol', 'an encrypted answer was changed on the way')
  }
}

/** Node's types know the options of CCM only by its own names; GCM takes the same ones. */
function algorithmOf(cipher: SmbCipher): CipherCCMTypes {
  return cipher.toLowerCase() as CipherCCMTypes
}
