import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { openAzure, type AzureLab } from '../../lab/azure/connect.ts'
import { azureState, LAB_SUBSCRIPTION } from '../../lab/azure/state.ts'
import { actionOf, isHeldByReader, READ_ACTIONS } from '../../src/adapters/arm/read-actions.ts'
import { assignableScope } from '../../src/adapters/arm/role-scripts.ts'
import type { ArmPort } from '../../src/ports/arm-port.ts'

const SUBSCRIPTION = `/subscriptions/${LAB_SUBSCRIPTION}`
const GROUP = `${SUBSCRIPTION}/resourceGroups/rg`
const at = (type: string): string => `${GROUP}/providers/${type}`
const NETWORK = at('Microsoft.Network/virtualNetworks/v')
const PRINCIPAL = 'cccccccc-0000-4000-8000-000000000003'
const READER = 'acdd72a7-3385-48ef-bd42-f606fba81ae7'
const SERVER = at('Microsoft.Sql/servers/s')

/** One call of each question of the port; a question may be asked in several ways. */
const CALLS: Readonly<Record<keyof typeof READ_ACTIONS, readonly ((arm: ArmPort) => Promise<unknown>)[]>> = {
  sqlServer: [(arm) => arm.sqlServer(SERVER)],
  sqlDatabase: [(arm) => arm.sqlDatabase(`${SERVER}/databases/d`)],
  sqlDatabases: [(arm) => arm.sqlDatabases(SERVER)],
  sqlFirewallRules: [(arm) => arm.sqlFirewallRules(SERVER)],
  sqlIpv6FirewallRules: [(arm) => arm.sqlIpv6FirewallRules(SERVER)],
  sqlVirtualNetworkRules: [(arm) => arm.sqlVirtualNetworkRules(SERVER)],
  managedInstance: [(arm) => arm.managedInstance(at('Microsoft.Sql/managedInstances/m'))],
  storageAccount: [(arm) => arm.storageAccount(at('Microsoft.Storage/storageAccounts/s'))],
  blobContainer: [(arm) => arm.blobContainer(at('Microsoft.Storage/storageAccounts/s'), 'c')],
  sqlVirtualMachine: [(arm) => arm.sqlVirtualMachine(at('Microsoft.SqlVirtualMachine/sqlVirtualMachines/v'))],
  virtualMachine: [(arm) => arm.virtualMachine(at('Microsoft.Compute/virtualMachines/v'))],
  virtualNetwork: [(arm) => arm.virtualNetwork(NETWORK)],
  networkSecurityGroup: [(arm) => arm.networkSecurityGroup(at('Microsoft.Network/networkSecurityGroups/n'))],
  virtualNetworkGateway: [(arm) => arm.virtualNetworkGateway(at('Microsoft.Network/virtualNetworkGateways/g'))],
  gatewayConnection: [(arm) => arm.gatewayConnection(at('Microsoft.Network/connections/c'))],
  expressRouteCircuit: [(arm) => arm.expressRouteCircuit(at('Microsoft.Network/expressRouteCircuits/c'))],
  localNetworkGateway: [(arm) => arm.localNetworkGateway(at('Microsoft.Network/localNetworkGateways/l'))],
  serviceTags: [(arm) => arm.serviceTags(LAB_SUBSCRIPTION, 'westeurope')],
  securityAdminRules: [(arm) => arm.securityAdminRules(NETWORK)],
  routeTable: [(arm) => arm.routeTable(at('Microsoft.Network/routeTables/r'))],
  natGateway: [(arm) => arm.natGateway(at('Microsoft.Network/natGateways/n'))],
  publicIpAddress: [(arm) => arm.publicIpAddress(at('Microsoft.Network/publicIPAddresses/p'))],
  publicIpPrefix: [(arm) => arm.publicIpPrefix(at('Microsoft.Network/publicIPPrefixes/p'))],
  privateEndpoint: [(arm) => arm.privateEndpoint(at('Microsoft.Network/privateEndpoints/p'))],
  virtualHubs: [(arm) => arm.virtualHubs(LAB_SUBSCRIPTION)],
  hubConnections: [(arm) => arm.hubConnections(at('Microsoft.Network/virtualHubs/h'))],
  hubGateway: [
    (arm) => arm.hubGateway(at('Microsoft.Network/vpnGateways/g')),
    (arm) => arm.hubGateway(at('Microsoft.Network/expressRouteGateways/g')),
  ],
  hubGatewayConnection: [
    (arm) => arm.hubGatewayConnection(at('Microsoft.Network/vpnGateways/g/vpnConnections/c')),
    (arm) => arm.hubGatewayConnection(at('Microsoft.Network/expressRouteGateways/g/expressRouteConnections/c')),
  ],
  addressHolder: ['networkInterfaces', 'azureFirewalls', 'loadBalancers'].map(
    (type) => (arm: ArmPort) => arm.addressHolder(at(`Microsoft.Network/${type}/x`)),
  ),
  vpnSite: [(arm) => arm.vpnSite(at('Microsoft.Network/vpnSites/s'))],
  provider: [(arm) => arm.provider(LAB_SUBSCRIPTION, 'Microsoft.DataMigration')],
  permissions: [(arm) => arm.permissions(GROUP), (arm) => arm.permissions(NETWORK)],
  roleAssignments: [(arm) => arm.roleAssignments(NETWORK, PRINCIPAL)],
  roleDefinition: [
    (arm) => arm.roleDefinition(`${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/${READER}`),
  ],
  denyAssignments: [(arm) => arm.denyAssignments(NETWORK)],
  dmsService: [(arm) => arm.dmsService(at('Microsoft.DataMigration/services/d'))],
  dmsServices: [(arm) => arm.dmsServices(LAB_SUBSCRIPTION)],
  dmsSkus: [(arm) => arm.dmsSkus(LAB_SUBSCRIPTION)],
  sqlMigrationService: [(arm) => arm.sqlMigrationService(at('Microsoft.DataMigration/sqlMigrationServices/d'))],
  runtimeNodes: [(arm) => arm.runtimeNodes(at('Microsoft.DataMigration/sqlMigrationServices/d'))],
}

/** The same port, whose questions are written in another way. */
function withArguments(arm: ArmPort, write: (text: string) => string): ArmPort {
  return new Proxy(arm, {
    get(port, name) {
      const question = Reflect.get(port, name) as (...args: string[]) => Promise<unknown>
      return (...args: string[]) => question(...args.map(write))
    },
  })
}

/** POST reads of contract 7. */
const POSTS = [
  'Microsoft.Network/virtualNetworks/listNetworkManagerEffectiveSecurityAdminRules/action',
  'Microsoft.DataMigration/sqlMigrationServices/listMonitoringData/action',
]

const ROOT = path.resolve(import.meta.dirname, '../..')
const ROLE = JSON.parse(readFileSync(path.join(ROOT, 'docs/azure-role.json'), 'utf8')) as { Actions: string[] }

describe('the actions that the program takes', () => {
  let lab: AzureLab
  beforeAll(async () => {
    lab = await openAzure(
      azureState([
        {
          id: at('Microsoft.Network/virtualNetworkGateways/g'),
          name: 'g',
          type: 'Microsoft.Network/virtualNetworkGateways',
        },
        { id: SERVER, name: 's', type: 'Microsoft.Sql/servers' },
        { id: NETWORK, name: 'v', type: 'Microsoft.Network/virtualNetworks' },
        { id: at('Microsoft.Network/virtualHubs/h'), name: 'h', type: 'Microsoft.Network/virtualHubs' },
      ]),
    )
  })
  afterAll(() => lab.server.close())

  it.each(Object.entries(CALLS))('%s takes what is written down, by what Azure was asked', async (name, calls) => {
    const arm = lab.arm()
    await arm.signIn()
    const start = lab.server.requests.length
    for (const call of calls) await call(arm)
    const asked = lab.server.requests.slice(start).map(({ method, path: url }) => actionOf(method, url))
    expect([...new Set(asked)].sort()).toEqual([...READ_ACTIONS[name as keyof typeof READ_ACTIONS].actions].sort())
  })

  it.each(Object.entries(CALLS))(
    '%s asks Azure once, in whatever letters and with or without a slash at the end',
    async (_, calls) => {
      const arm = lab.arm()
      await arm.signIn()
      const answers = await Promise.all(calls.map((call) => call(arm)))
      const asked = lab.server.requests.length
      const upper = (text: string): string => text.toUpperCase()
      const slashed = (text: string): string => (text.startsWith('/') ? `${text}/` : text)
      for (const [index, call] of calls.entries()) {
        for (const write of [upper, slashed, (text: string) => slashed(upper(text))]) {
          expect(await call(withArguments(arm, write))).toEqual(answers[index])
        }
      }
      expect(lab.server.requests.slice(asked)).toEqual([])
    },
  )

  it('are reads, and the POST reads that are known', () => {
    const all = [...new Set(Object.values(READ_ACTIONS).flatMap(({ actions }) => actions))]
    expect(all.filter((action) => !isHeldByReader(action))).toEqual(POSTS)
  })

  it('are those of the role in the documentation, no more and no less', () => {
    const all = new Set(Object.values(READ_ACTIONS).flatMap(({ actions }) => actions))
    expect([...ROLE.Actions].sort()).toEqual([...all].sort())
    expect(ROLE.Actions.filter((action) => action.includes('*'))).toEqual([])
  })
})

describe('the action of a request', () => {
  it.each([
    ['GET', SUBSCRIPTION, 'Microsoft.Resources/subscriptions/read'],
    ['GET', GROUP, 'Microsoft.Resources/subscriptions/resourceGroups/read'],
    ['GET', `${NETWORK}/subnets/x/`, 'Microsoft.Network/virtualNetworks/subnets/read'],
    ['GET', `${NETWORK}/providers/Microsoft.Authorization/permissions`, 'Microsoft.Authorization/permissions/read'],
    ['POST', `${NETWORK}/listX`, 'Microsoft.Network/virtualNetworks/listX/action'],
    ['GET', '/tenants', undefined],
  ])('%s %s', (method, url, action) => {
    expect(actionOf(method, url)).toBe(action)
  })
})

describe('where a role can be assigned', () => {
  it.each([
    [SUBSCRIPTION, SUBSCRIPTION],
    [`${SUBSCRIPTION}/providers/Microsoft.Network/locations/westeurope/serviceTags`, SUBSCRIPTION],
    [GROUP, GROUP],
    [`${GROUP}/providers/Microsoft.Network/virtualNetworks`, GROUP],
    [NETWORK, NETWORK],
    [`${NETWORK}/`, NETWORK],
    [`${NETWORK}/listX`, NETWORK],
    [`${NETWORK}/providers/Microsoft.Authorization/permissions`, NETWORK],
    [`${SERVER}/databases/d`, `${SERVER}/databases/d`],
    [`${SERVER}/firewallRules`, SERVER],
  ])('for %s', (asked, scope) => {
    expect(assignableScope(asked)).toBe(scope)
  })
})
