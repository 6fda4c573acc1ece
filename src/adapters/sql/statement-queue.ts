import { collectSets, type Outcome, type Row } from './collect-sets.ts'
import type { Session } from './session.ts'
import { serverMessage } from './sql-errors.ts'

/** What came back for one statement. */
export interface StatementOutcome extends Omit<Outcome, 'sets'> {
  /** Undefined: the server answered without a result set. */
  rows: readonly Row[] | undefined
}

export interface StatementQueue {
  /** The answer to a statement; one that was asked before is not sent again. */
  ask(text: string): Promise<StatementOutcome>
}

/** Far above what the checks ask of one server. */
const JOINT_LIMIT = 64
/** Between two SELECTs: neither holds a semicolon, which the tests of the statements make sure of. */
const SEPARATOR = ';\n'

interface Waiting {
  text: string
  resolve(outcome: StatementOutcome): void
}

/**
 * The statements of one connection. Those that are asked for in one turn of the event loop, or while the connection is
 * busy, travel together in one batch and are told apart by the order of their result sets. When a joint batch errs, each
 * statement of it is sent again by itself: one error must not hide the others' answers.
 */
export function createStatementQueue(session: Session, timeoutMs: number): StatementQueue {
  const known = new Map<string, Promise<StatementOutcome>>()
  const waiting: Waiting[] = []
  let isBusy = false
  const send = (text: string): Promise<Outcome> => collectSets(session, text, timeoutMs)
  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      const joint = waiting.splice(0, JOINT_LIMIT)
      for (const [place, outcome] of (
        await askAll(
          joint.map(({ text }) => text),
          send,
        )
      ).entries()) {
        joint[place]?.resolve(outcome)
      }
    }
    isBusy = false
  }
  return {
    ask(text) {
      const asked = known.get(text)
      if (asked !== undefined) return asked
      const answer = new Promise<StatementOutcome>((resolve) => waiting.push({ text, resolve }))
      known.set(text, answer)
      if (!isBusy) {
        isBusy = true
        // All that the checks ask in this turn of the event loop is there by then.
        setImmediate(() => void drain())
      }
      return answer
    },
  }
}

async function askAll(
  texts: readonly string[],
  send: (text: string) => Promise<Outcome>,
): Promise<readonly StatementOutcome[]> {
  if (texts.length > 1) {
    const { sets, ...rest } = await send(texts.join(SEPARATOR))
    const isWhole = rest.errors.length === 0 && !rest.isCut && sets.length === texts.length
    if (isWhole) return sets.map((rows) => ({ ...rest, rows }))
    // A lost connection or a timeout is every statement's own answer; nothing could be sent again.
    const isRefused = rest.errors.every((error) => serverMessage(error) !== undefined)
    if (!rest.isCut && (rest.isLate || !isRefused)) return texts.map(() => ({ ...rest, rows: undefined }))
  }
  const outcomes: StatementOutcome[] = []
  for (const text of texts) {
    const { sets, ...rest } = await send(text)
    outcomes.push({ ...rest, rows: sets.length === 1 ? sets[0] : undefined })
  }
  return outcomes
}
