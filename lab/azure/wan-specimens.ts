// Specimens of virtual WAN hubs, circuits, and of what packets can be routed to.
import * as appliances from './appliance-resources.ts'
import { BARE, forms, id, PLACE, SUBNET, type Forms, type Spec } from './specimen-forms.ts'
import type { ArmResource } from './state.ts'
import * as wan from './wan-resources.ts'

const HUB_TABLE = id('virtualHubs/hubRouteTables', 'hub', 'defaultRouteTable')
const CIRCUIT_PEERING = id('expressRouteCircuits/peerings', 'er', 'AzurePrivatePeering')

/** By the name of the builder. */
export const WAN_SPECIMENS = {
  virtualHub: [
    wan.virtualHub(BARE, 'hub', {}),
    wan.virtualHub(PLACE, 'hub', {
      vpnGateway: id('vpnGateways', 'vpn'),
      expressRouteGateway: id('expressRouteGateways', 'er'),
      azureFirewall: id('azureFirewalls', 'azfw'),
    } satisfies Spec<typeof wan.virtualHub>),
  ],
  hubConnection: [
    wan.hubConnection(BARE, 'hub', 'to-vnet', id('virtualNetworks', 'vnet')),
    wan.hubConnection(PLACE, 'hub', 'to-vnet', id('virtualNetworks', 'vnet'), HUB_TABLE),
  ],
  hubVpnGateway: [wan.hubVpnGateway(BARE, 'vpn', []), wan.hubVpnGateway(PLACE, 'vpn', ['to-hq'])],
  hubVpnConnection: [
    wan.hubVpnConnection(BARE, 'vpn', 'to-hq', { site: id('vpnSites', 'hq') }),
    wan.hubVpnConnection(PLACE, 'vpn', 'to-hq', {
      site: id('vpnSites', 'hq'),
      status: 'Connected',
      links: ['Connected', 'NotConnected'],
      enableBgp: true,
      propagatesTo: [HUB_TABLE],
    } satisfies Spec<typeof wan.hubVpnConnection>),
  ],
  hubExpressRouteGateway: [
    wan.hubExpressRouteGateway(PLACE, 'er', {
      hub: id('virtualHubs', 'hub'),
      connections: [{ name: 'to-hq', circuitPeering: CIRCUIT_PEERING }],
    } satisfies Spec<typeof wan.hubExpressRouteGateway>),
  ],
  hubExpressRouteConnection: [wan.hubExpressRouteConnection(PLACE, 'er', 'to-hq', CIRCUIT_PEERING)],
  expressRouteCircuit: [
    wan.expressRouteCircuit(BARE, 'er'),
    ...forms({ Enabled: true, Disabled: true } satisfies Forms<
      Spec<typeof wan.expressRouteCircuit>['privatePeering']
    >).map((privatePeering) =>
      wan.expressRouteCircuit(PLACE, `er-${privatePeering}`, {
        provider: 'NotProvisioned',
        circuit: 'Disabled',
        privatePeering,
      } satisfies Spec<typeof wan.expressRouteCircuit>),
    ),
  ],
  vpnSite: [wan.vpnSite(PLACE, 'hq', ['192.168.0.0/16'])],
  azureFirewall: [appliances.azureFirewall(PLACE, 'azfw', { subnet: SUBNET, address: '10.0.0.4' })],
  networkInterface: [
    appliances.networkInterface(BARE, 'nic', { subnet: SUBNET, address: '10.0.0.5' }),
    appliances.networkInterface(PLACE, 'nic', { subnet: SUBNET, address: '10.0.0.5', machine: 'vm' } satisfies Spec<
      typeof appliances.networkInterface
    >),
  ],
  loadBalancer: [appliances.loadBalancer(PLACE, 'lb', { subnet: SUBNET, address: '10.0.0.6' })],
} satisfies Readonly<Record<string, readonly ArmResource[]>>
