import type { DatabaseMapping, Manifest, Share, Source, Target } from '../domain/manifest.ts'
import type { Removed, RemovedKind } from '../domain/report.ts'
import { identityOf } from './identity.ts'

/** Servers, databases, shares, containers and flows of a trusted manifest that stand in none here. */
export function removedObjects(trusted: Manifest, here: Manifest, scope: ReadonlySet<string>): Removed[] {
  const gone = <Item extends Named>(
    kind: RemovedKind,
    items: readonly Item[],
    others: readonly Item[],
    { is, words }: { is: (item: Item) => string; words: (item: Item) => string },
  ): Removed[] =>
    items
      .filter((item) => !scope.has(is(item)))
      .map((item) => {
        const other = others.find(({ name }) => name === item.name)
        // The same thing, which nothing uses any more, is no other one.
        const isOther = other !== undefined && is(other) !== is(item)
        const change = isOther ? { from: words(item), to: words(other) } : {}
        return { kind, name: item.name, manifest: trusted.name, location: item.location, ...change }
      })
  return [
    ...gone('source', trusted.sources, here.sources, { is: identityOf.source, words: ({ server }) => server.text }),
    ...trusted.sources.flatMap((source) => removedDatabases(source, trusted, here, scope)),
    ...gone('target', usedTargets(trusted), here.targets, {
      is: identityOf.target,
      words: ({ endpoint, resourceId }) => [resourceId, endpoint?.text ?? []].flat().join(' '),
    }),
    ...gone('share', usedShares(trusted), here.shares, {
      is: identityOf.share,
      words: ({ path, port }) => `${path} (port ${String(port)})`,
    }),
    ...gone('container', trusted.containers, here.containers, {
      is: identityOf.container,
      words: ({ url, sas, resourceId }) => [url ?? `\${${sas?.secret ?? ''}}`, resourceId ?? []].flat().join(' '),
    }),
    ...gone('flow', trusted.dms.flows, here.dms.flows, {
      is: identityOf.flow,
      words: ({ direction, protocol, ports, peer }) =>
        `${direction} ${protocol} ${ports.map(([first, last]) => (first === last ? first : `${first}-${last}`)).join(', ')} ${peer}`,
    }),
  ]
}

/** Targets that at least one database goes to: only they are checked. */
export function usedTargets({ sources, targets }: Manifest): readonly Target[] {
  const used = new Set(sources.flatMap(({ databases }) => databases.map(({ target }) => target)))
  return targets.filter(({ name }) => used.has(name))
}

/** Shares that at least one source has: only they are checked. */
export function usedShares({ sources, shares }: Manifest): readonly Share[] {
  const used = new Set(sources.map(({ share }) => share))
  return shares.filter(({ name }) => used.has(name))
}

interface Named {
  name: string
  location: Removed['location'] & object
}

/** Databases of a source that is still there; one that goes elsewhere says where. */
function removedDatabases(source: Source, trusted: Manifest, here: Manifest, scope: ReadonlySet<string>): Removed[] {
  const server = identityOf.source(source)
  if (!scope.has(server)) return []
  const others = here.sources.filter((one) => identityOf.source(one) === server).flatMap(({ databases }) => databases)
  return source.databases
    .filter((database) => !scope.has(identityOf.database(source, database, trusted)))
    .flatMap((database): Removed[] => {
      const other = others.find(({ name }) => name === database.name)
      const from = wayOf(database)
      const to = other === undefined ? undefined : wayOf(other)
      // Only the target itself became another one: that is said of the target.
      if (from === to) return []
      return [
        {
          kind: 'database',
          name: `${source.name}/${database.name}`,
          manifest: trusted.name,
          location: database.location,
          ...(to === undefined ? {} : { from, to }),
        },
      ]
    })
}

function wayOf({ target, as, folder }: DatabaseMapping): string {
  return `${target}/${as}${folder === undefined ? '' : ` from ${folder}`}`
}
