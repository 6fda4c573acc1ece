import { parseContainerUrl, type ContainerUrl } from './container-url.ts'
import { Secret } from './secret.ts'

/** Who signed it with what: a service SAS and an account SAS rest on a key of the account, the third on Microsoft Entra ID. */
export type SasKind = 'service' | 'account' | 'user-delegation'

/** What a shared access signature says of itself, without its signature: plain JSON, safe to show. */
export type SasFacts = {
  kind: SasKind
  /** `sr`: `c` container, `d` directory, `b` blob, `bs` snapshot, `bv` version; absent in an account SAS. */
  resource?: string
  /** `sp`; absent where a stored access policy gives them. */
  permissions?: string
  /** `st`, ISO 8601 instant; the same for all instants here. */
  starts?: string
  /** `se`. */
  expires?: string
  /** `skt` and `ske`: when the key of a user delegation SAS begins and ends. */
  keyStarts?: string
  keyExpires?: string
  /** `si`: name of the stored access policy of the container. */
  policy?: string
  /** `spr`: `https` or `https,http`. */
  protocol?: string
  /** `sip`: one address or a range. */
  addresses?: string
  /** `sv`. */
  version?: string
  /** What makes it no sound SAS, as sentence parts; no value of it that could be secret. */
  problems: string[]
}

export interface Sas {
  facts: SasFacts
  /** What goes behind the `?`, signature included. */
  query: Secret
  /** Of a full SAS URI. */
  target?: ContainerUrl
}

export type ParsedSas = { ok: true; sas: Sas } | { ok: false; problem: string }

/** Parameters of a SAS, https://learn.microsoft.com/rest/api/storageservices/create-service-sas and its two neighbours. */
const PARAMETERS = new Set(
  'sv sr st se sp sip spr si sig ss srt ses skoid sktid skt ske sks skv skdutid sduoid saoid suoid scid sdd srh srq rscc rscd rsce rscl rsct'.split(
    ' ',
  ),
)
/** What a list URL or a tool adds; the requests of this program bring their own. */
const REQUEST_PARAMETERS = new Set(['restype', 'comp', 'prefix', 'delimiter', 'marker', 'maxresults', 'timeout'])
/** Of an HMAC-SHA256 in base64. */
const SIGNATURE = /^[A-Za-z0-9+/]{43}=$/
const LONGEST_SAS_CHARS = 8192

/**
 * Reads a SAS: its query, with or without `?`, or a full SAS URI. Nothing of the text is repeated in a problem, since
 * any part of it may be the secret. `name` is the variable that it came from.
 */
export function parseSas(text: string, name: string): ParsedSas {
  const trimmed = text.trim()
  if (trimmed.length > LONGEST_SAS_CHARS) return refused('it is too long for a SAS')
  if (/[\s\u0000-\u001f\u007f]/.test(trimmed)) return refused('it holds white space or control characters')
  if (/^["'].*["']$/.test(trimmed)) return refused('it stands in quotes: the value has to be the SAS alone')
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed)) return parseUri(trimmed, name)
  return parseQuery(trimmed.replace(/^\?/, ''), name)
}

function parseUri(text: string, name: string): ParsedSas {
  const cut = text.indexOf('?')
  if (cut < 0) return refused('it is a URL without a query, so it holds no SAS')
  const target = parseContainerUrl(text.slice(0, cut))
  if (target === undefined) {
    return refused(
      'its URL is not https://<account>.blob.<suffix>/<container>; a SAS for a blob, for the account or by http is not what DMS takes',
    )
  }
  const parsed = parseQuery(text.slice(cut + 1).replace(/#.*$/, ''), name)
  return parsed.ok ? { ok: true, sas: { ...parsed.sas, target } } : parsed
}

function parseQuery(query: string, name: string): ParsedSas {
  const pairs = query
    .split('&')
    .filter((pair) => pair !== '')
    .map(readPair)
  if (pairs.some(({ key }) => key.startsWith('amp;'))) {
    return refused('it holds `&amp;` where `&` belongs: it was copied from XML or HTML')
  }
  if (!pairs.some(({ key }) => key === 'sig')) return refused('it has no signature (`sig`), so it is no SAS')
  const values = new Map<string, string>()
  const problems: string[] = []
  for (const { key, value } of pairs) {
    if (!PARAMETERS.has(key)) continue
    if (values.has(key)) problems.push(`it has \`${key}\` more than once`)
    if (value === undefined) problems.push(`\`${key}\` is not soundly percent-encoded`)
    else if (value === '') problems.push(`\`${key}\` is empty`)
    values.set(key, value ?? '')
  }
  if (!SIGNATURE.test((values.get('sig') ?? '').replaceAll(' ', '+'))) {
    problems.push('its signature is not the base64 of 32 bytes: it was cut, or percent-encoded twice')
  }
  const own = pairs.filter(({ key }) => !REQUEST_PARAMETERS.has(key)).map(({ raw }) => raw)
  return { ok: true, sas: { facts: factsOf(values, problems), query: new Secret(name, own.join('&')) } }
}

function readPair(raw: string): { key: string; value: string | undefined; raw: string } {
  const cut = raw.indexOf('=')
  const key = cut < 0 ? raw : raw.slice(0, cut)
  return { key, value: decode(cut < 0 ? '' : raw.slice(cut + 1)), raw }
}

/** A `+` stays: a SAS is percent-encoded, not form-encoded, and a sign in an offset is more likely than a space. */
function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

function factsOf(values: ReadonlyMap<string, string>, problems: string[]): SasFacts {
  const get = (key: string): string | undefined => {
    const value = values.get(key)
    return value === undefined || value === '' ? undefined : value
  }
  const word = (key: string, form: RegExp, expected: string): string | undefined => {
    const value = get(key)
    if (value === undefined || form.test(value)) return value
    problems.push(`\`${key}\` is not ${expected}`)
    return undefined
  }
  const instant = (key: string): string | undefined => {
    const value = get(key)
    const time = value === undefined ? undefined : parseSasTime(value)
    if (value !== undefined && time === undefined) {
      problems.push(`\`${key}\` is no date and time in a form that Azure Storage takes, like 2026-12-01T20:00:00Z`)
    }
    return time === undefined ? undefined : new Date(time).toISOString()
  }
  const found = {
    resource: word('sr', /^(?:c|d|b|bs|bv|s|f)$/, 'a kind of resource (c, d, b, bs, bv)'),
    permissions: word('sp', /^[a-z]{1,20}$/, 'a list of permission letters'),
    starts: instant('st'),
    expires: instant('se'),
    keyStarts: instant('skt'),
    keyExpires: instant('ske'),
    policy: word('si', /^[^\u0000-\u001f\u007f]{1,64}$/, 'the name of a stored access policy'),
    protocol: word('spr', /^https?(?:,https?)?$/, 'https or https,http'),
    addresses: word('sip', /^[0-9a-fA-F.:]{2,45}(?:-[0-9a-fA-F.:]{2,45})?$/, 'an address or a range of addresses'),
    version: word('sv', /^\d{4}-\d{2}-\d{2}$/, 'the date of a version, like 2024-11-04'),
  }
  const given = Object.entries(found).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return { kind: kindOf(values), ...Object.fromEntries(given), problems }
}

/** By the parameters that only one kind has. Two kinds at once: the account SAS, whose reach is the wider one. */
function kindOf(values: ReadonlyMap<string, string>): SasKind {
  if (values.has('ss') || values.has('srt')) return 'account'
  return values.has('skoid') ? 'user-delegation' : 'service'
}

const TIME = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,7})?)?(Z|[+-]\d{2}:\d{2}))?$/

/**
 * Milliseconds since the epoch of a date in a SAS; a date without a time is its beginning, UTC. Undefined for what
 * Azure Storage does not take, a time without a zone included.
 * https://learn.microsoft.com/rest/api/storageservices/formatting-datetime-values
 */
export function parseSasTime(text: string): number | undefined {
  const [, year = '', month = '', day = '', hour = '00', minute = '00', second = '00', zone = 'Z'] =
    TIME.exec(text) ?? []
  if (year === '') return undefined
  const wall = `${year}-${month}-${day}T${hour}:${minute}:${second}`
  const time = Date.parse(`${wall}.000Z`)
  // `Date` takes the 31st of a month that has 30 days for the 1st of the next.
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 19) !== wall) return undefined
  return zone === 'Z' ? time : parseOffset(zone, time)
}

function parseOffset(zone: string, time: number): number | undefined {
  const [hours = 0, minutes = 0] = zone.slice(1).split(':').map(Number)
  if (hours > 14 || minutes > 59) return undefined
  return time - (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000
}

function refused(problem: string): { ok: false; problem: string } {
  return { ok: false, problem }
}
