import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readAzCalls, writeFakeAz } from '../../../lab/azure/fake-az.ts'

// Each cloud of Azure is asked through a proxy on this machine, which lets nobody out and writes down where to: no packet
// leaves the machine, and no host can be asked without being noticed.
const SCRIPT = `
const [arm, clouds, secrets] = await Promise.all(
  ['adapters/arm/arm-port.ts', 'adapters/arm/clouds.ts', 'domain/secret.ts'].map((file) => import(process.env.SOURCES + file)))
const cloud = await clouds.readCloud(process.env.CLOUD, () => Promise.reject(new Error('nobody is asked for a built-in cloud')))
const ids = { clientId: '00000000-0000-4000-8000-000000000001', tenantId: '00000000-0000-4000-8000-000000000002' }
const credential = {
  secret: { kind: 'secret', ...ids, clientSecret: new secrets.Secret('S', 'x') },
  cli: { kind: 'cli' },
}[process.env.KIND]
const port = arm.createArmPort({ cloud: cloud.value, credential, env: process.env, timeoutMs: 5000, signal: new AbortController().signal })
const id = '/subscriptions/00000000-0000-4000-8000-000000000003/resourceGroups/rg/providers/'
await port.signIn()
await port.sqlToken()
console.log(JSON.stringify([await port.virtualNetwork(id + 'Microsoft.Network/virtualNetworks/v'), await port.sqlServer(id + 'Microsoft.Sql/servers/s')]))
`

let proxy: Server
let asked: string[] = []
let folder: string
beforeAll(async () => {
  proxy = createServer((request, response) => {
    asked.push(`${request.method ?? ''} ${request.url ?? ''}`)
    response.writeHead(502).end()
  }).on('connect', (request, socket) => {
    asked.push(request.url ?? '')
    socket.end('HTTP/1.1 502 Nobody\r\n\r\n')
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  folder = await mkdtemp(join(tmpdir(), 'dms-preflight-clouds-'))
})
afterEach(() => {
  asked = []
})
afterAll(async () => {
  proxy.close()
  await rm(folder, { recursive: true })
})

function play(cloud: string, kind: string): Promise<unknown> {
  const url = `http://127.0.0.1:${String((proxy.address() as AddressInfo).port)}`
  const env = {
    PATH: folder,
    SystemRoot: process.env['SystemRoot'],
    SOURCES: pathToFileURL(join(import.meta.dirname, '../../')).href,
    CLOUD: cloud,
    KIND: kind,
    HTTPS_PROXY: url,
    HTTP_PROXY: url,
  }
  const args = ['--no-warnings', '--input-type=module', '-e', SCRIPT]
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { env }, (error, stdout, stderr) => {
      if (error === null) resolve(JSON.parse(stdout))
      else reject(new Error(stderr, { cause: error }))
    })
  })
}

describe.each([
  ['AzureCloud', 'login.microsoftonline.com', 'management.azure.com', 'database.windows.net'],
  ['AzureUSGovernment', 'login.microsoftonline.us', 'management.usgovcloudapi.net', 'database.usgovcloudapi.net'],
  ['AzureChinaCloud', 'login.partner.microsoftonline.cn', 'management.chinacloudapi.cn', 'database.chinacloudapi.cn'],
])('%s', (name, authority, resourceManager, sqlSuffix) => {
  it('gets an application its tokens from its own sign-in service alone', async () => {
    expect(await play(name, 'secret')).toMatchObject([{ ok: false }, { ok: false }])
    expect([...new Set(asked)]).toEqual([`${authority}:443`])
  })

  it('is asked for by the Azure CLI, and gets its token at its own Resource Manager alone', async () => {
    const tokens = { [`https://${resourceManager}`]: 'eyJhcm0.x.y', [`https://${sqlSuffix}`]: 'eyJzcWw.x.y' }
    await writeFakeAz(folder, { tokens })
    expect(await play(name, 'cli')).toMatchObject([{ ok: false }, { ok: false }])
    expect([...new Set(asked)]).toEqual([`${resourceManager}:443`])
    const calls = (await readAzCalls(folder)).slice(-2)
    expect(calls.map(({ args }) => args.at(-1))).toEqual([`https://${resourceManager}`, `https://${sqlSuffix}`])
    expect(calls.map(({ env }) => env['AZURE_CLOUD_NAME'])).toEqual([name, name])
  })
})
