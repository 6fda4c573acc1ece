import { once } from 'node:events'
import { createServer as createWebServer, type RequestListener } from 'node:http'
import { createServer as createSecureWebServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { createAuthority, type Authority, type KeyAndCertificate } from '../../../lab/certificates.ts'
import { CA_PATH, createTlsRig, findTcpIp, findTls, HOST } from '../../../test/tls-rig.ts'

const CA = { ca: CA_PATH }
const rig = createTlsRig()
const listeners: Server[] = []
let authority: Authority
let good: KeyAndCertificate

beforeAll(async () => {
  authority = await createAuthority()
  good = await authority.issue({ names: [HOST] })
})
afterEach(async () => {
  await rig.close()
  for (const listener of listeners.splice(0)) listener.close()
})

describe('a web server on the port', () => {
  const refuse: RequestListener = (_request, response) => {
    response.writeHead(400).end()
  }
  async function listen(server: Server): Promise<{ port: number }> {
    await once(server.listen(0, '127.0.0.1'), 'listening')
    listeners.push(server)
    return { port: (server.address() as AddressInfo).port }
  }

  it.each([
    ['HTTP', 'on', /does not speak TDS: it answered a pre-login with .*HTTP/],
    ['HTTP', 'strict', /answered with something else when TLS came before TDS .* Without TLS: .*HTTP/],
    ['HTTPS', 'strict', /speaks TLS for another protocol than TDS 8\.0|speaks TLS without TDS in it/],
  ] as const)('that speaks %s is no SQL Server (encrypt: %s)', async (kind, encrypt, says) => {
    const place = await listen(kind === 'HTTP' ? createWebServer(refuse) : createSecureWebServer({ ...good }, refuse))
    const finding = await findTls(rig.open(authority.certificate), place, { ...CA, encrypt })
    expect(finding).toMatchObject({ verdict: 'unknown', summary: expect.stringMatching(says) })
    expect(finding.cause).toMatch(/^(protocol|tls)$/)
    const tcpIp = await findTcpIp(rig.open(), place, { encrypt })
    expect(tcpIp.verdict).toBe('unknown')
  })

  it('that speaks HTTPS is not said to be strict only', async () => {
    const place = await listen(createSecureWebServer({ ...good }, refuse))
    const finding = await findTls(rig.open(authority.certificate), place, CA)
    expect(finding).toMatchObject({ verdict: 'unknown', cause: expect.stringMatching(/^(reset|protocol)$/) })
  })
})
