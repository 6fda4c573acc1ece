import { createServer, request as askHttps } from 'node:https'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { containsAddress, parseAddress, parseRange } from '../src/domain/address.ts'
import type { Azurite } from './azurite.ts'
import type { KeyAndCertificate } from './certificates.ts'

export interface BlobRequest {
  method: string
  path: string
  query: string
}

/** An answer in place of the storage account's own. */
export interface FrontAnswer {
  status: number
  body?: string
  headers?: Readonly<Record<string, string>>
  /** Hands the request on first, and then loses the answer of the account. */
  afterForwarding?: true
  /** Never answers. */
  silent?: true
  /** The body comes again and again, without an end. */
  endless?: true
}

/** What the account's settings and its network make of requests; it may be changed while the server runs. */
export interface BlobFrontRules {
  /** The address that the service sees the runner under. */
  runnerAddress: string
  allowSharedKeyAccess: boolean
  /** Prefixes that the firewall of the account admits; absent: all networks. */
  admits?: readonly string[]
  answer?: (request: BlobRequest) => FrontAnswer | undefined
}

export interface BlobFront {
  /** `https://localhost:<port>` */
  origin: string
  port: number
  rules: BlobFrontRules
  requests: BlobRequest[]
  /** Bytes of bodies without an end. */
  readonly poured: number
  /** Of a container in the account, path style. */
  urlOf(container: string): string
  close(): Promise<void>
}

/** Azurite behind what it does not play itself: the account's firewall and key setting, `sip`, and answers of choice. */
export async function startBlobFront(azurite: Azurite, tls: KeyAndCertificate, authority: string): Promise<BlobFront> {
  const rules: BlobFrontRules = { runnerAddress: '203.0.113.5', allowSharedKeyAccess: true }
  const requests: BlobRequest[] = []
  let poured = 0
  const server = createServer(tls, (request, response) => {
    const url = new URL(request.url ?? '/', 'https://localhost')
    const asked = { method: request.method ?? '', path: url.pathname, query: url.search }
    requests.push(asked)
    respond(request, response, asked).catch(() => response.destroy())
  })
  const respond = async (request: IncomingMessage, response: ServerResponse, asked: BlobRequest): Promise<void> => {
    const own = rules.answer?.(asked) ?? refusal(rules, new URLSearchParams(asked.query))
    const sent = await readBytes(request)
    if (own === undefined) return forward(request, sent, response)
    if (own.afterForwarding === true) await forward(request, sent)
    if (own.silent === true) return
    const body = Buffer.from(own.body ?? '')
    if (own.endless === true) {
      pour(response, own.status, body)
      return
    }
    response.writeHead(own.status, { 'content-type': 'application/xml', 'content-length': body.length, ...own.headers })
    response.end(body)
  }
  const forward = (request: IncomingMessage, sent: Buffer, response?: ServerResponse): Promise<void> =>
    new Promise((done, reject) => {
      const { method, headers, url } = request
      const onward = askHttps(
        `${azurite.origin}${url ?? ''}`,
        { method, headers: { ...headers, host: `localhost:${String(azurite.port)}` }, ca: authority, agent: false },
        (answer) => {
          response?.writeHead(answer.statusCode ?? 500, answer.headers)
          answer.on('data', (chunk: Buffer) => response?.write(chunk))
          answer.on('end', () => {
            response?.end()
            done()
          })
        },
      )
      onward.on('error', reject)
      onward.end(sent)
    })
  const pour = (response: ServerResponse, status: number, body: Buffer): void => {
    response.writeHead(status, { 'content-type': 'application/xml' })
    const more = (): void => {
      if (response.destroyed) return
      poured += body.length
      if (response.write(body)) setImmediate(more)
      else response.once('drain', more)
    }
    more()
  }
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  const origin = `https://localhost:${String(port)}`
  const urlOf = (container: string): string => `${origin}/${azurite.account}/${container}`
  return {
    origin,
    port,
    rules,
    get poured() {
      return poured
    },
    requests,
    urlOf,
    close: () =>
      new Promise((closed) => {
        server.close(() => {
          closed()
        })
        server.closeAllConnections()
      }),
  }
}

/** The error shape of the blob service. */
export function storageError(status: number, code: string, message: string): FrontAnswer {
  const body = `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${message}\nRequestId:00000000-0000-0000-0000-000000000000\nTime:2026-11-26T10:00:00.0000000Z</Message></Error>`
  return { status, body: `\uFEFF${body}`, headers: { 'x-ms-error-code': code, 'x-ms-request-id': 'lab' } }
}

function refusal(rules: BlobFrontRules, query: URLSearchParams): FrontAnswer | undefined {
  if (rules.admits !== undefined && !containsAddress(rules.admits, rules.runnerAddress)) {
    return storageError(403, 'AuthorizationFailure', 'This request is not authorized to perform this operation.')
  }
  if (!rules.allowSharedKeyAccess && !query.has('skoid')) {
    return storageError(
      403,
      'KeyBasedAuthenticationNotPermitted',
      'Key based authentication is not permitted on this storage account.',
    )
  }
  const [first = '', last = first] = (query.get('sip') ?? '').split('-')
  const range = parseRange(first, last)
  const address = parseAddress(rules.runnerAddress)
  if (range === undefined || address === undefined) return undefined
  return range.first <= address.value && address.value <= range.last
    ? undefined
    : storageError(
        403,
        'AuthorizationSourceIPMismatch',
        `This request is not authorized to perform this operation using this source IP ${rules.runnerAddress}.`,
      )
}

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
