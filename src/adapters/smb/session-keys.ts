import { createHmac } from 'node:crypto'
import type { Negotiated } from './negotiate-message.ts'
import type { SealingKeys } from './sealing.ts'
import type { SigningKey } from './signing.ts'

/** What protects a session once somebody is logged in. */
export interface SessionKeys {
  signing: SigningKey
  /** Absent: the server cannot encrypt. */
  sealing?: SealingKeys
}

/** Keys of a session (MS-SMB2 3.1.4.2, 3.2.5.3.1). `preauthHash` counts for 3.1.1 only: there every word so far must agree. */
export function deriveKeys(sessionKey: Buffer, negotiated: Negotiated, preauthHash: Buffer): SessionKeys {
  const { dialect, signing: algorithm, cipher } = negotiated
  if (dialect === '2.0.2' || dialect === '2.1') return { signing: { algorithm, key: sessionKey } }
  const isBound = dialect === '3.1.1'
  const key = (bound: string, older: string, context: string, bits: number): Buffer =>
    isBound ? derive(sessionKey, bound, preauthHash, bits) : derive(sessionKey, older, text(context), bits)
  const signing = { algorithm, key: key('SMBSigningKey', 'SMB2AESCMAC', 'SmbSign', 128) }
  if (cipher === undefined) return { signing }
  const bits = cipher.startsWith('AES-256') ? 256 : 128
  return {
    signing,
    sealing: {
      cipher,
      toServer: key('SMBC2SCipherKey', 'SMB2AESCCM', 'ServerIn ', bits),
      fromServer: key('SMBS2CCipherKey', 'SMB2AESCCM', 'ServerOut', bits),
    },
  }
}

/** SP 800-108 in counter mode with HMAC-SHA256, one block of it. */
function derive(key: Buffer, label: string, context: Buffer, bits: number): Buffer {
  const counter = Buffer.from([0, 0, 0, 1])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bits)
  const block = Buffer.concat([counter, text(label), Buffer.from([0]), context, length])
  return createHmac('sha256', key)
    .update(block)
    .digest()
    .subarray(0, bits / 8)
}

function text(value: string): Buffer {
  return Buffer.from(`${value}\0`, 'latin1')
}
