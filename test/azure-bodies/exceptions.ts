import type { Verdict } from '../../src/domain/verdict.ts'
import type { MutationKind } from './mutations.ts'

/** A mutation after which the answer of Azure truly says something else, so that another verdict is the right one. */
export interface Exception {
  /** End of the question. */
  of: RegExp
  field: string
  kinds: readonly MutationKind[]
  checks: RegExp
  verdicts: readonly Verdict[]
  why: string
}

const LEFT_OUT: readonly MutationKind[] = ['dropped', 'null']
const RULES_OF_THE_SUBNET = /^network\/nsg-allows-/
const WAYS_OF_THE_SUBNET = /^network\/(nsg-allows-.*|dms-vnet-has-site-to-site-connectivity|service-endpoints-are-set)$/

export const EXCEPTIONS: readonly Exception[] = [
  {
    of: /\/virtualNetworks\/[^/]+$/,
    field: 'properties.subnets.*.properties.networkSecurityGroup',
    kinds: LEFT_OUT,
    checks: RULES_OF_THE_SUBNET,
    verdicts: ['pass'],
    why: 'So Azure shows a subnet without a security group, and nothing is denied there (recorded: vnet-service-endpoints).',
  },
  {
    of: /\/virtualNetworks\/[^/]+$/,
    field: 'properties.subnets.*.properties.routeTable',
    kinds: LEFT_OUT,
    checks: WAYS_OF_THE_SUBNET,
    verdicts: ['pass', 'fail', 'not-applicable'],
    why: 'So Azure shows a subnet without a route table: no route leads elsewhere, adds to VirtualNetwork or keeps the routes of gateways out.',
  },
  {
    of: /\/virtualNetworks\/[^/]+$/,
    field: 'properties.subnets.*.properties.ipConfigurations',
    kinds: LEFT_OUT,
    checks: WAYS_OF_THE_SUBNET,
    verdicts: ['fail', 'not-applicable'],
    why: 'So Azure shows a gateway subnet without a gateway (recorded: vnet-gatewaysubnet-empty).',
  },
  {
    of: /\/virtualNetworks\/[^/]+$/,
    field: 'properties.subnets.*.properties.serviceEndpoints',
    kinds: LEFT_OUT,
    checks: /^network\/service-endpoints-are-set$/,
    verdicts: ['not-applicable'],
    why: 'So Azure shows a subnet without service endpoints, and this network needs none (recorded: vnet-service-endpoints).',
  },
  {
    of: /\/virtualNetworks\/[^/]+$/,
    field: 'properties.dhcpOptions',
    kinds: LEFT_OUT,
    checks: /^network\/nsg-allows-dms-ports$/,
    verdicts: ['pass'],
    why: 'So Azure shows a network with its own DNS, which this group allows (recorded: vnet-gatewaysubnet).',
  },
  {
    of: /\/virtualNetworks\/[^/]+$/,
    field: 'properties.dhcpOptions.dnsServers',
    kinds: LEFT_OUT,
    checks: /^network\/nsg-allows-dms-ports$/,
    verdicts: ['pass'],
    why: 'Likewise: no servers are the DNS of Azure.',
  },
  {
    of: /\/natGateways\/[^/]+$/,
    field: 'properties.publicIpPrefixes',
    kinds: LEFT_OUT,
    checks: /^target\/server-firewall-admits-dms$/,
    verdicts: ['pass'],
    why: 'So Azure shows a NAT gateway without prefixes (optional in the specification; none was recorded), and its address is admitted.',
  },
]
