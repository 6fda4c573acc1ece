import { afterEach, describe, expect, it } from '@jest/globals'
import type { DatabaseState, SqlState } from '../../../../lab/sql/state.ts'
import { closeSourceRigs, openSourceRig } from '../../../../test/source-rig.ts'
import type { JsonObject } from '../../../domain/json.ts'
import * as fixtures from '../../../../test/sql-fixtures.ts'
import check from './check.ts'

afterEach(closeSourceRigs)

const BOSS = [{ user: 'dms', password: '', controlServer: true }]
const USER = [{ user: 'dms', password: '', databases: ['Sales'] }]
const withSales = (sales: Partial<DatabaseState>, logins: SqlState['logins'] = BOSS): Partial<SqlState> => ({
  logins,
  databases: [{ name: 'Sales', ...sales }, { name: 'SalesArchive' }],
})

const WORLDS: readonly [string, Partial<SqlState>, string, RegExp][] = [
  [
    'online',
    withSales({}),
    'pass',
    /ONLINE and dms may open it \(recovery model FULL, collation SQL_Latin1_General_CP1_CI_AS, compatibility level 150, 512 MB\)$/,
  ],
  [
    'with every peculiarity',
    withSales({
      readOnly: true,
      userAccess: 'RESTRICTED_USER',
      encryptedBy: 'AB',
      containment: 'PARTIAL',
      filestreamFiles: 1,
      snapshot: true,
    }),
    'pass',
    /encrypted \(TDE\), containment PARTIAL, has FILESTREAM.*; it is in RESTRICTED_USER mode; it is read-only; it is a snapshot/,
  ],
  ['in standby', withSales({ standby: true, readOnly: true }), 'pass', /in standby: each restore/],
  ...(['OFFLINE', 'RESTORING', 'RECOVERING', 'RECOVERY_PENDING', 'SUSPECT', 'EMERGENCY'] as const).map(
    (state): [string, Partial<SqlState>, string, RegExp] => [
      state,
      withSales({ state }),
      'fail',
      new RegExp(`is ${state}$`),
    ],
  ),
  [
    'closed by AUTO_CLOSE, which leaves less to tell',
    withSales({ autoClosed: true }),
    'pass',
    /ONLINE and dms may open it \(recovery model FULL, 512 MB\)$/,
  ],
  [
    'OFFLINE, which a login with a user in it alone does not see',
    withSales({ state: 'OFFLINE' }, USER),
    'unknown',
    /^dms does not see a database Sales on [^ ]+: it is not there, or it is OFFLINE, which SQL Server hides .*; there are SalesArchive$/,
  ],
  [
    'OFFLINE, which a login that may create databases sees',
    withSales({ state: 'OFFLINE' }, [{ ...USER[0]!, grants: ['CREATE ANY DATABASE'] }]),
    'fail',
    /is OFFLINE$/,
  ],
  [
    'for its owners only',
    withSales({ userAccess: 'RESTRICTED_USER', closed: true }),
    'fail',
    /RESTRICTED_USER mode, which lets in only its db_owner/,
  ],
  ['in use by a single user', withSales({ userAccess: 'SINGLE_USER', closed: true }), 'fail', /single-user mode/],
  [
    'closed, as a secondary replica is',
    withSales({ closed: true }),
    'fail',
    /secondary replica of an availability group/,
  ],
  [
    'without a user in it',
    withSales({}, [{ user: 'dms', password: '' }]),
    'blocked',
    /dms has no user in it: with CONTROL SERVER it needs none/,
  ],
  [
    'with a user and nothing else',
    withSales({}, USER),
    'pass',
    /may open it .*not seen: encryption keys, files, backup history \(missing: VIEW SERVER STATE, VIEW ANY DEFINITION, SELECT\)/,
  ],
  ['in another letter case', { logins: BOSS, databases: [{ name: 'SALES' }] }, 'pass', /ONLINE/],
  [
    'in another letter case on a server that tells them apart',
    { logins: BOSS, databases: [{ name: 'SALES' }], collation: 'Latin1_General_CS_AS' },
    'fail',
    /is not on the server; there are SALES/,
  ],
  [
    'not there',
    { logins: BOSS, databases: [{ name: 'SalesArchive' }] },
    'fail',
    /is not on the server; there are SalesArchive/,
  ],
  [
    'hidden',
    { ...withSales({}, [{ user: 'dms', password: '' }]), viewAnyDatabase: false },
    'unknown',
    /lacks VIEW ANY DATABASE/,
  ],
]

describe('source/database-is-readable', () => {
  it.each(WORLDS)('%s', async (_which, state, verdict, says) => {
    const rig = await openSourceRig(state)
    const told = await rig.verdict(check)
    expect([told.verdict, told.summary]).toEqual([verdict, expect.stringMatching(says)])
    if (verdict === 'fail') expect(told.judgement).toMatchObject({ remediation: { scripts: [{ language: 'tsql' }] } })
    expect(rig.server.logins).toHaveLength(1)
  })

  it('says nothing of the login of DMS when only ours is kept out', async () => {
    const rig = await openSourceRig(withSales({}, [{ user: 'dms', password: '' }]), { dmsLogin: String.raw`CORP\svc` })
    expect(await rig.verdict(check)).toMatchObject({
      verdict: 'unknown',
      summary: expect.stringMatching(/may not open it.*says nothing of CORP\\svc, the login of DMS/),
    })
  })

  it('fails for want of a user where nothing else asks for CONTROL SERVER', async () => {
    const rig = await openSourceRig(withSales({}, [{ user: 'dms', password: '' }]))
    const evidence = await rig.observe(check)
    if (!evidence.ok) throw new Error(evidence.failure.message)
    const location = { path: 'm.yml', line: 1, column: 1 }
    const waiver = { check: 'source/login-has-control-server', subjects: [], reason: 'later', expires: '2027-03-01' }
    const manifests = [
      { waivers: [{ ...waiver, by: '@dba', location }] },
      { scenario: 'sql-server-to-azure-sql-managed-instance' },
    ] as const
    for (const manifest of manifests) {
      const [subject] = check.subjects(fixtures.manifestWith({ source: rig.source, ...manifest }))
      if (subject === undefined) throw new Error('a source has databases')
      expect(fixtures.judgeStored(check, evidence.value, subject)).toMatchObject({
        verdict: 'fail',
        remediation: { scripts: [{ code: expect.stringContaining('CREATE USER [dms] FOR LOGIN [dms]') }] },
      })
    }
  })

  it('does not know when the server does not say whether the login may open it', async () => {
    const rig = await openSourceRig(withSales({}))
    const evidence = await rig.observe(check)
    const [subject] = check.subjects(fixtures.manifestWith({ source: rig.source }))
    if (!evidence.ok || subject === undefined) throw new Error('the server answers')
    const state = { ...(evidence.value['state'] as JsonObject), hasAccess: null }
    expect(fixtures.judgeStored(check, { ...evidence.value, state }, subject)).toMatchObject({
      verdict: 'unknown',
      cause: { kind: 'insufficient' },
      summary: expect.stringMatching(/answered NULL to HAS_DBACCESS for the database Sales/),
    })
  })

  it('keeps what is known of the database as evidence', async () => {
    const rig = await openSourceRig(
      withSales({
        encryptedBy: 'AB12',
        logFiles: 2,
        nonTransactedAccess: 'FULL',
        backups: [
          { type: 'D', finished: '2026-11-20T22:00:07', checksums: true },
          { type: 'L', finished: '2026-11-20T23:00:00', checksums: false },
        ],
      }),
    )
    expect(await rig.observe(check)).toMatchObject({
      value: {
        state: { name: 'Sales', recoveryModel: 'FULL', isEncrypted: 1 },
        facts: {
          containment: 'NONE',
          encryption: { state: 3, thumbprint: 'AB12' },
          files: { data: 1, log: 2, filestream: 0, sizeMb: 512 },
          nonTransactedAccess: 'FULL',
          lastFullBackup: { finished: '2026-11-20T22:00:07', hasChecksums: true, isDamaged: false },
          lastLogBackup: { hasChecksums: false },
          notSeen: [],
        },
      },
    })
  })

  it('loses details alone on an old server', async () => {
    const rig = await openSourceRig({ ...withSales({}), version: [10, 50, 6000] })
    await rig.preLogin()
    const told = await rig.verdict(check)
    expect(told).toMatchObject({
      verdict: 'pass',
      summary: expect.stringMatching(/not seen: containment, FileTable access$/),
    })
    expect(rig.server.statements.join()).not.toContain('containment_desc')
  })

  it('is blocked by the check of the login', () => {
    const place = { host: 'h', port: 1433, database: 'master', account: 'dms' }
    const [subject] = check.subjects(fixtures.manifestWith({}))
    if (subject === undefined) throw new Error('a source has databases')
    const evidence = { ...place, outcome: 'withheld', refusedAt: { id: 'source/login-is-accepted', subject: 'erp01' } }
    expect(fixtures.judgeStored(check, evidence, subject).verdict).toBe('blocked')
  })
})
