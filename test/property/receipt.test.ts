import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { bytesOf, FILES, HERE, KEY, keyedReceipt, keylessReceipt, refusals } from '../receipt-fixtures.ts'
import { fileHash } from '../../src/receipt/make-payload.ts'
import { parseReceipt } from '../../src/receipt/parse-receipt.ts'

const KINDS = [
  ['signed by a key', bytesOf(keyedReceipt()), { key: KEY }],
  ['keyless', bytesOf(keylessReceipt()), {}],
] as const

describe.each(KINDS)('a receipt that is %s', (_, bytes, verifier) => {
  it('is accepted as it was written', () => {
    expect(refusals(bytes, verifier)).toEqual([])
  })

  it('is refused with any one bit flipped', () => {
    const accepted: string[] = []
    for (let at = 0; at < bytes.length; at += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const altered = Buffer.from(bytes)
        altered.writeUInt8(altered.readUInt8(at) ^ (1 << bit), at)
        if (refusals(altered, verifier).length === 0) accepted.push(`${String(at)}:${String(bit)}`)
      }
    }
    expect(accepted).toEqual([])
  })

  it('is refused with any bytes replaced, put in or taken out', () => {
    const place = fc.nat(bytes.length)
    fc.assert(
      fc.property(place, fc.nat(8), fc.uint8Array({ maxLength: 8 }), (at, cut, put) => {
        const altered = Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + cut)])
        expect(refusals(altered, verifier).length === 0).toBe(altered.equals(bytes))
      }),
      { numRuns: 2000 },
    )
  })

  it('is refused when it is cut off anywhere, and with anything behind it', () => {
    for (let at = 0; at < bytes.length; at += 1) expect(refusals(bytes.subarray(0, at), verifier)).toHaveLength(1)
    for (const more of ['\n', ' ', '\0', '{}', '\ufeff']) {
      expect(refusals(Buffer.concat([bytes, Buffer.from(more)]), verifier)).toHaveLength(1)
    }
    expect(refusals(Buffer.concat([Buffer.from('\ufeff'), bytes]), verifier)).toHaveLength(1)
  })

  it('is refused when it is the same JSON in another spelling, or holds a member twice', () => {
    const text = bytes.toString('utf8')
    const others = [
      JSON.stringify(JSON.parse(text), undefined, 2) + '\n',
      text.replace('"dms-preflight-receipt"', '"dms\\u002dpreflight-receipt"'),
      text.replace('"schemaVersion":1', '"schemaVersion":1.0'),
      text.replace('"schemaVersion":1', '"schemaVersion":1,"schemaVersion":1'),
      text.replace('{"payload"', '{"note":"x","payload"'),
      text.replace('\n', '\r\n'),
    ]
    for (const other of others) {
      expect(other).not.toBe(text)
      expect(refusals(Buffer.from(other), verifier)).toEqual([expect.objectContaining({ name: 'form' })])
    }
  })
})

describe('parseReceipt', () => {
  it('never throws', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => !parseReceipt(bytes).ok))
    fc.assert(fc.property(fc.json(), (text) => !parseReceipt(Buffer.from(text)).ok))
    for (const text of ['['.repeat(200_000), '{"payload":'.repeat(100_000), '{"__proto__":{}}']) {
      expect(parseReceipt(Buffer.from(text)).ok).toBe(false)
    }
  })
})

describe('a file in use', () => {
  it('has another hash with any one byte altered, and another one is refused', () => {
    const content = Buffer.from('version: 1\nname: Sales\n')
    const hash = fileHash(content)
    fc.assert(
      fc.property(fc.nat(content.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const altered = Buffer.from(content)
        altered.writeUInt8(altered.readUInt8(at) ^ change, at)
        expect(fileHash(altered)).not.toBe(hash)
        const files = FILES.map((file, place) => (place === 0 ? { ...file, hash: fileHash(altered) } : file))
        const manifest = { ok: true, files, targets: [] } as const
        const found = refusals(bytesOf(keyedReceipt()), { key: KEY, here: { ...HERE, manifest } })
        expect(found.map(({ name }) => name)).toEqual(['manifest'])
      }),
    )
  })

  it('has the hash that git keeps when git has made every line end CRLF, and no other', () => {
    const text = 'version: 1\nname: Sales\n'
    expect(fileHash(Buffer.from(text.replaceAll('\n', '\r\n')))).toBe(fileHash(Buffer.from(text)))
    for (const other of [
      'version: 1\r\nname: Sales\n',
      'version: 1\nname: Sales\r\n',
      'version: 1\r\r\nname: Sales\r\n',
    ]) {
      expect(fileHash(Buffer.from(other))).not.toBe(fileHash(Buffer.from(text)))
    }
  })
})
