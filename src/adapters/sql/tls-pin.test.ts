import { X509Certificate } from 'node:crypto'
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { createAuthority, selfSigned, type Authority, type KeyAndCertificate } from '../../../lab/certificates.ts'
import type { TdsOptions } from '../../../lab/tds/model.ts'
import type { TdsServer } from '../../../lab/tds/server.ts'
import { askBoth, CA_PATH, createTlsRig, findTls, HOST, serverAt } from '../../../test/tls-rig.ts'
import type { TlsSettings } from '../../domain/manifest.ts'

const DAY_MS = 86_400_000
const rig = createTlsRig()
let authority: Authority
let issued: KeyAndCertificate

beforeAll(async () => {
  authority = await createAuthority()
  issued = await authority.issue({ names: [HOST] })
})
afterEach(() => rig.close())

function fingerprintOf({ cert }: KeyAndCertificate): string {
  return `sha256:${new X509Certificate(cert).fingerprint256.replaceAll(':', '').toLowerCase()}`
}

const MODES = [
  ['on', {}],
  ['strict', { strict: 'only' }],
] as const

describe.each(MODES)('tls.pin with encrypt: %s', (encrypt, mode) => {
  const start = (tls: KeyAndCertificate, more: Partial<TdsOptions> = {}): Promise<TdsServer> =>
    rig.start({ tls, ...mode, ...more })
  const pinOf = (tls: KeyAndCertificate): Partial<TlsSettings> => ({ encrypt, pin: fingerprintOf(tls) })

  it.each([
    ['self-signed, for another name', () => selfSigned({ names: ['other.corp.example'] })],
    ['made by SQL Server for itself', () => selfSigned({ names: [], commonName: 'SSL_Self_Signed_Fallback' })],
    ['of an unknown issuer', () => authority.issue({ names: ['other.corp.example', '*.corp.example'] })],
    ['for a wildcard of another domain', () => authority.issue({ names: ['*.db.other.example'] })],
    ['for the host', () => authority.issue({ names: [HOST] })],
    ['for the host, trust-server-certificate besides', () => authority.issue({ names: [HOST] })],
  ])('takes the very certificate: %s', async (name, make) => {
    const certificate = await make()
    const server = await start(certificate)
    const tls = { ...pinOf(certificate), trustServerCertificate: name.includes('trust') }
    const sql = rig.open()
    const { tls: answer, login } = await askBoth(sql, server, tls)
    expect(answer).toMatchObject({ ok: true, value: { outcome: 'accepted', verified: true, pinned: true } })
    expect(login).toMatchObject({ ok: true, value: { outcome: 'accepted', encrypted: true } })
    expect(server.logins).toMatchObject([{ encrypted: true, accepted: true }])
    expect(await findTls(sql, server, tls)).toMatchObject({
      verdict: 'pass',
      summary: expect.stringContaining(`the pinned certificate ${fingerprintOf(certificate)} for`),
    })
    expect(server.connections).toBe(2)
  })

  it.each([
    ['of the same issuer and name', () => authority.issue({ names: [HOST] }), {}],
    ['that any client would be told to trust', () => selfSigned({ names: [HOST] }), { trustServerCertificate: true }],
  ])('refuses another certificate %s, and sends no login', async (_name, make, more) => {
    const other = await make()
    const server = await start(other)
    const sql = rig.open()
    const tls = { ...pinOf(issued), ...more }
    const finding = await findTls(sql, server, tls)
    expect(finding).toMatchObject({
      verdict: 'fail',
      summary: expect.stringContaining(
        `it shows another certificate than tls.pin allows: ${fingerprintOf(other)}, not ${fingerprintOf(issued)}; the one shown is for ${HOST}, issued by `,
      ),
    })
    expect(finding.scripts).toContain(`tls: { pin: "${fingerprintOf(other)}" }`)
    const { login } = await askBoth(sql, server, tls)
    expect(login).toMatchObject({
      ok: false,
      failure: { kind: 'tls', message: expect.stringContaining(`Login to ${HOST} was not tried`) },
    })
    expect(server.connections).toBe(1)
    expect(server.logins).toEqual([])
  })

  it.each([
    ['expired', { notAfter: new Date(Date.now() - DAY_MS) }, /the certificate expired on .* pinned certificate has/],
    ['not-yet-valid', { notBefore: new Date(Date.now() + DAY_MS) }, /valid only from .* pinned certificate is not/],
  ])('does not outlive the dates: %s', async (problem, dates, says) => {
    const certificate = await selfSigned({ names: [HOST], ...dates })
    const server = await start(certificate)
    const sql = rig.open()
    const { tls: answer, login } = await askBoth(sql, server, pinOf(certificate))
    expect(answer).toMatchObject({ ok: true, value: { outcome: 'refused', problem } })
    expect(login).toMatchObject({ ok: false, failure: { kind: 'tls' } })
    const finding = await findTls(sql, server, pinOf(certificate))
    expect(finding).toMatchObject({ verdict: 'fail', summary: expect.stringMatching(says) })
    expect(server.logins).toEqual([])
  })

  const swaps: [string, () => Promise<KeyAndCertificate>][] = [
    ['of the same issuer and name', () => authority.issue({ names: [HOST] })],
    ['self-signed, for the same name', () => selfSigned({ names: [HOST] })],
    ['for another name', () => authority.issue({ names: ['other.corp.example'] })],
  ]
  it.each(swaps)('sends no login when the certificate is swapped after the probe for one %s', async (_name, make) => {
    const first = await start(issued)
    const sql = rig.open(authority.certificate)
    // Also the authority of the manifest does not widen a pin.
    const tls = { ...pinOf(issued), ca: CA_PATH }
    expect(await sql.probeTls(serverAt(first, tls))).toMatchObject({ ok: true, value: { outcome: 'accepted' } })
    await first.close()
    const second = await start(await make(), { port: first.port })
    const login = await sql.logIn(serverAt(second, tls), 'master')
    expect(login).toMatchObject({ ok: false, failure: { kind: 'tls' } })
    expect(second.connections).toBe(1)
    expect(second.logins).toEqual([])
  })

  it('says so when the driver cannot be held to the certificate', async () => {
    const certificate = await selfSigned({ names: [], commonName: 'SQL Server of accounting' })
    const server = await start(certificate)
    const { tls: answer, login } = await askBoth(rig.open(), server, pinOf(certificate))
    expect(answer).toMatchObject({ ok: true, value: { outcome: 'accepted', pinned: true } })
    expect(login).toMatchObject({
      ok: false,
      failure: { kind: 'unsupported', message: expect.stringContaining('carries no name that the driver could check') },
    })
    expect(server.logins).toEqual([])
  })
})

describe('tls.pin', () => {
  it('sends no login to a server without encryption', async () => {
    const server = await rig.start({ encryption: 'not-supported' })
    const { tls, login } = await askBoth(rig.open(), server, { pin: fingerprintOf(issued) })
    expect(tls).toEqual({ ok: true, value: { outcome: 'not-offered' } })
    expect(login).toMatchObject({
      ok: false,
      failure: { kind: 'tls', message: expect.stringContaining('not-offered') },
    })
    expect(server.logins).toEqual([])
  })

  it('gives a login the reason why the handshake could not be seen', async () => {
    const server = await rig.start({ tls: issued, misbehave: 'garbage' })
    const { login } = await askBoth(rig.open(), server, { pin: fingerprintOf(issued) })
    expect(login).toMatchObject({ ok: false, failure: { kind: 'protocol' } })
    expect(server.connections).toBe(1)
  })
})
