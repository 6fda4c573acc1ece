import { afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { Connection, Request } from 'tedious'
import { createBench, type Bench, type Client } from './bench.ts'
import type { Reply } from './model.ts'
import type { TdsServer } from './server.ts'

let bench: Bench
const open: Connection[] = []
beforeAll(async () => {
  bench = await createBench()
})
afterEach(async () => {
  for (const connection of open.splice(0)) connection.close()
  await bench.close()
})

type Version = NonNullable<Client['tdsVersion']>

function create(server: TdsServer, tdsVersion: Version): Connection {
  const connection = new Connection({
    server: '127.0.0.1',
    authentication: { type: 'default', options: { userName: 'dms', password: 'x' } },
    options: {
      port: server.port,
      tdsVersion,
      serverName: bench.host,
      encrypt: tdsVersion === '8_0' ? 'strict' : false,
      cryptoCredentialsDetails: { ca: bench.certificate },
    },
  })
  open.push(connection)
  return connection
}

function connected(connection: Connection): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.connect((error) => (error === undefined ? resolve() : reject(error)))
  })
}

interface Heard {
  /** Rows and ends of statements in the order in which they came. */
  events: string[]
  error: string | undefined
}

function run(connection: Connection, kind: 'batch' | 'rpc'): Promise<Heard> {
  return new Promise((resolve) => {
    const events: string[] = []
    const request = new Request('SELECT 2; SELECT 3', (error) => resolve({ events, error: error?.message }))
    request.on('columnMetadata', () => events.push('columns'))
    request.on('row', (row: { value: unknown }[]) => events.push(`row ${String(row[0]?.value)}`))
    request.on('done', (count, more) => events.push(`done ${count} ${more}`))
    request.on('doneInProc', (count, more) => events.push(`doneInProc ${count} ${more}`))
    request.on('doneProc', (count, more) => events.push(`doneProc ${String(count)} ${more}`))
    if (kind === 'batch') connection.execSqlBatch(request)
    else connection.execSql(request)
  })
}

const n = { columns: [{ name: 'n', type: 'int' as const }] }
const sets = [
  { ...n, rows: [[1], [2]] },
  { ...n, rows: [] },
  { ...n, rows: [[3]] },
]
const error = { number: 229, state: 5, severity: 14, message: 'denied' }

describe.each(['7_1', '7_2', '7_3_B', '7_4', '8_0'] as const)('TDS %s', (version) => {
  async function ask(reply: Reply): Promise<Record<'batch' | 'rpc', Heard>> {
    const server = await bench.start({ strict: 'offered', authenticate: () => undefined, answer: () => reply })
    const connection = create(server, version)
    await connected(connection)
    return { batch: await run(connection, 'batch'), rpc: await run(connection, 'rpc') }
  }

  it('several result sets', async () => {
    const { batch, rpc } = await ask({ sets })
    expect(batch.error ?? rpc.error).toBeUndefined()
    expect(batch.events).toEqual([
      ...['columns', 'row 1', 'row 2', 'done 2 true'],
      ...['columns', 'done 0 true'],
      ...['columns', 'row 3', 'done 1 false'],
    ])
    expect(rpc.events).toEqual([
      ...['columns', 'row 1', 'row 2', 'doneInProc 2 true'],
      ...['columns', 'doneInProc 0 true'],
      ...['columns', 'row 3', 'doneInProc 1 true'],
      'doneProc undefined false',
    ])
  })

  it('an error after some of them', async () => {
    const { batch, rpc } = await ask({ sets: sets.slice(0, 2), error })
    expect([batch.error, rpc.error]).toEqual(['denied', 'denied'])
    expect(batch.events).toEqual([
      ...['columns', 'row 1', 'row 2', 'done 2 true'],
      ...['columns', 'done 0 true'],
      'done undefined false',
    ])
    expect(rpc.events).toEqual([
      ...['columns', 'row 1', 'row 2', 'doneInProc 2 true'],
      ...['columns', 'doneInProc 0 true'],
      'doneProc undefined false',
    ])
  })

  it('an error and nothing else', async () => {
    const { batch, rpc } = await ask({ error })
    expect([batch.error, rpc.error]).toEqual(['denied', 'denied'])
    expect([batch.events, rpc.events]).toEqual([['done undefined false'], ['doneProc undefined false']])
  })
})

describe('LOGINACK', () => {
  it.each(['7_3_B', '8_0'] as const)('tells the version of the server, and TDS %s', async (tdsVersion) => {
    const server = await bench.start({ version: [10, 50, 6000], authenticate: () => undefined, strict: 'offered' })
    const seen = await logInAck(server, tdsVersion)
    expect(seen).toMatchObject({
      interface: 'SQL_TSQL',
      tdsVersion,
      progName: expect.stringContaining('Microsoft SQL Server') as unknown,
      progVersion: { major: 10, minor: 50, buildNumHi: 6000 >> 8, buildNumLow: 6000 & 0xff },
    })
  })
})

/** The token, which tedious hands to nobody but its debug log. */
async function logInAck(server: TdsServer, tdsVersion: Version): Promise<unknown> {
  const connection = create(server, tdsVersion)
  const tokens: unknown[] = []
  const { debug } = connection as unknown as { debug: { token(token: { name: string }): void } }
  debug.token = (token) => {
    if (token.name === 'LOGINACK') tokens.push(token)
  }
  await connected(connection)
  return tokens[0]
}
