import type { PipelineResponse } from '@azure/core-rest-pipeline'
import { setTimeout as sleep } from 'node:timers/promises'
import { isJsonObject, type JsonObject } from '../../domain/json.ts'
import { member, parseJson } from './error-body.ts'
import { cancelledFailure, timeoutFailure } from './network-errors.ts'
import { ProbeError } from './probe-error.ts'
import { acceptJson, preparePipeline, type PipelineSettings } from './rest-reader.ts'
import { parseWaitMs } from './retry-after.ts'

/** Of 2023, as the migration wizard of Azure Data Studio asks it; in no published API specification. */
export const VALIDATE_IR_VERSION = '2022-03-30-preview'
/** For one test with all its polling: a runtime behind a slow way answers after minutes. */
export const RUNTIME_LIMIT_MS = 180_000
const POLL_MS = 5_000
/** Also where the service asks for less: every read of the run shares one rate. */
const SHORTEST_POLL_MS = 250
const WHO = 'Azure Resource Manager'

/** Asks a service to let its runtime test something. Throws ProbeError and HttpStatusError. */
export type AskRuntime = (path: string, question: JsonObject) => Promise<unknown>

/**
 * A POST of its own kind: it carries passwords, so that nothing but a 429 is sent a second time, and the answer may come
 * later (202 with the place to ask at, which lies at the same origin).
 */
export async function createAskRuntime(settings: PipelineSettings, signal: AbortSignal): Promise<AskRuntime> {
  const { createDefaultHttpClient, createPipelineRequest, ...core } = await import('@azure/core-rest-pipeline')
  const client = createDefaultHttpClient()
  const pipeline = preparePipeline(core, settings)
  const { resourceManager } = settings.cloud
  // Two minutes are the usual limit of the client's own.
  const base = { timeout: 0 }
  const get = (url: string): Promise<PipelineResponse> =>
    pipeline.sendRequest(client, createPipelineRequest({ ...base, url, headers: acceptJson(core) }))

  return async (path, question) => {
    const url = `${resourceManager}${path}?api-version=${VALIDATE_IR_VERSION}`
    const deadline = performance.now() + RUNTIME_LIMIT_MS
    const headers = acceptJson(core)
    headers.set('content-type', 'application/json')
    const body = JSON.stringify(question)
    let response = await pipeline.sendRequest(
      client,
      createPipelineRequest({ ...base, url, headers, method: 'POST', body }),
    )
    for (;;) {
      const next = placeToAsk(response)
      if (next === undefined) return bodyOf(response, url)
      if (!URL.canParse(next, resourceManager)) throw protocol(url, 'with a place to ask that is no URL')
      const asked = parseWaitMs((name) => response.headers.get(name), '', Date.now()) ?? POLL_MS
      const waitMs = Math.max(asked, SHORTEST_POLL_MS)
      if (performance.now() + waitMs >= deadline) throw new ProbeError(timeoutFailure(url, WHO, RUNTIME_LIMIT_MS))
      await sleep(waitMs, undefined, { signal }).catch(() => {
        throw new ProbeError(cancelledFailure(WHO))
      })
      response = await get(new URL(next, resourceManager).href)
    }
  }
}

/** Where the answer will be, while it is not there yet. The transport refuses every other origin. */
function placeToAsk({ status, headers, bodyAsText, request }: PipelineResponse): string | undefined {
  const location = headers.get('location')
  const operation = headers.get('azure-asyncoperation')
  if (status === 202) return location ?? operation ?? (request.method === 'GET' ? request.url : undefined)
  const body = parseJson(bodyAsText ?? '')
  const state = isJsonObject(body) ? member(body, 'status') : undefined
  const isRunning = typeof state === 'string' && /^(?:InProgress|Running|Accepted)$/i.test(state)
  return isRunning && request.method === 'GET' ? request.url : undefined
}

function bodyOf({ status, bodyAsText }: PipelineResponse, url: string): unknown {
  const body = parseJson(bodyAsText ?? '')
  if (!isJsonObject(body)) {
    throw protocol(
      url,
      status === 202 ? 'without a place to ask for the outcome' : 'with something that is no JSON object',
    )
  }
  // The status of an operation holds the answer in `properties`.
  const properties = member(body, 'properties')
  return member(body, 'succeeded') === undefined && isJsonObject(properties) ? properties : body
}

function protocol(url: string, what: string): ProbeError {
  const { host, pathname } = new URL(url)
  return new ProbeError({ kind: 'protocol', message: `${WHO} at ${host} answered ${pathname} ${what}.` })
}
