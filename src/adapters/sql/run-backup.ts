import { seen, unseen, type Observed } from '../../domain/observed.ts'
import type { BackupAnswer, BackupHeader, SqlMessage, SqlServer } from '../../ports/sql-port.ts'
import { boundText } from '../bounded-text.ts'
import { ABORTED, socketFailure } from '../net/socket-errors.ts'
import { BACKUP_MODEL, FILE_PARAMETER, READ_HEADER } from './backup-statements.ts'
import type { Session } from './session.ts'
import { driverFailure, serverMessage } from './sql-errors.ts'

/** Of the time of a probe: the rest is for the end of a backup that is too slow, and for the removal of its file. */
const BACKUP_SHARE_OF_TIMEOUT = 0.75
/** How long a server may take to end what was cancelled, before the connection is given up. */
const CANCEL_LIMIT_MS = 2500
/** Far above what one backup of `model` says. */
const MOST_MESSAGES = 10

type Row = Record<string, unknown>
type Done = { outcome: 'done'; rows: readonly Row[] } | { outcome: 'refused'; messages: SqlMessage[] }
type Answer = Observed<Done>

export interface Backups {
  run(session: Session, server: SqlServer, file: string): Promise<Observed<BackupAnswer>>
}

/** Backups of one server go one after the other: SQL Server refuses a second one of the same database (3023). */
export function createBackups(timeoutMs: number, signal: AbortSignal): Backups {
  const turns = new WeakMap<Session, Promise<unknown>>()
  return {
    run(session, server, file) {
      const turn = turns.get(session) ?? Promise.resolve()
      const limitMs = Math.max(1, Math.round(timeoutMs * BACKUP_SHARE_OF_TIMEOUT))
      const answer = turn.then(() => backUp(session, server, file, { limitMs, signal }))
      turns.set(
        session,
        answer.catch(() => undefined),
      )
      return answer
    },
  }
}

interface Limits {
  /** For both statements together. */
  limitMs: number
  signal: AbortSignal
}

async function backUp(
  session: Session,
  { host }: SqlServer,
  file: string,
  { limitMs, signal }: Limits,
): Promise<Observed<BackupAnswer>> {
  const startedAt = Date.now()
  const ask = (text: string, what: string): Promise<Answer> => {
    const leftMs = Math.max(1, limitMs - (Date.now() - startedAt))
    return send(session, { text, file, asked: `${what} on ${host}` }, { limitMs: leftMs, signal })
  }
  const made = await ask(BACKUP_MODEL, `The COPY_ONLY backup of model to ${file}`)
  if (!made.ok) return made
  if (made.value.outcome === 'refused') return seen(made.value)
  const read = await ask(READ_HEADER, `RESTORE HEADERONLY of ${file}`)
  if (!read.ok) return seen({ outcome: 'written', readBack: read })
  if (read.value.outcome === 'refused') return seen({ outcome: 'written', readBack: seen(read.value) })
  const header = decodeHeader(read.value.rows)
  const readBack =
    header === undefined
      ? unseen('protocol', `RESTORE HEADERONLY of ${file} on ${host}: the answer is not that of one backup.`)
      : seen({ outcome: 'read' as const, header })
  return seen({ outcome: 'written', readBack })
}

/** Sends one of the two statements with the file as its parameter, and waits for its end. */
function send(
  session: Session,
  { text, file, asked }: { text: string; file: string; asked: string },
  { limitMs, signal }: Limits,
): Promise<Answer> {
  if (signal.aborted) return Promise.resolve({ ok: false, failure: socketFailure(ABORTED, asked) })
  return new Promise((resolve) => {
    const rows: Row[] = []
    const errors: unknown[] = []
    let isLate = false
    const request = session.pool.request()
    request.stream = true
    request.input(FILE_PARAMETER, file)
    let giveUp: NodeJS.Timeout | undefined
    const timer = setTimeout(() => {
      isLate = true
      giveUp = setTimeout(() => {
        session.cut()
      }, CANCEL_LIMIT_MS)
      request.cancel()
    }, limitMs)
    request.on('row', (row: Row) => {
      if (rows.length < MOST_MESSAGES) rows.push(row)
    })
    request.on('error', (error: unknown) => {
      if (errors.length < MOST_MESSAGES) errors.push(error)
    })
    request.on('done', () => {
      clearTimeout(timer)
      clearTimeout(giveUp)
      resolve(judge({ rows, errors, isLate }, asked, { limitMs, signal }))
    })
    void request.query(text)
  })
}

function judge(
  { rows, errors, isLate }: { rows: readonly Row[]; errors: readonly unknown[]; isLate: boolean },
  asked: string,
  { limitMs, signal }: Limits,
): Answer {
  const [first] = errors
  if (first === undefined) return seen({ outcome: 'done', rows })
  if (signal.aborted) return { ok: false, failure: socketFailure(ABORTED, asked) }
  // What a server says when it is cancelled is about the cancelling.
  if (isLate) {
    const missing = 'more time: raise the input `timeout`, or find out why SQL Server waits for the share'
    return unseen('timeout', `${asked}: no end within ${limitMs} ms, so it was cancelled.`, { missing })
  }
  const messages = errors.flatMap((error) => serverMessage(error) ?? [])
  if (messages.length === 0) return { ok: false, failure: driverFailure(first, asked) }
  return seen({
    outcome: 'refused',
    messages: messages.map((message) => ({ ...message, message: boundText(message.message) })),
  })
}

/** Columns of RESTORE HEADERONLY; one row for each backup in the file. */
function decodeHeader(rows: readonly Row[]): BackupHeader | undefined {
  const [row] = rows
  if (row === undefined || rows.length !== 1) return undefined
  const { DatabaseName: database, HasBackupChecksums: hasChecksums, IsCopyOnly: isCopyOnly } = row
  if (typeof database !== 'string' || typeof hasChecksums !== 'boolean' || typeof isCopyOnly !== 'boolean')
    return undefined
  return { database, hasChecksums, isCopyOnly }
}
