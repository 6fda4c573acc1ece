import { generateKeyPairSync, sign, type JsonWebKey, type KeyObject } from 'node:crypto'
import type { Json } from '../../src/domain/json.ts'

/** A key of an issuer of ID tokens. */
export interface SigningKey {
  id: string
  algorithm: 'RS256' | 'ES256'
  privateKey: KeyObject
  /** As it stands in the list of keys. */
  jwk: JsonWebKey
}

export function createSigningKey(id: string, algorithm: SigningKey['algorithm'] = 'RS256', bits = 2048): SigningKey {
  const { privateKey, publicKey } =
    algorithm === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength: bits })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    id,
    algorithm,
    privateKey,
    jwk: { ...publicKey.export({ format: 'jwk' }), kid: id, use: 'sig', alg: algorithm },
  }
}

/** A JSON Web Token in its compact form; `header` adds to, or replaces, what belongs into its header. */
export function signToken(claims: Json, key: SigningKey, header: Readonly<Record<string, Json>> = {}): string {
  const part = (value: Json): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${part({ typ: 'JWT', alg: key.algorithm, kid: key.id, ...header })}.${part(claims)}`
  const options =
    key.algorithm === 'ES256' ? { key: key.privateKey, dsaEncoding: 'ieee-p1363' as const } : key.privateKey
  return `${signed}.${sign('sha256', Buffer.from(signed), options).toString('base64url')}`
}
