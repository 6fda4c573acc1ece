import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { flawOf, markRewritten, sharingFiles, type RecordedBackup } from '../../src/domain/backup-set.ts'
import { findLogChain } from '../../src/domain/log-chain.ts'

const FORK = 'fork'
const STEPS = fc.array(
  fc.record({
    kind: fc.constantFrom('write', 'full', 'log', 'log', 'log', 'differential'),
    size: fc.integer({ min: 1, max: 3 }),
    flaw: fc.constantFrom('none', 'none', 'none', 'none', 'damaged', 'virtual', 'nul', 'overwritten', 'lost'),
    file: fc.integer({ min: 0, max: 3 }),
    stripes: fc.integer({ min: 1, max: 4 }),
  }),
  { minLength: 5, maxLength: 40, size: 'max' },
)
type Step = typeof STEPS extends fc.Arbitrary<(infer One)[]> ? One : never

/** Plays the steps on one fork: what msdb keeps, and where the next log backup begins. */
function play(steps: readonly Step[]): { kept: RecordedBackup[]; nextLogFrom: bigint | undefined } {
  let now = 10n
  let logFrom: bigint | undefined
  let base: string | undefined
  const kept: RecordedBackup[] = []
  for (const [place, { kind, size, flaw, stripes }] of steps.entries()) {
    now += BigInt(size)
    if (kind === 'write') continue
    if (kind === 'log' && (logFrom === undefined || logFrom === now)) continue
    if (kind === 'differential' && base === undefined) continue
    const first: bigint = kind === 'log' ? (logFrom ?? now) : now - 1n
    const id = `set ${String(place)}`
    const backup: RecordedBackup = {
      set: {
        ...{ id, kind, firstLsn: first, lastLsn: now, firstFork: FORK, lastFork: FORK },
        ...(kind === 'differential' && base !== undefined ? { baseId: base } : {}),
      },
      isDamaged: flaw === 'damaged',
      isSnapshot: false,
      position: 1,
      isOverwritten: flaw === 'overwritten',
      isFollowed: false,
      device: flaw === 'virtual' ? 'virtual' : flaw === 'nul' ? 'nowhere' : 'file',
      files: stripes,
      file: `D:\\${id}.bak`,
    }
    if (flaw !== 'lost') kept.push(backup)
    if (kind === 'full') {
      base = id
      logFrom ??= now - 1n
    }
    if (kind === 'log') logFrom = now
  }
  return { kept, nextLogFrom: logFrom }
}

/** The second opinion looks at each LSN by itself. */
function isWhole(kept: readonly RecordedBackup[], goal: bigint): boolean {
  const usable = kept.filter((one) => flawOf(one) === undefined).map(({ set }) => set)
  const held = (lsn: bigint): boolean =>
    usable.some(({ kind, firstLsn, lastLsn }) => kind === 'log' && firstLsn <= lsn && lsn < lastLsn)
  const begins = usable.filter(
    ({ kind, baseId }) => kind === 'full' || (kind === 'differential' && usable.some(({ id }) => id === baseId)),
  )
  return begins.some(({ lastLsn }) => {
    for (let lsn = lastLsn; lsn < goal; lsn += 1n) if (!held(lsn)) return false
    return true
  })
}

describe('findLogChain', () => {
  it('is whole exactly where every LSN after some full or differential backup is held', () => {
    const seen = { whole: 0, gap: 0 }
    fc.assert(
      fc.property(STEPS, (steps) => {
        const { kept, nextLogFrom } = play(steps)
        const chain = findLogChain(kept, { ...(nextLogFrom === undefined ? {} : { nextLogFrom }), fork: FORK })
        const fulls = kept.filter(({ set }) => set.kind === 'full')
        if (fulls.length === 0 || nextLogFrom === undefined) {
          expect(chain.is).toBe(fulls.length === 0 ? 'no-full' : 'not-started')
          return
        }
        expect(chain.is === 'whole').toBe(isWhole(kept, nextLogFrom))
        if (chain.is === 'whole') {
          seen.whole += 1
          expect(chain.backups[0]?.set.kind).toBe('full')
          expect(chain.backups.every((one) => flawOf(one) === undefined)).toBe(true)
        }
        if (chain.is === 'gap') {
          seen.gap += 1
          const usable = kept.filter((one) => flawOf(one) === undefined && one.set.kind === 'log')
          // Right before its end nothing is held, and from its end on everything.
          expect(usable.some(({ set }) => set.firstLsn < chain.to && chain.to <= set.lastLsn)).toBe(false)
          for (let lsn = chain.to; lsn < nextLogFrom; lsn += 1n) {
            expect(usable.some(({ set }) => set.firstLsn <= lsn && lsn < set.lastLsn)).toBe(true)
          }
          for (const one of chain.flawed) expect(flawOf(one)).toBeDefined()
        }
      }),
      { numRuns: 3000 },
    )
    expect(seen.whole).toBeGreaterThan(300)
    expect(seen.gap).toBeGreaterThan(300)
  })

  it('does not depend on the order of the history', () => {
    fc.assert(
      fc.property(STEPS, (steps) => {
        const { kept, nextLogFrom } = play(steps)
        const state = { ...(nextLogFrom === undefined ? {} : { nextLogFrom }), fork: FORK }
        expect(findLogChain(kept.toReversed(), state)).toEqual(findLogChain(kept, state))
      }),
    )
  })
})

/** Media sets by name: each step writes a set, which begins the media anew or is put behind what is there. */
const WRITES = fc.array(fc.record({ file: fc.integer({ min: 0, max: 4 }), anew: fc.boolean() }), { maxLength: 25 })

describe('sharingFiles', () => {
  it('names the backups that are not alone in their file at the end, and those that are gone', () => {
    fc.assert(
      fc.property(WRITES, (writes) => {
        const content = new Map<number, number[]>()
        const positions: number[] = []
        for (const [place, { file, anew }] of writes.entries()) {
          const there = anew ? [] : (content.get(file) ?? [])
          content.set(file, [...there, place])
          positions.push(there.length + 1)
        }
        const history = writes.map(({ file }, place): RecordedBackup => {
          const own = content.get(file) ?? []
          return {
            set: { id: String(place), kind: 'log', firstLsn: 0n, lastLsn: 1n, firstFork: FORK, lastFork: FORK },
            ...{ isDamaged: false, isSnapshot: false, position: positions[place] ?? 1, isOverwritten: false },
            isFollowed: own.includes(place) && own.at(-1) !== place,
            ...{ device: 'file', files: 1, file: `\\\\fs01\\b\\${String(file)}.trn` },
          }
        })
        const shared = sharingFiles(markRewritten(history.toReversed())).map(({ set }) => set.id)
        const alone = [...content.values()].flatMap((own) => (own.length === 1 ? own : []))
        expect(new Set(shared)).toEqual(
          new Set(
            writes
              .map((_, place) => place)
              .filter((place) => !alone.includes(place))
              .map(String),
          ),
        )
      }),
      { numRuns: 2000 },
    )
  })
})
