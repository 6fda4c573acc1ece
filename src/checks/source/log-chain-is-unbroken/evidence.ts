import type { BackupFlaw } from '../../../domain/backup-set.ts'
import type { BackupMention } from '../../recorded-backups.ts'

export type FlawedMention = BackupMention & { flaw: BackupFlaw; software: string | null }

export type ChainFact =
  | { is: 'no-full' }
  | { is: 'not-started' }
  | { is: 'no-usable-full'; newest: FlawedMention }
  | { is: 'whole'; full: BackupMention | null; last: BackupMention | null; differentials: number; logs: number }
  | {
      is: 'gap'
      from: string | null
      to: string
      before: BackupMention | null
      after: BackupMention | null
      /** Backups of the missing stretch that cannot be restored; the first few of them. */
      lost: FlawedMention[]
      lostInAll: number
    }

/** What msdb and the database tell of the log chain. */
export type Evidence = {
  host: string
  port: number
  /** Backups that were looked at, and rows that say too little. */
  recorded: number
  incomplete: number
  isCut: boolean
  isReplica: boolean
  /** LSN at which the next log backup begins; null: there will be none. */
  nextLogFrom: string | null
  chain: ChainFact
}
