import { afterEach, describe, expect, it } from '@jest/globals'
import type { SqlState } from '../../../../lab/sql/state.ts'
import { closeSourceRigs, openSourceRig } from '../../../../test/source-rig.ts'
import * as fixtures from '../../../../test/sql-fixtures.ts'
import controlServer from '../login-has-control-server/check.ts'
import check from './check.ts'

afterEach(closeSourceRigs)

const subject = fixtures.sourceSubject()
const place = { host: 'sql01.corp.example', port: 1433, database: 'master', account: 'dms' }
const ROW = {
  login: 'dms',
  controlServer: 1,
  sysadmin: 1,
  viewServerState: 1,
  viewAnyDefinition: 1,
  connectSql: 1,
  productVersion: '16.0.4135.4',
  edition: 'Developer Edition (64-bit)',
  engineEdition: 3,
  netTransport: 'TCP',
  authScheme: 'SQL',
  localTcpPort: 1433,
}
const FACTS = { roles: ['sysadmin'], grantedTo: [], deniedTo: [], notSeen: [] }
const answered = (row: object) => ({ ...place, outcome: 'answered', row: { ...ROW, ...row }, facts: FACTS })

const TABLE = [
  [answered({}), 'pass', 'dms is sysadmin on sql01.corp.example:1433'],
  [
    answered({ sysadmin: 0 }),
    'fail',
    'dms is not sysadmin on sql01.corp.example:1433 (CONTROL SERVER: yes, sysadmin: no',
  ],
  [answered({ sysadmin: null }), 'unknown', "answered NULL to IS_SRVROLEMEMBER('sysadmin')"],
  [
    { ...place, outcome: 'withheld', refusedAt: { id: 'source/login-is-accepted', subject: 'erp01' } },
    'blocked',
    'refused by source/login-is-accepted (erp01)',
  ],
] as const

describe('source/login-is-sysadmin', () => {
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

  it.each([
    ['10.50.6000.34', "EXEC sp_addsrvrolemember N'dms', N'sysadmin';"],
    ['11.0.2100.60', 'ALTER SERVER ROLE [sysadmin] ADD MEMBER [dms];'],
  ])('on version %s it is mended by %s', (productVersion, code) => {
    const judgement = fixtures.judgeStored(check, answered({ sysadmin: 0, productVersion }), subject)
    expect(judgement).toMatchObject({ remediation: { scripts: [{ code: expect.stringContaining(code) }] } })
  })
})

const SEES_ALL = { user: 'dms', password: '', grants: ['VIEW ANY DEFINITION'] }
const SVC = String.raw`CORP\svc-dms`
const withLogin = (login: object): Partial<SqlState> => ({
  logins: [SEES_ALL, { user: SVC, kind: 'windows' as const, password: 'x', ...login }],
})
const GROUP = { name: String.raw`CORP\DBAs`, members: [] }

/** Another login than ours, over the wire: the state of the server, and what each check has to say. */
const FOREIGN: readonly [string, Partial<SqlState>, sysadmin: [string, RegExp], control: [string, RegExp]][] = [
  ['a sysadmin', withLogin({ sysadmin: true }), ['pass', /is sysadmin/], ['pass', /roles: sysadmin/]],
  [
    'a sysadmin through a role of roles',
    {
      ...withLogin({ roles: ['outer'] }),
      serverRoles: [
        { name: 'outer', roles: ['inner'] },
        { name: 'inner', roles: ['sysadmin'] },
      ],
    },
    ['pass', /roles: outer, inner, sysadmin/],
    ['pass', /roles: outer, inner, sysadmin/],
  ],
  [
    'granted through a role',
    { ...withLogin({ roles: ['movers'] }), serverRoles: [{ name: 'movers', grants: ['CONTROL SERVER'] }] },
    ['fail', /is not sysadmin/],
    ['pass', /CONTROL SERVER granted to movers/],
  ],
  [
    'granted, and denied through a role',
    {
      ...withLogin({ controlServer: true, roles: ['barred'] }),
      serverRoles: [{ name: 'barred', denies: ['CONTROL SERVER'] }],
    },
    ['fail', /is not sysadmin/],
    ['fail', /denied to barred/],
  ],
  ['disabled', withLogin({ sysadmin: true, disabled: true }), ['fail', /is disabled/], ['fail', /is disabled/]],
  [
    'denied CONNECT SQL',
    withLogin({ controlServer: true, denies: ['CONNECT SQL'] }),
    ['fail', /CONNECT SQL is denied to CORP\\svc-dms/],
    ['fail', /CONNECT SQL is denied/],
  ],
  ['without any right', withLogin({}), ['fail', /roles: none/], ['fail', /lacks CONTROL SERVER/]],
  [
    'perhaps in a group of sysadmins',
    { ...withLogin({}), windowsGroups: [{ ...GROUP, roles: ['sysadmin'] }] },
    ['unknown', /Windows groups CORP\\DBAs, which no query tells/],
    ['unknown', /has it if it is in one of the Windows groups CORP\\DBAs/],
  ],
  [
    'granted, and perhaps in a group that is denied',
    { ...withLogin({ controlServer: true }), windowsGroups: [{ ...GROUP, denies: ['CONTROL SERVER'] }] },
    ['fail', /is not sysadmin/],
    ['unknown', /is denied it if it is in one of the Windows groups CORP\\DBAs/],
  ],
  [
    'not there, while a group would bring it',
    { logins: [SEES_ALL], windowsGroups: [{ ...GROUP, grants: ['CONTROL SERVER'] }] },
    ['fail', /there is no such login/],
    ['unknown', /has it if it is in one of the Windows groups/],
  ],
  ['not there at all', { logins: [SEES_ALL] }, ['fail', /there is no such login/], ['fail', /there is no such login/]],
  [
    'hidden from our login',
    {
      logins: [
        { user: 'dms', password: '' },
        { user: SVC, kind: 'windows', password: 'x', sysadmin: true },
      ],
    },
    ['unknown', /lacks VIEW ANY DEFINITION/],
    ['unknown', /lacks VIEW ANY DEFINITION/],
  ],
]

describe('another login for DMS', () => {
  it.each(FOREIGN)('%s', async (_which, state, sysadmin, control) => {
    const rig = await openSourceRig(state, { dmsLogin: SVC })
    for (const [asked, [verdict, says]] of [
      [check, sysadmin],
      [controlServer, control],
    ] as const) {
      const told = await rig.verdict(asked)
      expect([asked.meta.id, told.verdict, told.summary]).toEqual([asked.meta.id, verdict, expect.stringMatching(says)])
      expect(told.judgement).toMatchObject({ proof: 'proxy' })
    }
    expect(rig.server.logins).toHaveLength(1)
    expect(rig.server.statements.length).toBeLessThanOrEqual(2)
  })

  it('is asked directly when it is our own, in whatever letter case', async () => {
    const rig = await openSourceRig({ logins: [{ user: 'dms', password: '', sysadmin: true }] }, { dmsLogin: 'DMS' })
    expect((await rig.verdict(check)).judgement).toMatchObject({ verdict: 'pass', proof: 'direct' })
  })

  it.each([
    ['plain', {}, 'fail', /roles: .*|sysadmin: no/],
    [
      'in a group of sysadmins',
      { windowsGroups: [{ ...GROUP, members: ['dms'], roles: ['sysadmin'] }] },
      'pass',
      /sysadmin/,
    ],
    [
      'denied through a role',
      {
        logins: [
          { user: 'dms', password: '', controlServer: true, grants: ['VIEW ANY DEFINITION'], roles: ['barred'] },
        ],
        serverRoles: [{ name: 'barred', denies: ['CONTROL SERVER'] }],
      },
      'fail',
      /CONTROL SERVER denied to barred, which beats every grant/,
    ],
  ])('our own login, %s', async (_which, state: Partial<SqlState>, verdict, says) => {
    const rig = await openSourceRig(state)
    const told = await rig.verdict(controlServer)
    expect([told.verdict, told.summary]).toEqual([verdict, expect.stringMatching(says)])
    expect(rig.server.statements).toHaveLength(1)
  })

  it('keeps its verdict when the views err', async () => {
    const denied = { number: 300, state: 1, severity: 14, message: 'VIEW SERVER STATE permission was denied on object' }
    for (const [login, verdict] of [
      [{ controlServer: true }, 'pass'],
      [{}, 'fail'],
    ] as const) {
      const rig = await openSourceRig({
        logins: [{ user: 'dms', password: '', ...login }],
        refusesStatements: [
          { holding: 'sys.login_token', error: denied },
          { holding: 'sys.server_permissions', error: denied },
        ],
      })
      const observed = await rig.observe(controlServer)
      expect(observed).toMatchObject({
        value: { facts: { notSeen: [expect.stringContaining('300'), expect.any(String)] } },
      })
      expect((await rig.verdict(controlServer)).verdict).toBe(verdict)
    }
  })
})
