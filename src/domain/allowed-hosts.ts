import { formatRange, parseAddress, parsePrefix, type AddressRange } from './address.ts'
import { isOddAddress, normalHost } from './host.ts'
import { isGuid } from './resource-id.ts'

/** A line that names hosts: by the labels of their name, or by addresses. */
export type HostRule = { labels: readonly string[] } | { range: AddressRange }

/** The input `allowed-hosts`: hosts to which credentials may go beside those of the trusted manifest. */
export interface AllowedHosts {
  /** For every secret that has no lines of its own. */
  hosts: readonly HostRule[]
  /** By the variable of a secret: the only hosts to which it may go. */
  bound: ReadonlyMap<string, readonly HostRule[]>
  /** Scopes in lower case, without a slash at the end, under which the Azure identity may read. */
  scopes: readonly string[]
}

export const NO_ALLOWED_HOSTS: AllowedHosts = { hosts: [], bound: new Map(), scopes: [] }

/** Whether a host is meant: at once by its name or literal address, or if all its addresses lie in `ranges`. */
export type HostMatch = { ranges?: readonly AddressRange[] } | undefined

const MOST_LINES = 1000
const SECRET = /^[A-Z][A-Z0-9_]*$/
const LABEL = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/

/** Reads the lines of the input; `problems` are phrases that follow the name of the input. Empty lines and `# comments` are none. */
export function parseAllowedHosts(text: string): { allowed: AllowedHosts; problems: string[] } {
  const lines = text.split(/\r?\n/).map((line) => line.trim())
  const hosts: HostRule[] = []
  const bound = new Map<string, HostRule[]>()
  const scopes: string[] = []
  const problems: string[] = []
  if (lines.length > MOST_LINES) problems.push(`has ${lines.length} lines; at most ${MOST_LINES} are read`)
  for (const [place, line] of lines.slice(0, MOST_LINES).entries()) {
    if (line === '' || line.startsWith('#')) continue
    const problem = readLine(line, { hosts, bound, scopes })
    if (problem !== undefined) problems.push(`line ${place + 1} (${JSON.stringify(line.slice(0, 100))}) ${problem}`)
  }
  return { allowed: { hosts, bound, scopes }, problems }
}

interface Lists {
  hosts: HostRule[]
  bound: Map<string, HostRule[]>
  scopes: string[]
}

/** Undefined, or what is wrong as a phrase. */
function readLine(line: string, { hosts, bound, scopes }: Lists): string | undefined {
  if (line.startsWith('/')) {
    const scope = parseScope(line)
    if (scope === undefined)
      return 'must be an id of Azure, /subscriptions/<id> or a resource group or resource below it'
    scopes.push(scope)
    return undefined
  }
  const cut = line.indexOf('=')
  const rule = parseRule(line.slice(cut + 1).trim())
  if (typeof rule === 'string') return rule
  if (cut === -1) {
    hosts.push(rule)
    return undefined
  }
  const secret = line.slice(0, cut).trim()
  if (!SECRET.test(secret)) return 'must begin with the variable of a secret, as in SALES_PASSWORD=*.sales.corp.example'
  bound.set(secret, [...(bound.get(secret) ?? []), rule])
  return undefined
}

function parseRule(text: string): HostRule | string {
  if (text.startsWith('/')) return 'binds a secret to an id of Azure: a secret goes to hosts only'
  if (/[\s,;]/.test(text)) return 'must name one host: each stands on a line of its own'
  if (text.includes('://')) return 'must be a host alone, without https:// and path'
  const range =
    text.includes('/') || parseAddress(text.replace(/^\[(.*)\]$/, '$1')) !== undefined ? parseCidr(text) : undefined
  if (range !== undefined) return typeof range === 'string' ? range : { range }
  if (/:\d*$/.test(text)) return 'must be a host without a port: a host that is allowed is so on every port'
  if (isOddAddress(text)) return 'is no address as it is usually written: four decimal numbers, or IPv6'
  return parseName(text)
}

function parseCidr(text: string): AddressRange | string {
  const plain = text.replace(/^\[(.*)\]/, '$1')
  const range = parsePrefix(plain)
  if (range === undefined) return 'must be a prefix such as 10.20.0.0/16 or fd00:20::/48'
  const first = parseAddress(plain.replace(/\/.*$/, ''))
  if (first?.value !== range.first) return `has bits behind its prefix; did you mean ${formatRange(range)}?`
  return range
}

const NAME_FORM =
  'must be a host name, where * stands for one whole label and ** at the start for one or more: *.sales.corp.example'

function parseName(text: string): HostRule | string {
  // IDNA has no stars, so it is asked label by label; a label of another script may hold dots of its own.
  const known = text
    .replace(/\.$/, '')
    .split('.')
    .flatMap((label) => {
      if (/^\*\*?$/.test(label)) return [label]
      return normalHost(`${label}.example`)?.split('.').slice(0, -1) ?? ['']
    })
  const isSound = known.every((label, place) => label === '*' || (label === '**' && place === 0) || LABEL.test(label))
  if (!isSound) return NAME_FORM
  if (known.every((label) => label.startsWith('*'))) return `${NAME_FORM}; this one would mean every host`
  return { labels: known }
}

function parseScope(text: string): string | undefined {
  const scope = text.replace(/\/$/, '').toLowerCase()
  const [, word, subscription = '', ...rest] = scope.split('/')
  if (word !== 'subscriptions' || !isGuid(subscription)) return undefined
  const isSound = rest.every((segment) => segment !== '' && !/^\.{1,2}$|[\u0000-\u001f\u007f*?#%\\]/.test(segment))
  return isSound &&
    rest.length % 2 === 0 &&
    (rest.length === 0 || rest[0] === 'resourcegroups' || rest[0] === 'providers')
    ? scope
    : undefined
}

/** The rules that hold for a secret: its own when it has some. `secret` absent: the run's Azure identity. */
export function rulesFor(
  allowed: AllowedHosts,
  secret: string | undefined,
): { rules: readonly HostRule[]; isBound: boolean } {
  const own = secret === undefined ? undefined : allowed.bound.get(secret)
  return own === undefined ? { rules: allowed.hosts, isBound: false } : { rules: own, isBound: true }
}

/** A literal address is compared at once; ranges say of a name which addresses it must have, all of them. */
export function matchHost(rules: readonly HostRule[], text: string): HostMatch {
  const host = normalHost(text)
  if (host === undefined) return undefined
  const address = parseAddress(host)
  const ranges = rules.flatMap((rule) => ('range' in rule ? [rule.range] : []))
  if (address !== undefined) return isInRanges(ranges, host) ? {} : undefined
  const labels = host.replace(/\.$/, '').split('.')
  if (rules.some((rule) => 'labels' in rule && isNamed(rule.labels, labels))) return {}
  return ranges.length === 0 ? undefined : { ranges }
}

export function isInRanges(ranges: readonly AddressRange[], text: string): boolean {
  const address = parseAddress(text)
  if (address === undefined) return false
  return ranges.some(
    ({ family, first, last }) => family === address.family && first <= address.value && address.value <= last,
  )
}

function isNamed(rule: readonly string[], labels: readonly string[]): boolean {
  const [first, ...rest] = rule
  if (first === '**') {
    if (labels.length <= rest.length) return false
    return isNamed(rest, labels.slice(labels.length - rest.length))
  }
  return rule.length === labels.length && rule.every((label, place) => label === '*' || label === labels[place])
}

/** Whether the Azure identity may read a resource by the lines that are ids: whole segments, in any letter case. */
export function isInScopes(scopes: readonly string[], id: string): boolean {
  const text = id.replace(/\/$/, '').toLowerCase()
  return scopes.some((scope) => text === scope || text.startsWith(`${scope}/`))
}

/** Whether the lines name a host for itself, by its name or literal address; `host` may carry a port. */
export function isAllowedHost({ hosts }: AllowedHosts, host: string): boolean {
  const match = matchHost(hosts, host.replace(/:\d+$/, ''))
  return match !== undefined && match.ranges === undefined
}
