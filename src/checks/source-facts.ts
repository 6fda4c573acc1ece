import { seen, type Observed } from '../domain/observed.ts'
import type { Subject } from '../domain/subject.ts'
import type { JsonObject } from '../domain/json.ts'
import type { Ports } from '../ports/ports.ts'
import type { Statement } from '../ports/sql-port.ts'
import { boundText } from './foreign-text.ts'
import { readRow, type LoginPlace, type RefusedFacts, type WithheldFacts } from './sql-login.ts'
import type { Spec } from './define.ts'
import { readSqlServer, SOURCE_SIDE, TARGET_SIDE, type SqlSide } from './sql-side.ts'
import { SERVER_FACTS, type ServerFactsRow } from './statements/server-facts.ts'
import type { SourceSpec, TargetSpec } from './subjects.ts'

/** A detail that could not be seen: what, why, and the permission that would show it. It changes no verdict. */
export type NotSeen = { fact: string; why: string; missing?: string }

/** What a server tells of itself and of what else it was asked, or why there was no login to ask with. */
export type SourceFacts<More extends JsonObject> =
  (LoginPlace & { outcome: 'answered'; server: ServerFactsRow } & More) | RefusedFacts | WithheldFacts

/** Sends a statement to `master` of the server. Ask all before the first is awaited: then they travel together. */
export type AskSource = <Row extends JsonObject>(statement: Statement<Row>) => Promise<Observed<readonly Row[]>>

/** The server's facts, and what `read` makes of further statements about the same source. */
export function observeSource<More extends JsonObject>(
  ports: Pick<Ports, 'net' | 'arm' | 'sql'>,
  subject: Pick<Subject<SourceSpec>, 'name' | 'spec'>,
  id: string,
  read: ReadMore<More>,
): Promise<Observed<SourceFacts<More>>> {
  return observeServer(SOURCE_SIDE, ports, subject, id, read)
}

/** The same of a managed instance, which has a `master` of its own. */
export function observeInstance<More extends JsonObject>(
  ports: Pick<Ports, 'net' | 'arm' | 'sql'>,
  subject: Pick<Subject<TargetSpec>, 'name' | 'spec'>,
  id: string,
  read: ReadMore<More>,
): Promise<Observed<SourceFacts<More>>> {
  return observeServer(TARGET_SIDE, ports, subject, id, read)
}

type ReadMore<More extends JsonObject> = (ask: AskSource) => Promise<(server: ServerFactsRow) => Observed<More>>

async function observeServer<S extends Spec, More extends JsonObject>(
  side: SqlSide<S>,
  ports: Pick<Ports, 'net' | 'arm' | 'sql'>,
  { name, spec }: Pick<Subject<S>, 'name' | 'spec'>,
  id: string,
  read: ReadMore<More>,
): Promise<Observed<SourceFacts<More>>> {
  const server = await readSqlServer(side, ports, { name, spec }, id)
  if (!server.ok) return server
  const ask: AskSource = (statement) => ports.sql.query(server.value, 'master', statement)
  const [facts, more] = await Promise.all([readRow(ports.sql, server.value, 'master', SERVER_FACTS), read(ask)])
  if (!facts.ok) return facts
  if (facts.value.outcome !== 'answered') return seen(facts.value)
  const { host, port, database, account, row } = facts.value
  const rest = more(row)
  return rest.ok ? seen({ host, port, database, account, outcome: 'answered', server: row, ...rest.value }) : rest
}

/** The rows of a detail, or none and why. */
export function detail<Row>(
  fact: string,
  answer: Observed<readonly Row[]>,
): { rows: readonly Row[] | undefined; notSeen: NotSeen[] } {
  if (answer.ok) return { rows: answer.value, notSeen: [] }
  const { message, missing } = answer.failure
  const why = boundText(message)
  return { rows: undefined, notSeen: [{ fact, why, ...(missing === undefined ? {} : { missing }) }] }
}

/** What a message says of details that were not seen; empty when all were. */
export function describeNotSeen(notSeen: readonly NotSeen[]): string {
  if (notSeen.length === 0) return ''
  const missing = [...new Set(notSeen.flatMap((one) => one.missing ?? []))]
  const facts = notSeen.map(({ fact }) => fact).join(', ')
  return `; not seen: ${facts}${missing.length === 0 ? '' : ` (missing: ${missing.join(', ')})`}`
}

/** The entry of a database; in another letter case only where the server takes both for one name. */
export function findByName<Row extends { name: string }>(
  rows: readonly Row[],
  name: string,
  serverCollation: string | null,
): Row | undefined {
  const exact = rows.find((row) => row.name === name)
  if (exact !== undefined || /_CS_|_BIN2?$/i.test(serverCollation ?? '')) return exact
  const others = rows.filter((row) => row.name.toLowerCase() === name.toLowerCase())
  return others.length === 1 ? others[0] : undefined
}
