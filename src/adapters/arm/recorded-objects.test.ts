// Every recorded object of a kind that is decoded, and whether anything of it is lost on the way.
import { describe, expect, it } from '@jest/globals'
import { existsSync } from 'node:fs'
import { isRequired, readRecordings, recordedOperations, SAMPLES } from '../../../test/recordings.ts'
import { isJsonObject } from '../../domain/json.ts'
import { decodeBody, text, type Fields } from './decode.ts'
import { decodeRoleAssignment, decodeRoleDefinition } from './decode-authorization.ts'
import { decodeDmsService } from './decode-dms.ts'
import {
  decodeExpressRouteCircuit,
  decodeGatewayConnection,
  decodeLocalNetworkGateway,
  decodeVirtualNetwork,
  decodeVirtualNetworkGateway,
} from './decode-network.ts'
import { decodeSecurityAdminRule } from './decode-rules.ts'
import { decodeNetworkSecurityGroup } from './decode-security-rules.ts'
import { decodeFirewallRule, decodeSqlDatabase, decodeSqlServer, decodeVirtualNetworkRule } from './decode-sql.ts'
import { decodeDmsSku, decodePermissionSet, decodeProvider } from './decode-subscription.ts'
import { decodeAddressHolder, decodeRouteTable } from './decode-ways.ts'
import { readPage } from './rest-reader.ts'
import { decodeRuntimeNodes, decodeSqlMigrationService } from './runtime-reads.ts'

/**
 * Where a field of the port's type stands in Azure's body, written down here a second time so that the decoders are
 * compared with something that is not them. `a.*.b` goes through every entry of a list.
 */
type Source =
  | readonly string[]
  | { each: readonly string[]; shape: Shape }
  | { always: unknown }
  /** A part of a text. */
  | { of: string; part: RegExp }
interface Shape {
  [field: string]: Source
}

interface Kind {
  operations: readonly string[]
  decode: (body: Fields) => unknown
  shape: Shape
}

const NAMED: Shape = { id: ['id'], name: ['name'] }

const RULE: Shape = {
  name: ['name'],
  priority: ['properties.priority'],
  direction: ['properties.direction'],
  access: ['properties.access'],
  protocol: ['properties.protocol'],
  sourcePrefixes: ['properties.sourceAddressPrefix', 'properties.sourceAddressPrefixes.*'],
  sourcePorts: ['properties.sourcePortRange', 'properties.sourcePortRanges.*'],
  sourceGroupIds: ['properties.sourceApplicationSecurityGroups.*.id'],
  destinationPrefixes: ['properties.destinationAddressPrefix', 'properties.destinationAddressPrefixes.*'],
  destinationPorts: ['properties.destinationPortRange', 'properties.destinationPortRanges.*'],
  destinationGroupIds: ['properties.destinationApplicationSecurityGroups.*.id'],
}

const SUBNET: Shape = {
  ...NAMED,
  addressPrefixes: ['properties.addressPrefix', 'properties.addressPrefixes.*'],
  networkSecurityGroupId: ['properties.networkSecurityGroup.id'],
  routeTableId: ['properties.routeTable.id'],
  natGatewayId: ['properties.natGateway.id'],
  serviceEndpoints: ['properties.serviceEndpoints.*.service'],
  ipConfigurationIds: ['properties.ipConfigurations.*.id', 'properties.applicationGatewayIPConfigurations.*.id'],
  delegations: ['properties.delegations.*.properties.serviceName'],
  externalResources: [
    'properties.serviceAssociationLinks.*.properties.linkedResourceType',
    'properties.resourceNavigationLinks.*.properties.linkedResourceType',
  ],
}

const CONNECTION: Shape = {
  ...NAMED,
  connectionType: ['properties.connectionType'],
  connectionStatus: ['properties.connectionStatus'],
  enableBgp: ['properties.enableBgp'],
  localNetworkGatewayId: ['properties.localNetworkGateway2.id'],
  circuitId: ['properties.peer.id'],
  trafficSelectors: {
    each: ['properties.trafficSelectorPolicies'],
    shape: { localPrefixes: ['localAddressRanges.*'], remotePrefixes: ['remoteAddressRanges.*'] },
  },
}

const CIRCUIT_PEERING: Shape = { type: ['properties.peeringType'], state: ['properties.state'] }

const ENDPOINT_CONNECTION: Shape = {
  name: ['name'],
  status: ['properties.privateLinkServiceConnectionState.status'],
  endpointId: ['properties.privateEndpoint.id'],
}

const KINDS: readonly Kind[] = [
  {
    operations: ['Microsoft.Network/virtualNetworks.get', 'Microsoft.Network/virtualNetworks.list'],
    decode: decodeVirtualNetwork,
    shape: {
      ...NAMED,
      location: ['location'],
      addressPrefixes: ['properties.addressSpace.addressPrefixes.*'],
      dnsServers: ['properties.dhcpOptions.dnsServers.*'],
      subnets: { each: ['properties.subnets'], shape: SUBNET },
      peerings: {
        each: ['properties.virtualNetworkPeerings'],
        shape: {
          name: ['name'],
          state: ['properties.peeringState'],
          remoteId: ['properties.remoteVirtualNetwork.id'],
          allowVirtualNetworkAccess: ['properties.allowVirtualNetworkAccess'],
          useRemoteGateways: ['properties.useRemoteGateways'],
          allowGatewayTransit: ['properties.allowGatewayTransit'],
          syncLevel: ['properties.peeringSyncLevel'],
          remotePrefixes: ['properties.remoteAddressSpace.addressPrefixes.*'],
        },
      },
    },
  },
  {
    operations: ['Microsoft.Network/subnets.get'],
    decode: (body) =>
      decodeVirtualNetwork({
        ...{ id: '/v', name: 'v', location: 'westeurope' },
        properties: { addressSpace: { addressPrefixes: [] }, subnets: [body], virtualNetworkPeerings: [] },
      }).subnets[0],
    shape: SUBNET,
  },
  {
    operations: ['Microsoft.Network/networkSecurityGroups.get', 'Microsoft.Network/networkSecurityGroups.list'],
    decode: decodeNetworkSecurityGroup,
    shape: {
      ...NAMED,
      rules: { each: ['properties.securityRules', 'properties.defaultSecurityRules'], shape: RULE },
    },
  },
  {
    operations: ['Microsoft.Network/securityRules.get'],
    decode: (body) =>
      decodeNetworkSecurityGroup({
        ...{ id: '/n', name: 'n' },
        properties: { securityRules: [body], defaultSecurityRules: [] },
      }).rules[0],
    shape: RULE,
  },
  {
    operations: ['Microsoft.Network/virtualNetworkGateways.get', 'Microsoft.Network/virtualNetworkGateways.list'],
    decode: (body) => decodeVirtualNetworkGateway(body, []),
    shape: {
      ...NAMED,
      gatewayType: ['properties.gatewayType'],
      clientPrefixes: ['properties.vpnClientConfiguration.vpnClientAddressPool.addressPrefixes.*'],
      // Given by the caller, from a list of its own.
      connectionIds: { always: [] },
    },
  },
  {
    operations: ['Microsoft.Network/connections.get'],
    decode: decodeGatewayConnection,
    shape: CONNECTION,
  },
  {
    // Of lists only the ids are taken.
    operations: ['Microsoft.Network/connections.list', 'Microsoft.Network/virtualNetworkGateways.listConnections'],
    decode: (body) => ({ id: text(body, 'id') }),
    shape: { id: ['id'] },
  },
  {
    operations: ['Microsoft.Network/localNetworkGateways.get'],
    decode: decodeLocalNetworkGateway,
    shape: { ...NAMED, addressPrefixes: ['properties.localNetworkAddressSpace.addressPrefixes.*'] },
  },
  {
    operations: ['Microsoft.Network/expressRouteCircuits.get', 'Microsoft.Network/expressRouteCircuits.list'],
    decode: decodeExpressRouteCircuit,
    shape: {
      ...NAMED,
      circuitState: ['properties.circuitProvisioningState'],
      providerState: ['properties.serviceProviderProvisioningState'],
      peerings: { each: ['properties.peerings'], shape: CIRCUIT_PEERING },
    },
  },
  {
    operations: ['Microsoft.Network/expressRouteCircuits.peerings.get'],
    decode: (body) => decodeExpressRouteCircuit({ id: '/c', name: 'c', properties: { peerings: [body] } }).peerings[0],
    shape: CIRCUIT_PEERING,
  },
  {
    operations: ['Microsoft.Network/azureFirewalls.get'],
    decode: decodeAddressHolder,
    shape: {
      ...NAMED,
      addresses: [
        'properties.ipConfigurations.*.properties.privateIPAddress',
        'properties.frontendIPConfigurations.*.properties.privateIPAddress',
      ],
      virtualMachineId: ['properties.virtualMachine.id'],
    },
  },
  {
    operations: ['Microsoft.Network/routeTables.get', 'Microsoft.Network/routeTables.list'],
    decode: decodeRouteTable,
    shape: {
      ...NAMED,
      disableBgpRoutePropagation: ['properties.disableBgpRoutePropagation'],
      routes: {
        each: ['properties.routes'],
        shape: {
          name: ['name'],
          addressPrefix: ['properties.addressPrefix'],
          nextHopType: ['properties.nextHopType'],
          nextHopIpAddress: ['properties.nextHopIpAddress'],
        },
      },
    },
  },
  {
    operations: [
      'Microsoft.Network/networkManagers.listActiveSecurityAdminRules',
      'Microsoft.Network/networkManagers.adminRules.get',
    ],
    decode: decodeSecurityAdminRule,
    shape: {
      name: { of: 'id', part: /^.*\/ruleCollections\/([^/]+\/)rules\/([^/]+)$/ },
      manager: { of: 'id', part: /^(.*\/networkManagers\/)([^/]+)\/.*$/ },
      collection: ['ruleCollectionDescription'],
      priority: ['properties.priority'],
      direction: ['properties.direction'],
      access: ['properties.access'],
      protocol: ['properties.protocol'],
      sourcePrefixes: ['properties.sources.*.addressPrefix'],
      destinationPrefixes: ['properties.destinations.*.addressPrefix'],
      sourcePorts: ['properties.sourcePortRanges.*'],
      destinationPorts: ['properties.destinationPortRanges.*'],
    },
  },
  {
    operations: ['Microsoft.Sql/servers.get', 'Microsoft.Sql/servers.list'],
    decode: decodeSqlServer,
    shape: {
      ...NAMED,
      location: ['location'],
      state: ['properties.state'],
      fullyQualifiedDomainName: ['properties.fullyQualifiedDomainName'],
      publicNetworkAccess: ['properties.publicNetworkAccess'],
      administratorLogin: ['properties.administratorLogin'],
      entraAdministrator: ['properties.administrators.login'],
      entraAdministratorId: ['properties.administrators.sid'],
      privateEndpointConnections: {
        each: ['properties.privateEndpointConnections'],
        // In the body of the server they have no name, only an id that ends with it.
        shape: { ...ENDPOINT_CONNECTION, name: ['id'] },
      },
    },
  },
  {
    operations: ['Microsoft.Sql/privateEndpointConnections.list'],
    decode: (body) =>
      decodeSqlServer({
        ...{ id: '/s', name: 's', location: 'westeurope' },
        properties: { privateEndpointConnections: [body] },
      }).privateEndpointConnections[0],
    shape: ENDPOINT_CONNECTION,
  },
  {
    operations: ['Microsoft.Sql/databases.get', 'Microsoft.Sql/databases.list'],
    decode: decodeSqlDatabase,
    shape: {
      ...NAMED,
      status: ['properties.status'],
      sku: ['sku.name'],
      maxSizeBytes: ['properties.maxSizeBytes'],
    },
  },
  {
    operations: ['Microsoft.Sql/firewallRules.get', 'Microsoft.Sql/firewallRules.list'],
    decode: decodeFirewallRule,
    shape: {
      name: ['name'],
      startIpAddress: ['properties.startIpAddress'],
      endIpAddress: ['properties.endIpAddress'],
    },
  },
  {
    operations: ['Microsoft.Sql/virtualNetworkRules.get', 'Microsoft.Sql/virtualNetworkRules.list'],
    decode: decodeVirtualNetworkRule,
    shape: {
      name: ['name'],
      subnetId: ['properties.virtualNetworkSubnetId'],
      state: ['properties.state'],
      ignoreMissingEndpoint: ['properties.ignoreMissingVnetServiceEndpoint'],
    },
  },
  {
    operations: [
      'Microsoft.DataMigration/services.get',
      'Microsoft.DataMigration/services.list',
      'Microsoft.DataMigration/services.put',
    ],
    decode: decodeDmsService,
    shape: {
      ...NAMED,
      location: ['location'],
      provisioningState: ['properties.provisioningState'],
      virtualSubnetId: ['properties.virtualSubnetId'],
      skuName: ['sku.name'],
      skuTier: ['sku.tier'],
    },
  },
  {
    operations: [
      'Microsoft.DataMigration/sqlMigrationServices.get',
      'Microsoft.DataMigration/sqlMigrationServices.list',
    ],
    decode: decodeSqlMigrationService,
    shape: {
      ...NAMED,
      location: ['location'],
      provisioningState: ['properties.provisioningState'],
      integrationRuntimeState: ['properties.integrationRuntimeState'],
    },
  },
  {
    operations: ['Microsoft.DataMigration/sqlMigrationServices.listMonitoringData'],
    decode: (body) => ({ nodes: decodeRuntimeNodes(body) }),
    shape: {
      nodes: {
        each: ['nodes'],
        shape: {
          name: ['nodeName'],
          availableMemoryInMB: ['availableMemoryInMB'],
          cpuUtilization: ['cpuUtilization'],
          concurrentJobsLimit: ['concurrentJobsLimit'],
          concurrentJobsRunning: ['concurrentJobsRunning'],
          maxConcurrentJobs: ['maxConcurrentJobs'],
        },
      },
    },
  },
  {
    operations: ['Microsoft.DataMigration/skus.list'],
    decode: decodeDmsSku,
    shape: {
      name: ['name'],
      tier: ['tier'],
      resourceType: ['resourceType'],
      locations: ['locations.*'],
      restrictions: { each: ['restrictions'], shape: { reason: ['reasonCode'], locations: ['values.*'] } },
    },
  },
  {
    operations: ['Microsoft.Resources/providers.get'],
    decode: decodeProvider,
    shape: {
      namespace: ['namespace'],
      registrationState: ['registrationState'],
      resourceTypes: {
        each: ['resourceTypes'],
        shape: { type: ['resourceType'], locations: ['locations.*'] },
      },
    },
  },
  {
    operations: ['Microsoft.Authorization/permissions.list'],
    decode: decodePermissionSet,
    shape: {
      actions: ['actions.*'],
      notActions: ['notActions.*'],
      dataActions: ['dataActions.*'],
      notDataActions: ['notDataActions.*'],
    },
  },
  {
    operations: ['Microsoft.Authorization/roleAssignments.list'],
    decode: decodeRoleAssignment,
    shape: {
      principalId: ['properties.principalId'],
      principalType: ['properties.principalType'],
      roleDefinitionId: ['properties.roleDefinitionId'],
      scope: ['properties.scope'],
      condition: ['properties.condition'],
    },
  },
  {
    operations: ['Microsoft.Authorization/roleDefinitions.list'],
    decode: decodeRoleDefinition,
    shape: {
      id: ['id'],
      name: ['properties.roleName'],
      permissions: {
        each: ['properties.permissions'],
        shape: {
          actions: ['actions.*'],
          notActions: ['notActions.*'],
          dataActions: ['dataActions.*'],
          notDataActions: ['notDataActions.*'],
        },
      },
    },
  },
]

/** Recordings that cannot be decoded, each with the reason. */
const EXPLAINED: Readonly<Record<string, string>> = {
  'Microsoft.Resources/providers.get/notregistered.json':
    'whoever recorded it put "[REDACTED:UNUSED]" in place of the list of resource types',
}

/** What was recorded and is of no kind that the port reads. */
const NOT_READ: readonly string[] = [
  'Microsoft.DataMigration/databaseMigrations.get',
  'Microsoft.DataMigration/projects.get',
  'Microsoft.DataMigration/services.checkStatus',
  'Microsoft.DataMigration/tasks.get',
  'Microsoft.Network/networkInterfaces.effectiveNetworkSecurityGroups',
  'Microsoft.Network/networkInterfaces.effectiveRouteTable',
  'Microsoft.Network/networkManagers.adminRuleCollections.get',
  'Microsoft.Network/networkVirtualAppliances.get',
  'Microsoft.Network/networkWatchers.networkConfigurationDiagnostic',
  'Microsoft.Network/networkWatchers.nextHop',
  'Microsoft.Network/networkWatchers.securityGroupView',
  'Microsoft.Network/networkWatchers.topology',
  'Microsoft.Network/networkWatchers.troubleshoot',
  'Microsoft.Network/networkWatchers.verifyIpFlow',
  'Microsoft.Sql/managedDatabases.get',
  'Microsoft.Sql/managedDatabases.list',
  'Microsoft.Sql/managedInstances.administrators.list',
  'Microsoft.Sql/managedInstances.get',
  'Microsoft.Sql/outboundFirewallRules.list',
  'Microsoft.Sql/servers.administrators.list',
  'Microsoft.Sql/servers.azureADOnlyAuthentications.get',
  'Microsoft.Storage/blobContainers.get',
  'Microsoft.Storage/blobContainers.list',
  'Microsoft.Storage/privateEndpointConnections.list',
  'Microsoft.Storage/storageAccounts.get',
  'Microsoft.Storage/storageAccounts.list',
]

/** What a decoder writes where Azure says nothing. */
const ABSENT: readonly unknown[] = [undefined, false]
/** Words that the port's types write otherwise than Azure. */
const OTHER_WORDS: Readonly<Record<string, string>> = { any: '*', alwaysallow: 'always-allow' }

if (existsSync(SAMPLES)) testRecordings()
else {
  it('recorded objects are not here', () => {
    console.warn(`left out: no recorded objects at ${SAMPLES}`)
    expect(isRequired).toBe(false)
  })
}

function testRecordings(): void {
  const recordings = KINDS.flatMap((kind) =>
    kind.operations.flatMap((operation) => readRecordings(operation).map((recording) => ({ ...recording, kind }))),
  )

  it('every recording is of a kind that is decoded, or of one that is known not to be', () => {
    const known = [...KINDS.flatMap(({ operations }) => operations), ...NOT_READ].sort()
    expect(recordedOperations()).toEqual(known)
    expect(recordings.length).toBeGreaterThan(60)
  })

  describe('recorded objects', () => {
    it.each(recordings.map((recording) => [recording.file, recording] as const))('%s', (file, { body, kind }) => {
      const decoded = objectsIn(body).map((object) => ({ object, observed: decodeBody('it', object, kind.decode) }))
      if (file in EXPLAINED) {
        expect(decoded).toMatchObject([{ observed: { ok: false, failure: { kind: 'protocol' } } }])
        return
      }
      for (const { object, observed } of decoded) {
        expect(observed).toMatchObject({ ok: true })
        if (observed.ok) expect(differences(object, observed.value, kind.shape)).toEqual([])
      }
    })
  })

  describe('the comparison', () => {
    const [network] = recordings.filter(({ file }) => file.endsWith('/vnet-peered.json'))
    it.each(lossesOf(network?.body))('notices $loss', ({ value }) => {
      expect(network).toBeDefined()
      if (network !== undefined) expect(differences(network.body, value, network.kind.shape)).not.toEqual([])
    })
  })
}

/** A list as the reader takes it apart, or the one object. */
function objectsIn(body: unknown): readonly unknown[] {
  return isJsonObject(body) && Array.isArray(body['value']) ? readPage(body, 'it').entries : [body]
}

/** What a decoder could lose of a network. */
function lossesOf(body: unknown): readonly { loss: string; value: unknown }[] {
  const decoded = decodeBody('it', body, decodeVirtualNetwork)
  if (!decoded.ok) return []
  const { subnets, peerings, ...network } = decoded.value
  const all = { ...network, subnets, peerings }
  return [
    { loss: 'a subnet', value: { ...all, subnets: subnets.slice(1) } },
    {
      loss: 'the prefix of a subnet',
      value: { ...all, subnets: subnets.map((one) => ({ ...one, addressPrefixes: [] })) },
    },
    { loss: 'all peerings', value: { ...all, peerings: [] } },
    {
      loss: 'the other side of a peering',
      value: { ...all, peerings: peerings.map((one) => ({ ...one, remoteId: undefined })) },
    },
    {
      loss: 'a flag',
      value: { ...all, peerings: peerings.map((one) => ({ ...one, allowVirtualNetworkAccess: false })) },
    },
    { loss: 'the name', value: { ...all, name: 'other' } },
    { loss: 'a field that nobody compares', value: { ...all, more: 'x' } },
  ]
}

/** Where the decoded value has less, more or something else than the body; each as a sentence. */
function differences(raw: unknown, decoded: unknown, shape: Shape, place = ''): readonly string[] {
  if (!isJsonObject(decoded)) return [`${place} is no object`]
  const uncompared = Object.keys(decoded).filter((field) => !(field in shape))
  return [
    ...uncompared.map((field) => `${place}.${field} is compared with nothing`),
    ...Object.entries(shape).flatMap(([field, source]) =>
      differenceOf(raw, decoded[field], source, `${place}.${field}`),
    ),
  ]
}

function differenceOf(raw: unknown, value: unknown, source: Source, place: string): readonly string[] {
  if ('of' in source) {
    const [text = ''] = valuesAt(raw, source.of.split('.')).map(String)
    const wanted = text.replace(source.part, '$1$2')
    return value === wanted ? [] : [`${place} is ${JSON.stringify(value)}: ${wanted}`]
  }
  if ('always' in source) return isSameJson(value, source.always) ? [] : [`${place} is not what it always is`]
  if ('each' in source) {
    const objects = source.each.flatMap((path) => valuesAt(raw, [...path.split('.'), '*']))
    const entries = Array.isArray(value) ? (value as unknown[]) : []
    if (entries.length !== objects.length) return [`${place} has ${entries.length} entries of ${objects.length}`]
    return objects.flatMap((object, index) => differences(object, entries[index], source.shape, `${place}.${index}`))
  }
  const recorded = source.flatMap((path) => valuesAt(raw, path.split('.'))).filter((one) => one !== null && one !== '')
  const decoded = Array.isArray(value) ? (value as unknown[]) : [value]
  if (recorded.length === 0) {
    // An admin rule without prefixes or ports is one for all of them.
    const isNothing = decoded.every((one) => ABSENT.includes(one) || (Array.isArray(value) && one === '*'))
    return isNothing ? [] : [`${place} is ${JSON.stringify(value)}, of which nothing is recorded`]
  }
  const wanted = wordsOf(place.endsWith('.name') ? recorded.map((one) => lastPart(one)) : recorded)
  return isSameJson(wordsOf(decoded), wanted)
    ? []
    : [`${place} is ${JSON.stringify(value)}: ${JSON.stringify(recorded)}`]
}

/** Each once, whichever letters Azure took. */
function wordsOf(values: readonly unknown[]): readonly string[] {
  const words = values.map((one) => String(one).trim().toLowerCase())
  return [...new Set(words.map((word) => OTHER_WORDS[word] ?? word))].sort()
}

function lastPart(value: unknown): string {
  return String(value).split('/').at(-1) ?? ''
}

function valuesAt(raw: unknown, [step, ...rest]: readonly string[]): readonly unknown[] {
  if (step === undefined) return raw === undefined ? [] : [raw]
  if (step === '*') return Array.isArray(raw) ? (raw as unknown[]).flatMap((item) => valuesAt(item, rest)) : []
  return isJsonObject(raw) ? valuesAt(raw[step], rest) : []
}

function isSameJson(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right)
}
