import type { JsonObject } from '../../../domain/json.ts'
import { defineCheck, type Judgement } from '../../define.ts'
import { LIMITS } from '../../p12-source.ts'
import {
  count,
  hiddenTables,
  judgeShape,
  nothingMore,
  observeShape,
  seesAllTables,
  type ShapeAnswered,
  type ShapeEvidence,
} from '../../source-shape.ts'
import { sourceDatabaseSubjects, type SourceDatabaseSpec } from '../../subjects.ts'

const ID = 'source/tables-fit-limits'
/** Of a pipeline of Azure Data Factory, which copies the tables. */
const TABLES_LIMIT = 100_000
/** From here on the start of each table's copy alone takes hours, by Microsoft's "a couple of seconds". */
const SLOW_FROM = 5000

export default defineCheck<SourceDatabaseSpec, ShapeEvidence<JsonObject>, 'net' | 'arm' | 'sql'>({
  meta: {
    id: ID,
    ref: 'DMSP-109',
    title: 'The database has no more tables than DMS copies',
    team: 'dba',
    scenarios: ['sql-server-to-azure-sql-database'],
    generations: ['modern'],
    severity: 'required',
    needs: [{ id: 'source/login-is-accepted' }, { id: 'source/database-is-readable' }],
    vantage: 'server',
    verdicts: ['pass', 'fail', 'unknown', 'blocked'],
    why: 'DMS copies at most 100,000 tables of a database to Azure SQL Database.',
    source: { ...LIMITS, rows: ['DBSHAPE', 'P12-011'] },
    remedy: 'Drop tables that nobody needs, divide the database, or move it by another tool.',
  },
  uses: ['net', 'arm', 'sql'],
  subjects: sourceDatabaseSubjects,
  observe: (ports, { spec }) => observeShape(ports, spec, ID, nothingMore),
  judge: (evidence, { spec }) => judgeShape(evidence, spec, (answered) => judgeTables(answered, spec)),
})

function judgeTables(answered: ShapeAnswered<JsonObject>, spec: SourceDatabaseSpec): Judgement {
  const { host, port, shape } = answered
  const expected = `at most ${String(TABLES_LIMIT)} tables in ${spec.database.name}`
  const actual = count(shape.tables, 'table')
  const summary = `${spec.database.name} on ${host}:${String(port)} has ${actual}`
  if (shape.tables > TABLES_LIMIT) {
    return {
      verdict: 'fail',
      proof: 'direct',
      summary: `${summary}, and DMS copies ${String(TABLES_LIMIT)} of a database at most`,
      expected,
      actual,
      remediation: {
        text: 'Drop or archive tables that nobody needs, spread them over several target databases, or move the database by another tool (a BACPAC, transactional replication).',
        scripts: [],
      },
    }
  }
  if (!seesAllTables(shape)) return hiddenTables(answered, spec, expected)
  const slow =
    shape.tables >= SLOW_FROM
      ? '; the copy of each table takes some seconds to start, so rehearse how long all take'
      : ''
  return { verdict: 'pass', proof: 'direct', summary: `${summary}${slow}`, expected, actual }
}
