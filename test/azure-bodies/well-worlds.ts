// Worlds in which all is well, each in a way of its own.
import { adminRule } from '../../lab/azure/admin-rules.ts'
import { dmsService, firewallRule, sqlDatabase, sqlServer, virtualNetworkRule } from '../../lab/azure/data-resources.ts'
import { virtualNetwork } from '../../lab/azure/network-resources.ts'
import { resourceId, type Place } from '../../lab/azure/place.ts'
import { networkSecurityGroup } from '../../lab/azure/security-rules.ts'
import type { ArmResource } from '../../lab/azure/state.ts'
import * as wan from '../../lab/azure/wan-resources.ts'
import * as ways from '../../lab/azure/ways-resources.ts'
import type { Manifest } from '../../src/domain/manifest.ts'
import {
  ALLOW_SERVICES,
  ALLOW_SOURCE,
  DATA,
  DENY_INTERNET,
  DMS_SUBNET,
  FLOW,
  GATEWAY,
  NET,
  NETWORK,
  SERVER,
  SERVICE,
  SURROUNDINGS,
  TARGET_HOST,
  azure,
  gateway,
  manifest,
  network,
  type World,
} from './world-frame.ts'

const CIRCUIT_PEERING = network('expressRouteCircuits/peerings', 'er', 'AzurePrivatePeering')

/** The gateway in the network itself, a group that allows by tags, a rule for the subnet at the target. */
export function ownGateway(): World {
  return {
    name: 'well, by a gateway of its own',
    azure: azure(
      [
        virtualNetwork(NET, 'vnet-dms', {
          prefixes: ['10.1.0.0/16'],
          subnets: [
            {
              name: 'snet-dms',
              prefix: '10.1.2.0/24',
              networkSecurityGroup: network('networkSecurityGroups', 'nsg-dms'),
              serviceEndpoints: ['Microsoft.Sql', 'Microsoft.Storage', 'Microsoft.ServiceBus'],
            },
            {
              name: 'GatewaySubnet',
              prefix: '10.1.255.0/27',
              ipConfigurations: [`${GATEWAY}/ipConfigurations/default`],
            },
          ],
        }),
        networkSecurityGroup(NET, 'nsg-dms', [ALLOW_SERVICES, ALLOW_SOURCE, DENY_INTERNET]),
        ...gateway('Connected'),
        sqlServer(DATA, 'sqlsales'),
        sqlDatabase(DATA, 'sqlsales', 'Sales'),
        sqlDatabase(DATA, 'sqlsales', 'OrdersNew'),
        firewallRule(DATA, 'sqlsales', 'office', '203.0.113.10', '203.0.113.20'),
        virtualNetworkRule(DATA, 'sqlsales', 'dms', { subnet: DMS_SUBNET }),
        dmsService(NET, 'dms', { subnet: DMS_SUBNET }),
      ],
      {
        adminRules: [
          adminRule({ name: 'ssh', priority: 1, direction: 'Inbound', access: 'Deny', protocol: 'Tcp', ports: ['22'] }),
          adminRule({
            name: 'dns',
            priority: 2,
            direction: 'Outbound',
            access: 'Allow',
            sources: ['10.1.0.0/16'],
            destinations: ['168.63.129.16'],
            ports: ['53'],
          }),
        ],
      },
    ),
    manifest: manifest({ dms: { serviceId: SERVICE } }),
    surroundings: SURROUNDINGS,
  }
}

/** The gateway behind a peering; out to the internet by a NAT gateway, whose addresses the target admits. */
export function peeredGateway(): World {
  const HUB: Place = { resourceGroup: 'rg-hub' }
  const hub = resourceId(HUB, 'Microsoft.Network/virtualNetworks', 'vnet-hub')
  const hubGateway = resourceId(HUB, 'Microsoft.Network/virtualNetworkGateways', 'vgw')
  return {
    name: 'well, by a gateway of a peered network',
    azure: azure([
      virtualNetwork(NET, 'vnet-dms', {
        prefixes: ['10.1.0.0/16'],
        dnsServers: ['10.9.0.4'],
        subnets: [
          {
            name: 'snet-dms',
            prefix: '10.1.2.0/24',
            networkSecurityGroup: network('networkSecurityGroups', 'nsg-dms'),
            routeTable: network('routeTables', 'rt'),
            natGateway: network('natGateways', 'nat'),
          },
        ],
        peerings: [
          { name: 'to-hub', remote: hub, useRemoteGateways: true, remotePrefixes: ['10.9.0.0/16'] },
          {
            name: 'to-lab',
            remote: `${hub}-lab`,
            allowVirtualNetworkAccess: false,
            remotePrefixes: ['10.8.0.0/16'],
          },
          { name: 'to-old', remote: `${hub}-old`, state: 'Disconnected', remotePrefixes: ['10.7.0.0/16'] },
        ],
      }),
      virtualNetwork(HUB, 'vnet-hub', {
        prefixes: ['10.9.0.0/16'],
        subnets: [
          {
            name: 'GatewaySubnet',
            prefix: '10.9.255.0/27',
            ipConfigurations: [`${hubGateway}/ipConfigurations/default`],
          },
        ],
        peerings: [{ name: 'to-dms', remote: NETWORK, allowGatewayTransit: true, remotePrefixes: ['10.1.0.0/16'] }],
      }),
      networkSecurityGroup(NET, 'nsg-dms', [
        { name: 'AllowVnet', priority: 200, direction: 'Outbound', access: 'Allow', destination: 'VirtualNetwork' },
        { ...ALLOW_SERVICES, priority: 210 },
        { name: 'DenyRest', priority: 4000, direction: 'Outbound', access: 'Deny' },
      ]),
      ...gateway('Connected', HUB),
      ways.routeTable(NET, 'rt', [
        { name: 'inspect', prefix: '10.9.0.0/16', nextHop: 'VirtualAppliance', address: '10.9.1.4' },
      ]),
      ways.natGateway(NET, 'nat', {
        addresses: [network('publicIPAddresses', 'pip')],
        prefixes: [network('publicIPPrefixes', 'prefix')],
      }),
      ways.publicIpAddress(NET, 'pip', '203.0.113.7'),
      ways.publicIpPrefix(NET, 'prefix', '203.0.113.4/31'),
      sqlServer(DATA, 'sqlsales'),
      sqlDatabase(DATA, 'sqlsales', 'Sales'),
      sqlDatabase(DATA, 'sqlsales', 'OrdersNew'),
      firewallRule(DATA, 'sqlsales', 'nat', '203.0.113.0', '203.0.113.7'),
    ]),
    manifest: manifest({
      dms: {
        flows: [
          FLOW,
          // Denied, since these are no part of VirtualNetwork.
          { ...FLOW, name: 'kept out', peer: '10.8.0.5' },
          { ...FLOW, name: 'cut off', peer: '10.7.0.5' },
        ],
      },
    }),
    surroundings: SURROUNDINGS,
  }
}

/** The gateway in a virtual WAN hub, the target behind a private endpoint; the subnet is known from the service alone. */
export function hubGateway(): World {
  const hubNetwork = network('virtualNetworks', 'HV_hub_00000000-0000-4000-8000-000000000009')
  const endpoint = network('privateEndpoints', 'pe-sql')
  const server = sqlServer(DATA, 'sqlsales', { publicNetworkAccess: 'Disabled' })
  return {
    name: 'well, by a gateway of a virtual WAN hub',
    azure: azure([
      virtualNetwork(NET, 'vnet-dms', {
        prefixes: ['10.1.0.0/16'],
        subnets: [{ name: 'snet-dms', prefix: '10.1.2.0/24' }],
        peerings: [{ name: 'RemoteVnetToHubPeering_1', remote: hubNetwork, remotePrefixes: ['10.200.0.0/23'] }],
      }),
      wan.virtualHub(NET, 'hub', {
        vpnGateway: network('vpnGateways', 'vpn'),
        expressRouteGateway: network('expressRouteGateways', 'er'),
      }),
      wan.hubConnection(NET, 'hub', 'to-dms', NETWORK),
      wan.hubVpnGateway(NET, 'vpn', ['to-hq']),
      wan.hubVpnConnection(NET, 'vpn', 'to-hq', { site: network('vpnSites', 'hq'), status: 'Connected' }),
      wan.hubExpressRouteGateway(NET, 'er', {
        hub: network('virtualHubs', 'hub'),
        connections: [{ name: 'er-hq', circuitPeering: CIRCUIT_PEERING }],
      }),
      wan.hubExpressRouteConnection(NET, 'er', 'er-hq', CIRCUIT_PEERING),
      wan.expressRouteCircuit(NET, 'er', { privatePeering: 'Enabled' }),
      wan.vpnSite(NET, 'hq', ['192.168.0.0/16']),
      withEndpoint(server, endpoint),
      ways.privateEndpoint(NET, 'pe-sql', {
        subnet: network('virtualNetworks/subnets', 'vnet-dms', 'snet-pe'),
        target: SERVER,
        group: 'sqlServer',
        host: TARGET_HOST,
        addresses: ['10.1.3.5'],
      }),
      sqlDatabase(DATA, 'sqlsales', 'Sales'),
      sqlDatabase(DATA, 'sqlsales', 'OrdersNew'),
      firewallRule(DATA, 'sqlsales', 'AllowAllWindowsAzureIps', '0.0.0.0'),
      dmsService(NET, 'dms', { subnet: DMS_SUBNET }),
    ]),
    manifest: withoutSubnet(manifest({ dms: { serviceId: SERVICE } })),
    surroundings: {
      ...SURROUNDINGS,
      names: { ...SURROUNDINGS.names, [TARGET_HOST]: ['10.1.3.5'] },
      open: ['192.168.1.10:1433', '10.1.3.5:1433'],
    },
  }
}

/** The connection as the body of the server shows it, which names the endpoint. */
function withEndpoint(server: ArmResource, endpointId: string): ArmResource {
  const properties = server['properties'] as Record<string, ArmResource[string]>
  const one = {
    id: `${server.id}/privateEndpointConnections/pe-sql`,
    properties: {
      provisioningState: 'Ready',
      privateEndpoint: { id: endpointId },
      privateLinkServiceConnectionState: { status: 'Approved', description: '', actionsRequired: 'None' },
    },
  }
  return { ...server, properties: { ...properties, privateEndpointConnections: [one] } }
}

function withoutSubnet(whole: Manifest): Manifest {
  const dms = { ...whole.dms }
  delete dms.subnetId
  return { ...whole, dms }
}
