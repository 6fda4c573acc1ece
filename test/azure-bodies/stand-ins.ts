// Ports beside Azure, for runs in which only Azure's answers change: a network and SQL Servers from memory.
import { answerQuery } from '../../lab/sql/answers.ts'
import type { SqlState } from '../../lab/sql/state.ts'
import type { Cell, ResultSet, Session } from '../../lab/tds/model.ts'
import { seen, unseen } from '../../src/domain/observed.ts'
import type { Ports } from '../../src/ports/ports.ts'
import type { Certificate } from '../../src/ports/sql-port.ts'

export interface Surroundings {
  /** Addresses by name; others are unknown to the resolver. */
  names: Readonly<Record<string, readonly string[]>>
  /** `address:port` that are open; others are refused. */
  open: readonly string[]
  /** Port of the instance by address, where SQL Server Browser answers. */
  browsers?: Readonly<Record<string, number>>
  /** The runner's own address on every route. */
  own: string
  /** By host. */
  servers: Readonly<Record<string, SqlState>>
}

export function standIns({ names, open, browsers = {}, own, servers }: Surroundings): Omit<Ports, 'arm'> {
  const stateOf = (host: string): SqlState => servers[host.toLowerCase()] ?? NOBODY
  return {
    net: {
      resolve: (host) => {
        const addresses = names[host.toLowerCase()]
        return Promise.resolve(
          seen(
            addresses === undefined
              ? { found: false, message: `no such name: ${host}` }
              : { found: true, addresses: addresses.map((address) => ({ address, family: 4 as const })) },
          ),
        )
      },
      connect: (address, port) => {
        const outcome = open.includes(`${address}:${String(port)}`) ? ('open' as const) : ('refused' as const)
        return Promise.resolve(seen({ address, port, outcome, localAddress: own, ms: 1 }))
      },
      browse: (address, instanceName) => {
        const tcpPort = browsers[address]
        if (tcpPort === undefined) return Promise.resolve(seen({ outcome: 'timeout', address, localAddress: own }))
        const instance = { instanceName, version: '16.0.4135.4', tcpPort }
        return Promise.resolve(
          seen({ outcome: 'answered', address, localAddress: own, instance, known: [instanceName] }),
        )
      },
      routeAddress: () => Promise.resolve(own),
    },
    sql: {
      preLogin: ({ host }) => {
        const version = stateOf(host).version.join('.')
        return Promise.resolve(seen({ answered: true, version, encryption: 'on', localAddress: own }))
      },
      probeTls: ({ host }) =>
        Promise.resolve(
          seen({ outcome: 'accepted', protocol: 'TLSv1.3', certificate: certificateOf(host), verified: true }),
        ),
      logIn: (_, database) =>
        Promise.resolve(seen({ outcome: 'accepted', encrypted: true, loginName: 'dms', database })),
      query: ({ host, port }, database, statement) => {
        const query = { kind: 'batch' as const, text: statement.text, parameters: [] }
        const { sets = [], error } = answerQuery(stateOf(host), query, sessionOf(port, database))
        if (error !== undefined) return Promise.resolve(unseen('forbidden', error.message))
        return Promise.resolve(seen(sets.flatMap(rowsOf).map((row) => statement.decode(row))))
      },
    },
    // No world here has a share or a container.
    share: {
      writes: false,
      negotiate: notAsked,
      logIn: notAsked,
      openShare: notAsked,
      openFolder: notAsked,
      probeWrite: notAsked,
      readSecurity: notAsked,
      lendFile: notAsked,
    },
    runtime: { host: notAsked },
    blob: { writes: false, access: notAsked, list: notAsked, listFolder: notAsked, probeWrite: notAsked },
    files: {
      readText: () => Promise.resolve(seen({ found: false })),
      dataMigrationAssistant: () => Promise.resolve(seen({ found: false })),
    },
    clock: { now: () => Date.parse('2026-11-26T12:00:00Z') },
  }
}

const notAsked = (): Promise<ReturnType<typeof unseen>> => Promise.resolve(unseen('unsupported', 'not asked here'))

const NOBODY: SqlState = { serverName: 'NOBODY', version: [16, 0, 4135], logins: [], databases: [] }

function sessionOf(serverPort: number, database: string): Session {
  const client = { id: 1, clientAddress: '10.1.2.5', user: 'dms', kind: 'sql' as const }
  return { ...client, serverPort, database, encrypted: true, strict: false }
}

function certificateOf(host: string): Certificate {
  return {
    subject: `CN=${host}`,
    issuer: 'CN=Lab',
    names: [host],
    validFrom: '2026-01-01T00:00:00Z',
    validTo: '2028-01-01T00:00:00Z',
    fingerprint: `sha256:${'0'.repeat(64)}`,
  }
}

function rowsOf({ columns, rows }: ResultSet): Record<string, Cell>[] {
  return rows.map((row) => Object.fromEntries(columns.map(({ name }, index) => [name, row[index] ?? null])))
}
