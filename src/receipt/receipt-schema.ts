import { z } from 'zod'
import { VERDICTS } from '../domain/verdict.ts'

/** Room for every file of the largest estate; nothing longer is read. */
export const RECEIPT_LIMIT_BYTES = 1024 * 1024
/** GitHub's are below 4 KiB. */
export const TOKEN_LIMIT_CHARS = 16 * 1024

const hash = z.string().regex(/^sha256:[0-9a-f]{64}$/)
const commit = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/)
const id = z.string().regex(/^[1-9]\d{0,19}$/)
const line = z
  .string()
  .min(1)
  .max(1024)
  .regex(/^[^\p{Cc}\p{Surrogate}]*$/u)
const instant = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  .refine((text) => isRealInstant(text))

export const runIdentitySchema = z.strictObject({
  repository: z.strictObject({ id, name: line.regex(/^[^/]+\/[^/]+$/) }),
  workflow: z.strictObject({ ref: line.regex(/^[^@]+\/[^@]+@.+$/), sha: commit }),
  run: z.strictObject({ id, attempt: id, event: line }),
  commit,
  ref: line.startsWith('refs/'),
})

const count = z.int().min(0).max(1_000_000)
const payload = runIdentitySchema.extend({
  schemaVersion: z.literal(1),
  tool: z.strictObject({ name: z.literal('dms-preflight'), version: line }),
  manifest: z.strictObject({ hash, files: z.array(z.strictObject({ path: line, hash })).min(1) }),
  targets: z.array(hash),
  result: z.strictObject({
    status: z.enum(['ready', 'ready-with-conditions']),
    counts: z.strictObject(Object.fromEntries(VERDICTS.map((verdict) => [verdict, count]))),
    report: hash.nullable(),
  }),
  issuedAt: instant,
  notAfter: instant,
})

export const receiptSchema = z.strictObject({
  type: z.literal('dms-preflight-receipt'),
  payload,
  signature: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('hmac-sha256'), value: z.string().regex(/^[\w-]{43}$/) }),
    z.strictObject({ kind: z.literal('github-oidc'), token: z.string().min(1).max(TOKEN_LIMIT_CHARS) }),
  ]),
})

/** `Date.parse` takes the 31st of February. */
function isRealInstant(text: string): boolean {
  const ms = Date.parse(text)
  return !Number.isNaN(ms) && isoSecond(ms) === text
}

/** ISO 8601 to the second, rounded down. */
export function isoSecond(ms: number): string {
  return new Date(Math.floor(ms / 1000) * 1000).toISOString().replace('.000Z', 'Z')
}
