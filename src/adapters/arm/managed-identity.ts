import type { AccessToken } from '@azure/identity'
import type { PipelineResponse } from '@azure/core-rest-pipeline'
import { lookup } from 'node:dns/promises'
import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { isJsonObject } from '../../domain/json.ts'
import { seen, unseen, type Observed } from '../../domain/observed.ts'
import { Secret } from '../../domain/secret.ts'
import { openSocket } from '../net/open-socket.ts'
import { socketFailure } from '../net/socket-errors.ts'
import { WANTED } from './aad-errors.ts'
import { resourceOf, type GetToken, type ManagedIdentityCredential } from './credential.ts'
import { member, parseJson } from './error-body.ts'
import { arcPlaces, findIdentityEndpoint, type ArcPlaces, type IdentityEndpoint } from './identity-endpoints.ts'
import { judgeIdentityAnswer } from './identity-errors.ts'
import { HttpStatusError, ProbeError } from './probe-error.ts'
import type { SignInOptions } from './sign-in.ts'
import { readExpiry } from './token-claims.ts'

/** The endpoint is on this machine or its host: where nobody answers so soon, nobody is. */
const CONNECT_LIMIT_MS = 2_000
const ANSWER_LIMIT_MS = 10_000
/** https://learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication */
const ARC_FILE_LIMIT_BYTES = 4_096
const SHORT_LIFE_MS = 300_000

/**
 * Tokens of the identity of the machine. Not by the library's ManagedIdentityCredential, which sends secret and token
 * unencrypted through an HTTP proxy of the environment, waits without limit where nobody answers, and takes no policy.
 */
export function createIdentityTokens(
  credential: ManagedIdentityCredential,
  options: SignInOptions,
  arc: ArcPlaces = arcPlaces(process.platform, options.env),
): GetToken {
  return async (scope) => {
    const endpoint = findIdentityEndpoint(options.env, arc)
    if (!endpoint.ok) return endpoint
    for (const name of ['x-identity-header', 'secret']) learnHeader(endpoint.value.headers[name], options)
    const reached = await reach(endpoint.value, options)
    if (!reached.ok) return reached
    try {
      return await askFor(scope, { credential, endpoint: endpoint.value, arc }, options)
    } catch (error) {
      if (error instanceof ProbeError) return { ok: false, failure: error.failure }
      if (!(error instanceof HttpStatusError)) throw error
      return { ok: false, failure: judgeIdentityAnswer(error.answer, credential, endpoint.value) }
    }
  }
}

function learnHeader(value: string | undefined, { scrubber, learnSecret }: SignInOptions): void {
  if (value === undefined || value === '') return
  const secret = new Secret('the secret of the managed identity endpoint', value)
  scrubber.learn(secret)
  learnSecret(secret)
}

/** Says quickly that this machine has no such endpoint. */
async function reach(endpoint: IdentityEndpoint, { signal }: SignInOptions): Promise<Observed<true>> {
  const { hostname, protocol, port } = endpoint.url
  const number = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port)
  const addresses = await lookup(hostname.replace(/^\[|\]$/g, ''), { all: true }).catch(() => [])
  const asked = `TCP from this runner to ${endpoint.name} at ${hostname}:${String(number)}`
  // Several: the endpoint of "localhost" listens on one of its addresses only.
  const answers = await Promise.all(
    addresses.map(({ address }) => openSocket({ address, port: number, timeoutMs: CONNECT_LIMIT_MS, signal })),
  )
  for (const answer of answers) if (answer.opened) answer.socket.on('error', () => undefined).destroy()
  if (answers.some(({ opened }) => opened)) return seen(true)
  const refused = answers.find((answer) => !answer.opened)
  return noIdentity(socketFailure(refused?.opened === false ? refused.code : 'ENOTFOUND', asked))
}

function noIdentity({ kind, message }: ReturnType<typeof socketFailure>): Observed<never> {
  if (kind === 'cancelled') return unseen(kind, message)
  return unseen(
    kind,
    `${message} This runner is no Azure machine, or has no managed identity endpoint. Next: run it on one, or take another auth-type.`,
    { missing: WANTED['managed-identity'] },
  )
}

interface Question {
  credential: ManagedIdentityCredential
  endpoint: IdentityEndpoint
  arc: ArcPlaces
}

async function askFor(scope: string, question: Question, options: SignInOptions): Promise<Observed<AccessToken>> {
  const { credential, endpoint } = question
  const url = new URL(endpoint.url)
  url.searchParams.set('api-version', endpoint.apiVersion)
  url.searchParams.set('resource', resourceOf(scope))
  if (credential.clientId !== undefined) url.searchParams.set('client_id', credential.clientId)
  const send = await createSender(endpoint, options)
  const response = endpoint.isArc ? await askArc(url, send, question.arc, options) : await send(url, endpoint.headers)
  const body = parseJson(response.bodyAsText ?? '')
  const token = isJsonObject(body) ? member(body, 'access_token') : undefined
  if (!isJsonObject(body) || typeof token !== 'string' || token === '') {
    return unseen('protocol', `${endpoint.name} at ${url.host} answered with something that is no token.`)
  }
  return seen({ token, expiresOnTimestamp: readEnding(body, token) })
}

type Send = (url: URL, headers: Readonly<Record<string, string>>) => Promise<PipelineResponse>

/** A pipeline without proxy, redirects and retries of its own: the endpoint is near, and what it sends is a credential. */
async function createSender({ name, url: { origin } }: IdentityEndpoint, options: SignInOptions): Promise<Send> {
  const core = await import('@azure/core-rest-pipeline')
  const pipeline = core.createEmptyPipeline()
  if (options.tls !== undefined) pipeline.addPolicy(core.tlsPolicy(options.tls))
  pipeline.addPolicy(options.transportTo(name, origin, Math.min(options.timeoutMs, ANSWER_LIMIT_MS)))
  const client = core.createDefaultHttpClient()
  return (url, headers) =>
    pipeline.sendRequest(
      client,
      core.createPipelineRequest({
        url: url.href,
        headers: core.createHttpHeaders({ accept: 'application/json', ...headers }),
        allowInsecureConnection: true,
      }),
    )
}

async function askArc(url: URL, send: Send, arc: ArcPlaces, options: SignInOptions): Promise<PipelineResponse> {
  const headers = { metadata: 'true' }
  try {
    return await send(url, headers)
  } catch (error) {
    const file = error instanceof HttpStatusError && error.answer.status === 401 ? challengeOf(error) : undefined
    if (file === undefined) throw error
    const key = await readArcKey(file, arc)
    learnHeader(key, options)
    return send(url, { ...headers, authorization: `Basic ${key}` })
  }
}

function challengeOf({ answer }: HttpStatusError): string | undefined {
  return /^Basic realm=(.+)$/i.exec(answer.challenge ?? '')?.[1]?.trim()
}

/** Only a key file in the agent's own folder is read: whoever answers must not choose another file of this machine. */
async function readArcKey(file: string, { tokens }: ArcPlaces): Promise<string> {
  if (path.dirname(path.resolve(file)) !== path.resolve(tokens) || !file.endsWith('.key')) {
    throw new ProbeError({
      kind: 'untrusted-host',
      message: 'Azure Arc named a file that is no key of its agent, so it was not read.',
    })
  }
  try {
    if ((await stat(file)).size > ARC_FILE_LIMIT_BYTES) throw new Error('too large')
    return await readFile(file, 'utf8')
  } catch {
    throw new ProbeError({
      kind: 'forbidden',
      message: `The key of the Azure Arc agent in ${tokens} cannot be read by the account that runs this runner.`,
      missing: 'membership of that account in the group himds (Linux) or Hybrid Agent Extension Applications (Windows)',
    })
  }
}

function readEnding(body: Readonly<Record<string, unknown>>, token: string): number {
  const seconds = Number(member(body, 'expires_on'))
  return seconds > 0 ? seconds * 1000 : (readExpiry(token) ?? Date.now() + SHORT_LIFE_MS)
}
