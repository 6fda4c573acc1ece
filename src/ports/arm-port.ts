import type { PermissionSet } from '../domain/azure-permissions.ts'
import type { DenyAssignment, RoleAssignment, RoleDefinition } from '../domain/role-assignments.ts'
import type { Observed } from '../domain/observed.ts'
import type { SignInKind } from '../domain/sign-in-kind.ts'
import type {
  AddressHolder,
  ExpressRouteCircuit,
  GatewayConnection,
  HubConnection,
  HubGateway,
  HubGatewayConnection,
  LocalNetworkGateway,
  NatGateway,
  NetworkSecurityGroup,
  PrivateEndpoint,
  PublicIpAddress,
  PublicIpPrefix,
  RouteTable,
  SecurityAdminRule,
  ServiceTagList,
  VirtualHub,
  VirtualNetwork,
  VirtualNetworkGateway,
  VpnSite,
} from './network-resources.ts'
import type { SqlVirtualMachineResource, VirtualMachineResource } from './machine-resources.ts'
import type { RuntimeNode, SqlMigrationService } from './runtime-resources.ts'
import type { BlobContainerResource, StorageAccount } from './storage-resources.ts'

/** What is not there. A missing subscription is not an answer: it is a ProbeFailure, `not-found`. */
export type ArmAnswer<T> =
  { found: true; value: T } | { found: false; missing: 'resource' | 'parent' | 'resource-group'; message: string }

export interface AzureIdentity {
  /** How the run signed in. */
  kind: SignInKind
  /** Application (client) id of the run's identity; of the Azure CLI itself when a person is logged in to it. */
  clientId?: string
  tenantId?: string
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
  /** Name of the SQL login that administers the server; Azure has none where only Entra identities may log in. */
  administratorLogin?: string
  /** The Entra administrator, a user, a group or an application: its name, and its object or application id. */
  entraAdministrator?: string
  entraAdministratorId?: string
  /** `endpointId` is the private endpoint's own id, which may be in another subscription. */
  privateEndpointConnections: readonly { name: string; status?: string; endpointId?: string }[]
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

export interface ManagedInstanceResource {
  id: string
  name: string
  location: string
  /** `Ready`, `Stopped`, `Creating`, ...; absent when Azure left it out. */
  state?: string
  provisioningState?: string
  fullyQualifiedDomainName?: string
  /** The subnet that the instance stands in, and from which it reaches storage. */
  subnetId?: string
  vCores?: number
  storageSizeInGB?: number
  /** `GP_Gen5`, and the tier: `GeneralPurpose`. */
  skuName?: string
  /** Whether the name with `.public` in it answers on TCP 3342. */
  publicDataEndpointEnabled?: boolean
  /** Under which it reads other resources; absent: it has none. */
  identity?: InstanceIdentity
}

/** The user-assigned identity that is its primary one goes before the system-assigned one. */
export interface InstanceIdentity {
  /** Object id of the system-assigned identity. */
  systemPrincipalId?: string
  /** Id of the primary user-assigned identity. */
  primaryId?: string
  /** Its object id; absent when Azure does not tell it. */
  primaryPrincipalId?: string
}

export interface DmsService {
  id: string
  name: string
  location: string
  provisioningState?: string
  virtualSubnetId?: string
  /** `Standard_4vCores`, and the tier: `Premium`. */
  skuName?: string
  skuTier?: string
}

export interface ProviderRegistration {
  namespace: string
  /** `Registered`, `Registering`, `Unregistering`, `NotRegistered`, `Unregistered`. */
  registrationState?: string
  resourceTypes: readonly { type: string; locations: readonly string[] }[]
}

/** An offer of the service: where, and whether this subscription may have it. */
export interface DmsSku {
  name: string
  tier?: string
  resourceType?: string
  locations: readonly string[]
  /** `reason`: a code such as `NotAvailableForSubscription`. Without locations it holds everywhere. */
  restrictions: readonly { reason: string; locations: readonly string[] }[]
}

/**
 * Azure Resource Manager, read only. Each object is asked once a run, by its id in any letter case.
 * 401, 403, 429, 5xx, unreadable bodies and missing subscriptions are ProbeFailures; 403 names the missing action.
 */
export interface ArmPort {
  signIn(): Promise<Observed<AzureIdentity>>
  sqlServer(id: string): Promise<Observed<ArmAnswer<SqlServerResource>>>
  sqlDatabase(id: string): Promise<Observed<ArmAnswer<SqlDatabaseResource>>>
  /** Of a logical server, `master` among them. */
  sqlDatabases(serverId: string): Promise<Observed<ArmAnswer<readonly SqlDatabaseResource[]>>>
  sqlFirewallRules(serverId: string): Promise<Observed<ArmAnswer<readonly SqlFirewallRule[]>>>
  /** Azure keeps them apart from those for IPv4. */
  sqlIpv6FirewallRules(serverId: string): Promise<Observed<ArmAnswer<readonly SqlFirewallRule[]>>>
  sqlVirtualNetworkRules(serverId: string): Promise<Observed<ArmAnswer<readonly SqlVirtualNetworkRule[]>>>
  managedInstance(id: string): Promise<Observed<ArmAnswer<ManagedInstanceResource>>>
  /** The registration of a virtual machine with the SQL IaaS Agent extension. */
  sqlVirtualMachine(id: string): Promise<Observed<ArmAnswer<SqlVirtualMachineResource>>>
  /** With its instance view. */
  virtualMachine(id: string): Promise<Observed<ArmAnswer<VirtualMachineResource>>>
  virtualNetwork(id: string): Promise<Observed<ArmAnswer<VirtualNetwork>>>
  networkSecurityGroup(id: string): Promise<Observed<ArmAnswer<NetworkSecurityGroup>>>
  /** With the ids of its connections; their status has to be read one by one (lists carry none). */
  virtualNetworkGateway(id: string): Promise<Observed<ArmAnswer<VirtualNetworkGateway>>>
  gatewayConnection(id: string): Promise<Observed<ArmAnswer<GatewayConnection>>>
  expressRouteCircuit(id: string): Promise<Observed<ArmAnswer<ExpressRouteCircuit>>>
  localNetworkGateway(id: string): Promise<Observed<ArmAnswer<LocalNetworkGateway>>>
  /** The service tags that hold in a region; the same list for every network of it. */
  serviceTags(subscriptionId: string, location: string): Promise<Observed<ArmAnswer<ServiceTagList>>>
  /** In effect on a virtual network, from every network manager that manages it. */
  securityAdminRules(networkId: string): Promise<Observed<ArmAnswer<readonly SecurityAdminRule[]>>>
  routeTable(id: string): Promise<Observed<ArmAnswer<RouteTable>>>
  natGateway(id: string): Promise<Observed<ArmAnswer<NatGateway>>>
  publicIpAddress(id: string): Promise<Observed<ArmAnswer<PublicIpAddress>>>
  publicIpPrefix(id: string): Promise<Observed<ArmAnswer<PublicIpPrefix>>>
  privateEndpoint(id: string): Promise<Observed<ArmAnswer<PrivateEndpoint>>>
  virtualHubs(subscriptionId: string): Promise<Observed<ArmAnswer<readonly VirtualHub[]>>>
  hubConnections(hubId: string): Promise<Observed<ArmAnswer<readonly HubConnection[]>>>
  /** A vpnGateways or expressRouteGateways resource of a hub. */
  hubGateway(id: string): Promise<Observed<ArmAnswer<HubGateway>>>
  /** A vpnConnections or expressRouteConnections resource of a hub's gateway. */
  hubGatewayConnection(id: string): Promise<Observed<ArmAnswer<HubGatewayConnection>>>
  /** A networkInterfaces, azureFirewalls or loadBalancers resource. */
  addressHolder(id: string): Promise<Observed<ArmAnswer<AddressHolder>>>
  /** What lies behind a connection of a hub's VPN gateway. */
  vpnSite(id: string): Promise<Observed<ArmAnswer<VpnSite>>>
  provider(subscriptionId: string, namespace: string): Promise<Observed<ArmAnswer<ProviderRegistration>>>
  /** At a subscription, a resource group or a resource. Azure answers for scopes that do not exist as well. */
  permissions(scope: string): Promise<Observed<ArmAnswer<readonly PermissionSet[]>>>
  /** At the scope, above and below it, to the principal and to every group that it is in, by whatever way. */
  roleAssignments(scope: string, principalId: string): Promise<Observed<ArmAnswer<readonly RoleAssignment[]>>>
  /** By the id that an assignment has, which may be one without a subscription. */
  roleDefinition(id: string): Promise<Observed<ArmAnswer<RoleDefinition>>>
  /** At the scope and above it, whomever they are for. */
  denyAssignments(scope: string): Promise<Observed<ArmAnswer<readonly DenyAssignment[]>>>
  dmsService(id: string): Promise<Observed<ArmAnswer<DmsService>>>
  dmsServices(subscriptionId: string): Promise<Observed<ArmAnswer<readonly DmsService[]>>>
  dmsSkus(subscriptionId: string): Promise<Observed<ArmAnswer<readonly DmsSku[]>>>
  /** The service of today, with the state of its integration runtime. */
  sqlMigrationService(id: string): Promise<Observed<ArmAnswer<SqlMigrationService>>>
  /** The machines of that runtime; none: it is not registered anywhere. */
  runtimeNodes(serviceId: string): Promise<Observed<ArmAnswer<readonly RuntimeNode[]>>>
  storageAccount(id: string): Promise<Observed<ArmAnswer<StorageAccount>>>
  blobContainer(accountId: string, name: string): Promise<Observed<ArmAnswer<BlobContainerResource>>>
}
