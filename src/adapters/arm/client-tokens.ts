import type { TokenCredential } from '@azure/identity'
import type { PipelinePolicy } from '@azure/core-rest-pipeline'
import { seen, unseen, type Observed, type ProbeFailure } from '../../domain/observed.ts'
import type { Secret } from '../../domain/secret.ts'
import { boundText } from '../bounded-text.ts'
import { createMemo } from '../memo.ts'
import { judgeSignIn } from './aad-errors.ts'
import type { GetToken, OidcCredential, SecretCredential } from './credential.ts'
import { requestIdToken } from './github-id-token.ts'
import { HttpStatusError, ProbeError } from './probe-error.ts'
import type { SignInOptions } from './sign-in.ts'
import { readIdTokenClaims, type IdTokenClaims } from './token-claims.ts'

const WHO = 'the sign-in service'

/** What became of a request on its way through the library, which wraps errors beyond recognition. */
interface Notes {
  failure: ProbeFailure | undefined
  /** For the exchange under way: the library asks for it twice. */
  idToken: Promise<Observed<Secret>> | undefined
  /** Of the ID token that was presented. */
  claims: IdTokenClaims | undefined
}

/** Tokens for an application: with its client secret, or with the ID token that GitHub gives this job. */
export function createClientTokens(credential: SecretCredential | OidcCredential, options: SignInOptions): GetToken {
  if (credential.kind === 'secret' && credential.clientSecret.reveal() === '') return () => noSecret()
  if (!/^[0-9a-z.-]+$/i.test(credential.tenantId)) return () => oddTenant(credential.tenantId)
  const notes: Notes = { failure: undefined, idToken: undefined, claims: undefined }
  const memo = createMemo()
  const ask: GetToken = async (scope) => {
    // A new ID token for each exchange: it lives for a few minutes.
    Object.assign(notes, { failure: undefined, idToken: undefined })
    try {
      const azure = await memo.once('credential', () => createLibraryCredential(credential, options, notes))
      const token = await azure.getToken(scope)
      return token === null ? { ok: false, failure: unexpected('no answer', options) } : seen(token)
    } catch (error) {
      return { ok: false, failure: notes.failure ?? unexpected(error, options) }
    }
  }
  // One after the other, so that each failure is noted for the request that it belongs to.
  let last: Promise<unknown> = Promise.resolve()
  return (scope) => {
    const asked = last.then(() => ask(scope))
    last = asked
    return asked
  }
}

async function createLibraryCredential(
  credential: SecretCredential | OidcCredential,
  options: SignInOptions,
  notes: Notes,
): Promise<TokenCredential> {
  const { ClientAssertionCredential, ClientSecretCredential } = await import('@azure/identity')
  const { tenantId, clientId } = credential
  const { cloud, tls, transportTo } = options
  const transport = transportTo(WHO, new URL(cloud.authorityHost).origin)
  const settings = {
    authorityHost: cloud.authorityHost,
    // Without it the library asks login.microsoftonline.com about every authority that it does not know.
    disableInstanceDiscovery: true,
    retryOptions: { maxRetries: 0 },
    redirectOptions: { maxRetries: 0 },
    additionalPolicies: [{ policy: recordFailure(transport, credential, notes), position: 'perRetry' as const }],
    ...(tls === undefined ? {} : { tlsOptions: tls }),
  }
  if (credential.kind === 'secret') {
    return new ClientSecretCredential(tenantId, clientId, credential.clientSecret.reveal(), settings)
  }
  return new ClientAssertionCredential(tenantId, clientId, () => assertion(credential, options, notes), settings)
}

async function assertion(credential: OidcCredential, options: SignInOptions, notes: Notes): Promise<string> {
  const audience = credential.audience ?? options.cloud.idTokenAudience
  notes.idToken ??= requestIdToken(credential.request, audience, options)
  const token = await notes.idToken
  if (!token.ok) {
    notes.failure = token.failure
    throw new ProbeError(token.failure)
  }
  notes.claims = readIdTokenClaims(token.value.reveal())
  return token.value.reveal()
}

function recordFailure(
  transport: PipelinePolicy,
  credential: SecretCredential | OidcCredential,
  notes: Notes,
): PipelinePolicy {
  return {
    name: transport.name,
    async sendRequest(request, next) {
      try {
        return await transport.sendRequest(request, next)
      } catch (error) {
        if (error instanceof ProbeError) notes.failure = error.failure
        if (error instanceof HttpStatusError) notes.failure = judgeSignIn(error.answer, credential, notes.claims)
        throw error
      }
    },
  }
}

function noSecret(): Promise<Observed<never>> {
  const message = 'The client secret of the Azure identity is empty, so nothing was asked of Azure.'
  return Promise.resolve(
    unseen('no-credential', message, { missing: 'the inputs client-id, tenant-id and client-secret' }),
  )
}

function oddTenant(tenantId: string): Promise<Observed<never>> {
  const message = `The input tenant-id is "${boundText(tenantId)}".`
  return Promise.resolve(unseen('missing-input', message, { missing: 'the id or a domain name of the tenant' }))
}

function unexpected(error: unknown, { cloud, scrubber }: SignInOptions): ProbeFailure {
  const message = boundText(scrubber.scrub(error instanceof Error ? error.message : String(error)))
  const host = new URL(cloud.authorityHost).host
  return { kind: 'protocol', message: `The sign-in at ${host} gave no token: ${message}` }
}
