import { dmsService } from '../../../lab/azure/data-resources.ts'
import { connection, virtualNetwork, vpnGateway, type SubnetSpec } from '../../../lab/azure/network-resources.ts'
import { resourceId } from '../../../lab/azure/place.ts'
import type { ArmResource } from '../../../lab/azure/state.ts'
import { expressRouteCircuit } from '../../../lab/azure/wan-resources.ts'
import { routeTable } from '../../../lab/azure/ways-resources.ts'
import { putResources, removeResources, type Change } from '../../../lab/stories/change.ts'
import { DMS_SUBNET, GATEWAY, NET, NSG, ON_PREMISES } from '../../../lab/stories/sales.ts'
import type { Case } from '../expectation.ts'
import { doesNotApply, fails, isBlocked, isManual, isUnknown, passes } from '../expectation.ts'
import { ready } from './worlds.ts'

const NETWORK = 'network/dms-vnet-uses-resource-manager'
const SUBNET = 'network/dms-subnet-is-usable'
const ENDPOINTS = 'network/service-endpoints-are-set'
const PROVIDER = 'azure/provider-is-registered'
const ROLES = 'azure/identity-has-roles'
const LIMITS = 'service/activity-fits-limits'
const ONLINE = 'service/dms-is-online'
const OFFERED = 'service/dms-is-offered-in-region'

const NETWORK_ID = resourceId(NET, 'Microsoft.Network/virtualNetworks', 'vnet-hub')
const SERVICE = resourceId(NET, 'Microsoft.DataMigration/services', 'dms-weu')
const TABLE = resourceId(NET, 'Microsoft.Network/routeTables', 'rt-dms')

/** The manifest names the service beside the subnet. */
const NAMED: Change = { manifest: { [`subnet: ${DMS_SUBNET}`]: `subnet: ${DMS_SUBNET}\n  service: ${SERVICE}` } }

const service = (name: string, provisioningState = 'Succeeded', subnet = `${DMS_SUBNET}-other`): ArmResource =>
  dmsService(NET, name, { subnet, provisioningState })

/** The named service in its subnet and in a state. */
function serviceIs(provisioningState: string): Change {
  return { azure: putResources(service('dms-weu', provisioningState, DMS_SUBNET)) }
}

/** The network of the story with another DMS subnet, without service endpoints unless they are given. */
function subnetIs(subnet: Partial<SubnetSpec>, ...more: readonly ArmResource[]): Change {
  const network = virtualNetwork(NET, 'vnet-hub', {
    prefixes: ['10.1.0.0/16'],
    subnets: [
      { name: 'snet-dms', prefix: '127.0.0.0/8', networkSecurityGroup: NSG, ...subnet },
      { name: 'GatewaySubnet', prefix: '10.1.255.0/27', ipConfigurations: [`${GATEWAY}/ipConfigurations/default`] },
    ],
  })
  return { azure: putResources(network, ...more) }
}

function offers(...skus: readonly { location: string; restrictions?: readonly string[] }[]): Change {
  return {
    azure: (state) => {
      state.dmsSkus = skus.map(({ location, restrictions = [] }) => ({
        resourceType: 'services',
        name: 'Premium_4vCores',
        tier: 'Premium',
        locations: [location],
        restrictions: restrictions.map((reasonCode) => ({ type: 'location', values: [location], reasonCode })),
      }))
    },
  }
}

function providerIs(registrationState: string): Change {
  return {
    azure: (state) => {
      state.providers = { 'Microsoft.DataMigration': registrationState }
    },
  }
}

const SUBNET_CASES: readonly Case[] = [
  {
    world: 'a DMS subnet of a managed instance',
    story: ready(
      subnetIs({ delegation: 'Microsoft.Sql/managedInstances', associatedService: 'Microsoft.Sql/managedInstances' }),
    ),
    expected: [
      fails(SUBNET, /delegated to Microsoft\.Sql\/managedInstances .*held by Microsoft\.Sql\/managedInstances/),
    ],
  },
  {
    world: 'a DMS subnet that may be full',
    story: ready(
      subnetIs({
        prefix: '10.1.2.0/29',
        morePrefixes: ['fd00:1::/64'],
        ipConfigurations: ['a', 'b', 'c'].map((name) => `${NETWORK_ID}/nics/${name}`),
      }),
    ),
    expected: [isUnknown(SUBNET, 'insufficient', /10\.1\.2\.0\/29, fd00:1::\/64\) may be full \(3 addresses/)],
  },
  {
    world: 'a DMS subnet without a network',
    story: ready({ azure: removeResources(NETWORK_ID) }),
    expected: [SUBNET, ENDPOINTS, ROLES, OFFERED].map((id) => isBlocked(id, NETWORK)),
  },
]

const ENDPOINT_CASES: readonly Case[] = [
  {
    world: 'no endpoints, and a tunnel',
    story: ready(subnetIs({})),
    expected: [
      doesNotApply(ENDPOINTS, /no BGP leads public addresses away.*lacks the service endpoints Microsoft\.Sql/),
    ],
  },
  {
    world: 'no endpoints, and a tunnel with BGP',
    story: ready(
      subnetIs(
        {},
        connection(NET, 'cn-headquarters', {
          gateway: GATEWAY,
          localNetworkGateway: ON_PREMISES,
          status: 'Connected',
          enableBgp: true,
        }),
      ),
    ),
    expected: [isManual(ENDPOINTS, /may be learned from IPsec connection cn-headquarters/)],
  },
  {
    world: 'no endpoints, and ExpressRoute with Microsoft peering',
    story: ready(
      subnetIs(
        {},
        vpnGateway(NET, 'vgw-hub', { subnet: `${NETWORK_ID}/subnets/GatewaySubnet`, gatewayType: 'ExpressRoute' }),
        expressRouteCircuit(NET, 'er-hq', { privatePeering: 'Enabled', microsoftPeering: 'Enabled' }),
        connection(NET, 'cn-headquarters', {
          gateway: GATEWAY,
          connectionType: 'ExpressRoute',
          circuit: resourceId(NET, 'Microsoft.Network/expressRouteCircuits', 'er-hq'),
        }),
      ),
    ),
    expected: [fails(ENDPOINTS, /circuit er-hq has Microsoft peering/)],
  },
  {
    world: 'no endpoints, and no view of the routes',
    story: ready(
      subnetIs(
        { routeTable: TABLE },
        routeTable(NET, 'rt-dms', [{ name: 'all', prefix: '0.0.0.0/0', nextHop: 'None' }]),
      ),
      {
        azure: (state) => {
          state.forbidden = [TABLE]
        },
      },
    ),
    expected: [isUnknown(ENDPOINTS, 'forbidden', /403/, { missing: 'Microsoft.Network/routeTables/read' })],
  },
]

const SUBSCRIPTION_CASES: readonly Case[] = [
  {
    world: 'a provider that is not registered',
    story: ready(NAMED, providerIs('NotRegistered')),
    expected: [
      fails(PROVIDER, /Microsoft\.DataMigration is NotRegistered in subscription/),
      ...[LIMITS, ONLINE, OFFERED].map((id) => isBlocked(id, PROVIDER)),
    ],
  },
  {
    world: 'a provider that is being registered',
    story: ready(providerIs('Registering')),
    expected: [isUnknown(PROVIDER, 'insufficient', /Registering .*region of DMS may be ready/)],
  },
  {
    world: 'an identity that only reads',
    story: ready({
      azure: (state) => {
        state.permissions = [{ actions: ['*/read'], notActions: [], dataActions: [], notDataActions: [] }]
      },
    }),
    expected: [isManual(ROLES, /client bbbbbbbb-.*lacks Microsoft\.DataMigration\/\*\/write at subscription/)],
  },
  {
    world: 'Azure does not tell what the identity may do',
    story: ready({
      azure: (state) => {
        state.faults = [{ match: 'Microsoft.Authorization/permissions', status: 404, body: '' }]
      },
    }),
    expected: [isUnknown(ROLES, 'protocol', /permissions/)],
  },
  {
    world: 'two DMS services in other subnets',
    story: ready({ azure: putResources(service('dms-a'), service('dms-b')) }),
    expected: [fails(LIMITS, /dms-a, dms-b; by Microsoft's limit of 2/)],
  },
  {
    world: 'more DMS services than the limit',
    story: ready({ azure: putResources(service('dms-a'), service('dms-b'), service('dms-c')) }),
    expected: [isUnknown(LIMITS, 'insufficient', /more than Microsoft's limit of 2/)],
  },
  {
    world: 'offers of DMS that this subscription may not have',
    story: ready(offers({ location: 'West Europe', restrictions: ['NotAvailableForSubscription'] })),
    expected: [fails(OFFERED, /in westeurope.*is restricted \(Premium_4vCores: NotAvailableForSubscription\)/)],
  },
  {
    world: 'offers of DMS that speak against the list of regions',
    story: ready(offers({ location: 'East US' })),
    expected: [isUnknown(OFFERED, 'insufficient', /only in eastus; but Microsoft\.DataMigration lists the region/)],
  },
]

const SERVICE_CASES: readonly Case[] = [
  {
    world: 'a DMS service that runs',
    story: ready(NAMED, serviceIs('Succeeded')),
    expected: [
      passes(ONLINE, /DMS service dms-weu \(westeurope\) is Succeeded/),
      passes(SUBNET, /dms-weu \(Succeeded\) stands in snet-dms .*already/),
      passes(ROLES, /may run the DMS service dms-weu at resource group rg-net/, { proof: 'proxy' }),
      passes(LIMITS, /dms-weu is there/),
      passes(OFFERED, /the DMS service dms-weu is there already, in westeurope/),
    ],
  },
  {
    world: 'a DMS service that is stopped',
    story: ready(NAMED, serviceIs('Stopped')),
    expected: [fails(ONLINE, /is Stopped: it takes no activity until it is started/)],
  },
  {
    world: 'a DMS service that is starting',
    story: ready(NAMED, serviceIs('Starting')),
    expected: [isUnknown(ONLINE, 'insufficient', /is Starting/)],
  },
  {
    world: 'a DMS service that Azure does not find',
    story: ready(NAMED),
    expected: [isUnknown(ONLINE, 'not-found', /does not find the DMS service dms-weu/), passes(SUBNET, /free IPv4/)],
  },
]

/** DMS itself: where it will be placed, by whom, and whether it is there. */
export const DMS_CASES: readonly Case[] = [...SUBNET_CASES, ...ENDPOINT_CASES, ...SUBSCRIPTION_CASES, ...SERVICE_CASES]
