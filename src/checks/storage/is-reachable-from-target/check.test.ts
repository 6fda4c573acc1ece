import { describe, expect, it } from '@jest/globals'
import { CARD, MACHINE, REGISTRATION } from '../../../../test/machine-fixtures.ts'
import {
  armWith,
  evidenceIn,
  forbidden,
  GROUP,
  NETWORK,
  NETWORK_ID,
  networkWith,
  notThere,
  SUBNET,
  SUBNET_ID,
  there,
} from '../../../../test/arm-fixtures.ts'
import { ACCOUNT, blobWith, CONTAINER, INSTANCE_ID, instanceManifest } from '../../../../test/storage-fixtures.ts'
import type { Manifest } from '../../../domain/manifest.ts'
import { unseen } from '../../../domain/observed.ts'
import type { ArmPort } from '../../../ports/arm-port.ts'
import type { PrivateEndpoint, Subnet, VirtualNetwork } from '../../../ports/network-resources.ts'
import type { StorageAccount } from '../../../ports/storage-resources.ts'
import type { Judgement } from '../../define.ts'
import check from './check.ts'

const { definition } = check
const MI_NETWORK_ID = `${GROUP}/providers/Microsoft.Network/virtualNetworks/vnet-mi`
const MI_SUBNET_ID = `${MI_NETWORK_ID}/subnets/snet-mi`
const STORAGE = ['Microsoft.Storage']
const ENDPOINT_ID = `${GROUP}/providers/Microsoft.Network/privateEndpoints/pe-blob`
const CONNECTION = [{ name: 'pe-blob', status: 'Approved', endpointId: ENDPOINT_ID }]
const BOTH = [
  { subnetId: SUBNET_ID, state: 'Succeeded' },
  { subnetId: MI_SUBNET_ID.toLowerCase(), state: 'succeeded' },
]

interface World {
  account?: Partial<StorageAccount>
  dms?: Partial<Subnet>
  instance?: Partial<Subnet>
  network?: Partial<VirtualNetwork>
  instanceNetwork?: Partial<VirtualNetwork>
  endpoint?: Partial<PrivateEndpoint>
  arm?: Partial<ArmPort>
  manifest?: Partial<Manifest>
  /** Azure does not know the network of DMS. */
  isDmsGone?: true
}

function armOf({
  account,
  dms,
  instance,
  network = {},
  instanceNetwork = {},
  endpoint,
  arm,
  isDmsGone,
}: World): ArmPort {
  const miSubnet: Subnet = { ...SUBNET, id: MI_SUBNET_ID, name: 'snet-mi', serviceEndpoints: STORAGE, ...instance }
  const miNetwork: VirtualNetwork = {
    ...NETWORK,
    id: MI_NETWORK_ID,
    name: 'vnet-mi',
    subnets: [miSubnet],
    ...instanceNetwork,
  }
  return {
    ...armWith({
      storageAccount: () => there({ ...ACCOUNT, ...account }),
      managedInstance: () => there({ id: INSTANCE_ID, name: 'mi-erp', location: 'westeurope', subnetId: MI_SUBNET_ID }),
      virtualNetwork: (id) => {
        if (id !== NETWORK_ID) return there(miNetwork)
        return isDmsGone ? notThere() : there(networkWith(network, { serviceEndpoints: STORAGE, ...dms }))
      },
      privateEndpoint: () =>
        there({
          id: ENDPOINT_ID,
          name: 'pe-blob',
          subnetId: `${MI_NETWORK_ID}/subnets/snet-pe`,
          networkInterfaceIds: [],
          connections: [{ status: 'Approved', groupIds: ['blob'] }],
          dnsConfigs: [],
          ...endpoint,
        }),
    }),
    ...arm,
  }
}

async function run(world: World): Promise<Judgement> {
  const subject = definition.subjects(instanceManifest(world.manifest))[0]!
  const observed = await definition.observe({ arm: armOf(world), blob: blobWith({}) }, subject)
  return definition.judge(evidenceIn(observed), subject)
}
const dmsWith = (egress: string[]): Partial<Manifest> => ({ dms: { ...instanceManifest().dms, egress } })
const DENY = { defaultAction: 'Deny' }
const BY_NAT: Partial<Subnet> = { serviceEndpoints: [], natGatewayId: 'nat' }
/** The networks are not in the region of the account. */
const ELSEWHERE: World = { network: { location: 'northeurope' }, instanceNetwork: { location: 'northeurope' } }

function natGateway(ipAddress: string): Partial<ArmPort> {
  return {
    natGateway: () =>
      Promise.resolve(there({ id: 'nat', name: 'nat', publicIpAddressIds: ['pip'], publicIpPrefixIds: [] })),
    publicIpAddress: () => Promise.resolve(there({ id: 'pip', name: 'pip', ipAddress })),
  }
}
function routeTo(addressPrefix: string): Partial<ArmPort> {
  const route = { name: 'all', addressPrefix, nextHopType: 'VirtualAppliance', nextHopIpAddress: '10.0.0.4' }
  return {
    routeTable: () =>
      Promise.resolve(there({ id: 'rt', name: 'rt-dms', disableBgpRoutePropagation: false, routes: [route] })),
  }
}

describe('storage/is-reachable-from-target', () => {
  it.each<[string, World, Judgement['verdict'], RegExp]>([
    [
      'all networks',
      {},
      'pass',
      /^stmig lets in DMS and managed instance mi-erp: from DMS and managed .* admits all networks/,
    ],
    ['all networks, said so', { account: { publicNetworkAccess: 'Enabled' } }, 'pass', /admits all networks/],
    [
      'both subnets',
      { account: { ...DENY, virtualNetworkRules: BOTH } },
      'pass',
      /from DMS: a rule of stmig names snet-dms, .* from managed instance mi-erp: .*a rule of stmig names snet-mi/,
    ],
    [
      'both subnets, one far away by a global endpoint',
      {
        account: { ...DENY, virtualNetworkRules: BOTH },
        instance: { serviceEndpoints: ['Microsoft.Storage.Global'] },
        instanceNetwork: { location: 'North Europe' },
      },
      'pass',
      /snet-mi/,
    ],
    [
      'the subnet of DMS alone',
      { account: { ...DENY, virtualNetworkRules: BOTH.slice(0, 1) } },
      'fail',
      /^stmig shuts out managed instance mi-erp: .* denies what no rule admits, and no rule of its firewall names snet-mi/,
    ],
    [
      'the subnet of the instance alone',
      { account: { ...DENY, virtualNetworkRules: BOTH.slice(1) } },
      'fail',
      /^stmig shuts out DMS: .* no rule of its firewall names snet-dms/,
    ],
    ['nobody', { account: DENY }, 'fail', /^stmig shuts out DMS and managed instance mi-erp/],
    [
      'a subnet without the endpoint',
      { account: { ...DENY, virtualNetworkRules: BOTH }, instance: { serviceEndpoints: ['Microsoft.Sql'] } },
      'fail',
      /a rule names snet-mi, which has no Microsoft\.Storage endpoint/,
    ],
    [
      'a subnet of another region',
      { account: { ...DENY, virtualNetworkRules: BOTH }, instanceNetwork: { location: 'northeurope' } },
      'unknown',
      /for the region northeurope and its pair, and the account is in westeurope/,
    ],
    [
      'a rule that is not done',
      { account: { ...DENY, virtualNetworkRules: [BOTH[0]!, { subnetId: MI_SUBNET_ID, state: 'Failed' }] } },
      'unknown',
      /is Failed, not Succeeded/,
    ],
    [
      'addresses, and those of DMS are not declared',
      { account: { ...DENY, addressRules: ['203.0.113.0/24'], virtualNetworkRules: BOTH.slice(1) } },
      'unknown',
      /does not declare under which addresses DMS appears/,
    ],
    [
      'the addresses of DMS from another region, and the subnet of the instance',
      {
        account: { ...DENY, addressRules: ['203.0.113.0/24'], virtualNetworkRules: BOTH.slice(1) },
        dms: { serviceEndpoints: [] },
        network: { location: 'northeurope' },
        manifest: dmsWith(['203.0.113.7']),
      },
      'pass',
      /cover 203\.0\.113\.7, under which DMS appears/,
    ],
    [
      'the addresses of DMS within the region',
      {
        account: { ...DENY, addressRules: ['203.0.113.0/24'], virtualNetworkRules: BOTH.slice(1) },
        dms: { serviceEndpoints: [] },
        manifest: dmsWith(['203.0.113.7']),
      },
      'unknown',
      /do not count within a region/,
    ],
    [
      'other addresses than those of DMS',
      {
        account: { ...DENY, addressRules: ['198.51.100.0/24'], virtualNetworkRules: BOTH.slice(1) },
        manifest: dmsWith(['203.0.113.7']),
      },
      'fail',
      /leave out 203\.0\.113\.7 of dms\.egress/,
    ],
    [
      'addresses for the instance',
      { account: { ...DENY, addressRules: ['203.0.113.7'], virtualNetworkRules: BOTH.slice(0, 1) } },
      'unknown',
      /Azure does not tell its public address/,
    ],
    ['no public access', { account: { publicNetworkAccess: 'Disabled' } }, 'fail', /Disabled and no private endpoint/],
    [
      'no public access, and an endpoint for files',
      {
        account: { publicNetworkAccess: 'Disabled', privateEndpointConnections: CONNECTION },
        endpoint: { connections: [{ status: 'Approved', groupIds: ['file'] }] },
      },
      'fail',
      /Disabled and no private endpoint for its blobs/,
    ],
    [
      'no public access, and an endpoint that is not approved',
      {
        account: {
          publicNetworkAccess: 'Disabled',
          privateEndpointConnections: [{ ...CONNECTION[0]!, status: 'Rejected' }],
        },
      },
      'fail',
      /Disabled and no private endpoint/,
    ],
    [
      'no public access, and an endpoint near',
      { account: { publicNetworkAccess: 'Disabled', privateEndpointConnections: CONNECTION } },
      'unknown',
      /from managed instance mi-erp: .*pe-blob in vnet-mi is Approved and near; whether the name/,
    ],
    [
      'an endpoint in a peered network',
      {
        account: { ...DENY, privateEndpointConnections: CONNECTION },
        network: { peerings: [peering(MI_NETWORK_ID)] },
      },
      'unknown',
      /from DMS: .*pe-blob in vnet-mi is Approved and near/,
    ],
    [
      'an endpoint that nobody may read',
      {
        account: { publicNetworkAccess: 'Disabled', privateEndpointConnections: CONNECTION },
        arm: { privateEndpoint: () => Promise.resolve(forbidden()) },
      },
      'unknown',
      /private endpoint pe-blob could not be read/,
    ],
    ['a perimeter', { account: { publicNetworkAccess: 'SecuredByPerimeter' } }, 'unknown', /SecuredByPerimeter/],
    ['a firewall that says something new', { account: { defaultAction: 'Ask' } }, 'unknown', /says Ask/],
    [
      'another account than the container is in',
      { account: { blobEndpoint: 'https://other.blob.core.windows.net/' } },
      'unknown',
      /whose blobs are at https:\/\/other/,
    ],
    [
      'no account',
      { arm: { storageAccount: () => Promise.resolve(notThere()) } },
      'blocked',
      /is not there, so it has no firewall/,
    ],
    [
      'no network of DMS',
      { account: { ...DENY, virtualNetworkRules: BOTH }, isDmsGone: true },
      'blocked',
      /the subnet of DMS is not known/,
    ],
    [
      'no subnet of DMS in the manifest',
      {
        account: { ...DENY, virtualNetworkRules: BOTH },
        manifest: {
          dms: {
            egress: [],
            nsgPorts: 'seed',
            flows: [],
            runtimeHosts: [],
            schemaMigration: false,
            location: CONTAINER.location,
          },
        },
      },
      'unknown',
      /the manifest names neither dms\.subnet/,
    ],
    [
      'no managed instance',
      { account: { ...DENY, virtualNetworkRules: BOTH }, arm: { managedInstance: () => Promise.resolve(notThere()) } },
      'blocked',
      /the managed instance is not there/,
    ],
    [
      'no managed instance, with all networks',
      { arm: { managedInstance: () => Promise.resolve(notThere()) } },
      'blocked',
      /the managed instance is not there/,
    ],
    [
      'no managed instance, and DMS is shut out',
      {
        account: { ...DENY, virtualNetworkRules: BOTH.slice(1) },
        arm: { managedInstance: () => Promise.resolve(notThere()) },
      },
      'fail',
      /^stmig shuts out DMS: /,
    ],
    [
      'the NAT gateways of both subnets, from another region',
      {
        account: { ...DENY, addressRules: ['203.0.113.0/24'] },
        dms: BY_NAT,
        instance: BY_NAT,
        ...ELSEWHERE,
        arm: natGateway('203.0.113.7'),
      },
      'pass',
      /cover 203\.0\.113\.7, under which DMS appears \(NAT gateway nat\).*under which managed instance mi-erp appears/,
    ],
    [
      'a NAT gateway whose address no rule covers',
      {
        account: { ...DENY, addressRules: ['198.51.100.0/24'], virtualNetworkRules: BOTH.slice(1) },
        dms: BY_NAT,
        arm: natGateway('203.0.113.7'),
      },
      'fail',
      /leave out 203\.0\.113\.7 of NAT gateway nat/,
    ],
    [
      'a NAT gateway within the region',
      {
        account: { ...DENY, addressRules: ['203.0.113.7'], virtualNetworkRules: BOTH.slice(1) },
        dms: BY_NAT,
        arm: natGateway('203.0.113.7'),
      },
      'unknown',
      /cover NAT gateway nat, but they do not count within a region/,
    ],
    [
      'declared addresses that the NAT gateway contradicts',
      {
        account: { ...DENY, addressRules: ['198.51.100.7'], virtualNetworkRules: BOTH.slice(1) },
        dms: BY_NAT,
        ...ELSEWHERE,
        arm: natGateway('203.0.113.7'),
        manifest: dmsWith(['198.51.100.7']),
      },
      'unknown',
      /cover dms\.egress, and by NAT gateway nat DMS appears under 203\.0\.113\.7, of which they leave out 203\.0\.113\.7/,
    ],
    [
      'a NAT gateway that nobody may read',
      {
        account: { ...DENY, addressRules: ['203.0.113.7'], virtualNetworkRules: BOTH.slice(1) },
        dms: BY_NAT,
        arm: { natGateway: () => Promise.resolve(forbidden()) },
      },
      'unknown',
      /\(dms\.egress\); the NAT gateway of snet-dms could not be read/,
    ],
    [
      'a route that takes what goes to storage elsewhere',
      {
        account: { ...DENY, addressRules: ['203.0.113.7'], virtualNetworkRules: BOTH.slice(1) },
        dms: { ...BY_NAT, routeTableId: 'rt' },
        arm: { ...natGateway('203.0.113.7'), ...routeTo('Storage.WestEurope') },
      },
      'unknown',
      /the route all of rt-dms sends Storage\.WestEurope to VirtualAppliance 10\.0\.0\.4, whose own address is then seen/,
    ],
    [
      'a route for another service, which is no matter here',
      {
        account: { ...DENY, addressRules: ['198.51.100.7'], virtualNetworkRules: BOTH.slice(1) },
        dms: { ...BY_NAT, routeTableId: 'rt' },
        arm: { ...natGateway('203.0.113.7'), ...routeTo('Sql') },
      },
      'fail',
      /leave out 203\.0\.113\.7 of NAT gateway nat/,
    ],
    [
      'declared addresses that no public service sees',
      {
        account: { ...DENY, addressRules: ['203.0.113.7'], virtualNetworkRules: BOTH.slice(1) },
        manifest: dmsWith(['10.1.2.4']),
      },
      'unknown',
      /does not declare under which addresses DMS appears/,
    ],
    [
      'no view of the managed instance, with all networks',
      { arm: { managedInstance: () => Promise.resolve(forbidden()) } },
      'pass',
      /admits all networks/,
    ],
    [
      'no view of the managed instance',
      { account: { ...DENY, virtualNetworkRules: BOTH }, arm: { managedInstance: () => Promise.resolve(forbidden()) } },
      'unknown',
      /the managed instance could not be read: AuthorizationFailed/,
    ],
  ])('%s', async (_, world, verdict, summary) => {
    const judgement = await run(world)
    expect([judgement.verdict, judgement.summary]).toEqual([verdict, expect.stringMatching(summary)])
  })

  it('shows how to admit a subnet, and keeps the endpoints that are on', async () => {
    const judgement = await run({
      account: { ...DENY, virtualNetworkRules: BOTH.slice(0, 1) },
      instance: { serviceEndpoints: ['Microsoft.Sql'] },
    })
    const codes = judgement.verdict === 'fail' ? judgement.remediation.scripts.map(({ code }) => code) : []
    expect(codes).toHaveLength(2)
    expect(codes[0]).toMatch(/subnet update .*--service-endpoints Microsoft\.Sql Microsoft\.Storage/s)
    expect(codes[1]).toMatch(/network-rule add .*--account-name stmig .*--subnet .*snet-mi/s)
  })

  it('opens the public access where that is off', async () => {
    const judgement = await run({ account: { publicNetworkAccess: 'Disabled' } })
    const codes = judgement.verdict === 'fail' ? judgement.remediation.scripts.map(({ code }) => code) : []
    expect(codes[0]).toMatch(/az storage account update .*--public-network-access Enabled .*--default-action Deny/s)
  })

  it('wants to know the account', async () => {
    const container = { name: 'default', url: CONTAINER.url ?? '', location: CONTAINER.location }
    const subject = definition.subjects(instanceManifest({ containers: [container] }))[0]!
    expect(await definition.observe({ arm: armOf({}), blob: blobWith({}) }, subject)).toMatchObject({
      failure: { kind: 'missing-input', missing: expect.stringContaining('container.resource') },
    })
  })

  it('compares with the URL of the manifest when the SAS is not there', async () => {
    const subject = definition.subjects(instanceManifest())[0]!
    const blob = blobWith({ sas: unseen('no-credential', 'not set') })
    const evidence = evidenceIn(await definition.observe({ arm: armOf({}), blob }, subject))
    expect(evidence).toMatchObject({ url: CONTAINER.url })
    expect(definition.judge(evidence, subject).verdict).toBe('pass')
  })

  it('names the check of the instance that is not there', async () => {
    expect(await run({ arm: { managedInstance: () => Promise.resolve(notThere()) } })).toMatchObject({
      blockedBy: [{ id: 'target/managed-instance-exists', subject: 'default' }],
    })
  })

  it('hands on that it could not look at the account', async () => {
    const subject = definition.subjects(instanceManifest())[0]!
    const arm = armOf({ arm: { storageAccount: () => Promise.resolve(forbidden()) } })
    expect(await definition.observe({ arm, blob: blobWith({}) }, subject)).toMatchObject({
      failure: { kind: 'forbidden' },
    })
  })
})

function peering(remoteId: string): VirtualNetwork['peerings'][number] {
  return {
    name: 'p',
    remoteId,
    state: 'Connected',
    useRemoteGateways: false,
    allowGatewayTransit: false,
    allowVirtualNetworkAccess: true,
    remotePrefixes: [],
  }
}

const MACHINE_IN_SUBNET: Partial<ArmPort> = {
  sqlVirtualMachine: () => Promise.resolve(there(REGISTRATION)),
  virtualMachine: () => Promise.resolve(there(MACHINE)),
  addressHolder: () => Promise.resolve(there({ ...CARD, subnetId: MI_SUBNET_ID })),
}

describe('for the modern service', () => {
  const shared = instanceManifest().sources.map((source) => ({ ...source, share: 'default' }))
  const modern = (more: Partial<Manifest> = {}): Partial<Manifest> => ({ generation: 'modern', ...more })
  const machines = modern({ scenario: 'sql-server-to-sql-server-on-azure-vm' })
  const egress = (...addresses: string[]): Partial<Manifest> =>
    modern({ sources: shared, dms: { ...instanceManifest().dms, egress: addresses } })
  const instanceRule = { subnetId: MI_SUBNET_ID, state: 'Succeeded' }
  const byAddress = { ...DENY, virtualNetworkRules: [instanceRule], addressRules: ['203.0.113.0/28'] }

  it.each<[string, World, Judgement['verdict'], RegExp]>([
    [
      'the instance alone',
      { account: { ...DENY, virtualNetworkRules: [instanceRule] }, manifest: modern() },
      'pass',
      /^stmig lets in managed instance mi-erp: /,
    ],
    ['nobody', { account: DENY, manifest: modern() }, 'fail', /^stmig shuts out managed instance mi-erp: /],
    [
      'all networks, a runtime',
      { manifest: modern({ sources: shared }) },
      'pass',
      /lets in the integration runtime and managed/,
    ],
    [
      'a runtime under its declared address',
      { account: byAddress, manifest: egress('203.0.113.7') },
      'pass',
      /cover 203\.0\.113\.7, under which the runtime appears \(dms\.egress\)/,
    ],
    [
      'a runtime under another address',
      { account: byAddress, manifest: egress('198.51.100.7') },
      'unknown',
      /Whether stmig lets the integration runtime and managed instance mi-erp in .*no rule for public addresses covers 198\.51\.100\.7/,
    ],
    [
      'a runtime of which nothing is declared',
      { account: byAddress, manifest: modern({ sources: shared }) },
      'unknown',
      /does not declare under which public addresses the runtime appears/,
    ],
    [
      'closed to a runtime',
      { account: { publicNetworkAccess: 'Disabled' }, manifest: modern({ sources: shared }) },
      'fail',
      /shuts out the integration runtime and managed instance/,
    ],
    [
      'a virtual machine, all networks',
      { manifest: machines, arm: MACHINE_IN_SUBNET },
      'pass',
      /lets in virtual machine mi-erp/,
    ],
    [
      'a virtual machine whose network may not be read, all networks',
      { manifest: machines, arm: { sqlVirtualMachine: () => Promise.resolve(forbidden()) } },
      'pass',
      /admits all networks/,
    ],
    [
      'a virtual machine whose subnet no rule names',
      { account: DENY, manifest: machines, arm: MACHINE_IN_SUBNET },
      'fail',
      /^stmig shuts out virtual machine mi-erp: .*no rule of its firewall names snet-mi/,
    ],
    [
      'a virtual machine whose subnet a rule names',
      { account: { ...DENY, virtualNetworkRules: [instanceRule] }, manifest: machines, arm: MACHINE_IN_SUBNET },
      'pass',
      /^stmig lets in virtual machine mi-erp: .*a rule of stmig names snet-mi/,
    ],
    [
      'a virtual machine whose network interface tells no subnet',
      {
        account: DENY,
        manifest: machines,
        arm: { ...MACHINE_IN_SUBNET, addressHolder: () => Promise.resolve(there({ ...CARD, addresses: [] })) },
      },
      'unknown',
      /Azure names no subnet of the virtual machine/,
    ],
    [
      'a virtual machine whose network interface may not be read',
      {
        account: DENY,
        manifest: machines,
        arm: { ...MACHINE_IN_SUBNET, addressHolder: () => Promise.resolve(forbidden()) },
      },
      'unknown',
      /network interface of the virtual machine could not be read/,
    ],
    [
      'a virtual machine that is not there',
      {
        account: DENY,
        manifest: machines,
        arm: { ...MACHINE_IN_SUBNET, sqlVirtualMachine: () => Promise.resolve(notThere()) },
      },
      'blocked',
      /the SQL virtual machine is not there/,
    ],
  ])('%s', async (_which, world, verdict, summary) => {
    const judgement = await run(world)
    expect([judgement.verdict, judgement.summary]).toEqual([verdict, expect.stringMatching(summary)])
    expect(JSON.stringify(judgement)).not.toMatch(/DMS subnet|subnet of DMS/)
  })
})
