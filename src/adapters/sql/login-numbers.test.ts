import { afterEach, describe, expect, it } from '@jest/globals'
import type { LoginVerdict, TdsOptions } from '../../../lab/tds/model.ts'
import { startTdsServer, type TdsServer } from '../../../lab/tds/server.ts'
import { Secret } from '../../domain/secret.ts'
import type { CauseKind } from '../../domain/verdict.ts'
import type { SqlMessage, SqlServer } from '../../ports/sql-port.ts'
import { createSqlPort, type ClosableSqlPort, type SqlPortOptions } from './sql-port.ts'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()))
})

function said(number: number, text = `message ${String(number)}`, state = 1): SqlMessage {
  return { number, state, severity: 14, message: text }
}

interface Opened {
  server: TdsServer
  sql: ClosableSqlPort
  there: SqlServer
}
type Terms = Partial<Pick<SqlPortOptions, 'timeoutMs' | 'signal'>>

function refusing(answer: () => LoginVerdict, terms: Terms = {}): Promise<Opened> {
  return opened({ serverName: 'SQL01', authenticate: answer, answer: () => ({}) }, terms)
}

async function opened(
  options: TdsOptions,
  { timeoutMs = 2000, signal = new AbortController().signal }: Terms,
): Promise<Opened> {
  const server = await startTdsServer(options)
  const sql = createSqlPort({
    timeoutMs,
    signal,
    secrets: new Map([['P', new Secret('P', 'S3cr3t-Pass!')]]),
    readCa: () => Promise.reject(new Error('no file')),
  })
  closers.push(
    () => sql.close(),
    () => server.close(),
  )
  const there: SqlServer = {
    host: 'sql01.corp.example',
    address: '127.0.0.1',
    port: server.port,
    login: { kind: 'sql', user: 'dms', password: { secret: 'P' } },
    tls: { encrypt: 'off', trustServerCertificate: false },
    askedBy: { id: 'source/login-is-accepted', subject: 'sales' },
  }
  return { server, sql, there }
}

/** Nothing is said of the account by them, also when 18456 follows in the same answer. */
const DECIDE_NOTHING: readonly [number, CauseKind, RegExp][] = [
  [40_615, 'forbidden', /does not admit the address of this runner/],
  [40_914, 'forbidden', /does not admit the address of this runner/],
  [47_073, 'forbidden', /public network access of the server is denied/],
  [47_072, 'tls', /minimal TLS version/],
  [40_532, 'not-found', /no server of that name/],
  [40_531, 'not-found', /connect by its full name/],
  [17_142, 'server-error', /is paused/],
  [17_187, 'server-error', /not ready yet/],
  [17_188, 'server-error', /shutting down/],
  [6005, 'server-error', /shutting down/],
  [17_197, 'server-error', /too long/],
  [17_809, 'server-error', /as many connections as it allows/],
  [17_892, 'forbidden', /logon trigger/],
  [18_401, 'server-error', /script upgrade mode/],
  [18_451, 'forbidden', /only administrators/],
  [18_461, 'server-error', /single-user mode/],
  [4063, 'forbidden', /default database/],
  [4064, 'forbidden', /default database/],
  [916, 'forbidden', /no permission/],
  [922, 'server-error', /is being recovered/],
  [924, 'server-error', /single-user mode/],
  [926, 'server-error', /marked SUSPECT/],
  [927, 'server-error', /is being restored/],
  [942, 'server-error', /is offline/],
  [945, 'server-error', /cannot be opened/],
  [946, 'server-error', /version that this server cannot open/],
  [976, 'server-error', /name the listener/],
  [978, 'server-error', /name the listener/],
  [983, 'server-error', /name the listener/],
  [33_333, 'server-error', /gave an error/],
]

describe('what a number says', () => {
  it.each(DECIDE_NOTHING)(
    '%i is %s, with the number, the state and the words of the server',
    async (number, kind, says) => {
      // An unknown number before 18456 is a refusal all the same: better no second attempt.
      const messages = number === 33_333 ? [said(number)] : [said(number, `message ${String(number)}`, 3), said(18_456)]
      const { server, sql, there } = await refusing(() => messages)
      const answer = await sql.logIn(there, 'Sales')
      if (answer.ok) throw new Error(JSON.stringify(answer))
      expect(answer.failure.kind).toBe(kind)
      expect(answer.failure.message).toMatch(says)
      expect(answer.failure.message).toContain(
        `Login of dms from this runner to sql01.corp.example (127.0.0.1:${String(there.port)}, database Sales)`,
      )
      expect(answer.failure.message).toContain(`(${String(number)}, state ${number === 33_333 ? '1' : '3'}: message`)
      expect(server.logins).toHaveLength(1)
    },
  )

  it.each([
    [[said(4060), said(18_456)], 4060],
    [[said(911)], 911],
    [[said(18_456, 'Login failed.', 38), said(4060)], 4060],
  ])('%j is a refusal of the database, and the account counts as good', async (messages, number) => {
    const { sql, there } = await refusing(() => messages)
    expect(await sql.logIn(there, 'Sales')).toMatchObject({ value: { outcome: 'refused', message: { number } } })
    expect(await sql.logIn(there, 'Orders')).toMatchObject({ value: { outcome: 'refused' } })
  })

  it.each([18_456, 18_452, 18_470, 18_486, 18_487, 18_488])('%i is a refusal of the account', async (number) => {
    const { server, sql, there } = await refusing(() => said(number, 'Login failed.', 7))
    expect(await sql.logIn(there, 'Sales')).toMatchObject({
      value: { outcome: 'refused', message: { number, state: 7 } },
    })
    expect(await sql.logIn(there, 'Orders')).toMatchObject({ value: { outcome: 'withheld' } })
    expect(server.logins).toHaveLength(1)
  })
})

describe('what passes by itself', () => {
  it.each([40_613, 40_197, 40_501, 49_918, 49_919, 49_920, 10_928, 10_929, 42_108])(
    '%i is tried again until the server is there',
    async (number) => {
      const verdicts: LoginVerdict[] = [said(number), said(number), undefined]
      const { server, sql, there } = await refusing(() => verdicts.shift())
      expect(await sql.logIn(there, 'Sales')).toMatchObject({ value: { outcome: 'accepted' } })
      expect(server.logins).toHaveLength(3)
    },
  )

  it('says how to give it more time when it outlasts the timeout', async () => {
    const { server, sql, there } = await refusing(() => said(40_613), { timeoutMs: 600 })
    expect(await sql.logIn(there, 'Sales')).toMatchObject({
      failure: { kind: 'server-error', missing: expect.stringMatching(/raise the input `timeout`.*serverless/) },
    })
    expect(server.logins.length).toBeGreaterThan(1)
    expect(server.logins.length).toBeLessThan(7)
  })

  it('keeps what the server said when the last try gets no answer', async () => {
    const options: TdsOptions = {
      serverName: 'SQL01',
      authenticate: () => {
        options.misbehave = 'silent'
        return said(40_613)
      },
      answer: () => ({}),
    }
    const { server, sql, there } = await opened(options, { timeoutMs: 600 })
    expect(await sql.logIn(there, 'Sales')).toMatchObject({
      failure: { kind: 'server-error', message: expect.stringContaining('(40613, state 1: ') },
    })
    expect(server.logins).toHaveLength(1)
    expect(server.connections).toBeGreaterThan(1)
  })

  it('ends with the run', async () => {
    const stop = new AbortController()
    const { sql, there } = await refusing(() => said(40_613), { timeoutMs: 30_000, signal: stop.signal })
    const asked = sql.logIn(there, 'Sales')
    setTimeout(() => stop.abort(), 150)
    expect(await asked).toMatchObject({ failure: { kind: 'cancelled' } })
  })

  it('is followed by one refusal at most', async () => {
    const verdicts: LoginVerdict[] = [said(40_613), said(18_456)]
    const { server, sql, there } = await refusing(() => verdicts.shift() ?? said(18_456))
    expect(await sql.logIn(there, 'Sales')).toMatchObject({ value: { outcome: 'refused' } })
    expect(await sql.logIn(there, 'Orders')).toMatchObject({ value: { outcome: 'withheld' } })
    expect(server.logins).toHaveLength(2)
  })
})
