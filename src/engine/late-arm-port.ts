import { unseen, type Observed } from '../domain/observed.ts'
import type { ArmPort } from '../ports/arm-port.ts'

/**
 * A port whose cloud is still being looked up, or could not be: each question waits for the port, or gets the failure
 * that kept it from coming to be. Nothing else of the run has to wait.
 */
export function createLateArmPort(arriving: Promise<Observed<ArmPort>>): ArmPort {
  // Whoever asks hears of it below; until then it must not count as unhandled.
  arriving.catch(() => undefined)
  const ask = async <T>(question: (arm: ArmPort) => Promise<Observed<T>>): Promise<Observed<T>> => {
    try {
      const arm = await arriving
      return arm.ok ? await question(arm.value) : arm
    } catch (error) {
      // Only the kind: messages of network libraries repeat proxy addresses with their passwords.
      const kind = error instanceof Error ? error.name : 'an error'
      return unseen('bug', `Azure could not be asked: ${kind} in the adapter; a proxy variable may not be a URL`)
    }
  }
  return {
    signIn: () => ask((arm) => arm.signIn()),
    sqlServer: (id) => ask((arm) => arm.sqlServer(id)),
    sqlDatabase: (id) => ask((arm) => arm.sqlDatabase(id)),
    sqlDatabases: (id) => ask((arm) => arm.sqlDatabases(id)),
    sqlFirewallRules: (id) => ask((arm) => arm.sqlFirewallRules(id)),
    sqlIpv6FirewallRules: (id) => ask((arm) => arm.sqlIpv6FirewallRules(id)),
    sqlVirtualNetworkRules: (id) => ask((arm) => arm.sqlVirtualNetworkRules(id)),
    managedInstance: (id) => ask((arm) => arm.managedInstance(id)),
    sqlVirtualMachine: (id) => ask((arm) => arm.sqlVirtualMachine(id)),
    virtualMachine: (id) => ask((arm) => arm.virtualMachine(id)),
    virtualNetwork: (id) => ask((arm) => arm.virtualNetwork(id)),
    networkSecurityGroup: (id) => ask((arm) => arm.networkSecurityGroup(id)),
    virtualNetworkGateway: (id) => ask((arm) => arm.virtualNetworkGateway(id)),
    gatewayConnection: (id) => ask((arm) => arm.gatewayConnection(id)),
    expressRouteCircuit: (id) => ask((arm) => arm.expressRouteCircuit(id)),
    localNetworkGateway: (id) => ask((arm) => arm.localNetworkGateway(id)),
    serviceTags: (subscription, location) => ask((arm) => arm.serviceTags(subscription, location)),
    securityAdminRules: (id) => ask((arm) => arm.securityAdminRules(id)),
    routeTable: (id) => ask((arm) => arm.routeTable(id)),
    natGateway: (id) => ask((arm) => arm.natGateway(id)),
    publicIpAddress: (id) => ask((arm) => arm.publicIpAddress(id)),
    publicIpPrefix: (id) => ask((arm) => arm.publicIpPrefix(id)),
    privateEndpoint: (id) => ask((arm) => arm.privateEndpoint(id)),
    virtualHubs: (subscription) => ask((arm) => arm.virtualHubs(subscription)),
    hubConnections: (id) => ask((arm) => arm.hubConnections(id)),
    hubGateway: (id) => ask((arm) => arm.hubGateway(id)),
    hubGatewayConnection: (id) => ask((arm) => arm.hubGatewayConnection(id)),
    addressHolder: (id) => ask((arm) => arm.addressHolder(id)),
    vpnSite: (id) => ask((arm) => arm.vpnSite(id)),
    provider: (subscription, namespace) => ask((arm) => arm.provider(subscription, namespace)),
    permissions: (scope) => ask((arm) => arm.permissions(scope)),
    roleAssignments: (scope, principalId) => ask((arm) => arm.roleAssignments(scope, principalId)),
    roleDefinition: (id) => ask((arm) => arm.roleDefinition(id)),
    denyAssignments: (scope) => ask((arm) => arm.denyAssignments(scope)),
    dmsService: (id) => ask((arm) => arm.dmsService(id)),
    dmsServices: (subscription) => ask((arm) => arm.dmsServices(subscription)),
    dmsSkus: (subscription) => ask((arm) => arm.dmsSkus(subscription)),
    sqlMigrationService: (id) => ask((arm) => arm.sqlMigrationService(id)),
    runtimeNodes: (id) => ask((arm) => arm.runtimeNodes(id)),
    storageAccount: (id) => ask((arm) => arm.storageAccount(id)),
    blobContainer: (accountId, name) => ask((arm) => arm.blobContainer(accountId, name)),
  }
}
