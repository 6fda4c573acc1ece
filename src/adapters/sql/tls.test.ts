import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import {
  createAuthority,
  selfSigned,
  type Authority,
  type CertificateRequest,
  type KeyAndCertificate,
} from '../../../lab/certificates.ts'
import type { TdsOptions } from '../../../lab/tds/model.ts'
import { startTdsServer, type TdsServer } from '../../../lab/tds/server.ts'
import type { TlsSettings } from '../../domain/manifest.ts'
import type { Observed } from '../../domain/observed.ts'
import { Secret } from '../../domain/secret.ts'
import type { LoginAnswer, SqlServer, TlsAnswer } from '../../ports/sql-port.ts'
import { createSqlPort } from './sql-port.ts'

const HOST = 'sql01.corp.example'
const DAY_MS = 86_400_000
const servers: TdsServer[] = []
let authority: Authority
let good: KeyAndCertificate

beforeAll(async () => {
  authority = await createAuthority()
  good = await authority.issue({ names: [HOST, 'sql01'] })
})
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

async function start(options: Partial<TdsOptions> = {}): Promise<TdsServer> {
  const server = await startTdsServer({
    serverName: 'SQL01',
    authenticate: () => undefined,
    answer: () => ({}),
    ...options,
  })
  servers.push(server)
  return server
}

interface Both {
  tls: Observed<TlsAnswer>
  login: Observed<LoginAnswer>
}

/** What the handshake says, and what the driver makes of the same server: the two must agree. */
async function askBoth(
  port: number,
  tls: Partial<TlsSettings> = {},
  host = HOST,
  root = authority,
  timeoutMs = 15_000,
): Promise<Both> {
  const sql = createSqlPort({
    timeoutMs,
    signal: new AbortController().signal,
    secrets: new Map([['P', new Secret('P', 'pass-word-1')]]),
    readCa: (path) =>
      path === 'certs/root.pem' ? Promise.resolve(root.certificate) : Promise.reject(new Error(`no file ${path}`)),
  })
  const server: SqlServer = {
    host,
    address: '127.0.0.1',
    port,
    login: { kind: 'sql', user: 'dms', password: { secret: 'P' } },
    tls: { encrypt: 'on', trustServerCertificate: false, ...tls },
    askedBy: { id: 'source/login-is-accepted', subject: 'sales' },
  }
  try {
    return { tls: await sql.probeTls(server), login: await sql.logIn(server, 'master') }
  } finally {
    await sql.close()
  }
}

describe('a certificate that is trusted', () => {
  it.each(['off', 'on', 'required'] as const)(
    'is accepted with the authority of the manifest, server says %s',
    async (encryption) => {
      const server = await start({ tls: good, encryption })
      const { tls, login } = await askBoth(server.port, { ca: 'certs/root.pem' })
      expect(tls).toMatchObject({
        ok: true,
        value: {
          outcome: 'accepted',
          verified: true,
          protocol: 'TLSv1.2',
          certificate: {
            subject: `CN=${HOST}`,
            issuer: 'CN=Lab Root CA',
            names: [HOST, 'sql01'],
            validFrom: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
            fingerprint: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
          },
        },
      })
      expect(login).toMatchObject({ ok: true, value: { outcome: 'accepted', encrypted: true } })
      expect(server.logins).toMatchObject([{ encrypted: true, accepted: true }])
    },
  )

  it('is checked against the name that the manifest gives', async () => {
    const server = await start({ tls: good })
    const { tls, login } = await askBoth(server.port, { ca: 'certs/root.pem', serverName: HOST }, '127.0.0.1')
    expect(tls).toMatchObject({ ok: true, value: { outcome: 'accepted', verified: true } })
    expect(login).toMatchObject({ ok: true, value: { outcome: 'accepted' } })
  })

  it('may name an IP address', async () => {
    const server = await start({ tls: await authority.issue({ names: ['127.0.0.1'] }) })
    const { tls, login } = await askBoth(server.port, { ca: 'certs/root.pem' }, '127.0.0.1')
    expect(tls).toMatchObject({
      ok: true,
      value: { outcome: 'accepted', verified: true, certificate: { names: ['127.0.0.1'] } },
    })
    expect(login).toMatchObject({ ok: true, value: { outcome: 'accepted' } })
  })
})

describe('a certificate that is not', () => {
  const cases: [string, string, () => Promise<KeyAndCertificate>, Partial<TlsSettings>][] = [
    ['self-signed', 'untrusted', () => selfSigned({ names: [HOST] }), {}],
    ['of an authority that is not known', 'untrusted', () => issue({ names: [HOST] }), {}],
    ['of another name', 'name', () => issue({ names: ['other.corp.example'] }), { ca: 'certs/root.pem' }],
    [
      'expired',
      'expired',
      () => issue({ names: [HOST], notAfter: new Date(Date.now() - DAY_MS) }),
      { ca: 'certs/root.pem' },
    ],
    [
      'not valid yet',
      'not-yet-valid',
      () => issue({ names: [HOST], notBefore: new Date(Date.now() + DAY_MS) }),
      { ca: 'certs/root.pem' },
    ],
  ]
  function issue(request: CertificateRequest): Promise<KeyAndCertificate> {
    return authority.issue(request)
  }

  it.each(cases)('%s is refused as %s, and gets no login', async (_name, problem, make, settings) => {
    const server = await start({ tls: await make() })
    const { tls, login } = await askBoth(server.port, settings)
    expect(tls).toMatchObject({
      ok: true,
      value: { outcome: 'refused', problem, certificate: { fingerprint: expect.any(String) } },
    })
    expect(login).toMatchObject({ ok: false, failure: { kind: 'tls' } })
    expect(server.logins).toEqual([])
  })

  it('says both when the chain is bad and the name is wrong', async () => {
    const server = await start({ tls: await selfSigned({ names: ['other.corp.example'] }) })
    const { tls } = await askBoth(server.port)
    expect(tls).toMatchObject({
      ok: true,
      value: {
        problem: 'untrusted',
        message: expect.stringMatching(/self-signed.* The certificate is for other\.corp\.example, not for sql01\./),
      },
    })
  })

  it('rests on an expired authority: its own dates are good at the time that is told', async () => {
    const old = await createAuthority('Old Root', { notAfter: new Date(Date.now() - DAY_MS) })
    const server = await start({ tls: await old.issue({ names: [HOST] }) })
    const { tls } = await askBoth(server.port, { ca: 'certs/root.pem' }, HOST, old)
    if (!tls.ok || tls.value.outcome !== 'refused') throw new Error(JSON.stringify(tls))
    const { problem, certificate, seenAt, message } = tls.value
    expect([problem, message]).toEqual(['expired', expect.stringContaining('or one that it rests on, has expired')])
    expect(Date.parse(certificate.validTo)).toBeGreaterThan(Date.parse(seenAt))
    expect(Math.abs(Date.parse(seenAt) - Date.now())).toBeLessThan(60_000)
  })

  it.each(cases)(
    '%s (%s) is taken where the manifest trusts it, and said to be unverified',
    async (_name, _problem, make, settings) => {
      const server = await start({ tls: await make() })
      const { tls, login } = await askBoth(server.port, { ...settings, trustServerCertificate: true })
      expect(tls).toMatchObject({ ok: true, value: { outcome: 'accepted', verified: false } })
      expect(login).toMatchObject({ ok: true, value: { outcome: 'accepted', encrypted: true } })
    },
  )
})

describe('a server without encryption', () => {
  it('gets no login when encryption was asked for', async () => {
    const server = await start({ encryption: 'not-supported' })
    const { tls, login } = await askBoth(server.port)
    expect(tls).toEqual({ ok: true, value: { outcome: 'not-offered' } })
    expect(login).toMatchObject({ ok: false, failure: { kind: 'tls', message: expect.stringContaining('EENCRYPT') } })
    expect(server.logins).toEqual([])
  })

  it('gets one where the manifest wants none', async () => {
    const server = await start({ encryption: 'not-supported' })
    const { login } = await askBoth(server.port, { encrypt: 'off' })
    expect(login).toMatchObject({ ok: true, value: { outcome: 'accepted', encrypted: false } })
  })

  it('is not what a server is that requires encryption', async () => {
    const server = await start({ tls: good, encryption: 'required' })
    const { login } = await askBoth(server.port, { encrypt: 'off' })
    expect(login).toMatchObject({ ok: false, failure: { kind: 'tls' } })
    expect(server.logins).toEqual([])
  })
})

describe('what is in the way of a handshake', () => {
  it('is an authority file that cannot be used', async () => {
    const server = await start({ tls: good })
    const { tls, login } = await askBoth(server.port, { ca: 'certs/missing.pem' })
    expect(tls).toMatchObject({
      ok: false,
      failure: { kind: 'missing-input', message: expect.stringContaining('certs/missing.pem') },
    })
    expect(login).toMatchObject({ ok: false, failure: { kind: 'missing-input' } })
    expect(server.connections).toBe(0)
  })

  it.each([
    ['silent', 'timeout', 'timeout'],
    ['garbage', 'protocol', undefined],
    ['close-after-connect', 'reset', 'reset'],
    ['close-after-prelogin', 'tls', undefined],
  ] as const)('is a server that is %s', async (misbehave, tlsKind, loginKind) => {
    const server = await start({ tls: good, misbehave })
    const timeoutMs = misbehave === 'silent' ? 2000 : 15_000
    const { tls, login } = await askBoth(server.port, { ca: 'certs/root.pem' }, HOST, authority, timeoutMs)
    expect(tls).toMatchObject({ ok: false, failure: { kind: tlsKind } })
    expect(login).toMatchObject({
      ok: false,
      failure: { kind: loginKind ?? expect.stringMatching(/^(reset|protocol|timeout|tls)$/) },
    })
    expect(server.logins).toEqual([])
  })

  it('is a web server on the port', async () => {
    const web = createServer()
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
    const { tls, login } = await askBoth((web.address() as AddressInfo).port)
    await new Promise((resolve) => web.close(resolve))
    expect(tls).toMatchObject({ ok: false, failure: { kind: 'protocol', message: expect.stringContaining('HTTP') } })
    expect(login).toMatchObject({ ok: false })
  })

  it('is a closed port', async () => {
    const server = await start()
    await server.close()
    const { tls, login } = await askBoth(server.port)
    expect(tls).toMatchObject({ ok: false, failure: { kind: 'refused' } })
    expect(login).toMatchObject({ ok: false, failure: { kind: 'refused' } })
  })
})
