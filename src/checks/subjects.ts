import type {
  Container,
  DatabaseMapping,
  DeclaredFlow,
  Location,
  Manifest,
  Share,
  Source,
  Target,
} from '../domain/manifest.ts'
import { subjectKey, type Subject } from '../domain/subject.ts'
import type { Spec } from './define.ts'

export interface SourceSpec extends Spec {
  source: Source
}
export interface SourceDatabaseSpec extends SourceSpec {
  database: DatabaseMapping
}
export interface TargetSpec extends Spec {
  target: Target
  /** Names on the target, in manifest order, without repeats. */
  databases: readonly string[]
}
export interface TargetDatabaseSpec extends TargetSpec {
  database: string
}
/** A database of a source, on its way to a target. */
export interface MigratedDatabaseSpec extends SourceDatabaseSpec, TargetSpec {}

export interface NsgPortSpec extends Spec {
  port: number
}

/** `container` is absent where the manifest names none: the prerequisite is there nevertheless. */
export interface ContainerSpec extends Spec {
  container?: Container
}

/** `share` is absent where no source has one: the prerequisite is there nevertheless. */
export interface ShareSpec extends Spec {
  share?: Share
}

export interface FlowSpec extends Spec {
  flow: DeclaredFlow
}

export function manifestSubject(manifest: Manifest): readonly Subject<Spec>[] {
  const key = subjectKey('manifest', manifest.name)
  return [{ kind: 'manifest', name: manifest.name, key, within: [], spec: { manifest, location: manifest.location } }]
}

export function sourceSubjects(manifest: Manifest): readonly Subject<SourceSpec>[] {
  return manifest.sources.map((source) => ({
    kind: 'sql-server',
    name: source.name,
    key: subjectKey('sql-server', source.name),
    within: [subjectKey('manifest', manifest.name)],
    spec: { manifest, source, location: source.location },
  }))
}

/** Databases of the sources, `<source>/<database>`. */
export function sourceDatabaseSubjects(manifest: Manifest): readonly Subject<SourceDatabaseSpec>[] {
  return sourceSubjects(manifest).flatMap((source) =>
    source.spec.source.databases.map((database) => ({
      kind: 'database' as const,
      name: `${source.name}/${database.name}`,
      key: subjectKey('database', `${source.name}/${database.name}`),
      within: [source.key, ...source.within],
      spec: { ...source.spec, database, location: database.location },
    })),
  )
}

/** Targets that at least one database goes to. */
export function targetSubjects(manifest: Manifest): readonly Subject<TargetSpec>[] {
  return manifest.targets
    .map((target) => ({ target, databases: databasesOf(manifest, target.name) }))
    .filter(({ databases }) => databases.length > 0)
    .map(({ target, databases }) => ({
      kind: 'target',
      name: target.name,
      key: subjectKey('target', target.name),
      within: [subjectKey('manifest', manifest.name)],
      spec: { manifest, target, databases: databases.map(({ name }) => name), location: target.location },
    }))
}

export function targetDatabaseSubjects(manifest: Manifest): readonly Subject<TargetDatabaseSpec>[] {
  return targetSubjects(manifest).flatMap((target) =>
    databasesOf(manifest, target.name).map(({ name, location }) => ({
      kind: 'database' as const,
      name: `${target.name}/${name}`,
      key: subjectKey('database', `${target.name}/${name}`),
      within: [target.key, ...target.within],
      spec: { ...target.spec, database: name, location },
    })),
  )
}

/** Databases of the sources with the targets that they go to; named, as everywhere, `<source>/<database>`. */
export function migratedDatabaseSubjects(manifest: Manifest): readonly Subject<MigratedDatabaseSpec>[] {
  const targets = targetSubjects(manifest)
  return sourceDatabaseSubjects(manifest).flatMap((database) => {
    const target = targets.find(({ name }) => name === database.spec.database.target)
    if (target === undefined) return []
    const { target: itself, databases } = target.spec
    const [source = '', ...rest] = database.within
    return [
      { ...database, within: [source, target.key, ...rest], spec: { ...database.spec, target: itself, databases } },
    ]
  })
}

/** Targets, each also within the sources whose databases go there: what is asked of them needs both. */
export function fedTargetSubjects(manifest: Manifest): readonly Subject<TargetSpec>[] {
  return targetSubjects(manifest).map((target) => {
    const sources = sourcesOf(manifest, target.name).map(({ name }) => subjectKey('sql-server', name))
    return { ...target, within: [...sources, ...target.within] }
  })
}

/** Sources of which at least one database goes to the target. */
export function sourcesOf(manifest: Manifest, target: string): readonly Source[] {
  return manifest.sources.filter(({ databases }) => databases.some((database) => database.target === target))
}

/** Ports of the 2018 list, or of Microsoft's later one. `dms-subnet` stands where only Azure knows the subnet's name. */
export function nsgPortSubjects(manifest: Manifest): readonly Subject<NsgPortSpec>[] {
  const subnet = manifest.dms.subnetId?.split('/').at(-1) ?? 'dms-subnet'
  const ports = manifest.dms.nsgPorts === 'seed' ? [443, 53, 9354, 445, 12000] : [443]
  return ports.map((port) => ({
    kind: 'nsg-port',
    name: `${subnet}:${port}`,
    key: subjectKey('nsg-port', `${subnet}:${port}`),
    within: [subjectKey('manifest', manifest.name)],
    spec: { manifest, port, location: manifest.dms.location },
  }))
}

/** The containers for backups, `default` for the short form; without any, one of that name which is missing. */
export function containerSubjects(manifest: Manifest): readonly Subject<ContainerSpec>[] {
  const within = [subjectKey('manifest', manifest.name)]
  if (manifest.containers.length === 0) {
    const spec = { manifest, location: manifest.location }
    return [{ kind: 'container', name: 'default', key: subjectKey('container', 'default'), within, spec }]
  }
  return manifest.containers.map((container) => ({
    kind: 'container',
    name: container.name,
    key: subjectKey('container', container.name),
    within,
    spec: { manifest, container, location: container.location },
  }))
}

/** The shares that the sources use, `default` for the short form; one of that name is missing where a source has none. */
export function shareSubjects(manifest: Manifest): readonly Subject<ShareSpec>[] {
  const within = [subjectKey('manifest', manifest.name)]
  const used = new Set(manifest.sources.map(({ share }) => share))
  const shares = manifest.shares
    .filter(({ name }) => used.has(name))
    .map((share) => ({
      kind: 'share' as const,
      name: share.name,
      key: subjectKey('share', share.name),
      within,
      spec: { manifest, share, location: share.location },
    }))
  // The modern service takes backups from a container as well.
  if (manifest.generation === 'modern' || !used.has(undefined) || used.has('default')) return shares
  const spec = { manifest, location: manifest.location }
  return [...shares, { kind: 'share', name: 'default', key: subjectKey('share', 'default'), within, spec }]
}

/** The flows of `dms.flows`. */
export function flowSubjects(manifest: Manifest): readonly Subject<FlowSpec>[] {
  return manifest.dms.flows.map((flow) => ({
    kind: 'flow',
    name: flow.name,
    key: subjectKey('flow', flow.name),
    within: [subjectKey('manifest', manifest.name)],
    spec: { manifest, flow, location: flow.location },
  }))
}

function databasesOf(manifest: Manifest, target: string): { name: string; location: Location }[] {
  const byName = new Map<string, { name: string; location: Location }>()
  for (const source of manifest.sources) {
    for (const database of source.databases) {
      const key = database.as.toLowerCase()
      if (database.target === target && !byName.has(key))
        byName.set(key, { name: database.as, location: database.location })
    }
  }
  return [...byName.values()]
}
