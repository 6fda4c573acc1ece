import type { JsonObject } from '../domain/json.ts'
import { seen, type Observed } from '../domain/observed.ts'
import type { Remediation } from '../domain/report.ts'
import type { Ports } from '../ports/ports.ts'
import type { Judgement } from './define.ts'
import { quoteIdentifier } from './quote-identifier.ts'
import type { AskSource } from './source-facts.ts'
import { judgeNoLogin, readRow, type LoginPlace, type RefusedFacts, type WithheldFacts } from './sql-login.ts'
import { nameInTsql, readSqlServer, SOURCE_SIDE } from './sql-side.ts'
import { DATABASE_SHAPE, type DatabaseShapeRow } from './statements/database-shape.ts'
import type { SourceDatabaseSpec } from './subjects.ts'

/** What a database of the source tells of its tables, or why there was no login to ask with. */
export type ShapeEvidence<More extends JsonObject> =
  (LoginPlace & { outcome: 'answered'; shape: DatabaseShapeRow } & More) | RefusedFacts | WithheldFacts

export type ShapeAnswered<More extends JsonObject> = LoginPlace & {
  outcome: 'answered'
  shape: DatabaseShapeRow
} & More

/** Asks in the database itself: its shape, and what `read` makes of further statements. They travel together. */
export async function observeShape<More extends JsonObject>(
  ports: Pick<Ports, 'net' | 'arm' | 'sql'>,
  spec: SourceDatabaseSpec,
  id: string,
  read: (ask: AskSource) => Promise<Observed<More>>,
): Promise<Observed<ShapeEvidence<More>>> {
  const server = await readSqlServer(SOURCE_SIDE, ports, { name: spec.source.name, spec }, id)
  if (!server.ok) return server
  const database = spec.database.name
  const [shape, more] = await Promise.all([
    readRow(ports.sql, server.value, database, DATABASE_SHAPE),
    read((statement) => ports.sql.query(server.value, database, statement)),
  ])
  if (!shape.ok) return shape
  if (shape.value.outcome !== 'answered') return seen(shape.value)
  if (!more.ok) return more
  const { host, port, account, row } = shape.value
  return seen({ host, port, database, account, outcome: 'answered', shape: row, ...more.value })
}

export const nothingMore = (): Promise<Observed<JsonObject>> => Promise.resolve(seen({}))

/** Whether all tables of the database were there to be counted. */
export function seesAllTables({ selects, viewsDefinitions }: DatabaseShapeRow): boolean {
  return selects === 1 || viewsDefinitions === 1
}

/** `judge` gets what the database told; a login that did not come in is the business of other checks. */
export function judgeShape<More extends JsonObject>(
  evidence: ShapeEvidence<More>,
  { source, database, manifest }: SourceDatabaseSpec,
  judge: (answered: ShapeAnswered<More>) => Judgement,
): Judgement {
  if (evidence.outcome === 'answered') return judge(evidence)
  const blocked = judgeNoLogin(evidence, source.name, manifest.name)
  if (evidence.outcome === 'withheld' || blocked.verdict !== 'blocked') return blocked
  // The account is good; this database is closed to it.
  const isClosed = NO_ACCESS.includes(evidence.number)
  return isClosed
    ? {
        ...blocked,
        blockedBy: [{ id: 'source/database-is-readable', subject: `${source.name}/${database.name}` }],
      }
    : blocked
}

const NO_ACCESS = [4060, 911, 916]

/** That not all tables were visible, and what would show them. */
export function hiddenTables(
  { host, port, account, shape }: ShapeAnswered<JsonObject>,
  { source, database }: SourceDatabaseSpec,
  expected: string,
): Judgement {
  const at = `${database.name} on ${host}:${String(port)}`
  const message = `${account} sees ${String(shape.tables)} tables of ${at}, and may not see all of them: it has neither SELECT nor VIEW DEFINITION on the database`
  const remediation: Remediation = {
    text: 'Let the login see the tables: db_datareader, which the login of DMS needs anyhow, or VIEW DEFINITION.',
    scripts: [
      {
        language: 'tsql',
        code: `USE ${quoteIdentifier(database.name)};\nGRANT VIEW DEFINITION TO ${quoteIdentifier(nameInTsql(source.login))};`,
      },
    ],
  }
  return {
    verdict: 'unknown',
    proof: 'direct',
    summary: message,
    expected,
    cause: { kind: 'forbidden', message },
    remediation,
  }
}

/** `3 tables` */
export function count(number: number, what: string): string {
  return `${String(number)} ${number === 1 ? what : what.replace(/y$/, 'ie').concat('s')}`
}

/** The first of a longer list, and how many more there are. */
export function listFirst(names: readonly string[], total: number): string {
  const more = total - names.length
  return `${names.join(', ')}${more > 0 ? ` and ${String(more)} more` : ''}`
}
