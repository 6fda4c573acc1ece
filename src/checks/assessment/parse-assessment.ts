import { isJsonObject, type Json } from '../../domain/json.ts'
import { boundText } from '../foreign-text.ts'

/** Something that keeps a database from moving, with the objects that it is about. */
export type Blocker = { rule: string; title: string; objectCount: number; objects: string[] }

/** One database of a report. */
export type AssessedDatabase = {
  server: string
  name: string
  /** The tool's own word; anything but `Completed` is no assessment. */
  status: string
  /** Whether it was assessed for the target of the migration. */
  isForTarget: boolean
  blockerCount: number
  blockers: Blocker[]
  /** Findings that do not stop the migration. */
  warnings: number
}

export type Assessment = {
  tool: 'Data Migration Assistant' | 'SqlAssessment'
  status: string
  targetPlatform?: string
  startedOn?: string
  endedOn?: string
  databases: AssessedDatabase[]
  /** Findings about the server as a whole, none of which stops a database. */
  serverFindings: number
}

export type TargetKind = 'database' | 'managed-instance' | 'virtual-machine'

const OBJECTS_LIMIT = 5
const BLOCKERS_LIMIT = 10
const NAME_LIMIT_CHARS = 130
const UNNAMED = ''

/** Platforms as Data Migration Assistant writes them; those of its versions before 4 have `V12`. */
const DMA_PLATFORMS: Readonly<Record<TargetKind, RegExp>> = {
  database: /^AzureSqlDatabase(?:V12)?$/i,
  'managed-instance': /^(?:ManagedSqlServer|AzureSqlManagedInstance)$/i,
  'virtual-machine': /^(?:VMSqlServer|SqlServer\w*)$/i,
}
const SQL_ASSESSMENT_PLATFORMS: Readonly<Record<TargetKind, string>> = {
  database: 'AzureSqlDatabase',
  'managed-instance': 'AzureSqlManagedInstance',
  'virtual-machine': 'AzureSqlVirtualMachine',
}

/** Reads a report of Data Migration Assistant or of SqlAssessment (`az datamigration get-assessment`); undefined for anything else. */
export function parseAssessment(text: string, target: TargetKind): Assessment | undefined {
  const report = parseJson(text.replace(/^\uFEFF/, ''))
  if (report === undefined) return undefined
  if (Array.isArray(report['Servers'])) return parseSqlAssessment(report, target)
  const isDma = report['DmaVersion'] !== undefined || typeof report['TargetPlatform'] === 'string'
  return isDma && Array.isArray(report['Databases']) ? parseDma(report, target) : undefined
}

type Fields = { readonly [key: string]: Json | undefined }

function parseDma(report: Fields, target: TargetKind): Assessment {
  const platform = textOf(report['TargetPlatform'])
  const isForTarget = DMA_PLATFORMS[target].test(platform)
  return {
    tool: 'Data Migration Assistant',
    status: textOf(report['Status']),
    ...named('targetPlatform', report['TargetPlatform']),
    ...named('startedOn', report['StartedOn']),
    ...named('endedOn', report['EndedOn']),
    databases: listOf(report['Databases']).map((database) => {
      const findings = listOf(database['AssessmentRecommendations'])
      const blocking = findings.filter((finding) => finding['ChangeCategory'] === 'MigrationBlocker')
      return {
        server: textOf(database['ServerName']),
        name: textOf(database['Name']),
        status: textOf(database['Status']),
        isForTarget,
        blockerCount: blocking.length,
        blockers: blocking.slice(0, BLOCKERS_LIMIT).map((finding) =>
          // Files of old versions call the objects of a finding ImpactedDatabases.
          blockerOf(
            textOf(finding['RuleId']),
            textOf(finding['Title']),
            finding['ImpactedObjects'] ?? finding['ImpactedDatabases'],
          ),
        ),
        warnings: findings.length - blocking.length,
      }
    }),
    serverFindings: listOf(report['ServerInstances']).reduce(
      (sum, server) => sum + listOf(server['AssessmentRecommendations']).length,
      0,
    ),
  }
}

function parseSqlAssessment(report: Fields, target: TargetKind): Assessment {
  const platform = SQL_ASSESSMENT_PLATFORMS[target]
  const servers = listOf(report['Servers'])
  return {
    tool: 'SqlAssessment',
    status: textOf(report['Status']),
    ...named('startedOn', report['StartedOn']),
    ...named('endedOn', report['EndedOn']),
    databases: servers.flatMap((server) =>
      listOf(server['Databases']).map((database) => sqlAssessmentDatabase(database, server, platform)),
    ),
    serverFindings: servers.reduce((sum, server) => sum + listOf(server['ServerAssessments']).length, 0),
  }
}

function sqlAssessmentDatabase(database: Fields, server: Fields, platform: string): AssessedDatabase {
  const all = listOf(database['DatabaseAssessments'])
  const findings = all.filter((finding) => {
    const applies = textOf(finding['AppliesToMigrationTargetPlatform'])
    return applies === UNNAMED || applies.toLowerCase() === platform.toLowerCase()
  })
  const blocking = findings.filter(
    (finding) => finding['DatabaseRestoreFails'] === true || finding['IssueCategory'] === 'Issue',
  )
  const own = fieldsOf(database['Properties'])
  const host = fieldsOf(server['Properties'])
  const readiness = fieldsOf(database['TargetReadinesses'])
  const hasErrors = listOf(database['Errors']).length > 0
  const status = textOf(database['Status'])
  return {
    server: firstText(all[0]?.['ServerName'], own['ServerName'], host['ServerName'], host['FullyQualifiedName']),
    name: firstText(all[0]?.['DatabaseName'], own['Name'], own['DatabaseName'], database['Name']),
    status: hasErrors ? `${status} with errors` : status,
    isForTarget: Object.keys(readiness).length === 0 || Object.hasOwn(readiness, platform) || findings.length > 0,
    blockerCount: blocking.length,
    blockers: blocking.slice(0, BLOCKERS_LIMIT).map((finding) => {
      const rule = fieldsOf(finding['RuleMetadata'])
      const id = firstText(finding['FeatureId'], rule['Id'])
      return blockerOf(id, firstText(rule['Message'], rule['Description'], id), finding['ImpactedObjects'])
    }),
    warnings: findings.length - blocking.length,
  }
}

function blockerOf(rule: string, title: string, objects: Json | undefined): Blocker {
  const all: readonly Json[] = Array.isArray(objects) ? (objects as readonly Json[]) : []
  const objectNames: string[] = []
  for (const object of all) {
    if (objectNames.length === OBJECTS_LIMIT) break
    const name = isJsonObject(object) ? textOf(object['Name']) : textOf(object)
    if (name !== UNNAMED) objectNames.push(name)
  }
  return { rule, title: title === '' ? rule : title, objectCount: all.length, objects: objectNames }
}

/** A time as the tools write it, with seven decimals; one without a zone is taken for UTC. */
const TIME = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})?$/

/** When the assessment was made: its end, else its start, and the text that says so. Undefined when neither tells. */
export function madeAt({
  startedOn,
  endedOn,
}: {
  startedOn?: string
  endedOn?: string
}): { ms: number; text: string } | undefined {
  for (const text of [endedOn, startedOn]) {
    const [, time = '', , zone = 'Z'] = TIME.exec(text ?? '') ?? []
    const ms = Date.parse(`${time}${zone}`)
    if (!Number.isNaN(ms) && text !== undefined) return { ms, text }
  }
  return undefined
}

function parseJson(text: string): Fields | undefined {
  try {
    const value = JSON.parse(text) as Json
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function listOf(value: Json | undefined): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : []
}

function fieldsOf(value: Json | undefined): Fields {
  return isJsonObject(value) ? value : {}
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? boundText(value, NAME_LIMIT_CHARS) : UNNAMED
}

function firstText(...values: readonly (Json | undefined)[]): string {
  return values.map(textOf).find((text) => text !== UNNAMED) ?? UNNAMED
}

function named<Key extends string>(key: Key, value: Json | undefined): Partial<Record<Key, string>> {
  return typeof value === 'string' ? ({ [key]: textOf(value) } as Record<Key, string>) : {}
}
