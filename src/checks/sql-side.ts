import type { Login, TlsSettings } from '../domain/manifest.ts'
import type { Observed, Script } from '../domain/observed.ts'
import type { BlockedBy } from '../domain/report.ts'
import type { Subject } from '../domain/subject.ts'
import type { Ports } from '../ports/ports.ts'
import type { SqlServer } from '../ports/sql-port.ts'
import type { Spec } from './define.ts'
import {
  isManagedInstance,
  openServer,
  readSourceEndpoint,
  readTargetEndpoint,
  readTargetHost,
} from './engine-endpoint.ts'
import type { EngineEndpoint, HostAnswer } from './engine-endpoint.ts'
import { isVirtualMachine } from './machine-host.ts'
import { placeWords } from './place-words.ts'
import { takerOfSource, takerOfTarget, type PathTaker } from './runtime-vantage.ts'
import type { SourceSpec, TargetSpec } from './subjects.ts'

/** What differs between the source and the target of a migration, for the checks that both have. */
export interface SqlSide<S extends Spec> {
  area: 'source' | 'target'
  login(spec: S): Login
  tls(spec: S): TlsSettings
  readHost(ports: Pick<Ports, 'arm'>, spec: S): Promise<HostAnswer>
  readEndpoint(ports: Pick<Ports, 'net' | 'arm'>, spec: S): Promise<Observed<EngineEndpoint>>
  /** Who takes the path to the engine in a modern migration. */
  taker(spec: S): PathTaker
  /** The database for the first login. */
  readFirstDatabase(ports: Pick<Ports, 'arm'>, spec: S): Promise<string>
  /** Checks that say what Azure did not tell about the host. */
  hostBlockers(spec: S): readonly BlockedBy[]
  /** What to look at when the port does not answer, and with which commands on the host. */
  portAdvice: (spec: S) => string
  portScripts: readonly Script[]
  /** What stands as endpoint in an example. */
  endpointExample?: (spec: S) => string
  /** Whether it is an installation of SQL Server, with an error log and logins of its own. */
  isInstallation: (spec: S) => boolean
}

export const SOURCE_SIDE: SqlSide<SourceSpec> = {
  area: 'source',
  login: ({ source }) => source.login,
  tls: ({ source }) => source.tls,
  readHost: (_ports, { source }) => Promise.resolve({ known: true, server: source.server, from: 'manifest' }),
  readEndpoint: (ports, { source }) => readSourceEndpoint(ports, source),
  taker: ({ manifest, source }) => takerOfSource(manifest, source),
  readFirstDatabase: () => Promise.resolve('master'),
  hostBlockers: () => [],
  portAdvice: ({ manifest, source }) =>
    `On the SQL Server host: is the service running, does it listen on this TCP port, does Windows Firewall let the port in; on the way: does the firewall appliance let ${placeWords(manifest, takerOfSource(manifest, source)).place} through to it.`,
  portScripts: [
    {
      language: 'powershell',
      code: [
        '# on the SQL Server host: does it run, and where does it listen',
        "Get-Service -Name 'MSSQL*'",
        'Get-NetTCPConnection -State Listen -OwningProcess (Get-Process -Name sqlservr).Id',
      ].join('\n'),
    },
  ],
  isInstallation: () => true,
}

export const TARGET_SIDE: SqlSide<TargetSpec> = {
  area: 'target',
  login: ({ target }) => target.login,
  tls: ({ target }) => target.tls,
  readHost: (ports, { target }) => readTargetHost(ports, target),
  readEndpoint: (ports, { target }) => readTargetEndpoint(ports, target),
  taker: ({ manifest }) => takerOfTarget(manifest),
  readFirstDatabase: async ({ arm }, { target, databases }) => {
    // The databases of a managed instance or a virtual machine come only with the migration.
    if (isManagedInstance(target) || isVirtualMachine(target)) return 'master'
    for (const database of databases) {
      const answer = await arm.sqlDatabase(`${target.resourceId}/databases/${database}`)
      if (!answer.ok || answer.value.found) return database
    }
    return 'master'
  },
  hostBlockers: ({ target, databases }) => {
    if (isVirtualMachine(target)) return [{ id: 'target/virtual-machine-exists', subject: target.name }]
    return isManagedInstance(target)
      ? [{ id: 'target/managed-instance-exists', subject: target.name }]
      : databases.map((database) => ({ id: 'target/sql-database-exists', subject: `${target.name}/${database}` }))
  },
  portAdvice: targetPortAdvice,
  portScripts: [],
  endpointExample: ({ target }) => (isVirtualMachine(target) ? 'VM.corp.example' : 'NAME.database.windows.net'),
  isInstallation: ({ target }) => isVirtualMachine(target),
}

function targetPortAdvice({ manifest, target }: TargetSpec): string {
  if (isVirtualMachine(target)) return MACHINE_PORT_ADVICE
  const { place } = placeWords(manifest, takerOfTarget(manifest))
  return isManagedInstance(target)
    ? `A managed instance answers on TCP 1433 of an address in its own subnet (and on 11000-11999 when it redirects): let the network security groups and route tables of ${place} and of the subnet of the instance pass it, and peer the two networks where they are not one.`
    : `Azure SQL answers on TCP 1433 (and on 11000-11999 when it redirects): let the network security groups, route tables and firewalls of ${place} pass it outbound, and look whether the name should lead to a private endpoint.`
}

const MACHINE_PORT_ADVICE =
  'Does the virtual machine run at all (target/virtual-machine-is-running)? On it: is SQL Server running, does it listen on this TCP port, does Windows Firewall let it in; on the way: do the security groups of its subnet and network interface let this runner in, and is there a route to it. DMS itself restores through the SQL IaaS Agent and does not need this way; without it, this run cannot look at the SQL Server.'

/** The server to talk SQL to, asked for by one check. */
export async function readSqlServer<S extends Spec>(
  side: SqlSide<S>,
  ports: Pick<Ports, 'net' | 'arm'>,
  subject: Pick<Subject<S>, 'name' | 'spec'>,
  id: string,
): Promise<Observed<SqlServer>> {
  const settings = { login: side.login(subject.spec), tls: side.tls(subject.spec) }
  return openServer(await side.readEndpoint(ports, subject.spec), settings, {
    id,
    subject: subject.name,
    manifest: subject.spec.manifest.name,
  })
}

/** What stands in printed T-SQL for an identity whose name only Azure knows. */
export const UNNAMED_IDENTITY = '<name of the identity>'

/** The account as T-SQL for people names it. */
export function nameInTsql(login: Login): string {
  return login.kind === 'entra' ? UNNAMED_IDENTITY : login.user
}

/** The account as messages name it; never a password. */
export function describeLogin(login: Login): string {
  return login.kind === 'entra' ? "the run's Azure identity" : login.user
}
