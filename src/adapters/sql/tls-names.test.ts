import { afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { createAuthority, type Authority } from '../../../lab/certificates.ts'
import type { TdsOptions } from '../../../lab/tds/model.ts'
import { askBoth, CA_PATH, createTlsRig, findTls, HOST, type Place } from '../../../test/tls-rig.ts'
import type { TlsSettings } from '../../domain/manifest.ts'

const rig = createTlsRig()
let authority: Authority

beforeAll(async () => {
  authority = await createAuthority()
})
afterEach(() => rig.close())

const MODES = [
  ['on', {}],
  ['strict', { strict: 'offered' }],
] as const

describe.each(MODES)('the name in the certificate with encrypt: %s', (encrypt, mode) => {
  async function start(names: readonly string[], more: Partial<TdsOptions> = {}): Promise<Place> {
    const { port } = await rig.start({ tls: await authority.issue({ names }), ...mode, ...more })
    return { port }
  }
  async function expectAccepted(place: Place, tls: Partial<TlsSettings> = {}): Promise<void> {
    const sql = rig.open(authority.certificate)
    const { tls: answer, login } = await askBoth(sql, place, { ca: CA_PATH, encrypt, ...tls })
    expect(answer).toMatchObject({ ok: true, value: { outcome: 'accepted', verified: true } })
    expect(login).toMatchObject({ ok: true, value: { outcome: 'accepted', encrypted: true } })
  }
  async function expectRefused(place: Place, tls: Partial<TlsSettings> = {}): Promise<void> {
    const sql = rig.open(authority.certificate)
    const { tls: answer, login } = await askBoth(sql, place, { ca: CA_PATH, encrypt, ...tls })
    expect(answer).toMatchObject({ ok: true, value: { outcome: 'refused', problem: 'name' } })
    expect(login).toMatchObject({ ok: false, failure: { kind: 'tls' } })
  }

  it('may be a wildcard', async () => {
    await expectAccepted(await start(['*.corp.example']))
  })

  it('is that of tls.server-name and no other', async () => {
    const place = await start(['ag.corp.example'])
    await expectAccepted(place, { serverName: 'ag.corp.example' })
    await expectRefused(place)
    await expectRefused(place, { serverName: 'ag2.corp.example' })
    await expectAccepted({ ...place, host: '127.0.0.1' }, { serverName: 'ag.corp.example' })
  })

  it('may be the IPv4 address of the manifest, which no DNS name replaces', async () => {
    await expectAccepted({ ...(await start(['127.0.0.1'])), host: '127.0.0.1' })
    await expectRefused({ ...(await start([HOST])), host: '127.0.0.1' })
  })

  it.each([
    ['::1', '::1'],
    ['0:0:0:0:0:0:0:1', '::1'],
  ])('may be an IPv6 address: manifest %s, certificate %s', async (host, name) => {
    const place = { ...(await start([name], { host: '::1' })), address: '::1', host }
    await expectAccepted(place)
    const finding = await findTls(rig.open(authority.certificate), place, { ca: CA_PATH, encrypt })
    expect(finding.verdict).toBe('pass')
    await expectRefused({ ...(await start([HOST], { host: '::1' })), address: '::1', host })
  })

  it('may be reached over IPv6 by its DNS name', async () => {
    await expectAccepted({ ...(await start([HOST], { host: '::1' })), address: '::1' })
  })
})
