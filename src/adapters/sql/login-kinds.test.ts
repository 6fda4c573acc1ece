import { afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { createAuthority, type KeyAndCertificate } from '../../../lab/certificates.ts'
import type { TdsOptions } from '../../../lab/tds/model.ts'
import { startTdsServer, type TdsServer } from '../../../lab/tds/server.ts'
import type { Login } from '../../domain/manifest.ts'
import { seen, unseen } from '../../domain/observed.ts'
import { Secret } from '../../domain/secret.ts'
import type { SqlServer } from '../../ports/sql-port.ts'
import { createSqlPort, type ClosableSqlPort, type SqlPortOptions } from './sql-port.ts'

const PASSWORD = 'Win-Pässw0rd'
const TOKEN = 'eyJ0eXAiOiJKV1QifQ.eyJhdWQiOiJodHRwczovL2RhdGFiYXNlLndpbmRvd3MubmV0In0.c2ln'
const CLIENT_ID = 'bbbbbbbb-0000-4000-8000-000000000002'
const closers: (() => Promise<void>)[] = []
let tls: KeyAndCertificate
let root: string
beforeAll(async () => {
  const authority = await createAuthority()
  root = authority.certificate
  tls = await authority.issue({ names: ['sql01.corp.example'] })
})
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()))
})

async function start(options: Partial<TdsOptions> = {}): Promise<TdsServer> {
  const server = await startTdsServer({
    serverName: 'SQL01',
    tls,
    authenticate: () => undefined,
    answer: () => ({}),
    ...options,
  })
  closers.push(() => server.close())
  return server
}

function port(options: Partial<SqlPortOptions> = {}): ClosableSqlPort {
  const sql = createSqlPort({
    timeoutMs: 3000,
    signal: new AbortController().signal,
    secrets: new Map([['P', new Secret('P', PASSWORD)]]),
    readCa: () => Promise.resolve(root),
    ...options,
  })
  closers.push(() => sql.close())
  return sql
}

function reach({ port }: { port: number }, login: Login, more: Partial<SqlServer> = {}): SqlServer {
  return {
    host: 'sql01.corp.example',
    address: '127.0.0.1',
    port,
    login,
    tls: { encrypt: 'on', ca: 'root.pem', trustServerCertificate: false },
    askedBy: { id: 'source/login-is-accepted', subject: 'sales' },
    ...more,
  }
}

const windows = (user: string): Login => ({ kind: 'windows', user, password: { secret: 'P' } })
const ENTRA: Login = { kind: 'entra' }
const entraToken: SqlPortOptions['entraToken'] = () =>
  Promise.resolve(seen({ account: CLIENT_ID, token: new Secret('token', TOKEN) }))

describe('a Windows login', () => {
  it.each(['CORP\\svc-dms', 'corp\\SVC-DMS', 'svc-dms@corp.example'])('%s goes by NTLM', async (user) => {
    const server = await start({ ntlm: { 'CORP\\svc-dms': PASSWORD, 'svc-dms@corp.example': PASSWORD } })
    expect(await port().logIn(reach(server, windows(user)), 'master')).toMatchObject({
      value: { outcome: 'accepted', encrypted: true, loginName: user },
    })
    expect(server.logins).toMatchObject([{ kind: 'ntlm', encrypted: true, accepted: true }])
  })

  it.each([
    ['with another password', { 'CORP\\svc': 'other' }],
    ['that is not known there', { 'CORP\\other': PASSWORD }],
    ['on a server that takes none', undefined],
  ])('%s is refused with 18452, and is not tried again', async (_which, ntlm) => {
    const server = await start(ntlm === undefined ? {} : { ntlm })
    const other = await start({ ntlm: { 'CORP\\svc': PASSWORD } })
    const sql = port()
    expect(await sql.logIn(reach(server, windows('CORP\\svc')), 'master')).toMatchObject({
      value: { outcome: 'refused', message: { number: 18_452 } },
    })
    expect(await sql.logIn(reach(other, windows('corp\\SVC')), 'master')).toMatchObject({
      value: { outcome: 'withheld' },
    })
    expect([server.logins.length, other.connections]).toEqual([1, 0])
  })

  it('is another account than the SQL login of the same name', async () => {
    const server = await start()
    const sql = port()
    await sql.logIn(reach(server, windows('CORP\\svc')), 'master')
    const login: Login = { kind: 'sql', user: 'CORP\\svc', password: { secret: 'P' } }
    expect(await sql.logIn(reach(server, login), 'master')).toMatchObject({ value: { outcome: 'accepted' } })
  })
})

describe("the run's Azure identity", () => {
  it.each(['on', 'strict'] as const)('logs in with a token, encrypt: %s', async (encrypt) => {
    const server = await start({ entraTokens: new Map([[TOKEN, 'dms-app']]), strict: 'offered' })
    const there = reach(server, ENTRA)
    const answer = await port({ entraToken }).logIn({ ...there, tls: { ...there.tls, encrypt } }, 'Sales')
    expect(answer).toMatchObject({ value: { outcome: 'accepted', encrypted: true } })
    expect(server.logins).toMatchObject([{ kind: 'entra', user: 'dms-app', encrypted: true, accepted: true }])
    expect(JSON.stringify(answer)).not.toContain(TOKEN)
  })

  it('is refused once on forty servers, when its token is not taken', async () => {
    const servers = await Promise.all(Array.from({ length: 40 }, () => start({ entraTokens: new Map() })))
    const sql = port({ entraToken })
    const answers = await Promise.all(servers.map((server) => sql.logIn(reach(server, ENTRA), 'master')))
    expect(servers.flatMap(({ logins }) => logins)).toHaveLength(1)
    expect(answers.filter((answer) => answer.ok && answer.value.outcome === 'withheld')).toHaveLength(39)
  })

  it('sends no packet without encryption', async () => {
    const server = await start({ entraTokens: new Map([[TOKEN, 'dms-app']]) })
    const off = reach(server, ENTRA, { tls: { encrypt: 'off', trustServerCertificate: false } })
    expect(await port({ entraToken }).logIn(off, 'master')).toMatchObject({
      failure: { kind: 'tls', message: expect.stringContaining('a token is never sent unencrypted') },
    })
    expect(server.connections).toBe(0)
  })

  it('sends no token to a server that cannot be trusted', async () => {
    const server = await start({ entraTokens: new Map([[TOKEN, 'dms-app']]) })
    const there = reach(server, ENTRA, { host: 'sql02.corp.example' })
    expect(await port({ entraToken }).logIn(there, 'master')).toMatchObject({ failure: { kind: 'tls' } })
    expect(server.logins).toEqual([])
  })

  it('says what keeps it from having a token', async () => {
    const server = await start()
    const refused = unseen('auth', 'AADSTS7000215: the secret is wrong', { missing: 'another secret' })
    expect(await port({ entraToken: () => Promise.resolve(refused) }).logIn(reach(server, ENTRA), 'master')).toEqual({
      ok: false,
      failure: {
        kind: 'auth',
        missing: 'another secret',
        message: expect.stringMatching(/^Login to sql01\.corp\.example .* was not tried: AADSTS7000215/),
      },
    })
    expect(await port().logIn(reach(server, ENTRA), 'master')).toMatchObject({ failure: { kind: 'no-credential' } })
    expect(server.connections).toBe(0)
  })
})

describe('one account on forty servers', () => {
  const shared: readonly [string, Login, Login, Partial<TdsOptions>][] = [
    [
      'a SQL login',
      { kind: 'sql', user: 'dms', password: { secret: 'P' } },
      { kind: 'sql', user: 'DMS', password: { secret: 'P' } },
      { authenticate: () => ({ number: 18_456, state: 1, severity: 14, message: 'Login failed.' }) },
    ],
    ['a Windows login', windows('CORP\\svc'), windows('corp\\Svc'), { ntlm: { 'CORP\\svc': 'other' } }],
  ]
  it.each(shared)('%s with a wrong password makes one attempt in all', async (_kind, login, again, options) => {
    const servers = await Promise.all(Array.from({ length: 40 }, () => start(options)))
    const sql = port()
    const answers = await Promise.all(
      servers.map((server, at) => sql.logIn(reach(server, at % 2 === 0 ? login : again), 'master')),
    )
    expect(servers.flatMap(({ logins }) => logins)).toHaveLength(1)
    expect(answers.filter((answer) => answer.ok && answer.value.outcome === 'withheld')).toHaveLength(39)
  })

  it('with the right password logs in everywhere, side by side after the first', async () => {
    const servers = await Promise.all(Array.from({ length: 40 }, () => start({ latencyMs: 20 })))
    const sql = port({ timeoutMs: 20_000 })
    const login: Login = { kind: 'sql', user: 'dms', password: { secret: 'P' } }
    const answers = await Promise.all(servers.map((server) => sql.logIn(reach(server, login), 'master')))
    expect(answers.filter((answer) => answer.ok && answer.value.outcome === 'accepted')).toHaveLength(40)
    expect(servers.map(({ logins }) => logins.length)).toEqual(servers.map(() => 1))
  }, 30_000)
})
