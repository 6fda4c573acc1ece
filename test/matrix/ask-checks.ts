// The catalogue's checks of one server, in this process and over real sockets; only Azure and the resolver are stubs.
import { createNetPort } from '../../src/adapters/net/net-port.ts'
import type { Lookup } from '../../src/adapters/net/resolve-name.ts'
import { createSqlPort } from '../../src/adapters/sql/sql-port.ts'
import { CATALOGUE } from '../../src/checks/catalogue.generated.ts'
import { seen, unseen } from '../../src/domain/observed.ts'
import type { CheckResult } from '../../src/domain/report.ts'
import { Secret } from '../../src/domain/secret.ts'
import { runChecks } from '../../src/engine/run-checks.ts'
import { parseManifest } from '../../src/manifest/parse-manifest.ts'
import { planChecks } from '../../src/plan/plan.ts'
import type { VirtualNetwork } from '../../src/ports/network-resources.ts'
import type { Ports } from '../../src/ports/ports.ts'

/** What is asked, as plain JSON: a child process may get it on its command line. */
export interface Question {
  side: 'source' | 'target'
  /** `server` of the source, `endpoint` of the target. */
  server: string
  /** YAML. */
  login: string
  /** YAML. */
  tls: string
  databases: readonly string[]
  /** Addresses of each name, or the code of the resolver's failure; another name is ENOTFOUND. */
  names: Readonly<Record<string, readonly string[] | string>>
  /** UDP port of SQL Server Browser; default 1434. */
  browserPort?: number
  /** Prefix of the DMS subnet, as Azure tells it. */
  dmsSubnet: string
  /** For one probe. */
  timeoutMs: number
  /** By their environment variables. */
  secrets: Readonly<Record<string, string>>
  /** PEM of `tls.ca`. */
  authority?: string
}

export type PortQuestion = Pick<Question, 'timeoutMs' | 'names' | 'browserPort' | 'secrets' | 'authority' | 'dmsSubnet'>

export const CA_PATH = 'certs/root.pem'
/** The resolver never answers. */
export const SILENT = 'silent'

/** Of the target that a manifest of the matrix names, and of the subnet of DMS. */
export const SUBSCRIPTION = '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg'
export const NETWORK = `${SUBSCRIPTION}/providers/Microsoft.Network/virtualNetworks/vnet-hub`
/** As src/main.ts has it: a probe gives up before the check that made it. */
const PROBE_SHARE_OF_TIMEOUT = 0.9

/** What Azure alone tells is not asked: it would be unknown here, whatever the server does. */
export const CHECKS = CATALOGUE.filter(
  ({ meta }) => /^(source|target)\//.test(meta.id) && meta.vantage !== 'control-plane',
)

/** The results of the checks of one side. */
export async function askChecks(question: Question): Promise<CheckResult[]> {
  const { side, timeoutMs } = question
  const parsed = parseManifest({
    path: 'matrix.yml',
    text: manifestText(question),
    now: Date.now(),
    checkIds: CATALOGUE.map(({ meta }) => meta.id),
  })
  if (!parsed.ok) throw new Error(`The manifest is wrong: ${JSON.stringify(parsed.problems)}`)
  const checks = CHECKS.filter(({ meta }) => meta.id.startsWith(`${side}/`))
  const { ports, close } = openPorts(question)
  try {
    return await runChecks(planChecks(parsed.manifest, checks), ports, {
      maxParallel: 16,
      // A check logs in before it asks, so on a busy machine its last probe must not be cut off by the check's own limit.
      timeoutMs: 3 * Math.round(timeoutMs / PROBE_SHARE_OF_TIMEOUT),
      signal: new AbortController().signal,
      vantage: 'runner',
    })
  } finally {
    await close()
  }
}

/** Ports over real sockets; Azure is asked in vain for all but the network of DMS. */
export function openPorts(question: PortQuestion): { ports: Ports; close: () => Promise<void> } {
  const { timeoutMs, names, browserPort, secrets, authority, dmsSubnet } = question
  const signal = new AbortController().signal
  const lookup = lookupIn(names)
  const net = createNetPort({ timeoutMs, signal, lookup, ...(browserPort === undefined ? {} : { browserPort }) })
  const sql = createSqlPort({
    timeoutMs,
    signal,
    lookup,
    routingSuffixes: ['.corp.example'],
    secrets: new Map(Object.entries(secrets).map(([name, value]) => [name, new Secret(name, value)])),
    readCa: (path) =>
      authority !== undefined && path === CA_PATH
        ? Promise.resolve(authority)
        : Promise.reject(new Error(`no file ${path}`)),
  })
  const refused = unseen('forbidden', 'Azure answered 403')
  const arm: Partial<Ports['arm']> = {
    virtualNetwork: () => Promise.resolve(seen({ found: true, value: networkOf(dmsSubnet) })),
    sqlDatabase: () => Promise.resolve(refused),
    sqlServer: () => Promise.resolve(refused),
  }
  return { ports: { net, sql, arm } as unknown as Ports, close: () => sql.close() }
}

function lookupIn(names: Question['names']): Lookup {
  return (host, _options, callback) => {
    const answer = names[host] ?? 'ENOTFOUND'
    if (answer === SILENT) return
    if (typeof answer === 'string') callback(Object.assign(new Error('lookup'), { code: answer }), [])
    else
      callback(
        null,
        answer.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      )
  }
}

function networkOf(prefix: string): VirtualNetwork {
  return {
    id: NETWORK,
    name: 'vnet-hub',
    location: 'westeurope',
    addressPrefixes: [prefix],
    dnsServers: [],
    peerings: [],
    subnets: [
      {
        id: `${NETWORK}/subnets/snet-dms`,
        name: 'snet-dms',
        addressPrefixes: [prefix],
        serviceEndpoints: [],
        ipConfigurationIds: [],
        delegations: [],
        externalResources: [],
      },
    ],
  }
}

function manifestText({ side, server, login, tls, databases }: Question): string {
  const other = { server: 'other.corp.example', login: '{ user: dms, password: "${OTHER}" }', tls: '{ encrypt: true }' }
  const own = { server, login, tls }
  const [source, target] = side === 'source' ? [own, other] : [other, own]
  return `version: 1
name: Matrix
scenario: sql-server-to-azure-sql-database
generation: classic
dms: { subnet: ${NETWORK}/subnets/snet-dms }
sources:
  - name: sales
    server: '${source.server}'
    login: ${source.login}
    tls: ${source.tls}
    databases: [${databases.join(', ')}]
target:
  resource: ${SUBSCRIPTION}/providers/Microsoft.Sql/servers/sqlsales
  endpoint: '${target.server}'
  login: ${target.login}
  tls: ${target.tls}
`
}
