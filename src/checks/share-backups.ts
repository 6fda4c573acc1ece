import type { Observed } from '../domain/observed.ts'
import type { BlockedBy } from '../domain/report.ts'
import type { Subject } from '../domain/subject.ts'
import type { CauseKind } from '../domain/verdict.ts'
import type { Ports } from '../ports/ports.ts'
import type { FileShare, FolderAnswer, LentFile, LentFileEnd } from '../ports/share-port.ts'
import type { BackupAnswer, SqlMessage, SqlServer } from '../ports/sql-port.ts'
import { osErrorOf } from './backup-errors.ts'
import { boundText } from './foreign-text.ts'
import { readFileShare, statusFact, type StatusFact } from './share-place.ts'
import type { ShareSpec } from './subjects.ts'

/** What the server said in place of doing it, and the error of the operating system in it. */
export type ServerWords = {
  messages: { number: number; state: number; severity: number; message: string }[]
  osError: number | null
}

export type EndFact =
  | { outcome: 'removed'; bytes: number }
  | { outcome: 'not-there' }
  | { outcome: 'left-over'; status: StatusFact }
  | { outcome: 'unseen'; message: string }

type Unseen = { outcome: 'unseen'; kind: CauseKind; message: string; missing?: string }

export type ReadBackFact =
  | { outcome: 'read'; database: string; hasChecksums: boolean; isCopyOnly: boolean }
  | ({ outcome: 'refused' } & ServerWords)
  | Unseen

/** A COPY_ONLY backup of `model` that one SQL Server was asked to write into the folder of the share. */
export type BackupFact =
  | { state: 'not-tried'; blockedBy: { id: string; subject: string }[] }
  | { state: 'written'; file: string; readBack: ReadBackFact; end: EndFact }
  | ({ state: 'refused'; file: string; end: EndFact } & ServerWords)
  | { state: 'unseen'; file: string | null; kind: CauseKind; message: string; missing?: string; end: EndFact | null }

/** Makes the backup, or says by which check it is kept from that. */
export type BackupMaker = (server: SqlServer) => Promise<BackupFact>

const NO_FULL_CONTROL = 'share/windows-user-has-full-control'

/** DELETE, or FILE_DELETE_CHILD of the folder: one of them removes what another account has made (MS-DTYP 2.4.3). */
const REMOVES = 0x1_0000 | 0x40

/** `unremovable`: the Windows user of the share could not remove the file, and the modern service does not ask that of it. */
export type BackupPlan = BackupMaker | 'unremovable' | undefined

/** Undefined: the run may not write. No file is made that could not be removed again. */
export async function prepareBackups(
  ports: Pick<Ports, 'net' | 'sql' | 'share'>,
  subject: Pick<Subject<ShareSpec>, 'name' | 'spec'>,
  id: string,
): Promise<BackupPlan> {
  const { sql, share: smb } = ports
  // A method of the port, which is missing where the run may not write.
  if (!smb.writes || sql.backUp === undefined) return undefined
  const asked = await readFileShare(ports, subject, id)
  const obstacle = asked.ok ? await findObstacle(smb, asked.value) : 'share/login-is-accepted'
  if (obstacle === NO_FULL_CONTROL && subject.spec.manifest.generation === 'modern') return 'unremovable'
  if (!asked.ok || obstacle !== undefined) {
    const blockedBy: BlockedBy[] = [{ id: obstacle ?? 'share/login-is-accepted', subject: subject.name }]
    return () => Promise.resolve({ state: 'not-tried', blockedBy: [...blockedBy] })
  }
  const { value } = asked
  return async (server) => {
    const { host, address, port, login } = server
    const writer = JSON.stringify([host.toLowerCase(), address, port, login])
    const lent = await smb.lendFile(value, writer, (file) => backUp(sql, server, file))
    return lent.ok ? backupFact(lent.value) : { ...unseen(lent), state: 'unseen', file: null, end: null }
  }
}

/** The adapter behind a port may use `this`. */
function backUp(sql: Ports['sql'], server: SqlServer, file: string): Promise<Observed<BackupAnswer>> {
  const never: Observed<BackupAnswer> = {
    ok: false,
    failure: { kind: 'writes-off', message: 'No backup was made: `allow-writes` is off.' },
  }
  return sql.backUp?.(server, file) ?? Promise.resolve(never)
}

/** The check that says why nothing is written there. */
async function findObstacle(smb: Ports['share'], share: FileShare): Promise<string | undefined> {
  const login = await smb.logIn(share)
  if (!login.ok || login.value.outcome !== 'accepted') return 'share/login-is-accepted'
  const connected = await smb.openShare(share)
  if (!connected.ok || connected.value.outcome === 'refused') return 'share/exists'
  if (connected.value.kind !== 'disk') return 'share/exists'
  const opened = await smb.openFolder(share)
  if (!opened.ok) return 'share/exists'
  return mayRemove(opened.value) ? undefined : obstacleOfFolder(opened.value)
}

function mayRemove(folder: FolderAnswer): boolean {
  if (folder.outcome !== 'opened') return false
  return (folder.shareAccess & (folder.folderAccess ?? 0) & REMOVES) !== 0
}

function obstacleOfFolder(folder: FolderAnswer): string {
  const isMissing = folder.outcome === 'refused' && folder.reason !== 'access-denied'
  return isMissing ? 'share/exists' : NO_FULL_CONTROL
}

function backupFact({ file, written, end: ended }: LentFile<BackupAnswer>): BackupFact {
  const end = endFact(ended)
  if (!written.ok) return { ...unseen(written), state: 'unseen', file, end }
  if (written.value.outcome === 'refused')
    return { state: 'refused', file, end, ...serverWords(written.value.messages, file) }
  const { readBack } = written.value
  if (!readBack.ok) return { state: 'written', file, end, readBack: { ...unseen(readBack), outcome: 'unseen' } }
  const { value } = readBack
  const fact: ReadBackFact =
    value.outcome === 'read'
      ? { outcome: 'read', ...value.header }
      : { outcome: 'refused', ...serverWords(value.messages, file) }
  return { state: 'written', file, end, readBack: fact }
}

function serverWords(messages: readonly SqlMessage[], file: string): ServerWords {
  const bounded = messages.map((one) => ({ ...one, message: boundText(one.message) }))
  return { messages: bounded, osError: osErrorOf(bounded, file) }
}

function unseen({ failure }: Extract<Observed<never>, { ok: false }>): {
  kind: CauseKind
  message: string
  missing?: string
} {
  const { kind, message, missing } = failure
  return { kind, message: boundText(message), ...(missing === undefined ? {} : { missing: boundText(missing) }) }
}

function endFact(end: LentFileEnd): EndFact {
  if (end.outcome === 'left-over') return { outcome: 'left-over', status: statusFact(end.status) }
  return end.outcome === 'unseen' ? { outcome: 'unseen', message: boundText(end.message) } : end
}
