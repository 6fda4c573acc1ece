import type { Session } from './session.ts'

export const ROWS_LIMIT = 10_000
/** tedious' own timer ends with the first byte; this one covers a server that never comes to an end. */
const GRACE_MS = 3000

export type Row = Record<string, unknown>

/** What came back for one batch. */
export interface Outcome {
  /** Rows of each result set, in the order of the statements. */
  sets: readonly (readonly Row[])[]
  /** A result set had more rows than are read, and the rest was not taken. */
  isCut: boolean
  isLate: boolean
  errors: readonly unknown[]
}

/** Sends one batch and waits for its end. */
export function collectSets(session: Session, text: string, timeoutMs: number): Promise<Outcome> {
  return new Promise((resolve) => {
    const sets: Row[][] = []
    const errors: unknown[] = []
    let isCut = false
    let isLate = false
    const request = session.pool.request()
    request.stream = true
    const timer = setTimeout(() => {
      isLate = true
      session.cut()
    }, timeoutMs + GRACE_MS)
    request.on('recordset', () => sets.push([]))
    request.on('row', (row: Row) => {
      const rows = sets.at(-1)
      if (rows !== undefined && rows.length < ROWS_LIMIT) {
        rows.push(row)
      } else if (!isCut) {
        isCut = true
        request.cancel()
      }
    })
    request.on('error', (error: unknown) => errors.push(error))
    request.on('done', () => {
      clearTimeout(timer)
      resolve({ sets, isCut, isLate, errors })
    })
    void request.batch(text)
  })
}
