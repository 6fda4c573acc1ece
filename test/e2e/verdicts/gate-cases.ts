import { networkInterface } from '../../../lab/azure/appliance-resources.ts'
import { firewallRule, ipv6FirewallRule, sqlServer, virtualNetworkRule } from '../../../lab/azure/data-resources.ts'
import { resourceId } from '../../../lab/azure/place.ts'
import { natGateway, privateEndpoint, publicIpAddress } from '../../../lab/azure/ways-resources.ts'
import type { AzureState } from '../../../lab/azure/state.ts'
import { putResources, removeResources } from '../../../lab/stories/change.ts'
import { DMS_SUBNET, NET, SALES, salesAzure, SQL_SERVER } from '../../../lab/stories/sales.ts'
import type { Case } from '../expectation.ts'
import { fails, isUnknown, passes } from '../expectation.ts'
import { ready } from './worlds.ts'

const FIREWALL = 'target/server-firewall-admits-dms'
const CLOSED = 'target/server-firewall-is-closed-to-other-tenants'
const ENDPOINT = resourceId(NET, 'Microsoft.Network/privateEndpoints', 'pe-sales')
const OFFICE = `${SQL_SERVER}/firewallRules/office`
const NETWORK_RULE = `${SQL_SERVER}/virtualNetworkRules/dms`
const OTHER_SUBNET = DMS_SUBNET.replace('snet-dms', 'GatewaySubnet')

function firewall(...steps: readonly ((state: AzureState) => void)[]): (state: AzureState) => void {
  return (state) => {
    for (const step of [removeResources(OFFICE, NETWORK_RULE), ...steps]) step(state)
  }
}

/** The network as it is, and the DMS subnet without service endpoints. */
function withoutEndpoints(state: AzureState): void {
  const text = JSON.stringify(salesAzure('127.0.0.0/8')).replaceAll('"Microsoft.Sql"', '"Microsoft.KeyVault"')
  state.resources = JSON.parse(text) as AzureState['resources']
}

/** No endpoint on the DMS subnet, and a NAT gateway in its place. */
function behindNat(state: AzureState): void {
  const nat = natGateway(NET, 'nat-dms', { addresses: [resourceId(NET, 'Microsoft.Network/publicIPAddresses', 'pip')] })
  const text = JSON.stringify(salesAzure('127.0.0.0/8'))
    .replaceAll('"Microsoft.Sql"', '"Microsoft.KeyVault"')
    .replace('"serviceEndpoints"', () => `"natGateway":${JSON.stringify({ id: nat.id })},"serviceEndpoints"`)
  state.resources = JSON.parse(text) as AzureState['resources']
  removeResources(OFFICE, NETWORK_RULE)(state)
  putResources(nat, publicIpAddress(NET, 'pip', '203.0.113.7'))(state)
}

/** Its records are in a private DNS zone group, so that only its network interface tells its address. */
function withPrivateEndpoint(state: AzureState): void {
  const subnet = DMS_SUBNET
  const cards = ['127.0.0.1', '::1'].map((address, index) =>
    networkInterface(NET, `pe-sales.nic${String(index)}`, { subnet, address }),
  )
  const endpoint = privateEndpoint(NET, 'pe-sales', {
    subnet,
    target: SQL_SERVER,
    group: 'sqlServer',
    host: 'sqlsales.database.windows.net',
    addresses: [],
    networkInterfaces: cards.map(({ id }) => id),
  })
  const privateEndpoints = [{ name: 'pe-sales', status: 'Approved', id: endpoint.id }]
  const server = sqlServer(SALES, 'sqlsales', { publicNetworkAccess: 'Disabled', privateEndpoints })
  putResources(server, endpoint, ...cards)(state)
}

/** The network gate of the target server. */
export const GATE_CASES: readonly Case[] = [
  {
    world: 'the rule 0.0.0.0 of the portal',
    story: ready({
      azure: firewall(putResources(firewallRule(SALES, 'sqlsales', 'AllowAllWindowsAzureIps', '0.0.0.0'))),
    }),
    expected: [
      passes(FIREWALL, /AllowAllWindowsAzureIps \(0\.0\.0\.0\) .*everything inside Azure/),
      fails(CLOSED, /AllowAllWindowsAzureIps .*Azure services of every other tenant/),
    ],
  },
  {
    world: 'a rule for the whole internet, which does not say how DMS appears',
    story: ready({
      azure: firewall(putResources(firewallRule(SALES, 'sqlsales', 'all', '0.0.0.0', '255.255.255.255'))),
    }),
    expected: [
      isUnknown(FIREWALL, 'missing-input', /does not declare under which addresses DMS appears/),
      fails(CLOSED, /every address of the internet/),
    ],
  },
  {
    world: 'the rule for all of Azure on the last page of a list',
    story: ready({
      azure: firewall(
        ...['a', 'b', 'c'].map((name) => putResources(firewallRule(SALES, 'sqlsales', name, '203.0.113.9'))),
        putResources(firewallRule(SALES, 'sqlsales', 'zz', '0.0.0.0')),
        (state) => {
          state.pageSize = 1
        },
      ),
    }),
    expected: [passes(FIREWALL, /zz \(0\.0\.0\.0\)/), fails(CLOSED, /zz .*every other tenant/)],
  },
  {
    world: 'no rule at all',
    story: ready({ azure: firewall() }),
    expected: [
      fails(FIREWALL, /sqlsales has no rule that would admit DMS/),
      passes(CLOSED, /none of the 0 firewall rules/),
    ],
  },
  {
    world: 'a rule for another subnet',
    story: ready({
      azure: firewall(putResources(virtualNetworkRule(SALES, 'sqlsales', 'other', { subnet: OTHER_SUBNET }))),
    }),
    expected: [fails(FIREWALL, /rules for other subnets only \(other\)/)],
  },
  {
    world: 'a rule for a private range',
    story: ready({ azure: firewall(putResources(firewallRule(SALES, 'sqlsales', 'lan', '10.1.2.0', '10.1.2.255'))) }),
    expected: [fails(FIREWALL, /lan 10\.1\.2\.0-10\.1\.2\.255.* which Azure SQL never sees/)],
  },
  {
    world: 'a rule for a subnet without the endpoint, and nothing else',
    story: ready({
      azure: (state) => {
        withoutEndpoints(state)
        removeResources(OFFICE)(state)
      },
    }),
    expected: [fails(FIREWALL, /rule dms of sqlsales names snet-dms, which has no Microsoft\.Sql endpoint/)],
  },
  {
    world: 'the addresses of a NAT gateway, and no endpoint on the subnet',
    story: ready({ azure: firewall(behindNat, putResources(firewallRule(SALES, 'sqlsales', 'nat', '203.0.113.7'))) }),
    expected: [passes(FIREWALL, /cover 203\.0\.113\.7, under which DMS appears \(NAT gateway nat-dms\)/)],
  },
  {
    world: 'the addresses of a NAT gateway, of which one is left out',
    story: ready({ azure: firewall(behindNat, putResources(firewallRule(SALES, 'sqlsales', 'nat', '203.0.113.9'))) }),
    expected: [
      fails(FIREWALL, /leave out 203\.0\.113\.7 of the addresses of DMS \(203\.0\.113\.7, NAT gateway nat-dms\)/),
    ],
  },
  {
    world: 'a declared IPv6 address and a rule for it',
    story: ready({
      manifest: { 'dms:\n': 'dms:\n  egress: [2001:db8::7]\n' },
      azure: firewall(
        withoutEndpoints,
        removeResources(OFFICE, NETWORK_RULE),
        putResources(ipv6FirewallRule(SALES, 'sqlsales', 'six', '2001:db8::', '2001:db8::f')),
      ),
    }),
    expected: [passes(FIREWALL, /cover 2001:db8::7, under which DMS appears \(dms\.egress\)/)],
  },
  {
    world: 'no public access, and a private endpoint to which the name leads',
    story: ready({ azure: withPrivateEndpoint }),
    expected: [
      passes(FIREWALL, /Disabled, and private endpoint pe-sales is Approved, in vnet-hub, the network of DMS/),
    ],
  },
  {
    world: 'no public access, and no view of the private endpoint',
    story: ready({
      azure: (state) => {
        withPrivateEndpoint(state)
        state.forbidden = [ENDPOINT]
      },
    }),
    expected: [isUnknown(FIREWALL, 'insufficient', /pe-sales is Approved, and where it is could not be told.*403/)],
  },
  {
    world: 'no public access',
    story: ready({ azure: putResources(sqlServer(SALES, 'sqlsales', { publicNetworkAccess: 'Disabled' })) }),
    expected: [
      fails(FIREWALL, /Disabled and no private endpoint is Approved/),
      passes(CLOSED, /public network access is Disabled/),
    ],
  },
]
