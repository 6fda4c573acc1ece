import { afterEach, describe, expect, it } from '@jest/globals'
import { closeDatabaseRigs, openDatabaseRig } from '../../../../test/sqldb-rig.ts'
import * as fixtures from '../../../../test/sql-fixtures.ts'
import check from './check.ts'

afterEach(closeDatabaseRigs)

describe('source/computed-columns-are-known', () => {
  it('names the first columns and counts all', async () => {
    const columns = Array.from({ length: 23 }, (_, place) => `C${String(place)}`)
    const tables = [{ name: 'Orders', schema: 'shop', computed: columns }, { name: 'Customers' }]
    const rig = await openDatabaseRig({ source: { databases: [{ name: 'Sales', readers: ['dms'], tables }] } })
    const told = await rig.judge(check)
    expect(told).toMatchObject({ verdict: 'manual', remediation: { scripts: [{ language: 'tsql' }] } })
    expect(told.summary).toMatch(/has 23 .*shop\.Orders\.C0, shop\.Orders\.C1,.*shop\.Orders\.C19 and 3 more\. /)
  })

  it('does not apply where there is none of its kind', async () => {
    const tables = [{ name: 'Orders', defaulted: ['Other'] }]
    const rig = await openDatabaseRig({ source: { databases: [{ name: 'Sales', readers: ['dms'], tables }] } })
    expect((await rig.judge(check)).verdict).toBe('not-applicable')
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
