import type {
  ExpressRouteCircuit,
  HubConnection,
  HubGateway,
  NatGateway,
  PrivateEndpoint,
  PublicIpAddress,
  PublicIpPrefix,
  RouteTable,
  VirtualHub,
  VpnSite,
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
  type Fields,
} from './decode.ts'

/** Ways out of a virtual network: routes, addresses, private endpoints and virtual WAN hubs. */

/** https://learn.microsoft.com/rest/api/virtualnetwork/route-tables/get */
export function decodeRouteTable(body: Fields): RouteTable {
  const properties = propertiesOf(body)
  return {
    ...nameOf(body),
    disableBgpRoutePropagation: flag(properties, 'disableBgpRoutePropagation'),
    routes: list(properties, 'routes', (item) => {
      const name = text(item, 'name')
      const route = propertiesOf(item, `properties of route ${name}`)
      const nextHopIpAddress = optionalText(route, 'nextHopIpAddress')
      return {
        name,
        addressPrefix: text(route, 'addressPrefix'),
        nextHopType: text(route, 'nextHopType'),
        ...(nextHopIpAddress === undefined ? {} : { nextHopIpAddress }),
      }
    }),
  }
}

/** https://learn.microsoft.com/rest/api/nat-gateway/nat-gateways/get */
export function decodeNatGateway(body: Fields): NatGateway {
  const properties = propertiesOf(body)
  const ids = (name: string): readonly string[] => optionalList(properties, name, (item) => text(item, 'id')) ?? []
  return {
    ...nameOf(body),
    publicIpAddressIds: [...ids('publicIpAddresses'), ...ids('publicIpAddressesV6')],
    publicIpPrefixIds: [...ids('publicIpPrefixes'), ...ids('publicIpPrefixesV6')],
  }
}

/** https://learn.microsoft.com/rest/api/virtualnetwork/public-ip-addresses/get */
export function decodePublicIpAddress(body: Fields): PublicIpAddress {
  const ipAddress = optionalText(propertiesOf(body), 'ipAddress')
  return { ...nameOf(body), ...(ipAddress === undefined ? {} : { ipAddress }) }
}

/** https://learn.microsoft.com/rest/api/virtualnetwork/public-ip-prefixes/get */
export function decodePublicIpPrefix(body: Fields): PublicIpPrefix {
  const ipPrefix = optionalText(propertiesOf(body), 'ipPrefix')
  return { ...nameOf(body), ...(ipPrefix === undefined ? {} : { ipPrefix }) }
}

/** https://learn.microsoft.com/rest/api/virtualnetwork/private-endpoints/get */
export function decodePrivateEndpoint(body: Fields): PrivateEndpoint {
  const properties = propertiesOf(body)
  const subnetId = optionalReference(properties, 'subnet')
  const connections = (name: string): PrivateEndpoint['connections'] =>
    optionalList(properties, name, decodeLinkConnection) ?? []
  return {
    ...nameOf(body),
    ...(subnetId === undefined ? {} : { subnetId }),
    connections: [
      ...connections('privateLinkServiceConnections'),
      ...connections('manualPrivateLinkServiceConnections'),
    ],
    dnsConfigs:
      optionalList(properties, 'customDnsConfigs', (item) => {
        const fqdn = optionalText(item, 'fqdn')
        return { ...(fqdn === undefined ? {} : { fqdn }), ipAddresses: optionalTexts(item, 'ipAddresses') ?? [] }
      }) ?? [],
  }
}

function decodeLinkConnection(item: Fields): PrivateEndpoint['connections'][number] {
  const properties = propertiesOf(item)
  const targetId = optionalText(properties, 'privateLinkServiceId')
  const state = optionalFields(properties, 'privateLinkServiceConnectionState')
  const status = state === undefined ? undefined : optionalText(state, 'status')
  return {
    ...(targetId === undefined ? {} : { targetId }),
    ...(status === undefined ? {} : { status }),
    groupIds: optionalTexts(properties, 'groupIds') ?? [],
  }
}

/** https://learn.microsoft.com/rest/api/virtualwan/virtual-hubs/list */
export function decodeVirtualHub(body: Fields): VirtualHub {
  const properties = propertiesOf(body)
  const virtualWanId = optionalReference(properties, 'virtualWan')
  const vpnGatewayId = optionalReference(properties, 'vpnGateway')
  const expressRouteGatewayId = optionalReference(properties, 'expressRouteGateway')
  return {
    ...nameOf(body),
    ...(virtualWanId === undefined ? {} : { virtualWanId }),
    ...(vpnGatewayId === undefined ? {} : { vpnGatewayId }),
    ...(expressRouteGatewayId === undefined ? {} : { expressRouteGatewayId }),
  }
}

/** https://learn.microsoft.com/rest/api/virtualwan/hub-virtual-network-connections/list */
export function decodeHubConnection(body: Fields): HubConnection {
  const properties = propertiesOf(body)
  const remoteNetworkId = optionalReference(properties, 'remoteVirtualNetwork')
  const provisioningState = optionalText(properties, 'provisioningState')
  return {
    ...nameOf(body),
    ...(remoteNetworkId === undefined ? {} : { remoteNetworkId }),
    ...(provisioningState === undefined ? {} : { provisioningState }),
  }
}

/** https://learn.microsoft.com/rest/api/virtualwan/vpn-gateways/get and .../express-route-gateways/get */
export function decodeHubGateway(body: Fields, kind: HubGateway['kind']): HubGateway {
  const connections = kind === 'vpn' ? 'connections' : 'expressRouteConnections'
  return {
    ...nameOf(body),
    kind,
    connections:
      optionalList(propertiesOf(body), connections, (item) => {
        const properties = optionalFields(item, 'properties')
        const id = optionalText(item, 'id')
        const status = properties === undefined ? undefined : optionalText(properties, 'connectionStatus')
        const siteId = properties === undefined ? undefined : optionalReference(properties, 'remoteVpnSite')
        const peering =
          properties === undefined ? undefined : optionalReference(properties, 'expressRouteCircuitPeering')
        return {
          name: text(item, 'name'),
          ...(id === undefined ? {} : { id }),
          ...(status === undefined ? {} : { status }),
          ...(siteId === undefined ? {} : { siteId }),
          ...(peering === undefined ? {} : { circuitId: peering.replace(/\/peerings\/[^/]+\/?$/i, '') }),
        }
      }) ?? [],
  }
}

/** https://learn.microsoft.com/rest/api/expressroute/express-route-circuits/get */
export function decodeExpressRouteCircuit(body: Fields): ExpressRouteCircuit {
  return {
    ...nameOf(body),
    peerings: list(propertiesOf(body), 'peerings', (item) => {
      const name = text(item, 'name')
      const peering = propertiesOf(item, `properties of peering ${name}`)
      const type = optionalText(peering, 'peeringType')
      const state = optionalText(peering, 'state')
      return { name, ...(type === undefined ? {} : { type }), ...(state === undefined ? {} : { state }) }
    }),
  }
}

/** https://learn.microsoft.com/rest/api/virtualwan/vpn-sites/get; a site that speaks BGP alone has no address space. */
export function decodeVpnSite(body: Fields): VpnSite {
  const space = optionalFields(propertiesOf(body), 'addressSpace')
  return {
    ...nameOf(body),
    addressPrefixes: (space === undefined ? undefined : optionalTexts(space, 'addressPrefixes')) ?? [],
  }
}

function nameOf(body: Fields): { id: string; name: string } {
  return { id: text(body, 'id'), name: text(body, 'name') }
}
