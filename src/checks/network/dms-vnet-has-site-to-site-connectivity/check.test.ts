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
        gatewayType,
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

const peering = {
  name: 'to-hub',
  state: 'Connected',
  remoteId: 'x',
  useRemoteGateways: true,
  allowGatewayTransit: false,
  remotePrefixes: [],
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
      arm(networkWith({ peerings: [peering] })),
      ['192.168.7.5'],
      'unknown',
      'peering to-hub (Connected, uses its gateway)',
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
  const withRouteTable = { ...WITH_GATEWAY, subnets: [{ ...SUBNET, routeTableId: 'rt' }, GATEWAY_SUBNET] }

  it.each<[string, ArmPort, string]>([
    ['a peering', arm(withPeering, DOWN), 'peering to-hub'],
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
    ['a peered hub', arm(networkWith({ peerings: [peering] }))],
    ['ExpressRoute', arm(WITH_GATEWAY, { er: { connectionType: 'ExpressRoute' } }, [], 'ExpressRoute')],
    ['BGP', arm(WITH_GATEWAY, { 'to-hq': { connectionStatus: 'Connected', enableBgp: true } }, [])],
    ['a route table', arm(networkWith({}, { routeTableId: 'rt' }))],
    ['a peered hub, the tunnel down', arm(withPeering, DOWN)],
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

  it('hands on that the source has no address', async () => {
    const ports = { arm: arm(WITH_GATEWAY), net: netWith({}) }
    expect(await definition.observe(ports, subjectOf({}))).toMatchObject({ ok: false, failure: { kind: 'dns' } })
  })
})
