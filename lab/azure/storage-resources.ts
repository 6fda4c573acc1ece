import type { Json, JsonObject } from '../../src/domain/json.ts'
import { resource, resourceId, type Place } from './place.ts'
import type { ArmResource } from './state.ts'

export interface StorageAccountSpec {
  /** Default: that of the public cloud. */
  blobEndpoint?: string
  allowSharedKeyAccess?: boolean
  publicNetworkAccess?: 'Enabled' | 'Disabled' | 'SecuredByPerimeter'
  defaultAction?: 'Allow' | 'Deny'
  /** Ids of the admitted subnets. */
  subnets?: readonly string[]
  /** Admitted public addresses and prefixes. */
  addresses?: readonly string[]
  privateEndpoints?: readonly { name: string; status: string; id: string }[]
}

/** The account, and the blob service below it, as Azure Resource Manager shows them. */
export function storageAccount(place: Place, name: string, spec: StorageAccountSpec = {}): ArmResource[] {
  const type = 'Microsoft.Storage/storageAccounts'
  const id = resourceId(place, type, name)
  const account = resource(
    place,
    type,
    [name],
    {
      provisioningState: 'Succeeded',
      creationTime: '2026-10-01T08:00:00.0000000Z',
      minimumTlsVersion: 'TLS1_2',
      allowBlobPublicAccess: false,
      ...(spec.allowSharedKeyAccess === undefined ? {} : { allowSharedKeyAccess: spec.allowSharedKeyAccess }),
      ...(spec.publicNetworkAccess === undefined ? {} : { publicNetworkAccess: spec.publicNetworkAccess }),
      networkAcls: {
        bypass: 'AzureServices',
        virtualNetworkRules: (spec.subnets ?? []).map((subnet): Json => ({
          id: subnet,
          action: 'Allow',
          state: 'Succeeded',
        })),
        ipRules: (spec.addresses ?? []).map((value): Json => ({ value, action: 'Allow' })),
        defaultAction: spec.defaultAction ?? 'Allow',
      },
      privateEndpointConnections: (spec.privateEndpoints ?? []).map((endpoint): Json => ({
        id: `${id}/privateEndpointConnections/${endpoint.name}`,
        name: endpoint.name,
        type: `${type}/privateEndpointConnections`,
        properties: {
          provisioningState: 'Succeeded',
          privateEndpoint: { id: endpoint.id },
          privateLinkServiceConnectionState: { status: endpoint.status, description: '', actionRequired: 'None' },
        },
      })),
      supportsHttpsTrafficOnly: true,
      primaryEndpoints: {
        blob: spec.blobEndpoint ?? `https://${name}.blob.core.windows.net/`,
        file: `https://${name}.file.core.windows.net/`,
      },
      primaryLocation: place.location ?? 'westeurope',
      statusOfPrimary: 'available',
    },
    { kind: 'StorageV2', sku: { name: 'Standard_LRS', tier: 'Standard' } },
  )
  return [account, resource(place, `${type}/blobServices`, [name, 'default'], { cors: { corsRules: [] } })]
}

export function blobContainer(
  place: Place,
  account: string,
  name: string,
  spec: { hasImmutabilityPolicy?: boolean; deleted?: boolean } = {},
): ArmResource {
  return resource(place, 'Microsoft.Storage/storageAccounts/blobServices/containers', [account, 'default', name], {
    deleted: spec.deleted ?? false,
    remainingRetentionDays: 0,
    publicAccess: 'None',
    leaseStatus: 'Unlocked',
    leaseState: 'Available',
    lastModifiedTime: '2026-11-01T11:01:48.0000000Z',
    hasImmutabilityPolicy: spec.hasImmutabilityPolicy ?? false,
    hasLegalHold: false,
  })
}

export function managedInstance(
  place: Place,
  name: string,
  spec: {
    subnet: string
    state?: string
    provisioningState?: string
    fullyQualifiedDomainName?: string
    /** Object id of the system-assigned identity. */
    identity?: string
    /** Id and object id of the user-assigned identity that is its primary one. */
    primary?: { id: string; principalId: string }
  },
): ArmResource {
  return resource(
    place,
    'Microsoft.Sql/managedInstances',
    [name],
    {
      provisioningState: spec.provisioningState ?? 'Succeeded',
      fullyQualifiedDomainName: spec.fullyQualifiedDomainName ?? `${name}.1b4e2caff2530.database.windows.net`,
      administratorLogin: 'sqladmin',
      subnetId: spec.subnet,
      state: spec.state ?? 'Ready',
      licenseType: 'LicenseIncluded',
      vCores: 8,
      storageSizeInGB: 1024,
      collation: 'SQL_Latin1_General_CP1_CI_AS',
      dnsZone: '1b4e2caff2530',
      publicDataEndpointEnabled: false,
      proxyOverride: 'Proxy',
      privateEndpointConnections: [],
      minimalTlsVersion: '1.2',
      ...(spec.primary === undefined ? {} : { primaryUserAssignedIdentityId: spec.primary.id }),
    },
    { ...instanceIdentity(spec), sku: { name: 'GP_Gen5', tier: 'GeneralPurpose', family: 'Gen5', capacity: 8 } },
  )
}

function instanceIdentity({ identity, primary }: Parameters<typeof managedInstance>[2]): JsonObject {
  const clientId = 'aaaaaaaa-0000-4000-8000-00000000000c'
  const types = [
    ...(identity === undefined ? [] : ['SystemAssigned']),
    ...(primary === undefined ? [] : ['UserAssigned']),
  ]
  if (types.length === 0) return {}
  return {
    identity: {
      type: types.join(','),
      ...(identity === undefined ? {} : { principalId: identity, tenantId: 'aaaaaaaa-0000-4000-8000-000000000001' }),
      ...(primary === undefined
        ? {}
        : { userAssignedIdentities: { [primary.id]: { principalId: primary.principalId, clientId } } }),
    },
  }
}
