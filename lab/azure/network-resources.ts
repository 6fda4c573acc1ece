import type { JsonObject } from '../../src/domain/json.ts'
import { reference, resource, resourceId, type Place } from './place.ts'
import type { ArmResource } from './state.ts'

export interface SubnetSpec {
  name: string
  prefix: string
  networkSecurityGroup?: string
  routeTable?: string
  natGateway?: string
  serviceEndpoints?: readonly string[]
  /** Ids of what has an address in it. */
  ipConfigurations?: readonly string[]
}

export interface PeeringSpec {
  name: string
  state?: 'Connected' | 'Initiated' | 'Disconnected'
  remote: string
  useRemoteGateways?: boolean
  allowGatewayTransit?: boolean
  allowVirtualNetworkAccess?: boolean
  syncLevel?: 'FullyInSync' | 'RemoteNotInSync' | 'LocalNotInSync' | 'LocalAndRemoteNotInSync'
  /** Address space of the other side that is peered. */
  remotePrefixes?: readonly string[]
}

export function virtualNetwork(
  place: Place,
  name: string,
  spec: {
    prefixes: readonly string[]
    subnets: readonly SubnetSpec[]
    dnsServers?: readonly string[]
    peerings?: readonly PeeringSpec[]
  },
): ArmResource {
  const type = 'Microsoft.Network/virtualNetworks'
  return resource(place, type, [name], {
    provisioningState: 'Succeeded',
    addressSpace: { addressPrefixes: spec.prefixes },
    dhcpOptions: { dnsServers: spec.dnsServers ?? [] },
    subnets: spec.subnets.map((subnet) => subnetBody(place, name, subnet)),
    virtualNetworkPeerings: (spec.peerings ?? []).map((peering) => peeringBody(place, name, peering)),
    enableDdosProtection: false,
  })
}

function subnetBody(place: Place, network: string, spec: SubnetSpec): JsonObject {
  const type = 'Microsoft.Network/virtualNetworks/subnets'
  const { location = 'westeurope' } = place
  const serviceEndpoints = (spec.serviceEndpoints ?? []).map((service) => ({
    provisioningState: 'Succeeded',
    service,
    locations: [location],
  }))
  const ipConfigurations = (spec.ipConfigurations ?? []).map((id) => ({ id }))
  return {
    name: spec.name,
    id: resourceId(place, type, network, spec.name),
    type,
    properties: {
      provisioningState: 'Succeeded',
      addressPrefix: spec.prefix,
      ...reference(spec.networkSecurityGroup, 'networkSecurityGroup'),
      ...reference(spec.routeTable, 'routeTable'),
      ...reference(spec.natGateway, 'natGateway'),
      ...(ipConfigurations.length === 0 ? {} : { ipConfigurations }),
      serviceEndpoints,
      delegations: [],
      privateEndpointNetworkPolicies: 'Disabled',
      privateLinkServiceNetworkPolicies: 'Enabled',
    },
  }
}

function peeringBody(place: Place, network: string, spec: PeeringSpec): JsonObject {
  const type = 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings'
  return {
    id: resourceId(place, type, network, spec.name),
    name: spec.name,
    type,
    properties: {
      provisioningState: 'Succeeded',
      peeringState: spec.state ?? 'Connected',
      remoteVirtualNetwork: { id: spec.remote },
      peeringSyncLevel: spec.syncLevel ?? 'FullyInSync',
      allowVirtualNetworkAccess: spec.allowVirtualNetworkAccess ?? true,
      allowForwardedTraffic: false,
      allowGatewayTransit: spec.allowGatewayTransit ?? false,
      remoteAddressSpace: { addressPrefixes: spec.remotePrefixes ?? [] },
      remoteVirtualNetworkAddressSpace: { addressPrefixes: spec.remotePrefixes ?? [] },
      useRemoteGateways: spec.useRemoteGateways ?? false,
    },
  }
}

export function vpnGateway(
  place: Place,
  name: string,
  spec: {
    subnet: string
    gatewayType?: 'Vpn' | 'ExpressRoute'
    enableBgp?: boolean
    /** Address pool of point-to-site clients. */
    clientPrefixes?: readonly string[]
  },
): ArmResource {
  const type = 'Microsoft.Network/virtualNetworkGateways'
  return resource(place, type, [name], {
    provisioningState: 'Succeeded',
    ipConfigurations: [
      {
        name: 'default',
        id: `${resourceId(place, type, name)}/ipConfigurations/default`,
        properties: {
          provisioningState: 'Succeeded',
          privateIPAllocationMethod: 'Dynamic',
          subnet: { id: spec.subnet },
        },
      },
    ],
    sku: { name: 'VpnGw1', tier: 'VpnGw1', capacity: 2 },
    gatewayType: spec.gatewayType ?? 'Vpn',
    vpnType: 'RouteBased',
    enableBgp: spec.enableBgp ?? false,
    activeActive: false,
    ...(spec.clientPrefixes === undefined
      ? {}
      : {
          vpnClientConfiguration: {
            vpnClientAddressPool: { addressPrefixes: spec.clientPrefixes },
            vpnClientProtocols: ['OpenVPN'],
          },
        }),
  })
}

/** `status` absent: as recorded for ExpressRoute connections that work. */
export function connection(
  place: Place,
  name: string,
  spec: {
    gateway: string
    connectionType?: 'IPsec' | 'ExpressRoute' | 'Vnet2Vnet'
    status?: 'Connected' | 'NotConnected' | 'Connecting' | 'Unknown'
    localNetworkGateway?: string
    enableBgp?: boolean
    circuit?: string
    trafficSelectors?: readonly { local: readonly string[]; remote: readonly string[] }[]
  },
): ArmResource {
  return resource(place, 'Microsoft.Network/connections', [name], {
    provisioningState: 'Succeeded',
    virtualNetworkGateway1: { id: spec.gateway },
    ...reference(spec.localNetworkGateway, 'localNetworkGateway2'),
    ...reference(spec.circuit, 'peer'),
    connectionType: spec.connectionType ?? 'IPsec',
    connectionProtocol: 'IKEv2',
    routingWeight: 10,
    enableBgp: spec.enableBgp ?? false,
    usePolicyBasedTrafficSelectors: false,
    ipsecPolicies: [],
    trafficSelectorPolicies: (spec.trafficSelectors ?? []).map(({ local, remote }) => ({
      localAddressRanges: local,
      remoteAddressRanges: remote,
    })),
    ...(spec.status === undefined ? {} : { connectionStatus: spec.status }),
    ingressBytesTransferred: 0,
    egressBytesTransferred: 0,
  })
}

export function localNetworkGateway(
  place: Place,
  name: string,
  spec: { prefixes: readonly string[]; address?: string },
): ArmResource {
  return resource(place, 'Microsoft.Network/localNetworkGateways', [name], {
    provisioningState: 'Succeeded',
    localNetworkAddressSpace: { addressPrefixes: spec.prefixes },
    gatewayIpAddress: spec.address ?? '203.0.113.1',
  })
}
