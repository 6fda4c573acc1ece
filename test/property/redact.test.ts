import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { createRedactor, redactJson } from '../../src/domain/redact.ts'
import { codeSpan, escapeHtml, escapeMarkdown } from '../../src/render/escape.ts'

const SPECIAL = [
  '"',
  "'",
  '\\',
  ']',
  '[',
  '&',
  '<',
  '>',
  '%',
  '+',
  ' ',
  '/',
  '*',
  '_',
  '|',
  '@',
  '#',
  ':',
  'é',
  '漢',
  '😀',
  '\t',
  '=',
  '?',
  '$',
  '`',
  '-',
  '.',
]
const piece = fc.oneof(fc.constantFrom(...SPECIAL), fc.string({ minLength: 1, maxLength: 3 }))
const secret = fc
  .array(piece, { minLength: 3, maxLength: 12 })
  .map((pieces) => pieces.join(''))
  .filter((text) => text.trim().length >= 6 && !text.includes('***'))

const ENCODERS: Readonly<Record<string, (text: string) => string>> = {
  raw: (text) => text,
  base64: (text) => Buffer.from(text).toString('base64'),
  'base64 without padding': (text) => Buffer.from(text).toString('base64').replace(/=+$/, ''),
  base64url: (text) => Buffer.from(text).toString('base64url'),
  'base64 of UTF-16': (text) => Buffer.from(text, 'utf16le').toString('base64'),
  'percent-encoded': (text) => encodeURIComponent(text),
  'percent-encoded, lower case': (text) => encodeURIComponent(text).replace(/%../g, (hex) => hex.toLowerCase()),
  'percent-encoded, strict': (text) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16)}`),
  'form-encoded': (text) => new URLSearchParams({ x: text }).toString().slice(2),
  JSON: (text) => JSON.stringify(text).slice(1, -1),
  'JSON, ASCII only': (text) =>
    JSON.stringify(text)
      .slice(1, -1)
      .replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  'JSON with slashes': (text) => JSON.stringify(text).slice(1, -1).replaceAll('/', '\\/'),
  XML: (text) =>
    text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&apos;'),
  'numeric entities': (text) => Array.from(text, (char) => `&#x${char.codePointAt(0)?.toString(16) ?? ''};`).join(''),
  HTML: (text) => escapeHtml(text),
  markdown: (text) => escapeMarkdown(text),
  'markdown, all escaped': (text) => text.replace(/[!-/:-@[-`{-~]/g, String.raw`\$&`),
  'T-SQL string': (text) => text.replaceAll("'", "''"),
  'T-SQL name': (text) => text.replaceAll(']', ']]'),
}

describe('createRedactor', () => {
  it.each(Object.entries(ENCODERS))('finds a planted secret: %s', (_name, encode) => {
    fc.assert(
      fc.property(secret, fc.string({ maxLength: 20 }), fc.string({ maxLength: 20 }), (value, before, after) => {
        const encoded = encode(value)
        const redact = createRedactor([value])
        const text = redact(`${before} ${encoded} ${after}`)
        expect(text).not.toContain(encoded.trim())
        expect(text).not.toContain(value)
        expect(text).toContain('***')
      }),
      { numRuns: 300 },
    )
  })

  it('leaves a text without a secret as it is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(createRedactor(['correct horse battery staple', 'P@ss w0rd!'])(text)).toBe(text)
      }),
    )
  })

  it('keeps what stands around', () => {
    const redact = createRedactor(['s3cr et&'])
    expect(redact('a s3cr et& b s3cr%20et%26 c s3cr+et%26 d s3cr et&amp;e')).toBe('a *** b *** c *** d ***e')
    expect(redact('czNjciBldCY= Y')).toBe('*** Y')
  })

  it('leaves nothing of secrets that overlap', () => {
    expect(createRedactor(['abcd', 'cdefgh'])('xabcdefghx')).toBe('x***x')
    expect(createRedactor(['hunter', 'hunter2'])('hunter2 hunter')).toBe('*** ***')
  })

  it('replaces a short secret only where it stands alone', () => {
    expect(createRedactor(['a1'])('a1 a12 ba1 (a1)')).toBe('*** a12 ba1 (***)')
    expect(createRedactor(['', ' '])('a b')).toBe('a b')
    expect(createRedactor(['-a', '-', '^', ']'])('x -a - ^ ] y')).toBe('x *** *** *** *** y')
  })

  it('replaces a weak secret of any length only where it stands alone', () => {
    const redact = createRedactor(['not-ready', 'S3cret!word'], (form) => form === 'not-ready')
    expect(redact('not-ready, unnot-ready, xS3cret!wordx')).toBe('***, unnot-ready, x***x')
    expect(redact('bm90LXJlYWR5')).toBe('***')
  })

  it('finds the lines of a key and the signature of a SAS', () => {
    const redact = createRedactor(['first line of key\nsecond line of key', '?sv=2025&sig=abc%2Fdef%3D'])
    expect(redact('second line of key')).toBe('***')
    expect(redact('sig=abc%2Fdef%3D and abc/def= and abc%2fdef%3d')).toBe('sig=*** and *** and ***')
  })

  it('finds what a cut has left of a secret', () => {
    const secret = 'Cut-Me 100%&"in'
    const redact = createRedactor([secret])
    for (let length = 4; length < secret.length; length += 1) {
      const rest = secret.slice(0, length)
      expect(redact(`pwd ${rest}…, then`)).toBe('pwd ***…, then')
      expect(redact(`pwd ${rest}...`)).toBe('pwd ***...')
      expect(redact(JSON.stringify(`${rest}…`))).toBe('"***…"')
      expect(redact(`${encodeURIComponent(rest)}…`)).toBe('***…')
    }
    expect(redact('Cut-Me, not a cut')).toBe('Cut-Me, not a cut')
  })

  it('finds a secret that code spans split over nothing', () => {
    expect(createRedactor(['p|w``d'])(codeSpan('p|w``d'))).toBe('```***```')
  })

  it('takes a mebibyte and a hundred secrets in its stride', () => {
    const secrets = Array.from({ length: 100 }, (_, place) => `S3cret-${String(place)}-${'x'.repeat(place % 20)}!`)
    const text = 'NSG `nsg-dms` %41 &amp; + \\n S3cret- \\* 10.0.0.1 '.repeat(22_000).slice(0, 1_048_576)
    const redact = createRedactor(secrets)
    const before = performance.now()
    expect(redact(`${text}S3cret-7-xxxxxxx!`).endsWith('***')).toBe(true)
    expect(performance.now() - before).toBeLessThan(5_000)
  })
})

describe('redactJson', () => {
  it('redacts values and keys at every depth and keeps the shape', () => {
    const redact = createRedactor(['hunter2'])
    const value = { a: ['hunter2', 1, null, true], hunter2: { 'x hunter2': 'y' }, '***': 2 }
    expect(redactJson(value, redact)).toEqual({ a: ['***', 1, null, true], '***': { 'x ***': 'y' }, '*** 2': 2 })
  })

  it('keeps a key named __proto__', () => {
    expect(JSON.stringify(redactJson(JSON.parse('{"__proto__":{"a":"hunter2"}}'), createRedactor(['hunter2'])))).toBe(
      '{"__proto__":{"a":"***"}}',
    )
  })
})
