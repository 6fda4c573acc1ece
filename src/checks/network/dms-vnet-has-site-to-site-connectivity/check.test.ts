import { describe, expect, it } from '@jest/globals'
import {
  armWith,
  evidenceIn,
  forbidden,
  GROUP,
  manifestWith,
  netWith,
  networkWith,
  notThere,
  SUBNET,
  there,
} from '../../../../test/arm-fixtures.ts'
import { MANIFEST } from '../../../../test/fixtures.ts'
import { seen, unseen } from '../../../domain/observed.ts'
import type { ArmPort } from '../../../ports/arm-port.ts'
import type {
  ExpressRouteCircuit,
  GatewayConnection,
  HubConnection,
  HubGatewayConnection,
  RouteTable,
  Subnet,
  VirtualNetwork,
} from '../../../ports/network-resources.ts'
import type { NetPort } from '../../../ports/net-port.ts'
import type { Judgement } from '../../define.ts'
import check from './check.ts'

const { definition } = check
const HOST = 'sql01.corp.example'
const PROVIDER = `${GROUP}/providers/Microsoft.Network`
const GATEWAY_SUBNET: Subnet = {
  ...SUBNET,
  id: `${PROVIDER}/virtualNetworks/vnet/subnets/GatewaySubnet`,
  name: 'GatewaySubnet',
  addressPrefixes: ['10.0.255.0/27'],
  ipConfigurationIds: [
    `${PROVIDER}/virtualNetworkGateways/vpn-gw/ipConfigurations/default`,
    `${PROVIDER}/virtualNetworkGateways/VPN-GW/ipConfigurations/second`,
  ],
}
const WITH_GATEWAY = networkWith({ subnets: [SUBNET, GATEWAY_SUBNET] })

const withRouteTable = { ...WITH_GATEWAY, subnets: [{ ...SUBNET, routeTableId: 'rt' }, GATEWAY_SUBNET] }
const TO_APPLIANCE = route('0.0.0.0/0', 'VirtualAppliance', '10.0.0.4')

function route(addressPrefix: string, nextHopType: string, address?: string): RouteTable['routes'][number] {
  const hop = address === undefined ? {} : { nextHopIpAddress: address }
  return { name: 'own', addressPrefix, nextHopType, ...hop }
}

type Connections = Record<string, Partial<GatewayConnection>>

interface More {
  routes?: RouteTable['routes']
  isPropagationOff?: boolean
  circuit?: Partial<ExpressRouteCircuit>
}

/** Connection name -> its facts; what lies behind its local network gateway is `prefixes`, or the prefix that is its id. */
function arm(
  network: VirtualNetwork,
  connections: Connections = {},
  prefixes: string[] = ['192.168.0.0/16'],
  gatewayType = 'Vpn',
  { routes = [], isPropagationOff = false, circuit }: More = {},
): ArmPort {
  const nameOf = (id: string): string => id.split('/').at(-1) ?? ''
  return armWith({
    virtualNetwork: () => there(network),
    virtualNetworkGateway: (id) =>
      there({
        id,
        name: 'vpn-gw',
        ...(gatewayType === '' ? {} : { gatewayType }),
        clientPrefixes: [],
        connectionIds: Object.keys(connections).map((name) => `${PROVIDER}/connections/${name}`),
      }),
    gatewayConnection: (id) =>
      there({
        id,
        name: nameOf(id),
        connectionType: 'IPsec',
        enableBgp: false,
        localNetworkGatewayId: `${PROVIDER}/localNetworkGateways/lng`,
        ...connections[nameOf(id)],
      }),
    localNetworkGateway: (id) =>
      there({ id, name: 'lng', addressPrefixes: /^[\d.]+\/\d+$/.test(id) ? [id] : prefixes }),
    routeTable: (id) => there({ id, name: 'rt-dms', disableBgpRoutePropagation: isPropagationOff, routes }),
    expressRouteCircuit: (id) =>
      circuit === undefined ? forbidden() : there({ id, name: id, peerings: [], ...circuit }),
  })
}

/** Where the runner stands, what it finds open, and how the manifest names the source. */
interface Place {
  runner?: string
  open?: boolean
  host?: string
}
const HERE: Place = { runner: '10.0.1.4' }
const USED: Place = { runner: '10.0.1.4', open: true }
const LITERAL: Place = { host: '192.168.7.5' }

function subjectOf({ host = HOST }: Place) {
  const [source] = MANIFEST.sources
  if (source === undefined) throw new Error('no source')
  const manifest = manifestWith({ sources: [{ ...source, server: { text: host, host } }] })
  const [subject] = definition.subjects(manifest)
  if (subject === undefined) throw new Error('no subject')
  return subject
}

async function observe(port: ArmPort, addresses: string[], place: Place): ReturnType<typeof definition.observe> {
  const { runner, open = false, host = HOST } = place
  const local = runner === undefined ? {} : { localAddress: runner }
  const net: NetPort = {
    ...netWith({ [host]: addresses }),
    routeAddress: () => Promise.resolve(runner),
    ...(runner === undefined
      ? {}
      : {
          connect: (address, engine) =>
            Promise.resolve(
              seen({ outcome: open ? 'open' : 'timeout', address, port: engine, ms: 3, ...(open ? local : {}) }),
            ),
        }),
  }
  return definition.observe({ arm: port, net }, subjectOf(place))
}

async function run(port: ArmPort, addresses = ['192.168.7.5'], place = HERE): Promise<Judgement> {
  return definition.judge(evidenceIn(await observe(port, addresses, place)), subjectOf(place))
}

const HUB_ID = `${PROVIDER}/virtualNetworks/vnet-hub`
const peering = {
  name: 'to-hub',
  state: 'Connected',
  remoteId: HUB_ID,
  allowVirtualNetworkAccess: true,
  useRemoteGateways: true,
  allowGatewayTransit: false,
  remotePrefixes: ['10.1.0.0/16'],
}

const BACK = { ...peering, name: 'to-dms', remoteId: networkWith({}).id, allowGatewayTransit: true }

/** The network of DMS, peered with a hub that has the gateway. */
function hub(
  network: VirtualNetwork,
  { network: remote = {}, connections = { 'to-hq': { connectionStatus: 'Connected' } }, prefixes }: HubSituation = {},
): ArmPort {
  const own = arm(network, connections, prefixes)
  const other: VirtualNetwork = {
    ...networkWith({ subnets: [GATEWAY_SUBNET], peerings: [BACK] }),
    id: HUB_ID,
    name: 'vnet-hub',
    addressPrefixes: ['10.1.0.0/16'],
    ...remote,
  }
  return { ...own, virtualNetwork: (id) => Promise.resolve(there(id === HUB_ID ? other : network)) }
}

interface HubSituation {
  network?: Partial<VirtualNetwork>
  connections?: Connections
  prefixes?: string[]
}

const VIRTUAL_HUB = `${PROVIDER}/virtualHubs/hub-weu`
const WAN_PEERING = {
  ...peering,
  name: 'RemoteVnetToHubPeering_1',
  remoteId: `/subscriptions/9/resourceGroups/RG_hub/providers/Microsoft.Network/virtualNetworks/HV_hub-weu_1`,
}

interface WanSituation {
  connectedWith?: string
  connection?: Partial<HubGatewayConnection>
  link?: Partial<HubConnection>
  express?: boolean
  sitePrefixes?: string[]
  circuit?: Partial<ExpressRouteCircuit>
  firewall?: string
}

/** The network of DMS, connected with a virtual WAN hub that has a VPN gateway. */
function wan(situation: WanSituation = {}): ArmPort {
  const { connectedWith = BACK.remoteId, connection = { status: 'Connected' }, link = {}, express = false } = situation
  const { sitePrefixes = ['192.168.0.0/16'], circuit, firewall } = situation
  return armWith({
    virtualNetwork: () => there(networkWith({ peerings: [WAN_PEERING] })),
    virtualHubs: () =>
      there([
        { id: `${PROVIDER}/virtualHubs/hub-neu`, name: 'hub-neu' },
        {
          id: VIRTUAL_HUB,
          name: 'hub-weu',
          ...(express ? { expressRouteGatewayId: 'er-gw' } : { vpnGatewayId: 'vpn-gw' }),
          ...(firewall === undefined ? {} : { azureFirewallId: `${PROVIDER}/azureFirewalls/${firewall}` }),
        },
      ]),
    hubConnections: (id) =>
      there(id === VIRTUAL_HUB ? [{ id: 'c', name: 'c', remoteNetworkId: connectedWith, ...link }] : []),
    hubGateway: (id) =>
      there({ id, name: id, kind: express ? 'express-route' : 'vpn', connections: [{ id: 'to-hq', name: 'to-hq' }] }),
    hubGatewayConnection: (id) =>
      there({
        id,
        name: id,
        enableBgp: false,
        ...(express ? { circuitId: 'er-hq' } : { siteId: 'hq' }),
        ...connection,
      }),
    vpnSite: () => there({ id: 'hq', name: 'hq', addressPrefixes: sitePrefixes }),
    expressRouteCircuit: (id) =>
      circuit === undefined ? forbidden() : there({ id, name: id, peerings: [], ...circuit }),
  })
}

describe('network/dms-vnet-has-site-to-site-connectivity', () => {
  it('is asked of every source', () => {
    expect(definition.subjects(MANIFEST).map(({ name }) => name)).toEqual(['sales'])
  })

  it.each<[string, ArmPort, string[], Judgement['verdict'], string]>([
    [
      'the source is in the network itself',
      arm(networkWith({})),
      ['10.0.9.9'],
      'not-applicable',
      'sql01.corp.example (10.0.9.9) is in the address space of vnet (10.0.0.0/16)',
    ],
    [
      'a connected connection covers it',
      arm(WITH_GATEWAY, { 'to-hq': { connectionStatus: 'Connected' } }),
      ['192.168.7.5'],
      'pass',
      'From vnet to sql01.corp.example (192.168.7.5): IPsec connection to-hq of gateway vpn-gw is Connected and covers it with 192.168.0.0/16',
    ],
    [
      'one of two connections is connected',
      arm(WITH_GATEWAY, { old: { connectionStatus: 'NotConnected' }, 'to-hq': { connectionStatus: 'CONNECTED' } }),
      ['192.168.7.5'],
      'pass',
      'connection to-hq',
    ],
    [
      'the covering connection is down',
      arm(WITH_GATEWAY, { 'to-hq': { connectionStatus: 'NotConnected' } }),
      ['192.168.7.5'],
      'fail',
      'there is no way now: IPsec connection to-hq of gateway vpn-gw, which covers 192.168.7.5, is NotConnected',
    ],
    [
      'the covering connection is down, of a gateway that may be ExpressRoute',
      arm(WITH_GATEWAY, { 'to-hq': { connectionStatus: 'NotConnected' } }, ['192.168.0.0/16'], ''),
      ['192.168.7.5'],
      'unknown',
      'gateway vpn-gw: Azure does not tell its type',
    ],
    [
      'the covering connection is down and another one learns its routes',
      arm(WITH_GATEWAY, {
        'to-hq': { connectionStatus: 'NotConnected' },
        er: { connectionType: 'ExpressRoute', connectionStatus: 'Connected', enableBgp: true },
      }),
      ['192.168.7.5'],
      'unknown',
      'to-hq NotConnected',
    ],
    [
      'connecting',
      arm(WITH_GATEWAY, { 'to-hq': { connectionStatus: 'Connecting' } }),
      ['192.168.7.5'],
      'unknown',
      'to-hq Connecting',
    ],
    [
      'status unknown',
      arm(WITH_GATEWAY, { 'to-hq': { connectionStatus: 'Unknown' } }),
      ['192.168.7.5'],
      'unknown',
      'to-hq Unknown',
    ],
    ['no status', arm(WITH_GATEWAY, { 'to-hq': {} }), ['192.168.7.5'], 'unknown', 'to-hq without a status'],
    [
      'BGP and no covering prefix',
      arm(WITH_GATEWAY, { 'to-hq': { connectionStatus: 'Connected', enableBgp: true } }, ['172.16.0.0/24']),
      ['192.168.7.5'],
      'unknown',
      'behind it 172.16.0.0/24, more may be learned by BGP',
    ],
    [
      'the prefix covers one of two addresses',
      arm(WITH_GATEWAY, { 'to-hq': { connectionStatus: 'Connected' } }, ['192.168.7.0/24']),
      ['192.168.7.5', '192.168.8.5'],
      'unknown',
      '192.168.7.0/24',
    ],
    [
      'ExpressRoute',
      arm(WITH_GATEWAY, { er: { connectionType: 'ExpressRoute' } }, [], 'ExpressRoute'),
      ['192.168.7.5'],
      'unknown',
      'gateway vpn-gw (ExpressRoute)',
    ],
    [
      'a peering',
      hub(networkWith({ peerings: [peering] }), { network: { peerings: [] } }),
      ['192.168.7.5'],
      'unknown',
      'peering to-hub: its other side, vnet-hub, does not name this network',
    ],
    [
      'a hub with a connected tunnel',
      hub(networkWith({ peerings: [peering] })),
      ['192.168.7.5'],
      'pass',
      'connection to-hq of gateway vpn-gw (peering to-hub) is Connected and covers it with 192.168.0.0/16',
    ],
    [
      'a hub whose tunnel is down',
      hub(networkWith({ peerings: [peering] }), { connections: { 'to-hq': { connectionStatus: 'NotConnected' } } }),
      ['192.168.7.5'],
      'fail',
      'connection to-hq of gateway vpn-gw (peering to-hub), which covers 192.168.7.5, is NotConnected',
    ],
    [
      'a hub that does not allow gateway transit',
      hub(networkWith({ peerings: [peering] }), { network: { peerings: [{ ...BACK, allowGatewayTransit: false }] } }),
      ['192.168.7.5'],
      'fail',
      'its other side, vnet-hub, does not allow gateway transit',
    ],
    [
      'a peering that is half made',
      hub(networkWith({ peerings: [{ ...peering, state: 'Initiated' }] })),
      ['192.168.7.5'],
      'fail',
      'vnet has no gateway that it may use (peering to-hub (Initiated, uses its gateway))',
    ],
    [
      'a peering that does not use the gateways of its other side',
      hub(networkWith({ peerings: [{ ...peering, useRemoteGateways: false }] })),
      ['192.168.7.5'],
      'fail',
      'vnet has no gateway that it may use (peering to-hub (Connected))',
    ],
    [
      'a source in a peered network',
      hub(networkWith({ peerings: [{ ...peering, useRemoteGateways: false, remotePrefixes: ['10.1.0.0/16'] }] })),
      ['10.1.7.5'],
      'not-applicable',
      'that peering to-hub of vnet leads to (10.1.0.0/16): no gateway is needed',
    ],
    [
      'a source in a network whose peering is half made',
      hub(networkWith({ peerings: [{ ...peering, state: 'Initiated', remotePrefixes: ['10.1.0.0/16'] }] })),
      ['10.1.7.5'],
      'fail',
      'no gateway that it may use',
    ],
    [
      'a virtual WAN hub with a connected site',
      wan(),
      ['192.168.7.5'],
      'pass',
      'connection to-hq of gateway vpn-gw (virtual hub hub-weu) is Connected and covers it with 192.168.0.0/16',
    ],
    [
      'a virtual WAN hub whose site is down',
      wan({ connection: { status: 'NotConnected' } }),
      ['192.168.7.5'],
      'fail',
      'connection to-hq of gateway vpn-gw (virtual hub hub-weu), which covers 192.168.7.5, is NotConnected',
    ],
    [
      'a virtual WAN hub with ExpressRoute',
      wan({ express: true }),
      ['192.168.7.5'],
      'unknown',
      'gateway er-gw (virtual hub hub-weu) (ExpressRoute)',
    ],
    [
      'a virtual WAN hub elsewhere',
      wan({ connectedWith: 'another' }),
      ['192.168.7.5'],
      'unknown',
      'with a virtual WAN hub that is not in subscription',
    ],
    [
      'a route table without a route to the source',
      arm(networkWith({}, { routeTableId: 'rt' })),
      ['192.168.7.5'],
      'fail',
      'vnet has no gateway and no peering',
    ],
    [
      'nothing at all and a private address',
      arm(networkWith({})),
      ['192.168.7.5'],
      'fail',
      'From vnet to sql01.corp.example (192.168.7.5) there is no way: vnet has no gateway and no peering',
    ],
    [
      'nothing at all and a public address',
      arm(networkWith({})),
      ['203.0.113.9'],
      'unknown',
      'vnet has no gateway and no peering',
    ],
  ])('%s', async (_, port, addresses, verdict, summary) => {
    const judgement = await run(port, addresses)
    expect(judgement.verdict).toBe(verdict)
    expect(judgement.summary).toContain(summary)
    if (judgement.verdict === 'unknown') expect(judgement.cause.kind).toBe('insufficient')
  })

  const UP = { 'to-hq': { connectionStatus: 'Connected' } }
  const routed = (routes: RouteTable['routes'], connections: Connections = UP, more: More = {}): ArmPort =>
    arm(withRouteTable, connections, undefined, 'Vpn', { routes, ...more })
  const ER = { er: { connectionType: 'ExpressRoute', circuitId: 'er-hq' } }
  const circuits = (circuit: Partial<ExpressRouteCircuit>, connections: Connections = ER): ArmPort =>
    arm(WITH_GATEWAY, connections, [], 'ExpressRoute', { circuit })
  const SOUND = { circuitState: 'Enabled', providerState: 'Provisioned' }
  const PRIVATE = { type: 'AzurePrivatePeering', state: 'Enabled' }
  const to = (prefix: string, status: string): Partial<GatewayConnection> => ({
    localNetworkGatewayId: prefix,
    connectionStatus: status,
  })

  it.each<[string, ArmPort, string[], Judgement['verdict'], string]>([
    [
      'two addresses behind one prefix',
      arm(WITH_GATEWAY, UP),
      ['192.168.7.5', '192.168.8.5'],
      'pass',
      'is Connected and covers 192.168.7.5, 192.168.8.5 with 192.168.0.0/16',
    ],
    [
      'two addresses behind two connections',
      arm(WITH_GATEWAY, { a: to('192.168.7.0/24', 'Connected'), b: to('192.168.8.0/24', 'Connected') }),
      ['192.168.7.5', '192.168.8.5'],
      'pass',
      'connection a of gateway vpn-gw is Connected and covers 192.168.7.5 with 192.168.7.0/24; IPsec connection b of gateway vpn-gw is Connected and covers 192.168.8.5 with 192.168.8.0/24',
    ],
    [
      'the narrowest of several prefixes',
      arm(WITH_GATEWAY, UP, ['192.0.0.0/8', '192.168.7.0/24', '192.168.0.0/16']),
      ['192.168.7.5'],
      'pass',
      'covers it with 192.168.7.0/24',
    ],
    [
      'one address behind a tunnel and one in the network',
      arm(WITH_GATEWAY, UP),
      ['192.168.7.5', '10.0.9.9'],
      'pass',
      'covers 192.168.7.5 with 192.168.0.0/16; 10.0.9.9 needs no gateway',
    ],
    [
      'one address behind a tunnel and one nowhere',
      arm(WITH_GATEWAY, UP),
      ['192.168.7.5', '172.20.0.5'],
      'unknown',
      '192.168.7.5 is covered by 192.168.0.0/16 of to-hq; nothing is shown to lead to 172.20.0.5',
    ],
    [
      'two addresses in two networks',
      arm(networkWith({ peerings: [{ ...peering, useRemoteGateways: false, remotePrefixes: ['10.1.0.0/16'] }] })),
      ['10.0.9.9', '10.1.7.5'],
      'not-applicable',
      'is in the address space of vnet (10.0.0.0/16) or the address space that peering to-hub of vnet leads to',
    ],
    [
      'an IPv6 address beside one that is covered',
      arm(WITH_GATEWAY, UP),
      ['192.168.7.5', 'fd00::5'],
      'pass',
      'covers 192.168.7.5 with 192.168.0.0/16',
    ],
    [
      'nothing but an IPv6 address',
      arm(WITH_GATEWAY, UP),
      ['fd00::5'],
      'fail',
      'snet-dms has no prefix of the family of fd00::5',
    ],
    [
      'an IPv6 subnet and a tunnel for it',
      arm(
        networkWith({ subnets: [{ ...SUBNET, addressPrefixes: ['10.0.1.0/24', 'fd01::/64'] }, GATEWAY_SUBNET] }),
        UP,
        ['192.168.0.0/16', 'fd00::/16'],
      ),
      ['192.168.7.5', 'fd00::5'],
      'pass',
      'covers fd00::5 with fd00::/16',
    ],
    [
      'a narrower tunnel that is down beside a wide one that is up',
      arm(WITH_GATEWAY, { wide: to('192.168.0.0/16', 'Connected'), narrow: to('192.168.7.0/24', 'NotConnected') }),
      ['192.168.7.5'],
      'unknown',
      'IPsec connection narrow covers 192.168.7.5 and is NotConnected',
    ],
    [
      'two tunnels for the same prefix, both down',
      arm(WITH_GATEWAY, { a: to('192.168.0.0/16', 'NotConnected'), b: to('192.168.0.0/16', 'NotConnected') }),
      ['192.168.7.5'],
      'fail',
      'IPsec connection a of gateway vpn-gw, IPsec connection b of gateway vpn-gw, which covers 192.168.7.5, is NotConnected',
    ],
    [
      'a gateway without a connection',
      arm(WITH_GATEWAY),
      ['192.168.7.5'],
      'fail',
      'vnet has gateway vpn-gw (Vpn), and nothing of this leads there',
    ],
    [
      'a tunnel that leads elsewhere',
      arm(WITH_GATEWAY, UP, ['172.16.0.0/24']),
      ['192.168.7.5'],
      'fail',
      'behind it 172.16.0.0/24, and nothing of this leads there, and sql01.corp.example has the private address 192.168.7.5',
    ],
    [
      'a tunnel of which Azure does not tell what lies behind it',
      arm(WITH_GATEWAY, UP, []),
      ['192.168.7.5'],
      'unknown',
      'IPsec connection to-hq Connected, behind it no prefixes',
    ],
    [
      'a tunnel that leads elsewhere and a public address',
      arm(WITH_GATEWAY, UP, ['172.16.0.0/24']),
      ['203.0.113.9'],
      'unknown',
      '203.0.113.9 is a public address',
    ],
    [
      'another network behind the gateway',
      arm(WITH_GATEWAY, { v: { connectionType: 'Vnet2Vnet', connectionStatus: 'Connected' } }, []),
      ['192.168.7.5'],
      'unknown',
      'Vnet2Vnet connection v Connected',
    ],
    [
      'another network behind the gateway, and its connection is down',
      arm(WITH_GATEWAY, { v: { connectionType: 'Vnet2Vnet', connectionStatus: 'NotConnected' } }, []),
      ['192.168.7.5'],
      'fail',
      'Vnet2Vnet connection v NotConnected',
    ],
    [
      'traffic selectors that let it through',
      arm(WITH_GATEWAY, {
        'to-hq': {
          connectionStatus: 'Connected',
          trafficSelectors: [{ localPrefixes: ['10.0.0.0/16'], remotePrefixes: ['192.168.7.0/24'] }],
        },
      }),
      ['192.168.7.5'],
      'pass',
      'covers it with 192.168.0.0/16',
    ],
    [
      'traffic selectors that leave out the DMS subnet',
      arm(WITH_GATEWAY, {
        'to-hq': {
          connectionStatus: 'Connected',
          trafficSelectors: [{ localPrefixes: ['10.0.1.0/25'], remotePrefixes: ['192.168.0.0/16'] }],
        },
      }),
      ['192.168.7.5'],
      'unknown',
      'its traffic selectors leave out that address or a part of the DMS subnet',
    ],
    [
      'a peering without access',
      arm(
        networkWith({
          peerings: [
            { ...peering, useRemoteGateways: false, allowVirtualNetworkAccess: false, remotePrefixes: ['10.1.0.0/16'] },
          ],
        }),
      ),
      ['10.1.7.5'],
      'unknown',
      'allowVirtualNetworkAccess is false',
    ],
    [
      'a peering whose other side is not Connected',
      hub(networkWith({ peerings: [peering] }), { network: { peerings: [{ ...BACK, state: 'Disconnected' }] } }),
      ['192.168.7.5'],
      'unknown',
      'its other side, vnet-hub, calls it Disconnected, not Connected',
    ],
    [
      'a hub without a gateway',
      hub(networkWith({ peerings: [peering] }), { network: { subnets: [], peerings: [BACK] } }),
      ['192.168.7.5'],
      'fail',
      'vnet has no gateway that it may use (peering to-hub (Connected, uses its gateway))',
    ],
    [
      'routes of gateways kept out',
      routed([], UP, { isPropagationOff: true }),
      ['192.168.7.5'],
      'fail',
      'rt-dms keeps the routes of gateways out of snet-dms (their propagation is off) and has no route of its own to 192.168.7.5',
    ],
    [
      'routes of gateways kept out, and a route to the gateway',
      routed([route('192.168.0.0/16', 'VirtualNetworkGateway')], UP, { isPropagationOff: true }),
      ['192.168.7.5'],
      'pass',
      'covers it with 192.168.0.0/16',
    ],
    [
      'routes of gateways kept out, and a default route to an appliance',
      routed([TO_APPLIANCE], UP, { isPropagationOff: true }),
      ['192.168.7.5'],
      'pass',
      'covers it with 192.168.0.0/16; before it, the route 0.0.0.0/0 of rt-dms sends packets from snet-dms to 10.0.0.4 (VirtualAppliance)',
    ],
    [
      'a default route to an appliance, and a narrower one of the gateway',
      routed([TO_APPLIANCE]),
      ['192.168.7.5'],
      'pass',
      'is Connected and covers it with 192.168.0.0/16',
    ],
    [
      'a route to an appliance and nothing behind it',
      routed([TO_APPLIANCE], {}),
      ['192.168.7.5'],
      'unknown',
      'the route 0.0.0.0/0 of rt-dms sends packets from snet-dms to 10.0.0.4 (VirtualAppliance)',
    ],
    [
      'a route that drops it',
      routed([route('192.168.0.0/16', 'None')]),
      ['192.168.7.5'],
      'fail',
      'the route 192.168.0.0/16 of rt-dms sends packets from snet-dms to next hop None, where 192.168.7.5 cannot be reached',
    ],
    [
      'a route that drops it, and a narrower one of the gateway',
      routed([route('192.0.0.0/8', 'None')]),
      ['192.168.7.5'],
      'pass',
      'covers it with 192.168.0.0/16',
    ],
    [
      'a route that drops it, and a gateway that may have learned a narrower one',
      routed([route('192.168.0.0/16', 'None')], { 'to-hq': { connectionStatus: 'Connected', enableBgp: true } }),
      ['192.168.7.5'],
      'unknown',
      'to next hop None',
    ],
    [
      'a route that drops this very address, and a gateway that learns',
      routed([route('192.168.7.5/32', 'None')], { 'to-hq': { connectionStatus: 'Connected', enableBgp: true } }),
      ['192.168.7.5'],
      'fail',
      'to next hop None',
    ],
    [
      'a private address that goes into the internet',
      routed([route('192.168.0.0/16', 'Internet')]),
      ['192.168.7.5'],
      'fail',
      'to next hop Internet, where 192.168.7.5 cannot be reached',
    ],
    [
      'a public address that goes into the internet',
      routed([route('0.0.0.0/0', 'Internet')]),
      ['203.0.113.9'],
      'unknown',
      'to next hop Internet',
    ],
    [
      'a route that drops what is in the network itself',
      arm(networkWith({}, { routeTableId: 'rt' }), {}, [], 'Vpn', { routes: [route('10.0.9.0/24', 'None')] }),
      ['10.0.9.9'],
      'fail',
      'the route 10.0.9.0/24 of rt-dms',
    ],
    [
      'an appliance between two subnets of the network',
      arm(networkWith({}, { routeTableId: 'rt' }), {}, [], 'Vpn', {
        routes: [route('10.0.9.0/24', 'VirtualAppliance', '10.0.0.4')],
      }),
      ['10.0.9.9'],
      'not-applicable',
      'in the address space of vnet',
    ],
    [
      'ExpressRoute with a sound circuit',
      circuits({ ...SOUND, peerings: [PRIVATE] }),
      ['192.168.7.5'],
      'unknown',
      'ExpressRoute connection er without a status (circuit er-hq: provider Provisioned, private peering Enabled), behind it prefixes learned by BGP',
    ],
    [
      'a circuit that its provider has not provisioned',
      circuits({ ...SOUND, providerState: 'NotProvisioned', peerings: [PRIVATE] }),
      ['192.168.7.5'],
      'fail',
      '(circuit er-hq: NotProvisioned by its provider), behind it prefixes learned by BGP, and nothing of this leads there',
    ],
    [
      'a circuit that is disabled',
      circuits({ ...SOUND, circuitState: 'Disabled', peerings: [PRIVATE] }),
      ['192.168.7.5'],
      'fail',
      '(circuit er-hq: Disabled)',
    ],
    [
      'a circuit without a private peering',
      circuits({ ...SOUND, peerings: [{ type: 'MicrosoftPeering', state: 'Enabled' }] }),
      ['192.168.7.5'],
      'fail',
      '(circuit er-hq: without a private peering)',
    ],
    [
      'a circuit whose private peering is disabled',
      circuits({ ...SOUND, peerings: [{ ...PRIVATE, state: 'Disabled' }] }),
      ['192.168.7.5'],
      'fail',
      '(circuit er-hq: Disabled in its private peering)',
    ],
    [
      'a circuit that speaks against its Connected connection',
      circuits(
        { ...SOUND, providerState: 'NotProvisioned', peerings: [PRIVATE] },
        { er: { ...ER.er, connectionStatus: 'Connected' } },
      ),
      ['192.168.7.5'],
      'unknown',
      'ExpressRoute connection er Connected (circuit er-hq: NotProvisioned by its provider)',
    ],
    [
      'an ExpressRoute gateway without a connection',
      arm(WITH_GATEWAY, {}, [], 'ExpressRoute'),
      ['192.168.7.5'],
      'fail',
      'gateway vpn-gw (ExpressRoute), and nothing of this leads there',
    ],
    [
      'a virtual WAN hub whose link is up',
      wan({ connection: { status: 'Connected', enableBgp: true } }),
      ['192.168.7.5'],
      'pass',
      'connection to-hq of gateway vpn-gw (virtual hub hub-weu) is Connected',
    ],
    [
      'a virtual WAN hub that tells no status',
      wan({ connection: {} }),
      ['192.168.7.5'],
      'unknown',
      'IPsec connection to-hq covers 192.168.7.5 and has no status',
    ],
    [
      'a virtual WAN hub whose site tells its prefixes by BGP',
      wan({ sitePrefixes: [] }),
      ['192.168.7.5'],
      'unknown',
      'behind it no prefixes, more may be learned by BGP; peering RemoteVnetToHubPeering_1 (Connected, uses its gateway); virtual hub hub-weu',
    ],
    [
      'a virtual WAN hub whose sites are elsewhere',
      wan({ sitePrefixes: ['172.16.0.0/24'], firewall: 'azfw-weu' }),
      ['192.168.7.5'],
      'unknown',
      'virtual hub hub-weu with firewall azfw-weu',
    ],
    [
      'a virtual WAN hub that keeps the routes of the site from the network',
      wan({
        connection: {
          status: 'Connected',
          propagation: { tableIds: [`${VIRTUAL_HUB}/hubRouteTables/defaultRouteTable`], labels: ['default'] },
        },
        link: { associatedTableId: `${VIRTUAL_HUB}/hubRouteTables/rt-isolated` },
      }),
      ['192.168.7.5'],
      'unknown',
      'virtual hub hub-weu is not shown to give its routes to this network',
    ],
    [
      'a virtual WAN hub that gives the routes of the site to a table of its own',
      wan({
        connection: {
          status: 'Connected',
          propagation: { tableIds: [`${VIRTUAL_HUB}/hubRouteTables/RT-Spokes`], labels: [] },
        },
        link: { associatedTableId: `${VIRTUAL_HUB}/hubRouteTables/rt-spokes` },
      }),
      ['192.168.7.5'],
      'pass',
      'covers it with 192.168.0.0/16',
    ],
    [
      'a virtual WAN hub that gives the routes to the default table by its label',
      wan({
        connection: { status: 'Connected', propagation: { tableIds: [], labels: ['Default'] } },
        link: { associatedTableId: `${VIRTUAL_HUB}/hubRouteTables/defaultRouteTable` },
      }),
      ['192.168.7.5'],
      'pass',
      'covers it with 192.168.0.0/16',
    ],
    [
      'a virtual WAN hub that does not tell which of its routes the network gets',
      wan({ link: { associatedTableId: null } }),
      ['192.168.7.5'],
      'unknown',
      'is not shown to give its routes to this network',
    ],
    [
      'a circuit with a peering of a kind that is not told',
      circuits({ ...SOUND, peerings: [{ state: 'Enabled' }] }),
      ['192.168.7.5'],
      'unknown',
      'private peering not told',
    ],
    [
      'a peering whose address space is not told',
      arm(networkWith({ peerings: [{ ...peering, useRemoteGateways: false, remotePrefixes: [] }] })),
      ['10.1.7.5'],
      'unknown',
      'vnet has peering to-hub (Connected)',
    ],
    [
      'a gateway subnet without a gateway',
      arm(networkWith({ subnets: [SUBNET, { ...GATEWAY_SUBNET, ipConfigurationIds: [] }] })),
      ['192.168.7.5'],
      'fail',
      'vnet has no gateway (no gateway stands in GatewaySubnet)',
    ],
    [
      'a virtual WAN hub with a circuit that is not provisioned',
      wan({ express: true, connection: {}, circuit: { ...SOUND, providerState: 'NotProvisioned' } }),
      ['192.168.7.5'],
      'unknown',
      'NotProvisioned by its provider',
    ],
    [
      'a virtual WAN hub whose connection with the network failed',
      wan({ link: { provisioningState: 'Failed' } }),
      ['192.168.7.5'],
      'unknown',
      'its connection c with this network is Failed',
    ],
  ])('exactly: %s', async (_, port, addresses, verdict, summary) => {
    const judgement = await run(port, addresses)
    expect(judgement.summary).toContain(summary)
    expect(judgement.verdict).toBe(verdict)
    if (verdict === 'fail') expect(judgement).toMatchObject({ remediation: { text: expect.stringMatching(/./) } })
  })

  it('takes an open port for the way through a connection without a status, and not for a public address', async () => {
    const untold = arm(WITH_GATEWAY, { 'to-hq': {} })
    expect(await run(untold, ['192.168.7.5'], USED)).toMatchObject({ verdict: 'pass', proof: 'direct' })
    const learning = arm(WITH_GATEWAY, { 'to-hq': { connectionStatus: 'Connected', enableBgp: true } }, [])
    const judgement = await run(learning, ['203.0.113.9'], USED)
    expect(judgement.verdict).toBe('unknown')
    expect(judgement.summary).toContain('203.0.113.9 is a public address')
  })

  it('does not need the gateways for a source in the network, nor the circuit for anything', async () => {
    const port: ArmPort = { ...arm(WITH_GATEWAY), virtualNetworkGateway: () => Promise.resolve(forbidden()) }
    expect((await run(port, ['10.0.9.9'])).verdict).toBe('not-applicable')
    const unread = arm(WITH_GATEWAY, { er: { ...ER.er, connectionStatus: 'Connected' } }, [], 'ExpressRoute')
    expect((await run(unread)).summary).toContain('ExpressRoute connection er Connected, behind it')
  })

  it('needs the route table for a pass, and not for a source in the network', async () => {
    const port: ArmPort = { ...routed([]), routeTable: () => Promise.resolve(forbidden()) }
    expect(await observe(port, ['192.168.7.5'], HERE)).toMatchObject({ ok: false, failure: { kind: 'forbidden' } })
    expect((await run(port, ['10.0.9.9'])).verdict).toBe('not-applicable')
    expect(await run(port, ['192.168.7.5'], USED)).toMatchObject({ verdict: 'pass', proof: 'direct' })
  })

  const DOWN = { 'to-hq': { connectionStatus: 'NotConnected' } }
  const odd: Subnet = { ...GATEWAY_SUBNET, ipConfigurationIds: [`${PROVIDER}/somethingElse/x/ipConfigurations/y`] }
  const routeServer: Subnet = { ...SUBNET, id: `${SUBNET.id}x`, name: 'RouteServerSubnet' }
  const withPeering = { ...WITH_GATEWAY, peerings: [peering] }
  const closedHub = { network: { peerings: [] } }

  it.each<[string, ArmPort, string]>([
    ['a peering', hub(withPeering, { ...closedHub, connections: DOWN }), 'peering to-hub'],
    [
      'a route table',
      arm(withRouteTable, DOWN, undefined, 'Vpn', { routes: [TO_APPLIANCE] }),
      'route 0.0.0.0/0 of rt-dms',
    ],
    [
      'a route server',
      arm({ ...WITH_GATEWAY, subnets: [SUBNET, GATEWAY_SUBNET, routeServer] }, DOWN),
      'a route server',
    ],
    ['a route server and nothing else', arm(networkWith({ subnets: [SUBNET, routeServer] })), 'a route server'],
    ['an unknown gateway and nothing else', arm(networkWith({ subnets: [SUBNET, odd] })), 'somethingElse'],
  ])('does not say that there is no way past %s', async (_, port, shown) => {
    const judgement = await run(port)
    expect(judgement).toMatchObject({ verdict: 'unknown', cause: { kind: 'insufficient' } })
    expect(judgement.summary).toContain(shown)
    expect(judgement).toMatchObject({ remediation: { text: expect.stringContaining('runner in the DMS subnet') } })
  })

  it.each<[string, ArmPort]>([
    ['a peered hub', hub(networkWith({ peerings: [peering] }), closedHub)],
    ['a virtual WAN hub', wan({ express: true })],
    ['ExpressRoute', arm(WITH_GATEWAY, { er: { connectionType: 'ExpressRoute' } }, [], 'ExpressRoute')],
    ['BGP', arm(WITH_GATEWAY, { 'to-hq': { connectionStatus: 'Connected', enableBgp: true } }, [])],
    ['a route table', arm(networkWith({}, { routeTableId: 'rt' }), {}, [], 'Vpn', { routes: [TO_APPLIANCE] })],
    ['a peered hub, the tunnel down', hub(withPeering, { ...closedHub, connections: DOWN })],
  ])('takes the way that was used for proven behind %s', async (_, port) => {
    const judgement = await run(port, ['192.168.7.5'], USED)
    expect(judgement).toMatchObject({ verdict: 'pass', proof: 'direct' })
    expect(judgement.summary).toContain(
      'the way was used just now: TCP 1433 of 192.168.7.5 was open to this runner (10.0.1.4) in the DMS subnet',
    )
    expect((await run(port)).verdict).toBe('unknown')
    expect((await run(port, ['192.168.7.5'], { runner: '192.168.9.9', open: true })).verdict).toBe('unknown')
  })

  it('does not take an open port for a connection that Azure shows to be down or absent', async () => {
    const shut = await run(arm(WITH_GATEWAY, DOWN), ['192.168.7.5'], USED)
    // Nor for proof that it is down: Azure's status and the open port speak against each other.
    expect(shut.verdict).toBe('unknown')
    expect(shut.summary).toContain('NotConnected')
    expect(shut.summary).toContain('was open to this runner (10.0.1.4) just now')
    expect(shut.summary).not.toContain('no way')
    for (const address of ['192.168.7.5', '203.0.113.9']) {
      const bare = await run(arm(networkWith({})), [address], USED)
      expect(bare.verdict).toBe('unknown')
      expect(bare.summary).toContain('was open to this runner (10.0.1.4) just now')
      expect(bare).not.toMatchObject({ remediation: { text: expect.stringContaining('runner in the DMS subnet') } })
    }
  })

  it.each<[string, ArmPort, string[]]>([
    ['that it is in the network', arm(networkWith({})), ['10.0.9.9']],
    ['that the connection is down', arm(WITH_GATEWAY, DOWN), ['192.168.7.5']],
    ['that there is nothing', arm(networkWith({})), ['192.168.7.5']],
  ])("does not conclude %s from the runner's own resolver", async (_, port, addresses) => {
    for (const place of [{}, { runner: '192.168.9.9' }]) {
      const judgement = await run(port, addresses, place)
      expect(judgement).toMatchObject({ verdict: 'unknown', proof: 'proxy', cause: { kind: 'dns' } })
      expect(judgement.summary).toContain(
        `whether DMS resolves sql01.corp.example to the same addresses (${addresses.join()}) is not known`,
      )
    }
  })

  it('passes by proxy for a name that only the runner resolved, and directly for an address', async () => {
    const port = arm(WITH_GATEWAY, { 'to-hq': { connectionStatus: 'Connected' } })
    const judgement = await run(port, ['192.168.7.5'], {})
    expect(judgement).toMatchObject({ verdict: 'pass', proof: 'proxy' })
    expect(judgement.summary).toContain('whether DMS resolves sql01.corp.example to the same addresses')
    expect(await run(port, ['192.168.7.5'], LITERAL)).toMatchObject({ verdict: 'pass', proof: 'direct' })
    expect((await run(arm(WITH_GATEWAY, DOWN), ['192.168.7.5'], LITERAL)).verdict).toBe('fail')
  })

  it('asks each gateway once, whatever the letter case of its ids', async () => {
    const evidence = evidenceIn(
      await observe(arm(WITH_GATEWAY, { 'to-hq': { connectionStatus: 'Connected' } }), ['192.168.7.5'], HERE),
    )
    expect(evidence.gateways).toEqual([{ name: 'vpn-gw', type: 'Vpn' }])
  })

  it('takes a proven way although another connection cannot be read', async () => {
    const readable = arm(WITH_GATEWAY, { 'to-hq': { connectionStatus: 'Connected' }, secret: {} })
    const port: ArmPort = {
      ...readable,
      gatewayConnection: (id) =>
        id.endsWith('/secret') ? Promise.resolve(forbidden()) : readable.gatewayConnection(id),
    }
    expect((await run(port)).verdict).toBe('pass')
  })

  it.each<[string, ArmPort, string]>([
    ['the network', armWith({ virtualNetwork: forbidden }), 'forbidden'],
    ['a missing network', armWith({ virtualNetwork: () => notThere() }), 'not-found'],
    ['the gateway', { ...arm(WITH_GATEWAY), virtualNetworkGateway: () => Promise.resolve(forbidden()) }, 'forbidden'],
    [
      'a gateway that is not there',
      { ...arm(WITH_GATEWAY), virtualNetworkGateway: () => Promise.resolve(notThere()) },
      'not-found',
    ],
    [
      'the only connection',
      { ...arm(WITH_GATEWAY, { a: {} }), gatewayConnection: () => Promise.resolve(unseen('timeout', 'x')) },
      'timeout',
    ],
    [
      'the local network',
      { ...arm(WITH_GATEWAY, { a: {} }), localNetworkGateway: () => Promise.resolve(forbidden()) },
      'forbidden',
    ],
  ])('hands on that it could not look at %s', async (_, port, kind) => {
    expect(await observe(port, ['192.168.7.5'], HERE)).toMatchObject({ ok: false, failure: { kind } })
  })

  it.each<[string, ArmPort]>([
    [
      'the peered network',
      {
        ...hub(networkWith({ peerings: [peering] })),
        virtualNetwork: (id) =>
          Promise.resolve(id === HUB_ID ? forbidden() : there(networkWith({ peerings: [peering] }))),
      },
    ],
    ['the virtual hubs', { ...wan(), virtualHubs: () => Promise.resolve(forbidden()) }],
    ['the connections of a hub', { ...wan(), hubConnections: () => Promise.resolve(forbidden()) }],
    ['the gateway of a hub', { ...wan(), hubGateway: () => Promise.resolve(forbidden()) }],
    ['a site', { ...wan(), vpnSite: () => Promise.resolve(forbidden()) }],
  ])('hands on that it could not look at %s, unless the way was used', async (_, port) => {
    expect(await observe(port, ['192.168.7.5'], HERE)).toMatchObject({ ok: false, failure: { kind: 'forbidden' } })
    const used = await run(port, ['192.168.7.5'], USED)
    expect(used).toMatchObject({ verdict: 'pass', proof: 'direct' })
    expect(used.summary).toContain('the way was used just now')
  })

  it('hands on that the source has no address', async () => {
    const ports = { arm: arm(WITH_GATEWAY), net: netWith({}) }
    expect(await definition.observe(ports, subjectOf({}))).toMatchObject({ ok: false, failure: { kind: 'dns' } })
  })
})
