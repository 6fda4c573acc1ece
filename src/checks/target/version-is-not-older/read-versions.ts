import type { Source } from '../../../domain/manifest.ts'
import { seen, type Observed } from '../../../domain/observed.ts'
import { editionOf, parseSqlVersion } from '../../../domain/sql-version.ts'
import type { Ports } from '../../../ports/ports.ts'
import { boundName, boundText } from '../../foreign-text.ts'
import { observeInstance, observeSource } from '../../source-facts.ts'
import { readSqlServer, SOURCE_SIDE } from '../../sql-side.ts'
import { SKU_FEATURES } from '../../statements/sku-features.ts'
import { sourcesOf, type TargetSpec } from '../../subjects.ts'
import type { DatabaseFeatures, Evidence, SourceVersion } from './judge-versions.ts'
import { readBlobKinds, takesPageBlobsOnly } from './old-target.ts'

type Use = Pick<Ports, 'net' | 'arm' | 'sql' | 'blob'>

const FEATURES_LIMIT = 20

/** Features are asked of the databases only where the edition of the target may lack some. */
export async function readVersions(
  ports: Use,
  name: string,
  spec: TargetSpec,
  id: string,
): Promise<Observed<Evidence>> {
  const target = await observeInstance(ports, { name, spec }, id, () => Promise.resolve(() => seen({})))
  if (!target.ok) return target
  const edition =
    target.value.outcome === 'answered'
      ? editionOf(target.value.server.engineEdition, target.value.server.edition)
      : undefined
  const asksFeatures = edition !== undefined && edition !== 'enterprise'
  const sources = await Promise.all(
    sourcesOf(spec.manifest, name).map((source) => readSource(ports, spec, source, { id, asksFeatures })),
  )
  const version = target.value.outcome === 'answered' ? parseSqlVersion(target.value.server.productVersion) : undefined
  const isOld = version !== undefined && takesPageBlobsOnly(version)
  return seen({
    target: target.value,
    sources,
    ...(isOld ? { blobs: await readBlobKinds(ports.blob, spec) } : {}),
  })
}

async function readSource(
  ports: Use,
  { manifest, target }: TargetSpec,
  source: Source,
  { id, asksFeatures }: { id: string; asksFeatures: boolean },
): Promise<SourceVersion> {
  const { name, location } = source
  const subject = { name, spec: { manifest, source, location } }
  const observed = await observeSource(ports, subject, id, () => Promise.resolve(() => seen({})))
  if (!observed.ok) {
    const { kind, message, missing } = observed.failure
    return { source: name, outcome: 'unseen', kind, why: boundText(message), missing: missing ?? null }
  }
  if (observed.value.outcome !== 'answered') return { source: name, outcome: 'no-login', login: observed.value }
  const { host, port, server } = observed.value
  const databases = source.databases.filter((database) => database.target === target.name)
  const at = asksFeatures ? await readSqlServer(SOURCE_SIDE, ports, subject, id) : undefined
  if (at?.ok === false) {
    const { kind, message, missing } = at.failure
    return { source: name, outcome: 'unseen', kind, why: boundText(message), missing: missing ?? null }
  }
  const features = await Promise.all(
    at === undefined
      ? []
      : databases.map(async (database): Promise<DatabaseFeatures> => {
          const rows = await ports.sql.query(at.value, database.name, SKU_FEATURES)
          const shown = boundName(database.name)
          if (rows.ok) {
            const names = rows.value.slice(0, FEATURES_LIMIT).map(({ feature }) => boundName(feature))
            return { database: shown, features: names, gap: null }
          }
          const { kind, message, missing } = rows.failure
          return { database: shown, features: [], gap: { kind, why: boundText(message), missing: missing ?? null } }
        }),
  )
  const { productVersion, edition } = server
  return { source: name, outcome: 'seen', at: `${host}:${String(port)}`, productVersion, edition, databases: features }
}
