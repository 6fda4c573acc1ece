import { describe, expect, it } from '@jest/globals'
import { armWith, forbidden, GROUP, networkWith, notThere, there } from '../../test/arm-fixtures.ts'
import { unseen } from '../domain/observed.ts'
import type { NetworkExtent } from '../domain/service-tags.ts'
import type { ArmPort } from '../ports/arm-port.ts'
import type {
  GatewayConnection,
  RouteTable,
  Subnet,
  VirtualNetwork,
  VirtualNetworkGateway,
  VirtualNetworkPeering,
} from '../ports/network-resources.ts'
import { readNetworkExtent } from './network-extent.ts'

const PROVIDER = `${GROUP}/providers/Microsoft.Network`
const HUB_ID = `${PROVIDER}/virtualNetworks/vnet-hub`
const OWN = ['10.0.0.0/16', '168.63.129.16/32']

type Routes = RouteTable['routes']

interface World {
  subnet?: Partial<Subnet>
  peerings?: VirtualNetworkPeering[]
  gateway?: Partial<VirtualNetworkGateway>
  connections?: Record<string, Partial<GatewayConnection>>
  localPrefixes?: string[]
  routes?: Routes
  isPropagationOff?: boolean
  /** The other side of a peering; its gateway is the one above. */
  hub?: Partial<VirtualNetwork>
  answers?: Partial<ArmPort>
  extraSubnet?: Partial<Subnet>
}

const STATELESS: VirtualNetworkPeering = {
  name: 'to-hub',
  remoteId: HUB_ID,
  allowVirtualNetworkAccess: true,
  useRemoteGateways: false,
  allowGatewayTransit: false,
  remotePrefixes: ['10.1.0.0/16'],
}
const PEERING = { ...STATELESS, state: 'Connected' }

function subnetNamed(name: string, more: Partial<Subnet> = {}): Subnet {
  const [subnet] = networkWith({}).subnets
  return { ...subnet!, id: `${PROVIDER}/x/${name}`, name, ...more }
}

const GATEWAY_SUBNET = subnetNamed('GatewaySubnet', {
  ipConfigurationIds: [`${PROVIDER}/virtualNetworkGateways/gw/ipConfigurations/default`],
})

async function read(world: World): Promise<Awaited<ReturnType<typeof readNetworkExtent>>> {
  const hasOwnGateway = world.hub === undefined && (world.gateway ?? world.connections) !== undefined
  const routeTable = world.routes === undefined ? {} : { routeTableId: 'rt' }
  const dms = subnetNamed('snet-dms', { ...routeTable, ...world.subnet })
  const network = networkWith({
    subnets: [
      dms,
      ...(hasOwnGateway ? [GATEWAY_SUBNET] : []),
      ...(world.extraSubnet === undefined ? [] : [subnetNamed('extra', world.extraSubnet)]),
    ],
    peerings: world.peerings ?? [],
  })
  const hub = { ...networkWith({ subnets: [GATEWAY_SUBNET] }), id: HUB_ID, name: 'vnet-hub', ...world.hub }
  const connections = world.connections ?? {}
  const nameOf = (id: string): string => id.split('/').at(-1) ?? ''
  const arm = armWith({
    virtualNetwork: () => there(hub),
    virtualNetworkGateway: (id) =>
      there({
        id,
        name: 'gw',
        gatewayType: 'Vpn',
        clientPrefixes: [],
        connectionIds: Object.keys(connections).map((name) => `${PROVIDER}/connections/${name}`),
        ...world.gateway,
      }),
    gatewayConnection: (id) =>
      there({
        id,
        name: nameOf(id),
        connectionType: 'IPsec',
        connectionStatus: 'Connected',
        enableBgp: false,
        localNetworkGatewayId: 'lng',
        ...connections[nameOf(id)],
      }),
    localNetworkGateway: (id) => there({ id, name: 'lng', addressPrefixes: world.localPrefixes ?? ['192.168.0.0/16'] }),
    routeTable: (id) =>
      there({
        id,
        name: 'rt-dms',
        disableBgpRoutePropagation: world.isPropagationOff ?? false,
        routes: world.routes ?? [],
      }),
  })
  return readNetworkExtent({ ...arm, ...world.answers }, network, dms)
}

async function extentOf(world: World): Promise<NetworkExtent> {
  const observed = await read(world)
  if (!observed.ok) throw new Error(observed.failure.message)
  return observed.value
}

function route(addressPrefix: string, nextHopType = 'VirtualAppliance'): Routes[number] {
  return { name: 'r1', addressPrefix, nextHopType }
}

describe('what belongs to VirtualNetwork', () => {
  it.each<[string, World, string[]]>([
    ['a plain network', {}, []],
    ['a subnet beyond the told space', { subnet: { addressPrefixes: ['10.99.0.0/24'] } }, ['10.99.0.0/24']],
    ['a connected peering', { peerings: [PEERING] }, ['10.1.0.0/16']],
    ['a peering in sync', { peerings: [{ ...PEERING, syncLevel: 'FullyInSync' }] }, ['10.1.0.0/16']],
    ['a peering that is half made', { peerings: [{ ...PEERING, state: 'Initiated' }] }, []],
    ['a peering without access', { peerings: [{ ...PEERING, allowVirtualNetworkAccess: false }] }, []],
    ['a gateway without connections', { gateway: {} }, []],
    ['a connected tunnel', { connections: { hq: {} } }, ['192.168.0.0/16']],
    [
      'a connected tunnel of a hub',
      {
        connections: { hq: {} },
        peerings: [{ ...PEERING, useRemoteGateways: true }],
        hub: { peerings: [{ ...PEERING, remoteId: networkWith({}).id, allowGatewayTransit: true }] },
      },
      ['10.1.0.0/16', '192.168.0.0/16'],
    ],
    ['an empty route table', { routes: [] }, []],
    ['a route to an appliance', { routes: [route('172.16.0.0/12')] }, ['172.16.0.0/12']],
    ['a route to the gateway', { routes: [route('172.16.0.0/12', 'VIRTUALNETWORKGATEWAY')] }, ['172.16.0.0/12']],
    ['a dropped part of the network itself', { routes: [route('10.0.7.0/24', 'None')] }, []],
    ['a tunnel beside a route table', { connections: { hq: {} }, routes: [] }, ['192.168.0.0/16']],
  ])('%s is whole', async (_, world, more) => {
    expect(await extentOf(world)).toEqual({
      prefixes: [...OWN, ...more],
      isWhole: true,
      hasDefaultRoute: false,
      doubts: [],
    })
  })

  it.each<[string, World, string, string[]]>([
    ['a peering without a state', { peerings: [STATELESS] }, 'Peering to-hub: Azure does not tell its', []],
    [
      'a peering whose space is not told',
      { peerings: [{ ...PEERING, remotePrefixes: [] }] },
      'Peering to-hub: Azure does not tell the address space',
      [],
    ],
    [
      'a peering out of sync',
      { peerings: [{ ...PEERING, syncLevel: 'RemoteNotInSync' }] },
      'not in sync (RemoteNotInSync)',
      ['10.1.0.0/16'],
    ],
    [
      'a virtual WAN hub',
      { peerings: [{ ...PEERING, name: 'RemoteVnetToHubPeering_1' }] },
      'leads to a virtual WAN hub',
      ['10.1.0.0/16'],
    ],
    [
      'a virtual WAN hub without access',
      { peerings: [{ ...PEERING, name: 'RemoteVnetToHubPeering_1', allowVirtualNetworkAccess: false }] },
      'leads to a virtual WAN hub',
      [],
    ],
    ['ExpressRoute', { gateway: { gatewayType: 'ExpressRoute' } }, 'Gateway gw (ExpressRoute) learns', []],
    ['a gateway of no known kind', { gateway: { gatewayType: 'LocalGateway' } }, 'what kind of gateway', []],
    ['clients', { gateway: { clientPrefixes: ['172.31.0.0/24'] } }, '172.31.0.0/24 to point-to-site clients', []],
    ['BGP', { connections: { hq: { enableBgp: true } } }, 'Connection hq of gateway gw learns', ['192.168.0.0/16']],
    ['a tunnel that is down', { connections: { hq: { connectionStatus: 'NotConnected' } } }, 'it is NotConnected', []],
    [
      'another network',
      { connections: { v: { connectionType: 'Vnet2Vnet' } } },
      'Connection v of gateway gw (Vnet2',
      [],
    ],
    ['forced tunnelling', { connections: { hq: {} }, localPrefixes: ['0.0.0.0/0'] }, 'to carry every address', []],
    [
      'a route table that may keep the routes out',
      { connections: { hq: {} }, routes: [], isPropagationOff: true },
      "may keep the gateway's routes out",
      [],
    ],
    ['a route into the internet', { routes: [route('20.0.0.0/8', 'Internet')] }, '(20.0.0.0/8, next hop Internet)', []],
    ['a dropped private range', { routes: [route('10.0.0.0/8', 'None')] }, 'is not documented', []],
    ['a route for a service tag', { routes: [route('Storage.WestEurope')] }, 'is for a service tag', []],
    ['a route server', { extraSubnet: { name: 'RouteServerSubnet' } }, 'has a route server', []],
    [
      'a hub that shows no way back',
      { peerings: [{ ...PEERING, useRemoteGateways: true }], hub: {} },
      'It could not be followed: peering to-hub',
      ['10.1.0.0/16'],
    ],
    [
      'a route server of a hub',
      {
        peerings: [{ ...PEERING, useRemoteGateways: true }],
        hub: {
          subnets: [subnetNamed('RouteServerSubnet')],
          peerings: [{ ...PEERING, remoteId: networkWith({}).id, allowGatewayTransit: true }],
        },
      },
      'a route server on its other side',
      ['10.1.0.0/16'],
    ],
    [
      'something else in the gateway subnet',
      { extraSubnet: { name: 'GatewaySubnet', ipConfigurationIds: ['/odd/thing'] } },
      'The gateway subnet holds /odd/thing',
      [],
    ],
  ])('%s leaves a doubt', async (_, world, doubt, more) => {
    const extent = await extentOf(world)
    expect(extent).toMatchObject({ prefixes: [...OWN, ...more], isWhole: false, hasDefaultRoute: false })
    expect(extent.doubts).toEqual([expect.stringContaining(doubt)])
    expect(extent.doubts[0]).toMatch(/\.$/)
  })

  it.each(['0.0.0.0/0', '::/0', '128.0.0.0/1'])('tells the default route %s', async (prefix) => {
    for (const hop of ['VirtualAppliance', 'Internet', 'None', 'VirtualNetworkGateway']) {
      const extent = await extentOf({ routes: [route(prefix, hop)] })
      expect(extent).toMatchObject({ prefixes: OWN, isWhole: false, hasDefaultRoute: true })
      expect(extent.doubts).toEqual([expect.stringContaining(`(${prefix}, next hop ${hop}) is a default route`)])
    }
  })

  const tunnel: World = { connections: { hq: {} }, routes: [] }
  it.each<[string, World, Partial<ArmPort>, string[]]>([
    ['the gateway', tunnel, { virtualNetworkGateway: () => Promise.resolve(forbidden()) }, []],
    ['a connection', tunnel, { gatewayConnection: () => Promise.resolve(forbidden()) }, []],
    ['the local network gateway', tunnel, { localNetworkGateway: () => Promise.resolve(forbidden()) }, []],
    ['the route table', { routes: [] }, { routeTable: () => Promise.resolve(forbidden()) }, []],
    [
      'the hub',
      { peerings: [{ ...PEERING, useRemoteGateways: true }], hub: {} },
      { virtualNetwork: () => Promise.resolve(forbidden()) },
      ['10.1.0.0/16'],
    ],
  ])('%s that cannot be read is a doubt', async (_, world, answers, more) => {
    expect(await extentOf({ ...world, answers })).toEqual({
      prefixes: [...OWN, ...more],
      isWhole: false,
      hasDefaultRoute: false,
      doubts: ['It could not be read: AuthorizationFailed.'],
    })
  })

  it('does not count on routes of a gateway when the route table cannot be read or is gone', async () => {
    for (const answer of [forbidden(), notThere<RouteTable>()]) {
      const extent = await extentOf({ ...tunnel, answers: { routeTable: () => Promise.resolve(answer) } })
      expect(extent.prefixes).toEqual(OWN)
      expect(extent.doubts).toHaveLength(2)
    }
  })

  it('hands on that the run was cancelled', async () => {
    const answers = { routeTable: () => Promise.resolve(unseen('cancelled', 'the deadline')) }
    expect(await read({ routes: [], answers })).toMatchObject({ ok: false, failure: { kind: 'cancelled' } })
  })

  it('is plain JSON', async () => {
    const extent = await extentOf({ peerings: [PEERING], connections: { hq: {} }, routes: [route('0.0.0.0/0')] })
    expect(JSON.parse(JSON.stringify(extent))).toEqual(extent)
  })
})
