import { describe, expect, it } from '@jest/globals'
import * as fixtures from '../../../../test/sql-fixtures.ts'
import { GENERATIONS, SCENARIOS } from '../../../domain/manifest.ts'
import { seen } from '../../../domain/observed.ts'
import check from './check.ts'

const HOST = 'sql01.corp.example'
const subject = fixtures.sourceSubject()
const place = { host: HOST, port: 1433, database: 'master', account: 'dms' }
const ROW = {
  login: 'dms',
  controlServer: 1,
  sysadmin: 0,
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
const FACTS = { roles: [], grantedTo: ['dms'], deniedTo: [], notSeen: [] }
const answered = (row: object, facts: object = {}) => ({
  ...place,
  outcome: 'answered',
  row: { ...ROW, ...row },
  facts: { ...FACTS, ...facts },
})

const TABLE = [
  [
    answered({}),
    'pass',
    'dms has CONTROL SERVER on sql01.corp.example:1433 (CONTROL SERVER: yes, sysadmin: no, VIEW SERVER STATE: yes; CONTROL SERVER granted to dms)',
  ],
  [answered({ sysadmin: 1 }), 'pass', 'sysadmin: yes'],
  [
    answered({ controlServer: 0, viewServerState: 0 }),
    'fail',
    'dms lacks CONTROL SERVER on sql01.corp.example:1433 (CONTROL SERVER: no, sysadmin: no',
  ],
  [
    answered({ controlServer: 0 }, { roles: ['public', 'readers'], deniedTo: ['readers'] }),
    'fail',
    'roles: readers; CONTROL SERVER granted to dms; CONTROL SERVER denied to readers, which beats every grant',
  ],
  [
    answered({ viewServerState: 0 }, { notSeen: ['VIEW SERVER STATE permission was denied'] }),
    'pass',
    'has CONTROL SERVER',
  ],
  [answered({ controlServer: null, sysadmin: null }), 'unknown', 'answered NULL to HAS_PERMS_BY_NAME'],
  [
    { ...place, outcome: 'withheld', refusedAt: { id: 'source/login-is-accepted', subject: 'erp01' } },
    'blocked',
    'refused by source/login-is-accepted (erp01)',
  ],
  [{ ...place, outcome: 'refused', number: 18456, state: 1, severity: 14, message: 'no' }, 'blocked', 'error 18456'],
] as const

describe('source/login-has-control-server', () => {
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

  it('is asked for by the classic service for Azure SQL Database, and by that of today where backups are restored', () => {
    const asks = SCENARIOS.flatMap((scenario) =>
      GENERATIONS.map((generation) => [
        scenario.replace('sql-server-to-', ''),
        generation,
        check.subjects(fixtures.manifestWith({ scenario, generation })).length,
      ]),
    )
    expect(asks).toEqual([
      ['azure-sql-database', 'classic', 1],
      ['azure-sql-database', 'modern', 0],
      ['azure-sql-managed-instance', 'classic', 0],
      ['azure-sql-managed-instance', 'modern', 1],
      ['sql-server-on-azure-vm', 'classic', 0],
      ['sql-server-on-azure-vm', 'modern', 1],
    ])
  })

  it.each([
    ['dms', '-- in master, as a sysadmin\nGRANT CONTROL SERVER TO [dms];'],
    ['x]; SHUTDOWN --', '-- in master, as a sysadmin\nGRANT CONTROL SERVER TO [x]]; SHUTDOWN --];'],
    [
      'CORP\\svc',
      '-- in master, as a sysadmin\n-- if it has no login of its own: CREATE LOGIN [CORP\\svc] FROM WINDOWS;\nGRANT CONTROL SERVER TO [CORP\\svc];',
    ],
  ])('gives %s the grant', (login, code) => {
    const judgement = fixtures.judgeStored(check, answered({ controlServer: 0, login }), subject)
    expect(judgement).toMatchObject({ proof: 'direct', remediation: { scripts: [{ language: 'tsql', code }] } })
  })

  it('is unknown for want of an answer, not for want of access', () => {
    expect(fixtures.judgeStored(check, TABLE[5][0], subject)).toMatchObject({ cause: { kind: 'insufficient' } })
  })

  const world = {
    names: { [HOST]: ['10.0.0.5'] },
    ports: { '10.0.0.5:1433': 'open' },
    logIn: () => seen(fixtures.ACCEPTED),
  } as const
  const RAW = {
    login_name: 'dms',
    control_server: 1,
    sysadmin: 0,
    view_server_state: 1,
    view_any_definition: 1,
    connect_sql: 1,
    product_version: '16.0.4135.4',
    edition: 'Developer Edition (64-bit)',
    engine_edition: 3,
    net_transport: 'TCP',
    auth_scheme: 'SQL',
    local_tcp_port: 1433,
  }

  const views = {
    'login-token': [{ id: 257, name: 'dms', type: 'SQL LOGIN', usage_text: 'GRANT OR DENY' }],
    'server-permissions': [{ grantee_id: 257, permission: 'CONTROL SERVER', state: 'G' }],
  }

  it('observes the row that master gives, and the facts behind it', async () => {
    const ports = fixtures.createPorts({ ...world, rows: { ...views, 'source-rights': [RAW] } })
    expect(await fixtures.observeValue(check, ports, subject)).toEqual(TABLE[0][0])
  })

  it('loses only detail when the views are closed to it', async () => {
    const ports = fixtures.createPorts({ ...world, rows: { 'source-rights': [RAW] } })
    const evidence = await fixtures.observeValue(check, ports, subject)
    expect(evidence).toMatchObject({ facts: { notSeen: [expect.any(String), expect.any(String)] } })
    expect(fixtures.judgeStored(check, evidence, subject).verdict).toBe('pass')
  })

  it.each([[[]], [[RAW, RAW]]])('does not know from any other number of rows (%#)', async (rows) => {
    const ports = fixtures.createPorts({ ...world, rows: { ...views, 'source-rights': rows } })
    expect(await check.observe(ports, subject)).toMatchObject({ ok: false, failure: { kind: 'protocol' } })
  })

  it('runs no statement without a login', async () => {
    const ports = fixtures.createPorts({
      ...world,
      logIn: () => seen(fixtures.refusedWith(18456)),
      rows: { 'source-rights': [RAW] },
    })
    expect(await fixtures.observeValue(check, ports, subject)).toMatchObject({ outcome: 'refused', number: 18456 })
  })
})
