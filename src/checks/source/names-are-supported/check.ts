import { seen } from '../../../domain/observed.ts'
import type { Remediation } from '../../../domain/report.ts'
import { defineCheck, type Judgement } from '../../define.ts'
import { boundName } from '../../foreign-text.ts'
import { LIMITS } from '../../p12-source.ts'
import { quoteIdentifier, quoteText } from '../../quote-identifier.ts'
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
import { OTHER_NAMES } from '../../statements/database-shape.ts'
import { sourceDatabaseSubjects, type SourceDatabaseSpec } from '../../subjects.ts'
import { isReservedWord } from './reserved-words.ts'

type Named = { count: number; first: { schema: string; table: string }[] }
/** Tables with double-byte characters in their names, and with others that are not of ASCII. */
type More = { doubleByte: Named; other: Named }

const ID = 'source/names-are-supported'
const LISTED = 10
/** Chinese, Japanese and Korean, with their punctuation and wide forms: what code pages of two bytes are for. */
const DOUBLE_BYTE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\u3000-\u303f\uff00-\uffef]/u

export default defineCheck<SourceDatabaseSpec, ShapeEvidence<More>, 'net' | 'arm' | 'sql'>({
  meta: {
    id: ID,
    ref: 'DMSP-111',
    title: 'DMS takes the names of the database and its tables',
    team: 'dba',
    scenarios: ['sql-server-to-azure-sql-database'],
    generations: ['modern'],
    severity: 'required',
    needs: [{ id: 'source/login-is-accepted' }, { id: 'source/database-is-readable' }],
    vantage: 'server',
    verdicts: ['pass', 'fail', 'unknown', 'blocked'],
    why: 'DMS does not copy tables with double-byte characters in their names, nor databases whose name is a reserved word of SQL Server or holds a semicolon.',
    source: { ...LIMITS, rows: ['DBSHAPE', 'P12-012'] },
    remedy: 'Rename them before the migration. Tables can have their old names back when it is done.',
  },
  uses: ['net', 'arm', 'sql'],
  subjects: sourceDatabaseSubjects,
  observe: (ports, { spec }) =>
    observeShape(ports, spec, ID, async (ask) => {
      const rows = await ask(OTHER_NAMES)
      if (!rows.ok) return rows
      const named = (isWanted: (name: string) => boolean): Named => {
        const own = rows.value.filter(({ table }) => isWanted(table))
        const first = own
          .slice(0, LISTED)
          .map(({ schema, table }) => ({ schema: boundName(schema), table: boundName(table) }))
        return { count: own.length, first }
      }
      const isDoubleByte = (name: string): boolean => DOUBLE_BYTE.test(name)
      return seen({ doubleByte: named(isDoubleByte), other: named((name) => !isDoubleByte(name)) })
    }),
  judge: (evidence, { spec }) => judgeShape(evidence, spec, (answered) => judgeNames(answered, spec)),
})

function judgeNames(answered: ShapeAnswered<More>, spec: SourceDatabaseSpec): Judgement {
  const { host, port, shape, doubleByte, other } = answered
  const { name, as } = spec.database
  const at = `${name} on ${host}:${String(port)}`
  const expected = `the name of ${name} and of its tables are such that DMS takes them`
  const problems = [
    ...databaseProblems(name, 'the database'),
    ...(as === name ? [] : databaseProblems(as, 'its name on the target')),
    ...(doubleByte.count === 0
      ? []
      : [`${count(doubleByte.count, 'table')} with double-byte characters in the name: ${shown(doubleByte)}`]),
  ]
  if (problems.length > 0) {
    const actual = problems.join('; ')
    const summary = `DMS does not take ${at}: ${actual}`
    return { verdict: 'fail', proof: 'direct', summary, expected, actual, remediation: rename(name, doubleByte) }
  }
  if (!seesAllTables(shape)) return hiddenTables(answered, spec, expected)
  if (other.count > 0) {
    const message = `${at} has ${count(shape.otherNames, 'table')} with characters beyond ASCII in the name: ${shown(other)}. Microsoft excludes double-byte characters and does not say whether these are such`
    return {
      verdict: 'unknown',
      proof: 'direct',
      summary: message,
      expected,
      cause: { kind: 'insufficient', message },
      remediation: rename(name, other),
    }
  }
  const actual = `${count(shape.tables, 'table')}, all names of ASCII, and the name of the database is no reserved word`
  return { verdict: 'pass', proof: 'direct', summary: `DMS takes the names of ${at}: ${actual}`, expected, actual }
}

function databaseProblems(name: string, what: string): string[] {
  return [
    ...(isReservedWord(name) ? [`${what}, ${name}, is a reserved word of SQL Server`] : []),
    ...(name.includes(';') ? [`${what}, ${name}, holds a semicolon`] : []),
  ]
}

function shown({ count: total, first }: Named): string {
  return listFirst(
    first.map(({ schema, table }) => `${schema}.${table}`),
    total,
  )
}

function rename(database: string, { first }: Named): Remediation {
  const tables = first.map(
    ({ schema, table }) =>
      `EXEC sp_rename ${quoteText(`${quoteIdentifier(schema)}.${quoteIdentifier(table)}`)}, N'<a name of ASCII>';`,
  )
  const scripts = [
    ...(first.length === 0 ? [] : [[`USE ${quoteIdentifier(database)};`, ...tables].join('\n')]),
    ...(databaseProblems(database, '').length === 0
      ? []
      : [`ALTER DATABASE ${quoteIdentifier(database)} MODIFY NAME = [<another name>];`]),
  ]
  return {
    text: 'Rename what DMS does not take, in the source and in the schema of the target. Tables can have their names back after the migration; whatever uses the names has to follow meanwhile.',
    scripts: scripts.map((code) => ({ language: 'tsql' as const, code })),
  }
}
