import { afterEach, describe, expect, it } from '@jest/globals'
import type { DatabaseState, LoginState } from '../../../../lab/sql/state.ts'
import { closeSourceRigs, openSourceRig } from '../../../../test/source-rig.ts'
import * as fixtures from '../../../../test/sql-fixtures.ts'
import check from './check.ts'

afterEach(closeSourceRigs)

const WORLDS: readonly [string, Partial<DatabaseState>, Partial<LoginState>, string, RegExp][] = [
  ['full', {}, { databases: ['Sales'] }, 'pass', /recovery model FULL/],
  ['simple', { recoveryModel: 'SIMPLE' }, { databases: ['Sales'] }, 'fail', /recovery model SIMPLE/],
  ['bulk-logged', { recoveryModel: 'BULK_LOGGED' }, { controlServer: true }, 'fail', /recovery model BULK_LOGGED/],
]

describe('source/recovery-model-is-full', () => {
  it.each(WORLDS)('%s', async (_which, sales, login, verdict, says) => {
    const rig = await openSourceRig({
      logins: [{ user: 'dms', password: '', ...login }],
      databases: [{ name: 'Sales', ...sales }],
    })
    const told = await rig.verdict(check)
    expect([told.verdict, told.summary]).toEqual([verdict, expect.stringMatching(says)])
  })

  it('is blocked where there is no login, and where the database was not seen', async () => {
    const rig = await openSourceRig({ databases: [] })
    expect(await rig.verdict(check)).toMatchObject({
      verdict: 'blocked',
      summary: expect.stringMatching(/was not seen/),
    })
    const [subject] = check.subjects(fixtures.manifestWith({}))
    if (subject === undefined) throw new Error('a source has databases')
    const place = { host: 'h', port: 1433, database: 'master', account: 'dms' }
    const evidence = { ...place, outcome: 'refused', number: 18456, state: 1, severity: 14, message: 'no' }
    expect(fixtures.judgeStored(check, evidence, subject)).toMatchObject({
      verdict: 'blocked',
      blockedBy: [{ id: 'source/login-is-accepted', subject: 'sales' }],
    })
  })
})
