import { afterEach, describe, expect, it } from '@jest/globals'
import type { TableState } from '../../../../lab/sql/state.ts'
import { closeDatabaseRigs, openDatabaseRig } from '../../../../test/sqldb-rig.ts'
import * as fixtures from '../../../../test/sql-fixtures.ts'
import { isReservedWord } from './reserved-words.ts'
import check from './check.ts'

afterEach(closeDatabaseRigs)

const named = (...names: string[]): TableState[] => names.map((name) => ({ name }))

const WORLDS: readonly [string, { name?: string; as?: string; tables?: TableState[] }, string, RegExp][] = [
  ['plain', { tables: named('Orders', 'Order Lines', 'x~y') }, 'pass', /3 tables, all names of ASCII/],
  [
    'Japanese',
    { tables: named('Orders', '注文', 'ﾃｰﾌﾞﾙ') },
    'fail',
    /2 tables with double-byte characters in the name: dbo\.注文, dbo\.ﾃｰﾌﾞﾙ/,
  ],
  ['Korean, and wide Latin', { tables: named('주문', 'Ｏrders') }, 'fail', /2 tables with double-byte/],
  [
    'Czech',
    { tables: named('Objednávky') },
    'unknown',
    /1 table with characters beyond ASCII in the name: dbo\.Objednávky/,
  ],
  [
    'many others',
    { tables: named(...Array.from({ length: 12 }, (_, at) => `Ö${String(at)}`)) },
    'unknown',
    /12 tables .* and 2 more/,
  ],
  ['reserved', { name: 'Order' }, 'fail', /the database, Order, is a reserved word/],
  ['reserved on the target', { as: 'backup' }, 'fail', /its name on the target, backup, is a reserved word/],
  ['a semicolon', { name: 'a;b' }, 'fail', /the database, a;b, holds a semicolon/],
]

describe('source/names-are-supported', () => {
  it.each(WORLDS)('%s', async (_which, { name = 'Sales', as = name, tables }, verdict, says) => {
    const [first] = fixtures.manifestWith({}).sources[0]?.databases ?? []
    if (first === undefined) throw new Error('the fixture has a database')
    const rig = await openDatabaseRig({
      source: { databases: [{ name, readers: ['dms'], ...(tables === undefined ? {} : { tables }) }] },
      change: { source: { databases: [{ ...first, name, as }] } },
    })
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

  it('knows the reserved words in any letter case', () => {
    expect(['select', 'ORDER', 'Try_Convert', 'user'].map(isReservedWord)).toEqual([true, true, true, true])
    expect(['Sales', 'orders', 'User1', ''].map(isReservedWord)).toEqual([false, false, false, false])
  })
})
