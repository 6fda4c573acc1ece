import { afterEach, describe, expect, it } from '@jest/globals'
import type { LoginState } from '../../../../lab/sql/state.ts'
import { closeDatabaseRigs, openDatabaseRig, type DatabaseWorld } from '../../../../test/sqldb-rig.ts'
import * as fixtures from '../../../../test/sql-fixtures.ts'
import { MANIFEST } from '../../../../test/fixtures.ts'
import type { JsonObject } from '../../../domain/json.ts'
import type { Login } from '../../../domain/manifest.ts'
import check from './check.ts'
import { ROLES } from './judge-server-roles.ts'

afterEach(closeDatabaseRigs)

const world = (login: Partial<LoginState>, more: DatabaseWorld = {}): DatabaseWorld => ({
  schemaMigration: true,
  ...more,
  target: { logins: [{ user: 'dms', password: '', ...login }], ...more.target },
})
/** The user database tells no role, as one page says of IS_SRVROLEMEMBER. */
const PLACE = { kind: 'asked', host: 'sqlsales', port: 1433, database: 'Sales', account: 'dms', administrator: {} }
const ROW = { login: 'dms', user: 'dms', authentication: 1 }
const NONE = { databaseManager: 0, databaseConnector: 0, definitionReader: 0, loginManager: 0 }
const dms = { ...MANIFEST.dms, schemaMigration: true }
const subjectOf = (login?: Login) =>
  fixtures.targetSubject({ generation: 'modern', dms, ...(login === undefined ? {} : { target: { login } }) })
const asked = (master: JsonObject | null, row: JsonObject = {}, more: JsonObject = {}): JsonObject => ({
  ...PLACE,
  ...more,
  row: { ...ROW, ...NONE, ...row },
  master,
})

describe('target/login-can-migrate-schema', () => {
  it('does not apply, and asks nothing, where DMS leaves the schema alone', async () => {
    const rig = await openDatabaseRig()
    expect((await rig.judge(check)).verdict).toBe('not-applicable')
    expect(rig.servers.target.statements).toEqual([])
  })

  it('passes the four roles without a login to master', async () => {
    const rig = await openDatabaseRig(world({ roles: ROLES }))
    expect(await rig.judge(check)).toMatchObject({ verdict: 'pass', summary: expect.stringMatching(/all four roles/) })
    expect(rig.servers.target.logins).toHaveLength(1)
  })

  it('passes the administrator of the server', async () => {
    const rig = await openDatabaseRig(world({}, { resource: { administratorLogin: 'DMS' } }))
    expect(await rig.judge(check)).toMatchObject({ verdict: 'pass', summary: expect.stringMatching(/administrator/) })
  })

  it('names the roles that master does not tell of', async () => {
    const rig = await openDatabaseRig(world({ roles: ROLES.slice(0, 2) }))
    const told = await rig.judge(check)
    expect(told).toMatchObject({
      verdict: 'fail',
      summary: expect.stringMatching(/lacks ##MS_DefinitionReader##, ##MS_LoginManager## on/),
      remediation: {
        scripts: [{ code: expect.stringMatching(/ALTER SERVER ROLE \[##MS_LoginManager##\] ADD MEMBER \[dms\];$/) }],
      },
    })
    expect(JSON.stringify(told)).not.toMatch(/ADD MEMBER.*DatabaseManager/)
  })

  it('sends no contained user to master', async () => {
    const rig = await openDatabaseRig(world({ contained: true }))
    expect(await rig.judge(check)).toMatchObject({ verdict: 'fail', summary: expect.stringMatching(/contained user/) })
    expect(rig.servers.target.logins).toHaveLength(1)
  })

  it('is blocked without a login', async () => {
    const rig = await openDatabaseRig(world({ disabled: true }))
    expect((await rig.judge(check)).verdict).toBe('blocked')
  })

  it.each([
    ['master tells all', asked({ outcome: 'seen', roles: [...ROLES] }), 'pass', /all four/],
    [
      'each tells a part',
      asked({ outcome: 'seen', roles: ROLES.slice(2) }, { databaseManager: 1, databaseConnector: 1 }),
      'pass',
      /all four/,
    ],
    [
      'master tells none',
      asked({ outcome: 'seen', roles: [] }),
      'fail',
      /lacks ##MS_DatabaseManager##, .*LoginManager##/,
    ],
    ['master is closed', asked({ outcome: 'refused', number: 4060 }), 'fail', /may not even open master .*4060/],
    [
      'master is closed to a connector',
      asked({ outcome: 'refused', number: 4060 }, { databaseConnector: 1 }),
      'unknown',
      /4060/,
    ],
    ['master refuses otherwise', asked({ outcome: 'refused', number: 18456 }), 'unknown', /18456/],
    ['master does not answer', asked({ outcome: 'unseen', why: 'timeout' }), 'unknown', /could not be asked: timeout/],
    ['NULL', asked(null, { databaseManager: null, databaseConnector: null }), 'unknown', /is not known/],
  ])('%s', (_which, evidence, verdict, says) => {
    const told = fixtures.judgeStored(check, evidence, subjectOf())
    expect([told.verdict, told.summary]).toEqual([verdict, expect.stringMatching(says)])
  })

  it('knows an Entra administrator by name or id, and leaves other identities open', () => {
    const entra = subjectOf({ kind: 'entra' })
    const row = { login: 'b1a2@tenant', authentication: 4 }
    const by = (one: string) => asked(null, row, { administrator: { sql: 'b1a2@tenant', entra: [one] } })
    expect(fixtures.judgeStored(check, by('B1A2'), entra).verdict).toBe('pass')
    expect(fixtures.judgeStored(check, by('DBA group'), entra).verdict).toBe('unknown')
  })
})
