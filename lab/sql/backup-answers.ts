import { BACKUP_MODEL, FILE_PARAMETER, READ_HEADER } from '../../src/adapters/sql/backup-statements.ts'
import type { SqlMessage } from '../../src/ports/sql-port.ts'
import type { Query, Reply, Session } from '../tds/model.ts'
import { unknownStatement } from './messages.ts'
import { text } from './rows.ts'
import { hasServerPermission } from './server-security.ts'
import { findLogin, includesName, type LoginState, type SqlState } from './state.ts'

/** Files on the network as the service of a SQL Server reaches them. A number is an error of Windows; 0 is none. */
export interface NetworkFiles {
  write(path: string, content: Buffer): Promise<number>
  read(path: string): Promise<Buffer | number>
}

const ERROR_TEXTS: Readonly<Record<number, string>> = {
  2: 'The system cannot find the file specified.',
  3: 'The system cannot find the path specified.',
  5: 'Access is denied.',
  32: 'The process cannot access the file because it is being used by another process.',
  53: 'The network path was not found.',
  67: 'The network name cannot be found.',
  112: 'There is not enough space on the disk.',
  1326: 'The user name or password is incorrect.',
  1331: 'This user can\u2019t sign in because this account is currently disabled.',
}
const DISK_FULL = 112
const NO_NETWORK = 53

/** A backup begins so (Microsoft Tape Format); what follows is the lab's own. */
const HEAD = 'TAPE'
const BACKUP_BYTES = 64 * 1024
const PART_BYTES = 8 * 1024

export function isBackup({ text: statement }: Query): boolean {
  return statement === BACKUP_MODEL || statement === READ_HEADER
}

/** BACKUP of `model` to a file and RESTORE HEADERONLY of one, by a server whose service reaches files of the network. */
export async function answerBackup(
  state: SqlState,
  query: Query,
  session: Session,
  files: NetworkFiles | undefined,
): Promise<Reply> {
  const account = findLogin(state, session.user)
  const file = query.parameters.find(({ name }) => name.replace(/^@/, '') === FILE_PARAMETER)?.value
  if (account === undefined || typeof file !== 'string') return { error: unknownStatement(query.text) }
  return query.text === BACKUP_MODEL ? backUp(state, account, files, file) : readHeader(state, account, files, file)
}

async function backUp(
  state: SqlState,
  account: LoginState,
  files: NetworkFiles | undefined,
  file: string,
): Promise<Reply> {
  if (!mayBackUp(state, account)) return ends('BACKUP DATABASE', denied('BACKUP DATABASE', 'model'))
  const { refuses, hangs } = state.backup ?? {}
  if (refuses !== undefined) return ends('BACKUP DATABASE', ...refuses)
  const content = Buffer.alloc(hangs === true ? PART_BYTES : BACKUP_BYTES)
  content.write(HEAD)
  const error = files === undefined ? NO_NETWORK : await files.write(file, content)
  if (error !== 0) return ends('BACKUP DATABASE', deviceError(file, error))
  if (hangs === true) return { hang: true }
  const info = (number: number, message: string): SqlMessage => ({ number, state: 1, severity: 0, message })
  return {
    info: [
      info(4035, "Processed 344 pages for database 'model', file 'modeldev' on file 1."),
      info(3014, 'BACKUP DATABASE successfully processed 346 pages in 0.045 seconds (60.058 MB/sec).'),
    ],
  }
}

async function readHeader(
  state: SqlState,
  account: LoginState,
  files: NetworkFiles | undefined,
  file: string,
): Promise<Reply> {
  if (!hasServerPermission(state, account, 'CREATE ANY DATABASE'))
    return ends('RESTORE HEADERONLY', denied('CREATE DATABASE', 'master'))
  const { refusesReading, readsDatabase = 'model' } = state.backup ?? {}
  if (refusesReading !== undefined) return ends('RESTORE HEADERONLY', ...refusesReading)
  const content = files === undefined ? NO_NETWORK : await files.read(file)
  if (typeof content === 'number') return ends('RESTORE HEADERONLY', deviceError(file, content))
  if (content.toString('latin1', 0, HEAD.length) !== HEAD) {
    const message = `The media family on device '${file}' is incorrectly formed. SQL Server cannot process this media family.`
    return ends('RESTORE HEADERONLY', { number: 3241, state: 0, severity: 16, message })
  }
  const columns = [
    text('BackupName'),
    { name: 'BackupType', type: 'int' } as const,
    text('DatabaseName'),
    { name: 'HasBackupChecksums', type: 'bit' } as const,
    { name: 'IsCopyOnly', type: 'bit' } as const,
  ]
  return { sets: [{ columns, rows: [['dms-preflight probe', 1, readsDatabase, true, true]] }] }
}

/** db_backupoperator of `model` is a role of that database; here it stands among the grants of the login. */
function mayBackUp(state: SqlState, account: LoginState): boolean {
  return (
    hasServerPermission(state, account, 'CONTROL SERVER') || includesName(account.grants, 'BACKUP DATABASE ON model')
  )
}

function ends(what: string, ...messages: readonly [SqlMessage, ...SqlMessage[]]): Reply {
  const [error, ...others] = messages
  const last = { number: 3013, state: 1, severity: 16, message: `${what} is terminating abnormally.` }
  return { error, furtherErrors: [...others, last] }
}

function denied(permission: string, database: string): SqlMessage {
  const message = `${permission} permission denied in database '${database}'.`
  return { number: 262, state: 1, severity: 14, message }
}

/** It can be opened and not written when the volume is full. */
function deviceError(file: string, error: number): SqlMessage {
  const reason = `${String(error)}(${ERROR_TEXTS[error] ?? 'failed to retrieve text for this error. Reason: 15105'})`
  return error === DISK_FULL
    ? { number: 3202, state: 1, severity: 16, message: `Write on "${file}" failed: ${reason}` }
    : {
        number: 3201,
        state: 1,
        severity: 16,
        message: `Cannot open backup device '${file}'. Operating system error ${reason}.`,
      }
}
