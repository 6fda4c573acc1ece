import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, it } from '@jest/globals'
import type { Reply, TdsOptions } from '../../../lab/tds/model.ts'
import { startTdsServer, type TdsServer } from '../../../lab/tds/server.ts'
import { Secret } from '../../domain/secret.ts'
import type { SqlMessage, SqlServer, Statement } from '../../ports/sql-port.ts'
import { createSqlPort, type ClosableSqlPort, type SqlPortOptions } from './sql-port.ts'

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
    secrets: new Map([['P', new Secret('P', 'S3cr3t-Pass!')]]),
    readCa: () => Promise.reject(new Error('no file')),
    ...options,
  })
  closers.push(() => sql.close())
  return sql
}

function reach(server: { port: number }): SqlServer {
  return {
    host: 'sql01.corp.example',
    address: '127.0.0.1',
    port: server.port,
    login: { kind: 'sql', user: 'dms', password: { secret: 'P' } },
    tls: { encrypt: 'off', trustServerCertificate: false },
    askedBy: { id: 'source/login-is-accepted', subject: 'sales' },
  }
}

function message(number: number, text = `message ${number}`, state = 1): SqlMessage {
  return { number, state, severity: 14, message: text }
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

describe('query', () => {
  it.each([
    [229, "The SELECT permission was denied on the object 'x'.", 'forbidden', 'SELECT'],
    [300, 'VIEW SERVER STATE permission was denied on object.', 'forbidden', 'VIEW SERVER STATE'],
    [262, 'VIEW DEFINITION permission denied in database x.', 'forbidden', 'VIEW DEFINITION'],
    [208, "Invalid object name 'sys.x'.", 'unsupported', undefined],
    [1205, 'Transaction was deadlocked.', 'server-error', undefined],
  ])('gives error %i as what it means', async (number, text, kind, missing) => {
    const server = await start({ answer: () => ({ error: message(number, text) }) })
    const answer = await port().query(reach(server), 'Sales', VALUE)
    expect(answer).toMatchObject({
      ok: false,
      failure: { kind, message: expect.stringContaining('"value"'), ...(missing === undefined ? {} : { missing }) },
    })
    expect(answer).toMatchObject({ failure: { message: expect.stringContaining(String(number)) } })
  })

  it('takes a row of another shape for no answer', async () => {
    const server = await start({
      answer: () => ({ sets: [{ columns: [{ name: 'value', type: 'nvarchar' }], rows: [['one']] }] }),
    })
    expect(await port().query(reach(server), 'Sales', VALUE)).toMatchObject({
      ok: false,
      failure: { kind: 'protocol', message: expect.stringContaining('no number') },
    })
  })

  it('reads at most 10,000 rows', async () => {
    const all = Array.from({ length: 10_001 }, (_, at) => at)
    const server = await start({ answer: ({ text }) => values(...(text === 'all' ? all : all.slice(1))) })
    const sql = port()
    expect(await sql.query(reach(server), 'Sales', { ...VALUE, text: 'all' })).toMatchObject({
      ok: false,
      failure: { kind: 'insufficient' },
    })
    const most = await sql.query(reach(server), 'Sales', { ...VALUE, text: 'most' })
    expect(most.ok && most.value.length).toBe(10_000)
    expect(server.logins).toHaveLength(1)
  })

  it('does not wait for a statement that hangs, and asks the next one on the same connection', async () => {
    const server = await start({ answer: ({ text }) => (text === 'hang' ? { hang: true } : values(1)) })
    const sql = port({ timeoutMs: 200 })
    const both = await Promise.all([
      sql.query(reach(server), 'Sales', { ...VALUE, text: 'hang' }),
      sql.query(reach(server), 'Sales', VALUE),
    ])
    expect(both[0]).toMatchObject({ ok: false, failure: { kind: 'timeout' } })
    expect(both[1]).toEqual({ ok: true, value: [{ value: 1 }] })
    expect(server.logins).toHaveLength(1)
  })

  it('does not log in again when the connection breaks', async () => {
    const server = await start({ answer: () => ({ drop: true }) })
    const sql = port()
    for (let at = 0; at < 3; at += 1) {
      expect(await sql.query(reach(server), 'Sales', VALUE)).toMatchObject({ ok: false, failure: { kind: 'reset' } })
    }
    expect(server.logins).toHaveLength(1)
    expect(server.connections).toBe(1)
  })

  it('stops with the run', async () => {
    const server = await start({ answer: () => ({ hang: true }) })
    const stop = new AbortController()
    const sql = port({ timeoutMs: 20_000, signal: stop.signal })
    await sql.logIn(reach(server), 'Sales')
    const answer = sql.query(reach(server), 'Sales', VALUE)
    await delay(30)
    stop.abort()
    expect(await answer).toMatchObject({ ok: false, failure: { kind: 'cancelled' } })
    expect(await sql.query(reach(server), 'Sales', VALUE)).toMatchObject({ ok: false, failure: { kind: 'cancelled' } })
  })

  it('fails after close, without a login', async () => {
    const server = await start({ answer: () => values(1) })
    const sql = port()
    await sql.query(reach(server), 'Sales', VALUE)
    await sql.close()
    expect(await sql.query(reach(server), 'Sales', VALUE)).toMatchObject({ ok: false, failure: { kind: 'cancelled' } })
    expect(server.logins).toHaveLength(1)
  })
})
