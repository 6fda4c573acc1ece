import type { JsonObject } from '../../../domain/json.ts'
import { seen, type Observed } from '../../../domain/observed.ts'
import type { Ports } from '../../../ports/ports.ts'
import { defineCheck, type Judgement } from '../../define.ts'
import { boundText } from '../../foreign-text.ts'
import { TUTORIAL } from '../../p12-source.ts'
import { count, hiddenTables, listFirst, seesAllTables, type ShapeAnswered } from '../../source-shape.ts'
import { TABLE_NAMES } from '../../statements/table-names.ts'
import { migratedDatabaseSubjects, type MigratedDatabaseSpec } from '../../subjects.ts'
import { judgeBoth, observeBoth, type BothShapes, type TargetAnswered } from '../../target-shape.ts'
import { compareNames, type Comparison } from './compare-names.ts'

type Evidence =
  | { kind: 'by-dms' }
  /** `comparison` is null where one of both did not let us in. */
  | { kind: 'compared'; shapes: BothShapes<JsonObject>; comparison: Comparison | null }

const ID = 'target/tables-are-there'

export default defineCheck<MigratedDatabaseSpec, Evidence, 'net' | 'arm' | 'sql'>({
  meta: {
    id: ID,
    ref: 'DMSP-117',
    title: 'The target database has the tables of the source',
    team: 'dba',
    scenarios: ['sql-server-to-azure-sql-database'],
    generations: ['modern'],
    severity: 'required',
    needs: [
      { id: 'source/login-is-accepted', when: isCompared },
      { id: 'source/database-is-readable', when: isCompared },
      { id: 'target/login-is-accepted', when: isCompared },
    ],
    vantage: 'server',
    verdicts: ['pass', 'fail', 'unknown', 'blocked', 'not-applicable'],
    why: 'DMS copies rows into tables that are there: without its own migration of the schema, a table that the target lacks is not copied (error 2056, TableMappingMismatch, NoTablesFound).',
    source: { ...TUTORIAL, rows: ['DBSHAPE', 'P12-001', 'P12-010'] },
    remedy:
      'Bring the schema to the target first, by a DACPAC or by scripts, or let DMS migrate it (`dms.schema-migration`).',
  },
  uses: ['net', 'arm', 'sql'],
  subjects: migratedDatabaseSubjects,
  observe: (ports, { spec }) => observeTables(ports, spec),
  judge: (evidence, { spec }) => {
    if (evidence.kind === 'by-dms') {
      return {
        verdict: 'not-applicable',
        summary: 'DMS migrates the schema itself (dms.schema-migration), so the tables need not be on the target yet',
      }
    }
    const { shapes, comparison } = evidence
    return judgeBoth(shapes, spec, (source, target) => judgeTables(source, target, comparison, spec))
  },
})

function isCompared({ manifest }: MigratedDatabaseSpec): boolean {
  return !manifest.dms.schemaMigration
}

async function observeTables(
  ports: Pick<Ports, 'net' | 'arm' | 'sql'>,
  spec: MigratedDatabaseSpec,
): Promise<Observed<Evidence>> {
  if (!isCompared(spec)) return seen({ kind: 'by-dms' })
  // The names themselves are no evidence: there may be a hundred thousand.
  const lists: Record<'source' | 'target', string[]> = { source: [], target: [] }
  const shapes = await observeBoth(ports, spec, ID, async (ask, side) => {
    const rows = await ask(TABLE_NAMES)
    if (rows.ok) lists[side] = rows.value.flatMap(({ names }) => names)
    return rows.ok ? seen({}) : rows
  })
  if (!shapes.ok) return shapes
  const { source, target } = shapes.value
  const isWhole = source.outcome === 'answered' && target.outcome === 'answered'
  const comparison = isWhole ? compareNames(lists.source, lists.target, catalogCollationOf(target)) : null
  return seen({ kind: 'compared', shapes: shapes.value, comparison })
}

/** By which the names of the target compare: the catalog has a collation of its own. */
function catalogCollationOf({ shape }: TargetAnswered<JsonObject>): string | null {
  return shape.catalogCollation === 'DATABASE_DEFAULT' ? shape.collation : shape.catalogCollation
}

function judgeTables(
  source: ShapeAnswered<JsonObject>,
  target: TargetAnswered<JsonObject>,
  comparison: Comparison | null,
  spec: MigratedDatabaseSpec,
): Judgement {
  const { database } = spec
  const from = `${database.name} on ${source.host}:${String(source.port)}`
  const to = `${database.as} on ${target.host}`
  const expected = `every table of ${database.name} is in ${to}`
  const fail = (actual: string, text: string): Judgement => ({
    verdict: 'fail',
    proof: 'direct',
    summary: `${from} and ${to}: ${actual}`,
    expected,
    actual,
    remediation: {
      text,
      scripts: [
        { language: 'bash', code: PUBLISH },
        { language: 'yaml', code: SCHEMA_MIGRATION },
      ],
    },
  })
  const unsure = (kind: 'forbidden' | 'insufficient', message: string): Judgement => ({
    verdict: 'unknown',
    proof: 'direct',
    summary: message,
    expected,
    cause: { kind, message },
  })
  if (comparison === null) return unsure('insufficient', `The tables of ${from} and ${to} were not compared`)
  const { tables, missing, missingCount, merged, mergedCount } = comparison
  const sees = target.shape.viewsDefinitions === 1
  if (missingCount > 0 && sees) {
    const actual =
      target.shape.tables === 0
        ? `the target has no table yet, and the source has ${String(tables)} (error 2056, NoTablesFound)`
        : `${String(missingCount)} of ${count(tables, 'table')} ${missingCount === 1 ? 'is' : 'are'} not on the target (error 2056, TableMappingMismatch): ${boundText(listFirst(missing, missingCount))}`
    return fail(actual, 'Bring the schema of the source to the target before the data, or let DMS migrate it.')
  }
  if (mergedCount > 0) {
    const actual = `${count(mergedCount, 'table')} of the source differ from another only in what the catalog of the target does not tell apart: ${boundText(listFirst(merged, mergedCount))}`
    return fail(
      actual,
      'Rename one of each pair on the source, or make the target with a catalog collation of the database (CATALOG_COLLATION = DATABASE_DEFAULT).',
    )
  }
  if (missingCount > 0) {
    return unsure(
      'forbidden',
      `${target.account} sees ${String(missingCount)} tables of ${from} not in ${to} (${boundText(listFirst(missing, missingCount))}), and may not see all of it: it lacks VIEW DEFINITION there`,
    )
  }
  if (!seesAllTables(source.shape)) return hiddenTables(source, spec, expected)
  if (tables === 0) {
    return fail(
      'the source has no table, and DMS finds nothing to copy (error 2056, NoTablesFound)',
      'Look whether this is the right database; one without tables needs no migration of data.',
    )
  }
  const filled = target.shape.filledTables
  const rows =
    filled === 0
      ? ''
      : `. ${count(filled, 'table')} of the target already ${filled === 1 ? 'holds' : 'hold'} rows: look whether they should be empty before the copy`
  const actual = `all ${count(tables, 'table')} of the source are on the target`
  return { verdict: 'pass', proof: 'direct', summary: `${from} and ${to}: ${actual}${rows}`, expected, actual }
}

const PUBLISH = [
  '# the schema without its data; then the same file to the target',
  'sqlpackage /Action:Extract /SourceConnectionString:"<SOURCE>" /TargetFile:schema.dacpac',
  'sqlpackage /Action:Publish /SourceFile:schema.dacpac /TargetConnectionString:"<TARGET>"',
].join('\n')
const SCHEMA_MIGRATION = 'dms: { schema-migration: true }'
