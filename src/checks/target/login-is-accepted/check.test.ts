import { describe, expect, it } from '@jest/globals'
import * as fixtures from '../../../../test/sql-fixtures.ts'
import { seen, unseen } from '../../../domain/observed.ts'
import check from './check.ts'

const HOST = 'sqlsales.database.windows.net'
const subject = fixtures.targetSubject({ target: { endpoint: { text: HOST, host: HOST } } })
const place = { host: HOST, port: 1433, database: 'Sales', account: 'dms' }
const refused = {
  ...place,
  outcome: 'refused',
  number: 18456,
  state: 1,
  severity: 14,
  message: "Login failed for user 'dms'",
}

const TABLE = [
  [
    { ...place, outcome: 'accepted', encrypted: true, loginName: 'dms' },
    'pass',
    `${HOST}:1433 accepts dms in the database Sales`,
  ],
  [refused, 'fail', 'error 18456, state 1'],
  [{ ...refused, number: 40532 }, 'unknown', 'error 40532'],
  [
    { ...place, outcome: 'withheld', refusedAt: { id: 'target/login-is-accepted', subject: 'crm' } },
    'blocked',
    'refused by target/login-is-accepted (crm)',
  ],
] as const

describe('target/login-is-accepted', () => {
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

  it('looks for the login where Azure SQL keeps it', () => {
    const judgement = fixtures.judgeStored(check, refused, subject)
    expect(judgement).toMatchObject({ remediation: { scripts: [{ code: expect.stringContaining('sys.sql_logins') }] } })
  })

  it('lets an identity get a user, where Entra is what it comes from', () => {
    const { spec } = subject
    const entra = { ...subject, spec: { ...spec, target: { ...spec.target, login: { kind: 'entra' } as const } } }
    const judgement = fixtures.judgeStored(check, { ...refused, account: "the run's Azure identity" }, entra)
    expect(judgement.summary).toMatch(/knows no user for this identity in the database Sales/)
    const scripts = judgement.verdict === 'fail' ? judgement.remediation.scripts : []
    expect(scripts.map(({ language, code }) => `${language}: ${code}`)).toEqual([
      'tsql: -- in [Sales]\nCREATE USER [<name of the identity>] FROM EXTERNAL PROVIDER;',
      expect.stringMatching(/^bash: az sql server ad-admin list /),
    ])
  })

  const open = { names: { [HOST]: ['20.1.2.3'] }, ports: { '20.1.2.3:1433': 'open' } } as const
  it.each([
    [[], 'Sales'],
    [['Sales'], 'OrdersNew'],
    [['Sales', 'OrdersNew'], 'master'],
  ])('with %j absent logs in to %s', async (absentDatabases, database) => {
    const ports = fixtures.createPorts({ ...open, absentDatabases, logIn: () => seen(fixtures.ACCEPTED) })
    expect(await fixtures.observeValue(check, ports, subject)).toMatchObject({ outcome: 'accepted', database })
  })

  it('does not know while the firewall of the server refuses this runner', async () => {
    const logIn = () =>
      unseen('forbidden', 'error 40615: client 192.0.2.7 is not allowed', { missing: 'a firewall rule for 192.0.2.7' })
    expect(await check.observe(fixtures.createPorts({ ...open, logIn }), subject)).toMatchObject({
      ok: false,
      failure: { kind: 'forbidden' },
    })
  })
})
