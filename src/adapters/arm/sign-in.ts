import type { AccessToken, TokenCredential } from '@azure/identity'
import type { PipelinePolicy } from '@azure/core-rest-pipeline'
import { mapSeen, seen, unseen, type Observed } from '../../domain/observed.ts'
import { Secret } from '../../domain/secret.ts'
import { SIGN_IN_WORDS } from '../../domain/sign-in-kind.ts'
import type { AzureIdentity } from '../../ports/arm-port.ts'
import { createCliTokens } from './azure-cli.ts'
import { createClientTokens } from './client-tokens.ts'
import type { Cloud } from './clouds.ts'
import { resourceOf, type ArmCredential, type GetToken } from './credential.ts'
import { createIdentityTokens } from './managed-identity.ts'
import { ProbeError } from './probe-error.ts'
import type { Scrubber } from './scrubber.ts'
import { readTokenClaims, type TokenClaims } from './token-claims.ts'

/** The same in every cloud: https://learn.microsoft.com/azure/storage/blobs/authorize-access-azure-active-directory */
const STORAGE_SCOPE = 'https://storage.azure.com/.default'
/** A token that ends so soon is not used any more. */
const RENEWAL_MS = 120_000

export interface SignedIn {
  identity: AzureIdentity
  /** Gives the one token of the run to every pipeline. */
  credential: TokenCredential
  /** A token for the SQL servers of the cloud; got when it is first asked for. */
  sqlToken: () => Promise<Observed<Secret>>
  /** A token for the blobs of the cloud's storage accounts; got when it is first asked for. */
  storageToken: () => Promise<Observed<Secret>>
}

export interface SignInOptions {
  cloud: Cloud
  credential: ArmCredential
  /** Variables of the process: where the runner keeps its Azure CLI and its managed identity. */
  env: Readonly<Record<string, string | undefined>>
  tls: { ca: string } | undefined
  timeoutMs: number
  signal: AbortSignal
  /** The last policy of a pipeline that sends a credential to that origin and to no other. */
  transportTo: (who: string, origin: string, timeoutMs?: number) => PipelinePolicy
  scrubber: Scrubber
  /** Called with every token before it is used. */
  learnSecret: (secret: Secret) => void
}

/** Signs in with the one kind of credential that was picked. Whatever goes wrong is a ProbeFailure. */
export async function signIn(options: SignInOptions): Promise<Observed<SignedIn>> {
  const { cloud, credential } = options
  const refused = refuseForeignAudience(options)
  if (refused !== undefined) return refused
  const getToken = keepTokens(learnTokens(createGetToken(options), options))
  const token = await getToken(cloud.scope)
  if (!token.ok) return token
  const claims = readTokenClaims(token.value.token)
  return findOtherIdentity(credential, claims) ?? seen(signedInAs(options, claims, getToken))
}

function createGetToken(options: SignInOptions): GetToken {
  const { credential } = options
  switch (credential.kind) {
    case 'secret':
    case 'oidc':
      return createClientTokens(credential, options)
    case 'cli':
      return createCliTokens(credential, options)
    case 'managed-identity':
      return createIdentityTokens(credential, options)
  }
}

/**
 * The Azure CLI and a managed identity give tokens for whatever audience they are asked, so metadata of a custom cloud
 * must not make them give one that opens another cloud. A secret and an ID token go to the cloud's own authority.
 */
function refuseForeignAudience({ cloud, credential }: SignInOptions): Observed<never> | undefined {
  const isAsked = credential.kind === 'cli' || credential.kind === 'managed-identity'
  const audience = resourceOf(cloud.scope)
  if (!cloud.isCustom || !isAsked || new URL(audience).origin === new URL(cloud.resourceManager).origin)
    return undefined
  const message = `The cloud metadata of ${cloud.resourceManager} asks for a token for ${audience}; a token of ${SIGN_IN_WORDS[credential.kind]} for another host is not sent there.`
  return unseen('untrusted-host', message, { missing: 'auth-type: secret or oidc for this environment' })
}

/** A token of another tenant or application than the inputs name is not used: that would be a fall-back. */
function findOtherIdentity(credential: ArmCredential, claims: TokenClaims): Observed<never> | undefined {
  const asked: (readonly [name: string, wanted: string | undefined, got: string | undefined])[] = [
    ['tenant-id', credential.tenantId, claims.tenantId],
    ['client-id', credential.kind === 'cli' ? undefined : credential.clientId, claims.clientId],
  ]
  for (const [name, wanted, got] of asked) {
    if (wanted === undefined || got === undefined || wanted.toLowerCase() === got.toLowerCase()) continue
    const what = name === 'tenant-id' ? 'tenant' : 'application'
    const message = `The token that this run got by ${SIGN_IN_WORDS[credential.kind]} is of ${what} ${got}, and the input ${name} is ${wanted}: it is not used.`
    return unseen('auth', message, {
      missing: `a sign-in to ${what} ${wanted}, or ${name}: ${got}, if that one is meant`,
    })
  }
  return undefined
}

function signedInAs({ cloud, credential }: SignInOptions, claims: TokenClaims, getToken: GetToken): SignedIn {
  const given = {
    ...('clientId' in credential ? pick('clientId', credential.clientId) : {}),
    ...pick('tenantId', credential.tenantId),
  }
  return {
    identity: { kind: credential.kind, ...given, ...claims },
    credential: {
      async getToken(scopes) {
        const token = await getToken([scopes].flat()[0] ?? cloud.scope)
        if (!token.ok) throw new ProbeError(token.failure)
        return token.value
      },
    },
    async sqlToken() {
      const token = await getToken(`https://${cloud.sqlSuffix}/.default`)
      return mapSeen(token, (value) => new Secret('the access token for SQL servers', value.token))
    },
    async storageToken() {
      const token = await getToken(STORAGE_SCOPE)
      return mapSeen(token, (value) => new Secret('the access token for storage accounts', value.token))
    },
  }
}

function pick<Key extends string>(key: Key, value: string | undefined): Partial<Record<Key, string>> {
  return value === undefined ? {} : ({ [key]: value } as Partial<Record<Key, string>>)
}

/** Every token is a secret before anybody gets it. */
function learnTokens(getToken: GetToken, { scrubber, learnSecret }: SignInOptions): GetToken {
  return async (scope) => {
    const token = await getToken(scope)
    if (!token.ok) return token
    const secret = new Secret('an access token of Azure', token.value.token)
    scrubber.learn(secret)
    learnSecret(secret)
    return token
  }
}

/** One token of each scope for the run, however many ask; a new one only when that one is about to end. */
export function keepTokens(getToken: GetToken): GetToken {
  const kept = new Map<string, Promise<Observed<AccessToken>>>()
  return async (scope) => {
    const known = kept.get(scope)
    const token = await known
    if (token !== undefined && !isEnding(token)) return token
    // Of several that find the token ending, the first asks for the next one.
    const next = kept.get(scope)
    if (next !== undefined && next !== known) return next
    const asked = getToken(scope)
    kept.set(scope, asked)
    return asked
  }
}

/** A refusal is kept as well: a refused credential is not tried again. */
function isEnding(token: Observed<AccessToken>): boolean {
  return token.ok && token.value.expiresOnTimestamp - Date.now() <= RENEWAL_MS
}
