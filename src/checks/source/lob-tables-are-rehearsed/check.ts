import { seen } from '../../../domain/observed.ts'
import { describeBytes } from '../../byte-sizes.ts'
import { defineCheck, type Judgement } from '../../define.ts'
import { boundName } from '../../foreign-text.ts'
import { LIMITS } from '../../p12-source.ts'
import {
  count,
  hiddenTables,
  judgeShape,
  observeShape,
  seesAllTables,
  type ShapeAnswered,
  type ShapeEvidence,
} from '../../source-shape.ts'
import { LOB_TABLES, type LobTableRow } from '../../statements/database-shape.ts'
import { sourceDatabaseSubjects, type SourceDatabaseSpec } from '../../subjects.ts'

type More = { lobTables: LobTableRow[] }

const ID = 'source/lob-tables-are-rehearsed'
/** Microsoft names no size; a table of this much does not go through in a moment. */
const LARGE_MB = 1024
const MB = 1024 ** 2

export default defineCheck<SourceDatabaseSpec, ShapeEvidence<More>, 'net' | 'arm' | 'sql'>({
  meta: {
    id: ID,
    ref: 'DMSP-110',
    title: 'The copy of tables with large objects was rehearsed',
    team: 'dba',
    scenarios: ['sql-server-to-azure-sql-database'],
    generations: ['modern'],
    severity: 'recommended',
    needs: [{ id: 'source/login-is-accepted' }, { id: 'source/database-is-readable' }],
    vantage: 'server',
    verdicts: ['pass', 'unknown', 'blocked', 'manual', 'not-applicable'],
    why: 'The copy of a table with large objects (varbinary(max), xml, image and the like) can run into a timeout, and nobody wants to learn that in the outage.',
    source: { ...LIMITS, rows: ['DBSHAPE', 'P12-016'] },
    remedy:
      'Rehearse the copy of these tables at full scale, with the runtime and the service objective of the cutover.',
  },
  uses: ['net', 'arm', 'sql'],
  subjects: sourceDatabaseSubjects,
  observe: (ports, { spec }) =>
    observeShape(ports, spec, ID, async (ask) => {
      const rows = await ask(LOB_TABLES)
      if (!rows.ok) return rows
      return seen({
        lobTables: rows.value.map(({ schema, table, lobMb }) => ({
          schema: boundName(schema),
          table: boundName(table),
          lobMb,
        })),
      })
    }),
  judge: (evidence, { spec }) => judgeShape(evidence, spec, (answered) => judgeLobs(answered, spec)),
})

function judgeLobs(answered: ShapeAnswered<More>, spec: SourceDatabaseSpec): Judgement {
  const { host, port, shape, lobTables } = answered
  const at = `${spec.database.name} on ${host}:${String(port)}`
  const expected = `the copy of the tables of ${spec.database.name} with large objects was rehearsed`
  const large = lobTables.filter(({ lobMb }) => lobMb >= LARGE_MB)
  const named = large.map(({ schema, table, lobMb }) => `${schema}.${table} (${describeBytes(lobMb * MB)})`)
  if (large.length > 0) {
    const atLeast = large.length === lobTables.length && lobTables.length >= LISTED ? 'at least ' : ''
    return {
      verdict: 'manual',
      summary: `${at} has ${atLeast}${count(large.length, 'table')} with large objects of 1 GiB or more: ${named.slice(0, SHOWN).join(', ')}${named.length > SHOWN ? ' and more' : ''}. Whether their copy was rehearsed only a person can say`,
      expected,
      remediation: {
        text: 'Copy these tables to a database like the target, with the same runtime and service objective, and attest it with how long it took. The largest can also be moved apart.',
        scripts: [],
      },
    }
  }
  if (!seesAllTables(shape)) return hiddenTables(answered, spec, expected)
  const [largest] = lobTables
  if (largest === undefined)
    return { verdict: 'not-applicable', summary: `No table of ${at} has a column for large objects` }
  const actual = `the largest is ${largest.schema}.${largest.table} with ${describeBytes(largest.lobMb * MB)} of large objects`
  return {
    verdict: 'pass',
    proof: 'direct',
    summary: `No table of ${at} has large objects of 1 GiB or more: ${actual}`,
    expected,
    actual,
  }
}

/** Rows of the statement, and tables that the summary names. */
const LISTED = 20
const SHOWN = 5
