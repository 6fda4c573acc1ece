import { describe, expect, it } from '@jest/globals'
import {
  armWith,
  evidenceIn,
  forbidden,
  GROUP,
  NETWORK_ID,
  networkWith,
  notThere,
  SUBNET,
  SUBNET_ID,
  there,
} from '../../../../test/arm-fixtures.ts'
import * as fixtures from '../../../../test/sql-fixtures.ts'
import { INSTANCE_ID, instanceManifest } from '../../../../test/storage-fixtures.ts'
import { unseen, type Observed } from '../../../domain/observed.ts'
import type { ArmAnswer, ManagedInstanceResource } from '../../../ports/arm-port.ts'
import type { VirtualNetwork, VirtualNetworkPeering } from '../../../ports/network-resources.ts'
import type { Ports } from '../../../ports/ports.ts'
import type { Dms } from '../../../domain/manifest.ts'
import type { Judgement } from '../../define.ts'
import { targetSubjects } from '../../subjects.ts'
import check from './check.ts'

const OTHER_ID = `${GROUP}/providers/Microsoft.Network/virtualNetworks/vnet-mi`
const HUB_ID = `${GROUP}/providers/Microsoft.Network/virtualNetworks/vnet-hub`
const WAN_ID = `${GROUP}/providers/Microsoft.Network/virtualNetworks/HV_hub_1`
const TABLE_ID = `${GROUP}/providers/Microsoft.Network/routeTables/rt-dms`
const GATEWAYS = {
  ...SUBNET,
  id: `${NETWORK_ID}/subnets/GatewaySubnet`,
  name: 'GatewaySubnet',
  ipConfigurationIds: ['x'],
}

function peering(remoteId: string, more: Partial<VirtualNetworkPeering> = {}): VirtualNetworkPeering {
  return {
    name: `to-${remoteId.split('/').at(-1) ?? ''}`,
    state: 'Connected',
    remoteId,
    allowVirtualNetworkAccess: true,
    useRemoteGateways: false,
    allowGatewayTransit: false,
    syncLevel: 'FullyInSync',
    remotePrefixes: [],
    ...more,
  }
}

interface World {
  /** Peerings of the network of DMS. */
  here?: readonly VirtualNetworkPeering[]
  hereMore?: Partial<VirtualNetwork>
  routeTableId?: string
  there?: readonly VirtualNetworkPeering[] | Observed<ArmAnswer<VirtualNetwork>>
  thereMore?: Partial<VirtualNetwork>
  instance?: Observed<ArmAnswer<ManagedInstanceResource>>
  subnetId?: string
  dms?: Partial<Dms>
}

async function judge(world: World): Promise<Judgement> {
  const manifest = instanceManifest()
  const [subject] = targetSubjects({ ...manifest, dms: { ...manifest.dms, ...world.dms } })
  if (subject === undefined) throw new Error('the fixture has no target')
  const subnetId = world.subnetId ?? `${OTHER_ID}/subnets/snet-mi`
  const instance = { id: INSTANCE_ID, name: 'mi-erp', location: 'westeurope', ...(subnetId === '' ? {} : { subnetId }) }
  const { here = [], there: other = [] } = world
  const subnet = world.routeTableId === undefined ? {} : { routeTableId: world.routeTableId }
  const arm = armWith({
    managedInstance: () => world.instance ?? there(instance),
    virtualNetwork: (id) => {
      if (id === NETWORK_ID) return there(networkWith({ peerings: here, ...world.hereMore }, subnet))
      return 'ok' in other
        ? other
        : there(networkWith({ id: OTHER_ID, name: 'vnet-mi', peerings: other, subnets: [], ...world.thereMore }))
    },
  })
  const evidence = evidenceIn(await check.observe({ arm } as unknown as Ports, subject))
  return fixtures.judgeStored(check, evidence, subject)
}

const BOTH = { here: [peering(OTHER_ID)], there: [peering(NETWORK_ID)] }

const TABLE: readonly [string, World, Judgement['verdict'], RegExp][] = [
  [
    'one network',
    { subnetId: `${NETWORK_ID}/subnets/snet-mi` },
    'pass',
    /vnet holds DMS in subnet snet-dms and the instance in subnet snet-mi/,
  ],
  [
    'one subnet, in another letter case',
    { subnetId: SUBNET_ID.toUpperCase().replace('/SUBSCRIPTIONS', '/subscriptions') },
    'fail',
    /are both in subnet snet-dms/,
  ],
  ['peered', BOTH, 'pass', /peered directly: to-vnet-mi and to-vnet are Connected, access allowed/],
  ['peered in another letter case', { ...BOTH, here: [peering(OTHER_ID.toLowerCase())] }, 'pass', /peered directly/],
  [
    'begun from one side',
    { here: [peering(OTHER_ID, { state: 'Initiated' })] },
    'fail',
    /to-vnet-mi of vnet is Initiated; vnet-mi has no peering back/,
  ],
  [
    'disconnected on the other side',
    { ...BOTH, there: [peering(NETWORK_ID, { state: 'Disconnected' })] },
    'fail',
    /to-vnet of vnet-mi is Disconnected/,
  ],
  [
    'no access from here',
    { ...BOTH, here: [peering(OTHER_ID, { allowVirtualNetworkAccess: false })] },
    'fail',
    /to-vnet-mi of vnet does not allow access/,
  ],
  [
    'no access from there',
    { ...BOTH, there: [peering(NETWORK_ID, { allowVirtualNetworkAccess: false })] },
    'fail',
    /to-vnet of vnet-mi does not allow access/,
  ],
  ['no peering', {}, 'fail', /vnet \(DMS\) has no peering with vnet-mi \(instance\)$/],
  [
    'through a hub',
    { here: [peering(HUB_ID)], there: [peering(HUB_ID)] },
    'fail',
    /both are peered with vnet-hub, and peering does not pass through a third network/,
  ],
  [
    'the other side is not read',
    { ...BOTH, there: forbidden() },
    'unknown',
    /to-vnet-mi is Connected on the side of DMS, and the other side could not be read: .*virtualNetworks\/read/,
  ],
  ['the other side is not there', { ...BOTH, there: notThere() }, 'unknown', /could not be read: ResourceNotFound/],
  [
    'not in sync',
    { ...BOTH, here: [peering(OTHER_ID, { syncLevel: 'RemoteNotInSync' })] },
    'unknown',
    /not in sync \(RemoteNotInSync\)/,
  ],
  [
    'a state that is not told',
    { ...BOTH, there: [{ ...peering(NETWORK_ID), state: undefined as never }] },
    'unknown',
    /does not tell the state of to-vnet/,
  ],
  [
    'a route table',
    { here: [peering(HUB_ID)], there: [peering(HUB_ID)], routeTableId: TABLE_ID },
    'unknown',
    /may be a way by the routes of rt-dms through an appliance/,
  ],
  [
    'a virtual WAN',
    { here: [peering(WAN_ID)], there: [peering(WAN_ID)] },
    'unknown',
    /may be a way through a virtual WAN hub/,
  ],
  ['a virtual WAN on one side', { here: [peering(WAN_ID)] }, 'fail', /has no peering/],
  [
    'gateways on both sides',
    { hereMore: { subnets: [SUBNET, GATEWAYS] }, thereMore: { subnets: [GATEWAYS] } },
    'unknown',
    /by a VPN or ExpressRoute gateway of each/,
  ],
  [
    'a gateway here, one behind a peering there',
    { hereMore: { subnets: [SUBNET, GATEWAYS] }, there: [peering(HUB_ID, { useRemoteGateways: true })] },
    'unknown',
    /gateway of each/,
  ],
  ['a gateway here', { hereMore: { subnets: [SUBNET, GATEWAYS] } }, 'fail', /has no peering/],
  ['no such instance', { instance: notThere() }, 'blocked', /ResourceNotFound/],
  ['an instance without a subnet', { subnetId: '' }, 'unknown', /Azure names no subnet of the managed instance/],
  ['an unusable subnet of the instance', { subnetId: 'snet' }, 'unknown', /Azure names no subnet/],
  [
    'no such subnet of DMS',
    { dms: { subnetId: `${NETWORK_ID}/subnets/other` } },
    'blocked',
    /vnet has no subnet other/,
  ],
  [
    'no subnet of DMS in the manifest',
    { dms: { subnetId: undefined as never } },
    'unknown',
    /names neither dms\.subnet/,
  ],
]

describe('network/target-is-connected', () => {
  it.each(TABLE)('%s', async (_world, world, verdict, summary) => {
    const judgement = await judge(world)
    expect([judgement.verdict, judgement.summary]).toEqual([verdict, expect.stringMatching(summary)])
  })

  it('gives each verdict that it names', () => {
    fixtures.expectEveryVerdict(
      check,
      TABLE.map(([, , verdict]) => verdict),
    )
  })

  it('peers from both sides', async () => {
    const judgement = await judge({})
    const codes = judgement.verdict === 'fail' ? judgement.remediation.scripts.map(({ code }) => code) : []
    expect(codes).toEqual([
      expect.stringMatching(/--vnet-name vnet .*--name vnet-to-vnet-mi .*--remote-vnet \S+vnet-mi /s),
      expect.stringMatching(/--vnet-name vnet-mi .*--name vnet-mi-to-vnet .*--remote-vnet \S+vnet /s),
    ])
  })

  it.each<[World, object[]]>([
    [{ instance: notThere() }, [{ id: 'target/managed-instance-exists', subject: 'default' }]],
    [
      { dms: { subnetId: `${NETWORK_ID}/subnets/o` } },
      [{ id: 'network/dms-vnet-uses-resource-manager', subject: 'Wave 1' }],
    ],
  ])('names what blocks it (%#)', async (world, blockedBy) => {
    expect(await judge(world)).toMatchObject({ verdict: 'blocked', blockedBy })
  })

  it('hands on that Azure could not be asked for the instance', async () => {
    await expect(judge({ instance: unseen('throttled', '429') })).rejects.toThrow('throttled: 429')
  })
})
