import { aadError, type Answer } from './answers.ts'
import type { AzureState, FederatedCredential } from './state.ts'

const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const ADVICE =
  'Check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation'

/** What the sign-in service says to an ID token of another issuer; undefined: it takes it. */
export function refuseAssertion(form: URLSearchParams, { federatedCredentials = [] }: AzureState): Answer | undefined {
  const claims = readClaims(form.get('client_assertion') ?? '')
  if (form.get('client_assertion_type') !== JWT_BEARER || claims === undefined) {
    return aadError(401, 'invalid_client', 50027, 'JWT token is invalid or malformed.')
  }
  const { issuer, audience, subject } = claims
  const sameIssuer = federatedCredentials.filter((one) => one.issuer === issuer)
  if (sameIssuer.length === 0) return mismatch(700211, 'issuer', issuer)
  const sameSubject = sameIssuer.filter((one) => one.subject === subject)
  if (sameSubject.length === 0) {
    const isCaseOnly = sameIssuer.some((one) => one.subject.toLowerCase() === subject.toLowerCase())
    const note = 'The subject matches with case-insensitive comparison, but not with case-sensitive comparison.'
    return isCaseOnly ? mismatch(7002138, 'subject', subject, note) : mismatch(700213, 'subject', subject)
  }
  return sameSubject.some((one) => one.audience === audience) ? undefined : mismatch(700212, 'audience', audience)
}

function mismatch(code: number, what: string, value: string, note?: string): Answer {
  const sentence = `No matching federated identity record found for presented assertion ${what} '${value}'. ${note === undefined ? '' : `${note} `}${ADVICE}`
  return aadError(401, 'invalid_client', code, sentence)
}

function readClaims(token: string): FederatedCredential | undefined {
  try {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as Record<
      string,
      unknown
    >
    const [issuer, subject, audience] = [claims['iss'], claims['sub'], claims['aud']]
    if (typeof issuer !== 'string' || typeof subject !== 'string' || typeof audience !== 'string') return undefined
    return { issuer, subject, audience }
  } catch {
    return undefined
  }
}
