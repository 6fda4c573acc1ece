import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import type { Json } from '../domain/json.ts'
import type { Base64Url, ReceiptPayload } from '../domain/receipt.ts'
import type { Secret } from '../domain/secret.ts'
import { canonicalJson } from './canonical-json.ts'

/** The same secret used elsewhere, or for a later format, gives another key. */
const PURPOSE = 'dms-preflight receipt 1 hmac-sha256'

/** HMAC-SHA256 of the payload's canonical JSON, under a key derived (HKDF-SHA256) from the secret for this purpose alone. */
export function signByKey(payload: ReceiptPayload, secret: Secret): Base64Url {
  const key = Buffer.from(hkdfSync('sha256', secret.reveal(), Buffer.alloc(0), PURPOSE, 32))
  return createHmac('sha256', key)
    .update(canonicalJson(payload as unknown as Json))
    .digest('base64url')
}

/** Takes as long whatever differs. */
export function isSignedByKey(payload: ReceiptPayload, signature: Base64Url, secret: Secret): boolean {
  const expected = Buffer.from(signByKey(payload, secret))
  const given = Buffer.from(signature)
  return given.length === expected.length && timingSafeEqual(given, expected)
}
