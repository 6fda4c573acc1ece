import type { MutationKind } from './mutations.ts'

/** A mutation after which the answer of Azure truly says something else, so that another verdict is the right one. */
export interface Exception {
  /** End of the question. */
  of: RegExp
  field: string
  kinds: readonly MutationKind[]
  checks: RegExp
  verdict: 'pass' | 'fail' | 'not-applicable'
  why: string
}

const LEFT_OUT: readonly MutationKind[] = ['dropped', 'null']
const RULES_OF_THE_SUBNET = /^network\/nsg-allows-/

export const EXCEPTIONS: readonly Exception[] = [
  {
    of: /\/virtualNetworks\/[^/]+$/,
    field: 'properties.subnets.*.properties.networkSecurityGroup',
    kinds: LEFT_OUT,
    checks: RULES_OF_THE_SUBNET,
    verdict: 'pass',
    why: 'So Azure shows a subnet without a security group, and nothing is denied there (recorded: vnet-service-endpoints).',
  },
  {
    of: /\/virtualNetworks\/[^/]+$/,
    field: 'properties.subnets.*.properties.routeTable',
    kinds: LEFT_OUT,
    checks: /^network\/(nsg-allows-|dms-vnet-has-site-to-site-connectivity$)/,
    verdict: 'fail',
    why: 'So Azure shows a subnet without a route table: then no route leads elsewhere or adds to VirtualNetwork.',
  },
  {
    of: /\/virtualNetworks\/[^/]+$/,
    field: 'properties.subnets.*.properties.routeTable',
    kinds: LEFT_OUT,
    checks: /^network\/(nsg-allows-source-ports|dms-vnet-has-site-to-site-connectivity)$/,
    verdict: 'pass',
    why: 'Likewise: then nothing keeps the routes of the gateway out of it.',
  },
  {
    of: /\/virtualNetworks\/[^/]+$/,
    field: 'properties.subnets.*.properties.routeTable',
    kinds: LEFT_OUT,
    checks: /^network\/service-endpoints-are-set$/,
    verdict: 'not-applicable',
    why: 'Likewise: then nothing sends public addresses elsewhere.',
  },
  {
    of: /\/virtualNetworks\/[^/]+$/,
    field: 'properties.subnets.*.properties.ipConfigurations',
    kinds: LEFT_OUT,
    checks: /^network\/(nsg-allows-|dms-vnet-has-site-to-site-connectivity$)/,
    verdict: 'fail',
    why: 'So Azure shows a gateway subnet without a gateway (recorded: vnet-gatewaysubnet-empty).',
  },
  {
    of: /\/virtualNetworks\/[^/]+$/,
    field: 'properties.subnets.*.properties.ipConfigurations',
    kinds: LEFT_OUT,
    checks: /^network\/service-endpoints-are-set$/,
    verdict: 'not-applicable',
    why: 'Likewise: then no gateway leads public addresses away from the internet.',
  },
  {
    of: /\/virtualNetworks\/[^/]+$/,
    field: 'properties.subnets.*.properties.serviceEndpoints',
    kinds: LEFT_OUT,
    checks: /^network\/service-endpoints-are-set$/,
    verdict: 'not-applicable',
    why: 'So Azure shows a subnet without service endpoints, and this network needs none (recorded: vnet-service-endpoints).',
  },
  {
    of: /\/virtualNetworks\/[^/]+$/,
    field: 'properties.dhcpOptions',
    kinds: LEFT_OUT,
    checks: /^network\/nsg-allows-dms-ports$/,
    verdict: 'pass',
    why: 'So Azure shows a network with its own DNS, which this group allows (recorded: vnet-gatewaysubnet).',
  },
  {
    of: /\/virtualNetworks\/[^/]+$/,
    field: 'properties.dhcpOptions.dnsServers',
    kinds: LEFT_OUT,
    checks: /^network\/nsg-allows-dms-ports$/,
    verdict: 'pass',
    why: 'Likewise: no servers are the DNS of Azure.',
  },
]
