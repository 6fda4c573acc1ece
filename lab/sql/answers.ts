import type { Query, Reply, ResultSet, Session } from '../tds/model.ts'
import { FACTS_ANSWERS } from './facts-answers.ts'
import { HISTORY_ANSWERS } from './history-answers.ts'
import { MACHINE_ANSWERS } from './machine-answers.ts'
import { SHAPE_ANSWERS } from './shape-answers.ts'
import { unknownStatement } from './messages.ts'
import { RIGHTS_ANSWERS } from './rights-answers.ts'
import { findLogin, type LoginState, type SqlState } from './state.ts'

export type StatementAnswer = (state: SqlState, session: Session, account: LoginState) => Reply

/** Every statement that the checks send; a new statement comes with its answer. */
const ANSWERS: ReadonlyMap<string, StatementAnswer> = new Map<string, StatementAnswer>(
  [...RIGHTS_ANSWERS, ...FACTS_ANSWERS, ...HISTORY_ANSWERS, ...MACHINE_ANSWERS, ...SHAPE_ANSWERS].map(
    ([text, answer]) => [normalise(text), answer],
  ),
)

/**
 * Answers one statement, or several with a semicolon between them, up to the first that errs. A statement that is not
 * known is an error: an empty success would let a check pass on nothing.
 */
export function answerQuery(state: SqlState, query: Query, session: Session): Reply {
  const account = findLogin(state, session.user)
  const sets: ResultSet[] = []
  for (const text of query.text.split(';').filter((part) => part.trim() !== '')) {
    const found = ANSWERS.get(normalise(text))
    const reply: Reply =
      found === undefined || account === undefined
        ? { error: unknownStatement(text) }
        : (refusalOf(state, normalise(text)) ?? found(state, session, account))
    sets.push(...(reply.sets ?? []))
    if (reply.error !== undefined) return { sets, error: reply.error }
  }
  return sets.length === 0 ? { error: unknownStatement(query.text) } : { sets }
}

/** What the state wants refused, by a text that stands in the statement. */
function refusalOf({ refusesStatements = [] }: SqlState, statement: string): Reply | undefined {
  const refusal = refusesStatements.find(({ holding }) => statement.includes(holding))
  return refusal && { error: refusal.error }
}

function normalise(statement: string): string {
  return statement.replace(/\s+/g, ' ').trim()
}
