import { X509Certificate } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { startSqlBrowser } from '../../lab/browser.ts'
import type { Authority } from '../../lab/certificates.ts'
import { playSqlState } from '../../lab/sql/play.ts'
import type { SqlState } from '../../lab/sql/state.ts'
import type { LoginRecord, LoginVerdict, TdsOptions } from '../../lab/tds/model.ts'
import { startTdsServer } from '../../lab/tds/server.ts'
import type { CheckResult } from '../../src/domain/report.ts'
import { askChecks, CA_PATH } from './ask-checks.ts'
import { startDeafListener } from './deaf-listener.ts'
import type { Row, World } from './row.ts'

export const HOST = { source: 'sql01.corp.example', target: 'sqlsales.corp.example' } as const
const PASSWORD = 'S0urce-Pass!'
const TIMEOUT_MS = 5000

export interface PlayedRow {
  results: readonly CheckResult[]
  port: number
  fingerprint: string
  logins: readonly LoginRecord[]
  /** Batches after the login, as they came. */
  batches: readonly string[]
}

/** Stands the world up, asks the checks, and takes it down again. */
export async function playRow(row: Pick<Row, 'side' | 'from' | 'world'>, authority: Authority): Promise<PlayedRow> {
  const { side = 'source', from = 'dms-subnet', world } = row
  const host = HOST[side]
  const tls = await (world.certificate ?? trusted)(authority, host)
  const fingerprint = tls === undefined ? '' : fingerprintOf(tls.cert)
  const closers: (() => Promise<unknown>)[] = []
  try {
    const server = await startTdsServer({ ...contentOf(side, world), ...(tls === undefined ? {} : { tls }) })
    closers.push(() => server.close())
    const port = await portOf(server, world, closers)
    for (const host of world.silentAt ?? []) {
      const deaf = await startDeafListener({ host, port })
      closers.push(() => deaf.close())
    }
    const browserPort = await startBrowser(world, port, closers)
    const { login = '{ user: dms, password: "${OWN}" }', tls: wanted = `{ ca: ${CA_PATH} }` } = world
    const password = 'password' in world ? world.password : PASSWORD
    const results = await askChecks({
      side,
      server: world.server?.(port) ?? `${host},${String(port)}`,
      login,
      tls: wanted.replace('<fingerprint>', fingerprint),
      databases: world.databases ?? ['Sales', 'Orders'],
      names: { ...world.names, [host]: world.addresses ?? ['127.0.0.1'] },
      ...(browserPort === undefined ? {} : { browserPort }),
      dmsSubnet: from === 'elsewhere' ? '10.1.0.0/24' : world.wire?.host === '::1' ? '::1/128' : '127.0.0.0/8',
      timeoutMs: world.timeoutMs ?? TIMEOUT_MS,
      secrets: password === undefined ? {} : { OWN: password },
      authority: authority.certificate,
    })
    return { results, port, fingerprint, logins: server.logins, batches: server.statements }
  } finally {
    await Promise.all(closers.map((close) => close()))
  }
}

const trusted: NonNullable<World['certificate']> = (authority, host) => authority.issue({ names: [host] })

function fingerprintOf(certificate: string): string {
  const { fingerprint256 } = new X509Certificate(certificate)
  return `sha256:${fingerprint256.replaceAll(':', '').toLowerCase()}`
}

function contentOf(side: 'source' | 'target', { state = {}, wire = {}, refuses }: World): TdsOptions {
  const whole = { ...(side === 'source' ? SOURCE : TARGET), ...state }
  const logins = whole.logins.map((login) => ({
    ...login,
    password: login.password === '' ? PASSWORD : login.password,
  }))
  const played = playSqlState({ ...whole, logins })
  return {
    ...played,
    ...(refuses === undefined ? {} : { authenticate: refuseBy(refuses, played.authenticate) }),
    ...wire,
  }
}

function refuseBy(
  refuses: NonNullable<World['refuses']>,
  otherwise: TdsOptions['authenticate'],
): TdsOptions['authenticate'] {
  const rounds = refuses.filter((round): round is readonly never[] => Array.isArray(round))
  if (rounds.length === 0) return () => refuses as LoginVerdict
  return (login, session) => rounds.shift() ?? otherwise(login, session)
}

/** An empty password stands for the right one. */
const LOGIN = { user: 'dms', password: '' }
const SOURCE: SqlState = {
  serverName: 'SQL01',
  version: [16, 0, 4135],
  logins: [{ ...LOGIN, controlServer: true, grants: ['VIEW SERVER STATE'] }],
  databases: [{ name: 'Sales' }, { name: 'Orders' }],
}
const TARGET: SqlState = {
  serverName: 'sqlsales',
  version: [12, 0, 2000],
  azure: true,
  logins: [LOGIN],
  databases: [
    { name: 'Sales', owners: ['dms'] },
    { name: 'Orders', owners: ['dms'] },
  ],
}

async function portOf(
  server: { port: number; close(): Promise<void> },
  { instead }: World,
  closers: (() => Promise<unknown>)[],
): Promise<number> {
  if (instead === undefined) return server.port
  await server.close()
  if (instead === 'nothing') return server.port
  const deaf = await startDeafListener()
  closers.push(() => deaf.close())
  return deaf.port
}

async function startBrowser(
  { browser }: World,
  tcpPort: number,
  closers: (() => Promise<unknown>)[],
): Promise<number | undefined> {
  const wanted = browser?.(tcpPort)
  if (wanted === undefined) return undefined
  if (Buffer.isBuffer(wanted)) return startBabbler(wanted, closers)
  const options = wanted === 'nothing' ? {} : wanted
  const started = await startSqlBrowser({ serverName: 'SQL01', instances: [], ...options })
  if (wanted === 'nothing') await started.close()
  else closers.push(() => started.close())
  return started.port
}

/** Answers every datagram with the same bytes. */
async function startBabbler(answer: Buffer, closers: (() => Promise<unknown>)[]): Promise<number> {
  const socket = createSocket('udp4')
  socket.on('message', (_message, sender) => {
    socket.send(answer, sender.port, sender.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  closers.push(() => new Promise<void>((resolve) => socket.close(() => resolve())))
  return socket.address().port
}
