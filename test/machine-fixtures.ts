// SQL Server on an Azure virtual machine as a target: the manifest, Azure's answers, and both servers over real sockets.
import type { SqlState } from '../lab/sql/state.ts'
import type { TdsServer } from '../lab/tds/server.ts'
import type { Check, Judgement, Spec } from '../src/checks/define.ts'
import type { Manifest } from '../src/domain/manifest.ts'
import type { JsonObject } from '../src/domain/json.ts'
import type { Subject } from '../src/domain/subject.ts'
import type { SqlVirtualMachineResource, VirtualMachineResource } from '../src/ports/machine-resources.ts'
import type { AddressHolder } from '../src/ports/network-resources.ts'
import type { Ports } from '../src/ports/ports.ts'
import { GROUP, armWith, there } from './arm-fixtures.ts'
import { MANIFEST } from './fixtures.ts'
import { answeredBy } from './instance-fixtures.ts'
import { openSourceRig } from './source-rig.ts'
import { createPorts } from './sql-fixtures.ts'

export const SQL_MACHINE_ID = `${GROUP}/providers/Microsoft.SqlVirtualMachine/sqlVirtualMachines/vm-sql`
export const MACHINE_ID = `${GROUP}/providers/Microsoft.Compute/virtualMachines/vm-sql`
export const CARD_ID = `${GROUP}/providers/Microsoft.Network/networkInterfaces/nic-sql`
export const MACHINE_HOST = 'vm-sql.corp.example'
const endpoint = { text: MACHINE_HOST, host: MACHINE_HOST }

export function machineManifest(
  more: Partial<Manifest> = {},
  target: Partial<Manifest['targets'][number]> = {},
): Manifest {
  return {
    ...MANIFEST,
    scenario: 'sql-server-to-sql-server-on-azure-vm',
    generation: 'modern',
    targets: MANIFEST.targets.map((one) => ({ ...one, resourceId: SQL_MACHINE_ID, endpoint, ...target })),
    ...more,
  }
}

/** Without an endpoint in the manifest. */
export function unnamedMachine(): Manifest {
  return machineManifest({ targets: MANIFEST.targets.map((one) => ({ ...one, resourceId: SQL_MACHINE_ID })) })
}

export function machineSubject(check: Check, manifest: Manifest = machineManifest()): Subject<Spec> {
  const [subject] = check.subjects(manifest)
  if (subject === undefined) throw new Error('the check has no subject')
  return subject
}

export const REGISTRATION: SqlVirtualMachineResource = {
  id: SQL_MACHINE_ID,
  name: 'vm-sql',
  location: 'westeurope',
  provisioningState: 'Succeeded',
  virtualMachineId: MACHINE_ID,
  sqlManagement: 'Full',
  leastPrivilegeMode: 'Enabled',
  licenseType: 'PAYG',
  imageOffer: 'SQL2022-WS2022',
  imageSku: 'Enterprise',
}
export const MACHINE: VirtualMachineResource = {
  id: MACHINE_ID,
  name: 'vm-sql',
  location: 'westeurope',
  provisioningState: 'Succeeded',
  vmSize: 'Standard_E8ds_v5',
  statuses: ['ProvisioningState/succeeded', 'PowerState/running'],
  extensions: [
    {
      name: 'SqlIaasExtension',
      type: 'Microsoft.SqlServer.Management.SqlIaaSAgent',
      statuses: ['ProvisioningState/succeeded'],
    },
  ],
  networkInterfaceIds: [CARD_ID],
  dataDisks: [],
}
export const CARD: AddressHolder = {
  id: CARD_ID,
  name: 'nic-sql',
  addresses: ['10.2.0.4'],
  virtualMachineId: MACHINE_ID,
}

/** Azure with this machine in it; what is undefined is left out of its answer. */
export function machineArm(
  registration: Partial<Record<keyof SqlVirtualMachineResource, unknown>> = {},
  machine: Partial<Record<keyof VirtualMachineResource, unknown>> = {},
  card: Partial<AddressHolder> = {},
): Ports['arm'] {
  const shown = <T extends object>(whole: T, change: object): T =>
    Object.fromEntries(Object.entries({ ...whole, ...change }).filter(([, value]) => value !== undefined)) as T
  return armWith({
    sqlVirtualMachine: () => there(shown(REGISTRATION, registration)),
    virtualMachine: () => there(shown(MACHINE, machine)),
    addressHolder: () => there({ ...CARD, ...card }),
  })
}

export const AT_MACHINE = { host: MACHINE_HOST, port: 1433, database: 'master', account: 'dms' }

/** What a SQL Server on the machine tells of itself: 2022 Enterprise. */
export function machineAnswers(more: JsonObject, server: Parameters<typeof answeredBy>[2] = {}) {
  const own = { productVersion: '16.0.4135.4', edition: 'Enterprise Edition (64-bit)', engineEdition: 3 }
  return answeredBy(AT_MACHINE, more, { ...own, ...server })
}

export interface MachineRig {
  source: TdsServer
  target: TdsServer
  verdict(check: Check, place?: number): Promise<{ verdict: string; summary: string; judgement?: Judgement }>
}

const ADMIN = { logins: [{ user: 'dms', password: '', sysadmin: true }] }

/** A source and the SQL Server of a virtual machine; the login of both is `dms`, a sysadmin unless the state says otherwise. */
export async function openMachineRig(
  source: Partial<SqlState>,
  target: Partial<SqlState>,
  more: Partial<Manifest> = {},
  others: Partial<Ports> = {},
): Promise<MachineRig> {
  const from = await openSourceRig({ ...ADMIN, databases: [{ name: 'Sales' }, { name: 'Orders' }], ...source })
  const to = await openSourceRig({ serverName: 'VM-SQL', ...ADMIN, databases: [], ...target })
  const { server, ...login } = to.source
  const manifest = machineManifest(more, { ...login, ...(server === undefined ? {} : { endpoint: server }) })
  const whole = { ...manifest, sources: manifest.sources.map((one) => ({ ...one, ...from.source })) }
  const { net } = createPorts({
    names: { '127.0.0.1': ['127.0.0.1'] },
    ports: { [`127.0.0.1:${String(from.server.port)}`]: 'open', [`127.0.0.1:${String(to.server.port)}`]: 'open' },
  })
  const ports = { net, arm: machineArm(), sql: from.ports.sql, ...others } as unknown as Ports
  return {
    source: from.server,
    target: to.server,
    async verdict(check, place = 0) {
      const subject = check.subjects(whole)[place]
      if (subject === undefined) throw new Error('the check has no such subject')
      const observed = await check.observe(ports, subject)
      if (!observed.ok) return { verdict: `unknown (${observed.failure.kind})`, summary: observed.failure.message }
      const stored = JSON.parse(JSON.stringify(observed.value)) as JsonObject
      const judgement = check.judge(stored, subject)
      return { verdict: judgement.verdict, summary: judgement.summary, judgement }
    },
  }
}
