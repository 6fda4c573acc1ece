// Worlds in which Azure tells too little to decide: less of it must not decide either.
import { firewallRule, sqlDatabase, sqlServer } from '../../lab/azure/data-resources.ts'
import { connection, virtualNetwork, vpnGateway } from '../../lab/azure/network-resources.ts'
import { networkSecurityGroup } from '../../lab/azure/security-rules.ts'
import type { ArmResource } from '../../lab/azure/state.ts'
import { expressRouteCircuit } from '../../lab/azure/wan-resources.ts'
import * as ways from '../../lab/azure/ways-resources.ts'
import { DATA, GATEWAY, NET, SHUT, SURROUNDINGS, azure, gateway, manifest, network, type World } from './world-frame.ts'

/** A group that rests on what the tag VirtualNetwork holds, and a source to which nothing but a gateway may lead. */
function doubtful(
  name: string,
  resources: readonly ArmResource[],
  { gateways = [GATEWAY], ...subnet }: { gateways?: readonly string[]; routeTable?: string } = {},
): World {
  return {
    name,
    azure: azure([
      virtualNetwork(NET, 'vnet-dms', {
        prefixes: ['10.1.0.0/16'],
        dnsServers: ['10.9.0.4'],
        subnets: [
          {
            name: 'snet-dms',
            prefix: '10.1.2.0/24',
            networkSecurityGroup: network('networkSecurityGroups', 'nsg-dms'),
            serviceEndpoints: ['Microsoft.Sql'],
            ...subnet,
          },
          {
            name: 'GatewaySubnet',
            prefix: '10.1.255.0/27',
            ipConfigurations: gateways.map((id) => `${id}/ipConfigurations/default`),
          },
        ],
      }),
      networkSecurityGroup(NET, 'nsg-dms', [
        { name: 'AllowVnet', priority: 200, direction: 'Outbound', access: 'Allow', destination: 'VirtualNetwork' },
        { name: 'DenyRest', priority: 4000, direction: 'Outbound', access: 'Deny' },
      ]),
      sqlServer(DATA, 'sqlsales', { publicNetworkAccess: 'SecuredByPerimeter' }),
      sqlDatabase(DATA, 'sqlsales', 'Sales', { status: 'Paused' }),
      sqlDatabase(DATA, 'sqlsales', 'OrdersNew', { status: 'Creating' }),
      firewallRule(DATA, 'sqlsales', 'AllowAllWindowsAzureIps', '0.0.0.0'),
      ...resources,
    ]),
    manifest: manifest({ sources: [SHUT] }),
    surroundings: SURROUNDINGS,
  }
}

export const tunnelDown = (): World => doubtful('a tunnel that is down', gateway('NotConnected'))

export const expressRouteBesides = (): World => {
  const expressRoute = network('virtualNetworkGateways', 'ergw')
  return doubtful(
    'ExpressRoute beside a tunnel that is down',
    [
      ...gateway('NotConnected'),
      vpnGateway(NET, 'ergw', { subnet: `${expressRoute}-subnet`, gatewayType: 'ExpressRoute' }),
      connection(NET, 'cn-er', { gateway: expressRoute, connectionType: 'ExpressRoute' }),
    ],
    { gateways: [GATEWAY, expressRoute] },
  )
}

/** The circuit leads to public services as well. */
export const microsoftPeering = (): World => {
  const expressRoute = network('virtualNetworkGateways', 'ergw')
  const circuit = expressRouteCircuit(NET, 'er', { privatePeering: 'Enabled', microsoftPeering: 'Enabled' })
  return doubtful(
    'ExpressRoute with Microsoft peering',
    [
      vpnGateway(NET, 'ergw', { subnet: `${expressRoute}-subnet`, gatewayType: 'ExpressRoute' }),
      connection(NET, 'cn-er', { gateway: expressRoute, connectionType: 'ExpressRoute', circuit: circuit.id }),
      circuit,
    ],
    { gateways: [expressRoute] },
  )
}

export const bgpBesides = (): World =>
  doubtful('a tunnel that learns its routes beside one that is down', [
    ...gateway('NotConnected'),
    connection(NET, 'cn-bgp', { gateway: GATEWAY, status: 'Connected', enableBgp: true }),
  ])

/** The route table keeps the routes of gateways out of the subnet. */
export const routesKeptOut = (): World => {
  const table = ways.routeTable(NET, 'rt', [], { disableBgpRoutePropagation: true })
  return doubtful('routes of gateways kept out', [table, ...gateway('Connected')], { routeTable: table.id })
}

export const defaultRoute = (): World => {
  const appliance = { name: 'out', prefix: '0.0.0.0/0', nextHop: 'VirtualAppliance', address: '10.1.9.4' }
  const table = ways.routeTable(NET, 'rt', [appliance])
  return doubtful('everything by an appliance', [table], { gateways: [], routeTable: table.id })
}

export const droppedRoute = (): World => {
  const table = ways.routeTable(NET, 'rt', [{ name: 'nowhere', prefix: '0.0.0.0/0', nextHop: 'None' }])
  return doubtful('everything dropped by a route', [table], { gateways: [], routeTable: table.id })
}
