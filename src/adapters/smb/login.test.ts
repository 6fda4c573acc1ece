import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { findSamba, type Samba } from '../../../lab/smb/samba.ts'
import { startTdsServer } from '../../../lab/tds/server.ts'
import { createSmbRig, HOST, PASSWORD, SETTINGS, shareAt, START_LIMIT_MS, type SmbRig } from '../../../test/smb-rig.ts'
import { Secret } from '../../domain/secret.ts'
import { createAccountGate } from '../account-gate.ts'
import { createSqlPort } from '../sql/sql-port.ts'

let rig: SmbRig
let samba: Samba | undefined
/** With both modes of `map to guest`, and one that takes no NTLM. */
let guests: { badUser: Samba; badPassword: Samba } | undefined
let kerberosOnly: Samba | undefined
beforeAll(async () => {
  rig = createSmbRig()
  if (!findSamba()) return
  const open = {
    ...SETTINGS,
    shares: [{ name: 'backup', files: { everyone: 'full' } as const, settings: ['guest ok = yes'] }],
  }
  const start = (mode: string): Promise<Samba> => rig.start([`map to guest = ${mode}`, 'guest account = nobody'], open)
  const [plain, badUser, badPassword, noNtlm] = await Promise.all([
    rig.start(),
    start('bad user'),
    start('bad password'),
    rig.start(['ntlm auth = disabled']),
  ])
  samba = plain
  guests = { badUser, badPassword }
  kerberosOnly = noNtlm
}, START_LIMIT_MS)
afterAll(() => rig.close(), START_LIMIT_MS)

const wrong = { secrets: new Map([['P', new Secret('P', 'not the password')]]) }

describe('a login', () => {
  it.each([
    'CONTOSO\\pfull',
    'FILESRV\\pfull',
    '.\\pfull',
    'contoso\\PFULL',
    'pfull',
    'AZURE\\pfull',
    'CONTOSO\\jörg',
    'CONTOSO\\JÖRG',
  ])('of %s is accepted', async (user) => {
    if (samba === undefined) return
    const answer = await rig.port().logIn(shareAt(samba.port, { user }))
    expect(answer).toEqual({ ok: true, value: { outcome: 'accepted', dialect: '3.1.1', signing: 'AES-GMAC' } })
  })

  it.each([
    ['a wrong password', 'pfull', wrong, '0xC000006D', 'STATUS_LOGON_FAILURE'],
    ['an unknown user', 'nobodyhere', {}, '0xC000006D', 'STATUS_LOGON_FAILURE'],
    ['a disabled account', 'pdisabled', {}, '0xC0000072', 'STATUS_ACCOUNT_DISABLED'],
    ['an expired account', 'pexpired', {}, '0xC0000193', 'STATUS_ACCOUNT_EXPIRED'],
    ['a locked account', 'plocked', {}, '0xC0000234', 'STATUS_ACCOUNT_LOCKED_OUT'],
    ['a password to be changed', 'pmust-change', {}, '0xC0000224', 'STATUS_PASSWORD_MUST_CHANGE'],
  ] as const)('with %s is refused', async (_title, name, options, code, status) => {
    if (samba === undefined) return
    const port = rig.port(options)
    const asked = shareAt(samba.port, { user: `CONTOSO\\${name}` })
    expect(await port.logIn(asked)).toMatchObject({
      ok: true,
      value: { outcome: 'refused', status: { code, name: status } },
    })
    const further = await port.openFolder(asked)
    expect(further).toMatchObject({ ok: false, failure: { kind: 'auth', message: expect.stringContaining(status) } })
    expect(JSON.stringify([await port.logIn(asked), further])).not.toContain(PASSWORD)
  })

  it('is not tried without a password', async () => {
    if (samba === undefined) return
    for (const secrets of [new Map<string, Secret>(), new Map([['P', new Secret('P', '')]])]) {
      expect(await rig.port({ secrets }).logIn(shareAt(samba.port))).toMatchObject({
        ok: false,
        failure: { kind: 'no-credential', missing: 'environment variable P' },
      })
    }
  })

  it('of a server that takes no NTLM decides nothing', async () => {
    if (kerberosOnly === undefined) return
    const answer = await rig.port().logIn(shareAt(kerberosOnly.port))
    expect(answer).toMatchObject({ ok: false, failure: { kind: 'unsupported', message: /NTLM/ } })
  })
})

describe('a server that lets anybody in as a guest', () => {
  it.each([
    ['bad user', 'badUser', 'nobodyhere', {}],
    ['bad password, an unknown user', 'badPassword', 'nobodyhere', {}],
    ['bad password, a wrong one', 'badPassword', 'pfull', wrong],
  ] as const)('%s: never a login of the account', async (_title, mode, user, options) => {
    if (guests === undefined) return
    const port = rig.port({ allowWrites: true, ...options })
    const asked = shareAt(guests[mode].port, { user: `CONTOSO\\${user}` })
    expect(await port.logIn(asked)).toEqual({ ok: true, value: { outcome: 'downgraded', to: 'guest' } })
    for (const method of ['openShare', 'openFolder', 'probeWrite'] as const) {
      const answer = await port[method](asked)
      expect(answer).toMatchObject({
        ok: false,
        failure: { kind: 'auth', message: expect.stringContaining('as guest') },
      })
    }
    expect(await guests[mode].list('backup')).toEqual([])
  })

  it('takes a known account as itself', async () => {
    if (guests === undefined) return
    for (const { port } of [guests.badUser, guests.badPassword])
      expect(await rig.port().logIn(shareAt(port))).toMatchObject({ ok: true, value: { outcome: 'accepted' } })
  })

  it('with a wrong password counts as a refusal for the account everywhere else', async () => {
    if (guests === undefined || samba === undefined) return
    const port = rig.port(wrong)
    await port.logIn(shareAt(guests.badPassword.port))
    expect(await port.logIn(shareAt(samba.port))).toMatchObject({ ok: true, value: { outcome: 'withheld' } })
  })
})

describe('an account', () => {
  const askers = Array.from({ length: 40 }, (_, index) => ({ id: 'share/login-is-accepted', subject: `share${index}` }))

  it('with a wrong password is tried once for 40 shares on 40 servers', async () => {
    if (samba === undefined) return
    const server = samba.port
    const relays = await Promise.all(askers.map(() => rig.relay({ port: server })))
    const port = rig.port(wrong)
    const answers = await Promise.all(
      askers.map((askedBy, index) => port.logIn(shareAt(relays[index]!.port, { askedBy, share: askedBy.subject }))),
    )
    expect(relays.reduce((sum, { attempts }) => sum + attempts, 0)).toBe(1)
    expect(answers[0]).toMatchObject({ value: { outcome: 'refused', status: { name: 'STATUS_LOGON_FAILURE' } } })
    expect(answers.slice(1)).toEqual(
      askers.slice(1).map(() => ({ ok: true, value: { outcome: 'withheld', refusedAt: askers[0] } })),
    )
  })

  it('that is right logs in once for 40 shares on one server', async () => {
    if (samba === undefined) return
    const relay = await rig.relay({ port: samba.port })
    const port = rig.port()
    const answers = await Promise.all(askers.map((askedBy) => port.openFolder(shareAt(relay.port, { askedBy }))))
    const spread = await Promise.all(
      askers.map(({ subject }) => port.openShare(shareAt(relay.port, { share: subject }))),
    )
    expect(answers.every(({ ok }) => ok)).toBe(true)
    expect(spread).toEqual(
      askers.map(() => expect.objectContaining({ value: expect.objectContaining({ reason: 'no-such-share' }) })),
    )
    expect(relay.attempts).toBe(1)
  })

  it('that SQL Server refused is not tried at a share, and the other way round', async () => {
    if (samba === undefined) return
    const sqlServer = rig.keep(
      await startTdsServer({
        serverName: 'SQL01',
        authenticate: () => ({ number: 18456, state: 1, severity: 14, message: 'Login failed.' }),
        answer: () => ({ sets: [] }),
      }),
    )
    const login = { kind: 'windows', user: 'CONTOSO\\pfull', password: { secret: 'P' } } as const
    const askedBy = { id: 'source/login-is-accepted', subject: 'sales' }
    const target = { host: HOST, address: '127.0.0.1', port: sqlServer.port, login, askedBy }
    const server = { ...target, tls: { encrypt: 'off', trustServerCertificate: false } } as const
    const sqlPort = (accounts: ReturnType<typeof createAccountGate>): ReturnType<typeof createSqlPort> =>
      rig.keep(
        createSqlPort({
          accounts,
          timeoutMs: 5000,
          signal: new AbortController().signal,
          secrets: wrong.secrets,
          readCa: () => Promise.reject(new Error('none')),
        }),
      )
    const first = createAccountGate()
    const sql = sqlPort(first)
    expect(await sql.logIn(server, 'master')).toMatchObject({ value: { outcome: 'refused' } })
    const relay = await rig.relay({ port: samba.port })
    expect(await rig.port({ ...wrong, accounts: first }).logIn(shareAt(relay.port))).toEqual({
      ok: true,
      value: { outcome: 'withheld', refusedAt: askedBy },
    })
    expect(relay.attempts).toBe(0)

    const second = createAccountGate()
    const other = sqlPort(second)
    await rig.port({ ...wrong, accounts: second }).logIn(shareAt(relay.port))
    expect(relay.attempts).toBe(1)
    expect(await other.logIn(server, 'master')).toMatchObject({
      value: { outcome: 'withheld', refusedAt: { id: 'share/login-is-accepted', subject: 'default' } },
    })
    expect(sqlServer.logins).toHaveLength(1)
  })
})
