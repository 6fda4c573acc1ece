import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { newestState, planRestore, type BackupSet, type LogPosition } from '../../src/domain/backup-chain.ts'

/** A log record of a made-up database; records form a tree, which branches where an earlier state was brought back. */
interface LogRecord {
  lsn: bigint
  fork: string
  before: LogRecord | undefined
}

/** What a backup holds, as sets of records: the second opinion knows no LSN. */
interface Held {
  set: BackupSet
  /** The database after its last record. */
  end: LogRecord
  /** Records in it; of a differential those since its base. */
  records: ReadonlySet<LogRecord>
}

const STEPS = fc.array(
  fc.record({
    kind: fc.constantFrom('write', 'full', 'copy', 'differential', 'log', 'log', 'log', 'log-copy', 'back', 'simple'),
    size: fc.integer({ min: 1, max: 4 }),
    pick: fc.nat(),
    lost: fc.nat({ max: 2 }).map((one) => one === 0),
  }),
  { minLength: 15, maxLength: 40, size: 'max' },
)
type Step = typeof STEPS extends fc.Arbitrary<(infer One)[]> ? One : never

/** Plays the steps; gives what was kept, and where the database stood at the end. */
function play(steps: readonly Step[]): { kept: Held[]; all: Held[]; now: LogRecord } {
  let now: LogRecord = { lsn: 100n, fork: 'fork 0', before: undefined }
  let forks = 0
  /** The last record before the next log backup; undefined: the chain is broken. */
  let logFrom: LogRecord | undefined
  let base: Held | undefined
  const all: Held[] = []
  const lost = new Set<Held>()
  const add = (held: Held, isLost: boolean): void => {
    all.push(held)
    if (isLost) lost.add(held)
  }
  for (const { kind, size, pick, lost: isLost } of steps) {
    const id = `set ${String(all.length)}`
    const position = { lastLsn: now.lsn + 1n, lastFork: now.fork }
    switch (kind) {
      case 'write':
        for (let step = 0; step < size; step += 1) now = { lsn: now.lsn + 1n, fork: now.fork, before: now }
        break
      case 'full':
      case 'copy': {
        const set: BackupSet = { id, kind: 'full', firstLsn: now.lsn, firstFork: now.fork, ...position }
        const held = { set, end: now, records: new Set(wayTo(now)) }
        if (kind === 'full') base = held
        // The log backup after a full one begins within it.
        logFrom ??= now.before ?? now
        add(held, isLost)
        break
      }
      case 'differential': {
        if (base === undefined) break
        const { end, set: of } = base
        const set: BackupSet = { id, kind, firstLsn: now.lsn, firstFork: now.fork, baseId: of.id, ...position }
        add({ set, end: now, records: new Set(wayTo(now, end)) }, isLost)
        break
      }
      case 'log':
      case 'log-copy': {
        if (logFrom === undefined) break
        const from: LogRecord = logFrom
        const records = wayTo(now, from)
        if (records.length === 0) break
        const forked = records.find(({ fork }) => fork !== from.fork)
        const set: BackupSet = {
          id,
          kind: 'log',
          firstLsn: from.lsn + 1n,
          firstFork: from.fork,
          ...(forked === undefined ? {} : { forkPoint: forked.lsn }),
          ...position,
        }
        add({ set, end: now, records: new Set(records) }, isLost)
        if (kind === 'log') logFrom = now
        break
      }
      case 'back': {
        const held = all[pick % Math.max(1, all.length)]
        // A log backup right before, as SQL Server asks for one; only one fork fits into a log backup.
        if (held === undefined || logFrom === undefined || held.end === now) break
        forks += 1
        now = { lsn: held.end.lsn + 1n, fork: `fork ${String(forks)}`, before: held.end }
        logFrom = held.end
        base = undefined
        break
      }
      case 'simple':
        logFrom = undefined
        break
    }
  }
  return { kept: all.filter((held) => !lost.has(held)), all, now }
}

/** The records up to and with `end`, oldest first, without those up to `after`. */
function wayTo(end: LogRecord, after?: LogRecord): LogRecord[] {
  const records: LogRecord[] = []
  for (let record: LogRecord | undefined = end; record !== undefined && record !== after; record = record.before) {
    records.push(record)
  }
  return records.reverse()
}

/** Restores whatever can be restored, record by record, until nothing new comes of it. */
function everyState(kept: readonly Held[]): Set<LogRecord> {
  const states = new Set<LogRecord>()
  for (let grew = true; grew;) {
    grew = false
    for (const held of kept) {
      const { set, end } = held
      if (states.has(end)) continue
      if (canRestore(held, kept, states)) {
        states.add(end)
        grew = true
      }
      expect(set.lastLsn).toBe(end.lsn + 1n)
    }
  }
  return states
}

function canRestore({ set, end, records }: Held, kept: readonly Held[], states: ReadonlySet<LogRecord>): boolean {
  if (set.kind === 'full') return true
  if (set.kind === 'differential') return kept.some((other) => other.set.id === set.baseId)
  return [...states].some((state) => {
    const way = wayTo(end)
    const place = way.indexOf(state)
    return place >= 0 && place < way.length - 1 && way.slice(place + 1).every((record) => records.has(record))
  })
}

const positionOf = ({ lsn, fork }: LogRecord): LogPosition => ({ lsn: lsn + 1n, fork })

describe('planRestore', () => {
  it('finds a way exactly where restoring record by record does, and one that works', () => {
    let found = 0
    let gaps = 0
    fc.assert(
      fc.property(STEPS, (steps) => {
        const { kept, all } = play(steps)
        const states = everyState(kept)
        const sets = kept.map(({ set }) => set)
        for (const { end } of all) {
          const plan = planRestore(sets, positionOf(end))
          expect([steps, plan.sets.length > 0]).toEqual([steps, states.has(end)])
          if (plan.sets.length === 0) gaps += 1
          else found += 1
          if (plan.sets.length > 0) expect(endOf(plan.sets, kept)).toBe(end)
        }
      }),
      { numRuns: 2_000 },
    )
    expect(found).toBeGreaterThan(1_000)
    expect(gaps).toBeGreaterThan(500)
  })

  it('names a gap that lies between what can be had and what is there', () => {
    fc.assert(
      fc.property(STEPS, (steps) => {
        const { kept, all } = play(steps)
        for (const { end } of all) {
          const { gap } = planRestore(
            kept.map(({ set }) => set),
            positionOf(end),
          )
          if (gap === undefined) continue
          expect(gap.to).toBeLessThanOrEqual(end.lsn + 1n)
          if (gap.from !== undefined) expect(gap.from).toBeLessThanOrEqual(gap.to)
        }
      }),
    )
  })

  it('does not depend on the order of the backups', () => {
    fc.assert(
      fc.property(STEPS, fc.nat(), (steps, turn) => {
        const { kept, now } = play(steps)
        const sets = kept.map(({ set }) => set)
        const cut = turn % Math.max(1, sets.length)
        const turned = [...sets.slice(cut), ...sets.slice(0, cut)]
        expect(newestState(turned)).toEqual(newestState(sets))
        expect(planRestore(turned, positionOf(now)).gap).toEqual(planRestore(sets, positionOf(now)).gap)
      }),
    )
  })
})

/** Restores the planned sets in their order, as SQL Server would; undefined where it would refuse one. */
function endOf(sets: readonly BackupSet[], kept: readonly Held[]): LogRecord | undefined {
  let state: LogRecord | undefined
  let first: BackupSet | undefined
  for (const set of sets) {
    const held = kept.find((one) => one.set === set)
    if (held === undefined) return undefined
    if (set.kind === 'full') {
      if (state !== undefined) return undefined
      first = set
    } else if (set.kind === 'differential') {
      if (first === undefined || set.baseId !== first.id) return undefined
    } else if (state === undefined || !canRestore(held, kept, new Set([state]))) return undefined
    state = held.end
  }
  return state
}
