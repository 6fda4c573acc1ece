import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, it } from '@jest/globals'
import { instanceLookup } from 'tedious/lib/instance-lookup.js'
import { startSqlBrowser, type SqlBrowser, type SqlBrowserOptions } from './browser.ts'

const open: SqlBrowser[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((browser) => browser.close()))
})

async function start(options: Partial<SqlBrowserOptions> = {}): Promise<SqlBrowser> {
  const browser = await startSqlBrowser({
    serverName: 'SQL01',
    instances: [
      { name: 'MSSQLSERVER', version: '16.0.4135.4', tcpPort: 1433 },
      { name: 'SALES', version: '15.0.4375.4', tcpPort: 14_330, np: String.raw`\\SQL01\pipe\MSSQL$SALES\sql\query` },
      { name: 'QUIET', version: '15.0.4375.4' },
    ],
    ...options,
  })
  open.push(browser)
  return browser
}

/** The answer to one datagram, undefined when there is none within 100 ms. */
async function ask(browser: SqlBrowser, request: Buffer): Promise<Buffer | undefined> {
  const socket = createSocket('udp4')
  try {
    const answer = once(socket, 'message').then(([message]) => message as Buffer)
    socket.send(request, browser.port, '127.0.0.1')
    return await Promise.race([answer, delay(100, undefined)])
  } finally {
    socket.close()
  }
}

const named = (name: string): Buffer => Buffer.concat([Buffer.from([4]), Buffer.from(`${name}\0`, 'latin1')])

describe('startSqlBrowser', () => {
  it('answers for one instance, whatever the letter case', async () => {
    const browser = await start()
    const answer = await ask(browser, named('Sales'))
    const text = String.raw`ServerName;SQL01;InstanceName;SALES;IsClustered;No;Version;15.0.4375.4;tcp;14330;np;\\SQL01\pipe\MSSQL$SALES\sql\query;;`
    expect(answer?.toString('latin1', 3)).toBe(text)
    expect(answer?.readUInt8(0)).toBe(5)
    expect(answer?.readUInt16LE(1)).toBe(text.length)
    expect(browser.requests).toEqual(['04 Sales'])
  })

  it('says that an instance does not listen on TCP by leaving the port out', async () => {
    const answer = await ask(await start(), named('QUIET'))
    expect(answer?.toString('latin1', 3)).toBe(
      'ServerName;SQL01;InstanceName;QUIET;IsClustered;No;Version;15.0.4375.4;;',
    )
  })

  it.each([2, 3])('lists all instances on request 0%d', async (request) => {
    const browser = await start()
    const answer = await ask(browser, Buffer.from([request]))
    expect(answer?.toString('latin1', 3).match(/InstanceName;\w+/g)).toEqual([
      'InstanceName;MSSQLSERVER',
      'InstanceName;SALES',
      'InstanceName;QUIET',
    ])
    expect(browser.requests).toEqual([`0${request}`])
  })

  it('is silent about what is not there, about nonsense, and when told to be', async () => {
    const browser = await start()
    expect(await ask(browser, named('SALES2'))).toBeUndefined()
    expect(await ask(browser, named(''))).toBeUndefined()
    expect(await ask(browser, Buffer.from('0f01414200', 'hex'))).toBeUndefined()
    expect(await ask(browser, Buffer.alloc(0))).toBeUndefined()
    expect(browser.requests).toEqual(['04 SALES2', '04 ', '0f01414200', ''])
    const silent = await start({ silent: true })
    expect(await ask(silent, named('SALES'))).toBeUndefined()
    expect(silent.requests).toEqual(['04 SALES'])
    expect(await ask(await start({ instances: [] }), Buffer.from([3]))).toBeUndefined()
  })

  it("is understood by tedious' own lookup", async () => {
    const { port } = await start()
    const options = { server: '127.0.0.1', port, timeout: 500, signal: AbortSignal.timeout(5000) }
    expect(await instanceLookup({ ...options, instanceName: 'sales' })).toBe(14_330)
    await expect(instanceLookup({ ...options, instanceName: 'QUIET' })).rejects.toThrow('Port for QUIET not found')
  })
})
