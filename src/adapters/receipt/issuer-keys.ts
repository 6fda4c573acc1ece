import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts'
import { seen, unseen, type Observed } from '../../domain/observed.ts'
import { parseJson } from '../arm/error-body.ts'
import { networkFailure } from '../arm/network-errors.ts'
import { HttpStatusError, ProbeError } from '../arm/probe-error.ts'
import { removeOwnWays } from '../arm/rest-reader.ts'
import { createTransport, type TransportOptions } from '../arm/transport.ts'
import { boundText } from '../bounded-text.ts'

/** GitHub's are below 20 KiB. */
const ANSWER_LIMIT_BYTES = 256 * 1024
const WHO = "the issuer of GitHub's ID tokens"
const CONFIGURATION = '/.well-known/openid-configuration'

type Shared = Omit<TransportOptions, 'who' | 'origin'>

/**
 * The issuer's public keys by OpenID Connect Discovery (https://openid.net/specs/openid-connect-discovery-1_0.html), from
 * the issuer's own origin alone. Nothing of ours is sent, and no redirect is followed.
 */
export async function readIssuerKeys(
  issuer: string,
  shared: Shared,
  tls: { ca: string } | undefined,
): Promise<Observed<readonly Json[]>> {
  const { origin, host } = new URL(issuer)
  const get = (url: string): Promise<JsonObject | undefined> => getJson(url, { ...shared, who: WHO, origin }, tls)
  try {
    const configuration = await get(issuer + CONFIGURATION)
    const { issuer: named, jwks_uri: keysUrl } = configuration ?? {}
    if (named !== issuer || typeof keysUrl !== 'string' || !URL.canParse(keysUrl)) {
      return unseen('protocol', `${WHO} at ${host} answered ${CONFIGURATION} with something that is not its own.`)
    }
    const { keys } = (await get(keysUrl)) ?? {}
    if (!Array.isArray(keys))
      return unseen('protocol', `${WHO} at ${host} answered with something that is no list of keys.`)
    return seen(keys as readonly Json[])
  } catch (error) {
    if (error instanceof ProbeError) return { ok: false, failure: error.failure }
    if (error instanceof HttpStatusError) return refused(error)
    return { ok: false, failure: networkFailure(error, issuer, WHO) }
  }
}

/** Undefined: no JSON object. */
async function getJson(
  url: string,
  options: TransportOptions,
  tls: { ca: string } | undefined,
): Promise<JsonObject | undefined> {
  const core = await import('@azure/core-rest-pipeline')
  const pipeline = core.createPipelineFromOptions(tls === undefined ? {} : { tlsOptions: tls })
  removeOwnWays(pipeline)
  pipeline.addPolicy(createTransport(options), { afterPhase: 'Sign' })
  const limit = AbortSignal.any([options.signal, AbortSignal.timeout(options.timeoutMs)])
  const request = core.createPipelineRequest({
    url,
    headers: core.createHttpHeaders({ accept: 'application/json' }),
    // As a stream, so that an answer without an end is not read to it.
    streamResponseStatusCodes: new Set([200]),
    abortSignal: limit,
  })
  const { readableStreamBody, bodyAsText } = await pipeline.sendRequest(core.createDefaultHttpClient(), request)
  const text = readableStreamBody === undefined ? (bodyAsText ?? '') : await readText(readableStreamBody, url)
  const body = parseJson(text)
  return isJsonObject(body) ? body : undefined
}

async function readText(stream: NodeJS.ReadableStream, url: string): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of stream) {
    const part = Buffer.from(chunk)
    bytes += part.length
    if (bytes > ANSWER_LIMIT_BYTES) {
      const message = `${WHO} at ${new URL(url).host} answered with more than ${String(ANSWER_LIMIT_BYTES)} bytes.`
      throw new ProbeError({ kind: 'protocol', message })
    }
    chunks.push(part)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function refused({ answer }: HttpStatusError): Observed<never> {
  const { status, url } = answer
  const message = `${WHO} answered ${String(status)} to ${boundText(url)}.`
  if (status === 429) return unseen('throttled', message)
  if (status >= 500) return unseen('server-error', message)
  if (status >= 300 && status < 400) return unseen('untrusted-host', `${message} Redirects are not followed.`)
  return unseen('protocol', message)
}
