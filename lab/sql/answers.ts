import type { Query, Reply, Session } from '../tds/model.ts'
import { unknownStatement } from './messages.ts'
import { RIGHTS_ANSWERS } from './rights-answers.ts'
import { findLogin, type LoginState, type SqlState } from './state.ts'

export type StatementAnswer = (state: SqlState, session: Session, account: LoginState) => Reply

/** Every statement that the checks send; a new statement comes with its answer. */
const ANSWERS: ReadonlyMap<string, StatementAnswer> = new Map<string, StatementAnswer>(
  [...RIGHTS_ANSWERS].map(([text, answer]) => [normalise(text), answer]),
)

/** A statement that is not known is an error: an empty success would let a check pass on nothing. */
export function answerQuery(state: SqlState, query: Query, session: Session): Reply {
  const account = findLogin(state, session.user)
  const found = ANSWERS.get(normalise(query.text))
  if (found === undefined || account === undefined) return { error: unknownStatement(query.text) }
  return found(state, session, account)
}

function normalise(statement: string): string {
  return statement.replace(/\s+/g, ' ').trim()
}
