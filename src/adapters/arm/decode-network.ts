import type {
  ExpressRouteCircuit,
  GatewayConnection,
  LocalNetworkGateway,
  Subnet,
  VirtualNetwork,
  VirtualNetworkGateway,
  VirtualNetworkPeering,
} from '../../ports/network-resources.ts'
import {
  flag,
  list,
  optionalFields,
  optionalList,
  optionalReference,
  optionalText,
  optionalTexts,
  propertiesOf,
  text,
  wrongShape,
  type Fields,
} from './decode.ts'

/** https://learn.microsoft.com/rest/api/virtualnetwork/virtual-networks/get */
export function decodeVirtualNetwork(body: Fields): VirtualNetwork {
  const properties = propertiesOf(body)
  const dns = optionalFields(properties, 'dhcpOptions')
  return {
    id: text(body, 'id'),
    name: text(body, 'name'),
    location: text(body, 'location'),
    addressPrefixes: prefixesIn(properties, 'addressSpace'),
    // Left out when the network uses Azure's own DNS.
    dnsServers: (dns === undefined ? undefined : optionalTexts(dns, 'dnsServers')) ?? [],
    subnets: list(properties, 'subnets', decodeSubnet),
    peerings: list(properties, 'virtualNetworkPeerings', decodePeering),
  }
}

function decodeSubnet(item: Fields): Subnet {
  const properties = propertiesOf(item)
  const name = text(item, 'name')
  const networkSecurityGroupId = optionalReference(properties, 'networkSecurityGroup')
  const routeTableId = optionalReference(properties, 'routeTable')
  const natGatewayId = optionalReference(properties, 'natGateway')
  return {
    id: text(item, 'id'),
    name,
    addressPrefixes: subnetPrefixes(properties, name),
    ...(networkSecurityGroupId === undefined ? {} : { networkSecurityGroupId }),
    ...(routeTableId === undefined ? {} : { routeTableId }),
    ...(natGatewayId === undefined ? {} : { natGatewayId }),
    serviceEndpoints: (optionalList(properties, 'serviceEndpoints', decodeServiceEndpoint) ?? []).flat(),
    ipConfigurationIds: optionalList(properties, 'ipConfigurations', (entry) => text(entry, 'id')) ?? [],
    delegations: optionalList(properties, 'delegations', (entry) => text(propertiesOf(entry), 'serviceName')) ?? [],
    externalResources: [
      ...(optionalList(properties, 'serviceAssociationLinks', decodeExternalLink) ?? []),
      ...(optionalList(properties, 'resourceNavigationLinks', decodeExternalLink) ?? []),
    ],
  }
}

/** A service that put something of its own into the subnet. */
function decodeExternalLink(entry: Fields): string {
  return optionalText(propertiesOf(entry), 'linkedResourceType') ?? optionalText(entry, 'name') ?? 'a service'
}

function subnetPrefixes(properties: Fields, name: string): readonly string[] {
  const one = optionalText(properties, 'addressPrefix')
  const all = [
    ...new Set([...(one === undefined ? [] : [one]), ...(optionalTexts(properties, 'addressPrefixes') ?? [])]),
  ]
  return all.length === 0 ? wrongShape(`subnet ${name} has no address prefix`) : all
}

/** An endpoint that failed, or that is on its way out, serves nobody. */
function decodeServiceEndpoint(entry: Fields): readonly string[] {
  const state = text(entry, 'provisioningState').toLowerCase()
  const service = text(entry, 'service')
  return state === 'failed' || state === 'deleting' ? [] : [service]
}

function decodePeering(item: Fields): VirtualNetworkPeering {
  const properties = propertiesOf(item)
  const state = optionalText(properties, 'peeringState')
  const remoteId = optionalReference(properties, 'remoteVirtualNetwork')
  const syncLevel = optionalText(properties, 'peeringSyncLevel')
  // The first is what is peered, the second what the other side has by now.
  const remoteSpace =
    optionalFields(properties, 'remoteAddressSpace') ?? optionalFields(properties, 'remoteVirtualNetworkAddressSpace')
  return {
    name: text(item, 'name'),
    ...(state === undefined ? {} : { state }),
    ...(remoteId === undefined ? {} : { remoteId }),
    allowVirtualNetworkAccess: flag(properties, 'allowVirtualNetworkAccess'),
    useRemoteGateways: flag(properties, 'useRemoteGateways'),
    allowGatewayTransit: flag(properties, 'allowGatewayTransit'),
    ...(syncLevel === undefined ? {} : { syncLevel }),
    remotePrefixes: (remoteSpace === undefined ? undefined : optionalTexts(remoteSpace, 'addressPrefixes')) ?? [],
  }
}

/** https://learn.microsoft.com/rest/api/network-gateway/virtual-network-gateways/get and .../list-connections */
export function decodeVirtualNetworkGateway(body: Fields, connectionIds: readonly string[]): VirtualNetworkGateway {
  const properties = propertiesOf(body)
  const gatewayType = optionalText(properties, 'gatewayType')
  const clients = optionalFields(properties, 'vpnClientConfiguration')
  const pool = clients === undefined ? undefined : optionalFields(clients, 'vpnClientAddressPool')
  return {
    id: text(body, 'id'),
    name: text(body, 'name'),
    ...(gatewayType === undefined ? {} : { gatewayType }),
    clientPrefixes: (pool === undefined ? undefined : optionalTexts(pool, 'addressPrefixes')) ?? [],
    connectionIds,
  }
}

/** https://learn.microsoft.com/rest/api/network-gateway/virtual-network-gateway-connections/get */
export function decodeGatewayConnection(body: Fields): GatewayConnection {
  const properties = propertiesOf(body)
  const connectionType = optionalText(properties, 'connectionType')
  const connectionStatus = optionalText(properties, 'connectionStatus')
  const localNetworkGatewayId = optionalReference(properties, 'localNetworkGateway2')
  const circuitId = optionalReference(properties, 'peer')
  const trafficSelectors =
    optionalList(properties, 'trafficSelectorPolicies', (item) => ({
      localPrefixes: optionalTexts(item, 'localAddressRanges') ?? [],
      remotePrefixes: optionalTexts(item, 'remoteAddressRanges') ?? [],
    })) ?? []
  return {
    id: text(body, 'id'),
    name: text(body, 'name'),
    ...(connectionType === undefined ? {} : { connectionType }),
    ...(connectionStatus === undefined ? {} : { connectionStatus }),
    enableBgp: flag(properties, 'enableBgp'),
    ...(localNetworkGatewayId === undefined ? {} : { localNetworkGatewayId }),
    ...(circuitId === undefined ? {} : { circuitId }),
    ...(trafficSelectors.length === 0 ? {} : { trafficSelectors }),
  }
}

/** https://learn.microsoft.com/rest/api/expressroute/express-route-circuits/get; its service key is not taken. */
export function decodeExpressRouteCircuit(body: Fields): ExpressRouteCircuit {
  const properties = propertiesOf(body)
  const circuitState = optionalText(properties, 'circuitProvisioningState')
  const providerState = optionalText(properties, 'serviceProviderProvisioningState')
  return {
    id: text(body, 'id'),
    name: text(body, 'name'),
    ...(circuitState === undefined ? {} : { circuitState }),
    ...(providerState === undefined ? {} : { providerState }),
    peerings: list(properties, 'peerings', (item) => {
      const peering = propertiesOf(item)
      const [type, state] = [optionalText(peering, 'peeringType'), optionalText(peering, 'state')]
      return { ...(type === undefined ? {} : { type }), ...(state === undefined ? {} : { state }) }
    }),
  }
}

/** https://learn.microsoft.com/rest/api/network-gateway/local-network-gateways/get */
export function decodeLocalNetworkGateway(body: Fields): LocalNetworkGateway {
  return {
    id: text(body, 'id'),
    name: text(body, 'name'),
    addressPrefixes: prefixesIn(propertiesOf(body), 'localNetworkAddressSpace'),
  }
}

function prefixesIn(properties: Fields, name: string): readonly string[] {
  const space = optionalFields(properties, name) ?? wrongShape(`${name} is missing`)
  return optionalTexts(space, 'addressPrefixes') ?? wrongShape(`addressPrefixes of ${name} is missing`)
}
