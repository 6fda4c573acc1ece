import { afterAll, describe, expect, it } from '@jest/globals'
import { openAzure } from '../../../lab/azure/connect.ts'
import { azureState } from '../../../lab/azure/state.ts'
import { seen, unseen } from '../../domain/observed.ts'
import { createMetadataFetch } from './cloud-metadata.ts'
import { readCloud, type FetchMetadata } from './clouds.ts'

const ORIGIN = 'https://arm.stack.example'
const never: FetchMetadata = () => Promise.reject(new Error('nothing may be asked'))
const says =
  (body: unknown): FetchMetadata =>
  () =>
    Promise.resolve(seen(body))

function metadata(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    name: 'Stack',
    authentication: { loginEndpoint: `${ORIGIN}/`, audiences: ['https://other/', `${ORIGIN}/`], tenant: 'common' },
    resourceManager: `${ORIGIN}/`,
    suffixes: { sqlServerHostname: '.database.stack.example' },
    ...changes,
  }
}

describe('clouds by name', () => {
  it.each([
    [
      'AzureCloud',
      'https://login.microsoftonline.com',
      'https://management.azure.com',
      'database.windows.net',
      'api://AzureADTokenExchange',
    ],
    [
      'AZUREUSGOVERNMENT',
      'https://login.microsoftonline.us',
      'https://management.usgovcloudapi.net',
      'database.usgovcloudapi.net',
      'api://AzureADTokenExchangeUSGov',
    ],
    [
      'azureChinaCloud',
      'https://login.partner.microsoftonline.cn',
      'https://management.chinacloudapi.cn',
      'database.chinacloudapi.cn',
      'api://AzureADTokenExchangeChina',
    ],
  ])('%s is built in', async (name, authorityHost, resourceManager, sqlSuffix, idTokenAudience) => {
    const scope = `${resourceManager}/.default`
    const cloud = { authorityHost, resourceManager, sqlSuffix, scope, idTokenAudience, isCustom: false }
    expect(await readCloud(name, never)).toMatchObject({ ok: true, value: cloud })
    expect(await readCloud(resourceManager, never)).toMatchObject({ ok: true, value: cloud })
  })

  it.each([
    '',
    'azuregermancloud',
    'http://arm.stack.example',
    'https://u:p@arm.stack.example',
    'https://arm.stack.example/x',
    'https://arm.stack.example?x=y',
  ])('"%s" is none', async (environment) => {
    expect(await readCloud(environment, never)).toMatchObject({ ok: false, failure: { kind: 'missing-input' } })
  })
})

describe('clouds by URL', () => {
  const expected = {
    ok: true,
    value: {
      name: 'Stack',
      authorityHost: ORIGIN,
      resourceManager: ORIGIN,
      scope: `${ORIGIN}//.default`,
      idTokenAudience: 'api://AzureADTokenExchange',
      sqlSuffix: 'database.stack.example',
      isCustom: true,
      blobSuffixes: [],
    },
  }

  it('answer with one object', async () => {
    expect(await readCloud(`${ORIGIN}/`, says(metadata()))).toEqual(expected)
  })

  it('answer with a list, of which the own one counts', async () => {
    const other = metadata({ resourceManager: 'https://management.azure.com/', name: 'AzureCloud' })
    expect(await readCloud(ORIGIN, says([other, metadata()]))).toEqual(expected)
  })

  it('are asked for the older version when the newer one is unknown', async () => {
    const asked: string[] = []
    const older: FetchMetadata = (url) => {
      asked.push(url)
      return Promise.resolve(asked.length === 1 ? unseen('protocol', 'unknown version') : seen(metadata()))
    }
    expect(await readCloud(ORIGIN, older)).toEqual(expected)
    expect(asked.map((url) => new URL(url).search)).toEqual(['?api-version=2023-11-01', '?api-version=2022-09-01'])
  })

  it('are not asked twice when nobody is there', async () => {
    let count = 0
    const down: FetchMetadata = () => {
      count += 1
      return Promise.resolve(unseen('refused', 'nobody there'))
    }
    expect(await readCloud(ORIGIN, down)).toMatchObject({ ok: false, failure: { kind: 'refused' } })
    expect(count).toBe(1)
  })

  it.each([
    ['sign-in', { authentication: { loginEndpoint: 'https://login.evil.example/', audiences: [ORIGIN] } }],
    ['sign-in at another port', { authentication: { loginEndpoint: `${ORIGIN}:8443/`, audiences: [ORIGIN] } }],
    ['Resource Manager', { resourceManager: 'https://arm.evil.example' }],
  ])('may not send the credential elsewhere: %s', async (_, changes) => {
    const cloud = await readCloud(ORIGIN, says(metadata(changes)))
    expect(cloud).toMatchObject({ ok: false, failure: { kind: 'untrusted-host' } })
    expect(await readCloud(ORIGIN, says(metadata(changes)), () => true)).toMatchObject({ ok: true })
  })

  it.each([
    ['no cloud', 'text', 'protocol'],
    ['an empty list', [], 'protocol'],
    ['no sign-in', metadata({ authentication: null }), 'protocol'],
    [
      'sign-in without TLS',
      metadata({ authentication: { loginEndpoint: 'http://arm.stack.example', audiences: [ORIGIN] } }),
      'protocol',
    ],
    ['no audience', metadata({ authentication: { loginEndpoint: ORIGIN } }), 'protocol'],
    ['audience of a wrong type', metadata({ authentication: { loginEndpoint: ORIGIN, audiences: [7] } }), 'protocol'],
    ['Resource Manager of a wrong type', metadata({ resourceManager: 7 }), 'protocol'],
    ['no SQL suffix', metadata({ suffixes: {} }), 'protocol'],
    [
      'an SQL suffix that is a whole top-level domain',
      metadata({ suffixes: { sqlServerHostname: 'com' } }),
      'protocol',
    ],
    ['AD FS', metadata({ authentication: { loginEndpoint: `${ORIGIN}/adfs`, audiences: [ORIGIN] } }), 'unsupported'],
  ])('cannot be used with %s', async (_, body, kind) => {
    expect(await readCloud(ORIGIN, says(body))).toMatchObject({ ok: false, failure: { kind } })
  })
})

describe('metadata over a socket', () => {
  const lab = openAzure(azureState())
  afterAll(async () => (await lab).server.close())

  it('is read without a credential', async () => {
    const { server, ca, cloud } = await lab
    const fetch = createMetadataFetch({ timeoutMs: 5_000, signal: new AbortController().signal, ca })
    expect(await readCloud(server.url, fetch)).toMatchObject({
      ok: true,
      value: { authorityHost: cloud.authorityHost, resourceManager: cloud.resourceManager, isCustom: true },
    })
  })

  it.each([
    ['redirect', { status: 302, headers: { location: 'https://evil.example/' } }, 'untrusted-host'],
    ['web page', { status: 200, body: '<html>' }, 'protocol'],
    ['not found', { status: 404, body: '' }, 'protocol'],
    ['too many', { status: 429, headers: { 'retry-after': '60' } }, 'throttled'],
    ['server error', { status: 500, headers: { 'retry-after': '60' } }, 'server-error'],
  ])('%s', async (_, fault, kind) => {
    const { server, ca, state } = await lab
    state.faults = [{ match: '^/metadata', ...fault }]
    const fetch = createMetadataFetch({ timeoutMs: 5_000, signal: new AbortController().signal, ca })
    expect(await readCloud(server.url, fetch)).toMatchObject({ ok: false, failure: { kind } })
    state.faults = []
  })
})
