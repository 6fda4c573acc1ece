import { afterEach, describe, expect, it } from '@jest/globals'
import type { Query, Reply } from '../../../lab/tds/model.ts'
import { startTdsServer, type TdsServer } from '../../../lab/tds/server.ts'
import { Secret } from '../../domain/secret.ts'
import type { SqlServer, Statement } from '../../ports/sql-port.ts'
import { createSqlPort, type ClosableSqlPort } from './sql-port.ts'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()))
})

type One = { value: string }

/** A statement that the server of these tests answers with one row, its own name. */
function asking(name: string, since = '10.0'): Statement<One> {
  return {
    name,
    text: `SELECT '${name}' AS value`,
    since,
    url: 'https://learn.microsoft.com/sql',
    decode: ({ value }) => ({ value: String(value) }),
  }
}

const COLUMNS = [{ name: 'value', type: 'nvarchar' as const }]

/** Answers each `SELECT 'x'` with x; `odd` says what comes instead for some. */
function answering(odd: Record<string, Reply> = {}): (query: Query) => Reply {
  return ({ text }) => {
    const sets: NonNullable<Reply['sets']>[number][] = []
    for (const [, name = ''] of text.matchAll(/SELECT '(\w+)'/g)) {
      const reply: Reply = odd[name] ?? { sets: [{ columns: COLUMNS, rows: [[name]] }] }
      sets.push(...(reply.sets ?? []))
      if (reply.error !== undefined || reply.drop === true || reply.hang === true) return { ...reply, sets }
    }
    return { sets }
  }
}

async function bench(
  answer: (query: Query) => Reply,
  timeoutMs = 2000,
): Promise<{ double: TdsServer; sql: ClosableSqlPort; server: SqlServer }> {
  const double = await startTdsServer({ serverName: 'SQL01', authenticate: () => undefined, answer })
  const sql = createSqlPort({
    timeoutMs,
    signal: new AbortController().signal,
    secrets: new Map([['P', new Secret('P', 'S3cr3t-Pass!')]]),
    readCa: () => Promise.reject(new Error('no file')),
  })
  closers.push(
    () => sql.close(),
    () => double.close(),
  )
  const server: SqlServer = {
    host: 'sql01.corp.example',
    address: '127.0.0.1',
    port: double.port,
    login: { kind: 'sql', user: 'dms', password: { secret: 'P' } },
    tls: { encrypt: 'off', trustServerCertificate: false },
    askedBy: { id: 'source/login-is-accepted', subject: 'sales' },
  }
  return { double, sql, server }
}

const NAMES = ['a', 'b', 'c', 'd', 'e']

describe('statements that are asked together', () => {
  it('travel in one batch and get their own answers', async () => {
    const { double, sql, server } = await bench(answering())
    await sql.logIn(server, 'master')
    const answers = await Promise.all(NAMES.map((name) => sql.query(server, 'master', asking(name))))
    expect(answers).toEqual(NAMES.map((value) => ({ ok: true, value: [{ value }] })))
    expect(double.statements).toEqual([NAMES.map((name) => `SELECT '${name}' AS value`).join(';\n')])
    expect(double.logins).toHaveLength(1)
  })

  it('are sent once, however often they are asked', async () => {
    const { double, sql, server } = await bench(answering())
    const ask = () => sql.query(server, 'master', asking('a'))
    await Promise.all([ask(), ask()])
    await ask()
    expect(double.statements).toEqual(["SELECT 'a' AS value"])
  })

  it('wait for each other on a busy connection, and go together then', async () => {
    const { double, sql, server } = await bench((query) => ({ ...answering()(query), delayMs: 100 }))
    const first = sql.query(server, 'master', asking('a'))
    while (double.statements.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    const others = Promise.all(['b', 'c'].map((name) => sql.query(server, 'master', asking(name))))
    expect([await first, ...(await others)].every(({ ok }) => ok)).toBe(true)
    expect(double.statements).toEqual(["SELECT 'a' AS value", "SELECT 'b' AS value;\nSELECT 'c' AS value"])
  })

  const refused: Reply = {
    error: { number: 300, state: 1, severity: 14, message: 'VIEW SERVER STATE permission was denied' },
  }
  it.each([
    ['the first', 'a'],
    ['one in the middle', 'c'],
    ['the last', 'e'],
  ])('are sent one by one when %s errs, and the others keep their answers', async (_which, odd) => {
    const { double, sql, server } = await bench(answering({ [odd]: refused }))
    const answers = await Promise.all(NAMES.map((name) => sql.query(server, 'master', asking(name))))
    NAMES.forEach((name, place) => {
      const failure = { kind: 'forbidden', missing: 'VIEW SERVER STATE' }
      expect(answers[place]).toMatchObject(
        name === odd ? { ok: false, failure } : { ok: true, value: [{ value: name }] },
      )
    })
    expect(double.statements).toHaveLength(1 + NAMES.length)
    expect(double.logins).toHaveLength(1)
  })

  it('are sent one by one when the number of result sets is another', async () => {
    const none: Reply = { sets: [] }
    const { sql, server } = await bench(answering({ b: none }))
    const answers = await Promise.all(NAMES.map((name) => sql.query(server, 'master', asking(name))))
    expect(answers.map(({ ok }) => ok)).toEqual([true, false, true, true, true])
    expect(answers[1]).toMatchObject({ failure: { kind: 'protocol' } })
  })

  it('are sent one by one when one has more rows than are read', async () => {
    const many: Reply = { sets: [{ columns: COLUMNS, rows: Array.from({ length: 10_001 }, () => ['x']) }] }
    const { sql, server } = await bench(answering({ b: many }), 10_000)
    const answers = await Promise.all(NAMES.map((name) => sql.query(server, 'master', asking(name))))
    expect(answers.map(({ ok }) => ok)).toEqual([true, false, true, true, true])
    expect(answers[1]).toMatchObject({ failure: { kind: 'insufficient' } })
  })

  it('all say so when the connection is lost', async () => {
    const { double, sql, server } = await bench(answering({ c: { drop: true } }))
    const answers = await Promise.all(NAMES.map((name) => sql.query(server, 'master', asking(name))))
    for (const answer of answers) expect(answer).toMatchObject({ ok: false, failure: { kind: 'reset' } })
    expect(double.logins).toHaveLength(1)
  })

  it('all say so when no answer comes in time', async () => {
    const { double, sql, server } = await bench(answering({ c: { hang: true } }), 300)
    const answers = await Promise.all(NAMES.map((name) => sql.query(server, 'master', asking(name))))
    for (const answer of answers) expect(answer).toMatchObject({ ok: false, failure: { kind: 'timeout' } })
    expect(double.statements).toHaveLength(1)
  })

  it('go in batches of a bounded size', async () => {
    const { double, sql, server } = await bench(answering())
    const names = Array.from({ length: 150 }, (_, place) => `n${String(place)}`)
    const answers = await Promise.all(names.map((name) => sql.query(server, 'master', asking(name))))
    expect(answers.map((answer) => (answer.ok ? answer.value[0]?.value : ''))).toEqual(names)
    expect(double.statements).toHaveLength(3)
  })
})

describe('a statement that is newer than the server', () => {
  it('is not sent, once the pre-login told the version', async () => {
    const { double, sql, server } = await bench(answering())
    await sql.preLogin(server)
    const answer = await sql.query(server, 'master', asking('a', '17.0'))
    expect(answer).toMatchObject({
      failure: { kind: 'unsupported', message: expect.stringMatching(/version is 16\.0\.4135.*came with 17\.0/) },
    })
    expect((await sql.query(server, 'master', asking('b', '16.0'))).ok).toBe(true)
    expect(double.statements).toEqual(["SELECT 'b' AS value"])
  })
})
