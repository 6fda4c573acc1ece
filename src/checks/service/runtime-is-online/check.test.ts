import { describe, expect, it } from '@jest/globals'
import { armWith, evidenceIn, forbidden, manifestWith, notThere, there } from '../../../../test/arm-fixtures.ts'
import { MODERN, modernWith, SERVICE_ID, SHARED } from '../../../../test/modern-fixtures.ts'
import type { Manifest } from '../../../domain/manifest.ts'
import type { ArmPort } from '../../../ports/arm-port.ts'
import type { RuntimeNode } from '../../../ports/runtime-resources.ts'
import type { Judgement } from '../../define.ts'
import check from './check.ts'

const { definition } = check
const NODES: readonly RuntimeNode[] = [{ name: 'SHIR01', concurrentJobsLimit: 20 }, { name: 'SHIR02' }]

const inState = (state?: string, nodes: readonly RuntimeNode[] = NODES): ArmPort =>
  armWith({
    sqlMigrationService: (id) =>
      there({
        id,
        name: 'dms-now',
        location: 'westeurope',
        ...(state === undefined ? {} : { integrationRuntimeState: state }),
      }),
    runtimeNodes: () => there(nodes),
  })

function subjectOf(manifest: Manifest) {
  const [subject] = definition.subjects(manifest)
  if (subject === undefined) throw new Error('no subject')
  return subject
}

async function run(arm: ArmPort, manifest = MODERN): Promise<Judgement> {
  const subject = subjectOf(manifest)
  return definition.judge(evidenceIn(await definition.observe({ arm }, subject)), subject)
}

describe('service/runtime-is-online', () => {
  it.each<[string | undefined, readonly RuntimeNode[], Judgement['verdict'], string]>([
    ['Online', NODES, 'pass', 'The integration runtime of dms-now is Online with 2 nodes: SHIR01, SHIR02'],
    ['online', [{ name: 'SHIR01' }], 'pass', 'is online with 1 node: SHIR01'],
    ['NeedRegistration', [], 'fail', 'NeedRegistration with no node: no machine is registered with its key'],
    ['Offline', NODES, 'fail', 'Azure hears nothing of it'],
    ['Limited', NODES, 'fail', 'works only in part'],
    ['Online', [], 'unknown', 'the two do not agree'],
    ['Starting', NODES, 'unknown', 'does not say whether it can work'],
    [undefined, NODES, 'unknown', 'is without a state'],
  ])('%s', async (state, nodes, verdict, summary) => {
    const judgement = await run(inState(state, nodes))
    expect(judgement.verdict).toBe(verdict)
    expect(judgement.summary).toContain(summary)
    if (judgement.verdict === 'unknown') expect(judgement.cause.kind).toBe('insufficient')
  })

  it('says whose key, and never asks for one', async () => {
    const judgement = await run(inState('NeedRegistration', []))
    expect(judgement.verdict === 'fail' && judgement.remediation.text).toContain('a key of this very migration service')
    expect(JSON.stringify(judgement)).not.toContain('list-auth-key')
    expect(judgement.verdict === 'fail' && judgement.remediation.scripts.map(({ code }) => code)).toContain(
      'az datamigration sql-service list-integration-runtime-metric \\\n  --subscription 00000000-0000-0000-0000-000000000001 \\\n  --resource-group rg \\\n  --name dms-now',
    )
  })

  it('rests on the state where the nodes may not be read', async () => {
    const arm = armWith({
      sqlMigrationService: (id) => there({ id, name: 'dms-now', location: 'w', integrationRuntimeState: 'Online' }),
      runtimeNodes: forbidden,
    })
    expect(await run(arm)).toMatchObject({
      verdict: 'pass',
      summary: 'The integration runtime of dms-now is Online (its nodes could not be read: AuthorizationFailed)',
    })
  })

  it('knows nothing where the service is not there, or may not be read', async () => {
    const missing = armWith({ sqlMigrationService: () => notThere(), runtimeNodes: () => notThere() })
    expect(await run(missing)).toMatchObject({ verdict: 'unknown', cause: { kind: 'not-found' } })
    const refused = armWith({ sqlMigrationService: forbidden, runtimeNodes: forbidden })
    expect(await definition.observe({ arm: refused }, subjectOf(MODERN))).toMatchObject({
      ok: false,
      failure: { kind: 'forbidden' },
    })
    const unnamed = manifestWith({ generation: 'modern' })
    expect(await definition.observe({ arm: armWith({}) }, subjectOf(unnamed))).toMatchObject({
      ok: false,
      failure: { kind: 'missing-input' },
    })
  })

  it('asks nobody where the backups are in the container already', async () => {
    const container = modernWith({ scenario: 'sql-server-to-azure-sql-managed-instance' })
    expect(await run(armWith({}), container)).toMatchObject({ verdict: 'not-applicable' })
    expect((await run(inState('Online'), SHARED)).verdict).toBe('pass')
    const [need] = definition.meta.needs
    const when = (manifest: Manifest): boolean | undefined => need?.when?.(subjectOf(manifest).spec)
    expect([MODERN, SHARED, container].map(when)).toEqual([true, true, false])
    expect(SERVICE_ID).toContain('sqlMigrationServices')
  })
})
