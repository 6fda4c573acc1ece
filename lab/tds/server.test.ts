import { afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import sql from 'mssql'
import { createAuthority } from '../certificates.ts'
import type { TdsServer } from './server.ts'
import { createBench, type Bench, type Client } from './bench.ts'

let bench: Bench
beforeAll(async () => {
  bench = await createBench()
})
afterEach(() => bench.close())

async function connectError(server: TdsServer, client: Client = {}): Promise<{ code?: string; message: string }> {
  try {
    await bench.connectTo(server, client)
  } catch (error) {
    return error as { code?: string; message: string }
  }
  throw new Error('the login was accepted')
}

describe('login', () => {
  it.each([
    { encryption: 'off', encrypt: true, login: true, session: true },
    { encryption: 'off', encrypt: false, login: false, session: false },
    { encryption: 'on', encrypt: true, login: true, session: true },
    { encryption: 'required', encrypt: true, login: true, session: true },
    { encryption: 'not-supported', encrypt: false, login: false, session: false },
  ] as const)('mssql with encrypt $encrypt on a server with encryption $encryption', async (row) => {
    const server = await bench.start({ encryption: row.encryption })
    const pool = await bench.connectTo(server, { encrypt: row.encrypt })
    const { recordset } = await pool.request().query('SELECT @@VERSION')
    expect(recordset).toEqual([{ text: 'SELECT @@VERSION', encrypted: row.session }])
    const record = {
      user: 'dms',
      kind: 'sql',
      database: 'Sales',
      app: 'dms-preflight',
      encrypted: row.login,
      accepted: true,
    }
    // mssql proves the account with one connection and queries on the next.
    expect(server.logins).toEqual([record, record])
    expect(server.statements).toEqual(['SELECT @@VERSION'])
    expect(server.connections).toBe(2)
  })

  it('refuses a wrong password once', async () => {
    const server = await bench.start()
    const messages: { number: number; state: number; class: number }[] = []
    const pool = new sql.ConnectionPool({
      server: '127.0.0.1',
      port: server.port,
      user: 'dms',
      password: 'wrong',
      options: { encrypt: true, trustServerCertificate: true },
      beforeConnect: (connection: { on(event: 'errorMessage', listener: (m: (typeof messages)[0]) => void): void }) =>
        connection.on('errorMessage', (message) => messages.push(message)),
    })
    await expect(pool.connect()).rejects.toMatchObject({ code: 'ELOGIN', message: "Login failed for user 'dms'." })
    expect(messages).toMatchObject([{ number: 18456, state: 1, class: 14 }])
    expect(server.logins).toEqual([
      { user: 'dms', kind: 'sql', database: '', app: 'node-mssql', encrypted: true, accepted: false },
    ])
  })

  it('never sees the login of a client that wants encryption when there is none', async () => {
    const server = await bench.start({ encryption: 'not-supported' })
    expect(await connectError(server)).toMatchObject({ code: 'EENCRYPT' })
    expect(server.connections).toBe(1)
    expect(server.logins).toEqual([])
  })

  it('never sees the login of a client without encryption when it is required', async () => {
    const server = await bench.start({ encryption: 'required' })
    expect(await connectError(server, { encrypt: false })).toMatchObject({ code: 'EENCRYPT' })
    expect(server.logins).toEqual([])
  })

  it('never sees the login of a client that does not trust the certificate', async () => {
    const server = await bench.start()
    const stranger = await createAuthority()
    expect(await connectError(server, { trusted: stranger.certificate })).toMatchObject({ code: 'ESOCKET' })
    expect(await connectError(server, { serverName: 'other.example' })).toMatchObject({
      code: 'ESOCKET',
    })
    expect(server.logins).toEqual([])
  })

  it('sends the client elsewhere', async () => {
    const target = await bench.start()
    const gateway = await bench.start({ authenticate: () => ({ routeTo: { host: '127.0.0.1', port: target.port } }) })
    const pool = await bench.connectTo(gateway)
    await pool.request().query('SELECT 2')
    expect(gateway.logins).toMatchObject([{ accepted: true }, { accepted: true }])
    expect(target.logins).toMatchObject([{ accepted: true }, { accepted: true }])
    expect([gateway.statements, target.statements]).toEqual([[], ['SELECT 2']])
  })

  it('passes on several messages and what authenticate throws', async () => {
    const two = await bench.start({
      authenticate: () => [
        { number: 4060, state: 1, severity: 11, message: 'Cannot open database "Sales" requested by the login.' },
        { number: 18456, state: 1, severity: 14, message: "Login failed for user 'dms'." },
      ],
    })
    expect(await connectError(two)).toMatchObject({ code: 'ELOGIN', message: "Login failed for user 'dms'." })
    const broken = await bench.start({
      authenticate: () => {
        throw new Error('oops')
      },
    })
    expect(await connectError(broken)).toMatchObject({ code: 'ELOGIN', message: 'the lab failed: oops' })
  })
})

describe('misbehaviour', () => {
  it.each([
    ['silent', 'ETIMEOUT'],
    ['garbage', 'ETIMEOUT'],
    ['close-after-connect', 'ESOCKET'],
    ['close-after-prelogin', 'ESOCKET'],
  ] as const)('%s', async (misbehave, code) => {
    const server = await bench.start({ misbehave })
    const pool = new sql.ConnectionPool({
      server: '127.0.0.1',
      port: server.port,
      user: 'dms',
      password: 'x',
      connectionTimeout: 500,
      options: { encrypt: true },
    })
    await expect(pool.connect()).rejects.toMatchObject({ code })
    expect(server.connections).toBe(1)
    expect(server.logins).toEqual([])
  })
})
