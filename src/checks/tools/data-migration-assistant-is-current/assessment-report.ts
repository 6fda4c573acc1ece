import { isJsonObject } from '../../../domain/json.ts'

export type AssessmentFact = {
  targetPlatform?: string
  sourcePlatform?: string
  startedOn?: string
  endedOn?: string
  databases: number
  /** The oldest version that can have written this content; absent where the content shows none. */
  atLeast?: string
  /** What of the content shows it. */
  because?: string
}

/**
 * Values that first came with a release, from the release notes of Data Migration Assistant
 * (learn.microsoft.com/sql/dma/dma-whats-new). The report itself does not say its version.
 */
const FIRST_RELEASES: readonly { field: 'TargetPlatform' | 'SourcePlatform'; value: string; version: string }[] = [
  { field: 'TargetPlatform', value: 'SqlServerWindows2019', version: '5.0' },
  { field: 'TargetPlatform', value: 'SqlServerLinux2019', version: '5.0' },
  { field: 'SourcePlatform', value: 'RdsSqlServer', version: '4.3' },
  { field: 'TargetPlatform', value: 'ManagedSqlServer', version: '4.1' },
  { field: 'TargetPlatform', value: 'SqlServerWindows2017', version: '3.3' },
  { field: 'TargetPlatform', value: 'SqlServerLinux2017', version: '3.3' },
]

const LONGEST_NAME_CHARS = 60

/** What a report of Data Migration Assistant shows; undefined for anything else. */
export function parseAssessmentReport(text: string): AssessmentFact | undefined {
  const report = parseJson(text.replace(/^\uFEFF/, ''))
  if (!isJsonObject(report)) return undefined
  const { DmaVersion, TargetPlatform, SourcePlatform, StartedOn, EndedOn, Databases } = report as Record<
    string,
    unknown
  >
  const isAssessment = typeof TargetPlatform === 'string' && Array.isArray(Databases)
  // Microsoft's own importer knows these reports by the presence of DmaVersion, which is an empty object.
  if (DmaVersion === undefined && !isAssessment) return undefined
  const platforms = { TargetPlatform, SourcePlatform }
  const first = FIRST_RELEASES.find(({ field, value }) => platforms[field] === value)
  return {
    ...named('targetPlatform', TargetPlatform),
    ...named('sourcePlatform', SourcePlatform),
    ...named('startedOn', StartedOn),
    ...named('endedOn', EndedOn),
    databases: Array.isArray(Databases) ? Databases.length : 0,
    ...(first === undefined ? {} : { atLeast: first.version, because: `${first.field} ${first.value}` }),
  }
}

function named<Key extends string>(key: Key, value: unknown): Partial<Record<Key, string>> {
  return typeof value === 'string' ? ({ [key]: value.slice(0, LONGEST_NAME_CHARS) } as Record<Key, string>) : {}
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
