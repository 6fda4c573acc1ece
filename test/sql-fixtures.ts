// Subjects, vantages and in-memory ports for tests of the checks on SQL servers.
import { expect } from '@jest/globals'
import type { Check, Judgement, Spec } from '../src/checks/define.ts'
import { sourceSubjects, targetDatabaseSubjects, targetSubjects } from '../src/checks/subjects.ts'
import type { VantageFact } from '../src/checks/network-path.ts'
import type { JsonObject } from '../src/domain/json.ts'
import type { Manifest, Source, Target } from '../src/domain/manifest.ts'
import { seen, unseen, type Observed } from '../src/domain/observed.ts'
import type { Subject } from '../src/domain/subject.ts'
import type { ArmAnswer, ManagedInstanceResource, SqlServerResource } from '../src/ports/arm-port.ts'
import type { VirtualNetwork } from '../src/ports/network-resources.ts'
import type { BrowserAnswer, ConnectAnswer, NameAnswer } from '../src/ports/net-port.ts'
import type { Ports } from '../src/ports/ports.ts'
import type { BackupAnswer, LoginAnswer, PreLoginAnswer, SqlServer, TlsAnswer } from '../src/ports/sql-port.ts'
import { MANIFEST } from './fixtures.ts'

export const INSIDE: VantageFact = {
  verified: true,
  address: '10.1.0.4',
  subnet: 'snet-dms',
  prefixes: ['10.1.0.0/24'],
  reason: '10.1.0.4 is in the DMS subnet snet-dms (10.1.0.0/24)',
}
export const OUTSIDE: VantageFact = {
  verified: false,
  address: '192.0.2.7',
  subnet: 'snet-dms',
  prefixes: ['10.1.0.0/24'],
  reason: '192.0.2.7 is not in the DMS subnet snet-dms (10.1.0.0/24)',
}

export function manifestWith({
  source,
  target,
  ...rest
}: { source?: Partial<Source>; target?: Partial<Target> } & Partial<Manifest>): Manifest {
  return {
    ...MANIFEST,
    sources: MANIFEST.sources.map((entry) => ({ ...entry, ...source })),
    targets: MANIFEST.targets.map((entry) => ({ ...entry, ...target })),
    ...rest,
  }
}

const first = <T>(entries: readonly T[]): T => {
  const [entry] = entries
  if (entry === undefined) throw new Error('the fixture has no such subject')
  return entry
}

export const sourceSubject = (change: Parameters<typeof manifestWith>[0] = {}) =>
  first(sourceSubjects(manifestWith(change)))
export const targetSubject = (change: Parameters<typeof manifestWith>[0] = {}) =>
  first(targetSubjects(manifestWith(change)))
export const databaseSubject = (change: Parameters<typeof manifestWith>[0] = {}) =>
  first(targetDatabaseSubjects(manifestWith(change)))

/** Judges evidence as it comes back from report.json, so it must be plain JSON. */
export function judgeStored(check: Check, evidence: JsonObject, subject: Subject<Spec>): Judgement {
  const stored = JSON.parse(JSON.stringify(evidence)) as JsonObject
  expect(stored).toEqual(evidence)
  expect(Object.keys(stored)).not.toHaveLength(0)
  return check.judge(stored, subject)
}

/** The value of what a check observed; a ProbeFailure fails the test. */
export async function observeValue(check: Check, ports: Ports, subject: Subject<Spec>): Promise<JsonObject> {
  const observed = await check.observe(ports, subject)
  if (!observed.ok) throw new Error(`unseen: ${observed.failure.kind}: ${observed.failure.message}`)
  return observed.value
}

export interface World {
  names?: Record<string, readonly string[]>
  /** By `address:port`; what is missing is refused. */
  ports?: Record<string, Observed<ConnectAnswer> | ConnectAnswer['outcome']>
  browser?: Record<string, BrowserAnswer>
  /** The runner's address on the route to each other address. */
  own?: string
  /** The same for some addresses; `undefined`: there is no route. */
  routes?: Record<string, string | undefined>
  /** The DMS subnet's prefixes; absent: Azure refuses. */
  subnet?: readonly string[]
  sqlServer?: Observed<ArmAnswer<SqlServerResource>>
  managedInstance?: Observed<ArmAnswer<ManagedInstanceResource>>
  /** Names of databases that Azure says are absent. */
  absentDatabases?: readonly string[]
  preLogin?: Observed<PreLoginAnswer>
  tls?: Observed<TlsAnswer>
  logIn?: (server: SqlServer, database: string) => Observed<LoginAnswer>
  /** Absent: the run may not write. */
  backUp?: (file: string) => Observed<BackupAnswer>
  /** Raw rows of every statement, or by its name; one that is not named is refused (VIEW SERVER STATE). */
  rows?: readonly JsonObject[] | Readonly<Record<string, readonly JsonObject[]>>
}

export const FORBIDDEN = unseen('forbidden', 'Azure answered 403', {
  missing: 'Microsoft.Network/virtualNetworks/read',
})

export function createPorts(world: World): Ports {
  return { net: createNet(world), arm: createArm(world), sql: createSql(world) } as unknown as Ports
}

function createNet({ names = {}, ports = {}, browser = {}, own = '192.0.2.7', routes = {} }: World): Ports['net'] {
  const routeTo = (toward: string): { localAddress?: string } => {
    const localAddress = toward in routes ? routes[toward] : own
    return localAddress === undefined ? {} : { localAddress }
  }
  return {
    resolve: (host) => {
      const addresses = names[host]
      const answer: NameAnswer =
        addresses === undefined
          ? { found: false, message: `ENOTFOUND ${host}` }
          : { found: true, addresses: addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })) }
      return Promise.resolve(seen(answer))
    },
    connect: (address, port) => {
      const outcome = ports[`${address}:${port}`] ?? 'refused'
      if (typeof outcome !== 'string') return Promise.resolve(outcome)
      return Promise.resolve(seen({ address, port, outcome, ...routeTo(address), ms: 3 }))
    },
    browse: (address) =>
      Promise.resolve(seen({ ...(browser[address] ?? { outcome: 'timeout', address }), ...routeTo(address) })),
    routeAddress: (toward) => Promise.resolve(routeTo(toward).localAddress),
  }
}

function createArm({ subnet, sqlServer, managedInstance, absentDatabases = [] }: World): Partial<Ports['arm']> {
  return {
    virtualNetwork: (id) => {
      if (subnet === undefined) return Promise.resolve(FORBIDDEN)
      const dms = {
        addressPrefixes: subnet,
        serviceEndpoints: [],
        ipConfigurationIds: [],
        delegations: [],
        externalResources: [],
      }
      const network = {
        id,
        name: 'vnet',
        location: 'westeurope',
        addressPrefixes: subnet,
        dnsServers: [],
        peerings: [],
      }
      const value: VirtualNetwork = {
        ...network,
        subnets: [{ id: `${id}/subnets/snet-dms`, name: 'snet-dms', ...dms }],
      }
      return Promise.resolve(seen({ found: true, value }))
    },
    securityAdminRules: () => Promise.resolve(FORBIDDEN),
    serviceTags: () => Promise.resolve(FORBIDDEN),
    sqlServer: () => Promise.resolve(sqlServer ?? FORBIDDEN),
    managedInstance: () => Promise.resolve(managedInstance ?? FORBIDDEN),
    sqlDatabase: (id) => {
      const name = id.split('/').at(-1) ?? ''
      if (absentDatabases.includes(name))
        return Promise.resolve(seen({ found: false, missing: 'resource', message: '404' }))
      return Promise.resolve(FORBIDDEN)
    },
  }
}

function createSql({ preLogin, tls, logIn, backUp, rows = [] }: World): Ports['sql'] {
  const silent = unseen('timeout', 'no answer')
  return {
    ...(backUp === undefined ? {} : { backUp: (_server, file) => Promise.resolve(backUp(file)) }),
    preLogin: () => Promise.resolve(preLogin ?? silent),
    probeTls: () => Promise.resolve(tls ?? silent),
    logIn: (server, database) => Promise.resolve(logIn?.(server, database) ?? silent),
    query: (_server, _database, statement) => {
      const own = Array.isArray(rows) ? (rows as readonly JsonObject[]) : rowsByName(rows)[statement.name]
      return Promise.resolve(own === undefined ? NO_PERMISSION : seen(own.map((row) => statement.decode(row))))
    },
  }
}

const NO_PERMISSION = unseen('forbidden', 'VIEW SERVER STATE permission was denied', { missing: 'VIEW SERVER STATE' })

function rowsByName(rows: World['rows']): Readonly<Record<string, readonly JsonObject[]>> {
  return Array.isArray(rows) ? {} : (rows as Readonly<Record<string, readonly JsonObject[]>>)
}

export const ACCEPTED: LoginAnswer = { outcome: 'accepted', encrypted: true, loginName: 'dms', database: 'master' }

export function refusedWith(number: number, state = 1): LoginAnswer {
  return { outcome: 'refused', message: { number, state, severity: 14, message: `Login failed for user 'dms'.` } }
}

/** Every verdict that the check says it can give is among those that its table produced. */
export function expectEveryVerdict(check: Check, produced: readonly string[]): void {
  expect([...new Set(produced)].sort()).toEqual([...check.meta.verdicts].sort())
}
