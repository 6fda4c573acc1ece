import { createHash } from 'node:crypto'
import type { Json } from '../domain/json.ts'
import type { Sha256 } from '../domain/receipt.ts'

/**
 * The one text of a JSON value by RFC 8785 (JCS): no white space, members by the UTF-16 code units of their names,
 * numbers and strings as ECMAScript writes them. Throws on what I-JSON (RFC 7493) does not hold: half a surrogate pair,
 * a number that is not finite.
 */
export function canonicalJson(value: Json): string {
  if (typeof value === 'string') return canonicalText(value)
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error('a number that JSON cannot hold')
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(canonicalJson).join(',')}]`
  // The default order of `sort` is that of UTF-16 code units, which the RFC asks for.
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return `{${members.map(([name, member]) => `${canonicalText(name)}:${canonicalJson(member)}`).join(',')}}`
}

function canonicalText(text: string): string {
  if (/\p{Surrogate}/u.test(text)) throw new Error('half of a character')
  return JSON.stringify(text)
}

export function sha256(content: string | Uint8Array): Sha256 {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`
}
