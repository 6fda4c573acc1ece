import { afterEach, describe, expect, it } from '@jest/globals'
import type { SqlState } from '../../../../lab/sql/state.ts'
import { closeSourceRigs, openSourceRig } from '../../../../test/source-rig.ts'
import * as fixtures from '../../../../test/sql-fixtures.ts'
import check from './check.ts'

afterEach(closeSourceRigs)

const subject = fixtures.sourceSubject()
const place = { host: 'sql01.corp.example', port: 1433, database: 'master', account: 'dms' }
const NONE = { count: 0, names: [] }
const two = { count: 2, names: ['CORP\\app', 'CORP\\users'] }
const answered = (change: object) => ({
  ...place,
  outcome: 'answered',
  ownLogin: 'dms',
  isComplete: true,
  hasControlServer: true,
  sql: { count: 1, names: ['dms'] },
  windows: NONE,
  entra: NONE,
  disabled: NONE,
  ...change,
})

const TABLE = [
  [
    answered({}),
    'pass',
    'has no enabled Windows login that would be left behind (1 SQL login, 0 Windows logins or groups',
  ],
  [
    answered({ windows: two }),
    'fail',
    'has 2 Windows logins or groups that will be left behind: CORP\\app, CORP\\users',
  ],
  [answered({ windows: { ...two, count: 30 }, isComplete: false }), 'fail', 'CORP\\users and 28 more'],
  [answered({ isComplete: false }), 'unknown', 'dms lacks VIEW ANY DEFINITION'],
  [
    { ...place, outcome: 'withheld', refusedAt: { id: 'source/login-is-accepted', subject: 'erp01' } },
    'blocked',
    'refused by source/login-is-accepted (erp01)',
  ],
  [{ ...place, outcome: 'refused', number: 18456, state: 1, severity: 14, message: 'no' }, 'blocked', 'error 18456'],
] as const

describe('source/logins-can-be-migrated', () => {
  it.each(TABLE)('%# judges as %s', (evidence, verdict, summary) => {
    const judgement = fixtures.judgeStored(check, evidence, subject)
    expect(judgement.verdict).toBe(verdict)
    expect(judgement.summary).toContain(summary)
  })

  it('gives each verdict that it names', () => {
    fixtures.expectEveryVerdict(
      check,
      TABLE.map(([, verdict]) => verdict),
    )
  })

  it.each<[string, Partial<SqlState>, string, RegExp]>([
    ['SQL logins only', { logins: [{ user: 'dms', password: '', controlServer: true }] }, 'pass', /1 SQL login/],
    [
      'Windows logins, a group, built-in ones and a disabled one',
      {
        logins: [
          { user: 'dms', password: '', controlServer: true },
          { user: String.raw`CORP\app`, kind: 'windows', password: '' },
          { user: String.raw`CORP\gone`, kind: 'windows', password: '', disabled: true },
          { user: String.raw`NT AUTHORITY\SYSTEM`, kind: 'windows', password: '' },
          { user: String.raw`NT SERVICE\MSSQLSERVER`, kind: 'windows', password: '' },
          { user: '##MS_PolicyEventProcessingLogin##', password: '' },
        ],
        windowsGroups: [{ name: String.raw`CORP\users`, members: [] }],
      },
      'fail',
      /left behind: CORP\\app, CORP\\users\. Azure SQL Database has no Windows logins/,
    ],
    ['a login that does not see the others', {}, 'blocked', /with CONTROL SERVER it does/],
    [
      'a login that sees the others without CONTROL SERVER',
      { logins: [{ user: 'dms', password: '', grants: ['VIEW ANY DEFINITION'] }] },
      'pass',
      /1 SQL login/,
    ],
  ])('over the wire: %s', async (_which, state, verdict, says) => {
    const rig = await openSourceRig(state)
    const told = await rig.verdict(check)
    expect([told.verdict, told.summary]).toEqual([verdict, expect.stringMatching(says)])
  })

  it('knows too little where our login is not the one of DMS', async () => {
    const rig = await openSourceRig({}, { dmsLogin: String.raw`CORP\svc` })
    expect(await rig.verdict(check)).toMatchObject({
      verdict: 'unknown',
      summary: expect.stringMatching(/lacks VIEW ANY DEFINITION/),
    })
  })
})
