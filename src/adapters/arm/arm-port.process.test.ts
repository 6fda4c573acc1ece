import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { openAzure, type AzureLab } from '../../../lab/azure/connect.ts'
import { sqlServer } from '../../../lab/azure/data-resources.ts'
import { virtualNetwork } from '../../../lab/azure/network-resources.ts'
import { azureState } from '../../../lab/azure/state.ts'

const PLACE = { resourceGroup: 'rg' }
const server = sqlServer(PLACE, 'sql')
const network = virtualNetwork(PLACE, 'vnet', { prefixes: ['10.0.0.0/16'], subnets: [] })
const state = azureState([server, network])

/** What main does: nothing is passed that would make it trust the server. */
const SCRIPT = `
const [arm, clouds, metadata, secrets] = await Promise.all(
  ['adapters/arm/arm-port.ts', 'adapters/arm/clouds.ts', 'adapters/arm/cloud-metadata.ts', 'domain/secret.ts'].map((file) => import(process.env.SOURCES + file)))
const signal = new AbortController().signal
const cloud = await clouds.readCloud(process.env.ENVIRONMENT, metadata.createMetadataFetch({ timeoutMs: 5000, signal }))
if (!cloud.ok) console.log(JSON.stringify(cloud))
else {
  const credential = { kind: 'secret', clientId: process.env.CLIENT, tenantId: process.env.TENANT, clientSecret: new secrets.Secret('S', process.env.SECRET) }
  const port = arm.createArmPort({ cloud: cloud.value, credential, timeoutMs: 5000, signal })
  console.log(JSON.stringify([await port.signIn(), await port.sqlServer(process.env.SERVER), await port.virtualNetwork(process.env.NETWORK)]))
}
`

let lab: AzureLab
let folder: string
beforeAll(async () => {
  lab = await openAzure(state)
  folder = await mkdtemp(join(tmpdir(), 'dms-preflight-'))
  await writeFile(join(folder, 'ca.pem'), lab.ca)
})
afterAll(async () => {
  await lab.server.close()
  await rm(folder, { recursive: true })
})

function run(extra: Record<string, string>): Promise<unknown> {
  const env = {
    PATH: process.env['PATH'],
    SOURCES: pathToFileURL(join(import.meta.dirname, '../../')).href,
    ENVIRONMENT: lab.server.url,
    CLIENT: state.clientId,
    TENANT: state.tenantId,
    SECRET: state.clientSecret,
    SERVER: server.id,
    NETWORK: network.id,
    ...extra,
  }
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      ['--no-warnings', '--input-type=module', '-e', SCRIPT],
      { env },
      (error, stdout, stderr) => {
        if (error === null) resolve(JSON.parse(stdout))
        else reject(new Error(stderr, { cause: error }))
      },
    )
  })
}

describe('a process of its own', () => {
  it('trusts what NODE_EXTRA_CA_CERTS names, for metadata, sign-in and both readers', async () => {
    const answers = await run({ NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') })
    expect(answers).toMatchObject([
      { ok: true, value: { objectId: state.objectId } },
      { ok: true, value: { found: true, value: { name: 'sql' } } },
      { ok: true, value: { found: true, value: { name: 'vnet' } } },
    ])
  })

  it('trusts nobody else', async () => {
    expect(await run({})).toMatchObject({ ok: false, failure: { kind: 'tls' } })
  })
})
