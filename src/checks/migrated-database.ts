import type { JsonObject } from '../domain/json.ts'
import { seen, type Observed } from '../domain/observed.ts'
import type { Subject } from '../domain/subject.ts'
import type { Ports } from '../ports/ports.ts'
import type { Statement } from '../ports/sql-port.ts'
import { observeDatabase, type DatabaseEvidence } from './database-facts.ts'
import type { Judgement } from './define.ts'
import { observeInstance, type SourceFacts } from './source-facts.ts'
import { judgeNoLogin } from './sql-login.ts'
import type { MigratedDatabaseSpec } from './subjects.ts'

/** What the source tells of a database, and what the instance that it goes to tells of itself. */
export type MigratedEvidence<Row extends JsonObject> = {
  source: DatabaseEvidence
  instance: SourceFacts<{ rows: Row[] }>
}

export type SourceAnswered = Extract<DatabaseEvidence, { outcome: 'answered' }>
export type InstanceAnswered<Row extends JsonObject> = Extract<SourceFacts<{ rows: Row[] }>, { outcome: 'answered' }>

export async function observeMigratedDatabase<Row extends JsonObject>(
  ports: Pick<Ports, 'net' | 'arm' | 'sql'>,
  { spec }: Subject<MigratedDatabaseSpec>,
  id: string,
  statement: Statement<Row>,
  keep: (rows: readonly Row[]) => Row[],
): Promise<Observed<MigratedEvidence<Row>>> {
  const [source, instance] = await Promise.all([
    observeDatabase(ports, { spec }, id),
    observeInstance(ports, { name: spec.target.name, spec }, id, async (ask) => {
      const rows = await ask(statement)
      return (): Observed<{ rows: Row[] }> => (rows.ok ? seen({ rows: keep(rows.value) }) : rows)
    }),
  ])
  if (!source.ok) return source
  return instance.ok ? seen({ source: source.value, instance: instance.value }) : instance
}

/** `judge` gets what both told; a login that one of them refused is the business of the check of that login. */
export function judgeMigratedDatabase<Row extends JsonObject>(
  { source, instance }: MigratedEvidence<Row>,
  { spec }: Subject<MigratedDatabaseSpec>,
  judge: (source: SourceAnswered, instance: InstanceAnswered<Row>) => Judgement,
): Judgement {
  const { manifest, target, database } = spec
  if (source.outcome !== 'answered') return judgeNoLogin(source, spec.source.name, manifest.name)
  if (source.state === null) {
    const summary = `Not known: the database ${database.name} was not seen on ${source.host}:${String(source.port)}`
    const blockedBy = [{ id: 'source/database-is-readable', subject: `${spec.source.name}/${database.name}` }]
    return { verdict: 'blocked', summary, blockedBy }
  }
  if (instance.outcome !== 'answered') return judgeNoLogin(instance, target.name, manifest.name, 'target')
  return judge(source, instance)
}

/** That a fact of the source could not be seen, and what would show it. */
export function unseenFact(source: SourceAnswered, fact: string, what: string, expected: string): Judgement {
  const { why, missing } = source.facts.notSeen.find((one) => one.fact === fact) ?? {
    why: 'the server told nothing of it',
  }
  const message = `${what}: ${fact} could not be seen: ${why}${missing === undefined ? '' : ` (missing: ${missing})`}`
  const cause = { kind: missing === undefined ? ('insufficient' as const) : ('forbidden' as const), message }
  return { verdict: 'unknown', proof: 'direct', summary: message, expected, cause }
}
