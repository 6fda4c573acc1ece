import { describe, expect, it } from '@jest/globals'
import { adminRule } from '../../../lab/azure/admin-rules.ts'
import {
  dmsService,
  firewallRule,
  ipv6FirewallRule,
  sqlDatabase,
  sqlServer,
  virtualNetworkRule,
} from '../../../lab/azure/data-resources.ts'
import { azureFirewall, loadBalancer, networkInterface } from '../../../lab/azure/appliance-resources.ts'
import { connection, localNetworkGateway, virtualNetwork, vpnGateway } from '../../../lab/azure/network-resources.ts'
import { sqlVirtualMachine, virtualMachine } from '../../../lab/azure/machine-resources.ts'
import { networkSecurityGroup } from '../../../lab/azure/security-rules.ts'
import { serviceTags } from '../../../lab/azure/service-tags.ts'
import { azureState } from '../../../lab/azure/state.ts'
import {
  expressRouteCircuit,
  hubConnection,
  hubExpressRouteConnection,
  hubExpressRouteGateway,
  hubVpnConnection,
  hubVpnGateway,
  virtualHub,
  vpnSite,
} from '../../../lab/azure/wan-resources.ts'
import {
  natGateway,
  privateEndpoint,
  publicIpAddress,
  publicIpPrefix,
  routeTable,
} from '../../../lab/azure/ways-resources.ts'
import { blobContainer, managedInstance, storageAccount } from '../../../lab/azure/storage-resources.ts'
import type { Json } from '../../domain/json.ts'
import { decodeBody, type Fields } from './decode.ts'
import { decodeSqlVirtualMachine, decodeVirtualMachine } from './decode-machine.ts'
import { decodeDenyAssignment, decodeRoleAssignment, decodeRoleDefinition } from './decode-authorization.ts'
import { decodeDmsService } from './decode-dms.ts'
import {
  decodeExpressRouteCircuit,
  decodeGatewayConnection,
  decodeLocalNetworkGateway,
  decodeVirtualNetwork,
  decodeVirtualNetworkGateway,
} from './decode-network.ts'
import { decodeSecurityAdminRule, decodeServiceTags } from './decode-rules.ts'
import { decodeNetworkSecurityGroup } from './decode-security-rules.ts'
import { decodeBlobContainer, decodeStorageAccount } from './decode-storage.ts'
import {
  decodeFirewallRule,
  decodeIpv6FirewallRule,
  decodeManagedInstance,
  decodeSqlDatabase,
  decodeSqlServer,
  decodeVirtualNetworkRule,
} from './decode-sql.ts'
import { decodeDmsSku, decodePermissionSet, decodeProvider } from './decode-subscription.ts'
import {
  decodeAddressHolder,
  decodeHubConnection,
  decodeHubGateway,
  decodeHubGatewayConnection,
  decodeNatGateway,
  decodePrivateEndpoint,
  decodePublicIpAddress,
  decodePublicIpPrefix,
  decodeRouteTable,
  decodeVirtualHub,
  decodeVpnSite,
} from './decode-ways.ts'

const PLACE = { resourceGroup: 'rg' }

interface Case {
  name: string
  body: Json
  decode: (body: Fields) => unknown
  /** Paths that Azure itself leaves out, so that absence is a value. */
  mayBeAbsent: RegExp
}

const CASES: readonly Case[] = [
  {
    name: 'network security group',
    body: networkSecurityGroup(PLACE, 'nsg', [
      { name: 'a', priority: 100, direction: 'Outbound', access: 'Deny', protocol: 'Tcp', ports: ['445', '1000-2000'] },
      {
        name: 'b',
        priority: 110,
        direction: 'Inbound',
        access: 'Allow',
        source: ['10.0.0.0/8', 'Sql'],
        destination: 'Internet',
      },
    ]),
    decode: decodeNetworkSecurityGroup,
    mayBeAbsent: /^$/,
  },
  {
    name: 'virtual network',
    body: virtualNetwork(PLACE, 'vnet', {
      prefixes: ['10.0.0.0/16'],
      dnsServers: ['10.0.0.4'],
      subnets: [
        {
          name: 'a',
          prefix: '10.0.0.0/24',
          networkSecurityGroup: '/nsg',
          routeTable: '/rt',
          natGateway: '/nat',
          serviceEndpoints: ['Microsoft.Sql'],
          ipConfigurations: ['/gw/ipConfigurations/default'],
          delegation: 'Microsoft.Sql/managedInstances',
          associatedService: 'Microsoft.Sql/managedInstances',
        },
      ],
      peerings: [{ name: 'p', remote: '/vnet2', useRemoteGateways: true }],
    }),
    decode: decodeVirtualNetwork,
    mayBeAbsent:
      /\.(dhcpOptions|dnsServers|networkSecurityGroup|routeTable|natGateway|serviceEndpoints|ipConfigurations|delegations|serviceAssociationLinks|linkedResourceType|peeringState|remoteVirtualNetwork|useRemoteGateways|peeringSyncLevel)$/,
  },
  {
    name: 'SQL server',
    body: sqlServer(PLACE, 's', {
      publicNetworkAccess: 'Disabled',
      privateEndpoints: [{ name: 'pe', status: 'Approved' }],
    }),
    decode: decodeSqlServer,
    mayBeAbsent:
      /\.(state|fullyQualifiedDomainName|publicNetworkAccess|administratorLogin|administrators|login|sid|principalType|privateLinkServiceConnectionState|status)$/,
  },
  {
    name: 'SQL database',
    body: sqlDatabase(PLACE, 's', 'd'),
    decode: decodeSqlDatabase,
    mayBeAbsent: /(status|sku|sku\.name|maxSizeBytes)$/,
  },
  {
    name: 'firewall rule',
    body: firewallRule(PLACE, 's', 'r', '10.0.0.1', '10.0.0.9'),
    decode: decodeFirewallRule,
    mayBeAbsent: /^$/,
  },
  {
    name: 'virtual network rule',
    body: virtualNetworkRule(PLACE, 's', 'r', { subnet: '/subnet', ignoreMissingEndpoint: true }),
    decode: decodeVirtualNetworkRule,
    mayBeAbsent: /\.(state|ignoreMissingVnetServiceEndpoint)$/,
  },
  {
    name: 'managed instance',
    body: managedInstance(PLACE, 'mi', { subnet: '/subnet' }),
    decode: decodeManagedInstance,
    mayBeAbsent:
      /(^sku|^sku\.name|\.(state|provisioningState|fullyQualifiedDomainName|subnetId|vCores|storageSizeInGB|publicDataEndpointEnabled))$/,
  },
  {
    name: 'SQL virtual machine',
    body: sqlVirtualMachine(PLACE, 'vm', { storage: { data: 'F:\\data', log: 'G:\\log', tempDb: 'D:\\tempDb' } }),
    decode: decodeSqlVirtualMachine,
    mayBeAbsent: /\.(?!id$|name$|location$)/,
  },
  {
    name: 'virtual machine',
    body: virtualMachine(PLACE, 'vm', { networkInterfaces: ['/nic-1', '/nic-2'], dataDisksGb: [1024] }),
    decode: decodeVirtualMachine,
    mayBeAbsent: /\.(?!networkInterfaces\.\d\.id$|extensions\.\d\.name$|id$)/,
  },
  {
    name: 'storage account, open',
    body: storageAccount(PLACE, 'stmig', { allowSharedKeyAccess: true, publicNetworkAccess: 'Enabled' })[0] ?? {},
    decode: decodeStorageAccount,
    mayBeAbsent:
      /(^kind|^sku|^sku\.name|\.(provisioningState|publicNetworkAccess|allowSharedKeyAccess|primaryEndpoints|blob))$/,
  },
  {
    name: 'storage account, closed',
    body:
      storageAccount(PLACE, 'stmig', {
        allowSharedKeyAccess: false,
        publicNetworkAccess: 'Enabled',
        defaultAction: 'Deny',
        subnets: ['/subnet'],
        addresses: ['203.0.113.7'],
        privateEndpoints: [{ name: 'pe', status: 'Approved', id: '/pe' }],
      })[0] ?? {},
    decode: decodeStorageAccount,
    mayBeAbsent:
      /(^kind|^sku|^sku\.name|\.(provisioningState|publicNetworkAccess|allowSharedKeyAccess|primaryEndpoints|blob|state|privateEndpoint|privateLinkServiceConnectionState|status))$/,
  },
  {
    name: 'blob container',
    body: blobContainer(PLACE, 'stmig', 'backups', { hasImmutabilityPolicy: true, deleted: true }),
    decode: decodeBlobContainer,
    mayBeAbsent: /\.(deleted|hasImmutabilityPolicy|hasLegalHold)$/,
  },
  {
    name: 'IPv6 firewall rule',
    body: ipv6FirewallRule(PLACE, 'sql', 'r', '2001:db8::1', '2001:db8::9'),
    decode: decodeIpv6FirewallRule,
    mayBeAbsent: /^$/,
  },
  {
    name: 'gateway',
    body: vpnGateway(PLACE, 'gw', { subnet: '/subnet', clientPrefixes: ['172.31.0.0/24'] }),
    decode: (body) => decodeVirtualNetworkGateway(body, []),
    mayBeAbsent: /\.(gatewayType|vpnClientConfiguration|vpnClientAddressPool|addressPrefixes)$/,
  },
  {
    name: 'connection',
    body: connection(PLACE, 'c', {
      gateway: '/gw',
      status: 'Connected',
      localNetworkGateway: '/lng',
      enableBgp: true,
      circuit: '/er',
      trafficSelectors: [{ local: ['10.0.0.0/16'], remote: ['192.168.0.0/16'] }],
    }),
    decode: decodeGatewayConnection,
    mayBeAbsent:
      /\.(connectionType|connectionStatus|enableBgp|localNetworkGateway2|peer|trafficSelectorPolicies|localAddressRanges|remoteAddressRanges)$/,
  },
  {
    name: 'circuit',
    body: expressRouteCircuit(PLACE, 'er', { privatePeering: 'Enabled' }),
    decode: decodeExpressRouteCircuit,
    mayBeAbsent: /\.(circuitProvisioningState|serviceProviderProvisioningState|peeringType|state)$/,
  },
  {
    name: 'local network gateway',
    body: localNetworkGateway(PLACE, 'l', { prefixes: ['10.1.0.0/16'] }),
    decode: decodeLocalNetworkGateway,
    mayBeAbsent: /^$/,
  },
  {
    name: 'service',
    body: dmsService(PLACE, 'dms', { subnet: '/subnet' }),
    decode: decodeDmsService,
    mayBeAbsent: /(\.(provisioningState|virtualSubnetId)|sku|sku\.(name|tier))$/,
  },
  {
    name: 'route table',
    body: routeTable(PLACE, 'rt', [
      { name: 'all', prefix: '0.0.0.0/0', nextHop: 'VirtualAppliance', address: '10.0.0.4' },
    ]),
    decode: decodeRouteTable,
    mayBeAbsent: /\.(disableBgpRoutePropagation|nextHopIpAddress)$/,
  },
  {
    name: 'NAT gateway',
    body: natGateway(PLACE, 'nat', { addresses: ['/pip'], prefixes: ['/prefix'] }),
    decode: decodeNatGateway,
    mayBeAbsent: /\.(publicIpAddresses|publicIpPrefixes)$/,
  },
  {
    name: 'public address',
    body: publicIpAddress(PLACE, 'pip', '203.0.113.7'),
    decode: decodePublicIpAddress,
    mayBeAbsent: /\.ipAddress$/,
  },
  {
    name: 'public prefix',
    body: publicIpPrefix(PLACE, 'prefix', '203.0.113.4/31'),
    decode: decodePublicIpPrefix,
    mayBeAbsent: /\.ipPrefix$/,
  },
  {
    name: 'private endpoint',
    body: privateEndpoint(PLACE, 'pe', {
      subnet: '/subnet',
      target: '/server',
      group: 'sqlServer',
      host: 'sql.example',
      addresses: ['10.0.2.5'],
      networkInterfaces: ['/nic'],
    }),
    decode: decodePrivateEndpoint,
    mayBeAbsent:
      /\.(subnet|privateLinkServiceConnections|manualPrivateLinkServiceConnections|privateLinkServiceId|groupIds|privateLinkServiceConnectionState|status|customDnsConfigs|fqdn|ipAddresses|networkInterfaces)$/,
  },
  {
    name: 'virtual hub',
    body: virtualHub(PLACE, 'hub', { vpnGateway: '/vpn', expressRouteGateway: '/er', azureFirewall: '/fw' }),
    decode: decodeVirtualHub,
    mayBeAbsent: /\.(virtualWan|vpnGateway|expressRouteGateway|azureFirewall)$/,
  },
  {
    name: 'hub connection',
    body: hubConnection(PLACE, 'hub', 'c', '/vnet', '/table'),
    decode: decodeHubConnection,
    mayBeAbsent: /\.(remoteVirtualNetwork|provisioningState|routingConfiguration|associatedRouteTable)$/,
  },
  {
    name: 'hub gateway',
    body: hubVpnGateway(PLACE, 'vpn', ['to-hq']),
    decode: (body) => decodeHubGateway(body, 'vpn'),
    mayBeAbsent: /\.connections$/,
  },
  {
    name: 'hub ExpressRoute gateway',
    body: hubExpressRouteGateway(PLACE, 'er-gw', {
      hub: '/hub',
      connections: [{ name: 'er', circuitPeering: '/er/peerings/private' }],
    }),
    decode: (body) => decodeHubGateway(body, 'express-route'),
    mayBeAbsent: /\.expressRouteConnections$/,
  },
  {
    name: 'connection of a hub',
    body: hubVpnConnection(PLACE, 'vpn', 'to-hq', {
      site: '/site',
      links: ['NotConnected', 'Connected'],
      enableBgp: true,
      propagatesTo: ['/table'],
    }),
    decode: (body) => decodeHubGatewayConnection(body, 'vpn'),
    mayBeAbsent: /\.(connectionStatus|remoteVpnSite|routingConfiguration|propagatedRouteTables|ids)$/,
  },
  {
    name: 'connection of a hub without links',
    body: hubVpnConnection(PLACE, 'vpn', 'to-hq', { site: '/site', status: 'Connected', enableBgp: true }),
    decode: (body) => decodeHubGatewayConnection(body, 'vpn'),
    mayBeAbsent: /\.(connectionStatus|remoteVpnSite)$/,
  },
  {
    name: 'ExpressRoute connection of a hub',
    body: hubExpressRouteConnection(PLACE, 'er-gw', 'er', '/er/peerings/private'),
    decode: (body) => decodeHubGatewayConnection(body, 'express-route'),
    mayBeAbsent: /\.expressRouteCircuitPeering$/,
  },
  {
    name: 'firewall',
    body: azureFirewall(PLACE, 'fw', { subnet: '/subnet', address: '10.0.0.4' }),
    decode: decodeAddressHolder,
    mayBeAbsent: /\.(ipConfigurations|privateIPAddress|subnet)$/,
  },
  {
    name: 'network interface',
    body: networkInterface(PLACE, 'nic', { subnet: '/subnet', address: '10.0.0.4', machine: 'vm' }),
    decode: decodeAddressHolder,
    mayBeAbsent: /\.(ipConfigurations|privateIPAddress|virtualMachine|subnet)$/,
  },
  {
    name: 'load balancer',
    body: loadBalancer(PLACE, 'lb', { subnet: '/subnet', address: '10.0.0.4' }),
    decode: decodeAddressHolder,
    mayBeAbsent: /\.(frontendIPConfigurations|privateIPAddress|subnet)$/,
  },
  {
    name: 'offer of DMS',
    body: {
      name: 'Standard_1vCores',
      tier: 'Standard',
      resourceType: 'services',
      locations: ['West Europe'],
      restrictions: [{ type: 'location', values: ['West Europe'], reasonCode: 'NotAvailableForSubscription' }],
    },
    decode: decodeDmsSku,
    mayBeAbsent: /^(tier|resourceType|locations|restrictions\.0\.(type|values|reasonCode))$/,
  },
  {
    name: 'provider',
    body: {
      namespace: 'Microsoft.DataMigration',
      registrationState: 'Registered',
      resourceTypes: [{ resourceType: 'services', locations: ['West Europe'] }],
    },
    decode: decodeProvider,
    mayBeAbsent: /^(registrationState|resourceTypes\.0\.locations)$/,
  },
  {
    name: 'permissions',
    body: { actions: ['*'], notActions: ['a/*'], dataActions: ['b/read'], notDataActions: ['c/*'] },
    decode: decodePermissionSet,
    mayBeAbsent: /^(dataActions|notDataActions)$/,
  },
  {
    name: 'role assignment',
    body: {
      properties: { principalId: 'p', principalType: 'Group', roleDefinitionId: '/r', scope: '/s', condition: 'c' },
    },
    decode: decodeRoleAssignment,
    mayBeAbsent: /\.(principalType|condition)$/,
  },
  {
    name: 'role definition',
    body: {
      id: '/r',
      properties: {
        roleName: 'Role',
        permissions: [{ actions: ['*'], notActions: ['a/*'], dataActions: ['b/read'], notDataActions: ['c/*'] }],
      },
    },
    decode: decodeRoleDefinition,
    mayBeAbsent: /\.(dataActions|notDataActions)$/,
  },
  {
    name: 'deny assignment',
    body: {
      properties: {
        denyAssignmentName: 'd',
        scope: '/s',
        doNotApplyToChildScopes: false,
        condition: 'c',
        principals: [{ id: 'p', type: 'User' }],
        excludePrincipals: [{ id: 'p', type: 'User' }],
        permissions: [{ actions: ['*'], notActions: ['a'], dataActions: ['b'], notDataActions: ['c'], condition: 'c' }],
      },
    },
    decode: decodeDenyAssignment,
    mayBeAbsent: /\.(condition|type)$/,
  },
  {
    name: 'managed instance with its identities',
    body: managedInstance(PLACE, 'mi', {
      subnet: '/subnet',
      identity: 'o',
      primary: { id: '/mi-id', principalId: 'q' },
    }),
    decode: decodeManagedInstance,
    mayBeAbsent:
      /(^sku|^sku\.name|^identity.*|\.(state|provisioningState|fullyQualifiedDomainName|subnetId|vCores|storageSizeInGB|publicDataEndpointEnabled|primaryUserAssignedIdentityId))$/,
  },
  {
    name: 'VPN site',
    body: vpnSite(PLACE, 'hq', ['192.168.0.0/16']),
    decode: decodeVpnSite,
    mayBeAbsent: /\.(addressSpace|addressPrefixes)$/,
  },
  {
    name: 'admin rule',
    body: adminRule({
      name: 'no-smb',
      priority: 10,
      direction: 'Outbound',
      access: 'Deny',
      protocol: 'Tcp',
      ports: ['445'],
    }),
    decode: decodeSecurityAdminRule,
    mayBeAbsent: /^ruleCollectionDescription$/,
  },
  {
    name: 'admin rule that a network manager comes with',
    body: adminRule({
      name: 'vnet-in',
      priority: 1,
      direction: 'Inbound',
      access: 'Allow',
      sources: ['VirtualNetwork'],
      flag: 'AllowVnetInbound',
    }),
    decode: decodeSecurityAdminRule,
    mayBeAbsent: /^ruleCollectionDescription$/,
  },
  {
    name: 'service tags',
    body: serviceTags(
      { ...azureState(), serviceTags: { Sql: ['20.0.0.0/24', '2603:1020::/48'], 'Sql.WestEurope': ['20.0.0.0/25'] } },
      'sub',
    ),
    decode: (body) => decodeServiceTags([body]),
    mayBeAbsent: /^values\.\d\.properties\.region$/,
  },
]

type Path = readonly (string | number)[]

function pathsOf(value: Json, path: Path = []): Path[] {
  if (value === null || typeof value !== 'object') return []
  const entries: [string | number, Json][] = Array.isArray(value)
    ? [...(value as Json[]).entries()]
    : Object.entries(value)
  return entries.flatMap(([key, inner]) => [[...path, key], ...pathsOf(inner, [...path, key])])
}

/** The body with one field changed; `undefined` drops it. */
function changed(body: Json, [key, ...rest]: Path, change: (value: Json) => Json | undefined): Json {
  if (Array.isArray(body)) {
    const items = body as Json[]
    return items.map((item, index) =>
      index === key ? (rest.length === 0 ? (change(item) ?? null) : changed(item, rest, change)) : item,
    )
  }
  const entries = Object.entries(body as Record<string, Json>).flatMap(([name, value]): [string, Json][] => {
    if (name !== key) return [[name, value]]
    const next = rest.length === 0 ? change(value) : changed(value, rest, change)
    return next === undefined ? [] : [[name, next]]
  })
  return Object.fromEntries(entries)
}

function wrongTypes(value: Json): readonly Json[] {
  const all: readonly Json[] = ['text', 7, true, {}, { id: 7 }, ['text'], [7], [[]], [null]]
  return all.filter((other) => kindOf(other) !== kindOf(value))
}

function kindOf(value: Json): string {
  return Array.isArray(value) ? 'list' : typeof value
}

/** A failure, the same answer, or - where Azure itself leaves the field out - an answer without it. */
function expectNoGuess({ decode, body, mayBeAbsent }: Case, mutant: Json, path: Path, isAbsence: boolean): void {
  const original = decodeBody('x', body, decode)
  const decoded = decodeBody('x', mutant, decode)
  if (!decoded.ok) {
    expect(decoded.failure.kind).toBe('protocol')
    return
  }
  if (isAbsence && mayBeAbsent.test(path.join('.'))) return
  expect({ path: path.join('.'), decoded }).toEqual({ path: path.join('.'), decoded: original })
}

describe.each(CASES)('$name', (one) => {
  const paths = pathsOf(one.body)

  it('is read as it is built', () => {
    expect(decodeBody('x', one.body, one.decode).ok).toBe(true)
  })

  it('with a field dropped, null or empty is a failure or the same, never a guess', () => {
    for (const path of paths) {
      if (typeof path.at(-1) === 'string')
        expectNoGuess(
          one,
          changed(one.body, path, () => undefined),
          path,
          true,
        )
      expectNoGuess(
        one,
        changed(one.body, path, () => null),
        path,
        true,
      )
      const emptied = changed(one.body, path, (value) => (typeof value === 'string' ? '' : value))
      if (typeof path.at(-1) === 'string') expectNoGuess(one, emptied, path, true)
    }
  })

  it('with a field of a wrong type is a failure or the same, never a guess', () => {
    for (const path of paths) {
      let types: readonly Json[] = []
      changed(one.body, path, (value) => {
        types = wrongTypes(value)
        return value
      })
      for (const wrong of types)
        expectNoGuess(
          one,
          changed(one.body, path, () => wrong),
          path,
          false,
        )
    }
  })

  it('is the same with its field names in other letters', () => {
    const original = decodeBody('x', one.body, one.decode)
    for (const recase of [
      (name: string) => name.toLowerCase(),
      (name: string) => name.charAt(0).toUpperCase() + name.slice(1),
    ]) {
      expect(decodeBody('x', renamed(one.body, recase), one.decode)).toEqual(original)
    }
  })
})

function renamed(value: Json, recase: (name: string) => string): Json {
  if (Array.isArray(value)) return (value as Json[]).map((item) => renamed(item, recase))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [recase(name), renamed(inner, recase)]))
}

describe('other shapes', () => {
  it('a service tag whose name has a dot is of a region only if Azure names one', () => {
    const tag = (properties: Record<string, Json>): Json => ({
      changeNumber: '1',
      values: [{ name: 'AzureFrontDoor.Backend', properties: { addressPrefixes: ['20.0.0.0/24'], ...properties } }],
    })
    expect(decodeBody('t', tag({ region: '' }), (body) => decodeServiceTags([body]))).toMatchObject({
      value: { tags: [{ region: '' }] },
    })
    for (const silent of [{}, { region: null }])
      expect(decodeBody('t', tag(silent), (body) => decodeServiceTags([body]))).toMatchObject({
        failure: { kind: 'protocol' },
      })
  })

  it('a subnet with a list of prefixes, and an endpoint that failed', () => {
    const body = virtualNetwork(PLACE, 'v', {
      prefixes: ['10.0.0.0/8'],
      subnets: [{ name: 'a', prefix: '', serviceEndpoints: ['Microsoft.Sql'] }],
    })
    const listed = changed(body, ['properties', 'subnets', 0, 'properties'], (properties) => ({
      ...(properties as object),
      addressPrefixes: ['10.0.1.0/24', '10.0.2.0/24'],
      serviceEndpoints: [
        { service: 'Microsoft.Sql', provisioningState: 'Failed' },
        { service: 'Microsoft.Storage', provisioningState: 'Succeeded' },
      ],
    }))
    expect(decodeBody('v', listed, decodeVirtualNetwork)).toMatchObject({
      ok: true,
      value: {
        subnets: [{ addressPrefixes: ['10.0.1.0/24', '10.0.2.0/24'], serviceEndpoints: ['Microsoft.Storage'] }],
      },
    })
  })

  it('a peering whose addresses are kept out of VirtualNetwork, and one that has to be brought in sync', () => {
    const peering = { name: 'p', remote: '/v2', remotePrefixes: ['10.1.0.0/16'] }
    const spec = (more: object): Json =>
      virtualNetwork(PLACE, 'v', { prefixes: ['10.0.0.0/8'], subnets: [], peerings: [{ ...peering, ...more }] })
    const path = ['properties', 'virtualNetworkPeerings', 0, 'properties'] as const
    const peeringIn = (body: Json): unknown => {
      const decoded = decodeBody('v', body, decodeVirtualNetwork)
      return decoded.ok ? decoded.value.peerings[0] : decoded.failure
    }
    expect(peeringIn(spec({ allowVirtualNetworkAccess: false }))).toMatchObject({ allowVirtualNetworkAccess: false })
    const unsaid = changed(spec({}), [...path, 'allowVirtualNetworkAccess'], () => undefined)
    expect(peeringIn(unsaid)).toMatchObject({ kind: 'protocol' })
    const moved = changed(
      spec({ syncLevel: 'RemoteNotInSync' }),
      [...path, 'remoteVirtualNetworkAddressSpace'],
      () => ({
        addressPrefixes: ['10.1.0.0/16', '10.2.0.0/16'],
      }),
    )
    expect(peeringIn(moved)).toMatchObject({ remotePrefixes: ['10.1.0.0/16'], syncLevel: 'RemoteNotInSync' })
  })

  it('a subnet with an application gateway, which newer answers tell apart', () => {
    const body = virtualNetwork(PLACE, 'v', {
      prefixes: ['10.0.0.0/8'],
      subnets: [{ name: 'a', prefix: '10.0.1.0/24', ipConfigurations: ['/nic/ipConfigurations/x', '/gw/1'] }],
    })
    const more = changed(body, ['properties', 'subnets', 0, 'properties'], (properties) => ({
      ...(properties as object),
      applicationGatewayIPConfigurations: [{ id: '/gw/1' }, { id: '/gw/2' }],
    }))
    expect(decodeBody('v', more, decodeVirtualNetwork)).toMatchObject({
      ok: true,
      value: { subnets: [{ ipConfigurationIds: ['/nic/ipConfigurations/x', '/gw/1', '/gw/2'] }] },
    })
  })

  it('a connection that works may carry no status', () => {
    const decoded = decodeBody(
      'c',
      connection(PLACE, 'c', { gateway: '/gw', connectionType: 'ExpressRoute' }),
      decodeGatewayConnection,
    )
    expect(decoded.ok ? decoded.value.connectionStatus : 'failed').toBeUndefined()
  })

  it('a server that says nothing of private endpoints, with public access or without', () => {
    const without = (access: 'Enabled' | 'Disabled'): Json =>
      changed(
        sqlServer(PLACE, 's', { publicNetworkAccess: access }),
        ['properties', 'privateEndpointConnections'],
        () => undefined,
      )
    expect(decodeBody('s', without('Enabled'), decodeSqlServer)).toMatchObject({
      ok: true,
      value: { privateEndpointConnections: [] },
    })
    expect(decodeBody('s', without('Disabled'), decodeSqlServer)).toMatchObject({ ok: false })
  })
})
