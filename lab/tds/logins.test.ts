import { afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { createBench, type Bench, type Client } from './bench.ts'
import type { Login, Session, TdsOptions } from './model.ts'
import type { TdsServer } from './server.ts'

let bench: Bench
beforeAll(async () => {
  bench = await createBench()
})
afterEach(() => bench.close())

interface Seen {
  login: Login
  session: Session
}

/** Accepts whom the server has verified, and keeps what `authenticate` saw. */
async function start(options: Partial<TdsOptions>): Promise<{ server: TdsServer; seen: Seen[] }> {
  const seen: Seen[] = []
  const server = await bench.start({
    authenticate(login, session) {
      seen.push({ login, session: { ...session } })
      return undefined
    },
    answer: (_query, { user, kind }) => ({
      sets: [
        {
          columns: [
            { name: 'user', type: 'nvarchar' },
            { name: 'kind', type: 'nvarchar' },
          ],
          rows: [[user, kind]],
        },
      ],
    }),
    ...options,
  })
  return { server, seen }
}

/** What the server said to a client that it refused. */
async function refusals(server: TdsServer, client: Client): Promise<string[]> {
  const said: string[] = []
  const onError: Client['onError'] = (error) => {
    said.push(`${error.number} ${error.state} ${error.class} ${error.message}`)
  }
  await expect(bench.connectTo(server, { ...client, onError })).rejects.toMatchObject({ code: 'ELOGIN' })
  return said
}

const UNTRUSTED =
  '18452 1 14 Login failed. The login is from an untrusted domain and cannot be used with Integrated authentication.'

describe('Windows accounts', () => {
  const ntlm = { 'CORP\\dms': 'Pä55 "w€rd', 'svc@corp.example': 'other' }

  it.each([
    ['in the clear', { encrypt: false }, false],
    ['with TLS', { encrypt: true }, true],
  ])('%s', async (_name, { encrypt }, encrypted) => {
    const { server, seen } = await start({ ntlm })
    const pool = await bench.connectTo(server, { domain: 'corp', encrypt })
    expect((await pool.request().query('who')).recordset).toEqual([{ user: 'CORP\\dms', kind: 'ntlm' }])
    const record = { user: 'CORP\\dms', kind: 'ntlm', database: 'Sales', app: 'dms-preflight' }
    expect(server.logins).toEqual(Array(2).fill({ ...record, encrypted, accepted: true }))
    expect(seen[0]).toMatchObject({
      login: { user: 'CORP\\dms', password: '', kind: 'ntlm', database: 'Sales' },
      session: { database: 'Sales', encrypted },
    })
  })

  it.each([
    ['a wrong password', { user: 'dms', domain: 'CORP', password: 'x' }, 'CORP\\dms'],
    ['an account that nobody knows', { user: 'nobody', domain: 'CORP' }, 'CORP\\nobody'],
    ['an account of another domain', { user: 'dms', domain: 'OTHER' }, 'OTHER\\dms'],
  ])('%s', async (_name, client, user) => {
    const { server, seen } = await start({ ntlm })
    expect(await refusals(server, client)).toEqual([UNTRUSTED])
    expect(server.logins).toMatchObject([{ user, kind: 'ntlm', accepted: false }])
    expect(seen).toEqual([])
  })

  it('are unknown to a server without any', async () => {
    const { server, seen } = await start({})
    expect(await refusals(server, { domain: 'CORP' })).toEqual([UNTRUSTED])
    expect(server.logins).toMatchObject([{ user: '', kind: 'ntlm', accepted: false }])
    expect(seen).toEqual([])
  })

  it('can be turned away by the server although the password is right', async () => {
    const authenticate: TdsOptions['authenticate'] = ({ user }) => ({
      number: 18470,
      state: 1,
      severity: 14,
      message: `Login failed for user '${user}'. Reason: The account is disabled.`,
    })
    const { server } = await start({ ntlm, authenticate })
    const said = "18470 1 14 Login failed for user 'CORP\\dms'. Reason: The account is disabled."
    expect(await refusals(server, { domain: 'CORP' })).toEqual([said])
    expect(server.logins).toMatchObject([{ user: 'CORP\\dms', accepted: false }])
  })

  it('have a name of the form user@domain, too', async () => {
    const { server } = await start({ ntlm })
    await bench.connectTo(server, { user: 'svc@corp.example', password: 'other', domain: '' })
    expect(server.logins).toMatchObject([{ user: 'svc@corp.example', accepted: true }])
  })
})

describe('tokens of Microsoft Entra', () => {
  // As long as real ones, which do not fit into one packet.
  const token = 'eyJ0eXAi.'.repeat(500)
  const entraTokens = new Map([[token, 'dms-preflight']])
  const failed = "18456 1 14 Login failed for user '<token-identified principal>'."

  it.each([
    ['that the client brings', token],
    [
      'that the client gets where the server says',
      { getToken: (scope: string) => Promise.resolve({ token: scopeToken(scope), expiresOnTimestamp: 0 }) },
    ],
  ])('%s', async (_name, client) => {
    const { server, seen } = await start({ entraTokens })
    const pool = await bench.connectTo(server, { token: client })
    expect((await pool.request().query('who')).recordset).toEqual([{ user: 'dms-preflight', kind: 'entra' }])
    const record = { user: 'dms-preflight', kind: 'entra', database: 'Sales', app: 'dms-preflight' }
    expect(server.logins).toEqual(Array(2).fill({ ...record, encrypted: true, accepted: true }))
    expect(seen[0]).toMatchObject({ login: { user: 'dms-preflight', password: '', kind: 'entra' } })
    expect(JSON.stringify([server.logins, seen])).not.toContain('eyJ0eXAi')
  })

  function scopeToken(scope: string): string {
    return scope === 'https://database.windows.net/.default' ? token : ''
  }

  it('that are not known', async () => {
    const { server, seen } = await start({ entraTokens })
    expect(await refusals(server, { token: 'stale' })).toEqual([failed])
    const getToken = (): Promise<{ token: string; expiresOnTimestamp: number }> =>
      Promise.resolve({ token: 'stale', expiresOnTimestamp: 0 })
    expect(await refusals(server, { token: { getToken } })).toEqual([failed])
    const record = { user: '', kind: 'entra', encrypted: true, accepted: false }
    expect(server.logins).toMatchObject([record, record])
    expect(seen).toEqual([])
  })

  it('are no use on a server that knows none', async () => {
    const { server } = await start({})
    expect(await refusals(server, { token })).toEqual([failed])
  })

  it.each([
    ['sent in the clear', token],
    ['offered in the clear', { getToken: () => Promise.reject(new Error('asked for a token')) }],
  ])('%s: the connection is closed, and the record says so', async (_name, client) => {
    const { server, seen } = await start({ entraTokens })
    await expect(bench.connectTo(server, { token: client, encrypt: false })).rejects.toMatchObject({ code: 'ESOCKET' })
    expect(server.logins).toMatchObject([{ user: '', kind: 'entra', encrypted: false, accepted: false }])
    expect(seen).toEqual([])
  })
})
