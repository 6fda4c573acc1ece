import { seen } from '../../../domain/observed.ts'
import { defineCheck, type Judgement } from '../../define.ts'
import { boundName } from '../../foreign-text.ts'
import { LIMITS } from '../../p12-source.ts'
import {
  count,
  hiddenTables,
  judgeShape,
  listFirst,
  observeShape,
  seesAllTables,
  type ShapeAnswered,
  type ShapeEvidence,
} from '../../source-shape.ts'
import { COLUMN_SAMPLES } from '../../statements/database-shape.ts'
import { sourceDatabaseSubjects, type SourceDatabaseSpec } from '../../subjects.ts'

/** The first of them, `schema.table.column`. */
type More = { columns: string[] }

const ID = 'source/computed-columns-are-known'

export default defineCheck<SourceDatabaseSpec, ShapeEvidence<More>, 'net' | 'arm' | 'sql'>({
  meta: {
    id: ID,
    ref: 'DMSP-114',
    title: 'Somebody takes care of the computed columns',
    team: 'dba',
    scenarios: ['sql-server-to-azure-sql-database'],
    generations: ['modern'],
    severity: 'required',
    needs: [{ id: 'source/login-is-accepted' }, { id: 'source/database-is-readable' }],
    vantage: 'server',
    verdicts: ['unknown', 'blocked', 'manual', 'not-applicable'],
    why: 'DMS does not migrate computed columns: where the table of the target lacks them, applications that read them fail after the cutover.',
    source: { ...LIMITS, rows: ['DBSHAPE', 'P12-013'] },
    remedy: 'Make the computed columns in the tables of the target, by the scripts that make the schema there.',
  },
  uses: ['net', 'arm', 'sql'],
  subjects: sourceDatabaseSubjects,
  observe: (ports, { spec }) =>
    observeShape(ports, spec, ID, async (ask) => {
      const rows = await ask(COLUMN_SAMPLES)
      if (!rows.ok) return rows
      const own = rows.value.filter(({ kind }) => kind === 'computed')
      return seen({ columns: own.map(({ schema, table, column }) => [schema, table, column].map(boundName).join('.')) })
    }),
  judge: (evidence, { spec }) => judgeShape(evidence, spec, (answered) => judgeColumns(answered, spec)),
})

function judgeColumns(answered: ShapeAnswered<More>, spec: SourceDatabaseSpec): Judgement {
  const { host, port, shape, columns } = answered
  const at = `${spec.database.name} on ${host}:${String(port)}`
  const expected = `the computed columns of ${spec.database.name} are deployed to the target apart from the copy`
  if (shape.computedColumns > 0) {
    const named = listFirst(columns, Math.max(shape.computedColumns, columns.length))
    return {
      verdict: 'manual',
      summary: `${at} has ${count(shape.computedColumns, 'computed column')}: ${named}. DMS does not migrate them, and that they are made on the target apart only a person can say`,
      expected,
      remediation: {
        text: 'Deploy them with the schema of the target (a DACPAC or scripts), compare the definitions after the migration, and attest it with the place of the scripts.',
        scripts: [{ language: 'tsql', code: LIST }],
      },
    }
  }
  if (!seesAllTables(shape)) return hiddenTables(answered, spec, expected)
  return { verdict: 'not-applicable', summary: `No table of ${at} has a computed column` }
}

const LIST = `-- in the database of the source
SELECT SCHEMA_NAME(t.schema_id) AS [schema], t.name AS [table], c.name AS [column], c.definition, c.is_persisted
FROM sys.computed_columns AS c JOIN sys.tables AS t ON t.object_id = c.object_id;`
