import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import sql from 'mssql'
import { createAuthority, type KeyAndCertificate } from '../certificates.ts'
import type { LoginVerdict, TdsOptions } from './model.ts'
import { startTdsServer, type TdsServer } from './server.ts'

const HOST = 'sql01.corp.example'
let ca: string
let tls: KeyAndCertificate

beforeAll(async () => {
  const authority = await createAuthority()
  ca = authority.certificate
  tls = await authority.issue({ names: [HOST] })
})

const open: { close(): Promise<unknown> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

function accountCheck({ user, password }: { user: string; password: string }): LoginVerdict {
  if (user === 'dms' && password === 'Pä55 "w€rd') return undefined
  return { number: 18456, state: 1, severity: 14, message: `Login failed for user '${user}'.` }
}

async function start(options: Partial<TdsOptions> = {}): Promise<TdsServer> {
  const server = await startTdsServer({
    serverName: 'SQL01',
    tls,
    authenticate: accountCheck,
    answer: (query, session) => ({
      sets: [
        {
          columns: [
            { name: 'text', type: 'nvarchar(max)' },
            { name: 'encrypted', type: 'bit' },
          ],
          rows: [[query.text, session.encrypted]],
        },
      ],
    }),
    ...options,
  })
  open.push(server)
  return server
}

interface Client {
  encrypt?: boolean
  password?: string
  trusted?: string
  options?: sql.IOptions
}

async function connectTo(server: TdsServer, client: Client = {}): Promise<sql.ConnectionPool> {
  const pool = new sql.ConnectionPool({
    server: '127.0.0.1',
    port: server.port,
    user: 'dms',
    password: client.password ?? 'Pä55 "w€rd',
    database: 'Sales',
    connectionTimeout: 5000,
    pool: { max: 1, min: 0 },
    options: {
      encrypt: client.encrypt ?? true,
      appName: 'dms-preflight',
      serverName: HOST,
      validateConnection: false,
      cryptoCredentialsDetails: { ca: client.trusted ?? ca },
      ...client.options,
    } as sql.IOptions,
  })
  open.push(pool)
  return pool.connect()
}

async function connectError(server: TdsServer, client: Client = {}): Promise<{ code?: string; message: string }> {
  try {
    await connectTo(server, client)
  } catch (error) {
    return error as { code?: string; message: string }
  }
  throw new Error('the login was accepted')
}

describe('login', () => {
  it.each([
    { encryption: 'off', encrypt: true, login: true, session: true },
    { encryption: 'off', encrypt: false, login: true, session: false },
    { encryption: 'on', encrypt: true, login: true, session: true },
    { encryption: 'required', encrypt: true, login: true, session: true },
    { encryption: 'not-supported', encrypt: false, login: false, session: false },
  ] as const)('mssql with encrypt $encrypt on a server with encryption $encryption', async (row) => {
    const server = await start({ encryption: row.encryption })
    const pool = await connectTo(server, { encrypt: row.encrypt })
    const { recordset } = await pool.request().query('SELECT @@VERSION')
    expect(recordset).toEqual([{ text: 'SELECT @@VERSION', encrypted: row.session }])
    const record = { user: 'dms', database: 'Sales', app: 'dms-preflight', encrypted: row.login, accepted: true }
    // mssql proves the account with one connection and queries on the next.
    expect(server.logins).toEqual([record, record])
    expect(server.statements).toEqual(['SELECT @@VERSION'])
    expect(server.connections).toBe(2)
  })

  it('refuses a wrong password once', async () => {
    const server = await start()
    const messages: { number: number; state: number; class: number }[] = []
    const pool = new sql.ConnectionPool({
      server: '127.0.0.1',
      port: server.port,
      user: 'dms',
      password: 'wrong',
      options: { encrypt: true, trustServerCertificate: true },
      beforeConnect: (connection: { on(event: 'errorMessage', listener: (m: (typeof messages)[0]) => void): void }) =>
        connection.on('errorMessage', (message) => messages.push(message)),
    } as sql.config)
    open.push(pool)
    await expect(pool.connect()).rejects.toMatchObject({ code: 'ELOGIN', message: "Login failed for user 'dms'." })
    expect(messages).toMatchObject([{ number: 18456, state: 1, class: 14 }])
    expect(server.logins).toEqual([{ user: 'dms', database: '', app: 'node-mssql', encrypted: true, accepted: false }])
  })

  it('never sees the login of a client that wants encryption when there is none', async () => {
    const server = await start({ encryption: 'not-supported' })
    expect(await connectError(server)).toMatchObject({ code: 'EENCRYPT' })
    expect(server.connections).toBe(1)
    expect(server.logins).toEqual([])
  })

  it('never sees the login of a client without encryption when it is required', async () => {
    const server = await start({ encryption: 'required' })
    expect(await connectError(server, { encrypt: false })).toMatchObject({ code: 'EENCRYPT' })
    expect(server.logins).toEqual([])
  })

  it('never sees the login of a client that does not trust the certificate', async () => {
    const server = await start()
    const stranger = await createAuthority()
    expect(await connectError(server, { trusted: stranger.certificate })).toMatchObject({ code: 'ESOCKET' })
    expect(await connectError(server, { options: { serverName: 'other.example' } as sql.IOptions })).toMatchObject({
      code: 'ESOCKET',
    })
    expect(server.logins).toEqual([])
  })

  it('sends the client elsewhere', async () => {
    const target = await start()
    const gateway = await start({ authenticate: () => ({ routeTo: { host: '127.0.0.1', port: target.port } }) })
    const pool = await connectTo(gateway)
    await pool.request().query('SELECT 2')
    expect(gateway.logins).toMatchObject([{ accepted: true }, { accepted: true }])
    expect(target.logins).toMatchObject([{ accepted: true }, { accepted: true }])
    expect([gateway.statements, target.statements]).toEqual([[], ['SELECT 2']])
  })

  it('passes on several messages and what authenticate throws', async () => {
    const two = await start({
      authenticate: () => [
        { number: 4060, state: 1, severity: 11, message: 'Cannot open database "Sales" requested by the login.' },
        { number: 18456, state: 1, severity: 14, message: "Login failed for user 'dms'." },
      ],
    })
    expect(await connectError(two)).toMatchObject({ code: 'ELOGIN', message: "Login failed for user 'dms'." })
    const broken = await start({
      authenticate: () => {
        throw new Error('oops')
      },
    })
    expect(await connectError(broken)).toMatchObject({ code: 'ELOGIN', message: 'the lab failed: oops' })
  })
})

describe('requests', () => {
  const columns = [
    { name: 'i', type: 'int' },
    { name: 'b', type: 'bigint' },
    { name: 't', type: 'bit' },
    { name: 's', type: 'nvarchar', length: 50 },
    { name: 'm', type: 'nvarchar(max)' },
    { name: 'v', type: 'varbinary', length: 10 },
    { name: 'g', type: 'uniqueidentifier' },
    { name: 'd', type: 'datetime2' },
  ] as const
  const at = new Date('2026-11-22T10:11:12.345Z')
  const guid = '00112233-4455-6677-8899-AABBCCDDEEFF'

  it('carries every type, NULLs and several result sets', async () => {
    const row = [-7, 2n ** 40n, true, 'žluť', 'x'.repeat(9000), Buffer.from([1, 2, 3]), guid, at]
    const nulls = columns.map(() => null)
    const second = { columns: [{ name: 'n', type: 'int' as const }], rows: [[7]] }
    const server = await start({ answer: () => ({ sets: [{ columns, rows: [row, nulls] }, second] }) })
    const pool = await connectTo(server)
    const expected = {
      i: -7,
      b: '1099511627776',
      t: true,
      s: 'žluť',
      m: 'x'.repeat(9000),
      v: Buffer.from([1, 2, 3]),
      g: guid,
      d: at,
    }
    for (const result of [await pool.request().query('q'), await pool.request().batch('q')]) {
      const sets = result.recordsets as unknown as Record<string, unknown>[][]
      expect(sets[0]?.[0]).toMatchObject(expected)
      expect(Object.values(sets[0]?.[1] ?? {})).toEqual(nulls)
      expect(sets[1]).toEqual([{ n: 7 }])
    }
  })

  it('reads parameters of sp_executesql', async () => {
    const seen: unknown[] = []
    const server = await start({
      answer: (query) => {
        seen.push(query)
        return {}
      },
    })
    const pool = await connectTo(server)
    const request = pool.request().input('a', sql.Int, 5).input('b', sql.NVarChar, 'žluť').input('c', sql.Bit, null)
    await request
      .input('d', sql.VarBinary, Buffer.from([9]))
      .input('e', sql.NVarChar(sql.MAX), 'y'.repeat(5000))
      .query('q')
    expect(seen).toMatchObject([
      {
        kind: 'rpc',
        text: 'q',
        procedure: 'sp_executesql',
        parameters: [
          { name: '@a', value: 5 },
          { name: '@b', value: 'žluť' },
          { name: '@c', value: null },
          { name: '@d', value: Buffer.from([9]) },
          { name: '@e', value: 'y'.repeat(5000) },
        ],
      },
    ])
  })

  it('passes on errors and messages, and goes on afterwards', async () => {
    const server = await start({
      answer: ({ text }) =>
        text === 'denied'
          ? { error: { number: 229, state: 5, severity: 14, message: 'The SELECT permission was denied.' } }
          : { info: [{ number: 0, state: 1, severity: 0, message: 'hello' }], rowsAffected: 3 },
    })
    const pool = await connectTo(server)
    for (const run of [(q: string) => pool.request().query(q), (q: string) => pool.request().batch(q)]) {
      await expect(run('denied')).rejects.toMatchObject({ number: 229, class: 14, state: 5, serverName: 'SQL01' })
      expect((await run('fine')).rowsAffected).toEqual([3])
    }
  })

  it('tells a mistake of the test to the client', async () => {
    const server = await start({ answer: () => ({ sets: [{ columns, rows: [[1]] }] }) })
    const pool = await connectTo(server)
    await expect(pool.request().query('q')).rejects.toMatchObject({
      number: 50000,
      message: 'the lab failed: a row of 1 cells for 8 columns',
    })
  })

  it('answers ATTENTION: a cancelled and a timed-out request leave the connection usable', async () => {
    const server = await start({
      answer: ({ text }) => (text === 'slow' ? { delayMs: 60_000 } : text === 'hang' ? { hang: true } : {}),
    })
    const pool = await connectTo(server)
    for (const text of ['slow', 'hang']) {
      const request = pool.request()
      setTimeout(() => request.cancel(), 50)
      await expect(request.query(text)).rejects.toMatchObject({ code: 'ECANCEL' })
    }
    await pool.request().query('next')
    expect(server.statements).toEqual(['slow', 'hang', 'next'])
    expect(server.connections).toBe(2)
  })

  it('can drop the connection instead of an answer', async () => {
    const server = await start({ answer: () => ({ drop: true }) })
    const pool = await connectTo(server)
    await expect(pool.request().query('q')).rejects.toMatchObject({ code: 'ECONNRESET' })
  })

  it('counts what a driver asks by itself: `SELECT 1;` is a statement, its `SET` batch is not', async () => {
    const server = await start({ answer: () => ({}) })
    const pool = await connectTo(server, { options: { validateConnection: true } as sql.IOptions })
    await pool.request().query('mine')
    expect(server.statements).toEqual(['SELECT 1;', 'mine'])
  })
})

describe('misbehaviour', () => {
  it.each([
    ['silent', 'ETIMEOUT'],
    ['garbage', 'ETIMEOUT'],
    ['close-after-connect', 'ESOCKET'],
    ['close-after-prelogin', 'ESOCKET'],
  ] as const)('%s', async (misbehave, code) => {
    const server = await start({ misbehave })
    const pool = new sql.ConnectionPool({
      server: '127.0.0.1',
      port: server.port,
      user: 'dms',
      password: 'x',
      connectionTimeout: 500,
      options: { encrypt: true },
    })
    open.push(pool)
    await expect(pool.connect()).rejects.toMatchObject({ code })
    expect(server.connections).toBe(1)
    expect(server.logins).toEqual([])
  })
})

describe('survival', () => {
  it('closes on garbage and still answers the next client', async () => {
    const server = await start()
    const header = (type: number, body: Uint8Array): Buffer => {
      const bytes = Buffer.concat([Buffer.from([type, 1, 0, 0, 0, 0, 1, 0]), body])
      bytes.writeUInt16BE(bytes.length, 2)
      return bytes
    }
    const packet = fc
      .tuple(fc.constantFrom(1, 3, 6, 7, 14, 16, 17, 18, 22, 255), fc.uint8Array({ maxLength: 300 }))
      .map(([type, body]) => header(type, body))
    const prelogin = Buffer.from('1201001a00000100' + '01000600010000ff' + '02'.padEnd(20, '0'), 'hex')
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      fc.array(packet, { maxLength: 4 }).map((packets) => Buffer.concat(packets)),
      fc.array(packet, { maxLength: 4 }).map((packets) => Buffer.concat([prelogin, ...packets])),
    )
    let count = 0
    await fc.assert(
      fc.asyncProperty(noise, async (bytes) => {
        count += 1
        const socket = connect(server.port, '127.0.0.1')
        socket.on('error', () => undefined).resume()
        socket.end(bytes)
        await once(socket, 'close')
      }),
      { numRuns: 150 },
    )
    expect(server.connections).toBe(count)
    const pool = await connectTo(server)
    expect((await pool.request().query('still there')).recordset[0]).toMatchObject({ text: 'still there' })
  }, 30_000)

  it('records a LOGIN7 that came without the encryption agreed on, and does not accept it', async () => {
    const server = await start({ encryption: 'required' })
    const socket = connect(server.port, '127.0.0.1')
    socket.on('error', () => undefined)
    const version = '1201001a00000100' + '01000600010000ff' + '02'.padEnd(20, '0')
    socket.write(Buffer.from(version, 'hex'))
    await once(socket, 'data')
    const login = Buffer.alloc(8 + 94)
    Buffer.from('1001006600000100', 'hex').copy(login)
    socket.write(login)
    await once(socket, 'close')
    expect(server.logins).toEqual([{ user: '', database: '', app: '', encrypted: false, accepted: false }])
  })

  it('closes with clients connected', async () => {
    const server = await start()
    const pool = await connectTo(server)
    pool.on('error', () => undefined)
    await pool.request().query('q')
    await server.close()
    await expect(pool.request().query('q')).rejects.toThrow()
  })
})
