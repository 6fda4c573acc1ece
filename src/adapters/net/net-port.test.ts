import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import type { LookupAddress } from 'node:dns'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { afterEach, describe, expect, it } from '@jest/globals'
import { startDeafListener } from '../../../test/matrix/deaf-listener.ts'
import type { NetPort } from '../../ports/net-port.ts'
import { createNetPort, type NetPortOptions } from './net-port.ts'
import type { Lookup } from './resolve-name.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

function netPort(options: Partial<NetPortOptions> = {}): NetPort {
  return createNetPort({ timeoutMs: 700, signal: new AbortController().signal, ...options })
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => server.close())
  return (server.address() as AddressInfo).port
}

async function closedPort(): Promise<number> {
  const server = createServer()
  const port = await listen(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function browser(
  answer: (request: Buffer, count: number) => string | Buffer | undefined,
): Promise<{ port: number; requests: string[] }> {
  const requests: string[] = []
  const socket: UdpSocket = createSocket('udp4')
  socket.on('message', (request, from) => {
    requests.push(request.toString('latin1'))
    const text = answer(request, requests.length)
    if (text !== undefined) socket.send(typeof text === 'string' ? framed(text) : text, from.port, from.address)
  })
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  closers.push(() => socket.close())
  return { port: socket.address().port, requests }
}

function framed(text: string): Buffer {
  const data = Buffer.from(text, 'latin1')
  return Buffer.concat([Buffer.from([5, data.length & 255, data.length >> 8]), data])
}

function lookupOf(answer: string | LookupAddress[], asked: string[] = []): Lookup {
  return (host, _options, callback) => {
    asked.push(host)
    if (answer === 'silent') return
    if (Array.isArray(answer)) callback(null, answer)
    else callback(Object.assign(new Error('lookup'), { code: answer }), [])
  }
}

describe('resolve', () => {
  it('gives all addresses once each, and asks once a run', async () => {
    const asked: string[] = []
    const net = netPort({
      lookup: lookupOf(
        [
          { address: '10.0.0.1', family: 4 },
          { address: 'fd00::1', family: 6 },
          { address: '10.0.0.1', family: 4 },
        ],
        asked,
      ),
    })
    const answers = await Promise.all([net.resolve('sql01.corp.example'), net.resolve('SQL01.corp.example')])
    expect(answers[0]).toEqual({
      ok: true,
      value: {
        found: true,
        addresses: [
          { address: '10.0.0.1', family: 4 },
          { address: 'fd00::1', family: 6 },
        ],
      },
    })
    expect(answers[1]).toBe(answers[0])
    expect(asked).toEqual(['sql01.corp.example'])
  })

  it('uses the resolver of the operating system by default', async () => {
    expect(await netPort().resolve('localhost')).toMatchObject({ ok: true, value: { found: true } })
  })

  it.each([
    ['10.1.2.3', 4],
    ['fd00::5', 6],
  ])('takes %s for its own answer', async (host, family) => {
    const asked: string[] = []
    const answer = await netPort({ lookup: lookupOf('ENOTFOUND', asked) }).resolve(host)
    expect(answer).toEqual({ ok: true, value: { found: true, addresses: [{ address: host, family }] } })
    expect(asked).toEqual([])
  })

  it.each([
    '',
    'two words',
    'tab\tinside',
    'null\u0000byte',
    `${'a'.repeat(63)}.`.repeat(4),
    'a..b',
    `${'b'.repeat(64)}.example`,
  ])('does not ask for %j, which can be no host name', async (host) => {
    const asked: string[] = []
    const answer = await netPort({ lookup: lookupOf('EAI_AGAIN', asked) }).resolve(host)
    expect(answer).toMatchObject({
      ok: true,
      value: { found: false, message: expect.stringContaining('cannot be a host name') },
    })
    expect(asked).toEqual([])
  })

  it('says that there is no such name', async () => {
    const answer = await netPort({ lookup: lookupOf('ENOTFOUND') }).resolve('nowhere.example')
    expect(answer).toMatchObject({
      ok: true,
      value: { found: false, message: expect.stringContaining('nowhere.example') },
    })
  })

  it.each(['EAI_AGAIN', 'EAI_FAIL', 'ESOMETHING'])('takes %s for a resolver that did not look', async (code) => {
    expect(await netPort({ lookup: lookupOf(code) }).resolve('sql01.example')).toMatchObject({
      ok: false,
      failure: { kind: 'dns' },
    })
  })

  it('does not wait for a dead resolver', async () => {
    const answer = await netPort({ timeoutMs: 60, lookup: lookupOf('silent') }).resolve('sql01.example')
    expect(answer).toMatchObject({ ok: false, failure: { kind: 'dns', message: expect.stringContaining('60 ms') } })
  })
})

describe('connect', () => {
  it('sees an open port, from where, once a run', async () => {
    let connections = 0
    const port = await listen(
      createServer((socket) => {
        connections += 1
        socket.on('error', () => undefined)
      }),
    )
    const net = netPort()
    const answer = await net.connect('127.0.0.1', port)
    await net.connect('127.0.0.1', port)
    expect(answer).toMatchObject({
      ok: true,
      value: { outcome: 'open', address: '127.0.0.1', port, localAddress: '127.0.0.1' },
    })
    expect(connections).toBe(1)
  })

  it('sees a closed port', async () => {
    const port = await closedPort()
    expect(await netPort().connect('127.0.0.1', port)).toMatchObject({
      ok: true,
      value: { outcome: 'refused', localAddress: '127.0.0.1' },
    })
  })

  it('does not wait for a silent address when another one of the name is open', async () => {
    const port = await listen(createServer())
    const deaf = await startDeafListener({ host: '127.0.0.3', port })
    closers.push(() => void deaf.close())
    const net = netPort({ timeoutMs: 20_000 })
    const addresses = ['127.0.0.3', '127.0.0.2', '127.0.0.1']
    const startedAt = performance.now()
    const answers = await Promise.all(addresses.map((address) => net.connect(address, port, addresses)))
    expect(performance.now() - startedAt).toBeLessThan(10_000)
    expect(answers.map((answer) => answer.ok && [answer.value.address, answer.value.outcome])).toEqual([
      ['127.0.0.3', 'timeout'],
      ['127.0.0.2', 'refused'],
      ['127.0.0.1', 'open'],
    ])
  })

  it('gives only IP addresses and real ports a packet', async () => {
    expect(await netPort().connect('localhost', 1433)).toMatchObject({ ok: false, failure: { kind: 'protocol' } })
    expect(await netPort().connect('127.0.0.1', 70_000)).toMatchObject({ ok: false, failure: { kind: 'protocol' } })
  })
})

describe('browse', () => {
  const entry = 'ServerName;S;InstanceName;SALES;IsClustered;No;Version;16.0.4135.4;tcp;14330;;'

  it('finds the entry of an instance in any letter case, with one datagram', async () => {
    const { port, requests } = await browser((request) => (request[0] === 4 ? entry : undefined))
    const answer = await netPort({ browserPort: port }).browse('127.0.0.1', 'sales')
    expect(answer).toEqual({
      ok: true,
      value: {
        outcome: 'answered',
        address: '127.0.0.1',
        localAddress: '127.0.0.1',
        instance: { instanceName: 'SALES', version: '16.0.4135.4', tcpPort: 14_330 },
        known: ['SALES'],
      },
    })
    expect(requests).toEqual(['\u0004sales\u0000'])
  })

  it('asks again when a datagram is lost', async () => {
    const { port, requests } = await browser((_request, count) => (count === 3 ? entry : undefined))
    expect(await netPort({ browserPort: port }).browse('127.0.0.1', 'SALES')).toMatchObject({
      value: { instance: { tcpPort: 14_330 } },
    })
    expect(requests).toHaveLength(3)
  })

  it('tells an unknown instance from a silent Browser', async () => {
    const { port, requests } = await browser((request) => (request[0] === 3 ? entry : undefined))
    const answer = await netPort({ browserPort: port }).browse('127.0.0.1', 'OTHER')
    expect(answer).toEqual({
      ok: true,
      value: { outcome: 'answered', address: '127.0.0.1', localAddress: '127.0.0.1', known: ['SALES'] },
    })
    expect(requests.map((request) => request.charCodeAt(0))).toEqual([4, 4, 4, 3])

    const silent = await browser(() => undefined)
    // Long steps: on a busy machine the end must not overtake the last question.
    const patient = netPort({ browserPort: silent.port, timeoutMs: 2_100 })
    expect(await patient.browse('127.0.0.1', 'SALES')).toEqual({
      ok: true,
      value: { outcome: 'timeout', address: '127.0.0.1', localAddress: '127.0.0.1' },
    })
    expect(silent.requests.map((request) => request.charCodeAt(0))).toEqual([4, 4, 4, 3, 3, 3])
  })

  it('asks for the list when the answer is about another instance', async () => {
    const { port, requests } = await browser((request) =>
      request[0] === 4 ? entry : `${entry}InstanceName;OTHER;Version;15.0;;`,
    )
    const answer = await netPort({ browserPort: port }).browse('127.0.0.1', 'OTHER')
    expect(answer).toMatchObject({
      value: { instance: { instanceName: 'OTHER', version: '15.0' }, known: ['SALES', 'OTHER'] },
    })
    expect(requests.map((request) => request.charCodeAt(0))).toEqual([4, 3])
  })

  it('hears the refusal of a host without a Browser', async () => {
    const socket = createSocket('udp4')
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
    const { port } = socket.address()
    await new Promise<void>((resolve) => {
      socket.close(resolve)
    })
    expect(await netPort({ browserPort: port }).browse('127.0.0.1', 'SALES')).toEqual({
      ok: true,
      value: { outcome: 'refused', address: '127.0.0.1', localAddress: '127.0.0.1' },
    })
  })

  it('takes garbage for garbage, and an answer after garbage for an answer', async () => {
    const garbage = await browser(() => Buffer.from('HTTP/1.1 400'))
    expect(await netPort({ browserPort: garbage.port }).browse('127.0.0.1', 'SALES')).toMatchObject({
      ok: false,
      failure: { kind: 'protocol' },
    })
    const ports = await browser(() => entry.replace('14330', '14330,14331'))
    expect(await netPort({ browserPort: ports.port }).browse('127.0.0.1', 'SALES')).toMatchObject({
      ok: false,
      failure: { kind: 'protocol' },
    })
    const mixed = await browser((_request, count) => (count === 1 ? Buffer.from([5, 255, 255]) : entry))
    expect(await netPort({ browserPort: mixed.port }).browse('127.0.0.1', 'SALES')).toMatchObject({
      value: { instance: { tcpPort: 14_330 } },
    })
  })

  it.each(['A'.repeat(33), 'a;b\u0000c', '\u65e5\u672c', ''])(
    'sends nothing for %j, which the protocol cannot carry',
    async (instance) => {
      const { port, requests } = await browser(() => undefined)
      expect(await netPort({ browserPort: port }).browse('127.0.0.1', instance)).toMatchObject({
        ok: false,
        failure: { kind: 'unsupported' },
      })
      expect(requests).toEqual([])
    },
  )
})

describe('a stopped run', () => {
  it('is told as cancelled, before and during an answer', async () => {
    const silent = await browser(() => undefined)
    const stop = new AbortController()
    const net = netPort({
      timeoutMs: 20_000,
      signal: stop.signal,
      browserPort: silent.port,
      lookup: lookupOf('silent'),
    })
    const underWay = [net.resolve('sql01.example'), net.browse('127.0.0.1', 'SALES')]
    setTimeout(() => {
      stop.abort()
    }, 30)
    for (const answer of await Promise.all(underWay))
      expect(answer).toMatchObject({ ok: false, failure: { kind: 'cancelled' } })
    const later = [net.resolve('sql02.example'), net.connect('127.0.0.1', 1433), net.browse('127.0.0.1', 'OTHER')]
    for (const answer of await Promise.all(later))
      expect(answer).toMatchObject({ ok: false, failure: { kind: 'cancelled' } })
  })
})
