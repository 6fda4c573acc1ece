// Questions to the lab's Azure and its answers: all that the product asks of every specimen, and the lists around them.
import { parseResourceId } from '../../src/domain/resource-id.ts'
import type { ArmPort } from '../../src/ports/arm-port.ts'
import type { Json } from '../../src/domain/json.ts'
import { openAzure } from '../../lab/azure/connect.ts'
import { roleDefinitionsOf } from '../../lab/azure/authorization.ts'
import { answerAdminRules, answerArm, answerRuntimeNodes } from '../../lab/azure/resource-manager.ts'
import { LAB_SUBSCRIPTION, type AzureState } from '../../lab/azure/state.ts'

/** As the validator reads it. */
export interface Exchange {
  request: { method: string; url: string }
  response: { status: number; body: Json }
}

const ENDPOINT = 'https://management.azure.com'

/** Every answer of this Azure that the product can come to see, and the list in which each resource stands. */
export async function exchangesOf(state: AzureState): Promise<Exchange[]> {
  const product = await productRequests(state)
  const lists = state.resources.map(({ id }) => ({
    method: 'GET',
    url: `${ENDPOINT}${id.split('/').slice(0, -1).join('/')}?api-version=${versionFor(product, id)}`,
  }))
  const asked = new Map([...product, ...lists].map((request) => [`${request.method} ${request.url}`, request]))
  return [...asked.values()].map((request) => ({ request, response: answerTo(state, request) }))
}

function answerTo(state: AzureState, { method, url }: Exchange['request']): Exchange['response'] {
  const { status, body } =
    (method === 'POST'
      ? (answerAdminRules(state, new URL(url), '{}') ?? answerRuntimeNodes(state, new URL(url)))
      : undefined) ?? answerArm(state, new URL(url))
  return { status, body }
}

/** What the port sends for every resource that is there, page after page. */
async function productRequests(state: AzureState): Promise<Exchange['request'][]> {
  const lab = await openAzure(state)
  try {
    const port = lab.arm()
    const ofType = (type: string): readonly string[] =>
      state.resources.filter((one) => one.type.toLowerCase() === type.toLowerCase()).map(({ id }) => id)
    const network = (type: string): readonly string[] => ofType(`Microsoft.Network/${type}`)
    const servers = ofType('Microsoft.Sql/servers')
    const questions: { [Method in keyof ArmPort]: readonly (readonly string[])[] } = {
      signIn: [[]],
      sqlServer: alone(servers),
      sqlDatabase: alone(ofType('Microsoft.Sql/servers/databases')),
      sqlDatabases: alone(servers),
      sqlFirewallRules: alone(servers),
      sqlIpv6FirewallRules: alone(servers),
      sqlVirtualNetworkRules: alone(servers),
      managedInstance: alone(ofType('Microsoft.Sql/managedInstances')),
      sqlVirtualMachine: alone(ofType('Microsoft.SqlVirtualMachine/sqlVirtualMachines')),
      virtualMachine: alone(ofType('Microsoft.Compute/virtualMachines')),
      storageAccount: alone(ofType('Microsoft.Storage/storageAccounts')),
      blobContainer: ofType('Microsoft.Storage/storageAccounts/blobServices/containers').map(containerOf),
      virtualNetwork: alone(network('virtualNetworks')),
      networkSecurityGroup: alone(network('networkSecurityGroups')),
      virtualNetworkGateway: alone(network('virtualNetworkGateways')),
      gatewayConnection: alone(network('connections')),
      expressRouteCircuit: alone(network('expressRouteCircuits')),
      localNetworkGateway: alone(network('localNetworkGateways')),
      serviceTags: [[LAB_SUBSCRIPTION, 'westeurope']],
      securityAdminRules: alone(network('virtualNetworks')),
      routeTable: alone(network('routeTables')),
      natGateway: alone(network('natGateways')),
      publicIpAddress: alone(network('publicIPAddresses')),
      publicIpPrefix: alone(network('publicIPPrefixes')),
      privateEndpoint: alone(network('privateEndpoints')),
      virtualHubs: [[LAB_SUBSCRIPTION]],
      hubConnections: alone(network('virtualHubs')),
      hubGateway: alone([...network('vpnGateways'), ...network('expressRouteGateways')]),
      hubGatewayConnection: alone([
        ...network('vpnGateways/vpnConnections'),
        ...network('expressRouteGateways/expressRouteConnections'),
      ]),
      addressHolder: alone(['networkInterfaces', 'azureFirewalls', 'loadBalancers'].flatMap(network)),
      vpnSite: alone(network('vpnSites')),
      provider: ['Microsoft.DataMigration', 'Microsoft.Sql'].map((namespace) => [LAB_SUBSCRIPTION, namespace]),
      permissions: alone([`/subscriptions/${LAB_SUBSCRIPTION}`, ...scopesOf(state)]),
      roleAssignments: [`/subscriptions/${LAB_SUBSCRIPTION}`, ...scopesOf(state)].map((scope) => [
        scope,
        state.objectId,
      ]),
      roleDefinition: alone(roleDefinitionsOf(state).map(({ id }) => id)),
      denyAssignments: alone([`/subscriptions/${LAB_SUBSCRIPTION}`, ...scopesOf(state)]),
      dmsService: alone(ofType('Microsoft.DataMigration/services')),
      dmsServices: [[LAB_SUBSCRIPTION]],
      dmsSkus: [[LAB_SUBSCRIPTION]],
      sqlMigrationService: alone(ofType('Microsoft.DataMigration/sqlMigrationServices')),
      runtimeNodes: alone(ofType('Microsoft.DataMigration/sqlMigrationServices')),
    }
    for (const [method, all] of Object.entries(questions)) {
      for (const given of all) await (port[method as keyof ArmPort] as Question)(...given)
    }
    return lab.server.requests
      .filter(({ path }) => path.startsWith('/subscriptions/'))
      .map(({ method, path, query }) => ({ method, url: `${ENDPOINT}${path}${query}` }))
  } finally {
    await lab.server.close()
  }
}

type Question = (...given: string[]) => Promise<unknown>

function alone(ids: readonly string[]): readonly (readonly string[])[] {
  return ids.map((id) => [id])
}

/** The account and the name, as the port asks for a container. */
function containerOf(id: string): readonly string[] {
  const parts = id.split('/')
  return [parts.slice(0, 9).join('/'), parts.at(-1) ?? '']
}

/** A resource group, and a resource. */
function scopesOf({ resources }: AzureState): readonly string[] {
  const first = resources[0]?.id ?? ''
  return [first.split('/').slice(0, 5).join('/'), first]
}

/** The api-version by which the product asks for things of this type, or else of its provider. */
function versionFor(product: readonly Exchange['request'][], id: string): string {
  const namespace = parseResourceId(id)?.type.split('/')[0] ?? ''
  const like = product.find(({ url }) => url.includes(`/providers/${namespace}/`))
  return (like === undefined ? null : new URL(like.url).searchParams.get('api-version')) ?? 'none'
}
