import { adminRule } from '../../../lab/azure/admin-rules.ts'
import { virtualNetwork } from '../../../lab/azure/network-resources.ts'
import { resourceId } from '../../../lab/azure/place.ts'
import { networkSecurityGroup, type RuleSpec } from '../../../lab/azure/security-rules.ts'
import { putResources, removeResources, type Change } from '../../../lab/stories/change.ts'
import { DMS_SUBNET, NET, NSG } from '../../../lab/stories/sales.ts'
import type { Case } from '../expectation.ts'
import { fails, isBlocked, isUnknown, passes } from '../expectation.ts'
import { ready, UNKNOWN_SOURCE } from './worlds.ts'

const PORTS = 'network/nsg-allows-dms-ports'
const FLOWS = 'network/nsg-allows-declared-flows'
const ADMIN = 'network/no-admin-rule-blocks-dms'
const SOURCE = 'network/nsg-allows-source-ports'
const NETWORK_ID = resourceId(NET, 'Microsoft.Network/virtualNetworks', 'vnet-hub')
const READ_ADMIN_RULES = 'Microsoft.Network/virtualNetworks/listNetworkManagerEffectiveSecurityAdminRules/action'

const REDIRECT = `{ name: redirect, direction: outbound, protocol: tcp, ports: [1433, 11000-11999], peer: Sql }`
const declared = (flow: string): Change => ({
  manifest: { [`subnet: ${DMS_SUBNET}`]: `subnet: ${DMS_SUBNET}\n  flows:\n    - ${flow}` },
})
const rules = (...own: Omit<RuleSpec, 'direction'>[]): Change => ({
  azure: putResources(
    networkSecurityGroup(
      NET,
      'nsg-dms',
      own.map((rule) => ({ ...rule, direction: 'Outbound' as const })),
    ),
  ),
})
const admin = (access: 'Deny' | 'AlwaysAllow' | 'Allow', ports: readonly string[]): Change => ({
  azure: (state) => {
    state.adminRules = [adminRule({ name: 'HighRisk', priority: 10, direction: 'Outbound', access, ports })]
  },
})

/** Worlds of flows: declared ones, those to the sources, and rules that a network manager puts before every group. */
export const FLOW_CASES: readonly Case[] = [
  {
    world: 'flows that the default rules let through',
    story: ready(declared(REDIRECT)),
    expected: [
      passes(FLOWS, /tcp 1433, 11000-11999 to Sql\.WestEurope: allowed by AllowInternetOutBound/, {
        subject: 'redirect',
      }),
      passes(SOURCE, /tcp \d+ to localhost: allowed by/, { proof: 'direct' }),
      passes(ADMIN, /No security admin rule is in effect on vnet-hub/),
    ],
  },
  {
    world: 'a rule that denies half of the ports for redirected connections',
    story: ready(
      declared(REDIRECT),
      rules({ name: 'NoHighPorts', priority: 300, access: 'Deny', protocol: 'TCP', ports: ['11500-65535'] }),
    ),
    expected: [
      fails(FLOWS, /partly denied by NoHighPorts \(priority 300\).*from 127\.\S+ to 20\.16\.24\.0 port 11500/),
      // The source of this world has a port of the upper half.
      fails(SOURCE, /tcp \d+ to localhost is partly denied by NoHighPorts|is denied by NoHighPorts/),
    ],
  },
  {
    world: 'a flow to a tag that nobody knows',
    story: ready(
      declared('{ name: corp, direction: outbound, protocol: tcp, ports: [443], peer: CorpNetPublic }'),
      rules({ name: 'Some', priority: 300, access: 'Deny', destination: '20.0.0.0/9' }),
    ),
    expected: [isUnknown(FLOWS, 'insufficient', /CorpNetPublic is a service tag: the list of westeurope has none/)],
  },
  {
    world: 'an application security group between DMS and the source',
    story: ready({
      azure: (state) => {
        const group = networkSecurityGroup(NET, 'nsg-dms', [
          { name: 'Members', priority: 300, direction: 'Outbound', access: 'Deny', destination: 'CorpNetSaw' },
        ])
        putResources(withGroup(group))(state)
      },
    }),
    expected: [isUnknown(SOURCE, 'insufficient', /destination in asg-sql/)],
  },
  {
    world: 'a network manager that denies SMB and HTTPS',
    story: ready(admin('Deny', ['443', '445'])),
    expected: [
      fails(
        ADMIN,
        /443 to .* are denied by security admin rule high-risk\/HighRisk \(priority 10\) of a network manager/,
      ),
      fails(PORTS, /security admin rule high-risk\/HighRisk/, { subject: 'snet-dms:443' }),
      fails(PORTS, /security admin rule high-risk\/HighRisk/, { subject: 'snet-dms:445' }),
      passes(PORTS, /9354/, { subject: 'snet-dms:9354' }),
    ],
  },
  {
    world: 'a network manager that always allows what the group denies',
    story: ready(
      admin('AlwaysAllow', ['443']),
      rules({ name: 'DenyAll', priority: 300, access: 'Deny', ports: ['443', '445'] }),
    ),
    expected: [
      passes(ADMIN, /None of the 1 security admin rules on vnet-hub/),
      passes(PORTS, /allowed by security admin rule high-risk\/HighRisk/, { subject: 'snet-dms:443' }),
      fails(PORTS, /DenyAll \(priority 300\)/, { subject: 'snet-dms:445' }),
    ],
  },
  {
    world: 'no view of the rules of a network manager',
    story: ready({
      azure: (state) => {
        state.forbidden = [READ_ADMIN_RULES]
      },
    }),
    expected: [
      isUnknown(ADMIN, 'forbidden', /403/, {
        missing: READ_ADMIN_RULES,
      }),
      passes(PORTS, /whether security admin rules of a network manager come first is not known/, {
        subject: 'snet-dms:443',
      }),
    ],
  },
  {
    world: 'no network for the flows',
    story: ready(declared(REDIRECT), { azure: removeResources(NETWORK_ID) }),
    expected: [FLOWS, ADMIN, SOURCE].map((id) => isBlocked(id, 'network/dms-vnet-uses-resource-manager')),
  },
  {
    world: 'no name for the source',
    story: ready(UNKNOWN_SOURCE),
    expected: [isBlocked(SOURCE, 'source/name-resolves')],
  },
  {
    world: 'no view of the security group of the flows',
    story: ready(declared(REDIRECT), {
      azure: (state) => {
        state.forbidden = [NSG]
      },
    }),
    expected: [FLOWS, SOURCE].map((id) =>
      isUnknown(id, 'forbidden', /403/, { missing: 'Microsoft.Network/networkSecurityGroups/read' }),
    ),
  },
  {
    world: 'a subnet without a group, behind a network manager that sends everything on',
    story: ready(admin('Allow', ['0-65535']), {
      azure: putResources(
        virtualNetwork(NET, 'vnet-hub', {
          prefixes: ['10.1.0.0/16', '127.0.0.0/8'],
          subnets: [{ name: 'snet-dms', prefix: '127.0.0.0/8', serviceEndpoints: ['Microsoft.Sql'] }],
        }),
      ),
    }),
    expected: [
      passes(ADMIN, /None of the 1 security admin rules/),
      passes(PORTS, /snet-dms has no network security group/, { subject: 'snet-dms:443' }),
    ],
  },
]

/** The one rule's destination is an application security group. */
function withGroup(group: ReturnType<typeof networkSecurityGroup>): typeof group {
  const text = JSON.stringify(group).replace(
    '"destinationAddressPrefix":"CorpNetSaw","destinationAddressPrefixes":[]',
    `"destinationApplicationSecurityGroups":[{"id":"${resourceId(NET, 'Microsoft.Network/applicationSecurityGroups', 'asg-sql')}"}]`,
  )
  return JSON.parse(text) as typeof group
}
