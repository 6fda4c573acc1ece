// Worlds in which the network is well and DMS itself is not.
import { dmsService } from '../../lab/azure/data-resources.ts'
import { virtualNetwork } from '../../lab/azure/network-resources.ts'
import { dmsSku } from '../../lab/azure/subscription.ts'
import { ownGateway } from './well-worlds.ts'
import { DMS_SUBNET, GATEWAY, NET, NETWORK, manifest, network, type World } from './world-frame.ts'

/** The subnet is delegated, the subscription is full, the region is closed to it, and this identity may not put it there. */
export function noPlaceForDms(): World {
  const well = ownGateway()
  const own = virtualNetwork(NET, 'vnet-dms', {
    prefixes: ['10.1.0.0/16'],
    subnets: [
      {
        name: 'snet-dms',
        prefix: '10.1.2.0/24',
        networkSecurityGroup: network('networkSecurityGroups', 'nsg-dms'),
        delegation: 'Microsoft.Sql/managedInstances',
      },
      { name: 'GatewaySubnet', prefix: '10.1.255.0/27', ipConfigurations: [`${GATEWAY}/ipConfigurations/default`] },
    ],
  })
  const others = ['dms-a', 'dms-b'].map((name) => dmsService(NET, name, { subnet: `${NETWORK}/subnets/${name}` }))
  const kept = well.azure.resources.filter(({ type, id }) => type !== others[0]?.type && id !== own.id)
  return {
    ...well,
    name: 'no place for DMS',
    azure: {
      ...well.azure,
      resources: [own, ...others, ...kept],
      permissions: [
        {
          actions: ['*'],
          notActions: ['Microsoft.Network/virtualNetworks/subnets/join/action'],
          dataActions: [],
          notDataActions: [],
        },
      ],
      dmsSkus: [dmsSku({ name: 'Standard_1vCores', tier: 'Standard', restriction: 'NotAvailableForSubscription' })],
    },
    manifest: manifest({}),
  }
}

export function stoppedDms(): World {
  const well = ownGateway()
  const stopped = dmsService(NET, 'dms', { subnet: DMS_SUBNET, provisioningState: 'Stopped' })
  const resources = well.azure.resources.map((one) => (one.id === stopped.id ? stopped : one))
  return { ...well, name: 'a stopped DMS', azure: { ...well.azure, resources } }
}
