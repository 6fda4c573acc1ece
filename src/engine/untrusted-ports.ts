import { unseen, type Observed } from '../domain/observed.ts'
import type { Ports } from '../ports/ports.ts'

/**
 * Ports for a manifest that nobody trusted has approved: nothing leaves the runner, no name is looked up, no secret is
 * used. What the repository itself holds may still be read.
 */
export function createUntrustedPorts(ports: Ports, reason: string): Ports {
  const refuse = <T>(): Promise<Observed<T>> => Promise.resolve(unseen('untrusted-host', reason))
  return {
    net: { resolve: refuse, connect: refuse, browse: refuse, localAddresses: () => ports.net.localAddresses() },
    sql: { preLogin: refuse, probeTls: refuse, logIn: refuse, query: refuse },
    arm: {
      signIn: refuse,
      sqlServer: refuse,
      sqlDatabase: refuse,
      sqlFirewallRules: refuse,
      sqlVirtualNetworkRules: refuse,
      virtualNetwork: refuse,
      networkSecurityGroup: refuse,
      virtualNetworkGateway: refuse,
      gatewayConnection: refuse,
      localNetworkGateway: refuse,
      dmsService: refuse,
    },
    files: ports.files,
    clock: ports.clock,
  }
}
