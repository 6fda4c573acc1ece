import type { FromId, FromKind } from '../domain/from-id.ts'
import type { FoundContainer, FoundService, FoundTarget, InitFacts } from '../domain/init-facts.ts'
import type { Generation, Scenario } from '../domain/manifest.ts'
import type { ProbeFailure } from '../domain/observed.ts'
import { isSameResource } from '../domain/resource-id.ts'
import { aboutOf, Asker } from './asker.ts'
import type { InitPort } from './init-port.ts'
import { readModernService, readVirtualMachine } from './read-modern.ts'

export interface ReadFacts {
  facts: InitFacts
  /** What kept something from being read: nothing is written then. */
  failures: readonly ProbeFailure[]
  /** Sentences. */
  notes: readonly string[]
}

/** Everything that Azure tells of the ids, all of them asked side by side. */
export async function readFacts(arm: InitPort, from: readonly FromId[]): Promise<ReadFacts> {
  const of = (...kinds: FromKind[]): FromId[] => from.filter(({ kind }) => kinds.includes(kind))
  const signedIn = await arm.signIn()
  const reader = new Reader(arm)
  if (!signedIn.ok) return { facts: { generation: 'modern', targets: [] }, failures: [signedIn.failure], notes: [] }
  const [classic] = of('classic-service')
  const [modern] = of('service')
  const [subnet] = of('subnet')
  const isClassic = classic !== undefined || (modern === undefined && subnet !== undefined && isKnownToClassic(from))
  const generation: Generation = isClassic ? 'classic' : 'modern'
  const scenario = scenarioOf(from)
  const [service, place, targets, container] = await Promise.all([
    classic === undefined ? modern && reader.modernService(modern) : reader.classicService(classic),
    subnet === undefined || !isClassic ? undefined : reader.subnet(subnet),
    reader.targets(of('server', 'database', 'managed-instance', 'virtual-machine')),
    reader.container(of('storage-account', 'container')[0]),
  ])
  const usesContainer = scenario !== 'sql-server-to-azure-sql-database'
  if (subnet !== undefined && !isClassic) reader.note(`The subnet was left out: ${NO_SUBNET}.`)
  if (container !== undefined && !usesContainer) {
    reader.note('The storage account was left out: nothing is restored from backups to Azure SQL Database.')
  }
  const at = place ?? (service?.subnetId === undefined ? undefined : { id: service.subnetId, about: 'of the service' })
  return {
    facts: {
      generation,
      ...(scenario === undefined ? {} : { scenario }),
      ...(service === undefined ? {} : { service }),
      ...(at === undefined ? {} : { subnet: at }),
      targets,
      ...(container === undefined || !usesContainer ? {} : { container }),
    },
    failures: reader.failures,
    notes: reader.notes,
  }
}

const NO_SUBNET = 'the service of today stands in no subnet, its integration runtime stands on hosts'

/** To a virtual machine only the service of today migrates. */
function isKnownToClassic(from: readonly FromId[]): boolean {
  return from.every(({ kind }) => kind !== 'virtual-machine')
}

function scenarioOf(from: readonly FromId[]): Scenario | undefined {
  const kinds = from.map(({ kind }) => kind)
  if (kinds.includes('server') || kinds.includes('database')) return 'sql-server-to-azure-sql-database'
  if (kinds.includes('managed-instance')) return 'sql-server-to-azure-sql-managed-instance'
  return kinds.includes('virtual-machine') ? 'sql-server-to-sql-server-on-azure-vm' : undefined
}

/** What each kind of id is asked for. */
class Reader extends Asker {
  async classicService({ id }: FromId): Promise<(FoundService & { subnetId?: string }) | undefined> {
    const found = await this.take(id.text, this.arm.dmsService(id.text))
    if (found === undefined) return undefined
    const { name, location, provisioningState, skuName, virtualSubnetId } = found
    return {
      id: id.text,
      about: aboutOf([name, location, provisioningState, skuName]),
      runtimeHosts: [],
      ...(virtualSubnetId === undefined ? {} : { subnetId: virtualSubnetId }),
    }
  }

  modernService({ id }: FromId): Promise<(FoundService & { subnetId?: string }) | undefined> {
    return readModernService(this, id)
  }

  async subnet({ id }: FromId): Promise<InitFacts['subnet']> {
    const network = await this.take(id.parent ?? '', this.arm.virtualNetwork(id.parent ?? ''))
    if (network === undefined) return undefined
    const subnet = network.subnets.find((one) => isSameResource(one.id, id.text))
    if (subnet !== undefined) {
      return { id: id.text, about: aboutOf([subnet.name, network.location, subnet.addressPrefixes.join(', ')]) }
    }
    this.failures.push({ kind: 'not-found', message: `Azure has no \`${id.text}\`: the network has no such subnet.` })
    return undefined
  }

  /** Each once, also where only databases of it are named. */
  async targets(from: readonly FromId[]): Promise<FoundTarget[]> {
    const owners = new Map<string, FromId[]>()
    for (const one of from) {
      const owner = one.kind === 'database' ? (one.id.parent ?? '') : one.id.text
      const key = owner.toLowerCase()
      owners.set(key, [...(owners.get(key) ?? []), one])
    }
    const found = await Promise.all([...owners.values()].map((ids) => this.target(ids)))
    return found.filter((target) => target !== undefined)
  }

  private async target([first, ...more]: readonly FromId[]): Promise<FoundTarget | undefined> {
    if (first === undefined) return undefined
    const { kind, id } = first
    if (kind === 'managed-instance') {
      const found = await this.take(id.text, this.arm.managedInstance(id.text))
      if (found === undefined) return undefined
      const { name, location, state, fullyQualifiedDomainName: endpoint } = found
      return { id: id.text, name, about: aboutOf([name, location, state]), ...known(endpoint), databases: [] }
    }
    if (kind === 'virtual-machine') return readVirtualMachine(this, id)
    return this.server(kind === 'database' ? (id.parent ?? '') : id.text, [first, ...more])
  }

  private async server(serverId: string, from: readonly FromId[]): Promise<FoundTarget | undefined> {
    const named = from.filter(({ kind }) => kind === 'database').map(({ id }) => id)
    const [found, listed] = await Promise.all([
      this.take(serverId, this.arm.sqlServer(serverId)),
      named.length > 0 ? undefined : this.databases(serverId),
      ...named.map((id) => this.take(id.text, this.arm.sqlDatabase(id.text))),
    ])
    if (found === undefined) return undefined
    const databases = listed ?? named.map(({ name }) => name)
    const { name, location, state, fullyQualifiedDomainName: endpoint } = found
    return { id: serverId, name, about: aboutOf([name, location, state]), ...known(endpoint), databases }
  }

  /** All of a server; only a hint for the sources, so that no manifest fails by it. */
  private async databases(serverId: string): Promise<string[]> {
    const listed = await this.arm.sqlDatabases(serverId)
    if (!listed.ok) this.note(`The databases of \`${serverId}\` were not seen: ${listed.failure.message}`)
    const names = listed.ok && listed.value.found ? listed.value.value.map(({ name }) => name) : []
    // To the system database nothing migrates.
    return names.filter((name) => name.toLowerCase() !== 'master')
  }

  async container(from: FromId | undefined): Promise<FoundContainer | undefined> {
    if (from === undefined) return undefined
    const isContainer = from.kind === 'container'
    // <account>/blobServices/default/containers/<name>
    const accountId = isContainer ? from.id.text.split('/').slice(0, -4).join('/') : from.id.text
    const [account] = await Promise.all([
      this.take(accountId, this.arm.storageAccount(accountId)),
      isContainer ? this.take(from.id.text, this.arm.blobContainer(accountId, from.id.name)) : undefined,
    ])
    if (account === undefined) return undefined
    const { name, location, kind, skuName, blobEndpoint } = account
    return {
      id: accountId,
      about: aboutOf([name, location, kind, skuName]),
      ...(blobEndpoint === undefined ? {} : { blobEndpoint }),
      ...(isContainer ? { name: from.id.name } : {}),
    }
  }
}

function known(endpoint: string | undefined): { endpoint?: string } {
  return endpoint === undefined ? {} : { endpoint }
}
