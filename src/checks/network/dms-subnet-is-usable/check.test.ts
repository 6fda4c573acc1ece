import { describe, expect, it } from '@jest/globals'
import {
  armWith,
  evidenceIn,
  forbidden,
  GROUP,
  manifestWith,
  NETWORK_ID,
  networkWith,
  notThere,
  SUBNET_ID,
  there,
} from '../../../../test/arm-fixtures.ts'
import { MANIFEST } from '../../../../test/fixtures.ts'
import type { Manifest } from '../../../domain/manifest.ts'
import type { ArmPort, DmsService } from '../../../ports/arm-port.ts'
import type { Subnet } from '../../../ports/network-resources.ts'
import type { Judgement } from '../../define.ts'
import check from './check.ts'

const { definition } = check
const SERVICE_ID = `${GROUP}/providers/Microsoft.DataMigration/services/dms-weu`
const NAMED = manifestWith({ dms: { ...MANIFEST.dms, serviceId: SERVICE_ID } })

function service(more: Partial<DmsService>): DmsService {
  return { id: SERVICE_ID, name: 'dms-weu', location: 'westeurope', virtualSubnetId: SUBNET_ID, ...more }
}

function azure(subnet: Partial<Subnet>, dms?: DmsService): ArmPort {
  return armWith({
    virtualNetwork: () => there(networkWith({}, subnet)),
    dmsServices: () => there(dms === undefined ? [] : [dms]),
    dmsService: () => (dms === undefined ? notThere() : there(dms)),
  })
}

async function run(arm: ArmPort, manifest: Manifest = MANIFEST): Promise<Judgement> {
  const [subject] = definition.subjects(manifest)
  if (subject === undefined) throw new Error('no subject')
  return definition.judge(evidenceIn(await definition.observe({ arm }, subject)), subject)
}

const configurations = (count: number): string[] =>
  Array.from(
    { length: count },
    (_, index) =>
      `${GROUP}/providers/Microsoft.Network/networkInterfaces/nic${String(index)}/ipConfigurations/ipconfig`,
  )
const GATEWAY = `${GROUP}/providers/Microsoft.Network/applicationGateways/agw-web/gatewayIPConfigurations/default`
const MANAGED = 'Microsoft.Sql/managedInstances'

describe('network/dms-subnet-is-usable', () => {
  it.each<[string, Partial<Subnet>, Judgement['verdict'], string]>([
    [
      'an empty subnet',
      {},
      'pass',
      'snet-dms (10.0.1.0/24) is not delegated, is held by no other service and has 251 free IPv4 addresses (251 addresses without the 5 of each prefix',
    ],
    ['the last address', { addressPrefixes: ['10.0.1.0/29'], ipConfigurationIds: configurations(2) }, 'pass', '1 free'],
    [
      'several prefixes',
      { addressPrefixes: ['10.0.1.0/29', '10.0.2.0/28'], ipConfigurationIds: configurations(13) },
      'pass',
      'has 1 free IPv4 addresses (14 addresses without the 5 of each prefix',
    ],
    [
      'a full subnet',
      { addressPrefixes: ['10.0.1.0/29'], ipConfigurationIds: configurations(3) },
      'fail',
      'DMS cannot be placed into snet-dms (10.0.1.0/29) of vnet: it has no free address (3 addresses without the 5 of each prefix that Azure keeps, 3 IP configurations in it)',
    ],
    ['a subnet that Azure keeps whole', { addressPrefixes: ['10.0.1.0/30'] }, 'fail', 'no free address (0 addresses'],
    ['room in both families', { addressPrefixes: ['10.0.1.0/28', 'fd00::/64'] }, 'pass', 'has 11 free IPv4'],
    [
      'IP configurations of either family',
      { addressPrefixes: ['10.0.1.0/29', 'fd00::/64'], ipConfigurationIds: configurations(4) },
      'unknown',
      'may be full (3 addresses without the 5 of each prefix that Azure keeps, 4 IP configurations in it): which of them are of IPv6',
    ],
    [
      'IPv6 alone',
      { addressPrefixes: ['fd00::/64'] },
      'fail',
      'it has no IPv4 prefix, and every network interface in Azure needs an IPv4 address',
    ],
    ['a prefix that is none', { addressPrefixes: ['10.0.1.0/24', 'auto'] }, 'unknown', 'cannot all be read'],
    ['no prefix that is one', { addressPrefixes: ['auto'] }, 'unknown', 'cannot all be read'],
    [
      'delegated',
      { delegations: [MANAGED] },
      'fail',
      `it is delegated to ${MANAGED} (ResourceNotPermittedOnDelegatedSubnet)`,
    ],
    ['delegated, with a prefix that is none', { delegations: [MANAGED], addressPrefixes: ['auto'] }, 'fail', MANAGED],
    [
      'held by a managed instance',
      { externalResources: [MANAGED, MANAGED] },
      'fail',
      `it is held by ${MANAGED} (SubnetWithExternalResourcesCannotBeUsedByOtherResources)`,
    ],
    [
      'with an application gateway',
      { ipConfigurationIds: [GATEWAY, ...configurations(1)] },
      'fail',
      'it is held by application gateway agw-web',
    ],
    [
      'everything at once',
      { delegations: [MANAGED], externalResources: ['a service'], addressPrefixes: ['fd00::/64'] },
      'fail',
      'ResourceNotPermittedOnDelegatedSubnet); it is held by a service (SubnetWithExternalResourcesCannotBeUsedByOtherResources); it has no IPv4 prefix',
    ],
  ])('%s', async (_, subnet, verdict, summary) => {
    const judgement = await run(azure(subnet))
    expect(judgement.verdict).toBe(verdict)
    expect(judgement.summary).toContain(summary)
    if (judgement.verdict === 'unknown') expect(judgement.cause.kind).toBe('insufficient')
    if (judgement.verdict === 'fail') {
      expect(judgement.remediation.scripts[0]?.code).toContain(
        "az network vnet subnet create \\\n  --subscription 00000000-0000-0000-0000-000000000001 \\\n  --resource-group rg \\\n  --vnet-name vnet \\\n  --name '<SUBNET>'",
      )
    }
  })

  const full = { addressPrefixes: ['10.0.1.0/29'], ipConfigurationIds: configurations(3) }
  const elsewhere = { virtualSubnetId: `${NETWORK_ID}/subnets/snet-old` }
  it.each<[string, Partial<DmsService>, Manifest, Judgement['verdict'], string]>([
    [
      'stands in the full subnet',
      { provisioningState: 'Stopped', virtualSubnetId: SUBNET_ID.toUpperCase() },
      MANIFEST,
      'pass',
      'DMS service dms-weu (Stopped) stands in snet-dms (10.0.1.0/29) already, so that it needs no room',
    ],
    ['named, stands there', { provisioningState: 'Succeeded' }, NAMED, 'pass', 'so that it needs no room'],
    ['failed to come to be', { provisioningState: 'Failed' }, NAMED, 'fail', 'no free address'],
    ['is being made', { provisioningState: 'Deploying' }, NAMED, 'fail', 'no free address'],
    ['without a state', {}, NAMED, 'fail', 'no free address'],
    [
      'named, stands in another subnet',
      { provisioningState: 'Succeeded', ...elsewhere },
      NAMED,
      'fail',
      'DMS service dms-weu (Succeeded) stands in vnet/snet-old, and the manifest names snet-dms of vnet',
    ],
    [
      'named, failed in another subnet',
      { provisioningState: 'Failed', ...elsewhere },
      NAMED,
      'fail',
      'DMS cannot be placed into snet-dms',
    ],
    ['not named, in another subnet', { provisioningState: 'Succeeded', ...elsewhere }, MANIFEST, 'fail', 'no free'],
  ])('a service that %s', async (_, dms, manifest, verdict, summary) => {
    const judgement = await run(azure(full, service(dms)), manifest)
    expect(judgement.verdict).toBe(verdict)
    expect(judgement.summary).toContain(summary)
  })

  it('does not take it for free of delegations when Azure does not tell of them', async () => {
    const network = networkWith({})
    const subnets = network.subnets.map((subnet) => {
      const bare = { ...subnet }
      delete bare.delegations
      return bare
    })
    const arm = { ...azure({}), virtualNetwork: () => Promise.resolve(there({ ...network, subnets })) }
    expect(await run(arm)).toMatchObject({
      verdict: 'unknown',
      cause: { kind: 'insufficient', message: 'whether snet-dms (10.0.1.0/24) is delegated, Azure does not tell' },
    })
  })

  it('a service whose subnet Azure does not tell is not taken for one that is placed here', async () => {
    const bare = { id: SERVICE_ID, name: 'dms-weu', location: 'westeurope', provisioningState: 'Succeeded' }
    expect(await run(azure(full, bare), NAMED)).toMatchObject({ verdict: 'fail' })
    expect(await run(azure({}, bare), NAMED)).toMatchObject({ verdict: 'pass' })
  })

  it('wants to see the service only where something is wrong with the subnet', async () => {
    const blind = (subnet: Partial<Subnet>): ArmPort => ({
      ...azure(subnet),
      dmsServices: () => Promise.resolve(forbidden()),
    })
    expect(await run(blind({}))).toMatchObject({ verdict: 'pass' })
    const [subject] = definition.subjects(MANIFEST)
    if (subject === undefined) throw new Error('no subject')
    expect(await definition.observe({ arm: blind(full) }, subject)).toMatchObject({
      ok: false,
      failure: { kind: 'forbidden' },
    })
  })

  it.each([
    ['the network', armWith({ virtualNetwork: forbidden }), 'forbidden'],
    ['a network that is there', armWith({ virtualNetwork: () => notThere() }), 'not-found'],
  ])('hands on that it could not look without %s', async (_, arm, kind) => {
    const [subject] = definition.subjects(MANIFEST)
    if (subject === undefined) throw new Error('no subject')
    expect(await definition.observe({ arm }, subject)).toMatchObject({ ok: false, failure: { kind } })
  })
})
