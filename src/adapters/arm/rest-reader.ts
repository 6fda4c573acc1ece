import type { TokenCredential } from '@azure/identity'
import type * as CoreRestPipeline from '@azure/core-rest-pipeline'
import type { Pipeline, PipelinePolicy } from '@azure/core-rest-pipeline'
import { isJsonObject, type JsonObject } from '../../domain/json.ts'
import type { Cloud } from './clouds.ts'
import { member, parseJson } from './error-body.ts'
import { ProbeError } from './probe-error.ts'
import { refuseOtherOrigin } from './transport.ts'

/** More pages than any object here has: a server that never ends a list must not hold the run. */
export const PAGE_LIMIT = 500

export interface ArmReader {
  /** The body of one object, with a part that Azure shows only when asked. Throws ProbeError and HttpStatusError. */
  get(path: string, apiVersion: string, expand?: string): Promise<unknown>
  /** One object that Azure gives for a POST without a body. It changes nothing. */
  post(path: string, apiVersion: string): Promise<unknown>
  /** All entries of a paged list; `filter` is OData, as the list's documentation has it. */
  list(path: string, apiVersion: string, filter?: string): Promise<readonly unknown[]>
  /** The whole body of every page, for lists that say more than their entries. */
  pages(path: string, apiVersion: string): Promise<readonly unknown[]>
  /** All entries of a list that Azure gives for a POST, page by page with a `skipToken`. It changes nothing. */
  postForList(path: string, apiVersion: string): Promise<readonly unknown[]>
}

export interface PipelineSettings {
  cloud: Cloud
  credential: TokenCredential
  transport: PipelinePolicy
  tls: { ca: string } | undefined
}

/** Reads ARM objects by plain GETs: for everything for which no lean SDK exists. */
export async function createRestReader(settings: PipelineSettings): Promise<ArmReader> {
  const { createDefaultHttpClient, createPipelineRequest, ...core } = await import('@azure/core-rest-pipeline')
  const client = createDefaultHttpClient()
  const pipeline = preparePipeline(core, settings)
  const { resourceManager } = settings.cloud

  async function fetchJson(url: string, question?: JsonObject): Promise<unknown> {
    const headers = acceptJson(core)
    if (question !== undefined) headers.set('content-type', 'application/json')
    const asked = question === undefined ? {} : { method: 'POST' as const, body: JSON.stringify(question) }
    const response = await pipeline.sendRequest(client, createPipelineRequest({ url, headers, ...asked }))
    const body = parseJson(response.bodyAsText ?? '')
    if (body === undefined) throw notJson(url)
    return body
  }
  const urlOf = (path: string, apiVersion: string, filter?: string): string =>
    `${resourceManager}${path}?api-version=${encodeURIComponent(apiVersion)}${filter === undefined ? '' : `&$filter=${encodeURIComponent(filter)}`}`
  async function pages(path: string, apiVersion: string, filter?: string): Promise<readonly unknown[]> {
    const bodies: unknown[] = []
    const follow = createPageGuard(path, resourceManager)
    for (let url: string | undefined = urlOf(path, apiVersion, filter); url !== undefined;) {
      const body = await fetchJson(url)
      bodies.push(body)
      const nextLink = nextLinkOf(body, path)
      if (nextLink !== undefined) follow(nextLink)
      url = nextLink === undefined ? undefined : new URL(nextLink, resourceManager).href
    }
    return bodies
  }

  return {
    get: (path, apiVersion, expand) =>
      fetchJson(`${urlOf(path, apiVersion)}${expand === undefined ? '' : `&$expand=${encodeURIComponent(expand)}`}`),
    post: (path, apiVersion) => fetchJson(urlOf(path, apiVersion), {}),
    list: async (path, apiVersion, filter) =>
      (await pages(path, apiVersion, filter)).flatMap((page) => readPage(page, path).entries),
    pages: (path, apiVersion) => pages(path, apiVersion),
    async postForList(path, apiVersion) {
      const entries: unknown[] = []
      const used = new Set<string>()
      for (let question: JsonObject = {}; ;) {
        const page = await fetchJson(urlOf(path, apiVersion), question)
        entries.push(...readPage(page, path).entries)
        const skipToken = isJsonObject(page) ? member(page, 'skipToken') : undefined
        if (skipToken === undefined || skipToken === null || skipToken === '') return entries
        if (typeof skipToken !== 'string') throw unreadableList(path, 'skipToken is no text')
        if (used.has(skipToken)) throw unreadableList(path, 'a page points to a page that was read before')
        used.add(skipToken)
        if (used.size >= PAGE_LIMIT) throw unreadableList(path, `it has more than ${String(PAGE_LIMIT)} pages`)
        question = { skipToken }
      }
    },
  }
}

export type Core = Pick<
  typeof CoreRestPipeline,
  'createPipelineFromOptions' | 'bearerTokenAuthenticationPolicy' | 'createHttpHeaders'
>

export function preparePipeline(core: Core, { cloud, credential, transport, tls }: PipelineSettings): Pipeline {
  const pipeline = core.createPipelineFromOptions({ ...(tls === undefined ? {} : { tlsOptions: tls }) })
  removeOwnWays(pipeline)
  pipeline.addPolicy(core.bearerTokenAuthenticationPolicy({ credential, scopes: cloud.scope }))
  pipeline.addPolicy(transport, { afterPhase: 'Sign' })
  return pipeline
}

/** Retries and redirects are the transport's business, and it follows no redirect. */
export function removeOwnWays(pipeline: Pick<Pipeline, 'removePolicy'>): void {
  pipeline.removePolicy({ name: 'defaultRetryPolicy' })
  pipeline.removePolicy({ name: 'redirectPolicy' })
}

export function acceptJson(core: Core): ReturnType<Core['createHttpHeaders']> {
  return core.createHttpHeaders({ accept: 'application/json' })
}

/** Entries and next link of one page of a list. */
export function readPage(body: unknown, what: string): { entries: readonly unknown[]; nextLink: string | undefined } {
  const entries = isJsonObject(body) ? member(body, 'value') : undefined
  if (!Array.isArray(entries)) throw unreadableList(what, 'value is no list')
  return { entries, nextLink: nextLinkOf(body, what) }
}

function nextLinkOf(body: unknown, what: string): string | undefined {
  const nextLink = isJsonObject(body) ? member(body, 'nextLink') : undefined
  if (nextLink === undefined || nextLink === null || nextLink === '') return undefined
  if (typeof nextLink !== 'string') throw unreadableList(what, 'nextLink is no text')
  return nextLink
}

/** Throws when a list leads to another origin, goes in circles or does not end. */
export function createPageGuard(what: string, resourceManager: string): (nextLink: string) => void {
  const followed = new Set<string>()
  return (nextLink) => {
    const next = URL.canParse(nextLink, resourceManager) ? new URL(nextLink, resourceManager).href : nextLink
    refuseOtherOrigin(next, { who: 'Azure Resource Manager', origin: new URL(resourceManager).origin })
    if (followed.has(nextLink)) throw unreadableList(what, 'a page points to a page that was read before')
    followed.add(nextLink)
    if (followed.size >= PAGE_LIMIT) throw unreadableList(what, `it has more than ${String(PAGE_LIMIT)} pages`)
  }
}

function unreadableList(what: string, problem: string): ProbeError {
  return new ProbeError({ kind: 'protocol', message: `The list ${what} of Azure cannot be read: ${problem}.` })
}

function notJson(url: string): ProbeError {
  const { host, pathname } = new URL(url)
  return new ProbeError({
    kind: 'protocol',
    message: `Azure Resource Manager at ${host} answered ${pathname} with something that is not JSON; a proxy on the way may have made it.`,
  })
}
