import type { JsonObject } from '../../../domain/json.ts'
import {
  canHoldFeature,
  canRestore,
  describeRelease,
  editionOf,
  parseSqlVersion,
  type Edition,
  type SqlVersion,
} from '../../../domain/sql-version.ts'
import type { Script } from '../../../domain/observed.ts'
import type { CauseKind } from '../../../domain/verdict.ts'
import type { Judgement } from '../../define.ts'
import { quoteInComment } from '../../quote-identifier.ts'
import type { SourceFacts } from '../../source-facts.ts'
import { judgeNoLogin, type RefusedFacts, type WithheldFacts } from '../../sql-login.ts'
import type { TargetSpec } from '../../subjects.ts'
import { faultsOfBackups, gapsOfBackups, TAKE_PAGE_BLOBS, takesPageBlobsOnly, type BlobKindFact } from './old-target.ts'

type Gap = { kind: CauseKind; why: string; missing: string | null }

/** What a database holds that not every edition can; `gap`: it could not be asked. */
export type DatabaseFeatures = { database: string; features: string[]; gap: Gap | null }

/** Databases are listed where their features count for the target. */
export type SourceVersion =
  | {
      source: string
      outcome: 'seen'
      at: string
      productVersion: string
      edition: string
      databases: DatabaseFeatures[]
    }
  | ({ source: string; outcome: 'unseen' } & Gap)
  | { source: string; outcome: 'no-login'; login: RefusedFacts | WithheldFacts }

/** `blobs`: of a target that takes one kind alone. */
export type Evidence = { target: SourceFacts<JsonObject>; sources: SourceVersion[]; blobs?: BlobKindFact[] }

type Seen = Extract<SourceVersion, { outcome: 'seen' }>

const NAMED = 5

export function judgeVersions({ target, sources, blobs = [] }: Evidence, name: string, spec: TargetSpec): Judgement {
  const { manifest } = spec
  if (target.outcome !== 'answered') return judgeNoLogin(target, name, manifest.name, 'target')
  for (const source of sources) {
    if (source.outcome === 'no-login') return judgeNoLogin(source.login, source.source, manifest.name)
  }
  const at = `${target.host}:${String(target.port)}`
  const { productVersion, edition: words, engineEdition, instanceName } = target.server
  const version = parseSqlVersion(productVersion)
  const edition = editionOf(engineEdition, words)
  const shown = `${at} is ${version === undefined ? 'of an unknown release' : describeRelease(version)} (${productVersion}, ${words})`
  const expected = `${at} is of the same or a newer release than every source, with an edition that holds what the databases use`
  if (version === undefined || edition === undefined) {
    const message = `${shown}, which is no SQL Server that this program can compare`
    return { verdict: 'unknown', proof: 'direct', summary: message, expected, cause: { kind: 'insufficient', message } }
  }
  const known = sources.filter((source) => source.outcome === 'seen')
  const newer = known.filter(({ productVersion: own }) => {
    const parsed = parseSqlVersion(own)
    return parsed !== undefined && !canRestore(parsed, version)
  })
  const blockers = blockersOf(known, version, edition)
  const backups = takesPageBlobsOnly(version) ? faultsOfBackups(blobs, spec) : []
  if (newer.length + blockers.length + backups.length > 0) {
    const facts = [
      ...newer.map((source) => `source ${describeSource(source)} is newer`),
      ...(blockers.length === 0 ? [] : [`its edition cannot hold ${listed(blockers.map(({ text }) => text))}`]),
      ...(backups.length === 0 ? [] : [listed(backups)]),
    ]
    const actual = `${shown}; ${facts.join('; ')}`
    const text = [
      ...(newer.length === 0
        ? []
        : ['Take an image with at least the version of the source: nothing restores a backup on an older one.']),
      ...(blockers.length === 0
        ? []
        : [
            'Change the edition of the target to Enterprise or Developer (by reinstalling), take a newer version whose edition holds the features, or take them out of the databases before the backup.',
          ]),
      ...(backups.length === 0 ? [] : [TAKE_PAGE_BLOBS]),
    ].join(' ')
    const scripts = blockers.length === 0 ? [] : [listFeatures(blockers[0]?.database ?? '')]
    return { verdict: 'fail', proof: 'direct', summary: actual, expected, actual, remediation: { text, scripts } }
  }
  const gaps = [...gapsOf(sources, version, edition), ...gapsOfBackups(blobs)]
  const [gap] = gaps
  if (gap !== undefined) {
    const message = `${shown}; whether it can take the databases could not be determined: ${listed(gaps.map(({ text }) => text))}`
    const text = 'Grant the permission that is named on the source, or look the features up in the databases by hand.'
    const scripts = [listFeatures('every database')]
    return {
      verdict: 'unknown',
      proof: 'direct',
      summary: message,
      expected,
      cause: { kind: gap.kind, message },
      remediation: { text, scripts },
    }
  }
  const held = edition === 'enterprise' ? 'its edition holds every feature' : 'no database holds what its edition lacks'
  const actual = `${shown}; ${known.map((source) => `source ${describeSource(source)}`).join('; ')}; ${held}${instanceName === null ? '' : `; it is the named instance ${instanceName}, which the SQL IaaS Agent takes only where the machine has no other one`}`
  return { verdict: 'pass', proof: 'direct', summary: actual, expected, actual }
}

function describeSource({ source, productVersion, edition }: Seen): string {
  const version = parseSqlVersion(productVersion)
  return `${source} (${version === undefined ? '' : `${describeRelease(version)}, `}${productVersion}, ${edition})`
}

function blockersOf(
  sources: readonly Seen[],
  version: SqlVersion,
  edition: Edition,
): { database: string; text: string }[] {
  return sources.flatMap(({ source, databases }) =>
    databases.flatMap(({ database, features }) => {
      const lost = features.filter((feature) => canHoldFeature(feature, version, edition) === false)
      return lost.length === 0 ? [] : [{ database, text: `${lost.join(', ')} of ${source}/${database}` }]
    }),
  )
}

function gapsOf(
  sources: readonly SourceVersion[],
  version: SqlVersion,
  edition: Edition,
): { kind: CauseKind; text: string }[] {
  return sources.flatMap((source) => {
    if (source.outcome === 'no-login') return []
    if (source.outcome === 'unseen') {
      return [{ kind: source.kind, text: `source ${source.source} was not seen: ${reasonOf(source)}` }]
    }
    const own =
      parseSqlVersion(source.productVersion) === undefined
        ? [{ kind: 'insufficient' as const, text: `source ${describeSource(source)} tells no version number` }]
        : []
    const features = source.databases.flatMap(({ database, features: names, gap }) => {
      const where = `${source.source}/${database}`
      if (gap !== null) return [{ kind: gap.kind, text: `the features of ${where} were not seen: ${reasonOf(gap)}` }]
      const unknown = names.filter((feature) => canHoldFeature(feature, version, edition) === undefined)
      return unknown.length === 0
        ? []
        : [
            {
              kind: 'insufficient' as const,
              text: `${where} uses ${unknown.join(', ')}, which this program does not know`,
            },
          ]
    })
    return [...own, ...features]
  })
}

function reasonOf({ why, missing }: Gap): string {
  return missing === null ? why : `${why} (missing: ${missing})`
}

function listed(texts: readonly string[]): string {
  const more = texts.length > NAMED ? ` and ${String(texts.length - NAMED)} more` : ''
  return `${texts.slice(0, NAMED).join('; ')}${more}`
}

function listFeatures(database: string): Script {
  return {
    language: 'tsql',
    code: `-- on the source, in ${quoteInComment(database)}\nSELECT feature_name FROM sys.dm_db_persisted_sku_features;`,
  }
}
