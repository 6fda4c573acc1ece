import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { openAzure, type AzureLab } from '../../../lab/azure/connect.ts'
import { sqlMigrationService } from '../../../lab/azure/migration-service.ts'
import { resourceId } from '../../../lab/azure/place.ts'
import { runtimeNode } from '../../../lab/azure/runtime-nodes.ts'
import { azureState } from '../../../lab/azure/state.ts'
import { decodeBody } from './decode.ts'
import { decodeRuntimeNodes } from './runtime-reads.ts'

const PLACE = { resourceGroup: 'rg-mig' }
const SERVICE = resourceId(PLACE, 'Microsoft.DataMigration/sqlMigrationServices', 'dms-weu')
const state = azureState([
  sqlMigrationService(PLACE, 'dms-weu'),
  sqlMigrationService(PLACE, 'dms-new', { integrationRuntimeState: 'NeedRegistration' }),
  sqlMigrationService(PLACE, 'dms-silent', { integrationRuntimeState: '' }),
])

let lab: AzureLab
beforeAll(async () => {
  lab = await openAzure(state)
})
afterAll(() => lab.server.close())
afterEach(() => {
  delete state.forbidden
  delete state.runtimeNodes
  delete state.standIn
})

describe('the service of today', () => {
  it('tells its state and that of its runtime', async () => {
    const arm = lab.arm()
    expect(await arm.sqlMigrationService(SERVICE)).toEqual({
      ok: true,
      value: {
        found: true,
        value: {
          id: SERVICE,
          name: 'dms-weu',
          location: 'westeurope',
          provisioningState: 'Succeeded',
          integrationRuntimeState: 'Online',
        },
      },
    })
    expect(await arm.sqlMigrationService(SERVICE.replace('dms-weu', 'dms-silent'))).toMatchObject({
      value: { value: { name: 'dms-silent' } },
    })
    expect(lab.server.requests.at(-1)?.query).toBe('?api-version=2025-06-30')
  })

  it('is not there, or is no such id', async () => {
    const arm = lab.arm()
    expect(await arm.sqlMigrationService(`${SERVICE}x`)).toMatchObject({ value: { found: false, missing: 'resource' } })
    expect(await arm.runtimeNodes(`${SERVICE}x`)).toMatchObject({ value: { found: false, missing: 'resource' } })
    const classic = resourceId(PLACE, 'Microsoft.DataMigration/services', 'dms-weu')
    expect(await arm.sqlMigrationService(classic)).toMatchObject({ ok: false })
    expect(await arm.runtimeNodes(classic)).toMatchObject({ ok: false })
  })
})

describe('the nodes of its runtime', () => {
  it('are asked by one POST without content, once a run', async () => {
    const arm = lab.arm()
    await arm.signIn()
    const before = lab.server.requests.length
    const [first, second] = await Promise.all([
      arm.runtimeNodes(SERVICE),
      arm.runtimeNodes(`${SERVICE.toUpperCase()}/`),
    ])
    expect(second).toBe(first)
    expect(first).toEqual({
      ok: true,
      value: {
        found: true,
        value: [
          {
            name: 'SHIR01',
            availableMemoryInMB: 12_288,
            cpuUtilization: 3,
            concurrentJobsLimit: 20,
            concurrentJobsRunning: 0,
            maxConcurrentJobs: 40,
          },
        ],
      },
    })
    expect(lab.server.requests.slice(before).map(({ method, path }) => [method, path])).toEqual([
      ['POST', `${SERVICE}/listMonitoringData`],
    ])
  })

  it('may be none, or have nothing but a name', async () => {
    const arm = lab.arm()
    expect(await arm.runtimeNodes(SERVICE.replace('dms-weu', 'dms-new'))).toMatchObject({ value: { value: [] } })
    state.runtimeNodes = [{ nodeName: 'SHIR01' }, runtimeNode('SHIR02', { running: 4 })]
    expect(await arm.runtimeNodes(SERVICE)).toMatchObject({
      value: { value: [{ name: 'SHIR01' }, { name: 'SHIR02', concurrentJobsRunning: 4 }] },
    })
  })

  it('may not be read by everybody who may read the service', async () => {
    const action = 'Microsoft.DataMigration/sqlMigrationServices/listMonitoringData/action'
    state.forbidden = [action]
    const arm = lab.arm()
    expect(await arm.sqlMigrationService(SERVICE)).toMatchObject({ ok: true })
    expect(await arm.runtimeNodes(SERVICE)).toMatchObject({
      ok: false,
      failure: { kind: 'forbidden', missing: `${action} on ${SERVICE}` },
    })
  })

  it.each<[string, Record<string, unknown>]>([
    ['no list', { name: 'default-ir' }],
    ['a node without a name', { nodes: [{ cpuUtilization: 1 }] }],
    ['a figure that is none', { nodes: [{ nodeName: 'SHIR01', concurrentJobsLimit: 'many' }] }],
  ])('cannot be read: %s', (_, body) => {
    expect(decodeBody('it', body, decodeRuntimeNodes)).toMatchObject({ ok: false, failure: { kind: 'protocol' } })
  })
})
