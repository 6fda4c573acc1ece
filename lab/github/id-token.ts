import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Json } from '../../src/domain/json.ts'

export interface IdTokenOptions {
  /** `sub` of the tokens. */
  subject?: string
  issuer?: string
  /** Stands in for the usual answer. */
  fault?: { status: number; body?: Json; headers?: Readonly<Record<string, string>> }
}

/** Where a job that may ask for ID tokens gets them. */
export interface IdTokenIssuer {
  /** What ACTIONS_ID_TOKEN_REQUEST_URL names. */
  url: string
  /** What ACTIONS_ID_TOKEN_REQUEST_TOKEN holds. */
  requestToken: string
  /** Audiences that were asked for, in their order. */
  audiences: string[]
  /** Tokens that were given out. */
  tokens: string[]
  /** May be changed while the lab runs. */
  options: IdTokenOptions
  close(): Promise<void>
}

export const GITHUB_ISSUER = 'https://token.actions.githubusercontent.com'
export const LAB_SUBJECT = 'repo:acme/db:ref:refs/heads/main'
const PATH = '/lab/00000000-0000-4000-8000-0000000000aa/_apis/distributedtask/hubs/build/plans/p/jobs/j/idtoken'
const TOKEN_SECONDS = 300

/** GitHub's service for ID tokens, as https://docs.github.com/actions/reference/openid-connect-reference has it. */
export async function startIdTokenIssuer(
  tls: { key: string; cert: string },
  options: IdTokenOptions = {},
): Promise<IdTokenIssuer> {
  const requestToken = 'eyJhbGciOiJub25lIn0.eyJzY3AiOiJBY3Rpb25zIn0.bGFiLXJlcXVlc3QtdG9rZW4'
  const audiences: string[] = []
  const tokens: string[] = []
  const issuer: IdTokenIssuer = { url: '', requestToken, audiences, tokens, options, close: () => close(server) }
  const server: Server = createServer(tls, (request, response) => {
    const url = new URL(request.url ?? '/', 'https://localhost')
    const send = (status: number, body: Json, headers = {}): void => {
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
    }
    const audience = url.searchParams.get('audience') ?? 'https://github.com/acme'
    audiences.push(audience)
    const { options } = issuer
    const { fault } = options
    if (fault !== undefined) send(fault.status, fault.body ?? '', fault.headers)
    else if (url.pathname !== PATH || url.searchParams.get('api-version') !== '2.0') send(404, '')
    else if (request.headers.authorization !== `Bearer ${requestToken}`) send(401, { message: 'Not authorized.' })
    else {
      const token = makeIdToken(audience, tokens.length, options)
      tokens.push(token)
      send(200, { count: token.length, value: token })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  issuer.url = `https://localhost:${String(port)}${PATH}?api-version=2.0`
  return issuer
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve()
    })
    server.closeAllConnections()
  })
}

/** Nobody in the lab checks the signature. */
function makeIdToken(
  audience: string,
  serial: number,
  { subject = LAB_SUBJECT, issuer = GITHUB_ISSUER }: IdTokenOptions,
) {
  const now = Math.floor(Date.now() / 1000)
  const claims = {
    jti: `lab-id-token-${String(serial)}`,
    sub: subject,
    aud: audience,
    iss: issuer,
    ref: 'refs/heads/main',
    repository: 'acme/db',
    repository_owner: 'acme',
    nbf: now,
    iat: now,
    exp: now + TOKEN_SECONDS,
  }
  const part = (value: Json): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ typ: 'JWT', alg: 'RS256', kid: 'lab' })}.${part(claims)}.${Buffer.from('lab-id-signature').toString('base64url')}`
}
