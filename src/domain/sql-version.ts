/** A version of the database engine: 16.0.4135. */
export interface SqlVersion {
  major: number
  minor: number
  build: number
}

/** Releases by major and minor number, oldest first. */
const RELEASES: readonly [major: number, minor: number, name: string][] = [
  [10, 0, 'SQL Server 2008'],
  [10, 50, 'SQL Server 2008 R2'],
  [11, 0, 'SQL Server 2012'],
  [12, 0, 'SQL Server 2014'],
  [13, 0, 'SQL Server 2016'],
  [14, 0, 'SQL Server 2017'],
  [15, 0, 'SQL Server 2019'],
  [16, 0, 'SQL Server 2022'],
  [17, 0, 'SQL Server 2025'],
]
/** Of SQL Server 2008, the oldest source that the service takes. */
const FLOOR_MAJOR = 10

/** Undefined: it is no version number. */
export function parseSqlVersion(text: string): SqlVersion | undefined {
  const [, major, minor, build] = /^(\d{1,3})\.(\d{1,4})(?:\.(\d{1,6}))?(?:\.|$)/.exec(text) ?? []
  if (major === undefined || minor === undefined) return undefined
  return { major: Number(major), minor: Number(minor), build: Number(build ?? '0') }
}

/** The name under which it is sold, also of one that this program does not know. */
export function describeRelease({ major, minor }: SqlVersion): string {
  const known = RELEASES.findLast(([ofMajor, ofMinor]) => major === ofMajor && minor >= ofMinor)
  return (
    known?.[2] ??
    `a SQL Server ${major < FLOOR_MAJOR ? 'older' : 'newer'} than this program knows (${String(major)}.${String(minor)})`
  )
}

/** Whether the service takes a source of this version at all. */
export function isAboveFloor({ major }: SqlVersion): boolean {
  return major >= FLOOR_MAJOR
}

/** Whether a backup of `source` can be restored on `target`: only the release counts, not the build. */
export function canRestore(source: SqlVersion, target: SqlVersion): boolean {
  return releaseNumber(source) <= releaseNumber(target)
}

/** 2008 and 2008 R2 have one major number and two formats of databases; every other major number is one release. */
function releaseNumber({ major, minor }: SqlVersion): number {
  const ofMajor = RELEASES.findLast(([known, from]) => known === major && minor >= from)?.[1] ?? 0
  return major * 1000 + ofMajor
}

export type Edition = 'enterprise' | 'standard' | 'web' | 'express'

/** By SERVERPROPERTY('EngineEdition') and the words of 'Edition'; undefined: no edition of SQL Server on a machine. */
export function editionOf(engineEdition: number, words: string): Edition | undefined {
  switch (engineEdition) {
    case 2:
      return /^web\b/i.test(words) ? 'web' : 'standard'
    case 3:
      return 'enterprise'
    case 4:
      return 'express'
    default:
      return undefined
  }
}

/** SQL Server 2016 with its first service pack gave every edition what was for Enterprise alone. */
const FIRST_FOR_ALL: SqlVersion = { major: 13, minor: 0, build: 4001 }
const FIRST_TDE_IN_STANDARD_MAJOR = 15

/** Features that sys.dm_db_persisted_sku_features may name, by whether the edition of a release can hold them. */
const FEATURES: Readonly<Record<string, (target: SqlVersion, edition: Exclude<Edition, 'enterprise'>) => boolean>> = {
  changecapture: (target, edition) => edition === 'standard' && isAtLeast(target, FIRST_FOR_ALL),
  columnstoreindex: (target) => isAtLeast(target, FIRST_FOR_ALL),
  compression: (target) => isAtLeast(target, FIRST_FOR_ALL),
  inmemoryoltp: (target) => isAtLeast(target, FIRST_FOR_ALL),
  multiplefscontainers: (target) => isAtLeast(target, FIRST_FOR_ALL),
  partitioning: (target) => isAtLeast(target, FIRST_FOR_ALL),
  transparentdataencryption: ({ major }, edition) => edition === 'standard' && major >= FIRST_TDE_IN_STANDARD_MAJOR,
}

/** Whether a database with this feature can be brought online there; undefined: the feature is not known here. */
export function canHoldFeature(feature: string, target: SqlVersion, edition: Edition): boolean | undefined {
  if (edition === 'enterprise') return true
  return FEATURES[feature.toLowerCase()]?.(target, edition)
}

function isAtLeast(version: SqlVersion, floor: SqlVersion): boolean {
  const parts = (one: SqlVersion): number[] => [one.major, one.minor, one.build]
  const [own, other] = [parts(version), parts(floor)]
  const place = own.findIndex((part, index) => part !== other[index])
  return place === -1 || (own[place] ?? 0) > (other[place] ?? 0)
}
