import type { Json } from '../../src/domain/json.ts'
import type { Answer } from './answers.ts'
import type { LabRuntime } from './validate-ir.ts'
import type { AssignmentSpec, DenySpec, RoleSpec } from './authorization.ts'

/** A resource as Azure Resource Manager shows it in a GET. */
export interface ArmResource extends Record<string, Json> {
  id: string
  name: string
  type: string
}

/** An answer that stands in for the usual one. */
export interface Fault {
  /** Regular expression on the path, any letter case; the sign-in paths match as well. */
  match: string
  status: number
  /** JSON, or text as it is. */
  body?: Json
  headers?: Readonly<Record<string, string>>
  /** How often; absent: always. */
  times?: number
  /** Before answering. */
  delayMs?: number
}

/** What the application trusts in place of a secret. */
export interface FederatedCredential {
  issuer: string
  subject: string
  audience: string
}

/** Everything that the lab's Azure knows. It may be changed while the server runs. */
export interface AzureState {
  tenantId: string
  clientId: string
  clientSecret: string
  /** Of the application; default: none. */
  federatedCredentials?: readonly FederatedCredential[]
  objectId: string
  subscriptions: readonly string[]
  /** Groups that exist although nothing is in them: `/subscriptions/<id>/resourceGroups/<name>`. */
  resourceGroups?: readonly string[]
  resources: ArmResource[]
  /** Entries on one page of a list; absent: all. */
  pageSize?: number
  /**
   * Ids, and all below them, for which the identity has no role; at the subscription and for admin rules also actions,
   * `Microsoft.Network/locations/serviceTags/read`.
   */
  forbidden?: readonly string[]
  faults?: Fault[]
  /** Registration states by namespace; default: Registered. */
  providers?: Readonly<Record<string, string>>
  /** Entries of the permissions list, the same at every scope; default: everything. */
  permissions?: readonly Json[]
  /** Roles given to somebody; default: none that a list would show. */
  roleAssignments?: readonly AssignmentSpec[]
  /** Beside the built-in roles. */
  customRoles?: readonly RoleSpec[]
  denyAssignments?: readonly DenySpec[]
  /** Members of groups, whether directly or by another group. */
  groups?: Readonly<Record<string, readonly string[]>>
  /** Prefixes by tag; default: a few made-up ones of three regions. */
  serviceTags?: Readonly<Record<string, readonly string[]>>
  /** Security admin rules in effect on every virtual network; default: none. */
  adminRules?: readonly Json[]
  /** Offers of the DMS; default: three in West Europe. */
  dmsSkus?: readonly Json[]
  /** Regions that Microsoft.DataMigration lists for its types; default: West and North Europe. */
  dmsRegions?: readonly string[]
  /** What the migration services' runtime answers to `validateIr`; absent: there is none. */
  runtime?: LabRuntime
  /** Nodes of the integration runtime of every sqlMigrationService; default: one, where the service says Online. */
  runtimeNodes?: readonly Json[]
  /** Asked first by whoever is signed in: what it gives stands in for the usual answer. */
  standIn?: (asked: { method: string; url: URL; body: string }) => Answer | undefined
  /** Answer of `/metadata/endpoints`, made from the server's own origin; absent: the usual one. */
  metadata?: (origin: string) => Json
  /** Without a leading dot. */
  sqlSuffix?: string
  /** Tokens for SQL servers that were given out, and the login that each stands for. */
  sqlTokens: Map<string, string>
  /** The token for SQL servers; default: one of its own each time. */
  sqlToken?: string
}

export const LAB_SQL_SUFFIX = 'database.lab.example'
/** The login of the identity on SQL servers. */
export const LAB_SQL_LOGIN = 'dms-migration'
export const LAB_SUBSCRIPTION = '11111111-2222-3333-4444-555555555555'

/** A cloud with one subscription, an identity that may read all of it, and the given resources. */
export function azureState(resources: readonly ArmResource[] = []): AzureState {
  return {
    tenantId: 'aaaaaaaa-0000-4000-8000-000000000001',
    clientId: 'bbbbbbbb-0000-4000-8000-000000000002',
    clientSecret: 'lab~secret.Value-1',
    objectId: 'cccccccc-0000-4000-8000-000000000003',
    subscriptions: [LAB_SUBSCRIPTION],
    resources: [...resources],
    sqlTokens: new Map(),
  }
}
