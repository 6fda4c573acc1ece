// One hostile server for each way in which the other side can send a credential on; whoever stands there sees nothing.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { openAzure, type AzureLab } from '../../lab/azure/connect.ts'
import { sqlServer } from '../../lab/azure/data-resources.ts'
import { azureState } from '../../lab/azure/state.ts'
import { startSqlBrowser } from '../../lab/browser.ts'
import { createAuthority, type Authority } from '../../lab/certificates.ts'
import { startGitHub } from '../../lab/github.ts'
import { startIdTokenIssuer } from '../../lab/github/id-token.ts'
import { startTdsServer } from '../../lab/tds/server.ts'
import { createMetadataFetch } from '../../src/adapters/arm/cloud-metadata.ts'
import { readCloud } from '../../src/adapters/arm/clouds.ts'
import { createBlobPort } from '../../src/adapters/blob/blob-port.ts'
import { createGitHubPort } from '../../src/adapters/github/github-port.ts'
import { createNetPort } from '../../src/adapters/net/net-port.ts'
import { createSqlPort } from '../../src/adapters/sql/sql-port.ts'
import type { Observed } from '../../src/domain/observed.ts'
import { Secret } from '../../src/domain/secret.ts'

const SIGNAL = new AbortController().signal
const TERMS = { timeoutMs: 3000, signal: SIGNAL }
const SERVER = sqlServer({ resourceGroup: 'rg' }, 'sql')
const STATE = azureState([SERVER])

const closers: (() => unknown)[] = []
let authority: Authority
let azure: AzureLab
/** Counts who comes, whatever they speak. */
let thief: { server: Server; port: number; visits: number }

beforeAll(async () => {
  authority = await createAuthority()
  azure = await openAzure(STATE)
  const server = createServer((socket) => {
    thief.visits += 1
    socket.destroy()
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  thief = { server, port: (server.address() as AddressInfo).port, visits: 0 }
})
afterAll(async () => {
  await azure.server.close()
  thief.server.close()
})
afterEach(async () => {
  STATE.faults = []
  delete STATE.metadata
  for (const close of closers.splice(0)) await close()
})

const away = (scheme: 'http' | 'https'): string => `${scheme}://127.0.0.1:${String(thief.port)}/next`

async function listening(server: Server): Promise<number> {
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  closers.push(() => server.close())
  return (server.address() as AddressInfo).port
}

/** What the hostile side saw: it has to have been asked, or the row shows nothing. */
interface Outcome {
  /** Absent where an answer is taken, without what leads elsewhere in it. */
  answer?: Observed<unknown>
  asked: number
}

async function tdsRouting(): Promise<Outcome> {
  const server = await startTdsServer({
    serverName: 'SQL01',
    authenticate: () => ({ routeTo: { host: '127.0.0.1', port: thief.port } }),
    answer: () => ({}),
  })
  const secrets = new Map([['P', new Secret('P', 'S3cr3t-Pass!')]])
  const readCa = () => Promise.reject(new Error('no file'))
  const sql = createSqlPort({ ...TERMS, secrets, readCa, routingSuffixes: ['.database.windows.net'] })
  closers.push(
    () => sql.close(),
    () => server.close(),
  )
  const answer = await sql.logIn(
    {
      host: 'sql01.corp.example',
      address: '127.0.0.1',
      port: server.port,
      login: { kind: 'sql', user: 'dms', password: { secret: 'P' } },
      tls: { encrypt: 'off', trustServerCertificate: false },
      askedBy: { id: 'source/login-is-accepted', subject: 'sales' },
    },
    'master',
  )
  return { answer, asked: server.logins.length }
}

/** Its answer holds the name of a server; only the port of the asked host counts. */
async function browserReply(): Promise<Outcome> {
  const instances = [{ name: 'ERP', version: '16.0.1.1', tcpPort: 50_999, np: String.raw`\\127.0.0.1\pipe\sql` }]
  const browser = await startSqlBrowser({ serverName: `127.0.0.1:${String(thief.port)}`, instances })
  closers.push(() => browser.close())
  const net = createNetPort({ ...TERMS, browserPort: browser.port })
  const answer = await net.browse('127.0.0.1', 'ERP')
  const told = answer.ok && answer.value.outcome === 'answered' ? answer.value : undefined
  expect(told).toMatchObject({ address: '127.0.0.1', instance: { instanceName: 'ERP', tcpPort: 50_999 } })
  expect(JSON.stringify(told)).not.toContain(String(thief.port))
  return { asked: browser.requests.length }
}

async function azureFault(match: string, fault: object): Promise<Outcome> {
  STATE.faults = [{ match, status: 200, ...fault }]
  const before = azure.server.requests.length
  const answer = await azure.arm().sqlFirewallRules(SERVER.id)
  return { answer, asked: azure.server.requests.length - before }
}

async function metadata(): Promise<Outcome> {
  const before = azure.server.requests.length
  const answer = await readCloud(azure.server.url, createMetadataFetch({ ...TERMS, ca: azure.ca }))
  return { answer, asked: azure.server.requests.length - before }
}

async function idTokens(): Promise<Outcome> {
  const issuer = await startIdTokenIssuer(await authority.issue({ names: ['localhost'] }))
  closers.push(() => issuer.close())
  issuer.options = { fault: { status: 307, headers: { location: away('https') } } }
  const request = { url: issuer.url, token: new Secret('ACTIONS_ID_TOKEN_REQUEST_TOKEN', issuer.requestToken) }
  const credential = { kind: 'oidc' as const, clientId: STATE.clientId, tenantId: STATE.tenantId, request }
  const answer = await azure.arm({ credential, ca: `${azure.ca}\n${authority.certificate}` }).signIn()
  return { answer, asked: issuer.audiences.length }
}

async function machineIdentity(): Promise<Outcome> {
  let asked = 0
  const port = await listening(
    createHttpServer((_, response) => {
      asked += 1
      response.writeHead(307, { location: away('http') }).end()
    }),
  )
  const env = { IDENTITY_ENDPOINT: `http://127.0.0.1:${String(port)}/msi/token`, IDENTITY_HEADER: 'header-secret' }
  const answer = await azure.arm({ credential: { kind: 'managed-identity' }, env }).signIn()
  return { answer, asked }
}

async function gitHub(write: boolean): Promise<Outcome> {
  const lab = await startGitHub({ faults: [{ match: /./, status: 307, headers: { location: away('http') } }] })
  closers.push(() => lab.close())
  const token = new Secret('github-token', 'ghs_lab')
  const port = createGitHubPort({ ...TERMS, token, apiUrl: lab.url, repository: 'acme/db', firstPauseMs: 5 })
  const answer = write ? await port.createComment(7, 'x') : await port.readFile('a.yml', 'main')
  return { answer, asked: lab.requests.length }
}

async function blob(write: boolean): Promise<Outcome> {
  let asked = 0
  const tls = await authority.issue({ names: ['localhost', '127.0.0.1'] })
  const port = await listening(
    createHttpsServer(tls, (_, response) => {
      asked += 1
      response.writeHead(307, { location: away('https') }).end()
    }),
  )
  const sas = 'sv=2023-11-03&sr=c&sp=rwdl&se=2099-01-01T00%3A00%3A00Z&spr=https&sig=c2lnbmF0dXJl'
  const secrets = new Map([['BACKUP_SAS', new Secret('BACKUP_SAS', sas)]])
  const blobs = createBlobPort({ ...TERMS, secrets, writes: true, ca: authority.certificate })
  closers.push(() => blobs.close())
  const container = {
    name: 'default',
    url: `https://127.0.0.1:${String(port)}/stmig/backups`,
    sas: { secret: 'BACKUP_SAS' },
    location: { path: 'm.yml', line: 1, column: 1 },
  }
  return { answer: write ? await blobs.probeWrite(container) : await blobs.list(container), asked }
}

const ROWS: Readonly<Record<string, () => Promise<Outcome>>> = {
  'TDS routing': tdsRouting,
  'an answer of SQL Server Browser': browserReply,
  'a link of Azure to the next page': () =>
    azureFault('/firewallRules$', { body: { value: [], nextLink: away('https') } }),
  'a redirect of Azure': () => azureFault('/firewallRules$', { status: 307, headers: { location: away('https') } }),
  'a redirect of the sign-in service': () =>
    azureFault('/oauth2/', { status: 307, headers: { location: away('https') } }),
  'a redirect of the metadata of a cloud': () => {
    STATE.faults = [{ match: '/metadata/', status: 307, headers: { location: away('https') } }]
    return metadata()
  },
  'metadata that name another sign-in service': () => {
    STATE.metadata = (origin) => ({
      name: 'lab',
      resourceManager: origin,
      authentication: { loginEndpoint: away('https'), audiences: [origin], tenant: 'common' },
      suffixes: { sqlServerHostname: 'database.windows.net' },
    })
    return metadata()
  },
  "a redirect of GitHub's ID token service": idTokens,
  'a redirect of the managed identity endpoint': machineIdentity,
  'a redirect of GitHub, reading': () => gitHub(false),
  'a redirect of GitHub, writing': () => gitHub(true),
  'a redirect of blob storage, reading': () => blob(false),
  'a redirect of blob storage, writing': () => blob(true),
}

// A referral of DFS is refused in src/adapters/smb/access.test.ts, by a real Samba that gives one.
describe('a credential is not led elsewhere by', () => {
  it.each(Object.keys(ROWS))('%s', async (way) => {
    const outcome = await ROWS[way]?.()
    expect(outcome?.asked).toBeGreaterThan(0)
    if (outcome?.answer !== undefined) {
      const kind: unknown = expect.stringMatching(/^(untrusted-host|protocol)$/)
      expect(outcome.answer).toMatchObject({ ok: false, failure: { kind } })
    }
    expect(thief.visits).toBe(0)
  })

  it('and whoever stands there would have been seen', async () => {
    await createNetPort(TERMS).connect('127.0.0.1', thief.port)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(thief.visits).toBe(1)
  })
})
