import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openAzure, type AzureLab } from '../../../lab/azure/connect.ts'
import {
  startIdentityEndpoint,
  type IdentityOptions,
  type IdentityServer,
} from '../../../lab/azure/identity-endpoint.ts'
import { virtualNetwork } from '../../../lab/azure/network-resources.ts'
import { azureState, LAB_SQL_SUFFIX } from '../../../lab/azure/state.ts'
import { startDeafListener } from '../../../test/matrix/deaf-listener.ts'
import type { ArmPortOptions } from './arm-port.ts'
import type { ManagedIdentityCredential } from './credential.ts'
import { arcPlaces, findIdentityEndpoint } from './identity-endpoints.ts'
import { createIdentityTokens } from './managed-identity.ts'
import { createRateBudget } from './rate-budget.ts'
import { createScrubber } from './scrubber.ts'
import { createTransport } from './transport.ts'

const network = virtualNetwork({ resourceGroup: 'rg' }, 'vnet', { prefixes: ['10.0.0.0/16'], subnets: [] })
const state = azureState([network])
const { clientId, tenantId, objectId } = state
const OTHER = 'dddddddd-0000-4000-8000-000000000002'
const ELSEWHERE = 'eeeeeeee-0000-4000-8000-000000000001'

let lab: AzureLab
const endpoints: IdentityServer[] = []
beforeAll(async () => {
  lab = await openAzure(state)
})
afterEach(async () => {
  for (const endpoint of endpoints.splice(0)) await endpoint.close()
})
afterAll(() => lab.server.close())

async function machine(options: IdentityOptions): Promise<IdentityServer> {
  const endpoint = await startIdentityEndpoint(lab.server, state, options)
  endpoints.push(endpoint)
  return endpoint
}

function signInOn(
  env: Record<string, string>,
  credential: Omit<ManagedIdentityCredential, 'kind'> = {},
  options: Partial<ArmPortOptions> = {},
) {
  return lab.arm({ credential: { kind: 'managed-identity', ...credential }, env, ...options })
}

const failed = (kind: string, message: RegExp): object => ({
  ok: false,
  failure: { kind, message: expect.stringMatching(message) },
})

describe('sign-in by managed identity', () => {
  it.each(['imds', 'app-service'] as const)('on a machine with %s, as its own identity', async (form) => {
    const endpoint = await machine({ form })
    const arm = signInOn(endpoint.env)
    expect(await arm.signIn()).toEqual({ ok: true, value: { kind: 'managed-identity', clientId, tenantId, objectId } })
    expect(await arm.virtualNetwork(network.id)).toMatchObject({ ok: true, value: { found: true } })
    expect(await arm.sqlToken()).toMatchObject({ ok: true })
    expect(endpoint.requests.map(({ resource }) => resource)).toEqual([lab.server.url, `https://${LAB_SQL_SUFFIX}`])
  })

  it.each(['imds', 'app-service'] as const)('with %s, as the user-assigned identity of client-id', async (form) => {
    const endpoint = await machine({ form, assigned: [OTHER, clientId] })
    expect(await signInOn(endpoint.env, { clientId: OTHER, tenantId }).signIn()).toMatchObject({
      ok: true,
      value: { kind: 'managed-identity', clientId: OTHER },
    })
    expect(endpoint.requests.map(({ clientId: asked }) => asked)).toEqual([OTHER])
  })

  it('whose endpoint is named by "localhost" and listens on one of its addresses', async () => {
    const { env } = await machine({ form: 'app-service' })
    const IDENTITY_ENDPOINT = env['IDENTITY_ENDPOINT']?.replace('127.0.0.1', 'localhost') ?? ''
    expect(await signInOn({ ...env, IDENTITY_ENDPOINT }).signIn()).toMatchObject({ ok: true })
  })

  it('says the secret of the endpoint and its tokens before they are used', async () => {
    const learned: string[] = []
    const { env } = await machine({ form: 'app-service' })
    await signInOn(env, {}, { learnSecret: (secret) => void learned.push(secret.reveal()) }).signIn()
    expect(learned).toEqual([env['IDENTITY_HEADER'], expect.stringMatching(/^eyJ/)])
  })

  it('does not use a token of another tenant, or of another identity', async () => {
    const { env } = await machine({ form: 'imds' })
    expect(await signInOn(env, { tenantId: ELSEWHERE }).signIn()).toMatchObject(failed('auth', /input tenant-id is/))
    const fault = { status: 200, body: { access_token: lab.server.issueToken('x'), expires_on: '1' } }
    const stubborn = await machine({ form: 'imds', fault })
    expect(await signInOn(stubborn.env, { clientId: OTHER }).signIn()).toMatchObject(
      failed('auth', /input client-id is/),
    )
  })

  it('does not ask for a token of another cloud than the one that gets it', async () => {
    const endpoint = await machine({ form: 'imds' })
    const cloud = { ...lab.cloud, scope: 'https://management.azure.com/.default' }
    expect(await signInOn(endpoint.env, {}, { cloud }).signIn()).toMatchObject(
      failed('untrusted-host', /not sent there/),
    )
    expect(endpoint.requests).toEqual([])
  })
})

describe('a machine that gives no token', () => {
  it.each([
    ['has no identity', { form: 'imds', assigned: [] }, {}, 'no-credential', /has no managed identity. Next: assign/],
    [
      'has another one',
      { form: 'imds' },
      { clientId: OTHER },
      'no-credential',
      new RegExp(`no managed identity ${OTHER}`),
    ],
    [
      'has another one (App Service)',
      { form: 'app-service' },
      { clientId: OTHER },
      'no-credential',
      /no managed identity/,
    ],
    [
      'has several',
      { form: 'imds', assigned: [OTHER, clientId] },
      {},
      'missing-input',
      /say which one by the input client-id/,
    ],
  ] as const)('%s', async (_, options, credential, kind, message) => {
    const { env } = await machine(options)
    const refused = await signInOn(env, credential).signIn()
    expect(refused).toMatchObject(failed(kind, message))
    expect(refused).toMatchObject({ failure: { missing: expect.stringMatching(/client-id|managed identity/) } })
  })

  it.each([
    [
      'unknown resource',
      400,
      {
        error: 'invalid_resource',
        error_description: 'AADSTS500011: The resource principal named x was not found.\r\nTrace ID: 1',
      },
      'auth',
      /does not know the resource/,
    ],
    [
      'Docker Desktop',
      403,
      'connecting to 169.254.169.254:80: A socket operation was attempted to an unreachable network.',
      'unreachable',
      /is no Azure machine/,
    ],
    ['being updated', 410, '', 'server-error', /being updated/],
    ['busy', 429, '', 'throttled', /too many/],
    [
      'broken',
      500,
      { error: 'unknown', error_description: 'Failed to retrieve token' },
      'server-error',
      /inside it.*Failed to retrieve/,
    ],
    ['leading elsewhere', 302, '', 'untrusted-host', /redirects are not followed/],
    ['a page', 200, '<html>', 'protocol', /is no token/],
    ['no token', 200, { token_type: 'Bearer' }, 'protocol', /is no token/],
    ['refusing', 401, { statusCode: 401, message: 'Unauthorized' }, 'auth', /gives this runner no token/],
  ] as const)('%s', async (_, status, body, kind, message) => {
    const headers = { location: 'http://evil.example/', 'retry-after': '60' }
    const endpoint = await machine({ form: 'imds', fault: { status, body, headers } })
    const refused = await signInOn(endpoint.env).signIn()
    expect(refused).toMatchObject(failed(kind, message))
    expect(JSON.stringify(refused)).not.toContain('Trace ID')
    expect(endpoint.requests).toHaveLength(1)
  })

  it('is no Azure machine: that is said at once', async () => {
    const start = performance.now()
    const env = { AZURE_POD_IDENTITY_AUTHORITY_HOST: 'http://127.0.0.1:1' }
    const refused = await signInOn(env).signIn()
    expect(refused).toMatchObject(failed('refused', /at 127\.0\.0\.1:1:.*no managed identity endpoint. Next: /))
    expect(performance.now() - start).toBeLessThan(1_500)
  })

  it('is behind a firewall that drops its packets: that is said within seconds', async () => {
    const deaf = await startDeafListener()
    const start = performance.now()
    const env = { AZURE_POD_IDENTITY_AUTHORITY_HOST: `http://127.0.0.1:${String(deaf.port)}` }
    const refused = await signInOn(env).signIn()
    await deaf.close()
    expect(refused).toMatchObject(failed('timeout', /no answer.*no managed identity endpoint. Next: /))
    expect(performance.now() - start).toBeLessThan(4_000)
  })

  it('takes the connection and stays silent', async () => {
    const { env } = await machine({ form: 'imds', fault: 'silent' })
    expect(await signInOn(env, {}, { timeoutMs: 400 }).signIn()).toMatchObject(
      failed('timeout', /no answer.*within 0\.4 s/),
    )
  })
})

describe('where the secret and the token go', () => {
  it('not through a proxy of the environment, and not elsewhere by a redirect', async () => {
    const seen: string[] = []
    const proxy = createServer((request: IncomingMessage, response) => {
      seen.push(request.url ?? '')
      response.end()
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${String((proxy.address() as AddressInfo).port)}`
    const names = ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY']
    const before = names.map((name) => process.env[name])
    for (const name of names) process.env[name] = url
    try {
      const { env } = await machine({ form: 'app-service' })
      const tokens = identityTokens({ ...env, HTTP_PROXY: url })
      expect(await tokens(`${lab.server.url}/.default`)).toMatchObject({ ok: true })
      const moved = await machine({ form: 'app-service', fault: { status: 307, headers: { location: `${url}/x` } } })
      expect(await identityTokens(moved.env)('https://x/.default')).toMatchObject(failed('untrusted-host', /redirects/))
    } finally {
      names.forEach((name, at) => {
        if (before[at] === undefined) Reflect.deleteProperty(process.env, name)
        else process.env[name] = before[at]
      })
      proxy.close()
    }
    expect(seen).toEqual([])
  })

  it.each([
    ['http://identity.example/msi/token', 'untrusted-host'],
    ['http://203.0.113.7/msi/token', 'untrusted-host'],
    ['ftp://127.0.0.1/', 'missing-input'],
    ['http://user:secret@127.0.0.1/', 'missing-input'],
    ['nonsense', 'missing-input'],
  ])('not to %s', async (IDENTITY_ENDPOINT, kind) => {
    const refused = await signInOn({ IDENTITY_ENDPOINT, IDENTITY_HEADER: 'h' }).signIn()
    expect(refused).toMatchObject(failed(kind, /IDENTITY_ENDPOINT/))
    expect(JSON.stringify(refused)).not.toContain('secret')
  })
})

describe('which endpoint', () => {
  const nowhere = { agent: '/nonexistent/himds', tokens: '/nonexistent' }
  it.each([
    [{}, 'http://169.254.169.254/metadata/identity/oauth2/token', '2018-02-01'],
    [
      { IDENTITY_ENDPOINT: 'http://172.16.0.4:8081/msi/token', IDENTITY_HEADER: 'h' },
      'http://172.16.0.4:8081/msi/token',
      '2019-08-01',
    ],
    [
      {
        IDENTITY_ENDPOINT: 'https://10.0.0.4:2377/metadata/identity/oauth2/token',
        IDENTITY_HEADER: 'h',
        IDENTITY_SERVER_THUMBPRINT: 't',
      },
      'https://10.0.0.4:2377/metadata/identity/oauth2/token',
      '2019-07-01-preview',
    ],
    [
      {
        IDENTITY_ENDPOINT: 'http://localhost:40342/metadata/identity/oauth2/token',
        IMDS_ENDPOINT: 'http://localhost:40342',
      },
      'http://localhost:40342/metadata/identity/oauth2/token',
      '2020-06-01',
    ],
  ])('%j', (env, url, apiVersion) => {
    const found = findIdentityEndpoint(env, nowhere)
    expect(found).toMatchObject({ ok: true, value: { apiVersion } })
    expect(found.ok && found.value.url.href).toBe(url)
  })

  it('Azure Arc is known by its agent as well', () => {
    const found = findIdentityEndpoint({}, { ...nowhere, agent: process.execPath })
    expect(found.ok && found.value.url.href).toBe('http://127.0.0.1:40342/metadata/identity/oauth2/token')
    expect(arcPlaces('linux', {})).toEqual({ agent: '/opt/azcmagent/bin/himds', tokens: '/var/opt/azcmagent/tokens' })
    expect(arcPlaces('win32', { ProgramFiles: 'D:\\P', ProgramData: 'D:\\Q' })).toEqual({
      agent: String.raw`D:\P\AzureConnectedMachineAgent\himds.exe`,
      tokens: String.raw`D:\Q\AzureConnectedMachineAgent\Tokens`,
    })
  })

  it('one that the program does not know is said', () => {
    expect(findIdentityEndpoint({ MSI_ENDPOINT: 'http://127.0.0.1/' }, nowhere)).toMatchObject(
      failed('unsupported', /MSI_ENDPOINT/),
    )
  })
})

describe('Azure Arc', () => {
  let keys: string
  beforeAll(async () => {
    keys = await mkdtemp(join(tmpdir(), 'dms-preflight-arc-'))
  })
  afterAll(() => rm(keys, { recursive: true }))
  const scope = 'https://management.azure.com/.default'

  it('gives a token to whoever may read the key that it names', async () => {
    const { env, requests } = await machine({ form: 'arc', keys })
    expect(await identityTokens(env, keys)(scope)).toMatchObject({
      ok: true,
      value: { token: expect.stringMatching(/^eyJ/) },
    })
    expect(requests).toHaveLength(2)
  })

  it('cannot be read by an account that is not of its group', async () => {
    const { env } = await machine({ form: 'arc', keys: join(keys, 'locked') })
    const refused = await identityTokens(env, join(keys, 'locked'))(scope)
    expect(refused).toMatchObject(failed('forbidden', /cannot be read by the account/))
    expect(refused).toMatchObject({ failure: { missing: expect.stringContaining('himds') } })
  })

  it.each(['/etc/passwd', '../x.key', 'sub/x.key', 'lab.txt'])('makes us read no other file: %s', async (name) => {
    const file = name.startsWith('/') ? name : join(keys, name)
    await writeFile(join(keys, 'lab.txt'), 'x')
    const fault = { status: 401, headers: { 'www-authenticate': `Basic realm=${file}` } }
    const { env, requests } = await machine({ form: 'arc', keys, fault })
    expect(await identityTokens(env, keys)(scope)).toMatchObject(failed('untrusted-host', /was not read/))
    expect(requests).toHaveLength(1)
  })

  it('makes us read no large file', async () => {
    const file = join(keys, 'large.key')
    await writeFile(file, 'x'.repeat(5_000))
    const { env } = await machine({
      form: 'arc',
      keys,
      fault: { status: 401, headers: { 'www-authenticate': `Basic realm=${file}` } },
    })
    expect(await identityTokens(env, keys)(scope)).toMatchObject({ ok: false, failure: { kind: 'forbidden' } })
  })

  it('that names no key gives no token', async () => {
    const { env } = await machine({ form: 'arc', keys, fault: { status: 401 } })
    expect(await identityTokens(env, keys)(scope)).toMatchObject(failed('auth', /gives this runner no token/))
  })
})

function identityTokens(env: Record<string, string>, tokens = '/nonexistent') {
  const scrubber = createScrubber()
  const signal = new AbortController().signal
  return createIdentityTokens(
    { kind: 'managed-identity' },
    {
      cloud: lab.cloud,
      credential: { kind: 'managed-identity' },
      env,
      tls: undefined,
      timeoutMs: 5_000,
      signal,
      transportTo: (who, origin, timeoutMs = 5_000) =>
        createTransport({
          who,
          origin,
          timeoutMs,
          signal,
          budget: createRateBudget(),
          onRequest: () => undefined,
          scrub: scrubber.scrub,
        }),
      scrubber,
      learnSecret: () => undefined,
    },
    { agent: '/nonexistent', tokens },
  )
}
