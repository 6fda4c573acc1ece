import { describe, expect, it } from '@jest/globals'
import {
  armWith,
  evidenceIn,
  forbidden,
  GROUP,
  NETWORK_ID,
  networkWith,
  notThere,
  there,
} from '../../../../test/arm-fixtures.ts'
import { MANIFEST } from '../../../../test/fixtures.ts'
import type { Observed } from '../../../domain/observed.ts'
import type { ArmAnswer, ArmPort } from '../../../ports/arm-port.ts'
import type {
  ExpressRouteCircuit,
  GatewayConnection,
  RouteTable,
  Subnet,
  VirtualNetwork,
  VirtualNetworkGateway,
} from '../../../ports/network-resources.ts'
import type { Judgement } from '../../define.ts'
import check from './check.ts'

const { definition } = check
const [subject] = definition.subjects(MANIFEST) as [ReturnType<typeof definition.subjects>[number]]
const ALL = ['Microsoft.Sql', 'Microsoft.Storage', 'Microsoft.ServiceBus']
const GATEWAY_ID = `${GROUP}/providers/Microsoft.Network/virtualNetworkGateways/vgw`
const CIRCUIT_ID = `${GROUP}/providers/Microsoft.Network/expressRouteCircuits/er-hq`
const HUB_ID = `${GROUP}/providers/Microsoft.Network/virtualNetworks/hub`

interface Situation {
  endpoints?: readonly string[]
  routes?: readonly [prefix: string, hop: string][]
  propagation?: boolean
  table?: Observed<ArmAnswer<RouteTable>>
  gateway?: 'Vpn' | 'ExpressRoute'
  gatewayAnswer?: Observed<ArmAnswer<VirtualNetworkGateway>>
  connection?: Partial<GatewayConnection>
  behind?: readonly string[]
  circuit?: ExpressRouteCircuit['peerings'] | Observed<ArmAnswer<ExpressRouteCircuit>>
  network?: Partial<VirtualNetwork>
}

const subnet = (name: string, more: Partial<Subnet> = {}): Subnet => {
  const [own] = networkWith({}).subnets
  if (own === undefined) throw new Error('no subnet')
  return { ...own, id: `${NETWORK_ID}/subnets/${name}`, name, ...more }
}

function azure(situation: Situation): ArmPort {
  const { endpoints = [], routes, propagation = true, gateway, connection = {}, circuit, behind = [] } = situation
  const hasTable = routes !== undefined || situation.table !== undefined || situation.propagation !== undefined
  const [own] = networkWith({}, { serviceEndpoints: endpoints, ...(hasTable ? { routeTableId: 'rt' } : {}) }).subnets
  const subnets = [
    ...(own === undefined ? [] : [own]),
    ...(gateway === undefined
      ? []
      : [subnet('GatewaySubnet', { ipConfigurationIds: [`${GATEWAY_ID}/ipConfigurations/default`] })]),
  ]
  const network = networkWith({ subnets, ...situation.network })
  return armWith({
    virtualNetwork: (id) =>
      there(id === NETWORK_ID ? network : { ...network, id, name: 'hub', subnets: [], peerings: [] }),
    routeTable: () =>
      situation.table ??
      there({
        id: 'rt',
        name: 'rt-dms',
        disableBgpRoutePropagation: !propagation,
        routes: (routes ?? []).map(([addressPrefix, nextHopType], index) => ({
          name: `r${String(index)}`,
          addressPrefix,
          nextHopType,
        })),
      }),
    virtualNetworkGateway: (id) =>
      situation.gatewayAnswer ??
      there({ id, name: 'vgw', gatewayType: gateway ?? 'Vpn', clientPrefixes: [], connectionIds: ['cn'] }),
    gatewayConnection: (id) =>
      there({
        id,
        name: 'cn-hq',
        connectionType: gateway === 'ExpressRoute' ? 'ExpressRoute' : 'IPsec',
        enableBgp: false,
        localNetworkGatewayId: 'lgw',
        ...(circuit === undefined ? {} : { circuitId: CIRCUIT_ID }),
        ...connection,
      }),
    localNetworkGateway: (id) => there({ id, name: 'lgw', addressPrefixes: [...behind] }),
    expressRouteCircuit: (id) =>
      circuit !== undefined && 'ok' in circuit ? circuit : there({ id, name: 'er-hq', peerings: circuit ?? [] }),
    virtualHubs: () => there([]),
  })
}

async function judge(arm: ArmPort): Promise<Judgement> {
  return definition.judge(evidenceIn(await definition.observe({ arm }, subject)), subject)
}

function run(situation: Situation): Promise<Judgement> {
  return judge(azure(situation))
}

const PRIVATE = { type: 'AzurePrivatePeering', state: 'Enabled' }
const MICROSOFT = { type: 'microsoftpeering', state: 'Enabled' }
const EVERYTHING = '0.0.0.0/0'
const peering = (more: Partial<VirtualNetwork['peerings'][number]>): VirtualNetwork['peerings'][number] => ({
  name: 'to-hub',
  state: 'Connected',
  remoteId: HUB_ID,
  allowVirtualNetworkAccess: true,
  useRemoteGateways: true,
  allowGatewayTransit: false,
  remotePrefixes: [],
  ...more,
})
const stateless = peering({})
delete stateless.state
const NO_NEED = 'no ExpressRoute, no user route and no BGP leads public addresses away from the internet'

describe('network/service-endpoints-are-set', () => {
  it.each<[string, Situation, Judgement['verdict'], string]>([
    [
      'all three',
      { endpoints: ALL, gateway: 'ExpressRoute', routes: [[EVERYTHING, 'None']] },
      'pass',
      'the service endpoints Microsoft.Sql, Microsoft.Storage, Microsoft.ServiceBus are on for snet-dms',
    ],
    [
      'all three in other letters, storage for every region',
      { endpoints: ['microsoft.sql', 'MICROSOFT.SERVICEBUS', 'Microsoft.Storage.Global'] },
      'pass',
      'are on for snet-dms',
    ],
    ['none, and no way but the internet', {}, 'not-applicable', NO_NEED],
    [
      'none, and a tunnel without BGP',
      { gateway: 'Vpn', behind: ['192.168.0.0/16'] },
      'not-applicable',
      'lacks the service endpoints Microsoft.Sql, Microsoft.Storage, Microsoft.ServiceBus',
    ],
    ['a route to the source', { routes: [['192.168.0.0/16', 'VirtualAppliance']] }, 'not-applicable', NO_NEED],
    [
      'a route for some public addresses',
      { routes: [['203.0.113.0/24', 'VirtualAppliance']] },
      'not-applicable',
      NO_NEED,
    ],
    [
      'a default route to the internet, in spite of BGP',
      { routes: [[EVERYTHING, 'internet']], gateway: 'Vpn', connection: { enableBgp: true } },
      'not-applicable',
      'r0 (0.0.0.0/0 to internet) sends it straight to the internet',
    ],
    [
      'BGP that the subnet does not listen to',
      { propagation: false, gateway: 'Vpn', connection: { enableBgp: true } },
      'not-applicable',
      NO_NEED,
    ],
    [
      'BGP',
      { gateway: 'Vpn', connection: { enableBgp: true } },
      'manual',
      'a default route may be learned from IPsec connection cn-hq of gateway vgw',
    ],
    [
      'a tunnel for everything',
      { gateway: 'Vpn', behind: [EVERYTHING] },
      'manual',
      'may be learned from IPsec connection',
    ],
    [
      'a tunnel for both halves of everything',
      { gateway: 'Vpn', behind: ['0.0.0.0/1', '128.0.0.0/1'] },
      'manual',
      'may be learned from IPsec connection',
    ],
    [
      'an appliance',
      { endpoints: ['Microsoft.Sql'], routes: [[EVERYTHING, 'VirtualAppliance']] },
      'manual',
      'lacks the service endpoints Microsoft.Storage, Microsoft.ServiceBus, and the user route r0 (0.0.0.0/0 to VirtualAppliance) sends what goes to public addresses elsewhere first',
    ],
    ['a forced tunnel', { routes: [[EVERYTHING, 'VirtualNetworkGateway']] }, 'manual', 'elsewhere first'],
    [
      'two halves before the whole',
      {
        routes: [
          [EVERYTHING, 'Internet'],
          ['0.0.0.0/1', 'VirtualAppliance'],
          ['128.0.0.0/1', 'None'],
        ],
      },
      'manual',
      'r1 (0.0.0.0/1 to VirtualAppliance), r2 (128.0.0.0/1 to None)',
    ],
    [
      'dropped',
      { routes: [[EVERYTHING, 'None']] },
      'fail',
      'and the user route r0 (0.0.0.0/0 to None) drops what goes to public addresses',
    ],
    [
      'dropped by halves, private ranges left out',
      {
        routes: [
          ['0.0.0.0/1', 'None'],
          ['128.0.0.0/1', 'none'],
          ['10.0.0.0/8', 'VnetLocal'],
        ],
      },
      'fail',
      'drops what goes to public addresses',
    ],
    [
      'dropped, except for some services',
      {
        routes: [
          [EVERYTHING, 'None'],
          ['Storage.WestEurope', 'Internet'],
        ],
      },
      'manual',
      'drops what goes to public addresses, except r1 (Storage.WestEurope)',
    ],
    [
      'dropped, and only the target lacks an endpoint',
      { endpoints: ['Microsoft.Storage', 'Microsoft.ServiceBus'], routes: [[EVERYTHING, 'None']] },
      'manual',
      'lacks the service endpoint Microsoft.Sql, and',
    ],
    [
      'ExpressRoute with Microsoft peering',
      { gateway: 'ExpressRoute', circuit: [PRIVATE, MICROSOFT] },
      'fail',
      'the ExpressRoute circuit er-hq has Microsoft peering, with which Microsoft asks for them',
    ],
    [
      'ExpressRoute with Microsoft peering, and nobody may see the routes',
      { gateway: 'ExpressRoute', circuit: [MICROSOFT], table: forbidden() },
      'fail',
      'has Microsoft peering',
    ],
    [
      'ExpressRoute with private peering',
      { gateway: 'ExpressRoute', circuit: [PRIVATE, { ...MICROSOFT, state: 'Disabled' }] },
      'manual',
      'a default route may be learned from ExpressRoute gateway vgw',
    ],
    [
      'ExpressRoute with private peering, and a default route to the internet',
      { gateway: 'ExpressRoute', circuit: [PRIVATE], routes: [[EVERYTHING, 'Internet']] },
      'not-applicable',
      'straight to the internet',
    ],
    [
      'ExpressRoute to nobody knows where',
      { gateway: 'ExpressRoute', routes: [[EVERYTHING, 'Internet']] },
      'manual',
      'no circuit of ExpressRoute gateway vgw is named',
    ],
    [
      'ExpressRoute with a peering of which Azure does not tell the kind',
      { gateway: 'ExpressRoute', circuit: [{ state: 'Enabled' }], routes: [[EVERYTHING, 'Internet']] },
      'manual',
      'whether the ExpressRoute circuit er-hq has Microsoft peering, Azure does not tell',
    ],
    [
      'ExpressRoute with Microsoft peering of which Azure does not tell the state',
      { gateway: 'ExpressRoute', circuit: [PRIVATE, { type: 'MicrosoftPeering' }], routes: [[EVERYTHING, 'Internet']] },
      'manual',
      'whether the ExpressRoute circuit er-hq has Microsoft peering, Azure does not tell',
    ],
    [
      'a gateway subnet without a gateway',
      { network: { subnets: [...networkWith({}).subnets, subnet('GatewaySubnet')] } },
      'not-applicable',
      NO_NEED,
    ],
    [
      'a hub of a virtual WAN in another subscription',
      { network: { peerings: [peering({ name: 'RemoteVnetToHubPeering_1' })] } },
      'manual',
      'what could not be followed (peering RemoteVnetToHubPeering_1 with a virtual WAN hub that is not in subscription',
    ],
    [
      'a peering of which Azure does not tell the state',
      { network: { peerings: [stateless] } },
      'manual',
      'what could not be followed (peering to-hub: Azure does not tell its state)',
    ],
    [
      'a gateway of which Azure does not tell the kind',
      { gateway: 'Vpn', gatewayAnswer: there({ id: GATEWAY_ID, name: 'vgw', clientPrefixes: [], connectionIds: [] }) },
      'manual',
      'no circuit of gateway vgw of a kind that Azure does not tell is named',
    ],
    [
      'a hub of a virtual WAN',
      { network: { peerings: [peering({ name: 'RemoteVnetToHubPeering_1' })] } },
      'manual',
      'virtual WAN hub behind peering RemoteVnetToHubPeering_1',
    ],
    [
      'remote gateways of a hub that shows none',
      { network: { peerings: [peering({})] } },
      'manual',
      'remote gateways of peering to-hub',
    ],
    [
      'a peering without gateways',
      { network: { peerings: [peering({ useRemoteGateways: false })] } },
      'not-applicable',
      NO_NEED,
    ],
    [
      'a peering that is half made',
      { network: { peerings: [peering({ state: 'Initiated' })] } },
      'not-applicable',
      NO_NEED,
    ],
  ])('%s', async (_, situation, verdict, summary) => {
    const judgement = await run(situation)
    expect(judgement.summary).toContain(summary)
    expect(judgement.verdict).toBe(verdict)
  })

  it('one connection of several that names no circuit', async () => {
    const arm = azure({ gateway: 'ExpressRoute', circuit: [PRIVATE], routes: [[EVERYTHING, 'Internet']] })
    const gateway = { id: GATEWAY_ID, name: 'vgw', gatewayType: 'ExpressRoute', clientPrefixes: [] }
    const judgement = await judge({
      ...arm,
      virtualNetworkGateway: () => Promise.resolve(there({ ...gateway, connectionIds: ['cn', 'other'] })),
      gatewayConnection: (id) =>
        id === 'cn'
          ? arm.gatewayConnection(id)
          : Promise.resolve(there({ id, name: 'cn-other', connectionType: 'ExpressRoute', enableBgp: false })),
    })
    expect(judgement).toMatchObject({
      verdict: 'manual',
      summary: expect.stringContaining(
        'no circuit of ExpressRoute connection cn-other of gateway vgw is named',
      ) as unknown,
    })
  })

  it('remote gateways that the other side does not give teach nothing', async () => {
    const back = peering({ name: 'to-dms', remoteId: NETWORK_ID, useRemoteGateways: false })
    const own = networkWith({ peerings: [peering({})] }, { serviceEndpoints: [] })
    const virtualNetwork = (id: string): ReturnType<ArmPort['virtualNetwork']> =>
      Promise.resolve(there(id === NETWORK_ID ? own : { ...own, id, name: 'hub', subnets: [], peerings: [back] }))
    expect(await judge({ ...azure({}), virtualNetwork })).toMatchObject({ verdict: 'not-applicable' })
  })

  it('a route server may teach a default route', async () => {
    const [own] = networkWith({}).subnets
    const server = subnet('RouteServerSubnet', { ipConfigurationIds: ['/rs/ipConfigurations/a'] })
    expect(await run({ network: { subnets: own === undefined ? [] : [own, server] } })).toMatchObject({
      verdict: 'manual',
      summary: expect.stringContaining('a default route may be learned from route server') as unknown,
    })
  })

  it('keeps the endpoints that are on, and warns of what the target will see', async () => {
    const judgement = await run({ endpoints: ['Microsoft.KeyVault'], routes: [[EVERYTHING, 'None']] })
    const { scripts, text } = judgement.verdict === 'fail' ? judgement.remediation : { scripts: [], text: '' }
    expect(scripts[0]?.code).toMatch(
      /--service-endpoints Microsoft\.KeyVault Microsoft\.Sql Microsoft\.Storage Microsoft\.ServiceBus$/,
    )
    expect(text).toContain('give its firewall a virtual network rule first')
  })

  it.each<[string, Situation, string]>([
    ['the routes', { table: forbidden() }, 'forbidden'],
    ['the route table that Azure names', { table: notThere() }, 'not-found'],
    ['the gateway', { gateway: 'Vpn', gatewayAnswer: forbidden() }, 'forbidden'],
    ['the circuit', { gateway: 'ExpressRoute', circuit: forbidden() }, 'forbidden'],
    ['a circuit that is there', { gateway: 'ExpressRoute', circuit: notThere() }, 'not-found'],
  ])('hands on that it could not look without %s', async (_, situation, kind) => {
    expect(await definition.observe({ arm: azure(situation) }, subject)).toMatchObject({ ok: false, failure: { kind } })
  })

  it.each([
    ['the network', armWith({ virtualNetwork: forbidden }), 'forbidden'],
    ['a network that is there', armWith({ virtualNetwork: () => notThere() }), 'not-found'],
  ])('hands on that it could not look without %s', async (_, arm, kind) => {
    expect(await definition.observe({ arm }, subject)).toMatchObject({ ok: false, failure: { kind } })
  })
})
