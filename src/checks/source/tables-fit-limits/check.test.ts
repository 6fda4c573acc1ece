import { afterEach, describe, expect, it } from '@jest/globals'
import { closeDatabaseRigs, openDatabaseRig } from '../../../../test/sqldb-rig.ts'
import * as fixtures from '../../../../test/sql-fixtures.ts'
import check from './check.ts'

afterEach(closeDatabaseRigs)

const PLACE = { host: 'sql01', port: 1433, database: 'Sales', account: 'dms' }
const SHAPE = {
  database: 'Sales',
  collation: 'Latin1_General_CI_AS',
  selects: 1,
  viewsDefinitions: 0,
  tables: 2,
  computedColumns: 0,
  defaultedColumns: 0,
  otherNames: 0,
  allocatedMb: 1,
  usedMb: 1,
}
const [subject] = check.subjects(fixtures.manifestWith({ generation: 'modern' }))
if (subject === undefined) throw new Error('a source has databases')

describe('source/tables-fit-limits', () => {
  it.each([
    ['the limit itself', { tables: 100_000 }, 'pass', /100000 tables; the copy of each table takes some seconds/],
    ['few', {}, 'pass', /has 2 tables$/],
    ['one more', { tables: 100_001 }, 'fail', /100001 tables, and DMS copies 100000/],
    ['one more of those that are seen', { tables: 100_001, selects: 0 }, 'fail', /100001/],
    ['not all are seen', { selects: 0 }, 'unknown', /may not see all of them/],
    ['not told whether all are seen', { selects: null, viewsDefinitions: null }, 'unknown', /may not see all/],
    ['seen by definition', { selects: 0, viewsDefinitions: 1 }, 'pass', /2 tables/],
  ])('%s', (_which, change, verdict, says) => {
    const evidence = { ...PLACE, outcome: 'answered', shape: { ...SHAPE, ...change } }
    const told = fixtures.judgeStored(check, evidence, subject)
    expect([told.verdict, told.summary]).toEqual([verdict, expect.stringMatching(says)])
  })

  it('is blocked by the check that says why there was no way into the database', () => {
    const refused = { ...PLACE, outcome: 'refused', number: 4060, state: 1, severity: 11, message: 'no' }
    expect(fixtures.judgeStored(check, refused, subject)).toMatchObject({
      verdict: 'blocked',
      blockedBy: [{ id: 'source/database-is-readable', subject: 'sales/Sales' }],
    })
    expect(fixtures.judgeStored(check, { ...refused, number: 18456 }, subject)).toMatchObject({
      blockedBy: [{ id: 'source/login-is-accepted', subject: 'sales' }],
    })
    const withheld = {
      ...PLACE,
      outcome: 'withheld',
      refusedAt: { id: 'target/login-is-accepted', subject: 'default' },
    }
    expect(fixtures.judgeStored(check, withheld, subject)).toMatchObject({
      blockedBy: [{ id: 'target/login-is-accepted' }],
    })
  })

  it('counts the tables of the database itself', async () => {
    const tables = Array.from({ length: 31 }, (_, place) => ({ name: `T${String(place)}` }))
    const rig = await openDatabaseRig({ source: { databases: [{ name: 'Sales', readers: ['dms'], tables }] } })
    expect(await rig.judge(check)).toMatchObject({ verdict: 'pass', actual: '31 tables' })
  })
})
