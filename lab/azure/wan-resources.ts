import { child, reference, resource, resourceId, type Place } from './place.ts'
import type { ArmResource } from './state.ts'

/** Virtual WAN hubs with their gateways and sites, and ExpressRoute circuits. */

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

export function hubConnection(
  place: Place,
  hub: string,
  name: string,
  network: string,
  associatedTable?: string,
): ArmResource {
  return child(place, 'Microsoft.Network/virtualHubs/hubVirtualNetworkConnections', [hub, name], {
    provisioningState: 'Succeeded',
    remoteVirtualNetwork: { id: network },
    enableInternetSecurity: true,
    ...(associatedTable === undefined
      ? {}
      : { routingConfiguration: { associatedRouteTable: { id: associatedTable } } }),
  })
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

/** `links`: a status for each link, of which `status` is then absent. */
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
  return child(place, type, [gateway, name], {
    provisioningState: 'Succeeded',
    remoteVpnSite: { id: spec.site },
    ...(spec.status === undefined ? {} : { connectionStatus: spec.status }),
    enableBgp: spec.enableBgp ?? false,
    vpnLinkConnections: (spec.links ?? []).map((connectionStatus, index) => ({
      name: `link${String(index)}`,
      id: `${resourceId(place, type, gateway, name)}/vpnLinkConnections/link${String(index)}`,
      properties: { provisioningState: 'Succeeded', connectionStatus, enableBgp: false },
    })),
    ...(spec.propagatesTo === undefined
      ? {}
      : {
          routingConfiguration: {
            propagatedRouteTables: { labels: [], ids: spec.propagatesTo.map((table) => ({ id: table })) },
          },
        }),
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

export function hubExpressRouteConnection(
  place: Place,
  gateway: string,
  name: string,
  circuitPeering: string,
): ArmResource {
  return child(place, 'Microsoft.Network/expressRouteGateways/expressRouteConnections', [gateway, name], {
    provisioningState: 'Succeeded',
    expressRouteCircuitPeering: { id: circuitPeering },
    routingWeight: 0,
  })
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
