import { describe, expect, it } from '@jest/globals'
import { ACCOUNT_ID, MODERN, modernWith, SHARED, sharedWith } from '../../../../test/modern-fixtures.ts'
import { armWith, evidenceIn, forbidden, GROUP, notThere, there } from '../../../../test/arm-fixtures.ts'
import { MANIFEST } from '../../../../test/fixtures.ts'
import type { Manifest } from '../../../domain/manifest.ts'
import type { ArmPort } from '../../../ports/arm-port.ts'
import type { StorageAccount } from '../../../ports/storage-resources.ts'
import type { Judgement } from '../../define.ts'
import check from './check.ts'

const { definition } = check

interface Regions {
  service?: string
  server?: string
  instance?: string
  account?: string
}

function azure({ service = 'westeurope', server, instance, account }: Regions): ArmPort {
  return armWith({
    sqlMigrationService: (id) => there({ id, name: 'dms-now', location: service }),
    ...(server === undefined
      ? {}
      : { sqlServer: (id) => there({ id, name: 'sqlsales', location: server, privateEndpointConnections: [] }) }),
    ...(instance === undefined ? {} : { managedInstance: (id) => there({ id, name: 'mi-erp', location: instance }) }),
    ...(account === undefined ? {} : { storageAccount: () => there({ location: account } as StorageAccount) }),
  })
}

function subjectOf(manifest: Manifest) {
  const [subject] = definition.subjects(manifest)
  if (subject === undefined) throw new Error('no subject')
  return subject
}

async function run(manifest: Manifest, arm: ArmPort): Promise<Judgement> {
  const subject = subjectOf(manifest)
  return definition.judge(evidenceIn(await definition.observe({ arm }, subject)), subject)
}

const unnamedAccount = sharedWith({
  containers: SHARED.containers.map(({ name, sas, location }) => ({ name, location, ...(sas === undefined ? {} : { sas }) })),
})
const machine = modernWith({
  scenario: 'sql-server-to-sql-server-on-azure-vm',
  targets: MANIFEST.targets.map((target) => ({
    ...target,
    resourceId: `${GROUP}/providers/Microsoft.SqlVirtualMachine/sqlVirtualMachines/vm`,
  })),
})

describe('service/regions-match', () => {
  it.each<[string, Manifest, ArmPort, Judgement['verdict'], string]>([
    [
      'one region, in other letters',
      MODERN,
      azure({ server: 'West Europe' }),
      'pass',
      'In one region: migration service dms-now in westeurope, target default in westeurope',
    ],
    [
      'the storage account of a share counts',
      SHARED,
      azure({ instance: 'westeurope', account: 'westeurope' }),
      'pass',
      'storage account of container default in westeurope',
    ],
    [
      'the target is elsewhere',
      MODERN,
      azure({ server: 'northeurope' }),
      'fail',
      'Target default in northeurope: not the region of the migration service dms-now (westeurope)',
    ],
    [
      'the storage account is elsewhere',
      SHARED,
      azure({ instance: 'westeurope', account: 'eastus' }),
      'fail',
      'Storage account of container default in eastus',
    ],
    [
      'one is elsewhere, and another not known',
      unnamedAccount,
      azure({ instance: 'eastus' }),
      'fail',
      'Target default in eastus',
    ],
    [
      'no target of that name',
      MODERN,
      armWith({
        sqlMigrationService: (id) => there({ id, name: 'dms-now', location: 'westeurope' }),
        sqlServer: () => notThere(),
      }),
      'unknown',
      'target default: ResourceNotFound',
    ],
    [
      'no service',
      MODERN,
      armWith({ sqlMigrationService: () => notThere(), sqlServer: () => notThere() }),
      'unknown',
      'dms-now',
    ],
  ])('%s', async (_, manifest, arm, verdict, summary) => {
    const judgement = await run(manifest, arm)
    expect(judgement.verdict).toBe(verdict)
    expect(judgement.summary).toContain(summary)
  })

  it('does not ask for the account of a container that the target reads by itself', async () => {
    const inContainer = sharedWith({ sources: MANIFEST.sources })
    expect(await run(inContainer, azure({ instance: 'westeurope' }))).toMatchObject({ verdict: 'pass' })
    expect(ACCOUNT_ID).toContain('storageAccounts')
  })

  it('says what it could not ask', async () => {
    const closed = armWith({ sqlMigrationService: forbidden, sqlServer: forbidden })
    expect(await definition.observe({ arm: closed }, subjectOf(MODERN))).toMatchObject({
      ok: false,
      failure: { kind: 'forbidden' },
    })
    const half = armWith({
      sqlMigrationService: (id) => there({ id, name: 'dms-now', location: 'westeurope' }),
      sqlServer: forbidden,
    })
    expect(await definition.observe({ arm: half }, subjectOf(MODERN))).toMatchObject({
      ok: false,
      failure: { kind: 'forbidden', missing: 'Microsoft.Network/virtualNetworks/read' },
    })
  })

  it.each([
    ['a container without its account', unnamedAccount],
    ['no container at all', sharedWith({ containers: [] })],
  ])('asks for the storage account: %s', async (_, manifest) => {
    const arm = azure({ instance: 'westeurope' })
    expect(await definition.observe({ arm }, subjectOf(manifest))).toMatchObject({
      ok: false,
      failure: { kind: 'missing-input', missing: expect.stringContaining('container.resource') as unknown },
    })
  })

  it('asks the registration of a virtual machine where it is', async () => {
    const sqlVirtualMachine: ArmPort['sqlVirtualMachine'] = () =>
      Promise.resolve(there({ id: 'vm', name: 'vm', location: 'northeurope' }))
    const observed = await definition.observe({ arm: { ...azure({}), sqlVirtualMachine } }, subjectOf(machine))
    expect(JSON.stringify(observed)).toMatch(/northeurope/)
  })
})
