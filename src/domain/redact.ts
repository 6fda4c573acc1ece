const MASK = '***'

/** Shorter secrets would shred every text that they occur in by chance: they go only where they stand alone. */
const SHORTEST_ANYWHERE_CHARS = 3

/** A text that was cut within a secret shows its beginning: so much of it before the mark of the cut goes as well. */
const SHORTEST_BEGINNING_CHARS = 4
const CUT_MARK = /…|\.{3}/g

/** A line of a secret of several lines (a key, a certificate) is shown by logs on its own. */
const SHORTEST_LINE_CHARS = 8

/**
 * Replaces every occurrence of every secret by `***`: raw, and as base64, percent-encoding, JSON, XML, HTML, markdown
 * or T-SQL would write it. Instead of guessing how a writer encoded it, the text is decoded in each of these ways and
 * searched for the secret, so that upper or lower case, optional escapes and mixtures do not matter. Overlapping
 * occurrences become one mask. A secret of one or two characters is replaced only where neither a letter nor a digit
 * touches it, and so is one that `isWeak` calls so. Linear in the text, whatever the number of secrets.
 */
export function createRedactor(
  secrets: readonly string[],
  isWeak: (form: string) => boolean = () => false,
): (text: string) => string {
  const forms = [...new Set(secrets.flatMap(formsOf))]
  const isLong = (form: string): boolean => form.length >= SHORTEST_ANYWHERE_CHARS && !isWeak(form)
  const long = forms.filter(isLong)
  const views = VIEWS.map((view) => ({ view, find: createSearch(long.map((form) => view.fold(form))) }))
  const short = wholeWords(forms.filter((form) => form.length > 0 && !isLong(form)))
  return (text) => {
    const spans = views.flatMap(({ view, find }) => (view.applies(text) ? spansIn(text, view, find) : []))
    const masked = mask(text, spans)
    return short === undefined ? masked : masked.replace(short, MASK)
  }
}

/** The same value with every string in it redacted, keys too; keys that become equal are numbered. */
export function redactJson<T>(value: T, redact: (text: string) => string): T {
  return redactValue(value, redact) as T
}

function redactValue(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value)
  if (Array.isArray(value)) return value.map((item) => redactValue(item, redact))
  if (typeof value !== 'object' || value === null) return value
  const entries = new Map<string, unknown>()
  for (const [key, item] of Object.entries(value)) {
    const name = redact(key)
    let free = name
    for (let count = 2; entries.has(free); count += 1) free = `${name} ${count}`
    entries.set(free, redactValue(item, redact))
  }
  return Object.fromEntries(entries)
}

/** What is looked for in each view of the text: the secret, and what no decoding of single characters leads back to. */
function formsOf(secret: string): string[] {
  if (secret.trim() === '') return []
  const lines = secret.split(/\r?\n/).filter((line) => line.length >= SHORTEST_LINE_CHARS && line !== secret)
  const signature = /(?:^|[?&])sig=([^&]+)/.exec(secret)?.[1]
  const parts = [
    secret,
    secret.trim(),
    ...lines,
    ...(signature === undefined ? [] : [signature, percentDecoded(signature)]),
  ]
  return parts.flatMap((part) => [
    part,
    part.replaceAll("'", "''"),
    part.replaceAll(']', ']]'),
    part.replaceAll("'", "''").replaceAll(']', ']]'),
    JSON.stringify(part).slice(1, -1),
    percentEncoded(part),
    ...base64Of(new TextEncoder().encode(part)),
    ...base64Of(utf16Of(part)),
  ])
}

/** Standard and URL alphabet, with and without padding. */
function base64Of(bytes: Uint8Array): string[] {
  const standard = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
  const url = standard.replaceAll('+', '-').replaceAll('/', '_')
  return [standard, url, standard.replace(/=+$/, ''), url.replace(/=+$/, '')]
}

/** Little endian, as Windows and PowerShell's `-EncodedCommand` write it. */
function utf16Of(text: string): Uint8Array {
  return Uint8Array.from({ length: text.length * 2 }, (_, place) => {
    const unit = text.charCodeAt(place >> 1)
    return place % 2 === 0 ? unit & 0xff : unit >> 8
  })
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function percentEncoded(text: string): string {
  try {
    return encodeURIComponent(text)
  } catch {
    return text
  }
}

function wholeWords(secrets: readonly string[]): RegExp | undefined {
  if (secrets.length === 0) return undefined
  const escaped = secrets.map((text) => text.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`))
  const alternatives = escaped.toSorted((a, b) => b.length - a.length).join('|')
  return new RegExp(`(?<![\\p{L}\\p{N}_])(?:${alternatives})(?![\\p{L}\\p{N}_])`, 'gu')
}

/** One way to undo an encoding: the tokens of a text and what each stands for. */
interface View {
  applies: (text: string) => boolean
  token: RegExp
  decode: (token: string) => string
  /** How the secret itself looks in a text decoded so. */
  fold: (secret: string) => string
}

const PERCENT = String.raw`%[0-7][\da-f]|%[c-d][\da-f]%[89ab][\da-f]|%e[\da-f](?:%[89ab][\da-f]){2}|%f[0-7](?:%[89ab][\da-f]){3}`
const ENTITY = String.raw`&(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[\da-f]{1,6});`
const BACKSLASHED = String.raw`\\[!-/:-@[-${'`'}{-~]`
/** What rendering on one line does to text: white space collapses, invisible characters are shown or put between. */
const SHOWN = '\u2060|⟨U\\+[\\da-f]{4,6}⟩|[\\t\\n\\v\\f\\r ]+'

const asIs = (text: string): string => text

const VIEWS: readonly View[] = [
  { applies: () => true, token: /(?!)/g, decode: asIs, fold: asIs },
  {
    applies: (text) => text.includes('%'),
    token: new RegExp(PERCENT, 'gi'),
    decode: percentDecoded,
    fold: asIs,
  },
  {
    applies: (text) => text.includes('+'),
    token: new RegExp(String.raw`\+|${PERCENT}`, 'gi'),
    decode: (token) => (token === '+' ? ' ' : percentDecoded(token)),
    fold: asIs,
  },
  {
    applies: (text) => text.includes('\\'),
    token: /\\(?:u[\da-f]{4}|["\\/bfnrt])/gi,
    decode: jsonDecoded,
    fold: asIs,
  },
  { applies: (text) => text.includes('&'), token: new RegExp(ENTITY, 'gi'), decode: shownDecoded, fold: asIs },
  {
    applies: (text) => /[&\u2060⟨\s]/.test(text),
    token: new RegExp(`${ENTITY}|${SHOWN}`, 'gi'),
    decode: shownDecoded,
    fold: onOneLine,
  },
  {
    applies: (text) => text.includes('\\'),
    token: new RegExp(`${BACKSLASHED}|${ENTITY}|${SHOWN}`, 'gi'),
    decode: shownDecoded,
    fold: onOneLine,
  },
]

function onOneLine(secret: string): string {
  return secret.replace(/[\t\n\v\f\r ]+/g, ' ').trim()
}

function jsonDecoded(token: string): string {
  if (/^\\u/i.test(token)) return String.fromCharCode(Number.parseInt(token.slice(2), 16))
  const letters: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }
  return letters[token.charAt(1)] ?? token.charAt(1)
}

function entityDecoded(token: string): string {
  const names: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
  const name = token.slice(1, -1).toLowerCase()
  if (!name.startsWith('#')) return names[name] ?? token
  return charOf(name.startsWith('#x') ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10), token)
}

function shownDecoded(token: string): string {
  if (token.startsWith('&')) return entityDecoded(token)
  if (token.startsWith('⟨')) return charOf(Number.parseInt(token.slice(3, -1), 16), token)
  if (token.startsWith('\\')) return token.slice(1)
  return token === '\u2060' ? '' : ' '
}

function charOf(code: number, otherwise: string): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : otherwise
}

interface Span {
  start: number
  end: number
}

/** A token's place in the decoded text (`at`, `length`) and in the text itself (`start`, `end`). */
interface Token extends Span {
  at: number
  length: number
}

function spansIn(text: string, view: View, find: Search): Span[] {
  const tokens: Token[] = []
  let decoded = ''
  let done = 0
  for (const match of text.matchAll(view.token)) {
    decoded += text.slice(done, match.index)
    const value = view.decode(match[0])
    done = match.index + match[0].length
    tokens.push({ at: decoded.length, length: value.length, start: match.index, end: done })
    decoded += value
  }
  decoded += text.slice(done)
  return find(decoded).map(({ start, end }) => ({
    start: placeOf(tokens, start).start,
    end: placeOf(tokens, end - 1).end,
  }))
}

/** Where one character of the decoded text stands in the text itself. */
function placeOf(tokens: readonly Token[], offset: number): Span {
  let [low, high] = [0, tokens.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((tokens[middle]?.at ?? 0) <= offset) low = middle + 1
    else high = middle
  }
  const token = tokens[low - 1]
  if (token === undefined) return { start: offset, end: offset + 1 }
  const beyond = offset - token.at - token.length
  return beyond < 0 ? token : { start: token.end + beyond, end: token.end + beyond + 1 }
}

type Search = (text: string) => Span[]

const FILTER_SIZE = 65_536

/** All places where one of the needles stands; of several at one place the longest. One pass, whatever their number. */
function createSearch(needles: readonly string[]): Search {
  const filter = new Uint8Array(FILTER_SIZE)
  const byStart = new Map<string, string[]>()
  const longest = needles.reduce((length, needle) => Math.max(length, needle.length), 0)
  for (const needle of needles.toSorted((a, b) => b.length - a.length)) {
    if (needle.length < SHORTEST_ANYWHERE_CHARS) continue
    filter[hashAt(needle, 0)] = 1
    const start = needle.slice(0, SHORTEST_ANYWHERE_CHARS)
    byStart.set(start, [...(byStart.get(start) ?? []), needle])
  }
  const firstAt = (text: string, start: number, isThere: (needle: string) => boolean): string | undefined =>
    filter[hashAt(text, start)] === 0
      ? undefined
      : byStart.get(text.slice(start, start + SHORTEST_ANYWHERE_CHARS))?.find(isThere)
  return (text) => {
    const spans: Span[] = []
    for (let start = 0; start + SHORTEST_ANYWHERE_CHARS <= text.length; start += 1) {
      const found = firstAt(text, start, (needle) => text.startsWith(needle, start))
      if (found !== undefined) spans.push({ start, end: start + found.length })
    }
    for (const { index: end } of text.matchAll(CUT_MARK)) {
      for (let start = Math.max(0, end - longest); start + SHORTEST_BEGINNING_CHARS <= end; start += 1) {
        const found = firstAt(text, start, (needle) => needle.startsWith(text.slice(start, end)))
        if (found === undefined) continue
        spans.push({ start, end })
        break
      }
    }
    return spans
  }
}

function hashAt(text: string, place: number): number {
  return (text.charCodeAt(place) * 961 + text.charCodeAt(place + 1) * 31 + text.charCodeAt(place + 2)) % FILTER_SIZE
}

function mask(text: string, spans: readonly Span[]): string {
  if (spans.length === 0) return text
  let masked = ''
  let done = 0
  for (const { start, end } of spans.toSorted((a, b) => a.start - b.start)) {
    if (start >= done) masked += text.slice(done, start) + MASK
    done = Math.max(done, end)
  }
  return masked + text.slice(done)
}
