import type { BlockedBy } from '../domain/report.ts'
import type { Cause } from '../domain/verdict.ts'
import { explainBackupError, type BackupError } from './backup-errors.ts'
import { describeBytes } from './byte-sizes.ts'
import type { BackupFact, EndFact, ReadBackFact, ServerWords } from './share-backups.ts'
import { describeStatus } from './share-place.ts'

/** What the backup of one SQL Server says; `text` is a clause about that server. */
export type BackupVerdict =
  | { verdict: 'pass'; text: string }
  | { verdict: 'fail'; text: string; advice: string }
  | { verdict: 'unknown'; text: string; cause: Cause; missing?: string }
  | { verdict: 'blocked'; text: string; blockedBy: BlockedBy[] }

/** `write`: that the file came to be is enough; `read-and-write`: SQL Server must have read it again as well. */
export type Asked = 'write' | 'read-and-write'

type Written = Extract<BackupFact, { state: 'written' }>

/** `who`: the source and the account that it comes as. */
export function judgeBackup(fact: BackupFact, who: string, asked: Asked): BackupVerdict {
  switch (fact.state) {
    case 'not-tried':
      return { verdict: 'blocked', text: `${who} was not asked for a backup`, blockedBy: fact.blockedBy }
    case 'unseen': {
      const { kind, message, missing } = fact
      const text = `whether ${who} can write is not known: ${message}${describeEnd(fact.end, fact.file)}`
      return { verdict: 'unknown', text, cause: { kind, message }, ...(missing === undefined ? {} : { missing }) }
    }
    case 'refused':
      return refuse(
        explainBackupError(fact, 'backup'),
        fact,
        `${who} could not make a backup`,
        describeEnd(fact.end, fact.file),
      )
    case 'written':
      return judgeWritten(fact, who, asked)
  }
}

function judgeWritten(fact: Written, who: string, asked: Asked): BackupVerdict {
  const { file, end, readBack } = fact
  if (end.outcome === 'not-there') {
    const message = `${who} says that it wrote ${file}, and this runner does not find that file: the path leads the two to different places`
    const missing = `the same place for both: look on the host of SQL Server where the path leads, and delete the file there`
    return { verdict: 'unknown', text: message, cause: { kind: 'insufficient', message }, missing }
  }
  const size = end.outcome === 'removed' ? ` (${describeBytes(end.bytes)})` : ''
  const wrote = `${who} wrote ${nameOf(file)}${size}`
  const after = describeEnd(end, file)
  if (readBack.outcome === 'read') {
    const { database, hasChecksums, isCopyOnly } = readBack
    if (database !== 'model' || !hasChecksums || !isCopyOnly) {
      const text = `${wrote} and read back another backup than that (of ${database})${after}`
      return { verdict: 'fail', text, advice: 'Look what changes files on the volume.' }
    }
    return { verdict: 'pass', text: `${wrote} and read it back${after}` }
  }
  const error = readBack.outcome === 'refused' ? explainBackupError(readBack, 'read-back') : undefined
  const isSpoilt = error?.isSpoilt === true
  if (asked === 'write' && !isSpoilt) return { verdict: 'pass', text: `${wrote}${unread(readBack, error)}${after}` }
  if (readBack.outcome === 'refused' && error !== undefined)
    return refuse(error, readBack, `${wrote} and could not read it back`, after)
  const { kind, message, missing } = readBack as Extract<ReadBackFact, { outcome: 'unseen' }>
  const text = `${wrote}; whether it can be read back is not known: ${message}${after}`
  return { verdict: 'unknown', text, cause: { kind, message }, ...(missing === undefined ? {} : { missing }) }
}

function unread(readBack: ReadBackFact, error: BackupError | undefined): string {
  if (error === undefined) return readBack.outcome === 'unseen' ? ` (not read back: ${readBack.message})` : ''
  const missing = error.missing === undefined ? '' : `; missing: ${error.missing}`
  return ` (not read back: ${error.says}${missing})`
}

function refuse(error: BackupError, words: ServerWords, what: string, after: string): BackupVerdict {
  const [first] = words.messages
  const said = first === undefined ? '' : ` (${String(first.number)}: ${first.message})`
  const text = `${what}: ${error.says}${said}${after}`
  if (error.verdict === 'fail') return { verdict: 'fail', text, advice: error.advice ?? '' }
  const cause: Cause = { kind: error.kind ?? 'server-error', message: `${what}: ${error.says}${said}` }
  return { verdict: 'unknown', text, cause, ...(error.missing === undefined ? {} : { missing: error.missing }) }
}

/** What became of the file, as a further clause; nothing where it was never there. */
function describeEnd(end: EndFact | null, file: string | null): string {
  switch (end?.outcome) {
    case undefined:
    case 'not-there':
      return ''
    case 'removed':
      return '; the file was removed'
    case 'left-over':
      return `; THE FILE IS STILL THERE (${describeStatus(end.status)}), delete it: ${file ?? ''}`
    case 'unseen':
      return `; whether the file is still there is not known (${end.message}), look for it: ${file ?? ''}`
  }
}

function nameOf(file: string): string {
  return file.replace(/^.*\\/, '')
}
