import { afterEach, describe, expect, it } from '@jest/globals'
import type { LoginVerdict, Reply, TdsOptions } from '../../../lab/tds/model.ts'
import { startTdsServer, type TdsServer } from '../../../lab/tds/server.ts'
import { Secret } from '../../domain/secret.ts'
import type { Login } from '../../domain/manifest.ts'
import type { SqlMessage, SqlServer, Statement } from '../../ports/sql-port.ts'
import type { Lookup } from '../net/resolve-name.ts'
import { createSqlPort, type ClosableSqlPort, type SqlPortOptions } from './sql-port.ts'

const PASSWORD = 'S3cr3t-Pass!'
const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()))
})

async function start(options: Partial<TdsOptions> = {}): Promise<TdsServer> {
  const server = await startTdsServer({
    serverName: 'SQL01',
    authenticate: () => undefined,
    answer: () => ({}),
    ...options,
  })
  closers.push(() => server.close())
  return server
}

function port(options: Partial<SqlPortOptions> = {}): ClosableSqlPort {
  const sql = createSqlPort({
    timeoutMs: 2000,
    signal: new AbortController().signal,
    secrets: new Map([['P', new Secret('P', PASSWORD)]]),
    readCa: () => Promise.reject(new Error('no file')),
    ...options,
  })
  closers.push(() => sql.close())
  return sql
}

function reach(server: { port: number }, subject = 'sales', login: Partial<Login> = {}): SqlServer {
  return {
    host: 'sql01.corp.example',
    address: '127.0.0.1',
    port: server.port,
    login: { kind: 'sql', user: 'dms', password: { secret: 'P' }, ...login },
    tls: { encrypt: 'off', trustServerCertificate: false },
    askedBy: { id: 'source/login-is-accepted', subject },
  }
}

function message(number: number, text = `message ${number}`): SqlMessage {
  return { number, state: 1, severity: 14, message: text }
}

const VALUE: Statement<{ value: number }> = {
  name: 'value',
  text: 'SELECT value FROM lab',
  since: '11.0',
  url: 'https://learn.microsoft.com/sql',
  decode: ({ value }) => {
    if (typeof value !== 'number') throw new TypeError('value is no number')
    return { value }
  },
}

function values(...numbers: readonly number[]): Reply {
  return { sets: [{ columns: [{ name: 'value', type: 'int' }], rows: numbers.map((number) => [number]) }] }
}

describe('logIn', () => {
  it('makes one login for each server and database, and queries on it', async () => {
    const server = await start({ answer: () => values(1, 2) })
    const [sql, there] = [port({ applicationName: 'preflight-test' }), reach(server)]
    const answers = await Promise.all([
      sql.logIn(there, 'Sales'),
      sql.logIn({ ...there, askedBy: { id: 'source/other', subject: 'sales' } }, 'Sales'),
      sql.query(there, 'Sales', VALUE),
      sql.query(there, 'Sales', VALUE),
    ])
    expect(answers[0]).toEqual({
      ok: true,
      value: { outcome: 'accepted', encrypted: false, loginName: 'dms', database: 'Sales' },
    })
    expect(answers[1]).toEqual(answers[0])
    expect(answers[2]).toEqual({ ok: true, value: [{ value: 1 }, { value: 2 }] })
    expect(answers[3]).toEqual(answers[2])
    await sql.query(there, 'Sales', VALUE)
    expect(server.logins).toEqual([
      { user: 'dms', kind: 'sql', database: 'Sales', app: 'preflight-test', encrypted: false, accepted: true },
    ])
    expect(server.statements).toEqual([VALUE.text])
    await sql.query(there, 'Orders', VALUE)
    expect(server.logins.map(({ database }) => database)).toEqual(['Sales', 'Orders'])
    expect(server.connections).toBe(2)
  })

  it('says which database a login without one came to', async () => {
    const server = await start()
    expect(await port().logIn(reach(server), '')).toMatchObject({ value: { outcome: 'accepted', database: 'master' } })
  })

  it.each([18_456, 18_452, 18_470, 18_486, 18_487, 18_488])(
    'tries an account once that was refused with %i',
    async (number) => {
      const server = await start({ authenticate: () => message(number, 'Login failed for user dms.') })
      const sql = port()
      expect(await sql.logIn(reach(server), 'Sales')).toEqual({
        ok: true,
        value: {
          outcome: 'refused',
          message: { number, state: 1, severity: 14, message: 'Login failed for user dms.' },
        },
      })
      expect(await sql.logIn(reach(server, 'orders'), 'Orders')).toEqual({
        ok: true,
        value: { outcome: 'withheld', refusedAt: { id: 'source/login-is-accepted', subject: 'sales' } },
      })
      expect(await sql.query(reach(server), 'Sales', VALUE)).toMatchObject({ ok: false, failure: { kind: 'auth' } })
      expect(await sql.query(reach(server), 'Orders', VALUE)).toMatchObject({
        ok: false,
        failure: { kind: 'auth', message: expect.stringContaining('sales') },
      })
      expect(server.logins).toHaveLength(1)
      expect(server.connections).toBe(1)
    },
  )

  it('tries one wrong password once on forty servers', async () => {
    const servers = await Promise.all(Array.from({ length: 40 }, () => start({ authenticate: () => message(18_456) })))
    const sql = port()
    const answers = await Promise.all(
      servers.map((server, at) => sql.logIn(reach(server, `s${at}`, { user: at % 2 === 0 ? 'dms' : 'DMS' }), 'master')),
    )
    expect(servers.reduce((sum, { logins }) => sum + logins.length, 0)).toBe(1)
    expect(servers.reduce((sum, { connections }) => sum + connections, 0)).toBe(1)
    expect(answers.filter((answer) => answer.ok && answer.value.outcome === 'withheld')).toHaveLength(39)
  })

  it('goes on with another server when the first one did not get to judge', async () => {
    const broken = await start({ misbehave: 'close-after-connect' })
    const server = await start()
    const sql = port()
    const answers = await Promise.all([
      sql.logIn(reach(broken), 'master'),
      sql.logIn(reach(server, 'orders'), 'master'),
    ])
    expect(answers[0]).toMatchObject({ ok: false, failure: { kind: 'reset' } })
    expect(answers[1]).toMatchObject({ ok: true, value: { outcome: 'accepted' } })
  })

  it.each([
    [[message(4060, 'Cannot open database "X"'), message(18_456)], 4060],
    [[message(911, 'Database X does not exist')], 911],
  ])('does not take a refused database for a refused account', async (verdict, number) => {
    const server = await start({ authenticate: ({ database }) => (database === 'X' ? verdict : undefined) })
    const sql = port()
    expect(await sql.logIn(reach(server), 'X')).toMatchObject({
      ok: true,
      value: { outcome: 'refused', message: { number } },
    })
    expect(await sql.logIn(reach(server), 'Y')).toMatchObject({ ok: true, value: { outcome: 'accepted' } })
    expect(server.logins).toHaveLength(2)
  })

  it.each([
    [
      40_615,
      'forbidden',
      "Cannot open server 'x'. Client with IP address '203.0.113.9' is not allowed to access the server.",
    ],
    [47_073, 'forbidden', 'An instance-specific error occurred. Deny Public Network Access is set to Yes.'],
    [40_532, 'not-found', 'Cannot open server "x" requested by the login.'],
    [99_999, 'server-error', 'Something else.'],
  ])('says for %i that nothing could be seen', async (number, kind, text) => {
    const server = await start({ authenticate: () => [message(number, text)] })
    const sql = port()
    const answer = await sql.logIn(reach(server), 'Sales')
    expect(answer).toMatchObject({ ok: false, failure: { kind, message: expect.stringContaining(String(number)) } })
    if (number === 40_615)
      expect(answer).toMatchObject({ failure: { message: expect.stringContaining('203.0.113.9') } })
    expect(JSON.stringify(answer)).not.toContain(PASSWORD)
    expect(server.logins).toHaveLength(1)
  })

  it('tries again after a transient error, and not without end', async () => {
    const verdicts: LoginVerdict[] = [message(40_613), message(40_197)]
    const server = await start({ authenticate: () => verdicts.shift() })
    expect(await port().logIn(reach(server), 'Sales')).toMatchObject({ ok: true, value: { outcome: 'accepted' } })
    expect(server.logins).toHaveLength(3)
    const busy = await start({ authenticate: () => message(40_501) })
    expect(await port({ timeoutMs: 400 }).logIn(reach(busy), 'Sales')).toMatchObject({
      ok: false,
      failure: { kind: 'server-error' },
    })
    expect(busy.logins.length).toBeLessThan(6)
  })

  it('sends nothing without a password', async () => {
    const server = await start()
    for (const secrets of [new Map<string, Secret>(), new Map([['P', new Secret('P', '')]])]) {
      expect(await port({ secrets }).logIn(reach(server), 'Sales')).toMatchObject({
        ok: false,
        failure: {
          kind: 'no-credential',
          message: expect.stringContaining('variable P '),
          missing: 'environment variable P',
        },
      })
    }
    expect(server.connections).toBe(0)
  })

  it('does not wait for a silent server, and stops with the run', async () => {
    const server = await start({ misbehave: 'silent' })
    expect(await port({ timeoutMs: 150 }).logIn(reach(server), 'Sales')).toMatchObject({
      ok: false,
      failure: { kind: 'timeout' },
    })
    const stop = new AbortController()
    const answer = port({ timeoutMs: 20_000, signal: stop.signal }).logIn(reach(server), 'Sales')
    setTimeout(() => {
      stop.abort()
    }, 50)
    expect(await answer).toMatchObject({ ok: false, failure: { kind: 'cancelled' } })
  })
})

describe('TDS routing', () => {
  const suffixes = ['.database.cloud.example']
  const lookup: Lookup = (_host, _options, callback) => {
    callback(null, [{ address: '127.0.0.1', family: 4 }])
  }
  async function routed(from: string, to: string): Promise<{ second: TdsServer; answer: unknown }> {
    const second = await start()
    const first = await start({ authenticate: () => ({ routeTo: { host: to, port: second.port } }) })
    const sql = port({ routingSuffixes: suffixes, lookup })
    const answer = await sql.logIn({ ...reach(first), host: from }, 'Sales')
    expect(first.logins).toHaveLength(1)
    return { second, answer }
  }

  it.each([
    ['sql01.corp.example', '127.0.0.1'],
    ['sql01.corp.example', 'node1.database.cloud.example'],
    ['sales.database.cloud.example', 'evil.example'],
    ['sales.database.cloud.example', 'database.cloud.example.evil.example'],
    ['sales.database.cloud.example', 'evildatabase.cloud.example'],
    ['sales.database.cloud.example', '127.0.0.1'],
  ])('from %s to %s is not followed', async (from, to) => {
    const { second, answer } = await routed(from, to)
    expect(answer).toMatchObject({
      ok: false,
      failure: { kind: 'untrusted-host', message: expect.stringContaining(to) },
    })
    expect(second.connections).toBe(0)
  })

  it('inside the suffix of the cloud is followed', async () => {
    const { second, answer } = await routed('sales.database.cloud.example', 'node1.Database.cloud.example')
    expect(answer).toMatchObject({ ok: true, value: { outcome: 'accepted' } })
    expect(second.logins).toHaveLength(1)
  })

  it('in a ring comes to an end', async () => {
    let ring = 0
    const first: TdsServer = await start({
      authenticate: () => ({ routeTo: { host: 'a.database.cloud.example', port: ring } }),
    })
    ring = first.port
    const answer = await port({ routingSuffixes: suffixes, lookup }).logIn(
      { ...reach(first), host: 'b.database.cloud.example' },
      'Sales',
    )
    expect(answer).toMatchObject({ ok: false, failure: { kind: 'untrusted-host' } })
    expect(first.logins.length).toBeLessThan(5)
  })
})

describe('preLogin', () => {
  it('asks a server once, without a credential', async () => {
    const server = await start({ version: [12, 0, 2000], encryption: 'not-supported' })
    const sql = port()
    const answers = await Promise.all([sql.preLogin(reach(server)), sql.preLogin(reach(server, 'orders'))])
    expect(answers[0]).toEqual({
      ok: true,
      value: { answered: true, version: '12.0.2000', encryption: 'not-supported', localAddress: '127.0.0.1' },
    })
    expect(answers[1]).toBe(answers[0])
    expect(server.connections).toBe(1)
    expect(server.logins).toEqual([])
  })
})
