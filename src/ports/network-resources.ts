export interface Subnet {
  id: string
  name: string
  addressPrefixes: readonly string[]
  networkSecurityGroupId?: string
  routeTableId?: string
  natGatewayId?: string
  serviceEndpoints: readonly string[]
  /** ARM ids under which something has an address here, e.g. `.../virtualNetworkGateways/gw/ipConfigurations/default`. */
  ipConfigurationIds: readonly string[]
  /** Services that the subnet is delegated to, `Microsoft.Sql/managedInstances`. */
  delegations: readonly string[]
  /** Resource types that hold the subnet for themselves (service association links, resource navigation links). */
  externalResources: readonly string[]
}

export interface VirtualNetwork {
  id: string
  name: string
  location: string
  addressPrefixes: readonly string[]
  dnsServers: readonly string[]
  subnets: readonly Subnet[]
  peerings: readonly VirtualNetworkPeering[]
}

/** One side of a peering, as its own network holds it. */
export interface VirtualNetworkPeering {
  name: string
  /** `Connected`, `Initiated` (one side only), `Disconnected`. */
  state?: string
  remoteId?: string
  useRemoteGateways: boolean
  allowGatewayTransit: boolean
  /** Address space of the other side, as Azure repeats it here. */
  remotePrefixes: readonly string[]
}

/** A rule with singular and plural fields merged, empty strings dropped, letter case as Azure wrote it. */
export interface SecurityRule {
  name: string
  priority: number
  direction: 'inbound' | 'outbound'
  access: 'allow' | 'deny'
  /** Lower case: `tcp`, `udp`, `icmp`, `esp`, `ah`, `*`. */
  protocol: string
  sourcePrefixes: readonly string[]
  sourcePorts: readonly string[]
  destinationPrefixes: readonly string[]
  destinationPorts: readonly string[]
  sourceGroupIds: readonly string[]
  destinationGroupIds: readonly string[]
}

export interface NetworkSecurityGroup {
  id: string
  name: string
  /** Custom and default rules, both directions, unsorted. */
  rules: readonly SecurityRule[]
}

export interface VirtualNetworkGateway {
  id: string
  name: string
  gatewayType?: string
  /** ARM ids of its connections. */
  connectionIds: readonly string[]
}

export interface GatewayConnection {
  id: string
  name: string
  /** `IPsec`, `ExpressRoute`, `Vnet2Vnet`, ... */
  connectionType?: string
  /** Absent: Azure did not say, which is not "down". */
  connectionStatus?: string
  enableBgp: boolean
  localNetworkGatewayId?: string
  /** The ExpressRoute circuit at its other end. */
  circuitId?: string
}

export interface ExpressRouteCircuit {
  id: string
  name: string
  /** `type`: AzurePrivatePeering, MicrosoftPeering; `state`: Enabled, Disabled; as Azure writes them. */
  peerings: readonly { name: string; type?: string; state?: string }[]
}

export interface LocalNetworkGateway {
  id: string
  name: string
  addressPrefixes: readonly string[]
}

/** Service tags of a cloud as one region sees them. */
export interface ServiceTagList {
  /** Changes with the addresses. */
  changeNumber: string
  tags: readonly { name: string; prefixes: readonly string[] }[]
}

/** A rule of Azure Virtual Network Manager, which acts before every security group. */
export interface SecurityAdminRule extends Omit<SecurityRule, 'access' | 'sourceGroupIds' | 'destinationGroupIds'> {
  /** `allow` goes on to the security groups, the other two end. */
  access: 'allow' | 'always-allow' | 'deny'
  collection?: string
}

export interface RouteTable {
  id: string
  name: string
  /** Gateways do not tell their routes to the subnet. */
  disableBgpRoutePropagation: boolean
  /** `nextHopType` as Azure writes it: VirtualAppliance, VirtualNetworkGateway, VnetLocal, Internet, None. */
  routes: readonly { name: string; addressPrefix: string; nextHopType: string; nextHopIpAddress?: string }[]
}

export interface NatGateway {
  id: string
  name: string
  publicIpAddressIds: readonly string[]
  publicIpPrefixIds: readonly string[]
}

export interface PublicIpAddress {
  id: string
  name: string
  /** Absent while none is assigned. */
  ipAddress?: string
}

export interface PublicIpPrefix {
  id: string
  name: string
  /** CIDR. */
  ipPrefix?: string
}

export interface PrivateEndpoint {
  id: string
  name: string
  subnetId?: string
  /** Automatic and manual connections. */
  connections: readonly { targetId?: string; status?: string; groupIds: readonly string[] }[]
  dnsConfigs: readonly { fqdn?: string; ipAddresses: readonly string[] }[]
}

export interface VirtualHub {
  id: string
  name: string
  virtualWanId?: string
  vpnGatewayId?: string
  expressRouteGatewayId?: string
}

/** A virtual network's connection to a virtual WAN hub. */
export interface HubConnection {
  id: string
  name: string
  remoteNetworkId?: string
  provisioningState?: string
}

/** A gateway in a virtual WAN hub, with its connections to sites or circuits. */
export interface HubGateway {
  id: string
  name: string
  kind: 'vpn' | 'express-route'
  connections: readonly { id?: string; name: string; status?: string; siteId?: string; circuitId?: string }[]
}

/** A place on the other end of a hub's VPN connection. */
export interface VpnSite {
  id: string
  name: string
  addressPrefixes: readonly string[]
}
