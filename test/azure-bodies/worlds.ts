// Worlds in which every check that reads Azure has something to say: well in three ways, and broken.
import { adminRule } from '../../lab/azure/admin-rules.ts'
import { dmsService, firewallRule, sqlDatabase, sqlServer, virtualNetworkRule } from '../../lab/azure/data-resources.ts'
import { connection, localNetworkGateway, virtualNetwork, vpnGateway } from '../../lab/azure/network-resources.ts'
import { resourceId, type Place } from '../../lab/azure/place.ts'
import { networkSecurityGroup } from '../../lab/azure/security-rules.ts'
import { azureState, type ArmResource, type AzureState } from '../../lab/azure/state.ts'
import * as wan from '../../lab/azure/wan-resources.ts'
import * as ways from '../../lab/azure/ways-resources.ts'
import type { SqlState } from '../../lab/sql/state.ts'
import type { DeclaredFlow, Dms, Manifest, Source, Target } from '../../src/domain/manifest.ts'
import { MANIFEST } from '../fixtures.ts'
import type { Surroundings } from './stand-ins.ts'

export interface World {
  name: string
  azure: AzureState
  manifest: Manifest
  surroundings: Surroundings
}

const NET: Place = { resourceGroup: 'rg-net' }
const DATA: Place = { resourceGroup: 'rg-sales' }
const network = (type: string, ...names: string[]): string => resourceId(NET, `Microsoft.Network/${type}`, ...names)
const DMS_SUBNET = network('virtualNetworks/subnets', 'vnet-dms', 'snet-dms')
const NETWORK = network('virtualNetworks', 'vnet-dms')
const GATEWAY = network('virtualNetworkGateways', 'vgw')
const SERVER = resourceId(DATA, 'Microsoft.Sql/servers', 'sqlsales')
const SERVICE = resourceId(NET, 'Microsoft.DataMigration/services', 'dms')
const TARGET_HOST = 'sqlsales.database.windows.net'
const CIRCUIT_PEERING = network('expressRouteCircuits/peerings', 'er', 'AzurePrivatePeering')
const LOCATION = MANIFEST.location

const SOURCE_HOST = 'sql01.corp.example'
const SOURCE: SqlState = {
  serverName: 'SQL01',
  version: [16, 0, 4135],
  logins: [{ user: 'dms', password: 'x', sysadmin: true, grants: ['VIEW SERVER STATE'] }],
  databases: [{ name: 'Sales' }, { name: 'Orders' }],
}
const TARGET: SqlState = {
  serverName: 'sqlsales',
  version: [12, 0, 2000],
  azure: true,
  logins: [{ user: 'dms', password: 'x' }],
  databases: [
    { name: 'Sales', owners: ['dms'] },
    { name: 'OrdersNew', owners: ['dms'] },
  ],
}

const SURROUNDINGS: Surroundings = {
  names: {
    [SOURCE_HOST]: ['192.168.1.10'],
    'sql02.corp.example': ['192.168.1.11'],
    [TARGET_HOST]: ['20.16.24.9'],
  },
  open: ['192.168.1.10:1433', '20.16.24.9:1433'],
  own: '10.1.2.5',
  servers: { [SOURCE_HOST]: SOURCE, [TARGET_HOST]: TARGET },
}

/** A few of every kind; all of Azure's would only take longer. */
const TAGS = {
  AzureCloud: ['20.0.0.0/11', '2603:1000::/24'],
  'AzureCloud.westeurope': ['20.16.0.0/12', '2603:1020:200::/40'],
  AzureMonitor: ['20.16.8.0/22'],
  'AzureMonitor.WestEurope': ['20.16.8.0/24'],
  ServiceBus: ['20.16.16.0/22'],
  'ServiceBus.WestEurope': ['20.16.16.0/24'],
  'Sql.WestEurope': ['20.16.24.0/24'],
  Storage: ['20.16.32.0/22'],
  'Storage.WestEurope': ['20.16.32.0/24', '2603:1020:209:1::/64'],
}

function azure(resources: readonly ArmResource[], more: Partial<AzureState> = {}): AzureState {
  return { ...azureState(resources), serviceTags: TAGS, ...more }
}

function manifest({
  dms,
  sources,
  targets,
}: {
  dms?: Partial<Dms>
  sources?: readonly Partial<Source>[]
  targets?: readonly Target[]
}): Manifest {
  const [source] = MANIFEST.sources
  const [target] = MANIFEST.targets
  if (source === undefined || target === undefined) throw new Error('the fixture has no source or no target')
  return {
    ...MANIFEST,
    dms: { ...MANIFEST.dms, subnetId: DMS_SUBNET, flows: [FLOW], ...dms },
    sources: (sources ?? [{}, SHUT]).map((one) => ({ ...source, ...one })),
    targets: targets ?? [{ ...target, resourceId: SERVER }],
  }
}

/** A source of which only Azure tells whether a way leads there: nothing listens on its port. */
const SHUT: Partial<Source> = {
  name: 'shut',
  server: { text: 'sql02.corp.example', host: 'sql02.corp.example' },
  databases: [],
}

const FLOW: DeclaredFlow = {
  name: 'redirect',
  direction: 'outbound',
  protocol: 'tcp',
  ports: [
    [1433, 1433],
    [11_000, 11_999],
  ],
  peer: 'Sql.WestEurope',
  location: LOCATION,
}

const ALLOW_SERVICES = {
  name: 'AllowDmsToServices',
  priority: 200,
  direction: 'Outbound',
  access: 'Allow',
  protocol: 'Tcp',
  destination: 'AzureCloud',
  ports: ['443', '9354', '12000', '1433', '11000-11999'],
} as const
const ALLOW_SOURCE = {
  name: 'AllowDmsToSource',
  priority: 210,
  direction: 'Outbound',
  access: 'Allow',
  protocol: 'Tcp',
  source: ['10.1.2.0/24'],
  destination: ['192.168.0.0/16'],
  ports: ['1433', '445'],
} as const
const DENY_INTERNET = {
  name: 'DenyInternet',
  priority: 300,
  direction: 'Outbound',
  access: 'Deny',
  destination: 'Internet',
} as const

/** The gateway in the network itself, a group that allows by tags, a rule for the subnet at the target. */
function ownGateway(): World {
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
              serviceEndpoints: ['Microsoft.Sql'],
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

function gateway(status: 'Connected' | 'NotConnected', at: Place = NET): ArmResource[] {
  const id = resourceId(at, 'Microsoft.Network/virtualNetworkGateways', 'vgw')
  const local = resourceId(at, 'Microsoft.Network/localNetworkGateways', 'lgw')
  return [
    vpnGateway(at, 'vgw', { subnet: `${id}-subnet` }),
    localNetworkGateway(at, 'lgw', { prefixes: ['192.168.0.0/16'] }),
    connection(at, 'cn-hq', { gateway: id, localNetworkGateway: local, status }),
  ]
}

/** The gateway behind a peering; out to the internet by a NAT gateway, whose addresses the target admits. */
function peeredGateway(): World {
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
        { name: 'out', prefix: '0.0.0.0/0', nextHop: 'Internet' },
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
function hubGateway(): World {
  const hubNetwork = `${network('virtualNetworks', 'HV_hub_00000000-0000-4000-8000-000000000009')}`
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
  const { subnetId: _, ...dms } = whole.dms
  return { ...whole, dms }
}

/** Nothing is as it should be, and Azure says so. */
function broken(): World {
  const other = resourceId(DATA, 'Microsoft.Sql/servers', 'sqlopen')
  const [target] = MANIFEST.targets
  const [source] = MANIFEST.sources
  if (target === undefined || source === undefined) throw new Error('the fixture has no source or no target')
  const openHost = 'sqlopen.database.windows.net'
  return {
    name: 'broken',
    azure: azure(
      [
        virtualNetwork(NET, 'vnet-dms', {
          prefixes: ['10.1.0.0/16'],
          subnets: [
            {
              name: 'snet-dms',
              prefix: '10.1.2.0/24',
              networkSecurityGroup: network('networkSecurityGroups', 'nsg-dms'),
              serviceEndpoints: ['Microsoft.Storage'],
            },
            {
              name: 'GatewaySubnet',
              prefix: '10.1.255.0/27',
              ipConfigurations: [`${GATEWAY}/ipConfigurations/default`],
            },
          ],
        }),
        networkSecurityGroup(NET, 'nsg-dms', [
          {
            name: 'DenyServices',
            priority: 100,
            direction: 'Outbound',
            access: 'Deny',
            protocol: 'Tcp',
            source: ['10.1.2.0/24'],
            destination: 'AzureCloud',
          },
          {
            name: 'DenySource',
            priority: 110,
            direction: 'Outbound',
            access: 'Deny',
            protocol: 'Tcp',
            destination: ['192.168.0.0/16', '10.1.0.0/16'],
            ports: ['1433', '445'],
          },
          {
            name: 'DenyDns',
            priority: 120,
            direction: 'Outbound',
            access: 'Deny',
            destination: 'AzurePlatformDNS',
          },
        ]),
        ...gateway('NotConnected'),
        sqlServer(DATA, 'sqlsales'),
        sqlDatabase(DATA, 'sqlsales', 'Sales', { status: 'Offline' }),
        virtualNetworkRule(DATA, 'sqlsales', 'other', { subnet: `${DMS_SUBNET}-2` }),
        firewallRule(DATA, 'sqlsales', 'private', '10.1.2.0', '10.1.2.255'),
        sqlServer(DATA, 'sqlopen', { state: 'Disabled' }),
        sqlDatabase(DATA, 'sqlopen', 'Archive'),
        firewallRule(DATA, 'sqlopen', 'AllowAllWindowsAzureIps', '0.0.0.0'),
        dmsService(NET, 'dms', { subnet: DMS_SUBNET, provisioningState: 'Failed' }),
      ],
      {
        adminRules: [
          adminRule({
            name: 'no-smb',
            priority: 1,
            direction: 'Outbound',
            access: 'Deny',
            protocol: 'Tcp',
            ports: ['445'],
          }),
        ],
        providers: { 'Microsoft.DataMigration': 'NotRegistered' },
      },
    ),
    manifest: manifest({
      dms: { serviceId: SERVICE },
      sources: [
        { databases: [...source.databases, { name: 'Old', as: 'Archive', target: 'open', location: LOCATION }] },
        SHUT,
        { name: 'gone', server: { text: 'sql03.corp.example', host: 'sql03.corp.example' }, databases: [] },
      ],
      targets: [
        { ...target, resourceId: SERVER },
        { ...target, name: 'open', resourceId: other },
      ],
    }),
    surroundings: {
      ...SURROUNDINGS,
      names: {
        ...SURROUNDINGS.names,
        // In the network of DMS itself, so that the tunnel that is down does not matter.
        [SOURCE_HOST]: ['10.1.4.10'],
        [openHost]: ['20.16.24.10'],
      },
      servers: {
        [SOURCE_HOST]: {
          ...SOURCE,
          logins: [{ user: 'dms', password: 'x' }],
          databases: [
            { name: 'Sales', recoveryModel: 'SIMPLE', logFiles: 2, filestreamFiles: 1 },
            { name: 'Orders', state: 'OFFLINE' },
          ],
        },
        [TARGET_HOST]: { ...TARGET, databases: [{ name: 'Sales' }] },
        [openHost]: { ...TARGET, serverName: 'sqlopen', databases: [{ name: 'Archive' }] },
      },
      open: ['10.1.4.10:1433', '20.16.24.9:1433', '20.16.24.10:1433'],
    },
  }
}

/** Azure tells too little to decide, or something that may pass: less of it must not decide either. */
function undetermined(): World {
  const expressRoute = network('virtualNetworkGateways', 'ergw')
  return {
    name: 'undetermined',
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
            serviceEndpoints: ['Microsoft.Sql'],
          },
          {
            name: 'GatewaySubnet',
            prefix: '10.1.255.0/27',
            ipConfigurations: [`${GATEWAY}/ipConfigurations/default`, `${expressRoute}/ipConfigurations/default`],
          },
        ],
      }),
      networkSecurityGroup(NET, 'nsg-dms', [
        { name: 'AllowVnet', priority: 200, direction: 'Outbound', access: 'Allow', destination: 'VirtualNetwork' },
        { name: 'DenyRest', priority: 4000, direction: 'Outbound', access: 'Deny' },
      ]),
      ways.routeTable(NET, 'rt', [
        { name: 'out', prefix: '0.0.0.0/0', nextHop: 'VirtualAppliance', address: '10.1.9.4' },
      ]),
      ...gateway('NotConnected'),
      vpnGateway(NET, 'ergw', { subnet: `${expressRoute}-subnet`, gatewayType: 'ExpressRoute' }),
      connection(NET, 'cn-er', { gateway: expressRoute, connectionType: 'ExpressRoute' }),
      sqlServer(DATA, 'sqlsales', { publicNetworkAccess: 'SecuredByPerimeter' }),
      sqlDatabase(DATA, 'sqlsales', 'Sales', { status: 'Paused' }),
      sqlDatabase(DATA, 'sqlsales', 'OrdersNew', { status: 'Creating' }),
      firewallRule(DATA, 'sqlsales', 'AllowAllWindowsAzureIps', '0.0.0.0'),
    ]),
    manifest: manifest({}),
    surroundings: SURROUNDINGS,
  }
}

/** The same, by a VPN that learns its routes, routes of gateways that are kept out, and a rule that is not ready. */
function unready(): World {
  return {
    name: 'unready',
    azure: azure([
      virtualNetwork(NET, 'vnet-dms', {
        prefixes: ['10.1.0.0/16'],
        subnets: [
          {
            name: 'snet-dms',
            prefix: '10.1.2.0/24',
            networkSecurityGroup: network('networkSecurityGroups', 'nsg-dms'),
            routeTable: network('routeTables', 'rt'),
            serviceEndpoints: ['Microsoft.Sql'],
          },
          {
            name: 'GatewaySubnet',
            prefix: '10.1.255.0/27',
            ipConfigurations: [`${GATEWAY}/ipConfigurations/default`],
          },
        ],
      }),
      networkSecurityGroup(NET, 'nsg-dms', [
        { name: 'AllowVnet', priority: 200, direction: 'Outbound', access: 'Allow', destination: 'VirtualNetwork' },
        { name: 'DenyRest', priority: 4000, direction: 'Outbound', access: 'Deny' },
      ]),
      keepsOut(ways.routeTable(NET, 'rt', [])),
      ...gateway('Connected'),
      connection(NET, 'cn-bgp', { gateway: GATEWAY, status: 'Connected', enableBgp: true }),
      sqlServer(DATA, 'sqlsales'),
      sqlDatabase(DATA, 'sqlsales', 'Sales'),
      sqlDatabase(DATA, 'sqlsales', 'OrdersNew'),
      virtualNetworkRule(DATA, 'sqlsales', 'dms', { subnet: DMS_SUBNET, state: 'InProgress' }),
    ]),
    manifest: manifest({
      sources: [{}, { ...SHUT, server: { text: 'sql04.corp.example', host: 'sql04.corp.example' } }],
    }),
    surroundings: {
      ...SURROUNDINGS,
      names: { ...SURROUNDINGS.names, 'sql04.corp.example': ['172.16.0.9'] },
    },
  }
}

/** A route table that keeps the routes of gateways out of the subnet. */
function keepsOut(table: ArmResource): ArmResource {
  const properties = table['properties'] as Record<string, ArmResource[string]>
  return { ...table, properties: { ...properties, disableBgpRoutePropagation: true } }
}

/** The endpoint of the DMS subnet could not be turned on, so that the rule for the subnet never matches. */
function failedEndpoint(): World {
  const well = ownGateway()
  const text = JSON.stringify(well.azure.resources)
  const failed = text.replace(
    '"provisioningState":"Succeeded","service":"Microsoft.Sql"',
    '"provisioningState":"Failed","service":"Microsoft.Sql"',
  )
  if (failed === text) throw new Error('no endpoint to fail')
  const resources = (JSON.parse(failed) as ArmResource[]).filter(({ name }) => name !== 'office')
  return { ...well, name: 'a failed endpoint', azure: { ...well.azure, resources } }
}

/** DMS is to be put into a subnet that its network does not have. */
function misplaced(): World {
  const well = ownGateway()
  return {
    ...well,
    name: 'misplaced',
    manifest: manifest({ dms: { subnetId: `${DMS_SUBNET}-2` } }),
  }
}

export const WORLDS: readonly (() => World)[] = [
  ownGateway,
  peeredGateway,
  hubGateway,
  broken,
  undetermined,
  unready,
  failedEndpoint,
  misplaced,
]
