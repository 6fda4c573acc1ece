import { describe, expect, it } from '@jest/globals'
import {
  armWith,
  evidenceIn,
  forbidden,
  GROUP,
  manifestWith,
  NETWORK,
  notThere,
  SUBNET_ID,
  there,
  UNPLACED,
} from '../../../../test/arm-fixtures.ts'
import { MANIFEST } from '../../../../test/fixtures.ts'
import type { Manifest } from '../../../domain/manifest.ts'
import type { ArmPort, DmsService, DmsSku } from '../../../ports/arm-port.ts'
import type { Judgement } from '../../define.ts'
import check from './check.ts'

const { definition } = check
const SERVICE_ID = `${GROUP}/providers/Microsoft.DataMigration/services/dms-weu`
const NAMED = manifestWith({ dms: { ...MANIFEST.dms, serviceId: SERVICE_ID } })
const SERVICE: DmsService = { id: SERVICE_ID, name: 'dms-weu', location: 'North Europe', virtualSubnetId: SUBNET_ID }

const offer = (name: string, location: string, restrictions: DmsSku['restrictions'] = []): DmsSku => ({
  name,
  resourceType: 'services',
  locations: [location],
  restrictions,
})
const closed = (...locations: string[]) => [{ reason: 'NotAvailableForSubscription', locations }]

function azure(skus: readonly DmsSku[], listed: readonly string[] = ['West Europe'], service?: DmsService): ArmPort {
  return armWith({
    virtualNetwork: () => there(NETWORK),
    dmsServices: () => there(service === undefined ? [] : [service]),
    dmsService: () => (service === undefined ? notThere() : there(service)),
    dmsSkus: () => there(skus),
    provider: (_, namespace = '') =>
      there({ namespace, registrationState: 'Registered', resourceTypes: [{ type: 'Services', locations: listed }] }),
  })
}

async function run(arm: ArmPort, manifest: Manifest = MANIFEST): Promise<Judgement> {
  const [subject] = definition.subjects(manifest)
  if (subject === undefined) throw new Error('no subject')
  return definition.judge(evidenceIn(await definition.observe({ arm }, subject)), subject)
}

describe('service/dms-is-offered-in-region', () => {
  it.each<[string, ArmPort, Judgement['verdict'], string]>([
    [
      'offered, the region spelt otherwise',
      azure([offer('Premium_4vCores', 'West Europe'), offer('Standard_1vCores', 'East US')]),
      'pass',
      'is offered to subscription 00000000-0000-0000-0000-000000000001 in westeurope (Premium_4vCores), the region of the virtual network vnet',
    ],
    [
      'one offer of two is restricted',
      azure([offer('Standard_1vCores', 'westeurope', closed()), offer('Premium_4vCores', 'westeurope')]),
      'pass',
      '(Premium_4vCores)',
    ],
    [
      'restricted in another region',
      azure([{ ...offer('Premium_4vCores', 'West Europe', closed('East US')), locations: ['East US', 'West Europe'] }]),
      'pass',
      '(Premium_4vCores)',
    ],
    [
      'restricted everywhere',
      azure([offer('Premium_4vCores', 'West Europe', closed())]),
      'fail',
      'is restricted (Premium_4vCores: NotAvailableForSubscription); Microsoft retired DMS (classic)',
    ],
    [
      'restricted in the region',
      azure([offer('Premium_4vCores', 'West Europe', closed('westeurope'))]),
      'fail',
      'in westeurope, the region of the virtual network vnet, is restricted',
    ],
    [
      'offered elsewhere',
      azure([offer('a', 'North Europe'), offer('b', 'East US'), offer('c', 'East US')], ['East US', 'North Europe']),
      'fail',
      'only in eastus, northeurope; Microsoft retired DMS (classic) for SQL Server on 2026-03-15',
    ],
    [
      'offered nowhere',
      azure([], []),
      'fail',
      'in westeurope, the region of the virtual network vnet, and nowhere else',
    ],
    [
      'an offer of another kind of resource',
      azure([{ ...offer('a', 'West Europe'), resourceType: 'slots' }], []),
      'fail',
      'and nowhere else',
    ],
    [
      'not offered, and listed all the same',
      azure([offer('a', 'East US')]),
      'unknown',
      'but Microsoft.DataMigration lists the region for its services',
    ],
    [
      'a service that is there',
      azure([], [], { ...SERVICE, provisioningState: 'Stopped' }),
      'pass',
      'the DMS service dms-weu is there already, in northeurope (Stopped), so that no offer is needed',
    ],
    [
      'a service that failed to come to be',
      azure([offer('a', 'northeurope')], [], { ...SERVICE, provisioningState: 'Failed' }),
      'pass',
      'in northeurope (a), the region of the DMS service dms-weu',
    ],
  ])('%s', async (_, arm, verdict, summary) => {
    const judgement = await run(arm)
    expect(judgement.verdict).toBe(verdict)
    expect(judgement.summary).toContain(summary)
    if (judgement.verdict === 'unknown') expect(judgement.cause.kind).toBe('insufficient')
  })

  it('takes the region of the network where the named service is not there', async () => {
    expect(await run(azure([offer('a', 'West Europe')]), NAMED)).toMatchObject({
      verdict: 'pass',
      summary: expect.stringContaining('the virtual network vnet') as unknown,
    })
  })

  it('waits for the network only where it tells the region', () => {
    const need = definition.meta.needs.find(({ id }) => id.startsWith('network/'))
    const when = (manifest: Manifest): boolean | undefined => need?.when?.({ manifest, location: manifest.location })
    expect([when(MANIFEST), when(NAMED)]).toEqual([true, false])
  })

  it.each<[string, Parameters<typeof armWith>[0], string]>([
    ['the services', { dmsServices: forbidden }, 'forbidden'],
    ['the network', { virtualNetwork: forbidden }, 'forbidden'],
    ['a network that is there', { virtualNetwork: () => notThere() }, 'not-found'],
    ['the offers', { dmsSkus: forbidden }, 'forbidden'],
    ['a list of offers', { dmsSkus: () => notThere() }, 'not-found'],
    ['the provider', { provider: forbidden }, 'forbidden'],
    ['a provider that is there', { provider: () => notThere() }, 'not-found'],
  ])('hands on that it could not look without %s', async (_, answers, kind) => {
    const [subject] = definition.subjects(MANIFEST)
    if (subject === undefined) throw new Error('no subject')
    const arm = { ...azure([]), ...pick(armWith(answers), Object.keys(answers)) }
    expect(await definition.observe({ arm }, subject)).toMatchObject({ ok: false, failure: { kind } })
  })

  it('says so where the manifest names neither', async () => {
    const [nowhere] = definition.subjects(manifestWith({ dms: UNPLACED }))
    if (nowhere === undefined) throw new Error('no subject')
    expect(await definition.observe({ arm: azure([]) }, nowhere)).toMatchObject({ failure: { kind: 'missing-input' } })
  })
})

function pick(arm: ArmPort, names: readonly string[]): Partial<ArmPort> {
  return Object.fromEntries(Object.entries(arm).filter(([name]) => names.includes(name)))
}
