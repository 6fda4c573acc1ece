import { reference, resource, resourceId, type Place } from './place.ts'
import type { ArmResource } from './state.ts'

/** Ways out of a virtual network: routes, public addresses, private endpoints, virtual WAN hubs. */

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
  spec: { subnet: string; target: string; group: string; host: string; addresses: readonly string[] },
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
    customDnsConfigs: [{ fqdn: spec.host, ipAddresses: spec.addresses }],
  })
}

/** Peerings that are Enabled, by their type. */
export function expressRouteCircuit(
  place: Place,
  name: string,
  peerings: readonly ('AzurePrivatePeering' | 'MicrosoftPeering')[],
): ArmResource {
  const type = 'Microsoft.Network/expressRouteCircuits'
  return resource(
    place,
    type,
    [name],
    {
      provisioningState: 'Succeeded',
      peerings: peerings.map((peeringType) => ({
        name: peeringType,
        id: `${resourceId(place, type, name)}/peerings/${peeringType}`,
        type: `${type}/peerings`,
        properties: { provisioningState: 'Succeeded', peeringType, peerASN: 65_010, state: 'Enabled', vlanId: 200 },
      })),
      authorizations: [],
      circuitProvisioningState: 'Enabled',
      serviceProviderProvisioningState: 'Provisioned',
    },
    { sku: { name: 'Standard_MeteredData', tier: 'Standard', family: 'MeteredData' } },
  )
}

export function virtualHub(
  place: Place,
  name: string,
  spec: { vpnGateway?: string; expressRouteGateway?: string },
): ArmResource {
  return resource(place, 'Microsoft.Network/virtualHubs', [name], {
    provisioningState: 'Succeeded',
    addressPrefix: '10.200.0.0/23',
    sku: 'Standard',
    virtualWan: { id: resourceId(place, 'Microsoft.Network/virtualWans', 'wan') },
    ...reference(spec.vpnGateway, 'vpnGateway'),
    ...reference(spec.expressRouteGateway, 'expressRouteGateway'),
  })
}

/** A child of the hub, without a location of its own. */
export function hubConnection(place: Place, hub: string, name: string, network: string): ArmResource {
  const type = 'Microsoft.Network/virtualHubs/hubVirtualNetworkConnections'
  return {
    id: resourceId(place, type, hub, name),
    name,
    type,
    properties: {
      provisioningState: 'Succeeded',
      remoteVirtualNetwork: { id: network },
      enableInternetSecurity: true,
    },
  }
}

export function hubVpnGateway(
  place: Place,
  name: string,
  connections: readonly { name: string; site: string; status?: string }[],
): ArmResource {
  const type = 'Microsoft.Network/vpnGateways'
  return resource(place, type, [name], {
    provisioningState: 'Succeeded',
    connections: connections.map((one) => ({
      name: one.name,
      id: `${resourceId(place, type, name)}/vpnConnections/${one.name}`,
      properties: {
        provisioningState: 'Succeeded',
        remoteVpnSite: { id: one.site },
        ...(one.status === undefined ? {} : { connectionStatus: one.status }),
      },
    })),
    vpnGatewayScaleUnit: 1,
  })
}

export function vpnSite(place: Place, name: string, prefixes: readonly string[]): ArmResource {
  return resource(place, 'Microsoft.Network/vpnSites', [name], {
    provisioningState: 'Succeeded',
    addressSpace: { addressPrefixes: prefixes },
    virtualWan: { id: resourceId(place, 'Microsoft.Network/virtualWans', 'wan') },
  })
}
