import { writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Json, JsonObject } from '../../src/domain/json.ts'
import type { AzureServer } from './server.ts'
import type { AzureState } from './state.ts'

/** A virtual machine, App Service (whose form others have taken over), or a server of one's own with Azure Arc. */
export type IdentityForm = 'imds' | 'app-service' | 'arc'

export interface IdentityOptions {
  form: IdentityForm
  /** Client ids of the identities that the machine has; default: the one of the state, as its own. */
  assigned?: readonly string[]
  /** Arc: the folder in which the agent puts its keys. */
  keys?: string
  /** Where it listens; default: 127.0.0.1 and a port of the system's choice. */
  listen?: { host: string; port: number }
  /** Stands in for the usual answer; `silent` takes a connection and says nothing. */
  fault?: { status: number; body?: Json; headers?: Readonly<Record<string, string>> } | 'silent'
}

export interface IdentityServer {
  url: string
  /** What the runner's environment holds on such a machine. */
  env: Record<string, string>
  requests: { path: string; resource: string | null; clientId: string | null }[]
  close(): Promise<void>
}

const TOKEN_PATH = '/metadata/identity/oauth2/token'
const HEADER = 'lab-identity-header-5f2c'

/** The service on this machine or its host that gives tokens for the machine's identity, over plain HTTP as in reality. */
export async function startIdentityEndpoint(
  azure: Pick<AzureServer, 'issueToken'>,
  state: AzureState,
  options: IdentityOptions,
): Promise<IdentityServer> {
  const requests: IdentityServer['requests'] = []
  const server = createServer((request, response) => {
    void answer(request, response)
  })
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1')
    const [resource, clientId] = [url.searchParams.get('resource'), url.searchParams.get('client_id')]
    requests.push({ path: url.pathname, resource, clientId })
    const send = (status: number, body: Json, headers = {}): void => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers })
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
    }
    const { fault } = options
    if (fault === 'silent') return
    if (fault !== undefined) {
      send(fault.status, fault.body ?? '', fault.headers)
      return
    }
    const challenge = options.form === 'arc' ? await challengeArc(request, options.keys ?? '') : undefined
    if (challenge !== undefined) {
      send(401, '', { 'www-authenticate': challenge })
      return
    }
    const refusal = refuse(options.form, request, url)
    if (refusal !== undefined) send(refusal.status, refusal.body)
    else {
      const { status, body } = giveToken(azure, state, options, resource ?? '', clientId)
      send(status, body)
    }
  }
  const { host, port } = options.listen ?? { host: '127.0.0.1', port: 0 }
  await new Promise<void>((resolve) => server.listen(port, host, resolve))
  const url = `http://${host}:${String((server.address() as AddressInfo).port)}`
  return {
    url,
    env: environmentOf(options.form, url),
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
}

function environmentOf(form: IdentityForm, url: string): Record<string, string> {
  switch (form) {
    case 'imds':
      return { AZURE_POD_IDENTITY_AUTHORITY_HOST: url }
    case 'app-service':
      return { IDENTITY_ENDPOINT: `${url}/msi/token`, IDENTITY_HEADER: HEADER }
    case 'arc':
      return { IDENTITY_ENDPOINT: `${url}${TOKEN_PATH}`, IMDS_ENDPOINT: url }
  }
}

/** The agent writes a key that only its group may read, and takes whoever knows it. */
async function challengeArc({ headers }: IncomingMessage, keys: string): Promise<string | undefined> {
  const key = 'bGFiLWFyYy1rZXk'
  if (headers.authorization === `Basic ${key}`) return undefined
  const file = join(keys, 'lab.key')
  await writeFile(file, key).catch(() => undefined)
  return `Basic realm=${file}`
}

function refuse(
  form: IdentityForm,
  { headers }: IncomingMessage,
  { pathname, searchParams }: URL,
): { status: number; body: JsonObject } | undefined {
  const version = searchParams.get('api-version')
  const invalid = (words: string) => ({ status: 400, body: { error: 'invalid_request', error_description: words } })
  if (form === 'app-service') {
    if (headers['x-identity-header'] !== HEADER)
      return { status: 401, body: { statusCode: 401, message: 'Unauthorized' } }
    return pathname === '/msi/token' && version === '2019-08-01' ? undefined : invalid('Bad request')
  }
  if (headers['metadata'] !== 'true') return invalid('Required metadata header not specified')
  const expected = form === 'arc' ? '2020-06-01' : '2018-02-01'
  return pathname === TOKEN_PATH && version === expected ? undefined : invalid(`api-version or path is not supported`)
}

function giveToken(
  azure: Pick<AzureServer, 'issueToken'>,
  state: AzureState,
  { form, assigned = [state.clientId] }: IdentityOptions,
  resource: string,
  clientId: string | null,
): { status: number; body: JsonObject } {
  const invalid = (words: string) => ({ status: 400, body: { error: 'invalid_request', error_description: words } })
  if (clientId === null && assigned.length > 1) {
    return invalid(
      'Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request',
    )
  }
  const appid = assigned.find((one) => clientId === null || one.toLowerCase() === clientId.toLowerCase())
  if (appid === undefined) {
    return form === 'app-service'
      ? {
          status: 400,
          body: {
            statusCode: 400,
            message:
              'No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.',
          },
        }
      : invalid('Identity not found')
  }
  const expiresOn = Math.floor(Date.now() / 1000) + 86_399
  return {
    status: 200,
    body: {
      access_token: azure.issueToken(`${resource}/.default`, { appid }),
      client_id: appid,
      expires_in: '86399',
      expires_on: String(expiresOn),
      ext_expires_in: '86399',
      resource,
      token_type: 'Bearer',
    },
  }
}
