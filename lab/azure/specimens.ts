// Everything that the builders of the lab's Azure can make: each bare, and with every option in every one of its forms.
import { adminRule, type AdminRuleSpec } from './admin-rules.ts'
import { AUTHORIZATION_SPECIMENS } from './authorization-specimens.ts'
import * as data from './data-resources.ts'
import { MACHINE_SPECIMENS } from './machine-specimens.ts'
import { sqlMigrationService } from './migration-service.ts'
import * as network from './network-resources.ts'
import { runtimeNode } from './runtime-nodes.ts'
import { networkSecurityGroup, type RuleSpec } from './security-rules.ts'
import { BARE, forms, id, PLACE, SUBNET, type Forms, type Full, type Spec } from './specimen-forms.ts'
import { azureState, type ArmResource, type AzureState } from './state.ts'
import { dmsSku } from './subscription.ts'
import { WAN_SPECIMENS } from './wan-specimens.ts'
import * as ways from './ways-resources.ts'

const GATEWAY = id('virtualNetworkGateways', 'gw-Vpn')
const SERVER = data.sqlServer(PLACE, 'server').id

const fullSubnet = {
  name: 'snet',
  prefix: '10.0.1.0/24',
  morePrefixes: ['fd00::/64'],
  networkSecurityGroup: id('networkSecurityGroups', 'nsg'),
  routeTable: id('routeTables', 'rt'),
  natGateway: id('natGateways', 'nat'),
  serviceEndpoints: ['Microsoft.Sql', 'Microsoft.Storage'],
  ipConfigurations: [`${GATEWAY}/ipConfigurations/default`],
  delegation: 'Microsoft.Sql/managedInstances',
  associatedService: 'Microsoft.Sql/managedInstances',
} satisfies Full<network.SubnetSpec>

const PEERING_STATES = forms({ Connected: true, Initiated: true, Disconnected: true } satisfies Forms<
  network.PeeringSpec['state']
>)
const SYNC_LEVELS = forms({
  FullyInSync: true,
  RemoteNotInSync: true,
  LocalNotInSync: true,
  LocalAndRemoteNotInSync: true,
} satisfies Forms<network.PeeringSpec['syncLevel']>)

const fullNetwork = {
  prefixes: ['10.0.0.0/16', 'fd00::/48'],
  dnsServers: ['10.0.0.4'],
  subnets: [fullSubnet],
  peerings: PEERING_STATES.flatMap((state) =>
    SYNC_LEVELS.map((syncLevel) => ({
      name: `to-hub-${state}-${syncLevel}`,
      state,
      remote: id('virtualNetworks', 'hub'),
      useRemoteGateways: true,
      allowGatewayTransit: true,
      allowVirtualNetworkAccess: false,
      syncLevel,
      remotePrefixes: ['10.9.0.0/16'],
    })),
  ),
} satisfies Spec<typeof network.virtualNetwork>

const BUILT = {
  virtualNetwork: [
    network.virtualNetwork(BARE, 'vnet', {
      prefixes: ['10.0.0.0/16'],
      subnets: [{ name: 'a', prefix: '10.0.1.0/24' }],
    }),
    network.virtualNetwork(PLACE, 'vnet', fullNetwork),
  ],
  vpnGateway: [
    network.vpnGateway(BARE, 'gw', { subnet: SUBNET }),
    ...forms({ Vpn: true, ExpressRoute: true } satisfies Forms<Spec<typeof network.vpnGateway>['gatewayType']>).map(
      (gatewayType) =>
        network.vpnGateway(PLACE, `gw-${gatewayType}`, {
          subnet: SUBNET,
          gatewayType,
          enableBgp: true,
          clientPrefixes: ['172.31.0.0/24'],
        } satisfies Spec<typeof network.vpnGateway>),
    ),
  ],
  connection: [
    network.connection(BARE, 'cn', { gateway: GATEWAY }),
    ...forms({ IPsec: true, ExpressRoute: true, Vnet2Vnet: true } satisfies Forms<
      Spec<typeof network.connection>['connectionType']
    >).flatMap((connectionType) =>
      forms({ Connected: true, NotConnected: true, Connecting: true, Unknown: true } satisfies Forms<
        Spec<typeof network.connection>['status']
      >).map((status) =>
        network.connection(PLACE, `cn-${connectionType}-${status}`, {
          gateway: GATEWAY,
          connectionType,
          status,
          localNetworkGateway: id('localNetworkGateways', 'lgw'),
          enableBgp: true,
          circuit: id('expressRouteCircuits', 'er'),
          trafficSelectors: [{ local: ['10.0.0.0/16'], remote: ['192.168.0.0/16'] }],
        } satisfies Spec<typeof network.connection>),
      ),
    ),
  ],
  localNetworkGateway: [
    network.localNetworkGateway(BARE, 'lgw', { prefixes: [] }),
    network.localNetworkGateway(PLACE, 'lgw', {
      prefixes: ['192.168.0.0/16'],
      address: '203.0.113.9',
    } satisfies Spec<typeof network.localNetworkGateway>),
  ],
  networkSecurityGroup: [networkSecurityGroup(BARE, 'nsg', []), networkSecurityGroup(PLACE, 'nsg', [...ruleForms()])],
  routeTable: [
    ways.routeTable(BARE, 'rt', [{ name: 'out', prefix: '0.0.0.0/0', nextHop: 'Internet' }]),
    ways.routeTable(
      PLACE,
      'rt',
      ['VirtualAppliance', 'VirtualNetworkGateway', 'VnetLocal', 'Internet', 'None'].map((nextHop) => ({
        name: `by-${nextHop}`,
        prefix: '10.0.0.0/8',
        nextHop,
        address: '10.0.0.4',
      })),
      { disableBgpRoutePropagation: true } satisfies Spec<typeof ways.routeTable>,
    ),
  ],
  natGateway: [
    ways.natGateway(BARE, 'nat', {}),
    ways.natGateway(PLACE, 'nat', {
      addresses: [id('publicIPAddresses', 'pip')],
      prefixes: [id('publicIPPrefixes', 'prefix')],
    } satisfies Spec<typeof ways.natGateway>),
  ],
  publicIpAddress: [ways.publicIpAddress(BARE, 'pip'), ways.publicIpAddress(PLACE, 'pip', '203.0.113.7')],
  publicIpPrefix: [ways.publicIpPrefix(PLACE, 'prefix', '203.0.113.4/31')],
  privateEndpoint: [
    ways.privateEndpoint(PLACE, 'pe', {
      subnet: SUBNET,
      target: SERVER,
      group: 'sqlServer',
      host: 'sqlsales.database.windows.net',
      addresses: ['10.0.2.5'],
      networkInterfaces: [id('networkInterfaces', 'nic')],
    } satisfies Spec<typeof ways.privateEndpoint>),
  ],
  ...WAN_SPECIMENS,
  sqlServer: [
    data.sqlServer(BARE, 'server'),
    data.sqlServer(PLACE, 'server'),
    ...forms({ Enabled: true, Disabled: true, SecuredByPerimeter: true } satisfies Forms<
      Spec<typeof data.sqlServer>['publicNetworkAccess']
    >).map((publicNetworkAccess) =>
      data.sqlServer(PLACE, `server-${publicNetworkAccess}`, {
        fullyQualifiedDomainName: 'sqlsales.database.windows.net',
        publicNetworkAccess,
        privateEndpoints: ['Approved', 'Pending', 'Rejected', 'Disconnected'].map((status) => ({
          name: `pe-${status}`,
          status,
          id: id('privateEndpoints', `pe-${status}`),
        })),
        state: 'Ready',
      } satisfies Spec<typeof data.sqlServer>),
    ),
  ],
  sqlDatabase: [
    data.sqlDatabase(BARE, 'server', 'Sales'),
    data.sqlDatabase(PLACE, 'server', 'Sales', {
      status: 'Paused',
      sku: 'BC_Gen5',
      maxSizeBytes: 1_073_741_824,
    } satisfies Spec<typeof data.sqlDatabase>),
  ],
  firewallRule: [
    data.firewallRule(BARE, 'server', 'one', '203.0.113.1'),
    data.firewallRule(PLACE, 'server', 'range', '203.0.113.1', '203.0.113.9'),
  ],
  ipv6FirewallRule: [
    data.ipv6FirewallRule(BARE, 'server', 'one', '2001:db8::1'),
    data.ipv6FirewallRule(PLACE, 'server', 'range', '2001:db8::1', '2001:db8::9'),
  ],
  virtualNetworkRule: [
    data.virtualNetworkRule(BARE, 'server', 'dms', { subnet: SUBNET }),
    ...['Initializing', 'InProgress', 'Ready', 'Failed', 'Deleting', 'Unknown'].map((state) =>
      data.virtualNetworkRule(PLACE, 'server', `dms-${state}`, {
        subnet: SUBNET,
        state,
        ignoreMissingEndpoint: true,
      } satisfies Spec<typeof data.virtualNetworkRule>),
    ),
  ],
  dmsService: [
    data.dmsService(BARE, 'dms', { subnet: SUBNET }),
    data.dmsService(PLACE, 'dms', { subnet: SUBNET, provisioningState: 'Stopped' } satisfies Spec<
      typeof data.dmsService
    >),
  ],
  ...MACHINE_SPECIMENS,
  sqlMigrationService: [
    sqlMigrationService(BARE, 'dms-now'),
    ...['Online', 'Offline', 'NeedRegistration', 'Limited'].map((integrationRuntimeState) =>
      sqlMigrationService(PLACE, `dms-${integrationRuntimeState}`, {
        provisioningState: 'Succeeded',
        integrationRuntimeState,
      } satisfies Spec<typeof sqlMigrationService>),
    ),
  ],
} satisfies Readonly<Record<string, readonly ArmResource[]>>

/** By the name of the builder. */
export const SPECIMENS: Readonly<Record<string, readonly ArmResource[]>> = BUILT

function* ruleForms(): Generator<RuleSpec> {
  const ends = { source: 'VirtualNetwork', sourcePorts: '*', destination: 'Sql.WestEurope', ports: '1433' }
  const lists = {
    source: ['10.0.0.0/8', 'fd00::/48'],
    sourcePorts: ['1-2', '4'],
    destination: ['10.1.0.0/16', '10.2.0.0/16'],
    ports: ['443', '11000-11999'],
  }
  let priority = 100
  const directions = forms({ Inbound: true, Outbound: true } satisfies Forms<RuleSpec['direction']>)
  const accesses = forms({ Allow: true, Deny: true } satisfies Forms<RuleSpec['access']>)
  for (const direction of directions) {
    for (const access of accesses) {
      for (const protocol of ['Tcp', 'Udp', 'Icmp', 'Esp', 'Ah', '*']) {
        for (const given of [ends, lists]) {
          priority += 1
          const frame = { name: `rule-${String(priority)}`, priority, direction, access, protocol }
          yield { ...frame, ...given } satisfies Full<RuleSpec>
        }
      }
    }
  }
  yield { name: 'bare', priority: 99, direction: 'Inbound', access: 'Deny' }
}

/** In every form that a network manager can give them. */
function* adminRuleForms(): Generator<AdminRuleSpec> {
  const directions = forms({ Inbound: true, Outbound: true } satisfies Forms<AdminRuleSpec['direction']>)
  const accesses = forms({ Allow: true, AlwaysAllow: true, Deny: true } satisfies Forms<AdminRuleSpec['access']>)
  let priority = 0
  for (const direction of directions) {
    for (const access of accesses) {
      for (const protocol of ['Any', 'Tcp', 'Udp', 'Icmp', 'Esp', 'Ah']) {
        priority += 1
        const name = `rule-${String(priority)}`
        yield {
          ...{ name, priority, direction, access, protocol, flag: 'AllowVnetInbound' },
          ...{ sources: ['10.0.0.0/8'], destinations: ['Sql'], sourcePorts: ['1-2'], ports: ['445'] },
        } satisfies Full<AdminRuleSpec>
      }
    }
  }
  yield { name: 'bare', priority: 99, direction: 'Inbound', access: 'Deny' }
}

/** A cloud with all of them in it, and with every answer that is no resource in every form. */
export function specimenState(): AzureState {
  return {
    ...azureState(Object.values(SPECIMENS).flat()),
    adminRules: [...adminRuleForms()].map(adminRule),
    runtimeNodes: [
      { nodeName: 'SHIR00' },
      runtimeNode('SHIR01', {
        ...{ availableMemoryInMB: 4219, cpuUtilization: 66, limit: 20, running: 1, most: 40 },
      } satisfies Spec<typeof runtimeNode>),
    ],
    permissions: [
      { actions: ['*/read'], notActions: ['Microsoft.Sql/*'], dataActions: [], notDataActions: [] },
      { actions: ['Microsoft.DataMigration/*'], notActions: [], dataActions: ['*'], notDataActions: ['*/write'] },
    ],
    ...AUTHORIZATION_SPECIMENS,
    dmsSkus: [
      dmsSku({ name: 'Standard_1vCores', tier: 'Standard' }),
      ...forms({ NotAvailableForSubscription: true, QuotaId: true } satisfies Forms<
        Parameters<typeof dmsSku>[0]['restriction']
      >).map((restriction) =>
        dmsSku({ name: 'Premium_4vCores', tier: 'Premium', location: 'North Europe', restriction }),
      ),
    ],
  }
}
