import { describe, expect, it } from '@jest/globals'
import {
  armWith,
  forbidden,
  GROUP,
  manifestWith,
  networkWith,
  notThere,
  SUBNET,
  there,
} from '../../test/arm-fixtures.ts'
import { MANIFEST } from '../../test/fixtures.ts'
import type { ArmPort } from '../ports/arm-port.ts'
import type {
  AddressHolder,
  GatewayConnection,
  RouteTable,
  Subnet,
  VirtualNetwork,
} from '../ports/network-resources.ts'
import { readSourceRoutes, type SourceRoutes } from './source-route.ts'

const PROVIDER = `${GROUP}/providers/Microsoft.Network`
const HUB_ID = `${PROVIDER}/virtualNetworks/vnet-hub`
const ADDRESS = '192.168.7.5'
const TO_FIREWALL = route('0.0.0.0/0', 'VirtualAppliance', '10.1.0.4')
const FIREWALL = `${PROVIDER}/azureFirewalls/azfw-hub`

function route(addressPrefix: string, nextHopType: string, address?: string): RouteTable['routes'][number] {
  const hop = address === undefined ? {} : { nextHopIpAddress: address }
  return { name: 'own', addressPrefix, nextHopType, ...hop }
}

interface World {
  routes?: RouteTable['routes']
  isPropagationOff?: boolean
  connections?: Record<string, Partial<GatewayConnection>>
  /** What has an address in the hub's subnet for appliances, by the id of its configuration. */
  hubHolders?: string[]
  holders?: Record<string, Partial<AddressHolder>>
  peering?: Partial<VirtualNetwork['peerings'][number]>
  isHubHidden?: boolean
  answers?: Partial<ArmPort>
}

const PEERING: VirtualNetwork['peerings'][number] = {
  name: 'to-hub',
  state: 'Connected',
  remoteId: HUB_ID,
  allowVirtualNetworkAccess: true,
  useRemoteGateways: false,
  allowGatewayTransit: false,
  remotePrefixes: ['10.1.0.0/16'],
}
const gatewaySubnet: Subnet = {
  ...SUBNET,
  id: `${PROVIDER}/virtualNetworks/vnet/subnets/GatewaySubnet`,
  name: 'GatewaySubnet',
  ipConfigurationIds: [`${PROVIDER}/virtualNetworkGateways/vpn-gw/ipConfigurations/default`],
}

function portOf(world: World): ArmPort {
  const { routes, isPropagationOff = false, connections, hubHolders = [], holders = {}, peering } = world
  const dms = { ...SUBNET, ...(routes === undefined ? {} : { routeTableId: 'rt' }) }
  const network = networkWith({
    subnets: [dms, ...(connections === undefined ? [] : [gatewaySubnet])],
    peerings: [{ ...PEERING, ...peering }],
  })
  const hub: VirtualNetwork = {
    ...networkWith({}, { name: 'snet-appliances', addressPrefixes: ['10.1.0.0/24'], ipConfigurationIds: hubHolders }),
    id: HUB_ID,
    name: 'vnet-hub',
    addressPrefixes: ['10.1.0.0/16'],
  }
  const nameOf = (id: string): string => id.split('/').at(-1) ?? ''
  return {
    ...armWith({
      virtualNetwork: (id) => (id !== HUB_ID ? there(network) : world.isHubHidden === true ? forbidden() : there(hub)),
      routeTable: (id) =>
        there({ id, name: 'rt-hub', disableBgpRoutePropagation: isPropagationOff, routes: routes ?? [] }),
      virtualNetworkGateway: (id) =>
        there({
          id,
          name: 'vpn-gw',
          gatewayType: 'Vpn',
          clientPrefixes: [],
          connectionIds: Object.keys(connections ?? {}),
        }),
      gatewayConnection: (id) =>
        there({
          id,
          name: id,
          connectionType: 'IPsec',
          connectionStatus: 'Connected',
          enableBgp: false,
          localNetworkGatewayId: 'lng',
          ...connections?.[id],
        }),
      localNetworkGateway: (id) => there({ id, name: id, addressPrefixes: ['192.168.0.0/16'] }),
      addressHolder: (id) => {
        const holder = holders[nameOf(id)]
        return holder === undefined ? forbidden() : there({ id, name: nameOf(id), addresses: [], ...holder })
      },
    }),
    ...world.answers,
  }
}

function read(world: World, addresses = [ADDRESS]): Promise<SourceRoutes> {
  return readSourceRoutes(portOf(world), manifestWith({ dms: MANIFEST.dms }), addresses)
}

const firewallConfiguration = `${FIREWALL}/azureFirewallIpConfigurations/main`
const card = (name: string): string => `${PROVIDER}/networkInterfaces/${name}/ipConfigurations/main`

describe('the way of packets to the source', () => {
  it.each<[string, World, string, string[]]>([
    [
      'an Azure Firewall in the hub',
      {
        routes: [TO_FIREWALL],
        hubHolders: [firewallConfiguration],
        holders: { 'azfw-hub': { addresses: ['10.1.0.4'] } },
      },
      'the route 0.0.0.0/0 of rt-hub sends packets from snet-dms to 10.1.0.4 (VirtualAppliance), which is Azure Firewall azfw-hub in vnet-hub',
      [],
    ],
    [
      'a machine that forwards, beside another',
      {
        routes: [TO_FIREWALL],
        hubHolders: [card('nic-a'), card('nic-b')],
        holders: {
          'nic-a': { addresses: ['10.1.0.5'] },
          'nic-b': {
            addresses: ['10.1.0.4'],
            virtualMachineId: `${GROUP}/providers/Microsoft.Compute/virtualMachines/nva`,
          },
        },
      },
      'which is network interface nic-b of virtual machine nva in vnet-hub',
      [],
    ],
    [
      'a load balancer before the appliances',
      {
        routes: [TO_FIREWALL],
        hubHolders: [`${PROVIDER}/loadBalancers/lb-nva/frontendIPConfigurations/front`],
        holders: { 'lb-nva': { addresses: ['10.1.0.4'] } },
      },
      'which is load balancer lb-nva in vnet-hub',
      [],
    ],
    [
      'an appliance that may not be read',
      { routes: [TO_FIREWALL], hubHolders: [firewallConfiguration] },
      'to 10.1.0.4 (VirtualAppliance); what stands there is not known: not everything in subnet snet-appliances of vnet-hub could be read',
      [],
    ],
    [
      'nothing at that address',
      { routes: [TO_FIREWALL], hubHolders: ['/odd'] },
      'nothing in subnet snet-appliances of vnet-hub is shown to have it',
      [],
    ],
    [
      'an appliance in an address space that nobody has',
      { routes: [route('0.0.0.0/0', 'VirtualAppliance', '10.77.0.4')] },
      'no network that vnet is peered with holds it',
      [],
    ],
    [
      'an appliance where there is no subnet',
      { routes: [route('0.0.0.0/0', 'VirtualAppliance', '10.1.9.4')] },
      'no subnet of vnet-hub holds it',
      [],
    ],
    [
      'an appliance in a network that may not be read',
      { routes: [TO_FIREWALL], isHubHidden: true },
      'what stands there is not known: the network behind peering to-hub could not be read',
      [],
    ],
    [
      'the longest prefix of several',
      { routes: [TO_FIREWALL, route('192.168.7.0/24', 'VirtualNetworkGateway'), route('192.168.0.0/16', 'None')] },
      'the route 192.168.7.0/24 of rt-hub sends packets from snet-dms to next hop VirtualNetworkGateway',
      [],
    ],
    [
      'a narrower route of the gateway',
      { routes: [TO_FIREWALL], connections: { 'to-hq': {} } },
      'connection to-hq of gateway vpn-gw leads from snet-dms to 192.168.0.0/16',
      [],
    ],
    [
      'routes of the gateway kept out',
      { routes: [TO_FIREWALL], connections: { 'to-hq': { enableBgp: true } }, isPropagationOff: true },
      'the route 0.0.0.0/0 of rt-hub sends packets',
      [],
    ],
    [
      'a gateway that learns routes',
      { routes: [TO_FIREWALL], connections: { er: { connectionType: 'ExpressRoute', enableBgp: true } } },
      'the route 0.0.0.0/0 of rt-hub sends packets',
      ['gateway vpn-gw may have learned narrower routes, which Azure does not show here'],
    ],
    ['no route', {}, 'no route that Azure shows leads from snet-dms to 192.168.7.5', []],
    [
      'a gateway that may not be read',
      {
        routes: [TO_FIREWALL],
        connections: {},
        answers: { virtualNetworkGateway: () => Promise.resolve(forbidden()) },
      },
      'the route 0.0.0.0/0 of rt-hub sends packets',
      ['a part of the gateways could not be read: AuthorizationFailed'],
    ],
  ])('%s', async (_, world, told, notes) => {
    const { subnet, routes, notes: shown } = await read(world)
    expect(subnet).toBe('snet-dms')
    expect(routes[0]?.told).toContain(told)
    expect(shown).toEqual(notes)
  })

  it('is told as facts as well, for each address', async () => {
    const world = {
      routes: [TO_FIREWALL],
      hubHolders: [firewallConfiguration],
      holders: { 'azfw-hub': { addresses: ['10.1.0.4'] } },
    }
    const { routes } = await read(world, [ADDRESS, '10.1.7.5', '10.0.9.9'])
    expect(routes).toEqual([
      {
        address: ADDRESS,
        source: 'user',
        prefix: '0.0.0.0/0',
        table: 'rt-hub',
        name: 'own',
        nextHop: 'VirtualAppliance',
        nextHopAddress: '10.1.0.4',
        appliance: 'Azure Firewall azfw-hub in vnet-hub',
        told: expect.any(String),
      },
      {
        address: '10.1.7.5',
        source: 'peering',
        prefix: '10.1.0.0/16',
        told: 'peering to-hub leads from snet-dms to 10.1.0.0/16',
      },
      {
        address: '10.0.9.9',
        source: 'network',
        prefix: '10.0.0.0/16',
        told: '10.0.9.9 is in the network of snet-dms (10.0.0.0/16)',
      },
    ])
  })

  it('reads no more than twenty holders of addresses', async () => {
    const asked: string[] = []
    const world: World = {
      routes: [TO_FIREWALL],
      hubHolders: Array.from({ length: 30 }, (_, index) => card(`nic-${String(index)}`)),
      answers: {
        addressHolder: (id) => {
          asked.push(id)
          return Promise.resolve(there({ id, name: 'nic', addresses: [] }))
        },
      },
    }
    const { routes } = await read(world)
    expect(asked).toHaveLength(20)
    expect(routes[0]?.told).toContain('not everything in subnet snet-appliances of vnet-hub could be read')
  })

  it.each<[string, World, string]>([
    [
      'the network',
      { answers: { virtualNetwork: () => Promise.resolve(forbidden()) } },
      'the DMS subnet could not be read',
    ],
    [
      'a network that is gone',
      { answers: { virtualNetwork: () => Promise.resolve(notThere()) } },
      'the DMS subnet could not',
    ],
    [
      'the route table',
      { routes: [], answers: { routeTable: () => Promise.resolve(forbidden()) } },
      'the route table could not be read: AuthorizationFailed',
    ],
  ])('is a note when %s cannot be read', async (_, world, note) => {
    expect(await read(world)).toMatchObject({ routes: [], notes: [expect.stringContaining(note)] })
  })

  it('tells of the firewall of a virtual hub', async () => {
    const hub = `${PROVIDER}/virtualHubs/hub-weu`
    const world: World = {
      peering: { name: 'RemoteVnetToHubPeering_1' },
      answers: {
        virtualHubs: () => Promise.resolve(there([{ id: hub, name: 'hub-weu', azureFirewallId: FIREWALL }])),
        hubConnections: () => Promise.resolve(there([{ id: 'c', name: 'c', remoteNetworkId: networkWith({}).id }])),
      },
    }
    expect((await read(world)).notes).toEqual([
      'virtual hub hub-weu may have learned narrower routes, which Azure does not show here',
      'virtual hub hub-weu has the firewall azfw-hub, and whether it sends the packets through it is not read',
    ])
  })
})
