import type { Remediation } from '../domain/report.ts'
import type { Subject } from '../domain/subject.ts'
import type { DatabaseEvidence } from './database-facts.ts'
import type { Judgement } from './define.ts'
import { judgeNoLogin } from './sql-login.ts'
import type { SourceDatabaseSpec } from './subjects.ts'

type Answered = Extract<DatabaseEvidence, { outcome: 'answered' }>
type Known = Answered & { state: NonNullable<Answered['state']> }

/** `open`: what was seen does not decide; `look` is the statement that would. */
export type FactAnswer =
  | { holds: true; actual: string }
  | { holds: false; actual: string; remediation: Remediation }
  | { holds: 'open'; actual: string; look: string }

/** One question about a database that its facts answer. */
export interface DatabaseFact {
  /** Follows "the database NAME". */
  expected: string
  /** The detail without which there is no answer, as `notSeen` names it. */
  detail?: string
  /** Undefined: the detail was not seen. */
  judge(evidence: Known, name: string): FactAnswer | undefined
}

export function judgeDatabaseFact(
  evidence: DatabaseEvidence,
  { spec }: Subject<SourceDatabaseSpec>,
  fact: DatabaseFact,
): Judgement {
  const { source, database, manifest } = spec
  if (evidence.outcome !== 'answered') return judgeNoLogin(evidence, source.name, manifest.name)
  const { state, host, port } = evidence
  const subject = `${source.name}/${database.name}`
  const what = `The database ${database.name} on ${host}:${String(port)}`
  const expected = `the database ${database.name} ${fact.expected}`
  if (state === null) {
    const blockedBy = [{ id: 'source/database-is-readable', subject }]
    return { verdict: 'blocked', summary: `Not known: ${what} was not seen`, blockedBy }
  }
  const answer = fact.judge({ ...evidence, state }, state.name)
  if (answer === undefined) {
    const { why, missing } = evidence.facts.notSeen.find((one) => one.fact === fact.detail) ?? {
      why: 'the server told nothing of it',
    }
    const message = `${what}: ${fact.detail ?? 'the fact'} could not be seen: ${why}${missing === undefined ? '' : ` (missing: ${missing})`}`
    const cause = { kind: missing === undefined ? ('insufficient' as const) : ('forbidden' as const), message }
    return { verdict: 'unknown', proof: 'direct', summary: message, expected, cause }
  }
  const { actual } = answer
  const summary = `${what}: ${actual}`
  switch (answer.holds) {
    case true:
      return { verdict: 'pass', proof: 'direct', summary, expected, actual }
    case false:
      return { verdict: 'fail', proof: 'direct', summary, expected, actual, remediation: answer.remediation }
    case 'open':
      return {
        verdict: 'unknown',
        proof: 'direct',
        summary,
        expected,
        cause: { kind: 'insufficient', message: summary },
        remediation: { text: 'Look it up in the database.', scripts: [{ language: 'tsql', code: answer.look }] },
      }
  }
}
