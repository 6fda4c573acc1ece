import { afterEach, describe, expect, it } from '@jest/globals'
import type { DatabaseState } from '../../../../lab/sql/state.ts'
import { closeDatabaseRigs, openDatabaseRig } from '../../../../test/sqldb-rig.ts'
import check from './check.ts'

afterEach(closeDatabaseRigs)

const WORLDS: readonly [string, Partial<DatabaseState>, Partial<DatabaseState>, string, RegExp][] = [
  ['small', {}, {}, 'pass', /have 512 MiB, of which 512 MiB are in use, and Sales on .* may have 32 GiB/],
  ['as large as allowed', { sizeMb: 2048 }, { maxSizeMb: 2048 }, 'pass', /may have 2 GiB/],
  ['too large', { sizeMb: 3072, usedMb: 2049 }, { maxSizeMb: 2048 }, 'fail', /2056, DatabaseSizeMoreThanMax/],
  [
    'large files with room in them',
    { sizeMb: 3072, usedMb: 2048 },
    { maxSizeMb: 2048 },
    'unknown',
    /which of the two sizes/,
  ],
  ['Hyperscale', { sizeMb: 9_000_000 }, { edition: 'Hyperscale' }, 'pass', /Hyperscale\) has no maximum size/],
  ['no limit', { sizeMb: 9_000_000 }, { maxSizeMb: -1 }, 'pass', /no maximum size of its own/],
]

describe('target/size-fits', () => {
  it.each(WORLDS)('%s', async (_which, from, to, verdict, says) => {
    const rig = await openDatabaseRig({
      source: { databases: [{ name: 'Sales', readers: ['dms'], ...from }] },
      target: { databases: [{ name: 'Sales', owners: ['dms'], ...to }] },
    })
    const told = await rig.judge(check)
    expect([told.verdict, told.summary]).toEqual([verdict, expect.stringMatching(says)])
  })

  it('asks for as many gigabytes as are in use', async () => {
    const rig = await openDatabaseRig({
      source: { databases: [{ name: 'Sales', readers: ['dms'], sizeMb: 9000, usedMb: 4097 }] },
      target: { databases: [{ name: 'Sales', owners: ['dms'], maxSizeMb: 2048 }] },
    })
    expect(await rig.judge(check)).toMatchObject({
      remediation: { scripts: [{ code: expect.stringMatching(/--max-size 5GB/) }] },
    })
  })

  it('does not know without the maximum, or without what is in use', async () => {
    const rig = await openDatabaseRig()
    const [subject] = check.subjects(rig.manifest)
    if (subject === undefined) throw new Error('there is a database')
    const place = { host: '127.0.0.1', port: 1, database: 'Sales', account: 'dms', outcome: 'answered' }
    const judge = (from: object, to: object) =>
      check.judge({ source: { ...place, shape: from }, target: { ...place, shape: to } } as never, subject)
    const untold = judge({ allocatedMb: 1, usedMb: 1 }, { maxSizeMb: null, edition: 'Standard' })
    expect(untold).toMatchObject({ verdict: 'unknown', cause: { kind: 'insufficient' } })
    const unused = judge({ allocatedMb: 9, usedMb: null }, { maxSizeMb: 8, edition: 'Standard' })
    expect(unused.verdict).toBe('unknown')
  })

  it('is blocked where the login has no way into the database', async () => {
    const rig = await openDatabaseRig({ target: { databases: [] } })
    expect((await rig.judge(check)).verdict).toBe('blocked')
  })
})
