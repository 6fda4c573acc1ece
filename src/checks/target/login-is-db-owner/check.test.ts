import { afterEach, describe, expect, it } from '@jest/globals'
import { closeDatabaseRigs, openDatabaseRig } from '../../../../test/sqldb-rig.ts'
import * as fixtures from '../../../../test/sql-fixtures.ts'
import check from './check.ts'

afterEach(closeDatabaseRigs)

const PLACE = { host: 'sqlsales', port: 1433, database: 'Sales', account: 'dms' }
const ROW = { database: 'Sales', controlDatabase: 0, dbOwner: 0, login: 'dms', user: 'dms', engineEdition: 5 }
const subject = fixtures.databaseSubject({ generation: 'modern' })
const answered = (change: object) => ({ ...PLACE, outcome: 'answered', row: { ...ROW, ...change } })
const refused = (number: number) => ({
  ...PLACE,
  ...{ outcome: 'refused', number, state: 1, severity: 14, message: 'no' },
})

describe('target/login-is-db-owner', () => {
  it('passes an owner and fails a user, over the wire', async () => {
    const owner = await openDatabaseRig()
    expect(await owner.judge(check)).toMatchObject({
      verdict: 'pass',
      summary: expect.stringMatching(/db_owner of Sales/),
    })
    const user = await openDatabaseRig({ target: { databases: [{ name: 'Sales', controlBy: ['dms'] }] } })
    expect(await user.judge(check)).toMatchObject({
      verdict: 'fail',
      summary: expect.stringMatching(/no db_owner.*it has CONTROL on the database, and DMS asks for the role/),
      remediation: { scripts: [{ code: expect.stringMatching(/ALTER ROLE \[db_owner\] ADD MEMBER \[dms\];$/) }] },
    })
  })

  it.each([
    ['NULL', answered({ dbOwner: null }), 'unknown', /answered NULL to IS_ROLEMEMBER/],
    ['another database', answered({ database: 'master', dbOwner: 1 }), 'unknown', /answered from the database master/],
    ['no user in it', refused(4060), 'fail', /error 4060/],
    ['no password for it', refused(18456), 'fail', /error 18456/],
    ['an account that is locked', refused(18486), 'unknown', /18486/],
    ['a server that starts', refused(40613), 'unknown', /40613/],
  ])('%s', (_which, evidence, verdict, says) => {
    const told = fixtures.judgeStored(check, evidence, subject)
    expect([told.verdict, told.summary]).toEqual([verdict, expect.stringMatching(says)])
  })

  it('makes a user where there is none, and is blocked where the account was refused elsewhere', () => {
    expect(fixtures.judgeStored(check, refused(4060), subject)).toMatchObject({
      remediation: {
        scripts: expect.arrayContaining([{ language: 'tsql', code: expect.stringMatching(/CREATE USER/) }]),
      },
    })
    const withheld = {
      ...PLACE,
      outcome: 'withheld',
      refusedAt: { id: 'target/login-is-accepted', subject: 'default' },
    }
    expect(fixtures.judgeStored(check, withheld, subject).verdict).toBe('blocked')
  })

  it('names the Entra identity as the server does', () => {
    const entra = fixtures.databaseSubject({ target: { login: { kind: 'entra' } } })
    expect(fixtures.judgeStored(check, answered({ user: 'guest', login: 'app@tenant' }), entra)).toMatchObject({
      remediation: { scripts: [{ code: expect.stringMatching(/CREATE USER \[app@tenant\] FROM EXTERNAL PROVIDER;/) }] },
    })
  })
})
