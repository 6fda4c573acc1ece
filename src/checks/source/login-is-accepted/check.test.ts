import { describe, expect, it } from '@jest/globals'
import * as fixtures from '../../../../test/sql-fixtures.ts'
import { seen, unseen } from '../../../domain/observed.ts'
import type { SqlServer } from '../../../ports/sql-port.ts'
import check from './check.ts'

const HOST = 'sql01.corp.example'
const subject = fixtures.sourceSubject()
const place = { host: HOST, port: 1433, database: 'master', account: 'dms' }
const refused = (number: number, state = 1) => ({
  ...place,
  outcome: 'refused',
  number,
  state,
  severity: 14,
  message: "Login failed for user 'dms'",
})

const TABLE = [
  [
    { ...place, outcome: 'accepted', encrypted: true, loginName: 'dms' },
    'pass',
    'sql01.corp.example:1433 accepts dms in the database master (accepted as dms, encrypted)',
  ],
  [
    refused(18456),
    'fail',
    "sql01.corp.example:1433 refused dms in the database master with error 18456, state 1, severity 14: Login failed for user 'dms'",
  ],
  [refused(18456, 8), 'fail', 'the password is wrong'],
  [refused(18452), 'fail', 'takes only Windows logins'],
  [refused(18470), 'fail', 'the login is disabled'],
  [refused(18486), 'fail', 'locked out'],
  [refused(18487), 'fail', 'has expired'],
  [refused(18488), 'fail', 'must be changed'],
  [refused(4060), 'fail', 'may not open the database master'],
  [refused(911), 'fail', 'there is no database master'],
  [refused(17892), 'unknown', 'error 17892, state 1'],
  [refused(18461), 'unknown', 'does not say that the credentials are wrong'],
  [
    { ...place, outcome: 'withheld', refusedAt: { id: 'source/login-is-accepted', subject: 'erp01' } },
    'blocked',
    'dms was refused by source/login-is-accepted (erp01)',
  ],
] as const

describe('source/login-is-accepted', () => {
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

  it('is blocked by the very check that was refused', () => {
    const judgement = fixtures.judgeStored(check, TABLE[12][0], subject)
    expect(judgement).toMatchObject({ blockedBy: [{ id: 'source/login-is-accepted', subject: 'erp01' }] })
  })

  it('names the manifest of the check that was refused, when it is another one', () => {
    const judge = (manifest: string) =>
      fixtures.judgeStored(check, { ...TABLE[12][0], refusedAt: { ...TABLE[12][0].refusedAt, manifest } }, subject)
    const other = judge('Wave 2')
    expect(other).toMatchObject({
      blockedBy: [{ id: 'source/login-is-accepted', subject: 'erp01', manifest: 'Wave 2' }],
    })
    expect(other.summary).toContain('refused by source/login-is-accepted (erp01, in the manifest Wave 2)')
    const own = judge('Wave 1')
    expect(own).toEqual(fixtures.judgeStored(check, TABLE[12][0], subject))
  })

  it('does not blame the account alone when a Windows login is refused', () => {
    const windows = fixtures.sourceSubject({
      source: {
        login: { kind: 'windows', user: 'CORP\\svc', password: { secret: 'P' } },
      },
    })
    const judgement = fixtures.judgeStored(check, { ...refused(18452), account: 'CORP\\svc' }, windows)
    expect(judgement).toMatchObject({ verdict: 'fail', proof: 'direct' })
    expect(judgement.summary).toMatch(
      /Kerberos only, Extended Protection required, LMv2 refused\); the answer does not tell/,
    )
    const { remediation } = judgement as Extract<typeof judgement, { verdict: 'fail' }>
    expect(remediation.text).toMatch(/from a Windows machine of the domain.*`dms-login`/)
    expect(remediation.scripts[0]?.code).toContain(
      'runas /netonly /user:CORP\\svc "sqlcmd -S sql01.corp.example,1433 -E',
    )
  })

  it.each([
    [18456, `WHERE name = N'o''neil]';`],
    [18456, `EXEC sys.sp_readerrorlog 0, 1, N'Login failed for user', N'o''neil]';`],
    [18452, 'IsIntegratedSecurityOnly'],
    [18470, `ALTER LOGIN [o'neil]]] ENABLE;`],
    [18486, `ALTER LOGIN [o'neil]]] WITH PASSWORD = N'<its password>' UNLOCK;`],
    [18488, `ALTER LOGIN [o'neil]]] WITH PASSWORD = N'<new password>';`],
    [4060, `CREATE USER [o'neil]]] FOR LOGIN [o'neil]]];`],
    [911, `FROM sys.databases WHERE name = N'master';`],
  ])('gives the next T-SQL for %i with names quoted', (number, code) => {
    const login = { kind: 'sql', user: "o'neil]", password: { secret: 'X' } } as const
    const judgement = fixtures.judgeStored(check, refused(number), fixtures.sourceSubject({ source: { login } }))
    const scripts = judgement.verdict === 'fail' ? judgement.remediation.scripts : []
    expect(scripts.map((script) => script.code).join('\n')).toContain(code)
  })

  const open = { names: { [HOST]: ['10.0.0.5'] }, ports: { '10.0.0.5:1433': 'open' } } as const

  it('logs in to master at the address that answered, in its own name', async () => {
    const asked: [SqlServer, string][] = []
    const logIn = (server: SqlServer, database: string) => {
      asked.push([server, database])
      return seen(fixtures.ACCEPTED)
    }
    const evidence = await fixtures.observeValue(check, fixtures.createPorts({ ...open, logIn }), subject)
    expect(evidence).toEqual(TABLE[0][0])
    expect(asked).toMatchObject([
      [
        {
          host: HOST,
          address: '10.0.0.5',
          port: 1433,
          askedBy: { id: 'source/login-is-accepted', subject: 'sales', manifest: 'Wave 1' },
        },
        'master',
      ],
    ])
  })

  it('observes a refusal, and one that was not tried', async () => {
    const at = (answer: ReturnType<typeof fixtures.refusedWith>) =>
      fixtures.observeValue(check, fixtures.createPorts({ ...open, logIn: () => seen(answer) }), subject)
    expect(await at(fixtures.refusedWith(18456))).toEqual(refused(18456))
    const refusedAt = { id: 'source/login-is-accepted', subject: 'erp01', manifest: 'Wave 1' }
    expect(await at({ outcome: 'withheld', refusedAt })).toEqual({ ...place, outcome: 'withheld', refusedAt })
  })

  it('does not know when no login was tried', async () => {
    const ports = fixtures.createPorts({ ...open, logIn: () => unseen('no-credential', 'SALES_PASSWORD is not set') })
    expect(await check.observe(ports, subject)).toMatchObject({ ok: false, failure: { kind: 'no-credential' } })
  })

  it('names an Azure identity, which has no user name in the manifest', () => {
    const login = { kind: 'entra' } as const
    const judgement = fixtures.judgeStored(
      check,
      { ...refused(18470), account: "the run's Azure identity" },
      fixtures.sourceSubject({ source: { login } }),
    )
    expect(judgement).toMatchObject({
      remediation: { scripts: [{ code: 'ALTER LOGIN [<name of the identity>] ENABLE;' }] },
    })
  })
})
