import type {
  AddressHolder,
  HubConnection,
  HubGateway,
  HubGatewayConnection,
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
  optionalFlag,
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
    networkInterfaceIds: optionalList(properties, 'networkInterfaces', (item) => text(item, 'id')) ?? [],
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
  const azureFirewallId = optionalReference(properties, 'azureFirewall')
  return {
    ...nameOf(body),
    ...(virtualWanId === undefined ? {} : { virtualWanId }),
    ...(vpnGatewayId === undefined ? {} : { vpnGatewayId }),
    ...(expressRouteGatewayId === undefined ? {} : { expressRouteGatewayId }),
    ...(azureFirewallId === undefined ? {} : { azureFirewallId }),
  }
}

/** https://learn.microsoft.com/rest/api/virtualwan/hub-virtual-network-connections/list */
export function decodeHubConnection(body: Fields): HubConnection {
  const properties = propertiesOf(body)
  const remoteNetworkId = optionalReference(properties, 'remoteVirtualNetwork')
  const provisioningState = optionalText(properties, 'provisioningState')
  const routing = optionalFields(properties, 'routingConfiguration')
  // Where Azure tells of the routing at all, a part that is missing is not the default.
  const associatedTableId =
    routing === undefined ? undefined : (optionalReference(routing, 'associatedRouteTable') ?? null)
  return {
    ...nameOf(body),
    ...(remoteNetworkId === undefined ? {} : { remoteNetworkId }),
    ...(provisioningState === undefined ? {} : { provisioningState }),
    ...(associatedTableId === undefined ? {} : { associatedTableId }),
  }
}

/** https://learn.microsoft.com/rest/api/virtualwan/vpn-gateways/get and .../express-route-gateways/get */
export function decodeHubGateway(body: Fields, kind: HubGateway['kind']): HubGateway {
  const [list, type] =
    kind === 'vpn' ? ['connections', 'vpnConnections'] : ['expressRouteConnections', 'expressRouteConnections']
  const { id, name } = nameOf(body)
  return {
    id,
    name,
    kind,
    connections:
      optionalList(propertiesOf(body), list, (item) => {
        const own = text(item, 'name')
        return { id: optionalText(item, 'id') ?? `${id}/${type}/${own}`, name: own }
      }) ?? [],
  }
}

/** https://learn.microsoft.com/rest/api/virtualwan/vpn-connections/get and .../express-route-connections/get */
export function decodeHubGatewayConnection(body: Fields, kind: HubGateway['kind']): HubGatewayConnection {
  const properties = propertiesOf(body)
  const links = optionalList(properties, 'vpnLinkConnections', (item) => propertiesOf(item)) ?? []
  const status = connectedFirst([properties, ...links].flatMap((one) => optionalText(one, 'connectionStatus') ?? []))
  const siteId = optionalReference(properties, 'remoteVpnSite')
  const circuitId = optionalReference(properties, 'expressRouteCircuitPeering')?.replace(/\/peerings\/[^/]+\/?$/i, '')
  const routing = optionalFields(properties, 'routingConfiguration')
  const propagated = routing === undefined ? undefined : (optionalFields(routing, 'propagatedRouteTables') ?? {})
  return {
    ...nameOf(body),
    ...(status === undefined ? {} : { status }),
    enableBgp: kind === 'express-route' || speaksBgp(properties, links),
    ...(siteId === undefined ? {} : { siteId }),
    ...(circuitId === undefined ? {} : { circuitId }),
    ...(propagated === undefined
      ? {}
      : {
          propagation: {
            tableIds: optionalList(propagated, 'ids', (item) => text(item, 'id')) ?? [],
            labels: optionalTexts(propagated, 'labels') ?? [],
          },
        }),
  }
}

/** Where there are links, Azure says it of each of them, and of the connection only in older answers. */
function speaksBgp(connection: Fields, links: readonly Fields[]): boolean {
  if (links.length === 0) return flag(connection, 'enableBgp')
  return [optionalFlag(connection, 'enableBgp') ?? false, ...links.map((link) => flag(link, 'enableBgp'))].includes(
    true,
  )
}

/** One link that is up carries the connection. */
function connectedFirst(all: readonly string[]): string | undefined {
  return all.find((status) => status.toLowerCase() === 'connected') ?? all[0]
}

/**
 * https://learn.microsoft.com/rest/api/virtualnetwork/network-interfaces/get, .../firewall/azure-firewalls/get and
 * .../load-balancer/load-balancers/get
 */
export function decodeAddressHolder(body: Fields): AddressHolder {
  const properties = propertiesOf(body)
  const addressesIn = (name: string): readonly string[] =>
    (optionalList(properties, name, (item) => optionalText(propertiesOf(item), 'privateIPAddress') ?? []) ?? []).flat()
  const subnetsIn = (name: string): readonly string[] =>
    (optionalList(properties, name, (item) => optionalReference(propertiesOf(item), 'subnet') ?? []) ?? []).flat()
  const [subnetId] = [...subnetsIn('ipConfigurations'), ...subnetsIn('frontendIPConfigurations')]
  const virtualMachineId = optionalReference(properties, 'virtualMachine')
  return {
    ...nameOf(body),
    ...(subnetId === undefined ? {} : { subnetId }),
    addresses: [...addressesIn('ipConfigurations'), ...addressesIn('frontendIPConfigurations')],
    ...(virtualMachineId === undefined ? {} : { virtualMachineId }),
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
