// Answers of Azure Resource Manager, and ports that give them from memory, for tests of checks.
import type { JsonObject } from '../src/domain/json.ts'
import type { Manifest } from '../src/domain/manifest.ts'
import { seen, unseen, type Observed } from '../src/domain/observed.ts'
import type { ArmAnswer, ArmPort } from '../src/ports/arm-port.ts'
import type { SecurityRule, Subnet, VirtualNetwork } from '../src/ports/network-resources.ts'
import type { NameAnswer, NetPort } from '../src/ports/net-port.ts'
import { MANIFEST } from './fixtures.ts'

export const GROUP = '/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg'
export const NETWORK_ID = `${GROUP}/providers/Microsoft.Network/virtualNetworks/vnet`
export const SUBNET_ID = `${NETWORK_ID}/subnets/snet-dms`
export const NSG_ID = `${GROUP}/providers/Microsoft.Network/networkSecurityGroups/nsg-dms`
export const SERVER_ID = `${GROUP}/providers/Microsoft.Sql/servers/sqlsales`

export const SUBNET: Subnet = {
  id: SUBNET_ID.toUpperCase().replace('/SUBSCRIPTIONS/', '/subscriptions/'),
  name: 'snet-dms',
  addressPrefixes: ['10.0.1.0/24'],
  networkSecurityGroupId: NSG_ID,
  serviceEndpoints: [],
  ipConfigurationIds: [],
  delegations: [],
  externalResources: [],
}

export const NETWORK: VirtualNetwork = {
  id: NETWORK_ID,
  name: 'vnet',
  location: 'westeurope',
  addressPrefixes: ['10.0.0.0/16'],
  dnsServers: [],
  subnets: [SUBNET],
  peerings: [],
}

export function networkWith(more: Partial<VirtualNetwork>, subnet: Partial<Subnet> = {}): VirtualNetwork {
  return { ...NETWORK, subnets: [{ ...SUBNET, ...subnet }], ...more }
}

export function manifestWith(more: Partial<Manifest>): Manifest {
  return { ...MANIFEST, ...more }
}

/** `dms` of a manifest that says nothing of where DMS is. */
export const UNPLACED: Manifest['dms'] = {
  egress: [],
  nsgPorts: 'seed',
  flows: [],
  runtimeHosts: [],
  schemaMigration: false,
  location: MANIFEST.dms.location,
}

export function there<T>(value: T): Observed<ArmAnswer<T>> {
  return seen({ found: true, value })
}

export function notThere<T>(
  missing: 'resource' | 'parent' | 'resource-group' = 'resource',
  message = 'ResourceNotFound',
): Observed<ArmAnswer<T>> {
  return seen({ found: false, missing, message })
}

export function forbidden(): { ok: false; failure: ReturnType<typeof unseen>['failure'] } {
  return unseen('forbidden', 'AuthorizationFailed', { missing: 'Microsoft.Network/virtualNetworks/read' })
}

/** An ARM that answers what is given; everything else is a question that the check should not have asked. */
export function armWith(answers: {
  [Method in keyof ArmPort]?: (id: string, second?: string) => Awaited<ReturnType<ArmPort[Method]>>
}): ArmPort {
  const ask =
    (method: keyof ArmPort) =>
    (id = '', second?: string) => {
      const answer = answers[method]
      return answer === undefined
        ? Promise.reject(new Error(`${method} was not expected: ${id}`))
        : Promise.resolve(answer(id, second))
    }
  return {
    signIn: ask('signIn') as ArmPort['signIn'],
    sqlServer: ask('sqlServer') as ArmPort['sqlServer'],
    sqlDatabase: ask('sqlDatabase') as ArmPort['sqlDatabase'],
    sqlDatabases: ask('sqlDatabases') as ArmPort['sqlDatabases'],
    sqlFirewallRules: ask('sqlFirewallRules') as ArmPort['sqlFirewallRules'],
    sqlIpv6FirewallRules: ask('sqlIpv6FirewallRules') as ArmPort['sqlIpv6FirewallRules'],
    sqlVirtualNetworkRules: ask('sqlVirtualNetworkRules') as ArmPort['sqlVirtualNetworkRules'],
    managedInstance: ask('managedInstance') as ArmPort['managedInstance'],
    sqlVirtualMachine: ask('sqlVirtualMachine') as ArmPort['sqlVirtualMachine'],
    virtualMachine: ask('virtualMachine') as ArmPort['virtualMachine'],
    virtualNetwork: ask('virtualNetwork') as ArmPort['virtualNetwork'],
    networkSecurityGroup: ask('networkSecurityGroup') as ArmPort['networkSecurityGroup'],
    virtualNetworkGateway: ask('virtualNetworkGateway') as ArmPort['virtualNetworkGateway'],
    gatewayConnection: ask('gatewayConnection') as ArmPort['gatewayConnection'],
    expressRouteCircuit: ask('expressRouteCircuit') as ArmPort['expressRouteCircuit'],
    localNetworkGateway: ask('localNetworkGateway') as ArmPort['localNetworkGateway'],
    serviceTags: ask('serviceTags') as ArmPort['serviceTags'],
    securityAdminRules: ask('securityAdminRules') as ArmPort['securityAdminRules'],
    routeTable: ask('routeTable') as ArmPort['routeTable'],
    natGateway: ask('natGateway') as ArmPort['natGateway'],
    publicIpAddress: ask('publicIpAddress') as ArmPort['publicIpAddress'],
    publicIpPrefix: ask('publicIpPrefix') as ArmPort['publicIpPrefix'],
    privateEndpoint: ask('privateEndpoint') as ArmPort['privateEndpoint'],
    virtualHubs: ask('virtualHubs') as ArmPort['virtualHubs'],
    hubConnections: ask('hubConnections') as ArmPort['hubConnections'],
    hubGateway: ask('hubGateway') as ArmPort['hubGateway'],
    hubGatewayConnection: ask('hubGatewayConnection') as ArmPort['hubGatewayConnection'],
    addressHolder: ask('addressHolder') as ArmPort['addressHolder'],
    vpnSite: ask('vpnSite') as ArmPort['vpnSite'],
    provider: ask('provider') as ArmPort['provider'],
    permissions: ask('permissions') as ArmPort['permissions'],
    roleAssignments: ask('roleAssignments') as ArmPort['roleAssignments'],
    roleDefinition: ask('roleDefinition') as ArmPort['roleDefinition'],
    denyAssignments: ask('denyAssignments') as ArmPort['denyAssignments'],
    dmsService: ask('dmsService') as ArmPort['dmsService'],
    dmsServices: ask('dmsServices') as ArmPort['dmsServices'],
    dmsSkus: ask('dmsSkus') as ArmPort['dmsSkus'],
    sqlMigrationService: ask('sqlMigrationService') as ArmPort['sqlMigrationService'],
    runtimeNodes: ask('runtimeNodes') as ArmPort['runtimeNodes'],
    storageAccount: ask('storageAccount') as ArmPort['storageAccount'],
    blobContainer: ask('blobContainer') as ArmPort['blobContainer'],
  }
}

/** A resolver that knows these names; others do not exist. */
export function netWith(addresses: Record<string, string[]>): NetPort {
  const unexpected = (): Promise<never> => Promise.reject(new Error('not expected'))
  return {
    resolve: (host) => {
      const known = addresses[host]
      const answer: NameAnswer =
        known === undefined
          ? { found: false, message: `no such name: ${host}` }
          : { found: true, addresses: known.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })) }
      return Promise.resolve(seen(answer))
    },
    connect: unexpected,
    browse: unexpected,
    routeAddress: unexpected,
  }
}

export function securityRule(more: Partial<SecurityRule>): SecurityRule {
  return {
    name: 'Custom',
    priority: 200,
    direction: 'outbound',
    access: 'deny',
    protocol: '*',
    sourcePrefixes: ['*'],
    sourcePorts: ['*'],
    destinationPrefixes: ['*'],
    destinationPorts: ['*'],
    sourceGroupIds: [],
    destinationGroupIds: [],
    ...more,
  }
}

/** The value that was seen; evidence is sent through JSON, since reports keep it so. */
export function evidenceIn<E extends JsonObject>(observed: Observed<E>): E {
  if (!observed.ok) throw new Error(`${observed.failure.kind}: ${observed.failure.message}`)
  const copy = JSON.parse(JSON.stringify(observed.value)) as E
  if (JSON.stringify(copy) !== JSON.stringify(observed.value)) throw new Error('evidence does not survive JSON')
  return copy
}
