import { planRestore, type BackupSet } from './backup-chain.ts'
import { flawOf, type RecordedBackup } from './backup-set.ts'

/** Where the log stands, by sys.database_recovery_status. */
export interface LogState {
  /** Where the next log backup begins; absent: there is none, so no log backup can be made. */
  nextLogFrom?: bigint
  /** The recovery fork that the database is on; absent: not told. */
  fork?: string
}

/** Whether full and log backups bring the database to where its next log backup begins. */
export type LogChain =
  /** In the order of RESTORE. */
  | { is: 'whole'; backups: readonly RecordedBackup[] }
  /** msdb knows no full backup. */
  | { is: 'no-full' }
  /** There are full backups, and none that can be restored; the newest of them. */
  | { is: 'no-usable-full'; newest: RecordedBackup }
  /** No log backup can be made: SIMPLE, or no full backup since it was. */
  | { is: 'not-started' }
  | {
      is: 'gap'
      /** LSNs of the log that no usable backup holds. */
      from?: bigint
      to: bigint
      /** The usable backups at both ends, where there are any. */
      before?: RecordedBackup
      after?: RecordedBackup
      /** Log backups of the missing stretch that were made, and cannot be restored; oldest first. */
      flawed: readonly RecordedBackup[]
    }

/** Full or differential backups of late are tried first; more of them than this say nothing new. */
const NEWEST_TRIED = 8

/** `backups` in any order. Pure. */
export function findLogChain(backups: readonly RecordedBackup[], state: LogState): LogChain {
  const fulls = backups.filter(({ set }) => set.kind === 'full')
  const newest = fulls.toSorted(byEnd).at(-1)
  if (newest === undefined) return { is: 'no-full' }
  if (state.nextLogFrom === undefined) return { is: 'not-started' }
  const usable = backups.filter((backup) => flawOf(backup) === undefined)
  if (!usable.some(({ set }) => set.kind === 'full')) return { is: 'no-usable-full', newest }
  const fork = state.fork ?? backups.toSorted(byEnd).at(-1)?.set.lastFork ?? newest.set.lastFork
  return chainTo(usable, backups, state.nextLogFrom, fork)
}

function chainTo(
  usable: readonly RecordedBackup[],
  all: readonly RecordedBackup[],
  goal: bigint,
  fork: string,
): LogChain {
  const sets = usable.map(({ set }) => set)
  const bySet = new Map<BackupSet, RecordedBackup>(usable.map((backup) => [backup.set, backup]))
  const recorded = (plan: readonly BackupSet[]): RecordedBackup[] => plan.flatMap((set) => bySet.get(set) ?? [])
  // The next log backup begins before the end of a later full one, and so goes on from it.
  const beyond = usable
    .filter(({ set }) => set.kind !== 'log' && set.lastFork === fork && set.lastLsn >= goal)
    .sort(byEnd)
    .slice(-NEWEST_TRIED)
    .reverse()
  for (const { set } of beyond) {
    const plan = planRestore(sets, { lsn: set.lastLsn, fork })
    if (plan.sets.length > 0) return { is: 'whole', backups: recorded(plan.sets) }
  }
  const plan = planRestore(sets, { lsn: goal, fork })
  if (plan.gap === undefined) return { is: 'whole', backups: recorded(plan.sets) }
  const { from, to } = plan.gap
  const before = from === undefined ? undefined : usable.find(({ set }) => set.lastLsn === from)
  const after = usable.find(({ set }) => set.kind === 'log' && set.firstLsn === to)
  const flawed = all.filter(
    (backup) =>
      backup.set.kind === 'log' &&
      flawOf(backup) !== undefined &&
      backup.set.firstLsn < to &&
      backup.set.lastLsn > (from ?? -1n),
  )
  return {
    is: 'gap',
    ...(from === undefined ? {} : { from }),
    to,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    flawed: flawed.toSorted(byEnd),
  }
}

function byEnd({ set: left }: RecordedBackup, { set: right }: RecordedBackup): number {
  return left.lastLsn === right.lastLsn ? 0 : left.lastLsn < right.lastLsn ? -1 : 1
}
