import type { SourceSpec } from '../checks/subjects.ts'
import type { Spec } from '../checks/define.ts'
import { canonicalJson } from '../domain/canonical-json.ts'
import type { Manifest, Source } from '../domain/manifest.ts'
import type { Subject } from '../domain/subject.ts'

/**
 * All that a check may ask of a subject, and all that it uses to ask: where that differs, a person's word was given for
 * another thing. Cautious: what a kind of subject never reads is left out, nothing else.
 */
export function definitionOf(subject: Subject<Spec>): string {
  const { manifest, ...own } = subject.spec
  const { scenario, generation, migration, cutover, dms } = manifest
  const { flows, ...subnet } = dms
  return canonicalJson(
    {
      kind: subject.kind,
      own: { ...own, ...ownSource(own), databases: null },
      migration: { scenario, generation, migration, cutover, subnet },
      around: aroundOf(subject, manifest),
      flows: subject.kind === 'manifest' ? flows : null,
    },
    { isKept: (key) => key !== 'location' },
  )
}

/** The databases of a server are subjects of their own: another one among them changes nothing for the server. */
function ownSource(own: object): object {
  if (!('source' in own)) return {}
  return { source: withoutDatabases((own as Pick<SourceSpec, 'source'>).source) }
}

function withoutDatabases(source: Source): object {
  const { databases, ...rest } = source
  return { ...rest, hasDatabases: databases.length > 0 }
}

/** What else of the manifest such a subject is asked about. */
function aroundOf({ kind, name, spec, within }: Subject<Spec>, manifest: Manifest): unknown {
  const { sources, targets, shares, containers, tools } = manifest
  switch (kind) {
    case 'manifest':
      return { sources, targets, shares, containers, tools }
    case 'share':
      return sources.filter(({ share }) => (share ?? 'default') === name).map(withoutDatabases)
    case 'nsg-port':
      return shares
    case 'target':
      // Asked of a target together with its sources: then their databases are part of the question.
      return [
        sources.filter((source) => within.includes(`sql-server:${source.name}`)),
        // The target of today restores from the container itself.
        manifest.generation === 'modern' ? containers : [],
      ]
    case 'container':
      return targets
    case 'sql-server':
    case 'database':
    case 'flow':
      return [
        'source' in spec ? shares.filter((share) => share.name === (spec as SourceSpec).source.share) : null,
        // Backups that lie in a container already, in whichever of these.
        containers.filter((container) => within.includes(`container:${container.name}`)),
      ]
  }
}
