import type { Json, JsonObject } from '../../src/domain/json.ts'
import { aadError, type Answer } from './answers.ts'
import { refuseAssertion } from './federation.ts'
import { LAB_SQL_LOGIN, LAB_SQL_SUFFIX, type AzureState } from './state.ts'

const TOKEN_SECONDS = 3599

export interface Login {
  answer(method: string, path: string, form: URLSearchParams, origin: string): Answer | undefined
  accepts(authorization: string | undefined): boolean
  /** A token as this service gives it to whoever asks in another way: the Azure CLI, or a machine for its identity. */
  issue: (scope: string, claims?: JsonObject) => string
}

/** The sign-in service: client secrets and ID tokens of other issuers for one application in one tenant. */
export function createLogin(state: AzureState): Login {
  const issued = new Set<string>()
  const issue = (scope: string, claims?: JsonObject): string => {
    const isSql = isForSql(state, scope)
    const token =
      (isSql ? state.sqlToken : undefined) ?? makeToken(state, issued.size + state.sqlTokens.size, scope, claims)
    if (isSql) state.sqlTokens.set(token, LAB_SQL_LOGIN)
    else issued.add(token)
    return token
  }
  return {
    answer(method, path, form, origin) {
      const [, tenant = '', endpoint] =
        /^\/([^/]+)(\/v2\.0\/\.well-known\/openid-configuration|\/oauth2\/v2\.0\/token)$/.exec(path) ?? []
      if (endpoint === undefined) return undefined
      if (tenant.toLowerCase() !== state.tenantId.toLowerCase()) return tenantNotFound(tenant)
      if (endpoint.endsWith('openid-configuration')) return { status: 200, body: openIdConfiguration(origin, tenant) }
      if (method !== 'POST') return aadError(400, 'invalid_request', 900561, 'The endpoint only accepts POST requests.')
      const refusal = refuse(form, state, tenant)
      if (refusal !== undefined) return refusal
      const body = {
        token_type: 'Bearer',
        expires_in: TOKEN_SECONDS,
        ext_expires_in: TOKEN_SECONDS,
        access_token: issue(form.get('scope') ?? ''),
      }
      return { status: 200, body }
    },
    issue,
    accepts: (authorization) => issued.has(authorization?.replace(/^Bearer /, '') ?? ''),
  }
}

/** A token for the SQL servers of the cloud opens nothing else. */
function isForSql({ sqlSuffix = LAB_SQL_SUFFIX }: AzureState, scope: string): boolean {
  return scope.startsWith(`https://${sqlSuffix}/`)
}

function refuse(form: URLSearchParams, state: AzureState, tenant: string): Answer | undefined {
  if (form.get('grant_type') !== 'client_credentials' || !(form.get('scope') ?? '').includes('/.default')) {
    return aadError(400, 'invalid_request', 70003, 'The app requested an unsupported grant type.')
  }
  const client = form.get('client_id') ?? ''
  if (client.toLowerCase() !== state.clientId.toLowerCase()) {
    const sentence = `Application with identifier '${client}' was not found in the directory '${tenant}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.`
    return aadError(400, 'unauthorized_client', 700016, sentence)
  }
  if (form.has('client_assertion')) return refuseAssertion(form, state)
  if (form.get('client_secret') === state.clientSecret) return undefined
  const sentence = `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${client}'.`
  return aadError(401, 'invalid_client', 7000215, sentence)
}

function tenantNotFound(tenant: string): Answer {
  const sentence = `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.`
  return aadError(400, 'invalid_request', 90002, sentence)
}

function openIdConfiguration(origin: string, tenant: string): Json {
  return {
    token_endpoint: `${origin}/${tenant}/oauth2/v2.0/token`,
    authorization_endpoint: `${origin}/${tenant}/oauth2/v2.0/authorize`,
    end_session_endpoint: `${origin}/${tenant}/oauth2/v2.0/logout`,
    jwks_uri: `${origin}/${tenant}/discovery/v2.0/keys`,
    issuer: `${origin}/${tenant}/v2.0`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
    response_types_supported: ['code', 'id_token'],
    scopes_supported: ['openid'],
  }
}

/** Shaped like a token of Microsoft Entra ID; nobody checks the signature. */
function makeToken(state: AzureState, serial: number, scope: string, more: JsonObject = {}): string {
  const now = Math.floor(Date.now() / 1000)
  const claims = {
    aud: scope.replace(/\/\.default.*$/, ''),
    iss: `https://sts.windows.net/${state.tenantId}/`,
    iat: now,
    nbf: now,
    exp: now + TOKEN_SECONDS,
    appid: state.clientId,
    oid: state.objectId,
    tid: state.tenantId,
    uti: `lab-token-${String(serial)}`,
    ...more,
  }
  const part = (value: Json): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ typ: 'JWT', alg: 'RS256', kid: 'lab' })}.${part(claims)}.${Buffer.from('lab-signature').toString('base64url')}`
}
