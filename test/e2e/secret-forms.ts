// Finds secrets in what a run shows. Written apart from src/domain/redact.ts, so that both cannot be wrong in one way:
// this encodes the secret in each way that a writer may have used, and looks for the result.

type Encoder = (secret: string) => string[]

const utf8 = (secret: string): Buffer => Buffer.from(secret, 'utf8')
const percent = (character: string): string =>
  [...utf8(character)].map((byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`).join('')
const lowerHex = (text: string): string => text.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase())
const unpadded = (text: string): string => text.replace(/=+$/, '')
const XML_NAMES: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' }
const entities = (secret: string, entity: (character: string) => string): string =>
  secret.replace(/[&<>"']/g, (character) => entity(character))
const codeOf = (character: string): number => character.codePointAt(0) ?? 0

/** Every way in which a secret must not appear, by the name that a finding gives it. */
export const ENCODINGS: Readonly<Record<string, Encoder>> = {
  raw: (secret) => [secret],
  base64: (secret) => {
    const codes = [utf8(secret), Buffer.from(secret, 'utf16le')].map((bytes) => bytes.toString('base64'))
    return [...codes, ...codes.map(unpadded)]
  },
  base64url: (secret) => [utf8(secret), Buffer.from(secret, 'utf16le')].map((bytes) => bytes.toString('base64url')),
  'URL-encoded': (secret) => {
    const strict = encodeURIComponent(secret).replace(/[!'()*]/g, percent)
    const every = Array.from(secret, percent).join('')
    return [encodeURIComponent(secret), encodeURI(secret), strict, every].flatMap((code) => [code, lowerHex(code)])
  },
  'form-encoded': (secret) => {
    const code = new URLSearchParams({ s: secret }).toString().slice(2)
    return [code, lowerHex(code)]
  },
  'JSON-escaped': (secret) => {
    const json = JSON.stringify(secret).slice(1, -1)
    const hex = (character: string): string => `\\u${codeOf(character).toString(16).padStart(4, '0')}`
    const ascii = json.replace(/[\u0080-\uffff]/g, hex)
    // As .NET and some Java writers do, which also escape what HTML reads.
    const html = ascii.replace(/[<>&'+`]/g, hex).replaceAll('\\"', '\\u0022')
    return [json, ascii, html, html.replace(/\\u[0-9a-f]{4}/g, (code) => `\\u${code.slice(2).toUpperCase()}`)]
  },
  'XML-escaped': (secret) => [
    secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;'),
    secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
    entities(secret, (character) => (character === "'" ? character : `&${XML_NAMES[character] ?? ''};`)),
    entities(secret, (character) => `&${XML_NAMES[character] ?? ''};`),
    entities(secret, (character) => `&#${codeOf(character)};`),
    entities(secret, (character) => `&#x${codeOf(character).toString(16)};`),
  ],
  'escaped for markdown': (secret) => [secret.replace(/[!-/:-@[-`{-~]/g, '\\$&')],
  'escaped for T-SQL': (secret) => [secret.replaceAll("'", "''"), secret.replaceAll(']', ']]')],
  'escaped for a workflow command': (secret) => {
    const data = secret.replaceAll('%', '%25')
    return [data, data.replaceAll(':', '%3A').replaceAll(',', '%2C')]
  },
}

/** So much of a secret in one piece is a leak too: a text that was cut in its middle. */
const PIECE_CHARS = 8

/** `surface: NAME, encoding` for each secret that a surface shows in some encoding; empty when nothing leaks. */
export function findSecrets(
  surfaces: Readonly<Record<string, string>>,
  secrets: Readonly<Record<string, string>>,
): string[] {
  return Object.entries(surfaces).flatMap(([surface, text]) =>
    Object.entries(secrets).flatMap(([name, secret]) => {
      const encodings = Object.entries(ENCODINGS).filter(([, encode]) =>
        encode(secret).some((code) => text.includes(code)),
      )
      const found = encodings.map(([encoding]) => `${surface}: ${name}, ${encoding}`)
      if (found.length === 0 && shown(text).includes(oneLine(secret)))
        return [`${surface}: ${name}, as a reader sees it`]
      const hasPiece = found.length === 0 && text.includes(secretPart(secret).slice(0, PIECE_CHARS))
      return hasPiece ? [`${surface}: ${name}, the beginning of it`] : found
    }),
  )
}

/** What a browser would show of markdown or HTML, in whatever mixture it was escaped. */
function shown(text: string): string {
  const plain = text
    .replaceAll('\u2060', '')
    .replace(/\\([!-/:-@[-`{-~])/g, '$1')
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Math.min(Number(code), 0x10ffff)))
    .replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => ENTITIES[name] ?? '')
  return oneLine(plain)
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

const oneLine = (text: string): string => text.replace(/\s+/g, ' ')

/** Of a shared access signature only the signature is secret. */
function secretPart(secret: string): string {
  return /[?&]sig=(.*)$/.exec(secret)?.[1] ?? secret
}
