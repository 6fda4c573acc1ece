import { isJsonObject } from '../../domain/json.ts'
import { seen, unseen, type Observed, type ProbeFailure } from '../../domain/observed.ts'
import { Secret } from '../../domain/secret.ts'
import { boundText } from '../bounded-text.ts'
import type { IdTokenRequest } from './credential.ts'
import { member, parseJson } from './error-body.ts'
import { HttpStatusError, ProbeError, type HttpAnswer } from './probe-error.ts'
import { removeOwnWays } from './rest-reader.ts'
import type { SignInOptions } from './sign-in.ts'

const WHO = "GitHub's ID token service"
const PERMISSION = '`permissions: id-token: write` in the workflow, for the whole of it or for this job'
const FORK = 'GitHub gives none to runs for pull requests from forks.'

type IdTokenOptions = Pick<SignInOptions, 'tls' | 'transportTo' | 'scrubber' | 'learnSecret'>

/**
 * The ID token of this job for an audience, as
 * https://docs.github.com/actions/reference/openid-connect-reference says, without following redirects.
 */
export async function requestIdToken(
  request: IdTokenRequest | undefined,
  audience: string,
  options: IdTokenOptions,
): Promise<Observed<Secret>> {
  if (request === undefined) {
    const message = `GitHub offers this job no ID token: the workflow lacks \`permissions: id-token: write\`. ${FORK}`
    const code = 'permissions:\n  contents: read\n  id-token: write\n  pull-requests: write'
    return unseen('no-credential', message, { missing: PERMISSION, scripts: [{ language: 'yaml', code }] })
  }
  if (!URL.canParse(request.url) || new URL(request.url).protocol !== 'https:') {
    return unseen('protocol', `ACTIONS_ID_TOKEN_REQUEST_URL is no https URL, so no ID token was asked for.`)
  }
  options.scrubber.learn(request.token)
  options.learnSecret(request.token)
  const url = new URL(request.url)
  url.searchParams.set('audience', audience)
  try {
    const body = parseJson(await fetchText(url, request.token, options))
    const value = isJsonObject(body) ? member(body, 'value') : undefined
    if (typeof value !== 'string' || value === '') {
      return unseen('protocol', `${WHO} at ${url.host} answered with something that is no token.`)
    }
    const token = new Secret("GitHub's ID token", value)
    options.scrubber.learn(token)
    options.learnSecret(token)
    return seen(token)
  } catch (error) {
    if (error instanceof ProbeError) return { ok: false, failure: error.failure }
    if (error instanceof HttpStatusError) return { ok: false, failure: judgeRefusal(error.answer) }
    throw error
  }
}

async function fetchText(url: URL, token: Secret, { tls, transportTo }: IdTokenOptions): Promise<string> {
  const core = await import('@azure/core-rest-pipeline')
  const pipeline = core.createPipelineFromOptions(tls === undefined ? {} : { tlsOptions: tls })
  removeOwnWays(pipeline)
  pipeline.addPolicy(transportTo(WHO, url.origin), { afterPhase: 'Sign' })
  const headers = core.createHttpHeaders({ accept: 'application/json', authorization: `Bearer ${token.reveal()}` })
  const request = core.createPipelineRequest({ url: url.href, headers })
  const response = await pipeline.sendRequest(core.createDefaultHttpClient(), request)
  return response.bodyAsText ?? ''
}

function judgeRefusal({ status, url, text }: HttpAnswer): ProbeFailure {
  const said = boundText(/^\s*</.test(text) ? '' : text)
  const message = `${WHO} at ${new URL(url).host} answered ${String(status)}.${said === '' ? '' : ` ${said}`}`
  if (status === 429) return { kind: 'throttled', message }
  if (status >= 500) return { kind: 'server-error', message: `${message} Run it again later.` }
  if (status >= 300 && status < 400)
    return { kind: 'untrusted-host', message: `${message} Redirects are not followed.` }
  if (status === 401 || status === 403) return { kind: 'auth', message: `${message} ${FORK}`, missing: PERMISSION }
  return { kind: 'protocol', message }
}
