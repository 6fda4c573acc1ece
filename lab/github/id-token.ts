import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Json } from '../../src/domain/json.ts'
import { createSigningKey, signToken, type SigningKey } from './signing-keys.ts'

export interface IdTokenOptions {
  /** Replace those of the lab's usual run. */
  claims?: Readonly<Record<string, Json>>
  /** Stands in for the answers about the issuer, by the end of the path. */
  discovery?: Readonly<Record<string, LabAnswer>>
  /** `sub` of the tokens. */
  subject?: string
  issuer?: string
  /** Stands in for the usual answer. */
  fault?: LabAnswer
}

interface LabAnswer {
  status: number
  body?: Json
  headers?: Readonly<Record<string, string>>
}

/** Where a job that may ask for ID tokens gets them. */
export interface IdTokenIssuer {
  /** What ACTIONS_ID_TOKEN_REQUEST_URL names. */
  url: string
  /** What ACTIONS_ID_TOKEN_REQUEST_TOKEN holds. */
  requestToken: string
  /** What GITHUB_SERVER_URL names where the lab plays GitHub Enterprise Server, and its issuer. */
  serverUrl: string
  serverIssuer: string
  /** The first one signs. May be changed while the lab runs. */
  keys: SigningKey[]
  /** Paths of the questions about the issuer, in their order. */
  discoveries: string[]
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
/** Of the run that lab/runner.ts plays, on `workflow_dispatch`. */
export const LAB_RUN_CLAIMS = {
  repository: 'acme/db',
  repository_id: '1309247986',
  repository_owner: 'acme',
  workflow_ref: 'acme/db/.github/workflows/dms-preflight.yml@refs/heads/main',
  workflow_sha: 'a'.repeat(40),
  run_id: '1',
  run_attempt: '1',
  event_name: 'workflow_dispatch',
  sha: 'a'.repeat(40),
  ref: 'refs/heads/main',
} as const
const PATH = '/lab/00000000-0000-4000-8000-0000000000aa/_apis/distributedtask/hubs/build/plans/p/jobs/j/idtoken'
const TOKEN_SECONDS = 300
const ISSUER_PATH = '/_services/token'
/** Making one takes a while. */
let usualKey: SigningKey | undefined

/** GitHub's service for ID tokens, as https://docs.github.com/actions/reference/openid-connect-reference has it. */
export async function startIdTokenIssuer(
  tls: { key: string; cert: string },
  options: IdTokenOptions = {},
): Promise<IdTokenIssuer> {
  const requestToken = 'eyJhbGciOiJub25lIn0.eyJzY3AiOiJBY3Rpb25zIn0.bGFiLXJlcXVlc3QtdG9rZW4'
  const audiences: string[] = []
  const tokens: string[] = []
  const issuer: IdTokenIssuer = {
    url: '',
    serverUrl: '',
    serverIssuer: '',
    keys: [(usualKey ??= createSigningKey('lab'))],
    discoveries: [],
    requestToken,
    audiences,
    tokens,
    options,
    close: () => close(server),
  }
  const server: Server = createServer(tls, (request, response) => {
    const url = new URL(request.url ?? '/', 'https://localhost')
    const send = (status: number, body: Json, headers = {}): void => {
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
    }
    if (url.pathname.startsWith(ISSUER_PATH)) {
      const asked = url.pathname.slice(ISSUER_PATH.length)
      issuer.discoveries.push(asked)
      const { status, body, headers } = issuer.options.discovery?.[asked] ?? describeIssuer(issuer, asked)
      send(status, body ?? '', headers)
      return
    }
    const audience = url.searchParams.get('audience') ?? 'https://github.com/acme'
    audiences.push(audience)
    const { options } = issuer
    const { fault } = options
    if (fault !== undefined) send(fault.status, fault.body ?? '', fault.headers)
    else if (url.pathname !== PATH || url.searchParams.get('api-version') !== '2.0') send(404, '')
    else if (request.headers.authorization !== `Bearer ${requestToken}`) send(401, { message: 'Not authorized.' })
    else {
      const token = makeIdToken(audience, tokens.length, issuer)
      tokens.push(token)
      send(200, { count: token.length, value: token })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  issuer.url = `https://localhost:${String(port)}${PATH}?api-version=2.0`
  issuer.serverUrl = `https://localhost:${String(port)}`
  issuer.serverIssuer = `${issuer.serverUrl}${ISSUER_PATH}`
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

/** OpenID Connect Discovery, as the issuer of GitHub answers it. */
function describeIssuer({ serverIssuer, keys }: IdTokenIssuer, path: string): LabAnswer {
  const keysPath = '/.well-known/jwks'
  if (path === keysPath) return { status: 200, body: { keys: keys.map(({ jwk }) => jwk as Json) } }
  if (path !== '/.well-known/openid-configuration') return { status: 404 }
  const body = {
    issuer: serverIssuer,
    jwks_uri: serverIssuer + keysPath,
    id_token_signing_alg_values_supported: ['RS256'],
  }
  return { status: 200, body }
}

function makeIdToken(audience: string, serial: number, { options, keys }: IdTokenIssuer): string {
  const { subject = LAB_SUBJECT, issuer = GITHUB_ISSUER, claims = {} } = options
  const [key] = keys
  if (key === undefined) throw new Error('The issuer of the lab has no key')
  const now = Math.floor(Date.now() / 1000)
  const all = {
    jti: `lab-id-token-${String(serial)}`,
    sub: subject,
    aud: audience,
    iss: issuer,
    ...LAB_RUN_CLAIMS,
    nbf: now,
    iat: now,
    exp: now + TOKEN_SECONDS,
    ...claims,
  }
  return signToken(all, key)
}
