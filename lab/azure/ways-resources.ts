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

export function virtualHub(
  place: Place,
  name: string,
  spec: { vpnGateway?: string; expressRouteGateway?: string; azureFirewall?: string },
): ArmResource {
  return resource(place, 'Microsoft.Network/virtualHubs', [name], {
    provisioningState: 'Succeeded',
    addressPrefix: '10.200.0.0/23',
    sku: 'Standard',
    virtualWan: { id: resourceId(place, 'Microsoft.Network/virtualWans', 'wan') },
    ...reference(spec.vpnGateway, 'vpnGateway'),
    ...reference(spec.expressRouteGateway, 'expressRouteGateway'),
    ...reference(spec.azureFirewall, 'azureFirewall'),
  })
}

/** A child of the hub, without a location of its own. */
export function hubConnection(
  place: Place,
  hub: string,
  name: string,
  network: string,
  associatedTable?: string,
): ArmResource {
  const type = 'Microsoft.Network/virtualHubs/hubVirtualNetworkConnections'
  return {
    id: resourceId(place, type, hub, name),
    name,
    type,
    properties: {
      provisioningState: 'Succeeded',
      remoteVirtualNetwork: { id: network },
      enableInternetSecurity: true,
      ...(associatedTable === undefined
        ? {}
        : { routingConfiguration: { associatedRouteTable: { id: associatedTable } } }),
    },
  }
}

/** Its list of connections carries no status, as that of a virtual network gateway. */
export function hubVpnGateway(place: Place, name: string, connections: readonly string[]): ArmResource {
  const type = 'Microsoft.Network/vpnGateways'
  return resource(place, type, [name], {
    provisioningState: 'Succeeded',
    connections: connections.map((one) => ({
      name: one,
      id: `${resourceId(place, type, name)}/vpnConnections/${one}`,
      properties: { provisioningState: 'Succeeded' },
    })),
    vpnGatewayScaleUnit: 1,
  })
}

/** A child of the gateway. `links`: a status for each link, of which `status` is then absent. */
export function hubVpnConnection(
  place: Place,
  gateway: string,
  name: string,
  spec: {
    site: string
    status?: string
    links?: readonly string[]
    enableBgp?: boolean
    propagatesTo?: readonly string[]
  },
): ArmResource {
  const type = 'Microsoft.Network/vpnGateways/vpnConnections'
  const id = resourceId(place, type, gateway, name)
  return {
    id,
    name,
    type,
    properties: {
      provisioningState: 'Succeeded',
      remoteVpnSite: { id: spec.site },
      ...(spec.status === undefined ? {} : { connectionStatus: spec.status }),
      enableBgp: spec.enableBgp ?? false,
      vpnLinkConnections: (spec.links ?? []).map((connectionStatus, index) => ({
        name: `link${String(index)}`,
        id: `${id}/vpnLinkConnections/link${String(index)}`,
        properties: { provisioningState: 'Succeeded', connectionStatus, enableBgp: false },
      })),
      ...(spec.propagatesTo === undefined
        ? {}
        : {
            routingConfiguration: {
              propagatedRouteTables: { labels: [], ids: spec.propagatesTo.map((table) => ({ id: table })) },
            },
          }),
    },
  }
}

export function hubExpressRouteGateway(
  place: Place,
  hub: string,
  name: string,
  connections: readonly string[],
): ArmResource {
  const type = 'Microsoft.Network/expressRouteGateways'
  return resource(place, type, [name], {
    provisioningState: 'Succeeded',
    autoScaleConfiguration: { bounds: { min: 1 } },
    virtualHub: { id: resourceId(place, 'Microsoft.Network/virtualHubs', hub) },
    expressRouteConnections: connections.map((one) => ({
      name: one,
      id: `${resourceId(place, type, name)}/expressRouteConnections/${one}`,
      properties: {
        provisioningState: 'Succeeded',
        expressRouteCircuitPeering: { id: `${circuitId(place, one)}/peerings/AzurePrivatePeering` },
      },
    })),
  })
}

/** A child of the gateway, to the circuit of the same name; it has no status of its own. */
export function hubExpressRouteConnection(place: Place, gateway: string, name: string): ArmResource {
  const type = 'Microsoft.Network/expressRouteGateways/expressRouteConnections'
  return {
    id: resourceId(place, type, gateway, name),
    name,
    type,
    properties: {
      provisioningState: 'Succeeded',
      expressRouteCircuitPeering: { id: `${circuitId(place, name)}/peerings/AzurePrivatePeering` },
      routingWeight: 0,
    },
  }
}

export function expressRouteCircuit(
  place: Place,
  name: string,
  spec: { provider?: string; circuit?: string; privatePeering?: 'Enabled' | 'Disabled' } = {},
): ArmResource {
  const peerings =
    spec.privatePeering === undefined
      ? []
      : [
          {
            name: 'AzurePrivatePeering',
            id: `${circuitId(place, name)}/peerings/AzurePrivatePeering`,
            properties: {
              provisioningState: 'Succeeded',
              peeringType: 'AzurePrivatePeering',
              state: spec.privatePeering,
              peerASN: 65010,
              vlanId: 100,
            },
          },
        ]
  return resource(
    place,
    'Microsoft.Network/expressRouteCircuits',
    [name],
    {
      provisioningState: 'Succeeded',
      circuitProvisioningState: spec.circuit ?? 'Enabled',
      serviceProviderProvisioningState: spec.provider ?? 'Provisioned',
      peerings,
      authorizations: [],
      serviceProviderProperties: { serviceProviderName: 'Carrier', peeringLocation: 'Amsterdam', bandwidthInMbps: 200 },
    },
    { sku: { name: 'Standard_MeteredData', tier: 'Standard', family: 'MeteredData' } },
  )
}

function circuitId(place: Place, name: string): string {
  return resourceId(place, 'Microsoft.Network/expressRouteCircuits', name)
}

export function vpnSite(place: Place, name: string, prefixes: readonly string[]): ArmResource {
  return resource(place, 'Microsoft.Network/vpnSites', [name], {
    provisioningState: 'Succeeded',
    addressSpace: { addressPrefixes: prefixes },
    virtualWan: { id: resourceId(place, 'Microsoft.Network/virtualWans', 'wan') },
  })
}
