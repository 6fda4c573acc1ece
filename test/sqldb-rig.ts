// Checks on a source and an Azure SQL logical server, over real sockets: both doubles, the SQL port, observe and judge.
import { startTdsServer, type TdsServer } from '../lab/tds/server.ts'
import { playSqlState } from '../lab/sql/play.ts'
import type { SqlState } from '../lab/sql/state.ts'
import { createSqlPort } from '../src/adapters/sql/sql-port.ts'
import type { Check, Judgement, Spec } from '../src/checks/define.ts'
import type { Manifest, Source, Target } from '../src/domain/manifest.ts'
import { seen } from '../src/domain/observed.ts'
import { Secret } from '../src/domain/secret.ts'
import type { Subject } from '../src/domain/subject.ts'
import type { SqlServerResource } from '../src/ports/arm-port.ts'
import type { Ports } from '../src/ports/ports.ts'
import { MANIFEST } from './fixtures.ts'
import { createPorts, judgeStored, manifestWith } from './sql-fixtures.ts'

const PASSWORD = 'Sql-Db-Pass!'
const LOCAL = '127.0.0.1'
const closers: (() => Promise<void>)[] = []

export async function closeDatabaseRigs(): Promise<void> {
  await Promise.all(closers.splice(0).map((close) => close()))
}

export interface DatabaseWorld {
  source?: Partial<SqlState>
  target?: Partial<SqlState>
  /** What Azure says of the logical server. */
  resource?: Partial<SqlServerResource>
  schemaMigration?: boolean
  dmsLogin?: string
  change?: Parameters<typeof manifestWith>[0]
}

export interface DatabaseRig {
  manifest: Manifest
  /** Of the first subject, unless another is named. */
  judge(check: Check, place?: number): Promise<Judgement>
  servers: { source: TdsServer; target: TdsServer }
}

/** On the source the login may read Sales, on the target it owns it; the state may say otherwise. */
export async function openDatabaseRig(world: DatabaseWorld = {}): Promise<DatabaseRig> {
  const login = { user: 'dms', password: PASSWORD }
  const source = await play({
    serverName: 'SQL01',
    version: [16, 0, 4135],
    logins: [{ ...login, grants: ['VIEW ANY DEFINITION'] }],
    databases: [{ name: 'Sales', readers: ['dms'] }],
    ...world.source,
  })
  const target = await play({
    serverName: 'sqlsales',
    version: [12, 0, 2000],
    azure: true,
    logins: [login],
    databases: [{ name: 'Sales', owners: ['dms'] }],
    ...world.target,
  })
  const sql = createSqlPort({
    timeoutMs: 30_000,
    signal: new AbortController().signal,
    secrets: new Map(['SALES_PASSWORD', 'TARGET_PASSWORD'].map((name) => [name, new Secret(name, PASSWORD)])),
    readCa: () => Promise.reject(new Error('no file')),
  })
  closers.push(() => sql.close())
  const tls = { encrypt: 'off', trustServerCertificate: false } as const
  const nameOf = (server: TdsServer) => ({
    text: `${LOCAL},${String(server.port)}`,
    host: LOCAL,
    port: server.port,
  })
  const { dmsLogin, schemaMigration = false, change = {} } = world
  const manifest = manifestWith({
    generation: 'modern',
    dms: { ...MANIFEST.dms, schemaMigration },
    ...change,
    source: {
      server: nameOf(source),
      tls,
      ...(dmsLogin === undefined ? {} : { dmsLogin }),
      ...change.source,
    } satisfies Partial<Source>,
    target: { endpoint: nameOf(target), tls, ...change.target } satisfies Partial<Target>,
  })
  const net = createPorts({
    names: { [LOCAL]: [LOCAL] },
    ports: { [`${LOCAL}:${String(source.port)}`]: 'open', [`${LOCAL}:${String(target.port)}`]: 'open' },
  })
  const value: SqlServerResource = {
    ...{ id: '/s', name: 'sqlsales', location: 'westeurope', privateEndpointConnections: [] },
    ...world.resource,
  }
  const arm = { ...net.arm, sqlServer: () => Promise.resolve(seen({ found: true as const, value })) }
  const ports: Ports = { ...net, arm, sql }
  return {
    manifest,
    servers: { source, target },
    async judge(check, place = 0) {
      const subject: Subject<Spec> | undefined = check.subjects(manifest)[place]
      if (subject === undefined) throw new Error('the check has no such subject')
      const observed = await check.observe(ports, subject)
      if (!observed.ok) throw new Error(`unseen: ${observed.failure.kind}: ${observed.failure.message}`)
      return judgeStored(check, observed.value, subject)
    },
  }
}

/** The login `dms` has the password of the rig. */
async function play(state: SqlState): Promise<TdsServer> {
  const logins = state.logins.map((login) => (login.user === 'dms' ? { ...login, password: PASSWORD } : login))
  const server = await startTdsServer(playSqlState({ ...state, logins }))
  closers.push(() => server.close())
  return server
}
