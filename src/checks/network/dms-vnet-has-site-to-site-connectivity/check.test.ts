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
import type { GatewayConnection, Subnet, VirtualNetwork } from '../../../ports/network-resources.ts'
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

type Connections = Record<string, Partial<GatewayConnection>>

/** Connection name -> its facts; the local network gateway `lng-x` lies in front of what `prefixes` says. */
function arm(
  network: VirtualNetwork,
  connections: Connections = {},
  prefixes: string[] = ['192.168.0.0/16'],
  gatewayType = 'Vpn',
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
    localNetworkGateway: (id) => there({ id, name: 'lng', addressPrefixes: prefixes }),
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
  remotePrefixes: [],
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

/** The network of DMS, connected with a virtual WAN hub that has a VPN gateway. */
function wan({ connectedWith = BACK.remoteId, status = 'Connected', express = false } = {}): ArmPort {
  return armWith({
    virtualNetwork: () => there(networkWith({ peerings: [WAN_PEERING] })),
    virtualHubs: () =>
      there([
        { id: `${PROVIDER}/virtualHubs/hub-neu`, name: 'hub-neu' },
        {
          id: VIRTUAL_HUB,
          name: 'hub-weu',
          ...(express ? { expressRouteGatewayId: 'er-gw' } : { vpnGatewayId: 'vpn-gw' }),
        },
      ]),
    hubConnections: (id) => there(id === VIRTUAL_HUB ? [{ id: 'c', name: 'c', remoteNetworkId: connectedWith }] : []),
    hubGateway: (id) =>
      there({
        id,
        name: id,
        kind: express ? 'express-route' : 'vpn',
        connections: [{ name: 'to-hq', status, ...(express ? {} : { siteId: 'hq' }) }],
      }),
    vpnSite: () => there({ id: 'hq', name: 'hq', addressPrefixes: ['192.168.0.0/16'] }),
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
      'behind it 172.16.0.0/24, more by BGP',
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
      'unknown',
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
      wan({ status: 'NotConnected' }),
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
      'a route table',
      arm(networkWith({}, { routeTableId: 'rt' })),
      ['192.168.7.5'],
      'unknown',
      'a route table on the DMS subnet',
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

  const DOWN = { 'to-hq': { connectionStatus: 'NotConnected' } }
  const odd: Subnet = { ...GATEWAY_SUBNET, ipConfigurationIds: [`${PROVIDER}/somethingElse/x/ipConfigurations/y`] }
  const routeServer: Subnet = { ...SUBNET, id: `${SUBNET.id}x`, name: 'RouteServerSubnet' }
  const withPeering = { ...WITH_GATEWAY, peerings: [peering] }
  const closedHub = { network: { peerings: [] } }
  const withRouteTable = { ...WITH_GATEWAY, subnets: [{ ...SUBNET, routeTableId: 'rt' }, GATEWAY_SUBNET] }

  it.each<[string, ArmPort, string]>([
    ['a peering', hub(withPeering, { ...closedHub, connections: DOWN }), 'peering to-hub'],
    ['a route table', arm(withRouteTable, DOWN), 'a route table on the DMS subnet'],
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
    ['a route table', arm(networkWith({}, { routeTableId: 'rt' }))],
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
