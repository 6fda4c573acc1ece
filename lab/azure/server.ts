import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Json } from '../../src/domain/json.ts'
import { armError, unauthorized, type Answer } from './answers.ts'
import { createLogin, type Login } from './login.ts'
import { answerAdminRules, answerArm, answerRuntimeNodes } from './resource-manager.ts'
import { answerValidateIr } from './validate-ir.ts'
import { LAB_SQL_SUFFIX, type AzureState, type Fault } from './state.ts'

export interface AzureRequest {
  method: string
  /** Without the query. */
  path: string
  query: string
  /** Milliseconds since the epoch. */
  at: number
}

export interface AzureServer {
  /** Origin of sign-in and Azure Resource Manager: `https://localhost:<port>`. */
  url: string
  port: number
  requests: AzureRequest[]
  /** A token that the server takes, for those who do not ask the sign-in service themselves. */
  issueToken: Login['issue']
  close(): Promise<void>
}

/** A small Azure on loopback: sign-in, cloud metadata and Azure Resource Manager under one origin. */
export async function startAzure(
  state: AzureState,
  tls: { key: string; cert: string },
  listenPort = 0,
): Promise<AzureServer> {
  const requests: AzureRequest[] = []
  const login = createLogin(state)
  let origin = ''
  const server = createTlsServer(tls, (request, response) => {
    const url = new URL(request.url ?? '/', origin)
    requests.push({ method: request.method ?? '', path: url.pathname, query: url.search, at: Date.now() })
    respond(state, login, url, request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(listenPort, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  origin = `https://localhost:${String(port)}`
  return {
    url: origin,
    port,
    requests,
    issueToken: login.issue,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
}

async function respond(
  state: AzureState,
  login: Login,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const sent = await readText(request)
  const fault = takeFault(state, url.pathname)
  if (fault?.delayMs !== undefined) await sleep(fault.delayMs, undefined, { ref: false })
  const { status, body, headers } =
    fault === undefined ? await answer(state, login, url, request, sent) : faultAnswer(fault)
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
  response.end(text)
}

async function answer(
  state: AzureState,
  login: Login,
  url: URL,
  request: IncomingMessage,
  sent: string,
): Promise<Answer> {
  const method = request.method ?? ''
  if (url.pathname === '/metadata/endpoints') return metadataAnswer(state, url)
  const signIn = login.answer(method, url.pathname, new URLSearchParams(sent), url.origin)
  if (signIn !== undefined) return signIn
  if (!login.accepts(request.headers.authorization)) return unauthorized()
  const own = state.standIn?.({ method, url, body: sent })
  if (own !== undefined) return own
  const rules = method === 'POST' ? (answerAdminRules(state, url, sent) ?? answerRuntimeNodes(state, url)) : undefined
  if (rules !== undefined) return rules
  const tested = await answerValidateIr(state, method, url, sent)
  if (tested !== undefined) return tested
  if (method !== 'GET') return armError(405, 'MethodNotAllowed', 'The lab is read only.')
  return answerArm(state, url)
}

function metadataAnswer(state: AzureState, url: URL): Answer {
  const version = url.searchParams.get('api-version') ?? ''
  if (!['2022-09-01', '2023-11-01'].includes(version)) {
    return armError(400, 'InvalidApiVersionParameter', `The api-version '${version}' is invalid.`)
  }
  return { status: 200, body: state.metadata?.(url.origin) ?? cloudMetadata(url.origin, state.sqlSuffix) }
}

/** What Azure's own endpoint answers, with every host replaced. */
export function cloudMetadata(origin: string, sqlSuffix = LAB_SQL_SUFFIX): Json {
  return {
    portal: `${origin}/portal`,
    authentication: {
      loginEndpoint: `${origin}/`,
      audiences: [`${origin}/`],
      tenant: 'common',
      identityProvider: 'AAD',
    },
    name: 'LabCloud',
    suffixes: { sqlServerHostname: sqlSuffix, storage: 'core.lab.example' },
    resourceManager: `${origin}/`,
  }
}

function takeFault(state: AzureState, path: string): Fault | undefined {
  const fault = state.faults?.find(({ match, times }) => times !== 0 && new RegExp(match, 'i').test(path))
  if (fault?.times !== undefined) fault.times -= 1
  return fault
}

function faultAnswer({ status, body = '', headers = {} }: Fault): Answer {
  return { status, body, headers }
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
