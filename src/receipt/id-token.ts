import { createPublicKey, verify, type JsonWebKey, type KeyObject } from 'node:crypto'
import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts'
import { TOKEN_LIMIT_CHARS } from './receipt-schema.ts'

/** `none`, HMAC and everything else are no algorithms here. */
const KEY_TYPES = { RS256: 'RSA', ES256: 'EC' } as const
type Algorithm = keyof typeof KEY_TYPES

const SHORTEST_RSA_BITS = 2048

export interface IdToken {
  algorithm: Algorithm
  keyId: string
  claims: JsonObject
  signed: string
  signature: Buffer
}

export type ParsedIdToken = { ok: true; token: IdToken } | { ok: false; problem: string }

/** A JSON Web Token in its compact form (RFC 7519); nothing of it is believed yet. */
export function parseIdToken(text: string): ParsedIdToken {
  const parts = text.split('.')
  const [header, claims] = parts.slice(0, 2).map(readPart)
  const [, , signature = ''] = parts
  if (text.length > TOKEN_LIMIT_CHARS || parts.length !== 3 || !parts.every(isBase64Url)) {
    return { ok: false, problem: 'its token is no JSON Web Token' }
  }
  if (header === undefined || claims === undefined) return { ok: false, problem: 'its token cannot be read' }
  const { alg, kid } = header
  if (alg !== 'RS256' && alg !== 'ES256') {
    return { ok: false, problem: 'its token is signed by another algorithm than RS256 or ES256' }
  }
  if (typeof kid !== 'string' || kid === '' || 'crit' in header) {
    return { ok: false, problem: 'its token names no key, or asks for an extension' }
  }
  const token = {
    algorithm: alg,
    keyId: kid,
    claims,
    signed: parts.slice(0, 2).join('.'),
    signature: Buffer.from(signature, 'base64url'),
  } as const
  return { ok: true, token }
}

/** Undefined when one of the keys signed it; else why not, as a clause. */
export function signatureProblem(token: IdToken, keys: readonly Json[]): string | undefined {
  const named = keys.filter(isJsonObject).filter(({ kid }) => kid === token.keyId)
  const [key, ...others] = named.flatMap((one) => publicKey(one, token.algorithm) ?? [])
  if (key === undefined) {
    return named.length === 0
      ? 'the issuer has no key of that name (any more)'
      : "the issuer's key of that name is of another kind"
  }
  if (others.length > 0) return 'the issuer has several keys of that name'
  const options = token.algorithm === 'ES256' ? { key, dsaEncoding: 'ieee-p1363' as const } : key
  const isSigned = verify('sha256', Buffer.from(token.signed), options, token.signature)
  return isSigned ? undefined : "the issuer's key did not sign it"
}

function publicKey(jwk: JsonObject, algorithm: Algorithm): KeyObject | undefined {
  const { kty, use, alg } = jwk
  if (kty !== KEY_TYPES[algorithm] || (use ?? 'sig') !== 'sig' || (alg ?? algorithm) !== algorithm) return undefined
  // Only the public members: whatever else stands there is not for us.
  const names = kty === 'RSA' ? ['kty', 'n', 'e'] : ['kty', 'crv', 'x', 'y']
  const members = Object.fromEntries(names.map((name) => [name, jwk[name]])) as JsonWebKey
  try {
    const key = createPublicKey({ key: members, format: 'jwk' })
    const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {}
    const isStrong = kty === 'RSA' ? modulusLength >= SHORTEST_RSA_BITS : namedCurve === 'prime256v1'
    return isStrong ? key : undefined
  } catch {
    return undefined
  }
}

function readPart(part: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(part, 'base64url')))
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** The one spelling: the last character of a part has bits that do not count, and another one there is another file. */
function isBase64Url(part: string): boolean {
  return /^[\w-]+$/.test(part) && Buffer.from(part, 'base64url').toString('base64url') === part
}
