import { azureFirewall } from '../../../lab/azure/appliance-resources.ts'
import {
  connection,
  localNetworkGateway,
  virtualNetwork,
  vpnGateway,
  type PeeringSpec,
  type SubnetSpec,
} from '../../../lab/azure/network-resources.ts'
import { resourceId } from '../../../lab/azure/place.ts'
import type { ArmResource, AzureState } from '../../../lab/azure/state.ts'
import {
  expressRouteCircuit,
  hubConnection,
  hubVpnConnection,
  hubVpnGateway,
  virtualHub,
  vpnSite,
} from '../../../lab/azure/wan-resources.ts'
import { routeTable } from '../../../lab/azure/ways-resources.ts'
import { putResources, type Change } from '../../../lab/stories/change.ts'
import { GATEWAY, NET, NSG, ON_PREMISES, salesAttestations } from '../../../lab/stories/sales.ts'
import type { Case } from '../expectation.ts'
import { fails, isManual, isUnknown, passes } from '../expectation.ts'
import { elsewhere } from './worlds.ts'

const WAY = 'network/dms-vnet-has-site-to-site-connectivity'
const APPLIANCE = 'source/firewall-appliance-lets-dms-in'
const NETWORKS = 'Microsoft.Network/virtualNetworks'
const HUB = { resourceGroup: 'rg-connectivity' }
const HUB_NETWORK = resourceId(HUB, NETWORKS, 'vnet-transit')
const HUB_GATEWAY = resourceId(HUB, 'Microsoft.Network/virtualNetworkGateways', 'vgw-transit')
const DMS_NETWORK = resourceId(NET, NETWORKS, 'vnet-hub')
const ROUTE_TABLE = resourceId(NET, 'Microsoft.Network/routeTables', 'rt-dms')
const GATEWAY_SUBNET: SubnetSpec = {
  name: 'GatewaySubnet',
  prefix: '10.1.255.0/27',
  ipConfigurations: [`${GATEWAY}/ipConfigurations/default`],
}

/** By its address, so that no resolver stands between the runner and DMS. */
const BY_ADDRESS: Change = { manifest: { 'server: localhost,': 'server: 127.0.0.1,' } }

function way(...resources: readonly ArmResource[]): Change {
  return { azure: putResources(...resources) }
}

function dmsNetwork(peerings: readonly PeeringSpec[], gatewaySubnets: readonly SubnetSpec[] = []): ArmResource {
  const dms: SubnetSpec = {
    name: 'snet-dms',
    prefix: '10.1.2.0/24',
    networkSecurityGroup: NSG,
    serviceEndpoints: ['Microsoft.Sql'],
  }
  return virtualNetwork(NET, 'vnet-hub', { prefixes: ['10.1.0.0/16'], subnets: [dms, ...gatewaySubnets], peerings })
}

/** A network of DMS without a gateway of its own, peered with one that has it. */
function spoke({ allowGatewayTransit = true } = {}): Change {
  const transit = virtualNetwork(HUB, 'vnet-transit', {
    prefixes: ['10.200.0.0/16'],
    subnets: [
      {
        name: 'GatewaySubnet',
        prefix: '10.200.255.0/27',
        ipConfigurations: [`${HUB_GATEWAY}/ipConfigurations/default`],
      },
    ],
    peerings: [{ name: 'to-dms', remote: DMS_NETWORK, remotePrefixes: ['10.1.0.0/16'], allowGatewayTransit }],
  })
  return way(
    dmsNetwork([
      { name: 'to-transit', remote: HUB_NETWORK, remotePrefixes: ['10.200.0.0/16'], useRemoteGateways: true },
    ]),
    transit,
    vpnGateway(HUB, 'vgw-transit', { subnet: `${HUB_NETWORK}/subnets/GatewaySubnet` }),
    connection(HUB, 'cn-transit', { gateway: HUB_GATEWAY, localNetworkGateway: ON_PREMISES, status: 'Connected' }),
  )
}

function virtualWan(status: string | undefined): Change {
  const hub = resourceId(HUB, 'Microsoft.Network/virtualHubs', 'hub-weu')
  const peering: PeeringSpec = {
    name: 'RemoteVnetToHubPeering_11111111',
    remote: resourceId(HUB, NETWORKS, 'HV_hub-weu_1'),
    remotePrefixes: ['10.210.0.0/23'],
    useRemoteGateways: true,
  }
  return way(
    dmsNetwork([peering]),
    virtualHub(HUB, 'hub-weu', { vpnGateway: resourceId(HUB, 'Microsoft.Network/vpnGateways', 'vpn-weu') }),
    hubConnection(HUB, 'hub-weu', 'dms', DMS_NETWORK, `${hub}/hubRouteTables/defaultRouteTable`),
    hubVpnGateway(HUB, 'vpn-weu', ['to-hq']),
    hubVpnConnection(HUB, 'vpn-weu', 'to-hq', {
      site: resourceId(HUB, 'Microsoft.Network/vpnSites', 'hq'),
      ...(status === undefined ? {} : { status }),
    }),
    vpnSite(HUB, 'hq', ['127.0.0.0/8']),
  )
}

function expressRoute(circuit: Parameters<typeof expressRouteCircuit>[2]): Change {
  return way(
    vpnGateway(NET, 'vgw-hub', { subnet: `${DMS_NETWORK}/subnets/GatewaySubnet`, gatewayType: 'ExpressRoute' }),
    connection(NET, 'cn-headquarters', {
      gateway: GATEWAY,
      connectionType: 'ExpressRoute',
      circuit: resourceId(HUB, 'Microsoft.Network/expressRouteCircuits', 'er-hq'),
    }),
    expressRouteCircuit(HUB, 'er-hq', circuit),
  )
}

/** The DMS subnet as it is, with a route table. */
function routed(table: ArmResource, ...more: readonly ArmResource[]): Change {
  const withTable = (state: AzureState): void => {
    const text = JSON.stringify(state.resources)
    const nsg = JSON.stringify({ networkSecurityGroup: { id: NSG } }).slice(1, -1)
    if (!text.includes(nsg)) throw new Error('the story has no DMS subnet with a security group')
    const own = JSON.stringify({ routeTable: { id: ROUTE_TABLE } }).slice(1, -1)
    state.resources = JSON.parse(text.replace(nsg, () => `${nsg},${own}`)) as AzureState['resources']
  }
  return {
    azure: (state) => {
      putResources(table, ...more)(state)
      withTable(state)
    },
  }
}

export const WAY_CASES: readonly Case[] = [
  {
    world: 'the tunnel leads elsewhere, and nothing else leads out',
    story: elsewhere(BY_ADDRESS, way(localNetworkGateway(NET, 'lgw-headquarters', { prefixes: ['192.168.0.0/16'] }))),
    expected: [fails(WAY, /behind it 192\.168\.0\.0\/16, and nothing of this leads there/)],
  },
  {
    world: 'the gateway of a peered hub',
    story: elsewhere(BY_ADDRESS, spoke()),
    expected: [
      passes(
        WAY,
        /cn-transit of gateway vgw-transit \(peering to-transit\) is Connected and covers it with 127\.0\.0\.0\/8/,
        {
          proof: 'direct',
        },
      ),
    ],
  },
  {
    world: 'a peered hub that does not let its gateway be used',
    story: elsewhere(BY_ADDRESS, spoke({ allowGatewayTransit: false })),
    expected: [fails(WAY, /its other side, vnet-transit, does not allow gateway transit/)],
  },
  {
    world: 'no view of the peered hub',
    story: elsewhere(BY_ADDRESS, spoke(), {
      azure: (state) => {
        state.forbidden = [HUB_NETWORK]
      },
    }),
    expected: [isUnknown(WAY, 'forbidden', /403.*vnet-transit/, { missing: 'Microsoft.Network/virtualNetworks/read' })],
  },
  {
    world: 'a virtual WAN hub',
    story: elsewhere(BY_ADDRESS, virtualWan('Connected')),
    expected: [passes(WAY, /to-hq of gateway vpn-weu \(virtual hub hub-weu\) is Connected and covers it/)],
  },
  {
    world: 'a virtual WAN hub that tells no status',
    story: elsewhere(BY_ADDRESS, virtualWan(undefined)),
    expected: [isUnknown(WAY, 'insufficient', /to-hq covers 127\.0\.0\.1 and has no status/)],
  },
  {
    world: 'ExpressRoute over a sound circuit',
    story: elsewhere(BY_ADDRESS, expressRoute({ privatePeering: 'Enabled' })),
    expected: [
      isUnknown(WAY, 'insufficient', /without a status \(circuit er-hq: provider Provisioned, .*learned by BGP/),
    ],
  },
  {
    world: 'ExpressRoute over a circuit that the provider has not provisioned',
    story: elsewhere(BY_ADDRESS, expressRoute({ provider: 'NotProvisioned' })),
    expected: [fails(WAY, /circuit er-hq: NotProvisioned by its provider/)],
  },
  {
    world: 'a route table that keeps the routes of the gateway out',
    story: elsewhere(BY_ADDRESS, routed(routeTable(NET, 'rt-dms', [], { disableBgpRoutePropagation: true }))),
    expected: [fails(WAY, /rt-dms keeps the routes of gateways out of snet-dms .*no route of its own to 127\.0\.0\.1/)],
  },
  {
    world: 'a route to a firewall before the tunnel, and nobody has vouched for it',
    story: elsewhere(
      BY_ADDRESS,
      { manifest: { [salesAttestations()]: '' } },
      routed(
        routeTable(NET, 'rt-dms', [
          { name: 'inspect', prefix: '127.0.0.0/8', nextHop: 'VirtualAppliance', address: '10.1.1.4' },
        ]),
        azureFirewall(NET, 'azfw-hub', { subnet: `${DMS_NETWORK}/subnets/AzureFirewallSubnet`, address: '10.1.1.4' }),
        dmsNetwork(
          [],
          [
            {
              name: 'AzureFirewallSubnet',
              prefix: '10.1.1.0/26',
              ipConfigurations: [
                `${resourceId(NET, 'Microsoft.Network/azureFirewalls', 'azfw-hub')}/azureFirewallIpConfigurations/main`,
              ],
            },
            GATEWAY_SUBNET,
          ],
        ),
      ),
    ),
    expected: [
      isManual(
        APPLIANCE,
        /the route 127\.0\.0\.0\/8 of rt-dms sends packets from snet-dms to 10\.1\.1\.4 \(VirtualAppliance\), which is Azure Firewall azfw-hub in vnet-hub/,
      ),
      passes(WAY, /covers it with 127\.0\.0\.0\/8; before it, the route 127\.0\.0\.0\/8 of rt-dms/),
    ],
  },
]
