/**
 * Which states of a database its backups can bring back, by log sequence numbers (LSN) and recovery forks alone.
 * Columns of msdb.dbo.backupset and RESTORE HEADERONLY:
 * https://learn.microsoft.com/sql/relational-databases/system-tables/backupset-transact-sql
 */

/** A backup set of one database. LSNs are numeric(25,0), beyond what a number holds. */
export interface BackupSet {
  /** backup_set_uuid. */
  id: string
  kind: 'full' | 'differential' | 'log'
  /** The oldest log record within. */
  firstLsn: bigint
  /** The next log record after the set: not within. */
  lastLsn: bigint
  /** first_recovery_fork_guid and last_recovery_fork_guid: they differ where a database was brought back to an earlier state. */
  firstFork: string
  lastFork: string
  /** Where it left the first fork; only where the two differ. */
  forkPoint?: bigint
  /** differential_base_guid: the full backup that a differential builds on. */
  baseId?: string
}

/** A state of the database: everything on the way of this fork before `lsn` is in it. */
export interface LogPosition {
  lsn: bigint
  fork: string
}

export interface RestorePlan {
  /** A full backup, perhaps a differential, then log backups, in the order of RESTORE; empty where there is a gap. */
  sets: readonly BackupSet[]
  /** Log records that no backup holds: from the newest state that can be had before it (absent: none) to the next log. */
  gap?: { from?: bigint; to: bigint }
}

interface Reached {
  at: LogPosition
  by: BackupSet
  before?: Reached
}

/**
 * The backups that bring back `goal`, the newest full backup first of all, so that as few as possible are restored; or
 * the gap nearest to the goal. Takes n log n steps. Damaged sets, and sets that are out of reach, are not to be given.
 */
export function planRestore(backups: readonly BackupSet[], goal: LogPosition): RestorePlan {
  const reached = reach(backups)
  const end = reachedAt(reached, goal)
  if (end !== undefined) return { sets: setsOf(end) }
  return { sets: [], gap: gapBefore(backups, reached, goal) }
}

/** The newest state that the backups bring back; of several forks, that of the greatest LSN. */
export function newestState(backups: readonly BackupSet[]): LogPosition | undefined {
  const all = [...reach(backups).values()].map((states) => states.at(-1)?.at).filter((at) => at !== undefined)
  return all.reduce<LogPosition | undefined>(
    (best, at) => (best === undefined || at.lsn > best.lsn ? at : best),
    undefined,
  )
}

/** Every state that can be had, by fork, in the order of LSNs. */
function reach(backups: readonly BackupSet[]): Map<string, Reached[]> {
  const fulls = new Map(backups.filter(({ kind }) => kind === 'full').map((set) => [set.id, set]))
  const reached = new Map<string, Reached[]>()
  for (const set of backups.toSorted(byEnd)) {
    const state = set.kind === 'log' ? afterLog(set, reached) : afterData(set, fulls)
    if (state === undefined) continue
    const states = reached.get(set.lastFork)
    if (states === undefined) reached.set(set.lastFork, [state])
    else states.push(state)
  }
  return reached
}

/** At the same end a full backup comes last: it needs the fewest others. */
function byEnd(left: BackupSet, right: BackupSet): number {
  if (left.lastLsn !== right.lastLsn) return left.lastLsn < right.lastLsn ? -1 : 1
  return COST_ORDER.indexOf(left.kind) - COST_ORDER.indexOf(right.kind)
}

const COST_ORDER: readonly BackupSet['kind'][] = ['log', 'differential', 'full']

function afterData(set: BackupSet, fulls: ReadonlyMap<string, BackupSet>): Reached | undefined {
  const at = { lsn: set.lastLsn, fork: set.lastFork }
  if (set.kind === 'full') return { at, by: set }
  const base = set.baseId === undefined ? undefined : fulls.get(set.baseId)
  return base === undefined
    ? undefined
    : { at, by: set, before: { at: { lsn: base.lastLsn, fork: base.lastFork }, by: base } }
}

/** A log backup goes on from any state within it that lies on its way. */
function afterLog(set: BackupSet, reached: ReadonlyMap<string, readonly Reached[]>): Reached | undefined {
  const before = stretchesOf(set)
    .map(({ fork, first, last }) => lastUpTo(reached.get(fork) ?? [], last, first))
    .findLast((state) => state !== undefined)
  return before === undefined ? undefined : { at: { lsn: set.lastLsn, fork: set.lastFork }, by: set, before }
}

/** The states, both ends included, after which a log backup can be restored, in the order of time. */
function stretchesOf(set: BackupSet): { fork: string; first: bigint; last: bigint }[] {
  const { firstFork, lastFork, firstLsn, lastLsn, forkPoint } = set
  if (firstFork === lastFork || forkPoint === undefined) {
    return firstFork === lastFork ? [{ fork: firstFork, first: firstLsn, last: lastLsn - 1n }] : []
  }
  return [
    { fork: firstFork, first: firstLsn, last: forkPoint },
    { fork: lastFork, first: forkPoint, last: lastLsn - 1n },
  ]
}

/** The last of the ordered states that is not after `last`, if it is not before `first`. */
function lastUpTo(states: readonly Reached[], last: bigint, first: bigint): Reached | undefined {
  let low = 0
  let high = states.length
  while (low < high) {
    const middle = (low + high) >> 1
    const state = states[middle]
    if (state !== undefined && state.at.lsn <= last) low = middle + 1
    else high = middle
  }
  const found = states[low - 1]
  return found !== undefined && found.at.lsn >= first ? found : undefined
}

function reachedAt(reached: ReadonlyMap<string, readonly Reached[]>, { lsn, fork }: LogPosition): Reached | undefined {
  return lastUpTo(reached.get(fork) ?? [], lsn, lsn)
}

function setsOf(end: Reached): BackupSet[] {
  const sets: BackupSet[] = []
  for (let state: Reached | undefined = end; state !== undefined; state = state.before) sets.push(state.by)
  return sets.reverse()
}

/** Walks back from the goal over the log backups that are there, to where one is missing. */
function gapBefore(
  backups: readonly BackupSet[],
  reached: ReadonlyMap<string, readonly Reached[]>,
  goal: LogPosition,
): NonNullable<RestorePlan['gap']> {
  let { lsn, fork } = goal
  const logs = backups.filter(({ kind }) => kind === 'log').sort((left, right) => byEnd(right, left))
  for (const log of logs) {
    if (log.lastFork !== fork || log.lastLsn < lsn || log.firstLsn >= lsn) continue
    lsn = log.firstLsn
    fork = log.firstFork
  }
  const from = lastUpTo(reached.get(fork) ?? [], lsn, 0n)?.at.lsn
  return { ...(from === undefined ? {} : { from }), to: lsn }
}
