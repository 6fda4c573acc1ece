import { describe, expect, it } from '@jest/globals'
import { armWith, evidenceIn, forbidden, GROUP, manifestWith, notThere, there } from '../../../../test/arm-fixtures.ts'
import { MANIFEST } from '../../../../test/fixtures.ts'
import { MODERN } from '../../../../test/modern-fixtures.ts'
import type { ArmPort } from '../../../ports/arm-port.ts'
import type { Judgement } from '../../define.ts'
import check from './check.ts'

const { definition } = check
const SERVICE_ID = `${GROUP}/providers/Microsoft.DataMigration/services/dms-weu`
const NAMED = manifestWith({ dms: { ...MANIFEST.dms, serviceId: SERVICE_ID } })
const [subject] = definition.subjects(NAMED) as [ReturnType<typeof definition.subjects>[number]]

const inState = (provisioningState?: string): ArmPort =>
  armWith({
    dmsService: (id) =>
      there({
        id,
        name: 'dms-weu',
        location: 'westeurope',
        ...(provisioningState === undefined ? {} : { provisioningState }),
      }),
  })

async function run(arm: ArmPort, on = subject): Promise<Judgement> {
  return definition.judge(evidenceIn(await definition.observe({ arm }, on)), on)
}

describe('service/dms-is-online', () => {
  it.each<[string | undefined, Judgement['verdict'], string]>([
    ['Succeeded', 'pass', 'DMS service dms-weu (westeurope) is Succeeded'],
    ['succeeded', 'pass', 'is succeeded'],
    ['Stopped', 'fail', 'it takes no activity until it is started'],
    ['Stopping', 'fail', 'is Stopping'],
    ['Failed', 'fail', 'it cannot be used'],
    ['FailedToStart', 'fail', 'is FailedToStart'],
    ['Deleting', 'fail', 'is Deleting'],
    ['Accepted', 'unknown', 'passes by itself'],
    ['Deploying', 'unknown', 'is Deploying'],
    ['Starting', 'unknown', 'is Starting'],
    ['FailedToStop', 'unknown', 'does not say whether it runs'],
    ['Dreaming', 'unknown', 'is Dreaming'],
    [undefined, 'unknown', 'is without a state'],
  ])('%s', async (state, verdict, summary) => {
    const judgement = await run(inState(state))
    expect(judgement.verdict).toBe(verdict)
    expect(judgement.summary).toContain(summary)
    if (judgement.verdict === 'unknown') expect(judgement.cause.kind).toBe('insufficient')
  })

  it('prints the command that starts a stopped service', async () => {
    const judgement = await run(inState('Stopped'))
    expect(judgement.verdict === 'fail' ? judgement.remediation.scripts.map(({ code }) => code) : []).toEqual([
      'az dms start \\\n  --subscription 00000000-0000-0000-0000-000000000001 \\\n  --resource-group rg \\\n  --name dms-weu',
    ])
  })

  it('does not take a service that is not there for one that does not run', async () => {
    expect(await run(armWith({ dmsService: () => notThere() }))).toMatchObject({
      verdict: 'unknown',
      cause: { kind: 'not-found' },
      summary: 'Azure does not find the DMS service dms-weu: ResourceNotFound',
      remediation: { text: expect.stringContaining('dms.service') as unknown },
    })
  })

  it('is nothing to ask where the manifest names no service', async () => {
    const [unnamed] = definition.subjects(MANIFEST)
    expect(await run(armWith({}), unnamed)).toMatchObject({ verdict: 'not-applicable' })
    const [need] = definition.meta.needs
    expect([subject, unnamed].map((one) => one !== undefined && need?.when?.(one.spec))).toEqual([true, false])
  })

  it('hands on that it could not look', async () => {
    expect(await definition.observe({ arm: armWith({ dmsService: forbidden }) }, subject)).toMatchObject({
      ok: false,
      failure: { kind: 'forbidden' },
    })
  })
})

describe('service/dms-is-online, of today', () => {
  const [modern] = definition.subjects(MODERN) as [ReturnType<typeof definition.subjects>[number]]
  const now = (provisioningState?: string): ArmPort =>
    armWith({
      sqlMigrationService: (id) =>
        there({
          id,
          name: 'dms-now',
          location: 'westeurope',
          ...(provisioningState === undefined ? {} : { provisioningState }),
        }),
    })

  it.each<[string | undefined, Judgement['verdict'], string]>([
    ['Succeeded', 'pass', 'Migration service dms-now (westeurope) is Succeeded'],
    ['Failed', 'fail', 'it cannot be used'],
    ['Canceled', 'fail', 'is Canceled'],
    ['Provisioning', 'unknown', 'passes by itself'],
    ['Stopped', 'unknown', 'does not say whether it can be used'],
    [undefined, 'unknown', 'is without a state'],
  ])('%s', async (state, verdict, summary) => {
    const judgement = await run(now(state), modern)
    expect(judgement.verdict).toBe(verdict)
    expect(judgement.summary).toContain(summary)
    if (judgement.verdict === 'fail') {
      expect(judgement.remediation.scripts[0]?.code).toMatch(/^az datamigration sql-service show /)
    }
  })

  it('leaves open what a service that is not there would do', async () => {
    expect(await run(armWith({ sqlMigrationService: () => notThere() }), modern)).toMatchObject({
      verdict: 'unknown',
      cause: { kind: 'not-found' },
      summary: 'Azure does not find the migration service dms-now: ResourceNotFound',
    })
  })

  it('is required, and with the classic service it is not', () => {
    const { severity } = definition.meta
    expect([modern, subject].map(({ spec }) => typeof severity === 'function' && severity(spec))).toEqual([
      'required',
      'recommended',
    ])
  })
})
