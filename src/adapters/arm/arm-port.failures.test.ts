import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { createServer, type Server } from 'node:net'
import { openAzure, type AzureLab } from '../../../lab/azure/connect.ts'
import { sqlServer } from '../../../lab/azure/data-resources.ts'
import { virtualNetwork } from '../../../lab/azure/network-resources.ts'
import { cloudMetadata } from '../../../lab/azure/server.ts'
import { azureState } from '../../../lab/azure/state.ts'
import { Secret } from '../../domain/secret.ts'

const PLACE = { resourceGroup: 'rg-mig' }
const network = virtualNetwork(PLACE, 'vnet', { prefixes: ['10.0.0.0/16'], subnets: [] })
const server = sqlServer(PLACE, 'sql')
const state = azureState([network, server])
const credential = {
  kind: 'secret' as const,
  clientId: state.clientId,
  tenantId: state.tenantId,
  clientSecret: new Secret('AZURE_CLIENT_SECRET', state.clientSecret),
}

let lab: AzureLab
beforeAll(async () => {
  lab = await openAzure(state)
})
afterAll(() => lab.server.close())
afterEach(() => {
  state.faults = []
})

const failed = (kind: string, message: RegExp): object => ({
  ok: false,
  failure: { kind, message: expect.stringMatching(message) },
})
const requestsTo = (end: string): number => lab.server.requests.filter(({ path }) => path.endsWith(end)).length

describe('sign-in', () => {
  it('is not tried without a credential', async () => {
    const start = lab.server.requests.length
    const arm = lab.arm({ credential: { ...credential, clientSecret: new Secret('AZURE_CLIENT_SECRET', '') } })
    const expected = {
      ok: false,
      failure: { kind: 'no-credential', missing: expect.stringContaining('client-secret') },
    }
    expect(await arm.signIn()).toMatchObject(expected)
    expect(await arm.sqlServer(server.id)).toMatchObject(expected)
    expect(lab.server.requests.length).toBe(start)
  })

  it.each([
    ['wrong secret', { clientSecret: new Secret('S', 'not~the.Secret') }, /AADSTS7000215.*secret is wrong/],
    ['unknown application', { clientId: 'dddddddd-0000-4000-8000-000000000002' }, /AADSTS700016.*not in this tenant/],
    ['unknown tenant', { tenantId: 'eeeeeeee-0000-4000-8000-000000000001' }, /AADSTS90002.*does not exist/],
  ])('%s: refused once, and never tried again', async (_, changes, message) => {
    const start = requestsTo('/token')
    const arm = lab.arm({ credential: { ...credential, ...changes } })
    const answers = await Promise.all([arm.signIn(), arm.sqlServer(server.id), arm.virtualNetwork(network.id)])
    for (const answer of answers) expect(answer).toMatchObject(failed('auth', message))
    expect(requestsTo('/token') - start).toBeLessThanOrEqual(1)
    expect(JSON.stringify(answers)).not.toContain('not~the.Secret')
  })

  it('says what is wrong with a tenant id', async () => {
    expect(await lab.arm({ credential: { ...credential, tenantId: 'a/b' } }).signIn()).toMatchObject(
      failed('missing-input', /tenant-id/),
    )
  })

  it('sends the secret to no other origin', async () => {
    const body = {
      ...(cloudMetadata(lab.server.url) as object),
      issuer: `${lab.server.url}/x/v2.0`,
      token_endpoint: 'https://evil.example/token',
      authorization_endpoint: `${lab.server.url}/authorize`,
      jwks_uri: `${lab.server.url}/keys`,
    }
    state.faults = [{ match: 'openid-configuration$', status: 200, body }]
    expect(await lab.arm().signIn()).toMatchObject(failed('untrusted-host', /evil\.example/))
    state.faults = [{ match: '/token$', status: 307, headers: { location: 'https://evil.example/token' } }]
    expect(await lab.arm().signIn()).toMatchObject(failed('untrusted-host', /redirects/))
  })

  it.each([
    ['a web page', 200, '<html>', 'protocol'],
    ['no token', 200, {}, 'protocol'],
    ['a page of a proxy', 403, '<html>', 'protocol'],
    ['too many', 429, '', 'throttled'],
  ])('%s', async (_, status, body, kind) => {
    state.faults = [{ match: '/token$', status, body, headers: { 'retry-after': '60' } }]
    expect(await lab.arm().signIn()).toMatchObject(failed(kind, /localhost/))
  })

  it('works with a token that is not readable', async () => {
    const body = { token_type: 'Bearer', expires_in: 3600, access_token: 'opaque' }
    state.faults = [{ match: '/token$', status: 200, body }]
    const { clientId, tenantId } = state
    expect(await lab.arm().signIn()).toEqual({ ok: true, value: { kind: 'secret', clientId, tenantId } })
  })

  it('takes secret and token out of what a server says', async () => {
    const said = `secret ${state.clientSecret} and eyJhbGciOiJub25lIn0.eyJvaWQiOiJ4In0.c2ln`
    state.faults = [{ match: '/token$', status: 400, body: { error: 'x', error_description: said } }]
    const refused = await lab.arm().signIn()
    expect(refused).toMatchObject(failed('auth', /secret \*\*\* and \*\*\*/))
    state.faults = [{ match: '^/subscriptions', status: 400, body: { error: { code: 'x', message: said } } }]
    const read = await lab.arm().virtualNetwork(network.id)
    expect(read).toMatchObject(failed('protocol', /secret \*\*\* and \*\*\*/))
  })
})

describe('another try', () => {
  it.each([
    ['429 with zero', 429, { 'retry-after': '0' }],
    ['503', 503, { 'retry-after': '0' }],
  ])('after %s, three in all', async (_, status, headers) => {
    for (const [times, ok] of [
      [2, true],
      [3, false],
    ] as const) {
      state.faults = [{ match: '^/subscriptions', status, headers, times }]
      const start = requestsTo('/vnet')
      expect(await lab.arm().virtualNetwork(network.id)).toMatchObject({ ok })
      expect(requestsTo('/vnet') - start).toBe(3)
      state.faults = [{ match: '^/subscriptions', status, headers, times }]
      expect(await lab.arm().sqlServer(server.id)).toMatchObject({ ok })
    }
  })

  it('waits as long as the server asks', async () => {
    state.faults = [{ match: '^/subscriptions', status: 429, headers: { 'retry-after': '1' }, times: 1 }]
    const start = performance.now()
    expect(await lab.arm().virtualNetwork(network.id)).toMatchObject({ ok: true })
    expect(performance.now() - start).toBeGreaterThanOrEqual(990)
  })

  const asIs = (): number => 372
  it.each([
    ['in the header', () => '', { 'retry-after': '372' }, asIs],
    [
      'in JSON',
      () => ({ Code: 'TooManyRequests', Message: "Please try again after '372' seconds." }),
      { 'retry-after': '0' },
      asIs,
    ],
    [
      'in plain text',
      (until: number) => `Please retry after '${new Date(until).toISOString()}' UTC.`,
      { 'content-type': 'text/plain' },
      // Less by what has gone by until Azure was asked.
      (until: number) => Math.ceil((until - Date.now()) / 1000),
    ],
  ] as const)('not when the wait is beyond the timeout: %s', async (_, body, headers, leastS) => {
    const until = Date.now() + 372_000
    state.faults = [{ match: '^/subscriptions', status: 429, body: body(until), headers }]
    const start = lab.server.requests.length
    const arm = lab.arm()
    for (const answer of [await arm.virtualNetwork(network.id), await arm.sqlServer(server.id)]) {
      expect(answer).toMatchObject(failed('throttled', /asks to wait \d+ s/))
      const toldS = Number(/asks to wait (\d+) s/.exec(answer.ok ? '' : answer.failure.message)?.[1])
      expect(toldS).toBeLessThanOrEqual(372)
      expect(toldS).toBeGreaterThanOrEqual(leastS(until))
    }
    expect(lab.server.requests.slice(start).filter(({ path }) => path.startsWith('/subscriptions'))).toHaveLength(2)
  })

  it('not after 400, 403 or 404', async () => {
    for (const status of [400, 403, 404]) {
      state.faults = [{ match: '^/subscriptions', status, body: '' }]
      const start = requestsTo('/vnet')
      await lab.arm().virtualNetwork(network.id)
      expect(requestsTo('/vnet') - start).toBe(1)
    }
  })
})

describe('no answer', () => {
  it('within the timeout', async () => {
    state.faults = [{ match: '^/subscriptions', status: 200, delayMs: 3_000 }]
    expect(await lab.arm({ timeoutMs: 300 }).virtualNetwork(network.id)).toMatchObject(
      failed('timeout', /Azure Resource Manager at localhost:\d+ gave no answer to this runner within 0\.3 s/),
    )
  })

  it('before the run is stopped', async () => {
    state.faults = [{ match: '^/subscriptions', status: 200, delayMs: 3_000 }]
    const arm = lab.arm({ signal: AbortSignal.timeout(300) })
    expect(await arm.sqlServer(server.id)).toMatchObject(failed('cancelled', /stopped/))
  })

  it('from a host that is not there, refuses, hangs up or has no TLS', async () => {
    const hangUp = createServer((socket) => socket.destroy())
    const plain = createServer((socket) => socket.end('SSH-2.0-x\r\n'))
    const at = async (url: string): Promise<unknown> => {
      const cloud = { ...lab.cloud, authorityHost: url, resourceManager: url }
      return lab.arm({ cloud, timeoutMs: 2_000 }).signIn()
    }
    const closed = createServer()
    const port = await listen(closed)
    await new Promise((resolve) => closed.close(resolve))
    expect(await at(`https://127.0.0.1:${String(port)}`)).toMatchObject(
      failed('refused', /the sign-in service at 127\.0\.0\.1/),
    )
    expect(await at('https://no-such-host.invalid')).toMatchObject(failed('dns', /no-such-host\.invalid/))
    expect(await at(`https://127.0.0.1:${String(await listen(hangUp))}`)).toMatchObject(failed('reset', /127\.0\.0\.1/))
    expect(await at(`https://127.0.0.1:${String(await listen(plain))}`)).toMatchObject(failed('tls', /is it HTTPS/))
    hangUp.close()
    plain.close()
  })

  it('from a server whose certificate is not trusted, or is for another name', async () => {
    const other = await openAzure(state)
    const untrusted = await lab.arm({ ca: other.ca }).signIn()
    expect(untrusted).toMatchObject(failed('tls', /does not trust the certificate/))
    expect(untrusted).toMatchObject({ failure: { missing: expect.stringContaining('NODE_EXTRA_CA_CERTS') } })
    await other.server.close()
    const url = lab.server.url.replace('localhost', '127.0.0.2')
    const cloud = { ...lab.cloud, authorityHost: url, resourceManager: url }
    expect(await lab.arm({ cloud }).signIn()).toMatchObject({ ok: false })
  })
})

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
