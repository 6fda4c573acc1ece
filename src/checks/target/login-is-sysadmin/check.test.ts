import { describe, expect, it } from '@jest/globals'
import * as fixtures from '../../../../test/sql-fixtures.ts'
import { instanceManifest } from '../../../../test/storage-fixtures.ts'
import type { Login } from '../../../domain/manifest.ts'
import { seen } from '../../../domain/observed.ts'
import { targetSubjects } from '../../subjects.ts'
import check from './check.ts'

const HOST = 'mi-erp.1b4e.database.windows.net'
const subjectFor = (login: Login = { kind: 'sql', user: 'dms', password: { secret: 'P' } }) => {
  const manifest = instanceManifest()
  const endpoint = { text: HOST, host: HOST }
  const targets = manifest.targets.map((target) => ({ ...target, endpoint, login }))
  const [subject] = targetSubjects({ ...manifest, targets })
  if (subject === undefined) throw new Error('the fixture has no target')
  return subject
}
const place = { host: HOST, port: 1433, database: 'master', account: 'dms' }
const ROW = {
  login: 'dms',
  controlServer: 1,
  sysadmin: 1,
  viewServerState: 1,
  viewAnyDefinition: 1,
  connectSql: 1,
  productVersion: '12.0.2000.8',
  edition: 'SQL Azure',
  engineEdition: 8,
  netTransport: 'TCP',
  authScheme: 'SQL',
  localTcpPort: 1433,
}
const answered = (row: object, roles: string[] | null = ['public', 'sysadmin']) => ({
  ...place,
  outcome: 'answered',
  row: { ...ROW, ...row },
  roles,
})
const refused = { ...place, outcome: 'refused', number: 18456, state: 1, severity: 14, message: 'no' }

const TABLE = [
  [answered({}), 'pass', `dms is sysadmin on ${HOST}:1433 (roles: sysadmin)`],
  [answered({}, null), 'pass', 'roles: not seen'],
  [answered({ sysadmin: 0 }, ['public']), 'fail', `dms is not sysadmin on ${HOST}:1433 (roles: none)`],
  [answered({ sysadmin: 0 }, ['public', 'dbcreator']), 'fail', 'roles: dbcreator'],
  [answered({ sysadmin: 0 }), 'unknown', 'answered 0, although its token holds that role'],
  [answered({ sysadmin: null }, ['public']), 'unknown', "answered NULL to IS_SRVROLEMEMBER('sysadmin')"],
  [refused, 'blocked', 'refused dms with error 18456'],
  [
    { ...place, outcome: 'withheld', refusedAt: { id: 'target/login-is-accepted', subject: 'default' } },
    'blocked',
    'refused by target/login-is-accepted (default)',
  ],
] as const

describe('target/login-is-sysadmin', () => {
  it.each(TABLE)('%# judges as %s', (evidence, verdict, summary) => {
    const judgement = fixtures.judgeStored(check, evidence, subjectFor())
    expect(judgement.verdict).toBe(verdict)
    expect(judgement.summary).toContain(summary)
  })

  it('gives each verdict that it names', () => {
    fixtures.expectEveryVerdict(
      check,
      TABLE.map(([, verdict]) => verdict),
    )
  })

  it('is blocked by the login of the target', () => {
    const blockedBy = [{ id: 'target/login-is-accepted', subject: 'default' }]
    expect(fixtures.judgeStored(check, refused, subjectFor())).toMatchObject({ blockedBy })
  })

  it.each([
    [
      { kind: 'sql', user: 'd]ms', password: { secret: 'P' } },
      'd]ms',
      /^-- in master[^\n]*\nALTER SERVER ROLE \[sysadmin\] ADD MEMBER \[d\]\]ms\];$/,
    ],
    [
      { kind: 'entra' },
      'mi-mover',
      /CREATE LOGIN \[mi-mover\] FROM EXTERNAL PROVIDER;\nALTER SERVER ROLE \[sysadmin\] ADD MEMBER \[mi-mover\];$/,
    ],
    [{ kind: 'entra' }, null, /ADD MEMBER \[<name of the identity>\];$/],
  ] as const)('adds %j to the role', (login, known, code) => {
    const evidence = answered({ sysadmin: 0, login: known }, ['public'])
    expect(fixtures.judgeStored(check, evidence, subjectFor(login))).toMatchObject({
      remediation: { scripts: [{ language: 'tsql', code: expect.stringMatching(code) }] },
    })
  })

  it('asks the instance itself, in master', async () => {
    const asked: string[] = []
    const ports = fixtures.createPorts({
      names: { [HOST]: ['10.1.3.4'] },
      ports: { '10.1.3.4:1433': 'open' },
      logIn: (server, database) => {
        asked.push(`${server.host}:${String(server.port)} ${database}`)
        return seen(fixtures.ACCEPTED)
      },
      rows: {
        'source-rights': [
          {
            login_name: 'dms',
            control_server: 1,
            sysadmin: 1,
            view_server_state: 1,
            view_any_definition: 1,
            connect_sql: 1,
            product_version: '12.0.2000.8',
            edition: 'SQL Azure',
            engine_edition: 8,
            net_transport: 'TCP',
            auth_scheme: 'SQL',
            local_tcp_port: 1433,
          },
        ],
        'login-token': [
          { id: 2, name: 'public', type: 'SERVER ROLE', usage_text: 'GRANT OR DENY' },
          { id: 3, name: 'sysadmin', type: 'SERVER ROLE', usage_text: 'GRANT OR DENY' },
          { id: 260, name: 'dms', type: 'SQL LOGIN', usage_text: 'GRANT OR DENY' },
        ],
      },
    })
    expect(await fixtures.observeValue(check, ports, subjectFor())).toEqual(TABLE[0][0])
    expect(asked).toEqual([`${HOST}:1433 master`])
  })
})
