import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { createAuthority } from '../../../lab/certificates.ts'
import { startIdTokenIssuer, type IdTokenIssuer, type IdTokenOptions } from '../../../lab/github/id-token.ts'
import { createSigningKey } from '../../../lab/github/signing-keys.ts'
import { Secret } from '../../domain/secret.ts'
import { createReceiptIssuer, type ReceiptIssuerOptions } from './receipt-issuer.ts'

let issuer: IdTokenIssuer
let other: IdTokenIssuer
let ca = ''
beforeAll(async () => {
  const authority = await createAuthority()
  issuer = await startIdTokenIssuer(await authority.issue({ names: ['localhost'] }))
  other = await startIdTokenIssuer(await authority.issue({ names: ['localhost'] }))
  ca = authority.certificate
})
afterEach(() => {
  issuer.options = {}
  issuer.discoveries.length = 0
})
afterAll(async () => {
  await issuer.close()
  await other.close()
})

const port = (changes: Partial<ReceiptIssuerOptions> = {}) =>
  createReceiptIssuer({
    timeoutMs: 3000,
    signal: new AbortController().signal,
    learnSecret: () => undefined,
    ca,
    ...changes,
  })

const CONFIGURATION = '/.well-known/openid-configuration'
const KEYS = '/.well-known/jwks'

describe('the keys of the issuer', () => {
  it('are those that it publishes now, found by its own configuration', async () => {
    const keys = await port().keys(issuer.serverIssuer)
    expect(keys).toEqual({ ok: true, value: [expect.objectContaining({ kid: 'lab', kty: 'RSA', alg: 'RS256' })] })
    expect(issuer.discoveries).toEqual([CONFIGURATION, KEYS])
    issuer.keys.unshift(createSigningKey('next', 'ES256'))
    expect(await port().keys(issuer.serverIssuer)).toMatchObject({ value: [{ kid: 'next' }, { kid: 'lab' }] })
    issuer.keys.shift()
  })

  it.each<[string, IdTokenOptions['discovery'] | (() => IdTokenOptions['discovery']), string, RegExp]>([
    [
      'a redirect of the configuration',
      () => ({ [CONFIGURATION]: { status: 302, headers: { location: other.serverIssuer + CONFIGURATION } } }),
      'untrusted-host',
      /302.*Redirects are not followed/,
    ],
    [
      'a redirect of the keys',
      () => ({ [KEYS]: { status: 307, headers: { location: other.serverIssuer + KEYS } } }),
      'untrusted-host',
      /307.*Redirects are not followed/,
    ],
    [
      'keys of another origin',
      () => ({
        [CONFIGURATION]: { status: 200, body: { issuer: issuer.serverIssuer, jwks_uri: other.serverIssuer + KEYS } },
      }),
      'untrusted-host',
      /a credential goes nowhere but/,
    ],
    [
      'the configuration of another issuer',
      () => ({
        [CONFIGURATION]: { status: 200, body: { issuer: other.serverIssuer, jwks_uri: issuer.serverIssuer + KEYS } },
      }),
      'protocol',
      /not its own/,
    ],
    [
      'no address of keys',
      () => ({ [CONFIGURATION]: { status: 200, body: { issuer: issuer.serverIssuer } } }),
      'protocol',
      /not its own/,
    ],
    ['a web page', { [CONFIGURATION]: { status: 200, body: '<html>' } }, 'protocol', /not its own/],
    ['keys that are no list', { [KEYS]: { status: 200, body: { keys: {} } } }, 'protocol', /no list of keys/],
    [
      'an answer without an end',
      { [KEYS]: { status: 200, body: { keys: ['x'.repeat(300_000)] } } },
      'protocol',
      /more than 262144 bytes/,
    ],
    ['404', { [KEYS]: { status: 404 } }, 'protocol', /answered 404/],
    ['503 again and again', { [KEYS]: { status: 503 } }, 'server-error', /answered 503/],
    ['429 again and again', { [CONFIGURATION]: { status: 429 } }, 'throttled', /answered 429/],
  ])('are not known by %s', async (_, discovery, kind, message) => {
    const before = other.discoveries.length
    issuer.options = { discovery: (typeof discovery === 'function' ? discovery() : discovery) ?? {} }
    const keys = await port().keys(issuer.serverIssuer)
    expect(keys).toMatchObject({ ok: false, failure: { kind, message: expect.stringMatching(message) } })
    expect(other.discoveries.length).toBe(before)
  })

  it('are asked for again after 503', async () => {
    issuer.options = { discovery: { [KEYS]: { status: 503 } } }
    const asking = port().keys(issuer.serverIssuer)
    setTimeout(() => (issuer.options = {}), 100)
    expect(await asking).toMatchObject({ ok: true })
    expect(issuer.discoveries.filter((asked) => asked === KEYS).length).toBeGreaterThan(1)
  })

  it('are not known where nobody listens, or where the certificate is of nobody we trust', async () => {
    const gone = await port().keys('https://localhost:1/_services/token')
    expect(gone).toMatchObject({ ok: false, failure: { kind: 'refused' } })
    const signal = new AbortController().signal
    const untrusting = createReceiptIssuer({ timeoutMs: 3000, signal, learnSecret: () => undefined })
    const strange = await untrusting.keys(issuer.serverIssuer)
    expect(strange).toMatchObject({ ok: false, failure: { kind: 'tls' } })
  })

  it('are given up when the run is stopped', async () => {
    const keys = await port({ signal: AbortSignal.abort() }).keys(issuer.serverIssuer)
    expect(keys).toMatchObject({ ok: false, failure: { kind: 'cancelled' } })
  })
})

describe('the ID token of a receipt', () => {
  it('is asked for by its audience, and is a secret before anybody sees it', async () => {
    const learned: string[] = []
    const request = { url: issuer.url, token: new Secret('request', issuer.requestToken) }
    const token = await port({ request, learnSecret: (secret) => void learned.push(secret.reveal()) }).idToken(
      'dms-preflight:sha256:00',
    )
    expect(issuer.audiences.at(-1)).toBe('dms-preflight:sha256:00')
    expect(token.ok && token.value.reveal()).toBe(issuer.tokens.at(-1))
    expect(learned).toEqual([issuer.requestToken, issuer.tokens.at(-1)])
  })

  it('is not there without the permission, which is named', async () => {
    const token = await port().idToken('dms-preflight:sha256:00')
    expect(token).toMatchObject({
      ok: false,
      failure: { kind: 'no-credential', missing: expect.stringContaining('id-token: write') },
    })
  })
})
