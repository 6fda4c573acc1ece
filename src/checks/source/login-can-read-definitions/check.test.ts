import { afterEach, describe, expect, it } from '@jest/globals'
import type { DatabaseState, LoginState, SqlState } from '../../../../lab/sql/state.ts'
import { closeDatabaseRigs, openDatabaseRig } from '../../../../test/sqldb-rig.ts'
import * as fixtures from '../../../../test/sql-fixtures.ts'
import { MANIFEST } from '../../../../test/fixtures.ts'
import check from './check.ts'

afterEach(closeDatabaseRigs)

const VIEW = { grants: ['VIEW ANY DEFINITION'] }

const OWN: readonly [string, Partial<LoginState>, Partial<DatabaseState>, boolean, string, RegExp][] = [
  [
    'what Microsoft asks for',
    VIEW,
    { readers: ['dms'] },
    false,
    'pass',
    /SELECT on the database: yes, VIEW ANY DEFINITION: yes\)$/,
  ],
  ['no role', { ...VIEW, databases: ['Sales'] }, {}, false, 'fail', /lacks db_datareader for Sales/],
  ['no definitions', {}, { readers: ['dms'] }, false, 'fail', /lacks VIEW ANY DEFINITION for Sales/],
  ['neither', { databases: ['Sales'] }, {}, false, 'fail', /lacks db_datareader and VIEW ANY DEFINITION/],
  [
    'CONTROL on the database instead',
    VIEW,
    { controlBy: ['dms'] },
    false,
    'pass',
    /db_datareader: no, .*SELECT on the database: yes/,
  ],
  [
    'a denial',
    VIEW,
    { readers: ['dms'], deniedReaders: ['dms'] },
    false,
    'fail',
    /it is in db_datareader, and SELECT is denied/,
  ],
  ['sysadmin', { sysadmin: true }, {}, false, 'pass', /the role sysadmin, which is more than DMS needs/],
  ['CONTROL SERVER', { controlServer: true }, {}, false, 'pass', /CONTROL SERVER, which is more than DMS needs/],
  ['a reader, and the schema moves too', VIEW, { readers: ['dms'] }, true, 'fail', /lacks db_owner for Sales/],
  ['an owner, and the schema moves too', VIEW, { owners: ['dms'] }, true, 'pass', /db_owner: yes/],
  ['an owner without the definitions', {}, { owners: ['dms'] }, true, 'fail', /lacks VIEW ANY DEFINITION/],
]

describe('source/login-can-read-definitions', () => {
  it.each(OWN)('%s', async (_which, login, sales, schemaMigration, verdict, says) => {
    const rig = await openDatabaseRig({
      source: { logins: [{ user: 'dms', password: '', ...login }], databases: [{ name: 'Sales', ...sales }] },
      schemaMigration,
    })
    const told = await rig.judge(check)
    expect([told.verdict, told.summary]).toEqual([verdict, expect.stringMatching(says)])
  })

  it('grants both, in words that every version knows', async () => {
    const login = { user: 'dms', password: '', databases: ['Sales'] }
    const rig = await openDatabaseRig({ source: { logins: [login], databases: [{ name: 'Sales' }] } })
    expect(await rig.judge(check)).toMatchObject({
      remediation: {
        scripts: [
          {
            code: [
              '-- in master, as a sysadmin',
              'GRANT VIEW ANY DEFINITION TO [dms];',
              'USE [Sales];',
              "EXEC sp_addrolemember N'db_datareader', N'dms';",
            ].join('\n'),
          },
        ],
      },
    })
  })

  const place = { host: 'sql01', port: 1433, database: 'Sales', account: 'dms' }
  const subjectOf = (schemaMigration = false) => {
    const [one] = check.subjects(
      fixtures.manifestWith({ generation: 'modern', dms: { ...MANIFEST.dms, schemaMigration } }),
    )
    if (one === undefined) throw new Error('a source has databases')
    return one
  }
  const NULLS = {
    ...{ database: 'Sales', login: 'dms', user: 'dms', dataReader: null, denyDataReader: null, dbOwner: null },
    ...{ selects: null, viewAnyDefinition: null, controlServer: null, sysadmin: null },
  }

  it.each([
    [{}, false, 'unknown'],
    [{}, true, 'unknown'],
    [{ viewAnyDefinition: 1 }, false, 'unknown'],
    [{ viewAnyDefinition: 1, dataReader: 1, denyDataReader: 0 }, false, 'pass'],
    [{ viewAnyDefinition: 1, dataReader: 1, denyDataReader: 1 }, false, 'fail'],
    [{ viewAnyDefinition: 0 }, false, 'fail'],
  ])('takes NULL for neither yes nor no: %j', (change, schemaMigration, verdict) => {
    const evidence = { ...place, outcome: 'answered', row: { ...NULLS, ...change } }
    expect(fixtures.judgeStored(check, evidence, subjectOf(schemaMigration)).verdict).toBe(verdict)
  })

  it('is blocked without a login', () => {
    const refused = { ...place, outcome: 'refused', number: 18456, state: 1, severity: 14, message: 'no' }
    expect(fixtures.judgeStored(check, refused, subjectOf()).verdict).toBe('blocked')
  })
})

const SVC = String.raw`CORP\svc-dms`
const OWNER = { user: 'dms', password: '', ...VIEW, databases: ['Sales'] }
const foreign = (login: Partial<LoginState>, sales: Partial<DatabaseState>, more: Partial<SqlState> = {}) => ({
  dmsLogin: SVC,
  source: {
    logins: [OWNER, { user: SVC, kind: 'windows' as const, password: 'x', ...login }],
    databases: [{ name: 'Sales', ...sales }],
    ...more,
  },
})
const GROUP = { name: String.raw`CORP\dba`, members: [SVC] }

describe('the login that DMS will use, read from the catalog views', () => {
  it.each<[string, ReturnType<typeof foreign>, string, RegExp]>([
    [
      'both',
      foreign(VIEW, { readers: [SVC] }),
      'pass',
      /can read the definitions and the data of Sales .*read from the catalog views by dms/,
    ],
    ['no role', foreign(VIEW, {}), 'fail', /it lacks db_datareader/],
    ['denied reading', foreign(VIEW, { readers: [SVC], deniedReaders: [SVC] }), 'fail', /it lacks db_datareader/],
    ['no definitions', foreign({}, { readers: [SVC] }), 'fail', /it lacks VIEW ANY DEFINITION/],
    [
      'denied definitions',
      foreign({ ...VIEW, denies: ['VIEW ANY DEFINITION'] }, { readers: [SVC] }),
      'fail',
      /VIEW ANY/,
    ],
    ['sysadmin', foreign({ sysadmin: true }, {}), 'pass', /more than DMS needs/],
    ['disabled', foreign({ ...VIEW, disabled: true }, { readers: [SVC] }), 'fail', /the login is disabled/],
    ['not let in', foreign({ ...VIEW, denies: ['CONNECT SQL'] }, { readers: [SVC] }), 'fail', /CONNECT SQL is denied/],
    ['perhaps by a group', foreign({}, {}, { windowsGroups: [GROUP] }), 'unknown', /through one of 1 Windows groups/],
    ['no such login', foreign({ user: 'other' }, {}), 'fail', /there is no such login/],
  ])('%s', async (_which, world, verdict, says) => {
    const rig = await openDatabaseRig(world)
    const told = await rig.judge(check)
    expect([told.verdict, told.summary]).toEqual([verdict, expect.stringMatching(says)])
    expect(told).toMatchObject({ proof: 'proxy' })
  })

  it('does not know from views that do not show everything', async () => {
    const world = foreign(VIEW, { readers: [SVC] })
    const logins = world.source.logins.map((one) => (one.user === 'dms' ? { ...one, grants: [] } : one))
    const rig = await openDatabaseRig({ ...world, source: { ...world.source, logins } })
    expect(await rig.judge(check)).toMatchObject({ verdict: 'unknown', cause: { kind: 'forbidden' } })
  })

  it('is our own where the names are the same', async () => {
    const rig = await openDatabaseRig({ dmsLogin: 'DMS' })
    expect(await rig.judge(check)).toMatchObject({ verdict: 'pass', proof: 'direct' })
  })
})
