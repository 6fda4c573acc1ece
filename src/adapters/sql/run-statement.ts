import type { JsonObject } from '../../domain/json.ts'
import { seen, unseen, type Observed } from '../../domain/observed.ts'
import type { SqlMessage, Statement } from '../../ports/sql-port.ts'
import { boundText } from '../bounded-text.ts'
import { ABORTED, socketFailure } from '../net/socket-errors.ts'
import type { Session } from './session.ts'
import { driverFailure, serverFailure } from './sql-errors.ts'

const ROWS_LIMIT = 10_000
/** tedious' own timer ends with the first byte; this one covers a server that never comes to an end. */
const GRACE_MS = 3000

interface Outcome {
  rows: readonly Record<string, unknown>[]
  isCut: boolean
  isLate: boolean
  errors: readonly unknown[]
}

/** Runs one SELECT and decodes its rows. */
export async function runStatement<Row extends JsonObject>(
  session: Session,
  statement: Statement<Row>,
  where: string,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
): Promise<Observed<readonly Row[]>> {
  const asked = `Query "${statement.name}" on ${where}`
  const { rows, isCut, isLate, errors } = await session.inTurn(() => collectRows(session, statement.text, timeoutMs))
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
  try {
    return seen(rows.map((row) => statement.decode(row)))
  } catch (problem) {
    return unseen(
      'protocol',
      `${asked}: a row is not what was expected: ${boundText(problem instanceof Error ? problem.message : 'no message')}.`,
    )
  }
}

function collectRows(session: Session, text: string, timeoutMs: number): Promise<Outcome> {
  return new Promise((resolve) => {
    const rows: Record<string, unknown>[] = []
    const errors: unknown[] = []
    let isCut = false
    let isLate = false
    const request = session.pool.request()
    request.stream = true
    const timer = setTimeout(() => {
      isLate = true
      session.cut()
    }, timeoutMs + GRACE_MS)
    request.on('row', (row: Record<string, unknown>) => {
      if (rows.length < ROWS_LIMIT) {
        rows.push(row)
      } else if (!isCut) {
        isCut = true
        request.cancel()
      }
    })
    request.on('error', (error: unknown) => errors.push(error))
    request.on('done', () => {
      clearTimeout(timer)
      resolve({ rows, isCut, isLate, errors })
    })
    void request.batch(text)
  })
}

/** A statement that the server refused: mssql puts the number on its error. */
function serverMessage(error: unknown): SqlMessage | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const { code, number, state, class: severity, message } = error as Record<string, unknown>
  if (code !== 'EREQUEST' || typeof number !== 'number') return undefined
  return {
    number,
    state: typeof state === 'number' ? state : 0,
    severity: typeof severity === 'number' ? severity : 0,
    message: typeof message === 'string' ? message : '',
  }
}
