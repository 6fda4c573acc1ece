import type { FoundService, FoundTarget } from '../domain/init-facts.ts'
import type { ResourceId } from '../domain/resource-id.ts'
import { problemOfHost } from '../manifest/server-name.ts'
import { aboutOf, type Asker } from './asker.ts'

/** More nodes than a runtime has. */
const MOST_HOSTS = 4

/**
 * The service of today and the nodes of its runtime, by the reads that the port has (`LaterReads`). Without them the id
 * stands as it was given, and the reader is told that nobody looked.
 */
export async function readModernService(asker: Asker, id: ResourceId): Promise<FoundService | undefined> {
  const { arm } = asker
  if (arm.sqlMigrationService === undefined) {
    asker.note(`Whether \`${id.text}\` is there was not asked: the id stands in the manifest as it was given.`)
    return { id: id.text, about: id.name, runtimeHosts: [] }
  }
  const [found, nodes] = await Promise.all([
    asker.take(id.text, arm.sqlMigrationService(id.text)),
    arm.runtimeNodes?.(id.text),
  ])
  if (found === undefined) return undefined
  // A service that needs no runtime has none, and its manifest is no worse for it.
  if (nodes?.ok === false) asker.note(`The nodes of the integration runtime were not seen: ${nodes.failure.message}`)
  const names = nodes?.ok === true && nodes.value.found ? nodes.value.value.map(({ name }) => name) : []
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
  if (arm.sqlVirtualMachine === undefined) {
    asker.note(`Whether \`${id.text}\` is there was not asked: the id stands in the manifest as it was given.`)
    return { id: id.text, name: id.name, about: id.name, databases: [] }
  }
  const found = await asker.take(id.text, arm.sqlVirtualMachine(id.text))
  return found && { id: id.text, name: id.name, about: aboutOf([id.name, found.location]), databases: [] }
}
