import { normalHost } from '../domain/host.ts'
import type { Container, Location, Manifest, Share, Source, TlsSettings } from '../domain/manifest.ts'
import type { Removed } from '../domain/report.ts'
import { identityOf } from './identity.ts'
import { usedShares } from './removed-objects.ts'

/** Settings with which less is asked than before, or of another thing. `all`: every manifest of this run. */
export function weakerSettings(trusted: Manifest, here: Manifest, all: readonly Manifest[]): Removed[] {
  const { dms } = trusted
  const setting = (name: string, from: string | undefined, to: string | undefined, location: Location): Removed => ({
    kind: 'setting',
    name,
    manifest: trusted.name,
    location,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  })
  const changed = (name: string, from: string | undefined, to: string | undefined, location: Location): Removed[] =>
    from === undefined || from === to ? [] : [setting(name, from, to, location)]
  const age = (ms: number | undefined): string | undefined => (ms === undefined ? undefined : `${ms / 1000} s`)
  const [maxAge, newAge] = [trusted, here].map(({ tools }) => tools.assessment?.maxAgeMs)
  return [
    ...changed('scenario', trusted.scenario, here.scenario, trusted.location),
    ...changed('generation', trusted.generation, here.generation, trusted.location),
    ...changed('migration', trusted.migration, here.migration, trusted.location),
    ...changed('cutover', windowOf(trusted), windowOf(here), trusted.location),
    ...changed('dms.subnet', dms.subnetId?.toLowerCase(), here.dms.subnetId?.toLowerCase(), dms.location),
    ...changed('dms.service', dms.serviceId?.toLowerCase(), here.dms.serviceId?.toLowerCase(), dms.location),
    ...(dms.nsgPorts === 'seed' ? changed('dms.nsg-ports', dms.nsgPorts, here.dms.nsgPorts, dms.location) : []),
    ...dms.egress
      .filter((address) => !here.dms.egress.includes(address))
      .map((address) => setting('dms.egress', address, undefined, dms.location)),
    ...dms.runtimeHosts
      .filter((host) => !here.dms.runtimeHosts.some((other) => keyOfHost(other) === keyOfHost(host)))
      .map((host) => setting('dms.runtime-hosts', host, undefined, dms.location)),
    ...(dms.schemaMigration && !here.dms.schemaMigration
      ? [setting('dms.schema-migration', 'true', 'false', dms.location)]
      : []),
    ...otherBackupPlaces(trusted, here, all, setting),
    ...trusted.containers.flatMap((one) => {
      const other = here.containers.find((container) => identityOf.container(container) === identityOf.container(one))
      if (other === undefined) return []
      return changed(`containers.${one.name}.sas`, variableOf(one), variableOf(other), one.location)
    }),
    ...trusted.sources.flatMap((one) => {
      const others = sameServers(
        one,
        [here, ...all].map(({ sources }) => sources),
        identityOf.source,
      )
      return weakerServer(`sources.${one.name}`, one, others, setting)
    }),
    ...trusted.targets.flatMap((one) => {
      const others = sameServers(
        one,
        [here, ...all].map(({ targets }) => targets),
        identityOf.target,
      )
      return weakerServer(`targets.${one.name}`, one, others, setting)
    }),
    ...(maxAge !== undefined && here.tools.assessment !== undefined && (newAge ?? Infinity) > maxAge
      ? [
          setting(
            'tools.assessment.max-age',
            age(maxAge),
            age(newAge),
            trusted.tools.assessment?.location ?? trusted.location,
          ),
        ]
      : []),
  ]
}

/**
 * Sources whose backups lie somewhere else now, though their share is used by others still: where it is not, that is said of
 * the share.
 */
function otherBackupPlaces(
  trusted: Manifest,
  here: Manifest,
  all: readonly Manifest[],
  make: MakeSetting,
): readonly Removed[] {
  const shareOf = ({ shares }: Manifest, { share }: Source): Share | undefined =>
    shares.find(({ name }) => name === share)
  const used = new Set([here, ...all].flatMap((one) => usedShares(one).map(identityOf.share)))
  return trusted.sources.flatMap((source) => {
    const share = shareOf(trusted, source)
    if (share === undefined || !used.has(identityOf.share(share))) return []
    const same = [here, ...all].flatMap((manifest) =>
      manifest.sources
        .filter((other) => identityOf.source(other) === identityOf.source(source))
        .map((other) => shareOf(manifest, other)),
    )
    if (same.length === 0) return []
    if (same.some((other) => other !== undefined && identityOf.share(other) === identityOf.share(share))) return []
    return [make(`sources.${source.name}.share`, share.path, same[0]?.path, source.location)]
  })
}

function keyOfHost(host: string): string {
  return normalHost(host) ?? host.toLowerCase()
}

function variableOf({ sas }: Container): string | undefined {
  return sas === undefined ? undefined : `\${${sas.secret}}`
}

function windowOf({ cutover }: Manifest): string | undefined {
  return cutover === undefined ? undefined : `${cutover.start} for ${cutover.durationMs / 60_000} min`
}

type Server = Pick<Source, 'login' | 'tls' | 'location'> & { dmsLogin?: string }
type MakeSetting = (name: string, from: string | undefined, to: string | undefined, location: Location) => Removed

/** The same server by whatever name and in whatever manifest; else what now has its name. `first`: its own manifest. */
function sameServers<S extends { name: string }>(
  one: S,
  [first = [], ...others]: readonly (readonly S[])[],
  is: (server: S) => string,
): readonly S[] {
  const same = [first, ...others].flat().filter((other) => is(other) === is(one))
  return same.length > 0 ? same : first.filter(({ name }) => name === one.name)
}

/** Another login proves nothing of the one that was asked about; less TLS proves less of the server. */
function weakerServer(place: string, one: Server, others: readonly Server[], make: MakeSetting): Removed[] {
  const changes = others.map((other) => {
    const [before, after] = [whoOf(one), whoOf(other)]
    return [
      ...(before === after ? [] : [make(`${place}.login`, before, after, one.location)]),
      ...weakerTls(one.tls, other.tls).map(([key, from, to]) => make(`${place}.tls.${key}`, from, to, one.location)),
    ]
  })
  // Where it is asked about twice, nothing is lost as long as one of them asks the same.
  return changes.sort((left, right) => left.length - right.length)[0] ?? []
}

/** The account whose rights are asked about. */
function whoOf({ login, dmsLogin }: Server): string {
  return dmsLogin ?? (login.kind === 'entra' ? 'entra' : login.user)
}

const ENCRYPTION: readonly TlsSettings['encrypt'][] = ['off', 'on', 'strict']
const ENCRYPTION_WORDS = { off: 'false', on: 'true', strict: 'strict' }

type Weaker = [key: string, from: string | undefined, to: string | undefined]

function weakerTls(one: TlsSettings, other: TlsSettings): Weaker[] {
  const isLess = ENCRYPTION.indexOf(other.encrypt) < ENCRYPTION.indexOf(one.encrypt)
  return [
    ...(isLess ? [['encrypt', ENCRYPTION_WORDS[one.encrypt], ENCRYPTION_WORDS[other.encrypt]] satisfies Weaker] : []),
    ...(other.trustServerCertificate && !one.trustServerCertificate
      ? [['trust-server-certificate', 'false', 'true'] satisfies Weaker]
      : []),
    ...(one.pin !== undefined && one.pin !== other.pin ? [['pin', one.pin, other.pin] satisfies Weaker] : []),
    ...(other.ca !== undefined && one.ca !== other.ca ? [['ca', one.ca, other.ca] satisfies Weaker] : []),
    ...(one.serverName === other.serverName
      ? []
      : [['server-name', one.serverName, other.serverName] satisfies Weaker]),
  ]
}
