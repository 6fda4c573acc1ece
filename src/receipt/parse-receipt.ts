import type { Json } from '../domain/json.ts'
import { LONGEST_RECEIPT_AGE_MS, type Receipt } from '../domain/receipt.ts'
import { canonicalJson } from './canonical-json.ts'
import { receiptSchema } from './receipt-schema.ts'

export type ParsedReceipt = { ok: true; receipt: Receipt } | { ok: false; problem: string }

/**
 * The receipt that these bytes are. Total, and strict: one byte more or less, other white space, a member twice or an
 * unknown one make it another file than this program writes, and so none.
 */
export function parseReceipt(bytes: Uint8Array): ParsedReceipt {
  const value = readJson(bytes)
  if (value === undefined) return refused('it is not JSON in UTF-8')
  const shape = receiptSchema.safeParse(value)
  if (!shape.success) {
    const path = shape.error.issues[0]?.path.map(String).join('.') ?? ''
    return refused(
      path === '' ? 'it is no receipt of this program' : `\`${path.slice(0, 100)}\` is not what it must be`,
    )
  }
  const receipt = value as unknown as Receipt
  if (receiptText(receipt) !== Buffer.from(bytes).toString('utf8')) {
    return refused('it is not written as this program writes it (RFC 8785 and a line feed)')
  }
  const { issuedAt, notAfter } = receipt.payload
  const ageMs = Date.parse(notAfter) - Date.parse(issuedAt)
  if (ageMs <= 0 || ageMs > LONGEST_RECEIPT_AGE_MS) return refused('its end does not fit its beginning')
  return { ok: true, receipt }
}

/** The whole file. */
export function receiptText(receipt: Receipt): string {
  return `${canonicalJson(receipt as unknown as Json)}\n`
}

function readJson(bytes: Uint8Array): Json | undefined {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)) as Json
  } catch {
    return undefined
  }
}

function refused(problem: string): ParsedReceipt {
  return { ok: false, problem }
}
