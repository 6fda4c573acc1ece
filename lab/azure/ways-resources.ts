import { resource, resourceId, type Place } from './place.ts'
import type { ArmResource } from './state.ts'

/** Ways out of a virtual network: routes, public addresses, private endpoints. */

export function routeTable(
  place: Place,
  name: string,
  routes: readonly { name: string; prefix: string; nextHop: string; address?: string }[],
  { disableBgpRoutePropagation = false } = {},
): ArmResource {
  const type = 'Microsoft.Network/routeTables'
  return resource(place, type, [name], {
    provisioningState: 'Succeeded',
    disableBgpRoutePropagation,
    routes: routes.map((route) => ({
      name: route.name,
      id: `${resourceId(place, type, name)}/routes/${route.name}`,
      type: `${type}/routes`,
      properties: {
        provisioningState: 'Succeeded',
        addressPrefix: route.prefix,
        nextHopType: route.nextHop,
        ...(route.address === undefined ? {} : { nextHopIpAddress: route.address }),
      },
    })),
  })
}

export function natGateway(
  place: Place,
  name: string,
  spec: { addresses?: readonly string[]; prefixes?: readonly string[] },
): ArmResource {
  return resource(
    place,
    'Microsoft.Network/natGateways',
    [name],
    {
      provisioningState: 'Succeeded',
      idleTimeoutInMinutes: 4,
      publicIpAddresses: (spec.addresses ?? []).map((id) => ({ id })),
      publicIpPrefixes: (spec.prefixes ?? []).map((id) => ({ id })),
    },
    { sku: { name: 'Standard' } },
  )
}

/** Without an address: none is assigned yet. */
export function publicIpAddress(place: Place, name: string, ipAddress?: string): ArmResource {
  return resource(
    place,
    'Microsoft.Network/publicIPAddresses',
    [name],
    {
      provisioningState: 'Succeeded',
      ...(ipAddress === undefined ? {} : { ipAddress }),
      publicIPAddressVersion: 'IPv4',
      publicIPAllocationMethod: 'Static',
      idleTimeoutInMinutes: 4,
    },
    { sku: { name: 'Standard', tier: 'Regional' } },
  )
}

export function publicIpPrefix(place: Place, name: string, ipPrefix: string): ArmResource {
  return resource(
    place,
    'Microsoft.Network/publicIPPrefixes',
    [name],
    {
      provisioningState: 'Succeeded',
      ipPrefix,
      prefixLength: Number(ipPrefix.split('/')[1]),
      publicIPAddressVersion: 'IPv4',
    },
    { sku: { name: 'Standard', tier: 'Regional' } },
  )
}

export function privateEndpoint(
  place: Place,
  name: string,
  spec: {
    subnet: string
    target: string
    group: string
    host: string
    /** Empty: a private DNS zone group keeps the records, and only the network interface tells. */
    addresses: readonly string[]
    networkInterfaces?: readonly string[]
  },
): ArmResource {
  const type = 'Microsoft.Network/privateEndpoints'
  return resource(place, type, [name], {
    provisioningState: 'Succeeded',
    subnet: { id: spec.subnet },
    privateLinkServiceConnections: [
      {
        name,
        id: `${resourceId(place, type, name)}/privateLinkServiceConnections/${name}`,
        properties: {
          provisioningState: 'Succeeded',
          privateLinkServiceId: spec.target,
          groupIds: [spec.group],
          privateLinkServiceConnectionState: {
            status: 'Approved',
            description: 'Auto-approved',
            actionsRequired: 'None',
          },
        },
      },
    ],
    manualPrivateLinkServiceConnections: [],
    customDnsConfigs: spec.addresses.length === 0 ? [] : [{ fqdn: spec.host, ipAddresses: spec.addresses }],
    networkInterfaces: (spec.networkInterfaces ?? []).map((id) => ({ id })),
  })
}
