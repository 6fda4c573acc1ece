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
  /** Services that the subnet is delegated to, `Microsoft.Sql/managedInstances`. Absent: Azure does not tell. */
  delegations?: readonly string[]
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
  /** False: the other side's addresses are peered and yet kept out of the service tag VirtualNetwork. */
  allowVirtualNetworkAccess: boolean
  useRemoteGateways: boolean
  allowGatewayTransit: boolean
  /** `FullyInSync`, or which side changed its address space since: `RemoteNotInSync`, `LocalNotInSync`, ... */
  syncLevel?: string
  /** Address space of the other side that is peered; a later change counts only after a sync. */
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
  /** Addresses that it gives to point-to-site clients. */
  clientPrefixes: readonly string[]
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
  /** The ExpressRoute circuit, which may be in another subscription. */
  circuitId?: string
  /** Custom traffic selectors: nothing else passes, whatever the routes say. Absent: none are set. */
  trafficSelectors?: readonly TrafficSelector[]
}

export interface TrafficSelector {
  localPrefixes: readonly string[]
  remotePrefixes: readonly string[]
}

/** Its three states are set by three parties: Azure, the provider, and whoever configures the peerings. */
export interface ExpressRouteCircuit {
  id: string
  name: string
  /** `Enabled`, `Disabled`. */
  circuitState?: string
  /** `NotProvisioned`, `Provisioning`, `Provisioned`, `Deprovisioning`. */
  providerState?: string
  /** `type`: AzurePrivatePeering leads to virtual networks, MicrosoftPeering to public services; `state`: `Enabled`, `Disabled`. */
  peerings: readonly { type?: string; state?: string }[]
}

export interface LocalNetworkGateway {
  id: string
  name: string
  addressPrefixes: readonly string[]
}

/** Service tags of a cloud, of all its regions. */
export interface ServiceTagList {
  /** Changes with the addresses. */
  changeNumber: string
  /**
   * `region` is empty for a tag of all regions. It is not always the name of the location: that of francecentral is
   * `centralfrance`, while its tags are called `Storage.FranceCentral` and `AzureCloud.centralfrance`.
   */
  tags: readonly { name: string; region: string; prefixes: readonly string[] }[]
}

/** A rule of Azure Virtual Network Manager, which acts before every security group. */
export interface SecurityAdminRule extends Omit<SecurityRule, 'access' | 'sourceGroupIds' | 'destinationGroupIds'> {
  /** `allow` goes on to the security groups, the other two end. */
  access: 'allow' | 'always-allow' | 'deny'
  /** Description of its collection; `name` begins with the collection's name. */
  collection?: string
  /** Id of the network manager that it comes from. */
  manager?: string
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
  /** Empty where a private DNS zone group keeps the records. */
  dnsConfigs: readonly { fqdn?: string; ipAddresses: readonly string[] }[]
  networkInterfaceIds: readonly string[]
}

export interface VirtualHub {
  id: string
  name: string
  virtualWanId?: string
  vpnGatewayId?: string
  expressRouteGatewayId?: string
  /** The firewall of a secured hub. */
  azureFirewallId?: string
}

/** A virtual network's connection to a virtual WAN hub. */
export interface HubConnection {
  id: string
  name: string
  remoteNetworkId?: string
  provisioningState?: string
  /** The hub's route table whose routes the network takes over; absent: the default one, null: not told. */
  associatedTableId?: string | null
}

/** A gateway in a virtual WAN hub, with its connections to sites or circuits. */
export interface HubGateway {
  id: string
  name: string
  kind: 'vpn' | 'express-route'
  /** Their status has to be read one by one. */
  connections: readonly { id: string; name: string }[]
}

/** A connection of a hub's gateway, to a site or to an ExpressRoute circuit. */
export interface HubGatewayConnection {
  id: string
  name: string
  /** Of the connection or of its links: `Connected` when one of them is. ExpressRoute tells none. */
  status?: string
  enableBgp: boolean
  siteId?: string
  circuitId?: string
  /** Route tables of hubs that get its routes, by id and by label; absent: the default ones. */
  propagation?: { tableIds: readonly string[]; labels: readonly string[] }
}

/** What holds private addresses in a subnet: a network interface, an Azure Firewall, a load balancer. */
export interface AddressHolder {
  id: string
  name: string
  addresses: readonly string[]
  /** In which its first address is. */
  subnetId?: string
  /** Of a network interface. */
  virtualMachineId?: string
}

/** A place on the other end of a hub's VPN connection. */
export interface VpnSite {
  id: string
  name: string
  addressPrefixes: readonly string[]
}
