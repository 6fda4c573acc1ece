import { child, reference, resource, resourceId, type Place } from './place.ts'
import type { ArmResource } from './state.ts'

/** Ways out of a virtual network: routes, public addresses, private endpoints, virtual WAN hubs. */

export function routeTable(
  place: Place,
  name: string,
  routes: readonly { name: string; prefix: string; nextHop: string; address?: string }[],
): ArmResource {
  const type = 'Microsoft.Network/routeTables'
  return resource(place, type, [name], {
    provisioningState: 'Succeeded',
    disableBgpRoutePropagation: false,
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

export function hubConnection(place: Place, hub: string, name: string, network: string): ArmResource {
  return child(place, 'Microsoft.Network/virtualHubs/hubVirtualNetworkConnections', [hub, name], {
    provisioningState: 'Succeeded',
    remoteVirtualNetwork: { id: network },
    enableInternetSecurity: true,
  })
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

/** Azure says no status of these connections. */
export function hubExpressRouteGateway(
  place: Place,
  name: string,
  spec: { hub: string; connections: readonly { name: string; circuitPeering: string }[] },
): ArmResource {
  const type = 'Microsoft.Network/expressRouteGateways'
  return resource(place, type, [name], {
    provisioningState: 'Succeeded',
    autoScaleConfiguration: { bounds: { min: 1 } },
    virtualHub: { id: spec.hub },
    expressRouteConnections: spec.connections.map((one) => ({
      name: one.name,
      id: `${resourceId(place, type, name)}/expressRouteConnections/${one.name}`,
      properties: {
        provisioningState: 'Succeeded',
        expressRouteCircuitPeering: { id: one.circuitPeering },
        routingWeight: 0,
      },
    })),
  })
}

export function vpnSite(place: Place, name: string, prefixes: readonly string[]): ArmResource {
  return resource(place, 'Microsoft.Network/vpnSites', [name], {
    provisioningState: 'Succeeded',
    addressSpace: { addressPrefixes: prefixes },
    virtualWan: { id: resourceId(place, 'Microsoft.Network/virtualWans', 'wan') },
  })
}
