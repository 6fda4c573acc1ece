import { parseContainerUrl } from '../domain/container-url.ts'
import { normalHost } from '../domain/host.ts'
import type { Container, Login, Manifest, ServerName, Share, Source, Target, TlsSettings } from '../domain/manifest.ts'

/**
 * What a manifest makes a run do with a credential (contract, section 7): a secret, with a login, by a protocol, to a host
 * and port, under settings of TLS; or the Azure identity, with a resource.
 */
export type Use = SqlUse | ShareUse | BlobUse | AzureUse | NameUse

interface Owned {
  /** What of the manifest it belongs to: `source:sales`, `target:default`, `dms`. */
  owner: string
}

export interface SqlUse extends Owned {
  kind: 'sql'
  /** As the manifest writes it; absent: the name that Azure has for `resourceId`. */
  host?: string
  resourceId?: string
  /** A TCP port, an instance that SQL Server Browser knows the port of, or those of Azure. */
  port: number | { instance: string } | 'azure'
  login: Login
  tls: TlsSettings
}

export interface ShareUse extends Owned {
  kind: 'share'
  host: string
  port: number
  path: string
  login: Login
}

/** `host` absent: only the SAS itself tells where the container is. */
export interface BlobUse extends Owned {
  kind: 'blob'
  host?: string
  url?: string
  /** Absent: the run's Azure identity. */
  secret?: string
}

export interface AzureUse extends Owned {
  kind: 'azure'
  resourceId: string
}

/** A name that is looked up to learn whether this runner is that host: nothing is sent to it, but the question leaves. */
export interface NameUse extends Owned {
  kind: 'name'
  host: string
}

/** Of SQL Server. */
export const DEFAULT_PORT = 1433

export function usesOf({ sources, targets, shares, containers, dms }: Manifest): Use[] {
  const azure = (owner: string, resourceId: string | undefined): AzureUse[] =>
    resourceId === undefined ? [] : [{ kind: 'azure', owner, resourceId }]
  return [
    ...sources.map(useOfSource),
    ...targets.flatMap((target) => [useOfTarget(target), ...azure(`target:${target.name}`, target.resourceId)]),
    ...shares.map(useOfShare),
    ...containers.flatMap((container) => [
      useOfContainer(container),
      ...azure(`container:${container.name}`, container.resourceId),
    ]),
    ...azure('dms', dms.subnetId),
    ...azure('dms', dms.serviceId),
    ...dms.runtimeHosts.map((host): NameUse => ({ kind: 'name', owner: 'dms', host })),
  ]
}

function useOfSource({ name, server, login, tls }: Source): SqlUse {
  return { kind: 'sql', owner: `source:${name}`, host: server.host, port: portOf(server), login, tls }
}

function useOfTarget({ name, endpoint, resourceId, login, tls }: Target): SqlUse {
  const place =
    endpoint === undefined ? { resourceId, port: 'azure' as const } : { host: endpoint.host, port: portOf(endpoint) }
  return { kind: 'sql', owner: `target:${name}`, ...place, login, tls }
}

function portOf({ port, instance }: ServerName): SqlUse['port'] {
  return port ?? (instance === undefined ? DEFAULT_PORT : { instance })
}

function useOfShare({ name, host, port, path, login }: Share): ShareUse {
  return { kind: 'share', owner: `share:${name}`, host, port, path, login }
}

export function useOfContainer({ name, url, sas }: Container): BlobUse {
  const at = url === undefined ? undefined : parseContainerUrl(url)
  return {
    kind: 'blob',
    owner: `container:${name}`,
    ...(at === undefined ? {} : { host: new URL(at.origin).hostname.replace(/^\[(.*)\]$/, '$1') }),
    ...(url === undefined ? {} : { url: at?.url ?? url }),
    ...(sas === undefined ? {} : { secret: sas.secret }),
  }
}

/** The variable of the secret; undefined: the Azure identity. */
export function secretOf(use: Use): string | undefined {
  if (use.kind === 'azure' || use.kind === 'name') return undefined
  if (use.kind === 'blob') return use.secret
  return use.login.kind === 'entra' ? undefined : use.login.password.secret
}

/** Uses by where they lead, and by what of the manifest they belong to: estates have thousands. */
export interface UseIndex {
  /** Those that lead to the same host, container or resource, whatever else differs. */
  at(place: string): readonly Use[]
  of(owner: string): readonly Use[]
}

/** The key of `UseIndex.at`. A server that Azure names stands at its resource. */
export function placeOf(use: Use): string {
  if (use.kind === 'azure') return lower(use.resourceId)
  if (use.host !== undefined) return hostPlace(use.host)
  return use.kind === 'sql' ? `server of ${lower(use.resourceId ?? '')}` : 'unknown'
}

export function hostPlace(host: string): string {
  return `host ${normalHost(host) ?? lower(host)}`
}

export function indexUses(uses: readonly Use[]): UseIndex {
  const places = new Map<string, Use[]>()
  const owners = new Map<string, Use[]>()
  const add = (map: Map<string, Use[]>, key: string, use: Use): void => {
    const known = map.get(key)
    if (known === undefined) map.set(key, [use])
    else known.push(use)
  }
  for (const use of uses) {
    add(places, placeOf(use), use)
    add(owners, use.owner, use)
  }
  return { at: (place) => places.get(place) ?? [], of: (owner) => owners.get(owner) ?? [] }
}

/** Whether the file at a path is the same here as on the trusted ref. */
export type IsSameFile = (path: string) => boolean

/** What differs of two uses of one kind, in the words of the manifest; empty: `use` is the same as `trusted`, or stricter. */
export function differences(use: Use, trusted: Use, isSameFile: IsSameFile): string[] {
  switch (use.kind) {
    case 'azure':
      return trusted.kind === 'azure' && isSameText(use.resourceId, trusted.resourceId) ? [] : ['resource']
    case 'name':
      return trusted.kind === 'name' && isSameHost(use.host, trusted.host) ? [] : ['host']
    case 'blob':
      if (trusted.kind !== 'blob') return ['kind']
      return named({ url: use.url === trusted.url, secret: use.secret === trusted.secret })
    case 'share':
      if (trusted.kind !== 'share') return ['kind']
      return [
        ...named({
          host: isSameHost(use.host, trusted.host),
          port: use.port === trusted.port,
          path: isSameText(use.path, trusted.path),
        }),
        ...loginDifferences(use.login, trusted.login),
      ]
    case 'sql':
      if (trusted.kind !== 'sql') return ['kind']
      return [
        ...named({ host: isSamePlace(use, trusted), port: isSamePort(use.port, trusted.port) }),
        ...loginDifferences(use.login, trusted.login),
        ...named({ tls: isAsStrict(use.tls, trusted.tls, isSameFile) }),
      ]
  }
}

function named(parts: Readonly<Record<string, boolean>>): string[] {
  return Object.entries(parts).flatMap(([name, isSame]) => (isSame ? [] : [name]))
}

function isSamePlace(use: SqlUse, trusted: SqlUse): boolean {
  if (use.host !== undefined && trusted.host !== undefined) return isSameHost(use.host, trusted.host)
  if (use.host !== undefined || trusted.host !== undefined) return false
  return isSameText(use.resourceId ?? '', trusted.resourceId ?? '')
}

export function isSameHost(left: string, right: string): boolean {
  const host = normalHost(left)
  return host !== undefined && host === normalHost(right)
}

function isSamePort(left: SqlUse['port'], right: SqlUse['port']): boolean {
  if (typeof left !== 'object' || typeof right !== 'object') return left === right
  return isSameText(left.instance, right.instance)
}

function loginDifferences(use: Login, trusted: Login): string[] {
  if (use.kind !== trusted.kind) return ['login']
  if (use.kind === 'entra' || trusted.kind === 'entra') return []
  return named({ user: use.user === trusted.user, secret: use.password.secret === trusted.password.secret })
}

const STRENGTH: Readonly<Record<TlsSettings['encrypt'], number>> = { off: 0, on: 1, strict: 2 }

/** Whether whoever is accepted under `use` would be accepted under `trusted` as well, and at least as much is encrypted. */
export function isAsStrict(use: TlsSettings, trusted: TlsSettings, isSameFile: IsSameFile): boolean {
  if (trusted.encrypt === 'off') return true
  if (STRENGTH[use.encrypt] < STRENGTH[trusted.encrypt]) return false
  if (takesAny(trusted)) return true
  if (takesAny(use)) return false
  // A pin is taken whatever the issuer, so another one is another server, and none opens the door to other servers.
  if (trusted.pin !== undefined || use.pin !== undefined) return use.pin === trusted.pin
  const isNoNewAuthority = use.ca === undefined || (use.ca === trusted.ca && isSameFile(use.ca))
  return isNoNewAuthority && isSameText(use.serverName ?? '', trusted.serverName ?? '')
}

/** `strict` always verifies. */
function takesAny({ trustServerCertificate, encrypt, pin }: TlsSettings): boolean {
  return trustServerCertificate && encrypt !== 'strict' && pin === undefined
}

function lower(text: string): string {
  return text.replace(/[\\/]$/, '').toLowerCase()
}

function isSameText(left: string, right: string): boolean {
  return lower(left) === lower(right)
}

/** One use in words, without a secret's value: what, as whom, where. */
export function describeUse(use: Use): string {
  switch (use.kind) {
    case 'azure':
      return `reading ${use.resourceId} as the run's Azure identity`
    case 'name':
      return `looking ${use.host} up`
    case 'blob':
      return `${use.url ?? 'the container that its SAS names'} with ${use.secret ?? "the run's Azure identity"}`
    case 'share':
      return `${use.path}, TCP ${use.port}, ${describeLogin(use.login)}`
    case 'sql': {
      const port = typeof use.port === 'object' ? `\\${use.port.instance}` : use.port === 'azure' ? '' : `,${use.port}`
      return `${use.host ?? `the server of ${use.resourceId ?? ''}`}${port} ${describeLogin(use.login)}`
    }
  }
}

function describeLogin(login: Login): string {
  return login.kind === 'entra' ? "as the run's Azure identity" : `as ${login.user} with ${login.password.secret}`
}
