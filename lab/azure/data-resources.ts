import type { Json } from '../../src/domain/json.ts'
import { child, reference, resource, resourceId, type Place } from './place.ts'
import type { ArmResource } from './state.ts'

export function sqlServer(
  place: Place,
  name: string,
  spec: {
    fullyQualifiedDomainName?: string
    publicNetworkAccess?: 'Enabled' | 'Disabled' | 'SecuredByPerimeter'
    /** `id`: the endpoint's own, which may be elsewhere. */
    privateEndpoints?: readonly { name: string; status: string; id?: string }[]
    state?: string
  } = {},
): ArmResource {
  const id = resourceId(place, 'Microsoft.Sql/servers', name)
  return resource(
    place,
    'Microsoft.Sql/servers',
    [name],
    {
      administratorLogin: 'sqladmin',
      version: '12.0',
      state: spec.state ?? 'Ready',
      fullyQualifiedDomainName: spec.fullyQualifiedDomainName ?? `${name}.database.windows.net`,
      privateEndpointConnections: (spec.privateEndpoints ?? []).map((endpoint): Json => ({
        id: `${id}/privateEndpointConnections/${endpoint.name}`,
        properties: {
          provisioningState: 'Ready',
          ...reference(endpoint.id, 'privateEndpoint'),
          privateLinkServiceConnectionState: { status: endpoint.status, description: '', actionsRequired: 'None' },
        },
      })),
      minimalTlsVersion: '1.2',
      publicNetworkAccess: spec.publicNetworkAccess ?? 'Enabled',
      restrictOutboundNetworkAccess: 'Disabled',
    },
    { kind: 'v12.0' },
  )
}

export function sqlDatabase(
  place: Place,
  server: string,
  name: string,
  spec: { status?: string; sku?: string; maxSizeBytes?: number } = {},
): ArmResource {
  return resource(
    place,
    'Microsoft.Sql/servers/databases',
    [server, name],
    {
      collation: 'SQL_Latin1_General_CP1_CI_AS',
      maxSizeBytes: spec.maxSizeBytes ?? 34_359_738_368,
      status: spec.status ?? 'Online',
    },
    {
      kind: 'v12.0,user,vcore',
      sku: { name: spec.sku ?? 'GP_Gen5', tier: 'GeneralPurpose', family: 'Gen5', capacity: 2 },
    },
  )
}

export function firewallRule(place: Place, server: string, name: string, start: string, end = start): ArmResource {
  return child(place, 'Microsoft.Sql/servers/firewallRules', [server, name], {
    startIpAddress: start,
    endIpAddress: end,
  })
}

export function ipv6FirewallRule(place: Place, server: string, name: string, start: string, end = start): ArmResource {
  return resource(place, 'Microsoft.Sql/servers/ipv6FirewallRules', [server, name], {
    startIPv6Address: start,
    endIPv6Address: end,
  })
}

export function virtualNetworkRule(
  place: Place,
  server: string,
  name: string,
  spec: { subnet: string; state?: string; ignoreMissingEndpoint?: boolean },
): ArmResource {
  return child(place, 'Microsoft.Sql/servers/virtualNetworkRules', [server, name], {
    virtualNetworkSubnetId: spec.subnet,
    ignoreMissingVnetServiceEndpoint: spec.ignoreMissingEndpoint ?? false,
    state: spec.state ?? 'Ready',
  })
}

/** The classic service. */
export function dmsService(
  place: Place,
  name: string,
  spec: { subnet: string; provisioningState?: string },
): ArmResource {
  return resource(
    place,
    'Microsoft.DataMigration/services',
    [name],
    { provisioningState: spec.provisioningState ?? 'Succeeded', virtualSubnetId: spec.subnet },
    { kind: 'Cloud', sku: { name: 'Premium_4vCores', size: '4 vCores', tier: 'Premium' } },
  )
}
