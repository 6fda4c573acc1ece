import type { Observed } from '../domain/observed.ts'
import type { ArmPort } from '../ports/arm-port.ts'

/**
 * A port whose cloud is still being looked up, or could not be: each question waits for the port, or gets the failure
 * that kept it from coming to be. Nothing else of the run has to wait.
 */
export function createLateArmPort(arriving: Promise<Observed<ArmPort>>): ArmPort {
  const ask = async <T>(question: (arm: ArmPort) => Promise<Observed<T>>): Promise<Observed<T>> => {
    const arm = await arriving
    return arm.ok ? question(arm.value) : arm
  }
  return {
    signIn: () => ask((arm) => arm.signIn()),
    sqlServer: (id) => ask((arm) => arm.sqlServer(id)),
    sqlDatabase: (id) => ask((arm) => arm.sqlDatabase(id)),
    sqlFirewallRules: (id) => ask((arm) => arm.sqlFirewallRules(id)),
    sqlVirtualNetworkRules: (id) => ask((arm) => arm.sqlVirtualNetworkRules(id)),
    virtualNetwork: (id) => ask((arm) => arm.virtualNetwork(id)),
    networkSecurityGroup: (id) => ask((arm) => arm.networkSecurityGroup(id)),
    virtualNetworkGateway: (id) => ask((arm) => arm.virtualNetworkGateway(id)),
    gatewayConnection: (id) => ask((arm) => arm.gatewayConnection(id)),
    localNetworkGateway: (id) => ask((arm) => arm.localNetworkGateway(id)),
    dmsService: (id) => ask((arm) => arm.dmsService(id)),
  }
}
