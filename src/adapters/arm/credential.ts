import type { AccessToken } from '@azure/identity'
import type { Observed } from '../../domain/observed.ts'
import type { Secret } from '../../domain/secret.ts'
import type { SignInKind } from '../../domain/sign-in-kind.ts'

export interface SecretCredential {
  kind: 'secret'
  clientId: string
  tenantId: string
  clientSecret: Secret
}

export interface OidcCredential {
  kind: 'oidc'
  clientId: string
  tenantId: string
  /** Of GitHub's ID token; absent: the one that the cloud asks for. */
  audience?: string
  /** Where GitHub gives this job an ID token; absent: the job may not ask for one. */
  request?: IdTokenRequest
}

export interface IdTokenRequest {
  url: string
  token: Secret
}

export interface CliCredential {
  kind: 'cli'
  tenantId?: string
  subscriptionId?: string
}

export interface ManagedIdentityCredential {
  kind: 'managed-identity'
  /** Of a user-assigned identity; absent: the one that the machine itself has. */
  clientId?: string
  tenantId?: string
}

/** What a run signs in with: one kind, picked before anything is asked. */
export type ArmCredential = SecretCredential | OidcCredential | CliCredential | ManagedIdentityCredential

/** Gets a token for a scope, or says why there is none. It never throws. */
export type GetToken = (scope: string) => Promise<Observed<AccessToken>>

/** Who tried to sign in, and how: for messages. */
export interface SignInTried {
  kind: SignInKind
  clientId?: string
  tenantId?: string
}

/** The token that a scope stands for: `https://management.azure.com/.default` is for `https://management.azure.com`. */
export function resourceOf(scope: string): string {
  return scope.replace(/\/\.default$/, '')
}
