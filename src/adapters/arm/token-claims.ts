import { isJsonObject } from '../../domain/json.ts'
import { isGuid } from '../../domain/resource-id.ts'
import { parseJson } from './error-body.ts'

/** What a token for Azure says of the identity that it is for. */
export interface TokenClaims {
  clientId?: string
  tenantId?: string
  objectId?: string
}

/** Claims of a token that is for Azure and opaque to us: a missing or odd one is no error, and nothing is verified. */
export function readTokenClaims(token: string): TokenClaims {
  const claims = readPayload(token)
  const guid = (name: string): string | undefined => {
    const value = claims?.[name]
    return typeof value === 'string' && isGuid(value) ? value : undefined
  }
  return {
    ...optional('clientId', guid('appid') ?? guid('azp')),
    ...optional('tenantId', guid('tid')),
    ...optional('objectId', guid('oid')),
  }
}

/** What GitHub says in its ID token, and what a federated credential is compared with. */
export interface IdTokenClaims {
  issuer: string
  subject: string
  audience: string
}

/** Undefined when the token is none or lacks one of the three. */
export function readIdTokenClaims(token: string): IdTokenClaims | undefined {
  const claims = readPayload(token)
  const audience = claims?.['aud']
  const first: unknown = Array.isArray(audience) ? audience[0] : audience
  const [issuer, subject] = [claims?.['iss'], claims?.['sub']]
  if (typeof issuer !== 'string' || typeof subject !== 'string' || typeof first !== 'string') return undefined
  return { issuer, subject, audience: first }
}

/** When a token ends, in milliseconds since the epoch. */
export function readExpiry(token: string): number | undefined {
  const expiry = readPayload(token)?.['exp']
  return typeof expiry === 'number' && Number.isFinite(expiry) ? expiry * 1000 : undefined
}

function readPayload(token: string): Readonly<Record<string, unknown>> | undefined {
  const payload = token.split('.')[1]
  if (payload === undefined) return undefined
  const claims = parseJson(Buffer.from(payload, 'base64url').toString('utf8'))
  return isJsonObject(claims) ? claims : undefined
}

function optional<Key extends string>(key: Key, value: string | undefined): Partial<Record<Key, string>> {
  return value === undefined ? {} : ({ [key]: value } as Partial<Record<Key, string>>)
}
