import { afterEach, describe, expect, it } from '@jest/globals'
import sql from 'mssql'
import { SOURCE_RIGHTS } from '../../src/checks/statements/source-rights.ts'
import { TARGET_DATABASE_RIGHTS } from '../../src/checks/statements/target-database-rights.ts'
import { playSqlState } from './play.ts'
import type { LoginState, SqlState } from './state.ts'
import { startTdsServer, type TdsServer } from '../tds/server.ts'

const open: { close(): Promise<unknown> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

const BOX: SqlState = {
  serverName: 'SQL01',
  version: [16, 0, 4135],
  logins: [
    { user: 'dms', password: 'pw' },
    { user: 'viewer', password: 'pw', grants: ['VIEW SERVER STATE'] },
    { user: 'control', password: 'pw', controlServer: true },
    { user: 'granted', password: 'pw', grants: ['CONTROL SERVER'] },
    { user: 'boss', password: 'pw', sysadmin: true },
    { user: 'reader', password: 'pw', databases: ['Sales'] },
    { user: 'off', password: 'pw', disabled: true },
    { user: 'locked', password: 'pw', locked: true },
    { user: 'old', password: 'pw', expired: true },
    { user: 'new', password: 'pw', mustChange: true },
  ],
  databases: [{ name: 'Sales', controlBy: ['dms'], owners: ['granted'] }, { name: 'Orders' }],
}
const AZURE: SqlState = {
  serverName: 'sqlsales',
  version: [12, 0, 2000],
  azure: true,
  logins: [
    { user: 'admin', password: 'pw', sysadmin: true },
    { user: 'inside', password: 'pw', contained: true, databases: ['Sales'] },
  ],
  databases: [{ name: 'Sales', owners: ['inside'] }],
}

interface Refusal {
  number: number
  state: number
  severity: number
  message: string
}

interface Account {
  user: string
  password?: string
  database?: string
}

/** The pool of an accepted login, or what the server said to a refused one. */
async function logIn(
  state: SqlState,
  account: Account,
): Promise<{ pool: sql.ConnectionPool; server: TdsServer; refusals: Refusal[] }> {
  const server = await startTdsServer({ ...playSqlState(state) })
  const refusals: Refusal[] = []
  const pool = new sql.ConnectionPool({
    server: '127.0.0.1',
    port: server.port,
    user: account.user,
    password: account.password ?? 'pw',
    ...(account.database === undefined ? {} : { database: account.database }),
    validateConnection: false,
    options: { encrypt: false },
    beforeConnect: (connection: { on(event: 'errorMessage', listener: (message: ErrorToken) => void): void }) => {
      connection.on('errorMessage', (token) => {
        refusals.push({ number: token.number, state: token.state, severity: token.class, message: token.message })
      })
    },
  })
  open.push(pool, server)
  await pool.connect().catch(() => undefined)
  return { pool, server, refusals }
}

interface ErrorToken {
  number: number
  state: number
  class: number
  message: string
}

async function ask<Row>(
  pool: sql.ConnectionPool,
  statement: { text: string; decode(row: Record<string, unknown>): Row },
): Promise<Row> {
  const { recordset } = await pool.request().query<Record<string, unknown>>(statement.text)
  expect(recordset).toHaveLength(1)
  return statement.decode(recordset[0] ?? {})
}

describe('source rights', () => {
  it.each([
    ['dms', { controlServer: 0, sysadmin: 0, viewServerState: 0, viewAnyDefinition: 0 }],
    ['viewer', { controlServer: 0, sysadmin: 0, viewServerState: 1, viewAnyDefinition: 0 }],
    ['control', { controlServer: 1, sysadmin: 0, viewServerState: 1, viewAnyDefinition: 1 }],
    ['granted', { controlServer: 1, sysadmin: 0, viewServerState: 1, viewAnyDefinition: 1 }],
    ['boss', { controlServer: 1, sysadmin: 1, viewServerState: 1, viewAnyDefinition: 1 }],
  ])('%s', async (user, expected) => {
    const { pool, server } = await logIn(BOX, { user })
    expect(await ask(pool, SOURCE_RIGHTS)).toEqual({
      login: user,
      ...expected,
      connectSql: 1,
      productVersion: '16.0.4135.0',
      edition: 'Enterprise Edition (64-bit)',
      engineEdition: 3,
      netTransport: 'TCP',
      authScheme: 'SQL',
      localTcpPort: server.port,
    })
    expect(server.statements).toEqual([SOURCE_RIGHTS.text])
  })

  it('has no server permissions to tell on Azure', async () => {
    const { pool } = await logIn(AZURE, { user: 'admin' })
    expect(await ask(pool, SOURCE_RIGHTS)).toMatchObject({ controlServer: null, sysadmin: null, engineEdition: 5 })
  })
})

describe('target database rights', () => {
  it.each([
    ['dms', { controlDatabase: 1, dbOwner: 0, user: 'dms' }],
    ['reader', { controlDatabase: 0, dbOwner: 0, user: 'reader' }],
    ['control', { controlDatabase: 1, dbOwner: 0, user: 'control' }],
    ['granted', { controlDatabase: 1, dbOwner: 1, user: 'granted' }],
    ['boss', { controlDatabase: 1, dbOwner: 1, user: 'dbo' }],
  ])('%s', async (user, expected) => {
    const { pool } = await logIn(BOX, { user, database: 'SALES' })
    const row = { database: 'Sales', login: user, engineEdition: 3, ...expected }
    expect(await ask(pool, TARGET_DATABASE_RIGHTS)).toEqual(row)
  })

  it('of a contained user', async () => {
    const { pool } = await logIn(AZURE, { user: 'inside', database: 'Sales' })
    expect(await ask(pool, TARGET_DATABASE_RIGHTS)).toMatchObject({ database: 'Sales', dbOwner: 1, engineEdition: 5 })
  })
})

describe('refusals', () => {
  const failed = (user: string): Refusal => ({
    number: 18456,
    state: 1,
    severity: 14,
    message: `Login failed for user '${user}'.`,
  })
  const cannotOpen = (database: string): Refusal => ({
    number: 4060,
    state: 1,
    severity: 11,
    message: `Cannot open database "${database}" requested by the login. The login failed.`,
  })

  it.each([
    ['a wrong password', BOX, { user: 'dms', password: 'PW' }, [failed('dms')]],
    ['nobody', BOX, { user: 'nobody' }, [failed('nobody')]],
    ['a disabled login with a wrong password', BOX, { user: 'off', password: 'x' }, [failed('off')]],
    ['no such database', BOX, { user: 'dms', database: 'Nope' }, [cannotOpen('Nope'), failed('dms')]],
    ['no user in the database', BOX, { user: 'dms', database: 'Orders' }, [cannotOpen('Orders'), failed('dms')]],
    ['no such database on Azure', AZURE, { user: 'admin', database: 'Nope' }, [cannotOpen('Nope'), failed('admin')]],
    ['no msdb on Azure', AZURE, { user: 'admin', database: 'msdb' }, [cannotOpen('msdb'), failed('admin')]],
    ['a contained user in master', AZURE, { user: 'inside' }, [failed('inside')]],
  ] as const)('%s', async (_name, state, account, expected) => {
    const { server, refusals } = await logIn(state, account)
    expect(refusals).toEqual(expected)
    expect(server.logins).toMatchObject([{ user: account.user, accepted: false }])
  })

  it.each([
    ['off', 18470, "Login failed for user 'off'. Reason: The account is disabled."],
    ['locked', 18486, expect.stringContaining('locked out')],
    ['old', 18487, expect.stringContaining('has expired')],
    ['new', 18488, expect.stringContaining('must be changed')],
  ])('the account %s', async (user, number, message) => {
    const { refusals } = await logIn(BOX, { user })
    expect(refusals).toEqual([{ number, state: 1, severity: 14, message }])
  })

  it('a client that the firewall does not know, before its password is looked at', async () => {
    const { refusals } = await logIn({ ...AZURE, admits: ['203.0.113.7'] }, { user: 'admin', password: 'wrong' })
    expect(refusals).toMatchObject([{ number: 40615, state: 1, severity: 14 }])
    expect(refusals[0]?.message).toMatch(
      /^Cannot open server 'sqlsales' requested by the login\. Client with IP address '127\.0\.0\.1' is not allowed/,
    )
    expect((await logIn({ ...AZURE, admits: ['127.0.0.1'] }, { user: 'admin' })).refusals).toEqual([])
  })

  it('everyone', async () => {
    const refuseAll = { number: 18452, state: 1, severity: 14, message: 'Login failed. Untrusted domain.' }
    expect((await logIn({ ...BOX, refuseAll }, { user: 'boss' })).refusals).toEqual([refuseAll])
  })
})

describe('other statements', () => {
  it('are errors, also those that only look alike', async () => {
    const { pool } = await logIn(BOX, { user: 'boss' })
    for (const text of [
      'SELECT name FROM sys.databases',
      SOURCE_RIGHTS.text.toLowerCase(),
      `${SOURCE_RIGHTS.text} -- x`,
    ]) {
      await expect(pool.request().query(text)).rejects.toMatchObject({
        number: 50000,
        class: 16,
        message: `the lab does not know this statement: ${text.slice(0, 500)}`,
      })
    }
  })

  it('may be laid out differently', async () => {
    const { pool } = await logIn(BOX, { user: 'boss' })
    const { recordset } = await pool.request().query(` ${SOURCE_RIGHTS.text.replaceAll(/\s+/g, '\r\n ')}\n`)
    expect(recordset).toHaveLength(1)
  })

  it('see a state that changes while the server runs', async () => {
    const login: LoginState = { user: 'dms', password: 'pw' }
    const { pool } = await logIn({ ...BOX, logins: [login] }, { user: 'dms' })
    expect(await ask(pool, SOURCE_RIGHTS)).toMatchObject({ controlServer: 0 })
    login.controlServer = true
    expect(await ask(pool, SOURCE_RIGHTS)).toMatchObject({ controlServer: 1 })
  })
})
