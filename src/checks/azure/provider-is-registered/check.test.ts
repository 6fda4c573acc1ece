import { describe, expect, it } from '@jest/globals'
import {
  armWith,
  evidenceIn,
  forbidden,
  GROUP,
  manifestWith,
  notThere,
  there,
  UNPLACED,
} from '../../../../test/arm-fixtures.ts'
import { MANIFEST } from '../../../../test/fixtures.ts'
import type { ArmPort } from '../../../ports/arm-port.ts'
import type { Judgement } from '../../define.ts'
import check from './check.ts'

const { definition } = check
const SUBSCRIPTION = '00000000-0000-0000-0000-000000000001'
const [subject] = definition.subjects(MANIFEST) as [ReturnType<typeof definition.subjects>[number]]

const registered = (registrationState?: string): ArmPort =>
  armWith({
    provider: () =>
      there({
        namespace: 'microsoft.datamigration',
        ...(registrationState === undefined ? {} : { registrationState }),
        resourceTypes: [],
      }),
  })

async function run(arm: ArmPort): Promise<Judgement> {
  return definition.judge(evidenceIn(await definition.observe({ arm }, subject)), subject)
}

describe('azure/provider-is-registered', () => {
  it.each<[string | undefined, Judgement['verdict'], string]>([
    ['Registered', 'pass', `Microsoft.DataMigration is Registered in subscription ${SUBSCRIPTION}`],
    ['registered', 'pass', 'is registered'],
    ['NotRegistered', 'fail', 'is NotRegistered in subscription'],
    ['Unregistered', 'fail', 'DMS cannot be created or used there'],
    ['Unregistering', 'fail', 'is Unregistering'],
    ['Registering', 'unknown', 'the region of DMS may be ready before the others'],
    ['Pondering', 'unknown', 'is Pondering in subscription'],
    [undefined, 'unknown', 'is without a state'],
  ])('%s', async (state, verdict, summary) => {
    const judgement = await run(registered(state))
    expect(judgement.verdict).toBe(verdict)
    expect(judgement.summary).toContain(summary)
    if (judgement.verdict === 'unknown') expect(judgement.cause.kind).toBe('insufficient')
    if (judgement.verdict === 'fail') {
      expect(judgement.remediation.scripts).toEqual([
        {
          language: 'bash',
          code: `az provider register \\\n  --subscription ${SUBSCRIPTION} \\\n  --namespace Microsoft.DataMigration`,
        },
      ])
    }
  })

  it('asks the subscription of the service, where that is another than the one of the subnet', async () => {
    const serviceId = `${GROUP.replace('000001', '000002')}/providers/Microsoft.DataMigration/services/dms`
    const asked: string[][] = []
    const arm = armWith({
      provider: (subscription, namespace = '') => {
        asked.push([subscription, namespace])
        return there({ namespace, registrationState: 'Registered', resourceTypes: [] })
      },
    })
    const [other] = definition.subjects(manifestWith({ dms: { ...MANIFEST.dms, serviceId } }))
    if (other === undefined) throw new Error('no subject')
    await definition.observe({ arm }, other)
    await definition.observe({ arm }, subject)
    expect(asked).toEqual([
      ['00000000-0000-0000-0000-000000000002', 'Microsoft.DataMigration'],
      [SUBSCRIPTION, 'Microsoft.DataMigration'],
    ])
  })

  it('hands on that it could not look', async () => {
    const [nowhere] = definition.subjects(manifestWith({ dms: UNPLACED }))
    if (nowhere === undefined) throw new Error('no subject')
    const kinds = await Promise.all([
      definition.observe({ arm: armWith({ provider: forbidden }) }, subject),
      definition.observe({ arm: armWith({ provider: () => notThere() }) }, subject),
      definition.observe({ arm: armWith({}) }, nowhere),
    ])
    expect(kinds.map((one) => (one.ok ? 'ok' : one.failure.kind))).toEqual(['forbidden', 'not-found', 'missing-input'])
  })
})
