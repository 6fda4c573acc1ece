import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openAzure, type AzureLab } from '../../../lab/azure/connect.ts'
import { readAzCalls, writeFakeAz, type FakeAz } from '../../../lab/azure/fake-az.ts'
import { virtualNetwork } from '../../../lab/azure/network-resources.ts'
import { azureState, LAB_SQL_SUFFIX, LAB_SUBSCRIPTION } from '../../../lab/azure/state.ts'
import type { ArmPortOptions } from './arm-port.ts'
import { azCommand, cliEnvironment } from './azure-cli.ts'
import type { CliCredential } from './credential.ts'

const network = virtualNetwork({ resourceGroup: 'rg' }, 'vnet', { prefixes: ['10.0.0.0/16'], subnets: [] })
const state = azureState([network])
const { tenantId, objectId, clientId } = state
const ELSEWHERE = 'eeeeeeee-0000-4000-8000-000000000001'

let lab: AzureLab
let folder: string
beforeAll(async () => {
  lab = await openAzure(state)
})
afterAll(() => lab.server.close())
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dms-preflight-az-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function withAz(
  fake: FakeAz,
  credential: Omit<CliCredential, 'kind'> = {},
  options: Partial<ArmPortOptions> = {},
) {
  const tokens = {
    [lab.server.url]: lab.server.issueToken(`${lab.server.url}/.default`),
    [`https://${LAB_SQL_SUFFIX}`]: lab.server.issueToken(`https://${LAB_SQL_SUFFIX}/.default`),
  }
  await writeFakeAz(folder, { tokens, tenant: tenantId, ...fake })
  const env = { PATH: folder, HOME: folder, SystemRoot: process.env['SystemRoot'] }
  return lab.arm({ credential: { kind: 'cli', ...credential }, env, ...options })
}

const failed = (kind: string, message: RegExp): object => ({
  ok: false,
  failure: { kind, message: expect.stringMatching(message) },
})

describe("sign-in by the runner's Azure CLI", () => {
  it('takes its token, and reads from it who signed in', async () => {
    const arm = await withAz({})
    expect(await arm.signIn()).toEqual({ ok: true, value: { kind: 'cli', clientId, tenantId, objectId } })
    expect(await arm.virtualNetwork(network.id)).toMatchObject({ ok: true, value: { found: true } })
    const calls = await readAzCalls(folder)
    expect(calls.map(({ args }) => args.join(' '))).toEqual([
      `account get-access-token --output json --resource ${lab.server.url}`,
    ])
    expect(calls[0]?.cwd).toBe(process.platform === 'win32' ? process.env['SystemRoot'] : '/')
  })

  it('gets another for SQL servers, only when one asks', async () => {
    const arm = await withAz({})
    const sqlToken = await arm.sqlToken()
    expect(sqlToken).toMatchObject({ ok: true, value: { account: objectId } })
    expect(state.sqlTokens.has(sqlToken.ok ? sqlToken.value.token.reveal() : '')).toBe(true)
    await arm.sqlToken()
    expect((await readAzCalls(folder)).map(({ args }) => args.at(-1))).toEqual([
      lab.server.url,
      `https://${LAB_SQL_SUFFIX}`,
    ])
  })

  it.each([
    [{ tenantId }, ['--tenant', tenantId]],
    [{ subscriptionId: LAB_SUBSCRIPTION }, ['--subscription', LAB_SUBSCRIPTION]],
    // Of the two it takes one alone, and the subscription names the account, too.
    [{ tenantId, subscriptionId: LAB_SUBSCRIPTION }, ['--subscription', LAB_SUBSCRIPTION]],
  ])('asks for the account of %j', async (credential, options) => {
    expect(await (await withAz({}, credential)).signIn()).toMatchObject({ ok: true })
    expect((await readAzCalls(folder))[0]?.args.slice(-2)).toEqual(options)
  })

  it('does not use a token of another tenant', async () => {
    const arm = await withAz({}, { tenantId: ELSEWHERE, subscriptionId: LAB_SUBSCRIPTION })
    expect(await arm.signIn()).toMatchObject(
      failed('auth', new RegExp(`tenant ${tenantId}.*tenant-id is ${ELSEWHERE}`)),
    )
    expect(await arm.virtualNetwork(network.id)).toMatchObject({ ok: false })
    expect(await arm.sqlToken()).toMatchObject({ ok: false })
  })

  it('does not ask it for a token of another cloud than the one that gets it', async () => {
    for (const audience of ['https://management.azure.com', 'https://vault.azure.net/']) {
      const arm = await withAz({}, {}, { cloud: { ...lab.cloud, scope: `${audience}/.default` } })
      expect(await arm.signIn()).toMatchObject(failed('untrusted-host', /for another host is not sent there/))
    }
    expect(await readAzCalls(folder)).toEqual([])
  })

  it('says its tokens as secrets before they are used', async () => {
    const learned: string[] = []
    const arm = await withAz({}, {}, { learnSecret: (secret) => void learned.push(secret.reveal()) })
    await arm.signIn()
    expect(learned).toEqual([expect.stringMatching(/^eyJ/)])
  })

  it('asks again when a token is about to end, once for all who ask', async () => {
    const arm = await withAz({ expiresOn: Math.floor(Date.now() / 1000) + 60 })
    await arm.signIn()
    await Promise.all([
      arm.virtualNetwork(network.id),
      arm.networkSecurityGroup(network.id),
      arm.routeTable(network.id),
    ])
    expect((await readAzCalls(folder)).length).toBe(2)
  })
})

describe('an Azure CLI that gives no token', () => {
  it('is not there', async () => {
    const arm = lab.arm({ credential: { kind: 'cli' }, env: { PATH: folder } })
    const refused = await arm.signIn()
    expect(refused).toMatchObject(failed('no-credential', /no az on the PATH of this runner. Next: /))
    expect(refused).toMatchObject({ failure: { missing: expect.stringContaining('client-id and tenant-id') } })
  })

  const trace = '\r\nTrace ID: 1a Correlation ID: 2b Timestamp: 2026-11-26 10:00:00Z'
  it.each([
    ["Please run 'az login' to setup account.", 'no-credential', /it is not logged in. Next: az login/],
    ["No subscription found. Run 'az account set' to select a subscription.", 'no-credential', /not logged in/],
    [
      `Subscription '${LAB_SUBSCRIPTION}' not found. Check the spelling and casing and try again.`,
      'no-credential',
      /no account that it is logged in to has the subscription/,
    ],
    ["Tenant shouldn't be specified for managed identity account", 'missing-input', /leave out the input tenant-id/],
    [
      `AADSTS700082: The refresh token has expired due to inactivity. The token was issued on 2026-01-01 and was inactive for 90.00:00:00.${trace}\nInteractive authentication is needed. Please run:\naz login`,
      'auth',
      /AADSTS700082: the sign-in that was kept has ended.*sign in again.*inactive for 90/,
    ],
    [
      `AADSTS50076: Due to a configuration change made by your administrator, you must use multi-factor authentication.${trace}`,
      'auth',
      /AADSTS50076: a second factor is asked for.*auth-type oidc or secret/,
    ],
    [
      `AADSTS50034: The user account {EUII Hidden} does not exist in the directory.${trace}`,
      'auth',
      /does not exist in this tenant/,
    ],
    [`AADSTS90002: Tenant '${ELSEWHERE}' not found.${trace}`, 'auth', /the tenant does not exist in this cloud/],
    [`AADSTS123456: Something new.${trace}`, 'auth', /AADSTS123456: the sign-in was refused/],
    [
      "HTTPSConnectionPool(host='login.microsoftonline.com', port=443): Max retries exceeded with url: /x (Caused by SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]')))",
      'tls',
      /does not trust the certificate.*REQUESTS_CA_BUNDLE/,
    ],
    [
      "HTTPSConnectionPool(host='login.microsoftonline.com', port=443): Max retries exceeded (Caused by NameResolutionError: Failed to resolve: [Errno -2] Name or service not known)",
      'dns',
      /cannot resolve/,
    ],
    ['Max retries exceeded (Caused by NewConnectionError: Connection refused)', 'unreachable', /does not reach/],
    [
      'The command failed with an unexpected error.',
      'protocol',
      /ended with 1 and gave no token. Next: run az account get-access-token/,
    ],
  ])('%s', async (stderr, kind, message) => {
    const refused = await (await withAz({ stderr })).signIn()
    expect(refused).toMatchObject(failed(kind, message))
    expect(JSON.stringify(refused)).not.toContain('Trace ID')
    if (kind === 'no-credential') expect(refused).toMatchObject({ failure: { scripts: [{ code: 'az login' }] } })
  })

  it.each([
    ['nothing', ''],
    ['no JSON', 'hello'],
    ['JSON without a token', '{"tokenType":"Bearer"}'],
    ['a token of a wrong type', '{"accessToken":7}'],
  ])('says %s', async (_, stdout) => {
    expect(await (await withAz({ stdout })).signIn()).toMatchObject(failed('protocol', /is no token. Next: run az/))
  })

  it('never shows what stood on standard output, nor a token on standard error', async () => {
    const token = lab.server.issueToken('x')
    const refused = await (await withAz({ stdout: `{"accessToken": "${token}`, exitCode: 0 })).signIn()
    const other = await (await withAz({ stderr: `Unexpected: ${token}` })).signIn()
    expect(JSON.stringify([refused, other])).not.toContain(token.slice(0, 40))
  })

  it('takes too long: it is ended with all that it started, and soon', async () => {
    const start = performance.now()
    const refused = await (await withAz({ hangSeconds: 30 }, {}, { timeoutMs: 1_500 })).signIn()
    expect(refused).toMatchObject(failed('timeout', /no token within 1.5 s, so it was ended. Next: run az account/))
    expect(performance.now() - start).toBeLessThan(4_000)
    await expectNoProcess()
  })

  it('is ended with the run', async () => {
    const stop = new AbortController()
    const signingIn = (await withAz({ hangSeconds: 30 }, {}, { signal: stop.signal })).signIn()
    await waitForCall()
    stop.abort()
    expect(await signingIn).toMatchObject(failed('cancelled', /before the Azure CLI had answered/))
    await expectNoProcess()
  })

  it('writes without end', async () => {
    const arm = await withAz({ stdout: 'x'.repeat(2_000_000) })
    expect(await arm.signIn()).toMatchObject(failed('protocol', /wrote without end/))
  })

  it('gets no value that a shell would read', async () => {
    const arm = await withAz({}, { tenantId: 'x & calc' })
    expect(await arm.signIn()).toMatchObject(failed('missing-input', /"x & calc"/))
    expect(await readAzCalls(folder)).toEqual([])
  })
})

async function waitForCall(): Promise<void> {
  while ((await readAzCalls(folder)).length === 0) await sleep(20)
}

/** The script in the folder runs in a process of its own, as the Azure CLI's Python does. */
async function expectNoProcess(): Promise<void> {
  if (process.platform === 'win32') return
  const list = (): string => execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
  for (let tries = 0; tries < 50 && list().includes(join(folder, 'az.cjs')); tries += 1) await sleep(20)
  expect(list()).not.toContain(join(folder, 'az.cjs'))
}

describe('how it is started', () => {
  it('with the cloud that is meant, without telemetry, and without what is meant for this action', () => {
    const env = {
      HOME: '/home/r',
      'INPUT_CLIENT-SECRET': 'x',
      ACTIONS_RUNTIME_TOKEN: 'y',
      GITHUB_TOKEN: 'z',
      AZURE_CONFIG_DIR: '/c',
    }
    for (const [name, cloud] of [
      ['azurecloud', 'AzureCloud'],
      ['azureusgovernment', 'AzureUSGovernment'],
      ['azurechinacloud', 'AzureChinaCloud'],
    ] as const) {
      expect(cliEnvironment(env, name)).toEqual({
        HOME: '/home/r',
        AZURE_CONFIG_DIR: '/c',
        AZURE_CORE_COLLECT_TELEMETRY: 'false',
        AZURE_CORE_NO_COLOR: 'true',
        AZURE_CORE_ONLY_SHOW_ERRORS: 'true',
        AZURE_CLOUD_NAME: cloud,
      })
    }
    expect(cliEnvironment({ ...env, AZURE_CLOUD_NAME: 'Stack' }, 'Stack')['AZURE_CLOUD_NAME']).toBe('Stack')
  })

  it('on Windows by the command interpreter, from absolute folders of the PATH alone', () => {
    const env = { Path: String.raw`.;tools;C:\a b\wbin;C:\100%\wbin`, SYSTEMROOT: String.raw`D:\Win` }
    const args = ['account', 'get-access-token']
    const asked: string[] = []
    const isFile = (file: string): boolean => {
      asked.push(file)
      return file.endsWith(String.raw`a b\wbin\az.cmd`)
    }
    expect(azCommand('win32', env, args, isFile)).toEqual({
      program: String.raw`D:\Win\System32\cmd.exe`,
      args: ['/d', '/s', '/v:off', '/c', String.raw`""C:\a b\wbin\az.cmd" account get-access-token"`],
      isVerbatim: true,
    })
    expect(asked).toEqual([String.raw`C:\a b\wbin\az.cmd`])
    expect(azCommand('win32', env, args, () => false)).toBeUndefined()
    expect(azCommand('win32', env, args, (file) => file.endsWith('az.exe'))).toEqual({
      program: String.raw`C:\a b\wbin\az.exe`,
      args,
    })
  })

  it('elsewhere as it is', () => {
    expect(azCommand('linux', {}, ['version'])).toEqual({ program: 'az', args: ['version'] })
  })
})
