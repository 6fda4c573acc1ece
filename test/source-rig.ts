// Checks on a source, over real sockets: the double, the SQL port and the check's own observe and judge.
import { startTdsServer, type TdsServer } from '../lab/tds/server.ts'
import type { TdsOptions } from '../lab/tds/model.ts'
import { playSqlState } from '../lab/sql/play.ts'
import type { SqlState } from '../lab/sql/state.ts'
import { createSqlPort } from '../src/adapters/sql/sql-port.ts'
import type { Check, Judgement } from '../src/checks/define.ts'
import type { Manifest, Source } from '../src/domain/manifest.ts'
import { seen, type Observed } from '../src/domain/observed.ts'
import type { JsonObject } from '../src/domain/json.ts'
import { Secret } from '../src/domain/secret.ts'
import type { ManagedInstanceResource } from '../src/ports/arm-port.ts'
import type { Ports } from '../src/ports/ports.ts'
import { instanceMigration } from './instance-fixtures.ts'
import { createPorts, manifestWith } from './sql-fixtures.ts'

export interface SourceRig {
  server: TdsServer
  ports: Ports
  /** The source of the manifest, at the double. */
  source: Partial<Source>
  /** As the check of TCP/IP does before: the port learns the server's version. */
  preLogin(): Promise<unknown>
  observe(check: Check, place?: number): Promise<Observed<JsonObject>>
  /** What the engine would show. */
  verdict(check: Check, place?: number): Promise<{ verdict: string; summary: string; judgement?: Judgement }>
}

const PASSWORD = 'S0urce-Pass!'
const closers: (() => Promise<void>)[] = []

export async function closeSourceRigs(): Promise<void> {
  await Promise.all(closers.splice(0).map((close) => close()))
}

/** A source that plays the state; the login is `dms` unless the state has another first login. */
export async function openSourceRig(
  state: Partial<SqlState>,
  change: Partial<Source> = {},
  wire: Partial<TdsOptions> = {},
): Promise<SourceRig> {
  const whole: SqlState = {
    serverName: 'SQL01',
    version: [16, 0, 4135],
    logins: [{ user: 'dms', password: PASSWORD }],
    databases: [{ name: 'Sales' }],
    ...state,
  }
  const logins = whole.logins.map((login) => (login.user === 'dms' ? { ...login, password: PASSWORD } : login))
  const server = await startTdsServer({ ...playSqlState({ ...whole, logins }), ...wire })
  const sql = createSqlPort({
    timeoutMs: 5000,
    signal: new AbortController().signal,
    secrets: new Map([['P', new Secret('P', PASSWORD)]]),
    readCa: () => Promise.reject(new Error('no file')),
  })
  closers.push(
    () => sql.close(),
    () => server.close(),
  )
  const source: Partial<Source> = {
    server: { text: `127.0.0.1,${String(server.port)}`, host: '127.0.0.1', port: server.port },
    login: { kind: 'sql', user: 'dms', password: { secret: 'P' } },
    tls: { encrypt: 'off', trustServerCertificate: false },
    ...change,
  }
  const fake = createPorts({
    names: { '127.0.0.1': ['127.0.0.1'] },
    ports: { [`127.0.0.1:${String(server.port)}`]: 'open' },
  })
  const ports: Ports = { ...fake, sql }
  const observe: SourceRig['observe'] = (check, place = 0) => {
    const subject = check.subjects(manifestWith({ source }))[place]
    if (subject === undefined) throw new Error('the check has no such subject')
    return check.observe(ports, subject)
  }
  return {
    server,
    ports,
    source,
    observe,
    preLogin: () =>
      sql.preLogin({
        host: '127.0.0.1',
        address: '127.0.0.1',
        port: server.port,
        login: { kind: 'sql', user: 'dms', password: { secret: 'P' } },
        tls: { encrypt: 'off', trustServerCertificate: false },
        askedBy: { id: 'source/tcp-ip-is-enabled', subject: 'sales' },
      }),
    async verdict(check, place = 0) {
      const observed = await observe(check, place)
      if (!observed.ok) return { verdict: `unknown (${observed.failure.kind})`, summary: observed.failure.message }
      const subject = check.subjects(manifestWith({ source }))[place]
      if (subject === undefined) throw new Error('the check has no such subject')
      const judgement = check.judge(observed.value, subject)
      return { verdict: judgement.verdict, summary: judgement.summary, judgement }
    },
  }
}

/** A source and a managed instance; the login of both is `dms`, a sysadmin unless the state says otherwise. */
export interface MigrationRig {
  source: TdsServer
  instance: TdsServer
  verdict: SourceRig['verdict']
}

export async function openMigrationRig(
  source: Partial<SqlState>,
  instance: Partial<SqlState>,
  resource: Partial<ManagedInstanceResource> = {},
): Promise<MigrationRig> {
  const admin = { logins: [{ user: 'dms', password: PASSWORD, sysadmin: true }] }
  const from = await openSourceRig({ ...admin, databases: [{ name: 'Sales' }, { name: 'Orders' }], ...source })
  const to = await openSourceRig({
    serverName: 'mi-erp',
    version: [12, 0, 2000],
    engineEdition: 8,
    ...admin,
    databases: [],
    ...instance,
  })
  const { server, ...login } = to.source
  const manifest = instanceMigration()
  const whole: Manifest = {
    ...manifest,
    sources: manifest.sources.map((one) => ({ ...one, ...from.source })),
    targets: manifest.targets.map((one) => ({
      ...one,
      ...login,
      ...(server === undefined ? {} : { endpoint: server }),
    })),
  }
  const net = createPorts({
    names: { '127.0.0.1': ['127.0.0.1'] },
    ports: { [`127.0.0.1:${String(from.server.port)}`]: 'open', [`127.0.0.1:${String(to.server.port)}`]: 'open' },
  })
  const value = { id: '/mi', name: 'mi-erp', location: 'westeurope', ...resource }
  const arm = { ...net.arm, managedInstance: () => Promise.resolve(seen({ found: true as const, value })) }
  const ports: Ports = { ...net, arm, sql: from.ports.sql }
  return {
    source: from.server,
    instance: to.server,
    async verdict(check, place = 0) {
      const subject = check.subjects(whole)[place]
      if (subject === undefined) throw new Error('the check has no such subject')
      const observed = await check.observe(ports, subject)
      if (!observed.ok) return { verdict: `unknown (${observed.failure.kind})`, summary: observed.failure.message }
      const judgement = check.judge(observed.value, subject)
      return { verdict: judgement.verdict, summary: judgement.summary, judgement }
    },
  }
}

/** Only the instance counts. */
export async function openInstanceRig(
  state: Partial<SqlState>,
): Promise<{ server: TdsServer; verdict: SourceRig['verdict'] }> {
  const rig = await openMigrationRig({}, { logins: [{ user: 'dms', password: PASSWORD }], ...state })
  return { server: rig.instance, verdict: rig.verdict }
}
