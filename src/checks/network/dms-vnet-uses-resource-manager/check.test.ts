import { describe, expect, it } from '@jest/globals'
import {
  armWith,
  evidenceIn,
  forbidden,
  GROUP,
  manifestWith,
  NETWORK,
  networkWith,
  notThere,
  SUBNET_ID,
  there,
} from '../../../../test/arm-fixtures.ts'
import { MANIFEST } from '../../../../test/fixtures.ts'
import type { Manifest } from '../../../domain/manifest.ts'
import type { ArmPort } from '../../../ports/arm-port.ts'
import type { Judgement } from '../../define.ts'
import check from './check.ts'

const { definition } = check
const { location } = MANIFEST.dms
const declared = (dms: Partial<Manifest['dms']>): Manifest =>
  manifestWith({
    dms: { egress: [], nsgPorts: 'seed', flows: [], runtimeHosts: [], schemaMigration: false, location, ...dms },
  })

async function run(arm: ArmPort, manifest: Manifest): Promise<Judgement> {
  const [subject] = definition.subjects(manifest)
  if (subject === undefined) throw new Error('no subject')
  return definition.judge(evidenceIn(await definition.observe({ arm }, subject)), subject)
}

describe('network/dms-vnet-uses-resource-manager', () => {
  it.each<[string, ArmPort, Manifest, Judgement['verdict'], string]>([
    [
      'the network holds the subnet',
      armWith({ virtualNetwork: () => there(NETWORK) }),
      MANIFEST,
      'pass',
      'Virtual network vnet (westeurope) uses Resource Manager and holds subnet snet-dms (10.0.1.0/24)',
    ],
    [
      'a classic network',
      armWith({}),
      declared({ subnetId: SUBNET_ID.replace('.Network', '.ClassicNetwork') }),
      'fail',
      'classic deployment model',
    ],
    ['no network', armWith({ virtualNetwork: () => notThere() }), MANIFEST, 'fail', 'ResourceNotFound'],
    [
      'no resource group',
      armWith({ virtualNetwork: () => notThere('resource-group', 'ResourceGroupNotFound: rg') }),
      MANIFEST,
      'fail',
      'ResourceGroupNotFound: rg',
    ],
    [
      'no such subnet',
      armWith({ virtualNetwork: () => there(networkWith({}, { id: `${SUBNET_ID}2`, name: 'snet-dms2' })) }),
      MANIFEST,
      'fail',
      'vnet has no subnet snet-dms; it has snet-dms2',
    ],
    ['nothing declared', armWith({}), declared({}), 'unknown', 'names neither dms.subnet'],
    ['no subnet id', armWith({}), declared({ subnetId: '/subscriptions/x' }), 'unknown', 'is not the id of a subnet'],
    [
      'no service',
      armWith({ dmsService: () => notThere() }),
      declared({ serviceId: `${GROUP}/providers/Microsoft.DataMigration/services/dms` }),
      'unknown',
      'is not there',
    ],
  ])('%s', async (_, arm, manifest, verdict, summary) => {
    const judgement = await run(arm, manifest)
    expect(judgement.verdict).toBe(verdict)
    expect(judgement.summary).toContain(summary)
  })

  it('shows how to create what is missing', async () => {
    const subnet = await run(armWith({ virtualNetwork: () => there(networkWith({ subnets: [] })) }), MANIFEST)
    const network = await run(armWith({ virtualNetwork: () => notThere() }), MANIFEST)
    const codeOf = (judgement: Judgement): string =>
      judgement.verdict === 'fail' ? judgement.remediation.scripts.map(({ code }) => code).join('\n') : ''
    expect(codeOf(subnet)).toContain('az network vnet subnet create')
    expect(codeOf(subnet)).toContain('--vnet-name vnet')
    expect(codeOf(network)).toContain('az network vnet create')
    expect(codeOf(network)).toContain('--subnet-name snet-dms')
  })

  it('hands on what could not be looked at', async () => {
    const [subject] = definition.subjects(MANIFEST)
    if (subject === undefined) throw new Error('no subject')
    expect(await definition.observe({ arm: armWith({ virtualNetwork: forbidden }) }, subject)).toMatchObject({
      ok: false,
      failure: { kind: 'forbidden', missing: 'Microsoft.Network/virtualNetworks/read' },
    })
  })
})
