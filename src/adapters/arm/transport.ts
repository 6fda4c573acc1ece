import type { PipelinePolicy, PipelineRequest, PipelineResponse, SendRequest } from '@azure/core-rest-pipeline'
import { setTimeout as sleep } from 'node:timers/promises'
import { cancelledFailure, networkFailure, timeoutFailure } from './network-errors.ts'
import { HttpStatusError, ProbeError, type HttpAnswer } from './probe-error.ts'
import type { RateBudget } from './rate-budget.ts'
import { parseWaitMs } from './retry-after.ts'

const TRIES = 3
const FIRST_WAIT_MS = 250

export interface TransportOptions {
  /** Who is asked, for messages: `Azure Resource Manager`. */
  who: string
  /** The only origin to which a request goes. */
  origin: string
  timeoutMs: number
  /** `throttled`: nothing but a 429 is sent again, since what was sent may have been done. */
  retries?: 'throttled'
  signal: AbortSignal
  budget: RateBudget
  onRequest: (method: string, url: string) => void
  /** Takes secrets out of a text of the other side. */
  scrub: (text: string) => string
}

/**
 * The last policy of every pipeline here, in place of the SDKs' own retries and redirects. It lets nothing go to another
 * origin, keeps the rate, tries again on 429 and 5xx within the timeout, and throws a ProbeError or an HttpStatusError
 * for everything but a success.
 */
export function createTransport(options: TransportOptions): PipelinePolicy {
  return {
    name: 'dmsPreflightTransport',
    async sendRequest(request, next) {
      refuseOtherOrigin(request.url, options)
      const outer = request.abortSignal
      await waitFor(options.budget.take(options.signal), options)
      const deadline = performance.now() + options.timeoutMs
      for (let tries = 1; ; tries += 1) {
        const restMs = deadline - performance.now()
        const outcome = await tryOnce(request, next, outer, restMs, options)
        if (outcome.ok && isSuccess(outcome.response)) return outcome.response
        const mayRetry = tries < TRIES && (options.retries === undefined || isThrottled(outcome))
        const waitMs = mayRetry ? waitBeforeNext(outcome, tries) : undefined
        if (waitMs === undefined || performance.now() + waitMs >= deadline) throw conclude(outcome, tries, options)
        if (waitMs > 0) await waitFor(sleep(waitMs, undefined, { signal: options.signal }), options)
        await waitFor(options.budget.take(options.signal), options)
      }
    },
  }
}

type Outcome = { ok: true; response: PipelineResponse } | { ok: false; error: ProbeError }

async function tryOnce(
  request: PipelineRequest,
  next: SendRequest,
  outer: PipelineRequest['abortSignal'],
  restMs: number,
  { who, timeoutMs, signal, onRequest }: TransportOptions,
): Promise<Outcome> {
  const timeout = AbortSignal.timeout(Math.max(1, Math.ceil(restMs)))
  request.abortSignal = AbortSignal.any([signal, timeout, ...(outer instanceof AbortSignal ? [outer] : [])])
  onRequest(request.method, request.url)
  try {
    return { ok: true, response: await next(request) }
  } catch (error) {
    if (signal.aborted) return { ok: false, error: new ProbeError(cancelledFailure(who)) }
    if (timeout.aborted) return { ok: false, error: new ProbeError(timeoutFailure(request.url, who, timeoutMs)) }
    if (error instanceof ProbeError) return { ok: false, error }
    return { ok: false, error: new ProbeError(networkFailure(error, request.url, who)) }
  } finally {
    if (outer === undefined) delete request.abortSignal
    else request.abortSignal = outer
  }
}

function isThrottled(outcome: Outcome): boolean {
  return outcome.ok && outcome.response.status === 429
}

/** The wait before another try, or undefined when another try would not help. */
function waitBeforeNext(outcome: Outcome, tries: number): number | undefined {
  const backOffMs = FIRST_WAIT_MS * 2 ** (tries - 1)
  // A connection kept open can be closed by the other side just when it is used again: nothing was answered.
  if (!outcome.ok) return outcome.error.failure.kind === 'reset' ? 0 : undefined
  const { status } = outcome.response
  if (status !== 429 && status < 500) return undefined
  // Zero seconds is what some resource providers ask for while they still refuse.
  return Math.max(waitAsked(outcome.response) ?? 0, backOffMs)
}

function waitAsked({ headers, bodyAsText }: PipelineResponse): number | undefined {
  return parseWaitMs((name) => headers.get(name), bodyAsText ?? '', Date.now())
}

function conclude(outcome: Outcome, tries: number, { scrub }: TransportOptions): Error {
  if (!outcome.ok) return outcome.error
  const { response } = outcome
  const answer: HttpAnswer = {
    status: response.status,
    method: response.request.method,
    url: response.request.url,
    contentType: response.headers.get('content-type') ?? '',
    location: response.headers.get('location'),
    challenge: response.headers.get('www-authenticate'),
    text: scrub(response.bodyAsText ?? ''),
    tries,
    waitMs: waitAsked(response),
  }
  return new HttpStatusError(answer)
}

function isSuccess({ status }: PipelineResponse): boolean {
  return status >= 200 && status < 300
}

/** A credential goes to the origin it is meant for, and nowhere else. */
export function refuseOtherOrigin(url: string, { origin, who }: Pick<TransportOptions, 'origin' | 'who'>): void {
  const asked = URL.canParse(url) ? new URL(url).origin : ''
  if (asked === origin) return
  throw new ProbeError({
    kind: 'untrusted-host',
    message: `${who} at ${origin} pointed to ${asked === '' ? 'something that is no URL' : asked}; a credential goes nowhere but to ${origin}.`,
  })
}

/** Waiting that the end of the run cuts short. */
async function waitFor(waiting: Promise<unknown>, { who, signal }: TransportOptions): Promise<void> {
  try {
    await waiting
  } catch (error) {
    throw signal.aborted ? new ProbeError(cancelledFailure(who)) : error
  }
}
