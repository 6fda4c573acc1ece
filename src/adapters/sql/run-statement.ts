import type { JsonObject } from '../../domain/json.ts'
import { seen, unseen, type Observed } from '../../domain/observed.ts'
import type { Statement } from '../../ports/sql-port.ts'
import { boundText } from '../bounded-text.ts'
import { ABORTED, socketFailure } from '../net/socket-errors.ts'
import { ROWS_LIMIT } from './collect-sets.ts'
import { driverFailure, serverFailure, serverMessage } from './sql-errors.ts'
import type { StatementQueue } from './statement-queue.ts'

/** Runs one SELECT and decodes its rows. */
export async function runStatement<Row extends JsonObject>(
  queue: StatementQueue,
  statement: Statement<Row>,
  where: string,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
): Promise<Observed<readonly Row[]>> {
  const asked = `Query "${statement.name}" on ${where}`
  const { rows, isCut, isLate, errors } = await queue.ask(statement.text)
  if (isCut)
    return unseen('insufficient', `${asked}: more than ${ROWS_LIMIT} rows came back, which is more than is read.`)
  const [error] = errors
  if (error !== undefined) {
    const message = serverMessage(error)
    if (message !== undefined) return { ok: false, failure: serverFailure(message, asked) }
    if (signal.aborted) return { ok: false, failure: socketFailure(ABORTED, asked) }
    return isLate
      ? unseen('timeout', `${asked}: no complete answer within ${timeoutMs} ms.`)
      : { ok: false, failure: driverFailure(error, asked) }
  }
  if (rows === undefined) return unseen('protocol', `${asked}: the server did not answer with one result set.`)
  try {
    return seen(rows.map((row) => statement.decode(row)))
  } catch (problem) {
    return unseen(
      'protocol',
      `${asked}: a row is not what was expected: ${boundText(problem instanceof Error ? problem.message : 'no message')}.`,
    )
  }
}

/**
 * Whether a server of that version knows the statement. Azure SQL always calls itself 12.0.2000, as SQL Server 2014 did
 * at its release, and knows more: it is asked.
 */
export function isKnownTo(version: string | undefined, { since }: { since: string }): boolean {
  if (version === undefined || /^12\.0\.2000\b/.test(version)) return true
  const [has, needs] = [version, since].map((text) => text.split('.').map(Number))
  const [major = 0, minor = 0] = has ?? []
  const [leastMajor = 0, leastMinor = 0] = needs ?? []
  return major > leastMajor || (major === leastMajor && minor >= leastMinor)
}
