import type { Observed } from '../domain/observed.ts'

/** What is not there. A missing subscription is not an answer: it is a ProbeFailure, `not-found`. */
export type ArmAnswer<T> =
  { found: true; value: T } | { found: false; missing: 'resource' | 'parent' | 'resource-group'; message: string }

export interface AzureIdentity {
  /** Application (client) id of the run's identity. */
  clientId: string
  tenantId: string
  /** From the token: what role assignments are made to. */
  objectId?: string
}

export interface SqlServerResource {
  id: string
  name: string
  location: string
  state?: string
  fullyQualifiedDomainName?: string
  /** `Enabled`, `Disabled`, `SecuredByPerimeter`, as Azure writes it; absent when Azure left it out. */
  publicNetworkAccess?: string
  privateEndpointConnections: readonly { name: string; status?: string }[]
}

export interface SqlDatabaseResource {
  id: string
  name: string
  /** `Online`, `Paused`, `Creating`, ...; absent when Azure left it out. */
  status?: string
  sku?: string
  maxSizeBytes?: number
}

export interface SqlFirewallRule {
  name: string
  startIpAddress: string
  endIpAddress: string
}

export interface SqlVirtualNetworkRule {
  name: string
  subnetId: string
  state?: string
  ignoreMissingEndpoint: boolean
}

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
}

export interface VirtualNetwork {
  id: string
  name: string
  location: string
  addressPrefixes: readonly string[]
  dnsServers: readonly string[]
  subnets: readonly Subnet[]
  peerings: readonly { name: string; state?: string; remoteId?: string; useRemoteGateways: boolean }[]
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
}

export interface LocalNetworkGateway {
  id: string
  name: string
  addressPrefixes: readonly string[]
}

export interface DmsService {
  id: string
  name: string
  location: string
  provisioningState?: string
  virtualSubnetId?: string
}

/**
 * Azure Resource Manager, read only. Each object is asked once a run, by its id in any letter case.
 * 401, 403, 429, 5xx, unreadable bodies and missing subscriptions are ProbeFailures; 403 names the missing action.
 */
export interface ArmPort {
  signIn(): Promise<Observed<AzureIdentity>>
  sqlServer(id: string): Promise<Observed<ArmAnswer<SqlServerResource>>>
  sqlDatabase(id: string): Promise<Observed<ArmAnswer<SqlDatabaseResource>>>
  sqlFirewallRules(serverId: string): Promise<Observed<ArmAnswer<readonly SqlFirewallRule[]>>>
  sqlVirtualNetworkRules(serverId: string): Promise<Observed<ArmAnswer<readonly SqlVirtualNetworkRule[]>>>
  virtualNetwork(id: string): Promise<Observed<ArmAnswer<VirtualNetwork>>>
  networkSecurityGroup(id: string): Promise<Observed<ArmAnswer<NetworkSecurityGroup>>>
  /** With the ids of its connections; their status has to be read one by one (lists carry none). */
  virtualNetworkGateway(id: string): Promise<Observed<ArmAnswer<VirtualNetworkGateway>>>
  gatewayConnection(id: string): Promise<Observed<ArmAnswer<GatewayConnection>>>
  localNetworkGateway(id: string): Promise<Observed<ArmAnswer<LocalNetworkGateway>>>
  dmsService(id: string): Promise<Observed<ArmAnswer<DmsService>>>
}
