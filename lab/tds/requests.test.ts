import { afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import sql from 'mssql'
import { createBench, type Bench } from './bench.ts'

let bench: Bench
beforeAll(async () => {
  bench = await createBench()
})
afterEach(() => bench.close())

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
    { name: 'f', type: 'float' },
    { name: 'vi', type: 'sql_variant' },
    { name: 'vb', type: 'sql_variant' },
    { name: 'vs', type: 'sql_variant' },
    { name: 'vt', type: 'sql_variant' },
    { name: 'vf', type: 'sql_variant' },
  ] as const
  const at = new Date('2026-11-22T10:11:12.345Z')
  const guid = '00112233-4455-6677-8899-AABBCCDDEEFF'

  it('carries every type, NULLs and several result sets', async () => {
    const row = [
      -7,
      2n ** 40n,
      true,
      'žluť',
      'x'.repeat(9000),
      Buffer.from([1, 2, 3]),
      guid,
      at,
      0.1,
      7,
      2n ** 40n,
      'žluť',
      true,
      -1.5,
    ]
    const nulls = columns.map(() => null)
    const second = { columns: [{ name: 'n', type: 'int' as const }], rows: [[7]] }
    const server = await bench.start({ answer: () => ({ sets: [{ columns, rows: [row, nulls] }, second] }) })
    const pool = await bench.connectTo(server)
    const expected = {
      i: -7,
      b: '1099511627776',
      t: true,
      s: 'žluť',
      m: 'x'.repeat(9000),
      v: Buffer.from([1, 2, 3]),
      g: guid,
      d: at,
      f: 0.1,
      vi: 7,
      vb: '1099511627776',
      vs: 'žluť',
      vt: true,
      vf: -1.5,
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
    const server = await bench.start({
      answer: (query) => {
        seen.push(query)
        return {}
      },
    })
    const pool = await bench.connectTo(server)
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
    const server = await bench.start({
      answer: ({ text }) =>
        text === 'denied'
          ? { error: { number: 229, state: 5, severity: 14, message: 'The SELECT permission was denied.' } }
          : { info: [{ number: 0, state: 1, severity: 0, message: 'hello' }], rowsAffected: 3 },
    })
    const pool = await bench.connectTo(server)
    for (const run of [(q: string) => pool.request().query(q), (q: string) => pool.request().batch(q)]) {
      await expect(run('denied')).rejects.toMatchObject({ number: 229, class: 14, state: 5, serverName: 'SQL01' })
      expect((await run('fine')).rowsAffected).toEqual([3])
    }
  })

  it('tells a mistake of the test to the client', async () => {
    const server = await bench.start({ answer: () => ({ sets: [{ columns, rows: [[1]] }] }) })
    const pool = await bench.connectTo(server)
    await expect(pool.request().query('q')).rejects.toMatchObject({
      number: 50000,
      message: 'the lab failed: a row of 1 cells for 14 columns',
    })
  })

  it('answers ATTENTION: a cancelled and a timed-out request leave the connection usable', async () => {
    const server = await bench.start({
      answer: ({ text }) => (text === 'slow' ? { delayMs: 60_000 } : text === 'hang' ? { hang: true } : {}),
    })
    const pool = await bench.connectTo(server)
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
    const server = await bench.start({ answer: () => ({ drop: true }) })
    const pool = await bench.connectTo(server)
    await expect(pool.request().query('q')).rejects.toMatchObject({ code: 'ECONNRESET' })
  })

  it('counts what a driver asks by itself: `SELECT 1;` is a statement, its `SET` batch is not', async () => {
    const server = await bench.start({ answer: () => ({}) })
    const pool = await bench.connectTo(server, { validate: true })
    await pool.request().query('mine')
    expect(server.statements).toEqual(['SELECT 1;', 'mine'])
  })
})
