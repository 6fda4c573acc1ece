import { afterEach, describe, expect, it } from '@jest/globals'
import type { TableState } from '../../../../lab/sql/state.ts'
import { closeDatabaseRigs, openDatabaseRig } from '../../../../test/sqldb-rig.ts'
import * as fixtures from '../../../../test/sql-fixtures.ts'
import check from './check.ts'

afterEach(closeDatabaseRigs)

const WORLDS: readonly [string, TableState[], string, RegExp][] = [
  ['no such column', [{ name: 'Orders' }], 'not-applicable', /No table of Sales .* large objects/],
  ['little', [{ name: 'Notes', lobMb: 1023 }], 'pass', /the largest is dbo\.Notes with 1023 MiB/],
  [
    'much',
    [
      { name: 'Scans', schema: 'archive', lobMb: 2048 },
      { name: 'Notes', lobMb: 3 },
    ],
    'manual',
    /1 tables? .*archive\.Scans \(2 GiB\)/,
  ],
  [
    'more than is listed',
    Array.from({ length: 25 }, (_, place) => ({ name: `S${String(place)}`, lobMb: 5000 })),
    'manual',
    /at least 20 tables.* and more/,
  ],
]

describe('source/lob-tables-are-rehearsed', () => {
  it.each(WORLDS)('%s', async (_which, tables, verdict, says) => {
    const rig = await openDatabaseRig({ source: { databases: [{ name: 'Sales', readers: ['dms'], tables }] } })
    const told = await rig.judge(check)
    expect([told.verdict, told.summary]).toEqual([verdict, expect.stringMatching(says)])
  })

  it('does not know from tables that it does not see, and is blocked without a login', async () => {
    const login = { user: 'dms', password: '', databases: ['Sales'] }
    const rig = await openDatabaseRig({ source: { logins: [login], databases: [{ name: 'Sales' }] } })
    expect(await rig.judge(check)).toMatchObject({ verdict: 'unknown', cause: { kind: 'forbidden' } })
    const [subject] = check.subjects(fixtures.manifestWith({ generation: 'modern' }))
    if (subject === undefined) throw new Error('a source has databases')
    const refused = { host: 'h', port: 1433, database: 'Sales', account: 'dms', outcome: 'refused', number: 18456 }
    expect(fixtures.judgeStored(check, { ...refused, state: 1, severity: 14, message: 'no' }, subject)).toMatchObject({
      verdict: 'blocked',
    })
  })
})
