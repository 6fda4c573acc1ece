import { dmsService } from '../../lab/azure/data-resources.ts'
import { connection, virtualNetwork, vpnGateway, type SubnetSpec } from '../../lab/azure/network-resources.ts'
import { resourceId } from '../../lab/azure/place.ts'
import type { ArmResource } from '../../lab/azure/state.ts'
import { expressRouteCircuit } from '../../lab/azure/wan-resources.ts'
import { putResources } from '../../lab/stories/change.ts'
import { DMS_SUBNET, GATEWAY, NET, NSG } from '../../lab/stories/sales.ts'
import type { Defect } from './defect.ts'

const NETWORK_ID = resourceId(NET, 'Microsoft.Network/virtualNetworks', 'vnet-hub')
const MANIFEST = 'Sales to Azure SQL Database'
const SERVICE = resourceId(NET, 'Microsoft.DataMigration/services', 'dms-weu')
/** The manifest names a DMS service beside the subnet. */
const NAMED = { [`subnet: ${DMS_SUBNET}`]: `subnet: ${DMS_SUBNET}\n  service: ${SERVICE}` }
const ENDPOINTS = ['Microsoft.Sql', 'Microsoft.Storage', 'Microsoft.ServiceBus']
const EXPRESS_ROUTE = resourceId(NET, 'Microsoft.Network/virtualNetworkGateways', 'ergw-hub')

/** The network of the story with another DMS subnet, and an ExpressRoute gateway where it is asked for. */
function hub(subnet: Partial<SubnetSpec>, gateways: readonly string[] = [GATEWAY]): ArmResource {
  const ipConfigurations = gateways.map((id) => `${id}/ipConfigurations/default`)
  return virtualNetwork(NET, 'vnet-hub', {
    prefixes: ['10.1.0.0/16'],
    subnets: [
      {
        name: 'snet-dms',
        prefix: '127.0.0.0/8',
        networkSecurityGroup: NSG,
        serviceEndpoints: ENDPOINTS,
        ...subnet,
      },
      { name: 'GatewaySubnet', prefix: '10.1.255.0/27', ipConfigurations },
    ],
  })
}

export const DMS_DEFECTS: readonly Defect[] = [
  {
    defect: 'unregistered provider',
    change: {
      azure: (state) => {
        state.providers = { 'Microsoft.DataMigration': 'Unregistered' }
      },
    },
    roots: [`azure/provider-is-registered (${MANIFEST})`],
  },
  {
    defect: 'delegated subnet',
    change: { azure: putResources(hub({ delegation: 'Microsoft.Web/serverFarms' })) },
    roots: [`network/dms-subnet-is-usable (${MANIFEST})`],
  },
  {
    defect: 'DMS in another subnet than the manifest says',
    change: {
      manifest: NAMED,
      azure: putResources(dmsService(NET, 'dms-weu', { subnet: DMS_SUBNET.replace('snet-dms', 'GatewaySubnet') })),
    },
    roots: [`network/dms-subnet-is-usable (${MANIFEST})`],
  },
  {
    defect: 'ExpressRoute with Microsoft peering, and two endpoints missing',
    change: {
      azure: putResources(
        hub({ serviceEndpoints: ['Microsoft.Sql'] }, [GATEWAY, EXPRESS_ROUTE]),
        vpnGateway(NET, 'ergw-hub', { subnet: `${NETWORK_ID}/subnets/GatewaySubnet`, gatewayType: 'ExpressRoute' }),
        expressRouteCircuit(NET, 'er-hq', { privatePeering: 'Enabled', microsoftPeering: 'Enabled' }),
        connection(NET, 'cn-er', {
          gateway: EXPRESS_ROUTE,
          connectionType: 'ExpressRoute',
          circuit: resourceId(NET, 'Microsoft.Network/expressRouteCircuits', 'er-hq'),
        }),
      ),
    },
    roots: [`network/service-endpoints-are-set (${MANIFEST})`],
  },
  {
    defect: 'no room for another DMS',
    change: {
      azure: putResources(
        ...['dms-a', 'dms-b'].map((name) => dmsService(NET, name, { subnet: `${NETWORK_ID}/subnets/${name}` })),
      ),
    },
    roots: [`service/activity-fits-limits (${MANIFEST})`],
  },
  {
    defect: 'stopped DMS',
    change: {
      manifest: NAMED,
      azure: putResources(dmsService(NET, 'dms-weu', { subnet: DMS_SUBNET, provisioningState: 'Stopped' })),
    },
    roots: [`service/dms-is-online (${MANIFEST})`],
  },
  {
    defect: 'DMS not offered in the region',
    change: {
      azure: (state) => {
        state.dmsSkus = [{ name: 'Premium_4vCores', resourceType: 'services', locations: [], restrictions: [] }]
        state.dmsRegions = ['East US']
      },
    },
    roots: [`service/dms-is-offered-in-region (${MANIFEST})`],
  },
]
