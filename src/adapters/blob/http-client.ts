import type { HttpHeaders, HttpOperationResponse, IHttpClient, WebResource } from '@azure/storage-blob'
import type {
  HttpClient,
  PipelinePolicy,
  PipelineRequest,
  PipelineResponse,
  RequestBodyType,
} from '@azure/core-rest-pipeline'
import { HttpStatusError, ProbeError } from '../arm/probe-error.ts'
import { createRateBudget } from '../arm/rate-budget.ts'
import { createTransport } from '../arm/transport.ts'
import { BlobStatusError } from './blob-errors.ts'

export interface HttpClientOptions {
  /** The only origin to which a request goes. */
  origin: string
  timeoutMs: number
  signal: AbortSignal
  /** Takes the SAS out of a text of the other side. */
  scrub: (text: string) => string
  onRequest?: (method: string, url: string) => void
  /** PEM, used instead of the built-in authorities. */
  ca?: string
}

/** Far above what one run asks of a container, and below what storage accounts take. */
const RATE = { perSecond: 50, burst: 100 }
const MIB = 1_048_576
/** A list of one blob and an error have some kilobytes. */
const LONGEST_BODY_BYTES = 4 * MIB

/**
 * Sends the SDK's requests by the transport of this program: no other origin, no redirect, bounded retries, one timeout.
 * Everything but a success is thrown, so that the SDK neither tries again nor reads an error on its own.
 */
export async function createHttpClient(options: HttpClientOptions): Promise<IHttpClient> {
  const { createDefaultHttpClient, createHttpHeaders, createPipelineRequest } =
    await import('@azure/core-rest-pipeline')
  const inner = createDefaultHttpClient()
  const transport: PipelinePolicy = createTransport({
    who: 'blob storage',
    budget: createRateBudget(RATE),
    onRequest: () => undefined,
    ...options,
  })
  return {
    async sendRequest(asked: WebResource): Promise<HttpOperationResponse> {
      const { url, method, abortSignal, streamResponseStatusCodes, proxySettings, requestId } = asked
      const body = asked.body as RequestBodyType | undefined
      const request = createPipelineRequest({
        url,
        method,
        headers: createHttpHeaders(asked.headers.toJson({ preserveCase: true })),
        requestId,
        ...(body === undefined ? {} : { body }),
        ...(abortSignal === undefined ? {} : { abortSignal }),
        ...(streamResponseStatusCodes === undefined ? {} : { streamResponseStatusCodes }),
        ...(proxySettings === undefined ? {} : { proxySettings }),
      })
      if (options.ca !== undefined) request.tlsSettings = { ca: options.ca }
      let code: string | undefined
      try {
        const response = await transport.sendRequest(request, async (sent) => {
          const received = await sendBounded(inner, sent)
          code = received.headers.get('x-ms-error-code')
          return received
        })
        return toSdk(response, asked)
      } catch (error) {
        throw error instanceof HttpStatusError ? new BlobStatusError(error.answer, code) : error
      }
    },
  }
}

/** Every body comes as a stream, and what the SDK does not read as one itself is read here, up to a limit. */
async function sendBounded(inner: HttpClient, request: PipelineRequest): Promise<PipelineResponse> {
  const asStream = request.streamResponseStatusCodes
  request.streamResponseStatusCodes = new Set([Number.POSITIVE_INFINITY])
  try {
    const response = await inner.sendRequest(request)
    const { readableStreamBody: stream, ...rest } = response
    if (stream === undefined || asStream?.has(response.status) === true) return response
    return { ...rest, bodyAsText: await readText(stream) }
  } finally {
    if (asStream === undefined) delete request.streamResponseStatusCodes
    else request.streamResponseStatusCodes = asStream
  }
}

async function readText(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  // Leaving the loop early ends the stream, and so the connection.
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk as Uint8Array)
    chunks.push(bytes)
    length += bytes.length
    if (length > LONGEST_BODY_BYTES) {
      throw new ProbeError({
        kind: 'protocol',
        message: `Blob storage gave an answer of more than ${String(LONGEST_BODY_BYTES / MIB)} MiB, which nothing here asks for.`,
      })
    }
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** The SDK takes custom clients by the interface of its own older pipeline, of which it reads no more than this. */
function toSdk(response: PipelineResponse, request: WebResource): HttpOperationResponse {
  const headers = { toJson: () => response.headers.toJSON({ preserveCase: true }) } as unknown as HttpHeaders
  return { ...response, request, headers }
}
