import type { ServerName, Source, Target } from '../domain/manifest.ts'
import { seen, unseen, type Observed, type ProbeFailure } from '../domain/observed.ts'
import { parseResourceId } from '../domain/resource-id.ts'
import type { CauseKind } from '../domain/verdict.ts'
import type { BrowserAnswer, ConnectAnswer, ConnectOutcome } from '../ports/net-port.ts'
import type { Ports } from '../ports/ports.ts'
import type { SqlServer } from '../ports/sql-port.ts'
import { boundName, boundText } from './foreign-text.ts'
import { isVirtualMachine, readMachineHost } from './machine-host.ts'
import { mostTelling } from './network-path.ts'

/** Port of a default instance, and of Azure SQL. */
export const DEFAULT_PORT = 1433
/** Port of the public endpoint of a managed instance. */
export const PUBLIC_ENDPOINT_PORT = 3342
export const BROWSER_PORT = 1434

/** Suffixes under which Azure's public and national clouds name SQL servers. */
const AZURE_SQL_SUFFIXES = ['.database.windows.net', '.database.usgovcloudapi.net', '.database.chinacloudapi.cn']

/** Names that the Browser listed and that evidence repeats. */
const KNOWN_LIMIT = 50

export type Attempt = { address: string; port: number; outcome: ConnectOutcome; localAddress?: string; ms: number }

export type BrowserAttempt = { address: string; outcome: BrowserAnswer['outcome'] }

/** The engine's TCP port was tried on every address; `address`, `outcome`, `ms` are those of the attempt that decides. */
export type TriedEndpoint = {
  state: 'tried'
  host: string
  port: number
  portFrom: 'manifest' | 'browser' | 'default' | 'public-endpoint'
  address: string
  outcome: ConnectOutcome
  ms: number
  localAddress?: string
  attempts: Attempt[]
  /** The instance's own endpoint, which did not answer, where the public one of a managed instance took its place. */
  insteadOf?: { host: string; port: number; outcome: ConnectOutcome | 'no-name' }
}

/** SQL Server Browser's answer for a named instance, on the address that answered or on the first one. */
export type BrowserFacts = {
  host: string
  instance: string
  address: string
  /** The runner's own address on the way there. */
  localAddress?: string
  outcome: BrowserAnswer['outcome']
  attempts: BrowserAttempt[]
  /** Whether the Browser lists the instance. */
  listed: boolean
  version?: string
  tcpPort?: number
  known: string[]
}

/** Where the engine is and how it answered, or what keeps its port from being known. */
export type EngineEndpoint =
  | TriedEndpoint
  | { state: 'no-name'; host: string; message: string }
  | { state: 'no-browser' | 'not-listed' | 'no-tcp'; host: string; browser: BrowserFacts }

/** The name to connect to. `known: false`: Azure did not tell one that may be used. */
export type HostAnswer =
  | { known: true; server: ServerName; from: 'manifest' | 'azure'; publicEndpoint?: ServerName }
  | { known: false; problem: 'absent' | 'unreadable' | 'unnamed' | 'untrusted'; kind: CauseKind; message: string }

/** The instance whose port only SQL Server Browser knows. A port in the manifest makes the Browser unnecessary. */
export function instanceBehindBrowser({ instance, port }: ServerName): string | undefined {
  return port === undefined ? instance : undefined
}

export function readSourceEndpoint(ports: Pick<Ports, 'net'>, source: Source): Promise<Observed<EngineEndpoint>> {
  return readEndpoint(ports, source.server)
}

/** The manifest's endpoint, else the name that Azure has for the server; a name that cannot be had is a ProbeFailure. */
export async function readTargetEndpoint(
  ports: Pick<Ports, 'net' | 'arm'>,
  target: Target,
): Promise<Observed<EngineEndpoint>> {
  const host = await readTargetHost(ports, target)
  if (!host.known) return unseen(host.kind, host.message)
  const own = await readEndpoint(ports, host.server)
  if (host.publicEndpoint === undefined || !own.ok) return own
  const at = { host: host.server.host, port: DEFAULT_PORT }
  if (own.value.state === 'tried' && own.value.outcome !== 'open') {
    return (await readPublicEndpoint(ports, host.publicEndpoint, { ...at, outcome: own.value.outcome })) ?? own
  }
  if (own.value.state !== 'no-name') return own
  return (await readPublicEndpoint(ports, host.publicEndpoint, { ...at, outcome: 'no-name' })) ?? own
}

/** Only when it is open: whatever else it answers, it is the instance's own endpoint that has to be told about. */
async function readPublicEndpoint(
  ports: Pick<Ports, 'net'>,
  server: ServerName,
  insteadOf: NonNullable<TriedEndpoint['insteadOf']>,
): Promise<Observed<EngineEndpoint> | undefined> {
  const open = await readEndpoint(ports, server)
  if (!open.ok || open.value.state !== 'tried' || open.value.outcome !== 'open') return undefined
  return seen({ ...open.value, portFrom: 'public-endpoint', insteadOf })
}

const INSTANCE_TYPE = 'microsoft.sql/managedinstances'

export function isManagedInstance({ resourceId }: Pick<Target, 'resourceId'>): boolean {
  return parseResourceId(resourceId)?.type.toLowerCase() === INSTANCE_TYPE
}

/** A name from Azure is taken only with a known SQL suffix, an address only if private: credentials will go there. */
export async function readTargetHost({ arm }: Pick<Ports, 'arm'>, target: Target): Promise<HostAnswer> {
  if (target.endpoint !== undefined) return { known: true, server: target.endpoint, from: 'manifest' }
  if (isVirtualMachine(target)) return readMachineHost({ arm }, target)
  const isInstance = isManagedInstance(target)
  const answer = await (isInstance ? arm.managedInstance(target.resourceId) : arm.sqlServer(target.resourceId))
  if (!answer.ok) {
    const { kind, message } = answer.failure
    return { known: false, problem: 'unreadable', kind, message: boundText(message) }
  }
  if (!answer.value.found) {
    return { known: false, problem: 'absent', kind: 'not-found', message: boundText(answer.value.message) }
  }
  const { fullyQualifiedDomainName: name } = answer.value.value
  if (name === undefined || name === '') {
    const message = `Azure tells no fullyQualifiedDomainName for ${target.resourceId}; give the target's endpoint in the manifest`
    return { known: false, problem: 'unnamed', kind: 'insufficient', message }
  }
  if (!hasAzureSqlSuffix(name)) {
    const message = `Azure names ${boundText(name)} as the host of ${target.resourceId}, which ends in none of ${AZURE_SQL_SUFFIXES.join(', ')}; no credential goes there unless the manifest gives it as the target's endpoint`
    return { known: false, problem: 'untrusted', kind: 'untrusted-host', message }
  }
  const server = { text: name, host: name }
  const isPublic = 'publicDataEndpointEnabled' in answer.value.value && answer.value.value.publicDataEndpointEnabled
  const publicEndpoint = isPublic ? publicNameOf(name) : undefined
  return { known: true, server, from: 'azure', ...(publicEndpoint === undefined ? {} : { publicEndpoint }) }
}

/** `mi.zone.database.windows.net` becomes `mi.public.zone.database.windows.net`, on a port of its own. */
function publicNameOf(name: string): ServerName {
  const host = name.replace('.', '.public.')
  return { text: `${host},${String(PUBLIC_ENDPOINT_PORT)}`, host, port: PUBLIC_ENDPOINT_PORT }
}

/** Only letters, digits, dots and hyphens before the suffix: nothing that a URL or connection string would read as more. */
function hasAzureSqlSuffix(name: string): boolean {
  const lower = name.toLowerCase()
  return /^[a-z0-9][a-z0-9.-]*$/.test(lower) && AZURE_SQL_SUFFIXES.some((suffix) => lower.endsWith(suffix))
}

/** SQL Server Browser on every address of the host; `instance` must come from `instanceBehindBrowser`. */
export async function readBrowser(
  { net }: Pick<Ports, 'net'>,
  host: string,
  instance: string,
  addresses: readonly string[],
): Promise<Observed<BrowserFacts>> {
  const answers = await Promise.all(addresses.map((address) => net.browse(address, instance)))
  const values = answers.flatMap((answer) => (answer.ok ? [answer.value] : []))
  const best =
    values.find((value) => value.outcome === 'answered' && value.instance !== undefined) ?? bestBrowser(values)
  if (best === undefined || (best.outcome !== 'answered' && values.length < answers.length))
    return firstFailure(answers, host)
  const entry = best.outcome === 'answered' ? best.instance : undefined
  return seen({
    host,
    instance,
    address: best.address,
    ...(best.localAddress === undefined ? {} : { localAddress: best.localAddress }),
    outcome: best.outcome,
    attempts: values.map(({ address, outcome }) => ({ address, outcome })),
    listed: entry !== undefined,
    ...(entry === undefined ? {} : { version: boundText(entry.version) }),
    ...(entry?.tcpPort === undefined ? {} : { tcpPort: entry.tcpPort }),
    known: best.outcome === 'answered' ? best.known.slice(0, KNOWN_LIMIT).map((name) => boundName(name)) : [],
  })
}

function bestBrowser(values: readonly BrowserAnswer[]): BrowserAnswer | undefined {
  const telling = mostTelling(
    values.map((value) => ({ value, outcome: value.outcome === 'answered' ? 'open' : value.outcome })),
  )
  return telling?.value
}

/** One host and port, with every address tried; a named instance is asked for at SQL Server Browser. */
export async function readEndpoint(ports: Pick<Ports, 'net'>, server: ServerName): Promise<Observed<EngineEndpoint>> {
  const { host } = server
  const resolved = await ports.net.resolve(host)
  if (!resolved.ok) return resolved
  if (!resolved.value.found) return seen({ state: 'no-name', host, message: boundText(resolved.value.message) })
  const addresses = resolved.value.addresses.map(({ address }) => address)
  const instance = instanceBehindBrowser(server)
  if (instance === undefined) {
    const port = server.port ?? DEFAULT_PORT
    return connectAll(ports, { host, port, portFrom: server.port === undefined ? 'default' : 'manifest' }, addresses)
  }
  const browsed = await readBrowser(ports, host, instance, addresses)
  if (!browsed.ok) return browsed
  const browser = browsed.value
  if (browser.outcome !== 'answered') return seen({ state: 'no-browser', host, browser })
  if (!browser.listed) return seen({ state: 'not-listed', host, browser })
  if (browser.tcpPort === undefined) return seen({ state: 'no-tcp', host, browser })
  return connectAll(ports, { host, port: browser.tcpPort, portFrom: 'browser' }, addresses)
}

/** All addresses at once: behind a listener over several subnets only one is open, and the others would cost a timeout each. */
async function connectAll(
  { net }: Pick<Ports, 'net'>,
  at: Pick<TriedEndpoint, 'host' | 'port' | 'portFrom'>,
  addresses: readonly string[],
): Promise<Observed<EngineEndpoint>> {
  const answers = await Promise.all(addresses.map((address) => net.connect(address, at.port, addresses)))
  const attempts = answers.flatMap((answer) => (answer.ok ? [toAttempt(answer.value)] : []))
  const decisive = mostTelling(attempts)
  if (decisive === undefined || (decisive.outcome !== 'open' && attempts.length < answers.length)) {
    return firstFailure(answers, at.host)
  }
  const { address, outcome, ms, localAddress } = decisive
  const local = localAddress === undefined ? {} : { localAddress }
  return seen({ state: 'tried', ...at, address, outcome, ms, ...local, attempts })
}

function toAttempt({ address, port, outcome, localAddress, ms }: ConnectAnswer): Attempt {
  return { address, port, outcome, ...(localAddress === undefined ? {} : { localAddress }), ms }
}

function firstFailure(answers: readonly Observed<unknown>[], host: string): { ok: false; failure: ProbeFailure } {
  for (const answer of answers) if (!answer.ok) return answer
  return unseen('dns', `the resolver knows ${host} and gives no address for it`)
}

/** The server as `SqlPort` wants it: the address that answered, and the manifest's name for its certificate. */
export function toSqlServer(
  endpoint: TriedEndpoint,
  settings: Pick<SqlServer, 'login' | 'tls'>,
  askedBy: SqlServer['askedBy'],
): SqlServer {
  const { host, address, port } = endpoint
  return { host, address, port, login: settings.login, tls: settings.tls, askedBy }
}

/** The server behind an endpoint that is open; anything else is the ProbeFailure that its state amounts to. */
export function openServer(
  observed: Observed<EngineEndpoint>,
  settings: Pick<SqlServer, 'login' | 'tls'>,
  askedBy: SqlServer['askedBy'],
): Observed<SqlServer> {
  if (!observed.ok) return observed
  const endpoint = observed.value
  if (endpoint.state === 'tried') {
    if (endpoint.outcome === 'open') return seen(toSqlServer(endpoint, settings, askedBy))
    const { host, address, port, outcome } = endpoint
    return unseen(outcome, `TCP ${String(port)} of ${host} (${address}): ${outcome}`)
  }
  if (endpoint.state === 'no-name') return unseen('dns', endpoint.message)
  const { browser } = endpoint
  return unseen('insufficient', `SQL Server Browser tells no TCP port of ${browser.host}\\${browser.instance}`)
}
