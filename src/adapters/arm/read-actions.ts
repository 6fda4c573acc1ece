import type { ArmPort } from '../../ports/arm-port.ts'

/** Where a role has to be assigned for an action to count. */
type Scope = 'resource' | 'subscription'

/**
 * The control-plane actions that each question of the port takes, as
 * https://learn.microsoft.com/azure/role-based-access-control/resource-provider-operations names them.
 */
export const READ_ACTIONS: Readonly<
  Record<Exclude<keyof ArmPort, 'signIn'>, { scope: Scope; actions: readonly [string, ...string[]] }>
> = {
  sqlServer: { scope: 'resource', actions: ['Microsoft.Sql/servers/read'] },
  sqlDatabase: { scope: 'resource', actions: ['Microsoft.Sql/servers/databases/read'] },
  sqlDatabases: { scope: 'resource', actions: ['Microsoft.Sql/servers/databases/read'] },
  sqlFirewallRules: { scope: 'resource', actions: ['Microsoft.Sql/servers/firewallRules/read'] },
  sqlIpv6FirewallRules: { scope: 'resource', actions: ['Microsoft.Sql/servers/ipv6FirewallRules/read'] },
  sqlVirtualNetworkRules: { scope: 'resource', actions: ['Microsoft.Sql/servers/virtualNetworkRules/read'] },
  managedInstance: { scope: 'resource', actions: ['Microsoft.Sql/managedInstances/read'] },
  sqlVirtualMachine: { scope: 'resource', actions: ['Microsoft.SqlVirtualMachine/sqlVirtualMachines/read'] },
  virtualMachine: { scope: 'resource', actions: ['Microsoft.Compute/virtualMachines/read'] },
  storageAccount: { scope: 'resource', actions: ['Microsoft.Storage/storageAccounts/read'] },
  blobContainer: {
    scope: 'resource',
    actions: ['Microsoft.Storage/storageAccounts/blobServices/containers/read'],
  },
  virtualNetwork: { scope: 'resource', actions: ['Microsoft.Network/virtualNetworks/read'] },
  networkSecurityGroup: { scope: 'resource', actions: ['Microsoft.Network/networkSecurityGroups/read'] },
  virtualNetworkGateway: {
    scope: 'resource',
    actions: [
      'Microsoft.Network/virtualNetworkGateways/read',
      'Microsoft.Network/virtualNetworkGateways/connections/read',
    ],
  },
  gatewayConnection: { scope: 'resource', actions: ['Microsoft.Network/connections/read'] },
  expressRouteCircuit: { scope: 'resource', actions: ['Microsoft.Network/expressRouteCircuits/read'] },
  localNetworkGateway: { scope: 'resource', actions: ['Microsoft.Network/localNetworkGateways/read'] },
  serviceTags: { scope: 'subscription', actions: ['Microsoft.Network/locations/serviceTags/read'] },
  securityAdminRules: {
    scope: 'resource',
    actions: ['Microsoft.Network/virtualNetworks/listNetworkManagerEffectiveSecurityAdminRules/action'],
  },
  routeTable: { scope: 'resource', actions: ['Microsoft.Network/routeTables/read'] },
  natGateway: { scope: 'resource', actions: ['Microsoft.Network/natGateways/read'] },
  publicIpAddress: { scope: 'resource', actions: ['Microsoft.Network/publicIPAddresses/read'] },
  publicIpPrefix: { scope: 'resource', actions: ['Microsoft.Network/publicIPPrefixes/read'] },
  privateEndpoint: { scope: 'resource', actions: ['Microsoft.Network/privateEndpoints/read'] },
  virtualHubs: { scope: 'subscription', actions: ['Microsoft.Network/virtualHubs/read'] },
  hubConnections: { scope: 'resource', actions: ['Microsoft.Network/virtualHubs/hubVirtualNetworkConnections/read'] },
  hubGateway: {
    scope: 'resource',
    actions: ['Microsoft.Network/vpnGateways/read', 'Microsoft.Network/expressRouteGateways/read'],
  },
  hubGatewayConnection: {
    scope: 'resource',
    actions: [
      'Microsoft.Network/vpnGateways/vpnConnections/read',
      'Microsoft.Network/expressRouteGateways/expressRouteConnections/read',
    ],
  },
  addressHolder: {
    scope: 'resource',
    actions: [
      'Microsoft.Network/networkInterfaces/read',
      'Microsoft.Network/azureFirewalls/read',
      'Microsoft.Network/loadBalancers/read',
    ],
  },
  vpnSite: { scope: 'resource', actions: ['Microsoft.Network/vpnSites/read'] },
  provider: { scope: 'subscription', actions: ['Microsoft.Resources/subscriptions/providers/read'] },
  permissions: { scope: 'resource', actions: ['Microsoft.Authorization/permissions/read'] },
  roleAssignments: { scope: 'resource', actions: ['Microsoft.Authorization/roleAssignments/read'] },
  roleDefinition: { scope: 'subscription', actions: ['Microsoft.Authorization/roleDefinitions/read'] },
  denyAssignments: { scope: 'resource', actions: ['Microsoft.Authorization/denyAssignments/read'] },
  dmsService: { scope: 'resource', actions: ['Microsoft.DataMigration/services/read'] },
  dmsServices: { scope: 'subscription', actions: ['Microsoft.DataMigration/services/read'] },
  dmsSkus: { scope: 'subscription', actions: ['Microsoft.DataMigration/skus/read'] },
  sqlMigrationService: { scope: 'resource', actions: ['Microsoft.DataMigration/sqlMigrationServices/read'] },
  runtimeNodes: {
    scope: 'resource',
    actions: ['Microsoft.DataMigration/sqlMigrationServices/listMonitoringData/action'],
  },
}

/** The action that a request to Azure Resource Manager takes; undefined for a path that is none of a subscription. */
export function actionOf(method: string, path: string): string | undefined {
  const [, subscription = '', rest = ''] = /^\/subscriptions\/([^/]+)(\/.*?)?\/?$/i.exec(path) ?? []
  if (subscription === '') return undefined
  const verb = method === 'POST' ? 'action' : 'read'
  if (/^\/providers\/[^/]+$/i.test(rest)) return `Microsoft.Resources/subscriptions/providers/${verb}`
  const [, namespace, segments] = /.*\/providers\/([^/]+)\/(.+)$/i.exec(rest) ?? []
  if (namespace === undefined || segments === undefined) {
    return `Microsoft.Resources/subscriptions${/^\/resourceGroups\//i.test(rest) ? '/resourceGroups' : ''}/${verb}`
  }
  const types = segments.split('/').filter((_, index) => index % 2 === 0)
  return [namespace, ...types, verb].join('/')
}

/** What the built-in role Reader holds: every read, and nothing that Azure asks for by POST. */
export function isHeldByReader(action: string): boolean {
  return /\/read$/i.test(action)
}
