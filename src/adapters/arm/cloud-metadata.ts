import { seen, unseen, type Observed } from '../../domain/observed.ts'
import { boundText } from '../bounded-text.ts'
import type { FetchMetadata } from './clouds.ts'
import { parseErrorBody, parseJson } from './error-body.ts'
import { HttpStatusError, ProbeError } from './probe-error.ts'
import { createRateBudget } from './rate-budget.ts'
import { removeOwnWays } from './rest-reader.ts'
import { createTransport } from './transport.ts'

export interface MetadataOptions {
  timeoutMs: number
  signal: AbortSignal
  onRequest?: (method: string, url: string) => void
  /** PEM, used instead of the built-in authorities. */
  ca?: string
}

const WHO = 'the cloud metadata endpoint'

/** Gets the metadata of a cloud. No credential is sent, and no redirect is followed. */
export function createMetadataFetch(options: MetadataOptions): FetchMetadata {
  return async (url) => {
    try {
      return await fetchMetadata(url, options)
    } catch (error) {
      if (error instanceof ProbeError) return { ok: false, failure: error.failure }
      if (error instanceof HttpStatusError) return refused(error)
      throw error
    }
  }
}

async function fetchMetadata(url: string, options: MetadataOptions): Promise<Observed<unknown>> {
  const core = await import('@azure/core-rest-pipeline')
  const pipeline = core.createPipelineFromOptions({
    ...(options.ca === undefined ? {} : { tlsOptions: { ca: options.ca } }),
  })
  removeOwnWays(pipeline)
  const transport = createTransport({
    who: WHO,
    origin: new URL(url).origin,
    timeoutMs: options.timeoutMs,
    signal: options.signal,
    budget: createRateBudget(),
    onRequest: options.onRequest ?? (() => undefined),
    scrub: (text) => text,
  })
  pipeline.addPolicy(transport, { afterPhase: 'Sign' })
  const headers = core.createHttpHeaders({ accept: 'application/json' })
  const response = await pipeline.sendRequest(
    core.createDefaultHttpClient(),
    core.createPipelineRequest({ url, headers }),
  )
  const body = parseJson(response.bodyAsText ?? '')
  return body === undefined
    ? unseen('protocol', `${WHO} at ${url} answered with something that is not JSON.`)
    : seen(body)
}

function refused({ answer }: HttpStatusError): Observed<never> {
  const body = parseErrorBody(answer.text)
  const said = body === undefined ? '' : ` ${boundText(`${body.code}: ${body.message}`)}`
  const message = `${WHO} answered ${String(answer.status)} to ${answer.url}.${said}`
  if (answer.status === 429) return unseen('throttled', message)
  if (answer.status >= 300 && answer.status < 400)
    return unseen('untrusted-host', `${message} Redirects are not followed.`)
  return unseen(answer.status >= 500 ? 'server-error' : 'protocol', message)
}
