import type { JsonObject } from '../domain/json.ts'
import { seen, type Observed } from '../domain/observed.ts'
import type { Ports } from '../ports/ports.ts'
import type { Judgement } from './define.ts'
import type { AskSource } from './source-facts.ts'
import { judgeShape, observeShape, type ShapeAnswered, type ShapeEvidence } from './source-shape.ts'
import { judgeNoLogin, readRow, type LoginPlace, type RefusedFacts, type WithheldFacts } from './sql-login.ts'
import { readSqlServer, TARGET_SIDE } from './sql-side.ts'
import { TARGET_DATABASE_SHAPE, type TargetDatabaseShapeRow } from './statements/target-database-shape.ts'
import type { MigratedDatabaseSpec } from './subjects.ts'

export type TargetAnswered<More extends JsonObject> = LoginPlace & {
  outcome: 'answered'
  shape: TargetDatabaseShapeRow
} & More
type TargetEvidence<More extends JsonObject> = TargetAnswered<More> | RefusedFacts | WithheldFacts

/** What a database of the source and the one that it goes to tell of themselves. */
export type BothShapes<More extends JsonObject> = { source: ShapeEvidence<More>; target: TargetEvidence<More> }

/** Asks both databases, side by side; `read` asks each of them for more. */
export async function observeBoth<More extends JsonObject>(
  ports: Pick<Ports, 'net' | 'arm' | 'sql'>,
  spec: MigratedDatabaseSpec,
  id: string,
  read: (ask: AskSource, side: 'source' | 'target') => Promise<Observed<More>>,
): Promise<Observed<BothShapes<More>>> {
  const [source, target] = await Promise.all([
    observeShape(ports, spec, id, (ask) => read(ask, 'source')),
    observeTarget(ports, spec, id, (ask) => read(ask, 'target')),
  ])
  if (!source.ok) return source
  return target.ok ? seen({ source: source.value, target: target.value }) : target
}

async function observeTarget<More extends JsonObject>(
  ports: Pick<Ports, 'net' | 'arm' | 'sql'>,
  spec: MigratedDatabaseSpec,
  id: string,
  read: (ask: AskSource) => Promise<Observed<More>>,
): Promise<Observed<TargetEvidence<More>>> {
  const server = await readSqlServer(TARGET_SIDE, ports, { name: spec.target.name, spec }, id)
  if (!server.ok) return server
  const database = spec.database.as
  const [shape, more] = await Promise.all([
    readRow(ports.sql, server.value, database, TARGET_DATABASE_SHAPE),
    read((statement) => ports.sql.query(server.value, database, statement)),
  ])
  if (!shape.ok) return shape
  if (shape.value.outcome !== 'answered') return seen(shape.value)
  if (!more.ok) return more
  const { host, port, account, row } = shape.value
  return seen({ host, port, database, account, outcome: 'answered', shape: row, ...more.value })
}

/** `judge` gets what both told; a login that did not come in is the business of other checks. */
export function judgeBoth<More extends JsonObject>(
  { source, target }: BothShapes<More>,
  spec: MigratedDatabaseSpec,
  judge: (source: ShapeAnswered<More>, target: TargetAnswered<More>) => Judgement,
): Judgement {
  return judgeShape(source, spec, (from) => {
    if (target.outcome === 'answered') return judge(from, target)
    const blocked = judgeNoLogin(target, spec.target.name, spec.manifest.name, 'target')
    const isClosed = target.outcome === 'refused' && NO_ACCESS.includes(target.number)
    return isClosed && blocked.verdict === 'blocked'
      ? {
          ...blocked,
          blockedBy: [{ id: 'target/login-is-db-owner', subject: `${spec.target.name}/${spec.database.as}` }],
        }
      : blocked
  })
}

/** What Azure SQL says of a database that is not there, or in which the login has no user. */
const NO_ACCESS = [4060, 911, 916]
