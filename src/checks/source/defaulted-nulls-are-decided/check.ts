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

const ID = 'source/defaulted-nulls-are-decided'

export default defineCheck<SourceDatabaseSpec, ShapeEvidence<More>, 'net' | 'arm' | 'sql'>({
  meta: {
    id: ID,
    ref: 'DMSP-115',
    title: 'The owner has decided on NULLs that become defaults',
    team: 'dba',
    scenarios: ['sql-server-to-azure-sql-database'],
    generations: ['modern'],
    severity: 'required',
    needs: [{ id: 'source/login-is-accepted' }, { id: 'source/database-is-readable' }],
    vantage: 'server',
    verdicts: ['unknown', 'blocked', 'manual', 'not-applicable'],
    why: 'Where a column takes NULL and has a default, the copy can write the default in place of NULL: the data of the target then differs from the source without any error.',
    source: { ...LIMITS, rows: ['DBSHAPE', 'P12-014'] },
    remedy:
      'Look which of these columns hold NULL, and let the owner of the data decide: accept the default, or put NULL back after the copy.',
  },
  uses: ['net', 'arm', 'sql'],
  subjects: sourceDatabaseSubjects,
  observe: (ports, { spec }) =>
    observeShape(ports, spec, ID, async (ask) => {
      const rows = await ask(COLUMN_SAMPLES)
      if (!rows.ok) return rows
      const own = rows.value.filter(({ kind }) => kind === 'defaulted')
      return seen({ columns: own.map(({ schema, table, column }) => [schema, table, column].map(boundName).join('.')) })
    }),
  judge: (evidence, { spec }) => judgeShape(evidence, spec, (answered) => judgeColumns(answered, spec)),
})

function judgeColumns(answered: ShapeAnswered<More>, spec: SourceDatabaseSpec): Judgement {
  const { host, port, shape, columns } = answered
  const at = `${spec.database.name} on ${host}:${String(port)}`
  const expected = `the owner of ${spec.database.name} has decided on NULLs in columns with a default`
  if (shape.defaultedColumns > 0) {
    const named = listFirst(columns, Math.max(shape.defaultedColumns, columns.length))
    return {
      verdict: 'manual',
      summary: `${at} has ${count(shape.defaultedColumns, 'nullable column')} with a default: ${named}. NULL in them may arrive as the default, and whether that is right only the owner of the data can say`,
      expected,
      remediation: {
        text: 'Count the rows with NULL in these columns. Where there are any, drop the default on the target until the copy is done, correct the rows afterwards, or accept the default. Attest it with the decision.',
        scripts: [{ language: 'tsql', code: LIST }],
      },
    }
  }
  if (!seesAllTables(shape)) return hiddenTables(answered, spec, expected)
  return { verdict: 'not-applicable', summary: `No table of ${at} has a column that takes NULL and has a default` }
}

const LIST = `-- in the database of the source
SELECT SCHEMA_NAME(t.schema_id) AS [schema], t.name AS [table], c.name AS [column], OBJECT_DEFINITION(c.default_object_id) AS [default]
FROM sys.columns AS c JOIN sys.tables AS t ON t.object_id = c.object_id
WHERE t.is_ms_shipped = 0 AND c.is_nullable = 1 AND c.default_object_id <> 0;`
