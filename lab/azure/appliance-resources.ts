import type { JsonObject } from '../../src/domain/json.ts'
import { reference, resource, resourceId, type Place } from './place.ts'
import type { ArmResource } from './state.ts'

/** What packets can be routed to: firewalls, machines that forward, load balancers in front of them. */

export function azureFirewall(place: Place, name: string, spec: { subnet: string; address: string }): ArmResource {
  const type = 'Microsoft.Network/azureFirewalls'
  return resource(place, type, [name], {
    provisioningState: 'Succeeded',
    sku: { name: 'AZFW_VNet', tier: 'Standard' },
    threatIntelMode: 'Alert',
    ipConfigurations: [addressOf(`${resourceId(place, type, name)}/azureFirewallIpConfigurations/main`, 'main', spec)],
    networkRuleCollections: [],
    applicationRuleCollections: [],
    natRuleCollections: [],
  })
}

export function networkInterface(
  place: Place,
  name: string,
  spec: { subnet: string; address: string; machine?: string },
): ArmResource {
  const type = 'Microsoft.Network/networkInterfaces'
  return resource(place, type, [name], {
    provisioningState: 'Succeeded',
    ipConfigurations: [addressOf(`${resourceId(place, type, name)}/ipConfigurations/main`, 'main', spec)],
    enableIPForwarding: true,
    primary: true,
    ...reference(
      spec.machine === undefined ? undefined : resourceId(place, 'Microsoft.Compute/virtualMachines', spec.machine),
      'virtualMachine',
    ),
  })
}

export function loadBalancer(place: Place, name: string, spec: { subnet: string; address: string }): ArmResource {
  const type = 'Microsoft.Network/loadBalancers'
  return resource(
    place,
    type,
    [name],
    {
      provisioningState: 'Succeeded',
      frontendIPConfigurations: [
        addressOf(`${resourceId(place, type, name)}/frontendIPConfigurations/front`, 'front', spec),
      ],
      backendAddressPools: [],
      loadBalancingRules: [],
    },
    { sku: { name: 'Standard', tier: 'Regional' } },
  )
}

function addressOf(id: string, name: string, { subnet, address }: { subnet: string; address: string }): JsonObject {
  return {
    name,
    id,
    properties: {
      provisioningState: 'Succeeded',
      privateIPAddress: address,
      subnet: { id: subnet },
    },
  }
}
