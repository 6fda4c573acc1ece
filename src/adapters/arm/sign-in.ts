import type { AccessToken, TokenCredential } from '@azure/identity'
import type { PipelinePolicy } from '@azure/core-rest-pipeline'
import { isJsonObject } from '../../domain/json.ts'
import { seen, unseen, type Observed, type ProbeFailure } from '../../domain/observed.ts'
import { Secret } from '../../domain/secret.ts'
import type { AzureIdentity } from '../../ports/arm-port.ts'
import { boundText } from '../bounded-text.ts'
import { judgeSignIn } from './aad-errors.ts'
import type { Cloud } from './clouds.ts'
import { parseJson } from './error-body.ts'
import { HttpStatusError, ProbeError } from './probe-error.ts'

export interface ArmCredential {
  clientId: string
  tenantId: string
  clientSecret: Secret
}

export interface SignedIn {
  identity: AzureIdentity
  /** Gives the one token of the run to every pipeline. */
  credential: TokenCredential
  /** A token for the SQL servers of the cloud; got when it is first asked for. */
  sqlToken: () => Promise<Observed<Secret>>
}

export interface SignInOptions {
  cloud: Cloud
  credential: ArmCredential | undefined
  transport: PipelinePolicy
  tls: { ca: string } | undefined
  scrub: (text: string) => string
}

/** Gets one token with the client secret. Whatever goes wrong is a ProbeFailure. */
export async function signIn(options: SignInOptions): Promise<Observed<SignedIn>> {
  const { cloud, credential } = options
  if (credential === undefined || credential.clientSecret.reveal() === '') {
    return unseen('no-credential', 'No Azure identity was given, so nothing was asked of Azure.', {
      missing: 'the inputs client-id, tenant-id and client-secret',
    })
  }
  if (!/^[0-9a-z.-]+$/i.test(credential.tenantId)) {
    return unseen('missing-input', `The input tenant-id is "${boundText(credential.tenantId)}".`, {
      missing: 'the id or a domain name of the tenant',
    })
  }
  const { policy, failure } = recordFailure(options.transport, credential)
  try {
    const { ClientSecretCredential } = await import('@azure/identity')
    const azure = new ClientSecretCredential(
      credential.tenantId,
      credential.clientId,
      credential.clientSecret.reveal(),
      {
        authorityHost: cloud.authorityHost,
        // Without it the library asks login.microsoftonline.com about every authority that it does not know.
        disableInstanceDiscovery: true,
        retryOptions: { maxRetries: 0 },
        redirectOptions: { maxRetries: 0 },
        additionalPolicies: [{ policy, position: 'perRetry' }],
        ...(options.tls === undefined ? {} : { tlsOptions: options.tls }),
      },
    )
    const token = await azure.getToken(cloud.scope)
    const objectId = readObjectId(token.token)
    return seen({
      identity: {
        clientId: credential.clientId,
        tenantId: credential.tenantId,
        ...(objectId === undefined ? {} : { objectId }),
      },
      credential: keepToken(azure, token, cloud.scope),
      sqlToken: async () => {
        try {
          const { token: sqlToken } = await azure.getToken(`https://${cloud.sqlSuffix}/.default`)
          return seen(new Secret('the access token for SQL servers', sqlToken))
        } catch (error) {
          return { ok: false, failure: failure() ?? unexpected(error, options) }
        }
      },
    })
  } catch (error) {
    return { ok: false, failure: failure() ?? unexpected(error, options) }
  }
}

/** The libraries wrap what the transport threw beyond recognition: it is noted on the way. */
function recordFailure(
  transport: PipelinePolicy,
  credential: ArmCredential,
): { policy: PipelinePolicy; failure: () => ProbeFailure | undefined } {
  let noted: ProbeFailure | undefined
  const policy: PipelinePolicy = {
    name: transport.name,
    async sendRequest(request, next) {
      try {
        return await transport.sendRequest(request, next)
      } catch (error) {
        if (error instanceof ProbeError) noted = error.failure
        if (error instanceof HttpStatusError) noted = judgeSignIn(error.answer, credential)
        throw error
      }
    },
  }
  return { policy, failure: () => noted }
}

/** One token of one scope for the run; a new one only when that one is about to end. */
function keepToken(azure: TokenCredential, first: AccessToken, scope: string): TokenCredential {
  const RENEWAL_MS = 120_000
  return {
    getToken(scopes, tokenOptions) {
      const isFirst = [scopes].flat().every((one) => one === scope)
      return isFirst && first.expiresOnTimestamp - Date.now() > RENEWAL_MS
        ? Promise.resolve(first)
        : azure.getToken(scopes, tokenOptions)
    },
  }
}

function unexpected(error: unknown, { cloud, scrub }: SignInOptions): ProbeFailure {
  const message = boundText(scrub(error instanceof Error ? error.message : String(error)))
  const host = new URL(cloud.authorityHost).host
  return { kind: 'protocol', message: `The sign-in at ${host} gave no token: ${message}` }
}

/** The claim `oid` of a token. The token is for Azure and opaque to us: a missing or odd claim is no error. */
export function readObjectId(token: string): string | undefined {
  const payload = token.split('.')[1]
  if (payload === undefined) return undefined
  const claims = parseJson(Buffer.from(payload, 'base64url').toString('utf8'))
  const objectId = isJsonObject(claims) ? claims['oid'] : undefined
  return typeof objectId === 'string' && /^[0-9a-f-]{36}$/i.test(objectId) ? objectId : undefined
}

/** Takes the secret, in plain and in form encoding, and anything like a token out of a text. */
export function createScrubber(credential: ArmCredential | undefined): (text: string) => string {
  const secret = credential?.clientSecret.reveal() ?? ''
  const forms =
    secret === '' ? [] : [secret, encodeURIComponent(secret), new URLSearchParams([['', secret]]).toString().slice(1)]
  return (text) =>
    forms
      .reduce((clean, form) => clean.replaceAll(form, '***'), text)
      .replace(/eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g, '***')
}
