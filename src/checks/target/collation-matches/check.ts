import type { JsonObject } from '../../../domain/json.ts'
import { azScript, groupOptions } from '../../azure-cli.ts'
import { defineCheck, type Judgement } from '../../define.ts'
import { parseResourceId } from '../../../domain/resource-id.ts'
import { LIMITS } from '../../p12-source.ts'
import { nothingMore, type ShapeAnswered } from '../../source-shape.ts'
import { migratedDatabaseSubjects, type MigratedDatabaseSpec } from '../../subjects.ts'
import { judgeBoth, observeBoth, type BothShapes, type TargetAnswered } from '../../target-shape.ts'

const ID = 'target/collation-matches'

export default defineCheck<MigratedDatabaseSpec, BothShapes<JsonObject>, 'net' | 'arm' | 'sql'>({
  meta: {
    id: ID,
    ref: 'DMSP-112',
    title: 'The target database has the collation of the source',
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
    why: 'DMS refuses a target database with another collation than the source (error 2056, CollationMismatch): comparisons and unique keys would mean something else there.',
    source: { ...LIMITS, rows: ['DBSHAPE'] },
    remedy:
      'Make the target database anew with the collation of the source: that of a database in Azure cannot be changed.',
  },
  uses: ['net', 'arm', 'sql'],
  subjects: migratedDatabaseSubjects,
  observe: (ports, { spec }) => observeBoth(ports, spec, ID, nothingMore),
  judge: (evidence, { spec }) => judgeBoth(evidence, spec, (source, target) => judgeCollation(source, target, spec)),
})

function judgeCollation(
  source: ShapeAnswered<JsonObject>,
  target: TargetAnswered<JsonObject>,
  { database, target: to }: MigratedDatabaseSpec,
): Judgement {
  const [from, there] = [source.shape.collation, target.shape.collation]
  const at = `${database.as} on ${target.host}`
  const expected = `${at} has the collation of ${database.name} on ${source.host}:${String(source.port)}`
  if (from === null || there === null) {
    const which = from === null ? `${database.name} on ${source.host}:${String(source.port)}` : at
    const message = `${which} does not tell its collation`
    return { verdict: 'unknown', proof: 'direct', summary: message, expected, cause: { kind: 'insufficient', message } }
  }
  const actual = from === there ? `both have ${from}` : `the source has ${from}, the target ${there}`
  const summary = `${database.name} and ${at}: ${actual}`
  if (from.toLowerCase() === there.toLowerCase()) return { verdict: 'pass', proof: 'direct', summary, expected, actual }
  return {
    verdict: 'fail',
    proof: 'direct',
    summary: `${summary}. DMS refuses that (error 2056, CollationMismatch)`,
    expected,
    actual,
    remediation: {
      text: 'Make the target database anew with this collation (and its schema after it); look first whether anything is in it. The names in its catalog keep the collation of the catalog.',
      scripts: [
        azScript('az sql db create', {
          ...groupOptions(to.resourceId),
          '--server': parseResourceId(to.resourceId)?.name ?? to.name,
          '--name': database.as,
          '--collation': from,
          '--service-objective': '<SERVICE-OBJECTIVE>',
        }),
      ],
    },
  }
}
