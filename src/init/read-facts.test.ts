import { describe, expect, it } from '@jest/globals'
import { armWith, forbidden, GROUP, networkWith, NETWORK_ID, notThere, there } from '../../test/arm-fixtures.ts'
import { FROM_KINDS, type FromId } from '../domain/from-id.ts'
import { seen, unseen } from '../domain/observed.ts'
import { parseResourceId } from '../domain/resource-id.ts'
import type { ArmPort } from '../ports/arm-port.ts'
import type { InitPort } from './init-port.ts'
import { readFacts } from './read-facts.ts'

const CLASSIC = `${GROUP}/providers/Microsoft.DataMigration/services/dms-old`
const MODERN = `${GROUP}/providers/Microsoft.DataMigration/sqlMigrationServices/dms`
const SERVER = `${GROUP}/providers/Microsoft.Sql/servers/sqlsales`
const INSTANCE = `${GROUP}/providers/Microsoft.Sql/managedInstances/mi-erp`
const MACHINE = `${GROUP}/providers/Microsoft.SqlVirtualMachine/sqlVirtualMachines/vm1`
const ACCOUNT = `${GROUP}/providers/Microsoft.Storage/storageAccounts/stmig`
const SUBNET = `${NETWORK_ID}/subnets/snet-dms`

function from(...ids: string[]): FromId[] {
  return ids.flatMap((text) => {
    const id = parseResourceId(text)
    if (id === undefined) throw new Error(text)
    return { kind: FROM_KINDS[id.type.toLowerCase() as keyof typeof FROM_KINDS], id }
  })
}

type Answers = Parameters<typeof armWith>[0]

function azure(answers: Answers): InitPort {
  const signIn: ArmPort['signIn'] = () => Promise.resolve(seen({ kind: 'secret' }))
  return { ...armWith(answers), signIn }
}

const ANSWERS: Answers = {
  dmsService: (id) =>
    there({ id, name: 'dms-old', location: 'westeurope', virtualSubnetId: SUBNET, skuName: 'Premium' }),
  virtualNetwork: () => there(networkWith({})),
  sqlServer: (id) =>
    there({
      id,
      name: 'sqlsales',
      location: 'westeurope',
      state: 'Ready',
      fullyQualifiedDomainName: 'sqlsales.database.windows.net',
      privateEndpointConnections: [],
    }),
  sqlMigrationService: (id) => there({ id, name: 'dms', location: 'westeurope', provisioningState: 'Succeeded' }),
  runtimeNodes: () => there([]),
  sqlVirtualMachine: (id) =>
    there({
      id,
      name: 'vm1',
      location: 'northeurope',
      provisioningState: 'Succeeded',
      virtualMachineId: `${GROUP}/providers/Microsoft.Compute/virtualMachines/vm1`,
    }),
  virtualMachine: (id) =>
    there({
      id,
      name: 'vm1',
      location: 'northeurope',
      statuses: ['ProvisioningState/succeeded', 'PowerState/deallocated'],
      extensions: [],
      networkInterfaceIds: [],
      dataDisks: [],
    }),
  sqlDatabases: (id) => there(['master', 'Erp'].map((name) => ({ id: `${id}/databases/${name}`, name }))),
  sqlDatabase: (id) => there({ id, name: id.split('/').at(-1) ?? '', status: 'Online' }),
  managedInstance: (id) =>
    there({ id, name: 'mi-erp', location: 'westeurope', state: 'Ready', fullyQualifiedDomainName: 'mi-erp.abc.net' }),
  storageAccount: (id) =>
    there({
      id,
      name: 'stmig',
      location: 'westeurope',
      kind: 'StorageV2',
      blobEndpoint: 'https://stmig.blob.core.windows.net/',
      defaultAction: 'Allow',
      virtualNetworkRules: [],
      addressRules: [],
      privateEndpointConnections: [],
    }),
  blobContainer: (id, name = '') =>
    there({ id, name, deleted: false, hasImmutabilityPolicy: false, hasLegalHold: false }),
}

describe('what Azure tells of the ids', () => {
  it('of a classic service: its subnet, and that the manifest is classic', async () => {
    const { facts, failures } = await readFacts(azure(ANSWERS), from(CLASSIC, SERVER))
    expect(failures).toEqual([])
    expect(facts).toMatchObject({
      generation: 'classic',
      scenario: 'sql-server-to-azure-sql-database',
      service: { id: CLASSIC, about: 'dms-old, westeurope, Premium' },
      subnet: { id: SUBNET },
      targets: [{ id: SERVER, name: 'sqlsales', endpoint: 'sqlsales.database.windows.net', databases: ['Erp'] }],
    })
  })

  it('of a subnet: where it is; alone it means the classic service, beside that of today nothing', async () => {
    const alone = await readFacts(
      azure(ANSWERS),
      from(SUBNET.toUpperCase().replace('/SUBSCRIPTIONS', '/subscriptions'), INSTANCE),
    )
    expect(alone.facts).toMatchObject({ generation: 'classic', subnet: { about: 'snet-dms, westeurope, 10.0.1.0/24' } })
    const beside = await readFacts(azure(ANSWERS), from(SUBNET, MODERN, INSTANCE))
    expect(beside.facts).toMatchObject({ generation: 'modern', service: { id: MODERN } })
    expect(beside.facts.subnet).toBeUndefined()
    expect(beside.notes.join(' ')).toMatch(/The subnet was left out: .* stands in no subnet/)
    const machine = await readFacts(azure(ANSWERS), from(SUBNET, MACHINE))
    expect(machine.facts.generation).toBe('modern')
    const gone = await readFacts(azure(ANSWERS), from(`${NETWORK_ID}/subnets/other`, INSTANCE))
    expect(gone.failures).toEqual([expect.objectContaining({ message: expect.stringMatching(/no such subnet/) })])
  })

  it('of the service of today: its region and the nodes of its runtime', async () => {
    const nodes = ['SHIR01', 'shir02.corp.example', 'a name', 'n3', 'n4', 'n5'].map((name) => ({ name }))
    const { facts, notes } = await readFacts(azure({ ...ANSWERS, runtimeNodes: () => there(nodes) }), from(MODERN))
    expect(facts).toMatchObject({
      generation: 'modern',
      service: {
        id: MODERN,
        about: 'dms, westeurope, Succeeded',
        runtimeHosts: ['SHIR01', 'shir02.corp.example', 'n3', 'n4'],
      },
    })
    expect(notes).toEqual([])
    const blind = await readFacts(azure({ ...ANSWERS, runtimeNodes: () => forbidden() }), from(MODERN))
    expect(blind.failures).toEqual([])
    expect(blind.facts.service).toMatchObject({ runtimeHosts: [] })
    expect(blind.notes).toEqual([expect.stringMatching(/nodes .* were not seen: AuthorizationFailed/)])
    const none = await readFacts(
      azure({ ...ANSWERS, sqlMigrationService: () => notThere(), runtimeNodes: () => notThere('parent') }),
      from(MODERN),
    )
    expect(none.failures).toEqual([expect.objectContaining({ kind: 'not-found' })])
  })

  it('of a virtual machine: where it is and whether it runs', async () => {
    const { facts, notes, failures } = await readFacts(azure(ANSWERS), from(MACHINE))
    expect([notes, failures]).toEqual([[], []])
    expect(facts).toMatchObject({
      generation: 'modern',
      scenario: 'sql-server-to-sql-server-on-azure-vm',
      targets: [{ id: MACHINE, name: 'vm1', about: 'vm1, northeurope, Succeeded, deallocated', databases: [] }],
    })
    const blind = await readFacts(azure({ ...ANSWERS, virtualMachine: () => forbidden() }), from(MACHINE))
    expect(blind.failures).toEqual([])
    expect(blind.facts.targets).toMatchObject([{ about: 'vm1, northeurope, Succeeded' }])
    expect(blind.notes).toEqual([expect.stringMatching(/^Whether the virtual machine runs was not seen: Auth/)])
    const gone = await readFacts(azure({ ...ANSWERS, sqlVirtualMachine: () => notThere() }), from(MACHINE))
    expect([gone.facts.targets, gone.failures.length]).toEqual([[], 1])
  })

  it('of a server and of databases of it: one target, with the names', async () => {
    const named = await readFacts(
      azure(ANSWERS),
      from(`${SERVER}/databases/Sales`, SERVER, `${SERVER}/databases/Orders`),
    )
    expect(named.facts.targets).toMatchObject([{ id: SERVER, databases: ['Sales', 'Orders'] }])
    const listed = await readFacts(azure(ANSWERS), from(SERVER))
    expect(listed.facts.targets).toMatchObject([{ databases: ['Erp'] }])
    const blind = await readFacts(azure({ ...ANSWERS, sqlDatabases: () => forbidden() }), from(SERVER))
    expect(blind.failures).toEqual([])
    expect(blind.facts.targets).toMatchObject([{ databases: [] }])
    expect(blind.notes).toEqual([expect.stringMatching(/^The databases of .* were not seen: Auth/)])
  })

  it('of a storage account and a container of it; not where nothing is restored', async () => {
    const container = `${ACCOUNT}/blobServices/default/containers/backups`
    const { facts } = await readFacts(azure(ANSWERS), from(INSTANCE, container))
    expect(facts.container).toEqual({
      id: ACCOUNT,
      about: 'stmig, westeurope, StorageV2',
      blobEndpoint: 'https://stmig.blob.core.windows.net/',
      name: 'backups',
    })
    const without = await readFacts(azure(ANSWERS), from(SERVER, ACCOUNT))
    expect(without.facts.container).toBeUndefined()
    expect(without.notes).toEqual([expect.stringMatching(/storage account was left out/)])
  })

  it('and everything that could not be seen, at once', async () => {
    const answers: Answers = { ...ANSWERS, sqlServer: () => notThere('resource-group'), dmsService: () => forbidden() }
    const { failures } = await readFacts(azure(answers), from(SERVER, CLASSIC))
    expect(failures).toEqual([
      expect.objectContaining({ kind: 'forbidden', missing: 'Microsoft.Network/virtualNetworks/read' }),
      expect.objectContaining({ message: `Azure has no \`${SERVER}\`: there is no such resource group.` }),
    ])
    const closed: InitPort = { ...armWith({}), signIn: () => Promise.resolve(unseen('auth', 'Refused.')) }
    expect((await readFacts(closed, from(SERVER))).failures).toEqual([{ kind: 'auth', message: 'Refused.' }])
  })
})
