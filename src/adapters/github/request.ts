import { setTimeout as sleep } from 'node:timers/promises'
import { isJsonObject } from '../../domain/json.ts'
import { seen, unseen, type Observed, type ProbeFailure } from '../../domain/observed.ts'
import { errorCode } from '../net/socket-errors.ts'
import {
  isRateLimited,
  networkFailure,
  OPERATIONS,
  refusalFailure,
  type HttpRefusal,
  type Operation,
} from './github-errors.ts'

const RETRIES = 3
const FIRST_PAUSE_MS = 500
const SAME_HOST_REDIRECTS = 3
/** https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api: wait so long when no header says. */
const SECONDARY_LIMIT_PAUSE_MS = 60_000

export interface GitHubCall {
  operation: Operation
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Path and query below the API's address. */
  path: string
  body?: Readonly<Record<string, unknown>>
}

export interface GitHubAnswer {
  status: number
  /** Parsed JSON, or whatever came. */
  data: unknown
  headers: Readonly<Record<string, string | number | undefined>>
}

/** One call with what its answer has to look like; another one is a ProbeFailure of kind `protocol`. */
export type Call = <T>(call: GitHubCall, decode: (answer: GitHubAnswer) => T | undefined) => Promise<Observed<T>>

/** What is used of Octokit. */
export interface Octokit {
  request(
    options: Record<string, unknown> & { method: string; url: string },
  ): Promise<{ status: number; data: unknown; headers: object }>
}

export interface GitHubClient {
  octokit: Octokit
  /** Without a slash at its end. */
  apiUrl: string
  /** For one call with all its repetitions. */
  timeoutMs: number
  signal: AbortSignal
  firstPauseMs?: number
  /** One line for each request: method, path, status, time. No header, no body. */
  apiRequestLog?: (line: string) => void
}

const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore }

/** Carries out one call; 5xx answers, broken reads and secondary rate limits are tried again, three times at most. */
export async function callGitHub(client: GitHubClient, call: GitHubCall): Promise<Observed<GitHubAnswer>> {
  const until = Date.now() + client.timeoutMs
  const signal = AbortSignal.any([client.signal, AbortSignal.timeout(client.timeoutMs)])
  for (let attempt = 0; ; attempt += 1) {
    const outcome = await tryOnce(client, call, signal)
    if (outcome.kind === 'answer') return seen(outcome.answer)
    if (client.signal.aborted)
      return unseen('cancelled', `${OPERATIONS[call.operation].doing} was given up: the run was stopped.`)
    if (signal.aborted) {
      return unseen(
        'timeout',
        `${OPERATIONS[call.operation].doing} from this runner at ${hostOf(client)} took longer than ${client.timeoutMs} ms.`,
      )
    }
    const pauseMs = attempt < RETRIES ? pauseBefore(client, call, outcome, attempt) : undefined
    if (pauseMs === undefined || Date.now() + pauseMs >= until) return { ok: false, failure: outcome.failure }
    await sleep(pauseMs, undefined, { signal }).catch(ignore)
  }
}

type Outcome =
  | { kind: 'answer'; answer: GitHubAnswer }
  | { kind: 'refused'; failure: ProbeFailure; refusal: HttpRefusal }
  | { kind: 'broken'; failure: ProbeFailure }

async function tryOnce(client: GitHubClient, call: GitHubCall, signal: AbortSignal): Promise<Outcome> {
  const startedAt = Date.now()
  const log = (result: string): void =>
    client.apiRequestLog?.(`${call.method} ${call.path} ${result} in ${Date.now() - startedAt} ms`)
  try {
    const answer = await follow(client, call, signal)
    log(String(answer.status))
    if (answer.status < 300) return { kind: 'answer', answer }
    return refused(call, { status: answer.status, message: '', headers: answer.headers })
  } catch (error) {
    const refusal = refusalIn(error)
    log(refusal === undefined ? codeOf(error) : String(refusal.status))
    if (refusal !== undefined) return refused(call, refusal)
    return { kind: 'broken', failure: networkFailure(call.operation, hostOf(client), codeOf(error)) }
  }
}

function refused(call: GitHubCall, refusal: HttpRefusal): Outcome {
  return { kind: 'refused', refusal, failure: refusalFailure(call.operation, refusal) }
}

/** A renamed repository redirects its reads on the same host; no other redirect is followed, so no token goes elsewhere. */
async function follow(client: GitHubClient, call: GitHubCall, signal: AbortSignal): Promise<GitHubAnswer> {
  let url = client.apiUrl + call.path
  for (let redirects = 0; ; redirects += 1) {
    const response = await client.octokit.request({
      method: call.method,
      url,
      ...call.body,
      request: { signal, redirect: 'manual', log: SILENT },
    })
    const answer = {
      status: response.status,
      data: response.data,
      headers: response.headers as GitHubAnswer['headers'],
    }
    if (answer.status < 300 || call.method !== 'GET' || redirects === SAME_HOST_REDIRECTS) return answer
    const location = answer.headers['location']
    const next = typeof location === 'string' && URL.canParse(location, url) ? new URL(location, url) : undefined
    if (next === undefined || next.origin !== new URL(client.apiUrl).origin) return answer
    url = next.href
  }
}

function pauseBefore(
  client: GitHubClient,
  call: GitHubCall,
  outcome: Exclude<Outcome, { kind: 'answer' }>,
  attempt: number,
): number | undefined {
  const backOffMs = (client.firstPauseMs ?? FIRST_PAUSE_MS) * 2 ** attempt
  // A broken write may have been carried out: it is not repeated.
  if (outcome.kind === 'broken')
    return outcome.failure.kind === 'reset' && call.method === 'GET' ? backOffMs : undefined
  const { refusal } = outcome
  if (refusal.status >= 500) return backOffMs
  // The primary limit lasts up to an hour: nothing to wait for.
  if (!isRateLimited(refusal) || String(refusal.headers['x-ratelimit-remaining']) === '0') return undefined
  const seconds = Number(refusal.headers['retry-after'])
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : SECONDARY_LIMIT_PAUSE_MS
}

/** Octokit's RequestError carries the response when there was one; network errors carry their cause. */
function refusalIn(error: unknown): HttpRefusal | undefined {
  if (!isJsonObject(error)) return undefined
  const { response, status } = error as { response?: unknown; status?: unknown }
  if (!isJsonObject(response) || typeof status !== 'number') return undefined
  const { headers, data } = response as { headers?: unknown; data?: unknown }
  const message = isJsonObject(data) && typeof data['message'] === 'string' ? data['message'] : ''
  return { status, message, headers: isJsonObject(headers) ? (headers as HttpRefusal['headers']) : {} }
}

function codeOf(error: unknown): string {
  let code = errorCode(error)
  for (let inner = causeOf(error); inner !== undefined; inner = causeOf(inner)) {
    const deeper = errorCode(inner)
    if (deeper !== 'UNKNOWN' && deeper !== 'Error' && deeper !== 'TypeError') code = deeper
  }
  return code
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined
}

function hostOf({ apiUrl }: GitHubClient): string {
  return new URL(apiUrl).host
}

function ignore(): void {
  // Octokit's own log would reach the user's; a pause cut short needs no answer.
}
