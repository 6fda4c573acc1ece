import { dmsService } from '../../../lab/azure/data-resources.ts'
import { connection, localNetworkGateway, virtualNetwork } from '../../../lab/azure/network-resources.ts'
import { resourceId } from '../../../lab/azure/place.ts'
import { networkSecurityGroup, type RuleSpec } from '../../../lab/azure/security-rules.ts'
import { LAB_SUBSCRIPTION, type ArmResource } from '../../../lab/azure/state.ts'
import { changeStory, putResources, removeResources, type Change } from '../../../lab/stories/change.ts'
import { DMS_SUBNET, GATEWAY, NET, NSG, ON_PREMISES, salesAzure } from '../../../lab/stories/sales.ts'
import { readyStory } from '../../../lab/stories/ready.ts'
import type { Case } from '../expectation.ts'
import { doesNotApply, fails, isBlocked, isUnknown, passes } from '../expectation.ts'
import { elsewhere, ready, UNKNOWN_SOURCE } from './worlds.ts'

const NETWORK = 'network/dms-vnet-uses-resource-manager'
const WAY = 'network/dms-vnet-has-site-to-site-connectivity'
const PORTS = 'network/nsg-allows-dms-ports'
const NETWORK_ID = resourceId(NET, 'Microsoft.Network/virtualNetworks', 'vnet-hub')
const CLASSIC_SUBNET = DMS_SUBNET.replace('Microsoft.Network', 'Microsoft.ClassicNetwork')
const SERVICE = resourceId(NET, 'Microsoft.DataMigration/services', 'dms-weu')

const port = (number: number) => ({ subject: `snet-dms:${String(number)}` })
const behindNetwork = [WAY, PORTS, 'target/server-firewall-admits-dms'].map((id) => isBlocked(id, NETWORK))

/** The group of the DMS subnet with one rule above those that let DMS out. */
function nsgWith(rule: Omit<RuleSpec, 'direction'>): Change {
  const allow: RuleSpec = {
    name: 'AllowDmsToServices',
    priority: 200,
    direction: 'Outbound',
    access: 'Allow',
    protocol: 'Tcp',
    destination: 'AzureCloud',
    ports: ['443', '9354', '12000'],
  }
  return { azure: putResources(networkSecurityGroup(NET, 'nsg-dms', [{ ...rule, direction: 'Outbound' }, allow])) }
}

function tunnel(status: 'NotConnected' | 'Connecting'): ArmResource {
  return connection(NET, 'cn-headquarters', { gateway: GATEWAY, localNetworkGateway: ON_PREMISES, status })
}

export const NETWORK_CASES: readonly Case[] = [
  {
    world: 'a network of the classic model',
    story: ready({ manifest: { [DMS_SUBNET]: CLASSIC_SUBNET } }),
    expected: [fails(NETWORK, /classic deployment model/), ...behindNetwork],
  },
  {
    world: 'no such network',
    story: ready({ azure: removeResources(NETWORK_ID) }),
    expected: [fails(NETWORK, /no subnet in a Resource Manager network: .*vnet-hub/), ...behindNetwork],
  },
  {
    world: 'no such subnet',
    story: elsewhere({ manifest: { 'subnets/snet-dms': 'subnets/snet-dsm' } }),
    expected: [fails(NETWORK, /vnet-hub has no subnet snet-dsm; it has snet-dms, GatewaySubnet/), ...behindNetwork],
  },
  {
    world: 'a DMS service that is not there',
    story: elsewhere({ manifest: { [`subnet: ${DMS_SUBNET}`]: `service: ${SERVICE}` } }),
    expected: [isUnknown(NETWORK, 'insufficient', /the DMS service .*dms-weu is not there/), ...behindNetwork],
  },
  {
    world: 'a DMS service whose subnet Azure tells',
    story: elsewhere({
      manifest: { [`subnet: ${DMS_SUBNET}`]: `service: ${SERVICE}` },
      azure: putResources(dmsService(NET, 'dms-weu', { subnet: DMS_SUBNET })),
    }),
    expected: [
      passes(NETWORK, /vnet-hub .*holds subnet snet-dms/),
      passes(PORTS, /443 to ServiceBus.*allowed/, { subject: 'dms-subnet:443' }),
      passes('target/server-firewall-admits-dms', /admits snet-dms/),
    ],
  },
  {
    world: 'no view of the network',
    story: elsewhere({
      azure: (state) => {
        state.forbidden = [NETWORK_ID]
      },
    }),
    expected: [
      isUnknown(NETWORK, 'forbidden', /403/, { missing: 'Microsoft.Network/virtualNetworks/read' }),
      ...behindNetwork,
      passes('source/engine-port-is-reachable', /Azure could not be asked for the DMS subnet/, { proof: 'proxy' }),
    ],
  },
  {
    world: 'the tunnel is down',
    story: elsewhere({
      manifest: { 'server: localhost,': 'server: 127.0.0.1,' },
      azure: putResources(tunnel('NotConnected')),
    }),
    expected: [fails(WAY, /cn-headquarters of gateway vgw-hub, which covers .*, is NotConnected/)],
  },
  {
    world: 'Azure calls the tunnel down, and the port is open from the DMS subnet',
    story: ready({ azure: putResources(tunnel('NotConnected')) }),
    expected: [isUnknown(WAY, 'insufficient', /cn-headquarters NotConnected.* was open to this runner/)],
  },
  {
    world: 'the tunnel is coming up',
    story: ready({ azure: putResources(tunnel('Connecting')) }),
    expected: [isUnknown(WAY, 'insufficient', /cn-headquarters Connecting/)],
  },
  {
    world: 'the tunnel leads elsewhere',
    story: ready({
      azure: putResources(localNetworkGateway(NET, 'lgw-headquarters', { prefixes: ['192.168.0.0/16'] })),
    }),
    expected: [isUnknown(WAY, 'insufficient', /behind it 192\.168\.0\.0\/16/)],
  },
  {
    world: 'a source inside the network of DMS',
    story: changeStory({ ...readyStory(), azure: salesAzure('127.0.0.0/8', ['127.0.0.0/8', '::1/128']) }),
    expected: [doesNotApply(WAY, /in the address space of vnet-hub/)],
  },
  {
    world: 'no gateway, and a source with a private address',
    story: elsewhere({
      manifest: { 'server: localhost,': 'server: 127.0.0.1,' },
      azure: putResources(
        virtualNetwork(NET, 'vnet-hub', {
          prefixes: ['10.1.0.0/16'],
          subnets: [{ name: 'snet-dms', prefix: '10.1.2.0/24' }],
        }),
      ),
    }),
    expected: [
      fails(WAY, /vnet-hub has no gateway and no peering, and 127\.0\.0\.1 has the private address/),
      passes(PORTS, /snet-dms has no network security group/),
      isUnknown('target/server-firewall-admits-dms', 'missing-input', /no Microsoft\.Sql endpoint/),
    ],
  },
  {
    world: 'a source without an address',
    story: ready(UNKNOWN_SOURCE),
    expected: [isBlocked(WAY, 'source/name-resolves')],
  },
  {
    world: 'a rule that denies 443',
    story: ready(nsgWith({ name: 'DenyWeb', priority: 150, access: 'Deny', protocol: 'Tcp', ports: '443' })),
    expected: [
      fails(
        PORTS,
        /443 to ServiceBus\.WestEurope, .* are denied by DenyWeb \(priority 150\).*for example tcp from 127\./,
        port(443),
      ),
      passes(PORTS, /9354/, port(9354)),
    ],
  },
  {
    world: 'a rule for addresses of which Azure does not tell whose they are',
    story: ready(
      {
        azure: (state) => {
          state.forbidden = [
            `/subscriptions/${LAB_SUBSCRIPTION}/providers/Microsoft.Network/locations/westeurope/serviceTags`,
          ]
        },
      },
      nsgWith({
        name: 'DenySomebody',
        priority: 150,
        access: 'Deny',
        protocol: 'Tcp',
        destination: '20.38.0.0/16',
        ports: '443',
      }),
    ),
    expected: [isUnknown(PORTS, 'insufficient', /443 to .* hangs on whether.*serviceTags\/read/, port(443))],
  },
  {
    world: 'no view of the security group',
    story: ready({
      azure: (state) => {
        state.forbidden = [NSG]
      },
    }),
    expected: [isUnknown(PORTS, 'forbidden', /403/, { missing: 'Microsoft.Network/networkSecurityGroups/read' })],
  },
]
