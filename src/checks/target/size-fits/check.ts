import type { JsonObject } from '../../../domain/json.ts'
import type { Remediation } from '../../../domain/report.ts'
import { parseResourceId } from '../../../domain/resource-id.ts'
import { azScript, groupOptions } from '../../azure-cli.ts'
import { describeBytes } from '../../byte-sizes.ts'
import { defineCheck, type Judgement } from '../../define.ts'
import { LIMITS } from '../../p12-source.ts'
import { nothingMore, type ShapeAnswered } from '../../source-shape.ts'
import { migratedDatabaseSubjects, type MigratedDatabaseSpec } from '../../subjects.ts'
import { judgeBoth, observeBoth, type BothShapes, type TargetAnswered } from '../../target-shape.ts'

const ID = 'target/size-fits'
const MB = 1024 ** 2

export default defineCheck<MigratedDatabaseSpec, BothShapes<JsonObject>, 'net' | 'arm' | 'sql'>({
  meta: {
    id: ID,
    ref: 'DMSP-113',
    title: 'The target database has room for the source',
    team: 'dba',
    scenarios: ['sql-server-to-azure-sql-database'],
    generations: ['modern'],
    severity: 'required',
    needs: [
      { id: 'source/login-is-accepted' },
      { id: 'source/database-is-readable' },
      { id: 'target/login-is-accepted' },
    ],
    vantage: 'server',
    verdicts: ['pass', 'fail', 'unknown', 'blocked'],
    why: 'DMS refuses a source that is larger than the target database may become (error 2056, DatabaseSizeMoreThanMax).',
    source: { ...LIMITS, rows: ['DBSHAPE', 'COM-003'] },
    remedy: 'Raise the maximum size of the target database, or its service objective where that one allows no more.',
  },
  uses: ['net', 'arm', 'sql'],
  subjects: migratedDatabaseSubjects,
  observe: (ports, { spec }) => observeBoth(ports, spec, ID, nothingMore),
  judge: (evidence, { spec }) => judgeBoth(evidence, spec, (source, target) => judgeSize(source, target, spec)),
})

function judgeSize(
  source: ShapeAnswered<JsonObject>,
  target: TargetAnswered<JsonObject>,
  spec: MigratedDatabaseSpec,
): Judgement {
  const { database } = spec
  const { allocatedMb, usedMb } = source.shape
  const { maxSizeMb, edition } = target.shape
  const at = `${database.as} on ${target.host}`
  const used = usedMb === null ? '' : `, of which ${size(usedMb)} are in use`
  const has = `the data files of ${database.name} on ${source.host}:${String(source.port)} have ${size(allocatedMb)}${used}`
  const expected = `${at} may become as large as ${database.name}`
  const unlimited = edition?.toLowerCase() === 'hyperscale' || maxSizeMb === -1
  if (!unlimited && maxSizeMb === null) {
    const message = `${at} does not tell its maximum size; ${has}`
    return { verdict: 'unknown', proof: 'direct', summary: message, expected, cause: { kind: 'insufficient', message } }
  }
  const limit = unlimited || maxSizeMb === null ? Infinity : maxSizeMb
  const may = unlimited
    ? `${at} (${edition ?? 'unknown edition'}) has no maximum size of its own`
    : `${at} may have ${size(limit)}`
  const actual = `${has}, and ${may}`
  if (allocatedMb <= limit) return { verdict: 'pass', proof: 'direct', summary: sentence(actual), expected, actual }
  const remediation = remedyOf(spec, usedMb ?? allocatedMb)
  if (usedMb !== null && usedMb > limit) {
    const summary = `${sentence(actual)}: DMS refuses that (error 2056, DatabaseSizeMoreThanMax)`
    return { verdict: 'fail', proof: 'direct', summary, expected, actual, remediation }
  }
  const message = `${sentence(actual)}. Microsoft does not say which of the two sizes DMS compares with the maximum`
  return {
    verdict: 'unknown',
    proof: 'direct',
    summary: message,
    expected,
    cause: { kind: 'insufficient', message },
    remediation,
  }
}

function remedyOf({ target, database }: MigratedDatabaseSpec, neededMb: number): Remediation {
  const gigabytes = Math.ceil(neededMb / 1024)
  return {
    text: 'Raise the maximum size; where the service objective allows no more, take a larger one or Hyperscale. Room that the data files of the source do not use can also be given back there.',
    scripts: [
      azScript('az sql db update', {
        ...groupOptions(target.resourceId),
        '--server': parseResourceId(target.resourceId)?.name ?? target.name,
        '--name': database.as,
        '--max-size': `${String(gigabytes)}GB`,
      }),
    ],
  }
}

function size(mb: number): string {
  return describeBytes(mb * MB)
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`
}
