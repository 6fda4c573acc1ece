import { afterEach, describe, expect, it } from '@jest/globals'
import type { DatabaseState, TableState } from '../../../../lab/sql/state.ts'
import { closeDatabaseRigs, openDatabaseRig, type DatabaseWorld } from '../../../../test/sqldb-rig.ts'
import { compareNames } from './compare-names.ts'
import check from './check.ts'

afterEach(closeDatabaseRigs)

const named = (...names: string[]): TableState[] => names.map((name) => ({ name }))
const many = (length: number): TableState[] => Array.from({ length }, (_, at) => ({ name: `T${String(at)}` }))
const world = (from: TableState[], to: TableState[], target: Partial<DatabaseState> = {}): DatabaseWorld => ({
  source: { databases: [{ name: 'Sales', readers: ['dms'], tables: from }] },
  target: { databases: [{ name: 'Sales', owners: ['dms'], tables: to, ...target }] },
})

const WORLDS: readonly [string, DatabaseWorld, string, RegExp][] = [
  [
    'all, in another letter case',
    world(named('Orders'), named('ORDERS', 'More')),
    'pass',
    /all 1 table of the source are on the target$/,
  ],
  [
    'all, some with rows',
    world(named('A', 'B'), [
      { name: 'A', rows: 3 },
      { name: 'B', rows: 0 },
    ]),
    'pass',
    /1 table of the target already holds rows/,
  ],
  ['none', world(named('A', 'B'), []), 'fail', /has no table yet, and the source has 2 .*NoTablesFound/],
  [
    'some',
    world(named('A', 'B', 'C'), named('B')),
    'fail',
    /2 of 3 tables are not on the target .*TableMappingMismatch\): \[dbo\]\.\[A\], \[dbo\]\.\[C\]$/,
  ],
  ['the same name in another schema', world([{ schema: 'shop', name: 'A' }], named('A')), 'fail', /\[shop\]\.\[A\]/],
  [
    'case counts by the catalog of the target',
    world(named('Orders'), named('ORDERS'), {
      catalogCollation: 'DATABASE_DEFAULT',
      collation: 'Latin1_General_CS_AS',
    }),
    'fail',
    /\[Orders\]/,
  ],
  [
    'two that the target takes for one',
    world(named('Orders', 'ORDERS'), named('Orders')),
    'fail',
    /1 table of the source differ.*\[ORDERS\]/,
  ],
  ['an empty source', world([], named('A')), 'fail', /no table, and DMS finds nothing to copy/],
  ['more missing than are named', world(many(30), []), 'fail', /source has 30/],
  [
    'more than a row of the answer holds',
    world(many(45), many(44)),
    'fail',
    /1 of 45 tables is not on the target .*\[T44\]/,
  ],
]

describe('target/tables-are-there', () => {
  it.each(WORLDS)('%s', async (_which, given, verdict, says) => {
    const rig = await openDatabaseRig(given)
    const told = await rig.judge(check)
    expect([told.verdict, told.summary]).toEqual([verdict, expect.stringMatching(says)])
  })

  it('asks nothing where DMS migrates the schema', async () => {
    const rig = await openDatabaseRig({ ...world(named('A'), []), schemaMigration: true })
    expect((await rig.judge(check)).verdict).toBe('not-applicable')
    expect([rig.servers.source.statements, rig.servers.target.statements]).toEqual([[], []])
  })

  it('does not know from a target or a source that does not show all of its tables', async () => {
    const hidden = { logins: [{ user: 'dms', password: '', databases: ['Sales'] }], databases: [{ name: 'Sales' }] }
    const target = await openDatabaseRig({ target: hidden })
    expect(await target.judge(check)).toMatchObject({ verdict: 'unknown', cause: { kind: 'forbidden' } })
    const source = await openDatabaseRig({ source: hidden })
    expect(await source.judge(check)).toMatchObject({ verdict: 'unknown', cause: { kind: 'forbidden' } })
  })

  it('is blocked where one of both does not let the login in', async () => {
    const rig = await openDatabaseRig({ target: { databases: [] } })
    expect(await rig.judge(check)).toMatchObject({ verdict: 'blocked' })
  })

  it('compares more tables than an answer may have rows, and keeps no list of them', async () => {
    const rig = await openDatabaseRig(world(many(25_000), many(24_990)))
    const told = await rig.judge(check)
    expect(told.summary).toMatch(/10 of 25000 tables are not on the target/)
  }, 60_000)
})

describe('the comparison of names', () => {
  it('names the first of what is missing, in order', () => {
    const source = Array.from({ length: 12 }, (_, at) => `[dbo].[${String.fromCharCode(76 - at)}]`)
    expect(compareNames(source, [], null)).toMatchObject({ missingCount: 12, missing: { length: 10, 0: '[dbo].[A]' } })
  })

  it('tells a bracket in a name from the end of it', () => {
    expect(compareNames(['[a].[b]]].[c]]]'], ['[a].[b]]].[c]]]'], null)).toMatchObject({ missingCount: 0 })
  })
})
