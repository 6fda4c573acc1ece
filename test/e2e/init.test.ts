import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { dmsService, sqlDatabase, sqlServer } from '../../lab/azure/data-resources.ts'
import { sqlVirtualMachine, virtualMachine } from '../../lab/azure/machine-resources.ts'
import { sqlMigrationService } from '../../lab/azure/migration-service.ts'
import { resource, resourceId } from '../../lab/azure/place.ts'
import { runtimeNode } from '../../lab/azure/runtime-nodes.ts'
import type { AzureState } from '../../lab/azure/state.ts'
import { blobContainer, managedInstance, storageAccount } from '../../lab/azure/storage-resources.ts'
import type { ActionRun, ActionStart } from '../../lab/runner.ts'
import type { Stage } from '../../lab/stage.ts'
import { changeStory } from '../../lab/stories/change.ts'
import { DMS_SUBNET, SALES, SALES_PASSWORD, salesStory, SQL_SERVER } from '../../lab/stories/sales.ts'
import { MANIFEST_PATH } from '../../lab/stories/story.ts'
import { createTheatre, ENTRY, OUTPUT_NAMES, surfacesOf } from './action.ts'

const MODERN = resourceId(SALES, 'Microsoft.DataMigration/sqlMigrationServices', 'dms-weu')
const MACHINE = resourceId(SALES, 'Microsoft.SqlVirtualMachine/sqlVirtualMachines', 'vm-erp')
const CLASSIC = resourceId(SALES, 'Microsoft.DataMigration/services', 'dms-old')
const INSTANCE = resourceId(SALES, 'Microsoft.Sql/managedInstances', 'mi-erp')
const SQL_OTHER = resourceId(SALES, 'Microsoft.Sql/servers', 'sqlother')
const CONTAINER = `${resourceId(SALES, 'Microsoft.Storage/storageAccounts', 'stmig')}/blobServices/default/containers/backups`

const theatre = createTheatre()
let stage: Stage
beforeAll(async () => {
  // The workspace is that of a repository which has no manifest yet.
  const story = changeStory(salesStory({ fixed: true }), {})
  stage = await theatre.stage(
    { ...story, files: () => ({}), servers: {} },
    {
      azure: (state: AzureState) => {
        state.resources.push(
          dmsService(SALES, 'dms-old', { subnet: DMS_SUBNET }),
          sqlServer(SALES, 'sqlother'),
          resource(SALES, 'Microsoft.DataMigration/sqlMigrationServices', ['dms-weu'], {
            provisioningState: 'Succeeded',
            integrationRuntimeState: 'Online',
          }),
          managedInstance(SALES, 'mi-erp', { subnet: DMS_SUBNET }),
          ...storageAccount(SALES, 'stmig'),
          blobContainer(SALES, 'stmig', 'backups'),
          sqlMigrationService(SALES, 'dms-weu'),
          sqlDatabase(SALES, 'sqlsales', 'master'),
          sqlDatabase(SALES, 'sqlsales', 'Invoices'),
          sqlVirtualMachine(SALES, 'vm-erp'),
          virtualMachine(SALES, 'vm-erp', { networkInterfaces: [], power: 'deallocated' }),
        )
      },
    },
  )
}, 60_000)
afterAll(() => theatre.close())

async function init(from: readonly string[], start: Partial<ActionStart> = {}): Promise<ActionRun> {
  const event = { repository: { default_branch: 'main', private: true, visibility: 'private' } }
  const run = theatre.keep(
    await stage.run(ENTRY, {
      eventName: 'workflow_dispatch',
      event,
      ...start,
      inputs: { mode: 'init', from: from.join('\n'), ...start.inputs },
    }),
  )
  expect(Object.keys(run.outputs).sort()).toEqual(OUTPUT_NAMES)
  expect(run.outputs).toMatchObject({ status: 'undetermined', ready: 'false', total: '0', report: '' })
  return run
}

const written = (run: ActionRun, file = MANIFEST_PATH): string => readFileSync(path.join(run.workspace, file), 'utf8')
const errorsOf = (run: ActionRun): string =>
  run.annotations
    .filter(({ level }) => level === 'error')
    .map(({ message }) => message)
    .join('\n')

describe('mode: init', () => {
  it('writes what Azure tells, leaves open what it cannot tell, and gets the gate to say just that', async () => {
    const before = stage.azure.requests.length
    const run = await init([MODERN, `${SQL_SERVER}/databases/Sales`])
    expect([run.code, errorsOf(run)]).toEqual([0, ''])
    const text = written(run)
    expect(text).toContain(`\n  service: ${MODERN}\n`)
    expect(text).toContain(`\n  resource: ${SQL_SERVER}\n`)
    expect(text).toContain('scenario: sql-server-to-azure-sql-database\ngeneration: modern\n')
    expect(text).toMatch(/^ {2}# sqlsales, westeurope, Ready; it answers as sqlsales\./m)
    expect(text).toMatch(/^# {4}databases: \[Sales\]/m)
    for (const words of [run.summary, run.stdout]) {
      expect(words).toContain('A manifest was written')
      expect(words).toMatch(/dms-preflight\.yml:\d+`? `?sources`?: must be a list of sources, but nothing stands here/)
      expect(words).toMatch(/`?target\.login`?: must be a map/)
    }
    // Only Azure was asked, only by reads, with no secret of the manifest's.
    const asked = stage.azure.requests.slice(before).filter(({ path: asked }) => asked.startsWith('/subscriptions'))
    expect(asked.length).toBeGreaterThan(1)
    // The only POST is that by which Azure tells the nodes of the runtime.
    const posts = asked.filter(({ method }) => method !== 'GET').map(({ path: asked }) => asked)
    expect(posts).toEqual([`${MODERN}/listMonitoringData`])
    expect(Object.values(surfacesOf(run, stage)).join('\n')).not.toContain(SALES_PASSWORD)

    const check = theatre.keep(await stage.run(ENTRY, { files: { [MANIFEST_PATH]: text } }))
    const problems = check.annotations.filter(({ level }) => level === 'error')
    const lines = text.split('\n')
    const isAsked = (index: number): boolean => /# TODO: /.test(lines.slice(Math.max(0, index - 2), index).join('\n'))
    const open = lines.flatMap((line, index) => (/^ *[a-z]+:$/.test(line) && isAsked(index) ? [index + 1] : []))
    expect(problems.map(({ line, file }) => [file, Number(line)])).toEqual(open.map((line) => [MANIFEST_PATH, line]))
    expect(open.length).toBe(2)
  })

  it('takes the nodes of the runtime, all databases of a server, and the state of a virtual machine from Azure', async () => {
    stage.azureState.runtimeNodes = [runtimeNode('shir01.corp.example'), runtimeNode('SHIR02')]
    try {
      const run = await init([MODERN, SQL_SERVER])
      expect([run.code, errorsOf(run)]).toEqual([0, ''])
      const text = written(run)
      expect(text).toMatch(/^ {2}# dms-weu, westeurope, Succeeded/m)
      expect(text).toMatch(/^ {2}runtime-hosts: \[shir01\.corp\.example, SHIR02\]/m)
      expect(text).toMatch(/^# {4}databases: \[.*Invoices.*\]/m)
      expect(text).not.toContain('master')
    } finally {
      delete stage.azureState.runtimeNodes
    }
    const machine = written(await init([MODERN, MACHINE, CONTAINER]))
    expect(machine).toContain('scenario: sql-server-to-sql-server-on-azure-vm\ngeneration: modern\n')
    expect(machine).toMatch(/# vm-erp, westeurope, Succeeded, deallocated/)
    expect(machine).toContain(`\n  resource: ${MACHINE}\n`)
  })

  it('only says what it could not see where the manifest does not need it', async () => {
    const action = 'Microsoft.DataMigration/sqlMigrationServices/listMonitoringData/action'
    const compute = resourceId(SALES, 'Microsoft.Compute/virtualMachines', 'vm-erp')
    stage.azureState.forbidden = [action, `${SQL_SERVER}/databases`, compute]
    try {
      const run = await init([MODERN, SQL_SERVER])
      expect([run.code, errorsOf(run)]).toEqual([0, ''])
      expect(run.summary).toMatch(/nodes of the integration runtime were not seen/)
      expect(run.summary).toMatch(/databases of .*sqlsales.* were not seen/)
      const machine = await init([MODERN, MACHINE])
      expect(machine.code).toBe(0)
      expect(machine.summary).toMatch(/Whether the virtual machine runs was not seen/)
    } finally {
      delete stage.azureState.forbidden
    }
  })

  it('takes the subnet of a classic service from Azure, and says that this service is retired', async () => {
    const run = await init([CLASSIC, INSTANCE, CONTAINER], { inputs: { manifest: 'migration/wave-1.yml' } })
    expect([run.code, errorsOf(run)]).toEqual([0, ''])
    const text = written(run, 'migration/wave-1.yml')
    expect(text).toMatch(/^generation: classic$/m)
    expect(text).toContain(`\n  subnet: ${DMS_SUBNET}\n`)
    expect(text).toMatch(/^ {2}url: "https:\/\/.*\/backups"$/m)
    expect(run.summary).toContain('was retired on 2026-03-15')
  })

  it('never overwrites, and asks nothing before it knows that it may write', async () => {
    const before = stage.azure.requests.length
    const run = await init([MODERN, SQL_SERVER], { files: { [MANIFEST_PATH]: 'mine' } })
    expect([run.code, errorsOf(run)]).toEqual([
      1,
      expect.stringMatching(/is there already, and `mode: init` never overwrites/),
    ])
    expect(written(run)).toBe('mine')
    expect(stage.azure.requests.length).toBe(before)
    const link = await init([SQL_SERVER], { files: { '.github': { link: '..' } } })
    expect([link.code, errorsOf(link)]).toEqual([1, expect.stringMatching(/link out of the workspace/)])
    expect(existsSync(path.join(link.home, 'dms-preflight.yml'))).toBe(false)
  })

  it('says what Azure does not have and what it may not see, and writes nothing then', async () => {
    stage.azureState.forbidden = [INSTANCE]
    try {
      const run = await init([INSTANCE, CLASSIC.replace('dms-old', 'gone')])
      expect(run.code).toBe(1)
      expect(errorsOf(run)).toMatch(/Azure has no `.*services\/gone`: there is no such resource/)
      expect(errorsOf(run)).toMatch(/Missing: Microsoft\.Sql\/managedInstances\/read on/)
      expect(run.summary).toContain('az role assignment create')
      expect(existsSync(path.join(run.workspace, MANIFEST_PATH))).toBe(false)
    } finally {
      delete stage.azureState.forbidden
    }
    const closed = await init([SQL_SERVER], { inputs: { 'client-secret': 'not-the-secret-of-the-lab' } })
    expect([closed.code, errorsOf(closed)]).toEqual([1, expect.stringMatching(/AADSTS7000215/)])
    expect(closed.stdout.replaceAll(/^::add-mask::.*$/gm, '')).not.toContain('not-the-secret-of-the-lab')
  })

  it('needs ids', async () => {
    const none = await init([])
    expect([none.code, errorsOf(none)]).toEqual([1, expect.stringMatching(/^input from is missing/)])
  })

  it('shows nothing of what the ids name where strangers read', async () => {
    const event = { repository: { default_branch: 'main', private: false, visibility: 'public' } }
    for (const from of [
      [MODERN, SQL_SERVER],
      [MODERN, SQL_SERVER, SQL_OTHER],
    ]) {
      const open = await init(from, { event })
      expect(open.code).toBe(0)
      expect(written(open)).toContain(SQL_SERVER)
      expect(Object.values(surfacesOf(open, stage)).join('\n')).not.toMatch(/sqlsales|sqlother|dms-weu/)
    }
  }, 60_000)
})
