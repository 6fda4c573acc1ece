import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { createBench, type Bench, type Client } from './bench.ts'
import { Outbox } from './outbox.ts'

let bench: Bench
beforeAll(async () => {
  bench = await createBench()
})
afterEach(() => bench.close())

const LATENCY_MS = 30

describe('latency', () => {
  // mssql makes two connections. Each waits for PRELOGIN, LOGIN7 and its SET batch; TLS 1.2 in PRELOGIN has two flights,
  // TLS 1.3 one. Then the request.
  it.each([
    ['in the clear', { encrypt: false }, 2 * 3],
    ['with TLS in PRELOGIN', { encrypt: true }, 2 * 5],
    ['with TLS first', { encrypt: 'strict' }, 2 * 4],
  ] as const)('delays every answer: %s', async (_name, client: Client, flights) => {
    const server = await bench.start({ latencyMs: LATENCY_MS, strict: 'offered' })
    const started = performance.now()
    const pool = await bench.connectTo(server, client)
    await pool.request().query('q')
    const tookMs = performance.now() - started
    expect(tookMs).toBeGreaterThanOrEqual((flights + 1) * LATENCY_MS - 1)
    expect(tookMs).toBeLessThan((flights + 3) * LATENCY_MS + 1000)
  })

  it('delays refusals and the end of the connection', async () => {
    const server = await bench.start({ latencyMs: LATENCY_MS })
    const started = performance.now()
    await expect(bench.connectTo(server, { encrypt: false, password: 'x' })).rejects.toMatchObject({ code: 'ELOGIN' })
    expect(performance.now() - started).toBeGreaterThanOrEqual(2 * LATENCY_MS - 1)
    const socket = connect(server.port, '127.0.0.1')
    const knocked = performance.now()
    socket.resume().write(Buffer.alloc(8))
    await once(socket, 'close')
    expect(performance.now() - knocked).toBeGreaterThanOrEqual(LATENCY_MS - 1)
  })

  it('does not add up when requests come on many connections at once', async () => {
    const server = await bench.start({ latencyMs: 100 })
    const started = performance.now()
    await Promise.all(Array.from({ length: 10 }, () => bench.connectTo(server, { encrypt: false })))
    expect(performance.now() - started).toBeLessThan(2000)
  })

  it('does not keep a closed server busy', async () => {
    const server = await bench.start({ latencyMs: 60_000 })
    const pool = bench.connectTo(server, { encrypt: false })
    const refused = expect(pool).rejects.toThrow()
    await delay(50)
    await server.close()
    await refused
  })
})

describe('Outbox', () => {
  it('keeps the order, and lets nothing out after it was closed', async () => {
    const left: number[] = []
    const outbox = new Outbox(20)
    for (let number = 0; number < 5; number += 1) {
      outbox.put(() => left.push(number))
      if (number === 2) await delay(5)
    }
    expect(left).toEqual([])
    await delay(60)
    expect(left).toEqual([0, 1, 2, 3, 4])
    outbox.put(() => left.push(5))
    outbox.close()
    await delay(40)
    expect(left).toHaveLength(5)
  })
})
