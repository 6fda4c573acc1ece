import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { afterEach, describe, expect, it } from '@jest/globals'
import { startSqlBrowser } from '../../../lab/browser.ts'
import { browseInstance } from './browse.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()))
})

type Answering = (socket: Socket, request: Buffer, sender: RemoteInfo) => void

/** A UDP service that answers as it likes. */
async function service(answer: Answering, host = '127.0.0.1'): Promise<number> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
  socket.on('message', (request, sender) => {
    answer(socket, request, sender)
  })
  await new Promise<void>((resolve) => socket.bind(0, host, resolve))
  closers.push(() => new Promise<void>((resolve) => socket.close(resolve)))
  return socket.address().port
}

function browse(port: number, instance: string, { address = '127.0.0.1', timeoutMs = 700 } = {}) {
  return browseInstance({ address, port, instance, timeoutMs, signal: new AbortController().signal })
}

function reply(text: string, size = Buffer.byteLength(text, 'latin1')): Buffer {
  const header = Buffer.from([5, 0, 0])
  header.writeUInt16LE(size, 1)
  return Buffer.concat([header, Buffer.from(text, 'latin1')])
}

const record = (name: string, port = 14_330): string =>
  `ServerName;S;InstanceName;${name};IsClustered;No;Version;16.0.4135.4;tcp;${String(port)};;`

describe('browseInstance', () => {
  it('finds one of 400 instances in a reply of several packets', async () => {
    const instances = Array.from({ length: 400 }, (_, index) => ({
      name: `INSTANCE_${String(index)}`,
      version: '16.0.4135.4',
      tcpPort: 20_000 + index,
    }))
    const browser = await startSqlBrowser({ serverName: 'SQL01', instances })
    closers.push(() => browser.close())
    expect(await browse(browser.port, 'instance_399', { timeoutMs: 7000 })).toMatchObject({
      value: { instance: { tcpPort: 20_399 } },
    })
    const all = await browse(browser.port, 'NONE', { timeoutMs: 7000 })
    expect(all).toMatchObject({ value: { outcome: 'answered' } })
    expect(all.ok && all.value.outcome === 'answered' ? all.value.known : []).toHaveLength(400)
  })

  it.each([
    ['longer than its datagram', reply(record('SALES'), 5000)],
    ['cut off in the middle of a record', reply(record('SALES').slice(0, -20))],
    ['cut off after another instance', reply(`${record('OTHER')}ServerName;S;InstanceName;SALES;IsCl`)],
  ])('does not conclude from a reply that says it is %s', async (_which, datagram) => {
    const port = await service((socket, _request, { port: to, address }) => socket.send(datagram, to, address))
    expect(await browse(port, 'SALES')).toMatchObject({ ok: false, failure: { kind: 'protocol' } })
  })

  it('reads no further than the size that the reply says', async () => {
    const text = record('SALES')
    const datagram = reply(`${text}${record('LATE')}`, text.length)
    const port = await service((socket, _request, { port: to, address }) => socket.send(datagram, to, address))
    expect(await browse(port, 'LATE')).toMatchObject({ value: { outcome: 'answered', known: ['SALES'] } })
  })

  it('hears nobody but the host that it asked', async () => {
    const stranger = createSocket('udp4')
    closers.push(() => new Promise<void>((resolve) => stranger.close(resolve)))
    await new Promise<void>((resolve) => stranger.bind(0, '127.0.0.2', resolve))
    const port = await service((_socket, _request, { port: to, address }) => {
      stranger.send(reply(record('SALES', 6666)), to, address)
    })
    expect(await browse(port, 'SALES')).toMatchObject({ value: { outcome: 'timeout' } })
  })

  it('takes the first of two answers', async () => {
    const port = await service((socket, _request, { port: to, address }) => {
      socket.send(reply(record('SALES', 1111)), to, address)
      socket.send(reply(record('SALES', 2222)), to, address)
    })
    expect(await browse(port, 'SALES')).toMatchObject({ value: { instance: { tcpPort: 1111 } } })
  })

  it('keeps names as they are sent, whatever they hold', async () => {
    const name = `::error::\u001b[2J<b>|@org\u00e9 ${'x'.repeat(200)}`
    const port = await service((socket, request, { port: to, address }) => {
      if (request[0] === 3) socket.send(reply(`${record(name)}${record('SALES')}`), to, address)
    })
    expect(await browse(port, 'SALES')).toMatchObject({ value: { known: [name, 'SALES'] } })
  })

  it('asks over IPv6', async () => {
    const port = await service(
      (socket, _request, { port: to, address }) => socket.send(reply(record('SALES')), to, address),
      '::1',
    )
    expect(await browse(port, 'SALES', { address: '::1' })).toMatchObject({
      value: { address: '::1', localAddress: '::1', instance: { tcpPort: 14_330 } },
    })
  })
})
