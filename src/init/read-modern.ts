import type { FoundService, FoundTarget } from '../domain/init-facts.ts'
import type { ResourceId } from '../domain/resource-id.ts'
import { problemOfHost } from '../manifest/server-name.ts'
import { aboutOf, type Asker } from './asker.ts'

/** More nodes than a runtime has. */
const MOST_HOSTS = 4

/** The service of today and the nodes of its runtime. */
export async function readModernService(asker: Asker, id: ResourceId): Promise<FoundService | undefined> {
  const { arm } = asker
  const [found, nodes] = await Promise.all([
    asker.take(id.text, arm.sqlMigrationService(id.text)),
    arm.runtimeNodes(id.text),
  ])
  if (found === undefined) return undefined
  // A service that needs no runtime has none, and its manifest is no worse for it.
  if (!nodes.ok) asker.note(`The nodes of the integration runtime were not seen: ${nodes.failure.message}`)
  const names = nodes.ok && nodes.value.found ? nodes.value.value.map(({ name }) => name) : []
  const isHost = (name: string): boolean => problemOfHost(name, 'a host') === undefined
  return {
    id: id.text,
    about: aboutOf([id.name, found.location, found.provisioningState]),
    runtimeHosts: names.filter(isHost).slice(0, MOST_HOSTS),
  }
}

/** A SQL virtual machine; Azure tells no endpoint of it. */
export async function readVirtualMachine(asker: Asker, id: ResourceId): Promise<FoundTarget | undefined> {
  const { arm } = asker
  const found = await asker.take(id.text, arm.sqlVirtualMachine(id.text))
  if (found === undefined) return undefined
  const { location, provisioningState, virtualMachineId } = found
  const power = virtualMachineId === undefined ? undefined : await readPower(asker, virtualMachineId)
  return { id: id.text, name: id.name, about: aboutOf([id.name, location, provisioningState, power]), databases: [] }
}

/** Whether the machine itself runs; only shown, so that no manifest fails by it. */
async function readPower(asker: Asker, machineId: string): Promise<string | undefined> {
  const machine = await asker.arm.virtualMachine(machineId)
  if (!machine.ok) asker.note(`Whether the virtual machine runs was not seen: ${machine.failure.message}`)
  const statuses = machine.ok && machine.value.found ? machine.value.value.statuses : undefined
  return statuses?.find((code) => code.startsWith('PowerState/'))?.slice('PowerState/'.length)
}
