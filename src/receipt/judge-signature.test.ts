import { describe, expect, it } from '@jest/globals'
import { generateKeyPairSync } from 'node:crypto'
import { GITHUB_ISSUER } from '../../lab/github/id-token.ts'
import { createSigningKey, type SigningKey } from '../../lab/github/signing-keys.ts'
import {
  bytesOf,
  ISSUED_MS,
  KEY,
  keyedReceipt,
  keylessReceipt,
  PAYLOAD,
  refusals,
  SIGNING_KEY,
  type TokenChanges,
  type Verifier,
} from '../../test/receipt-fixtures.ts'
import type { Json, JsonObject } from '../domain/json.ts'
import { unseen } from '../domain/observed.ts'
import type { Receipt } from '../domain/receipt.ts'
import { Secret } from '../domain/secret.ts'
import { issuerOf } from './issuer.ts'
import { judgeWitness, readWitness } from './judge-signature.ts'
import { receiptAudience } from './token-claims.ts'

const words = (receipt: Receipt, verifier: Verifier = {}): string =>
  refusals(bytesOf(receipt), verifier)
    .map(({ name, words }) => `${name}: ${words}`)
    .join()
const keyless = (changes: TokenChanges, keys?: readonly Json[]): string =>
  words(keylessReceipt(PAYLOAD, changes), keys === undefined ? {} : { keys })

const OTHER = createSigningKey('key-2')
const SAME_NAME = createSigningKey('key-1')
const ELLIPTIC = createSigningKey('key-ec', 'ES256')
const SHORT = createSigningKey('short', 'RS256', 1024)
const jwk = (key: SigningKey): JsonObject => key.jwk as JsonObject

describe('a receipt that is signed by a key', () => {
  it('is accepted by the same key alone', () => {
    expect(words(keyedReceipt(), { key: KEY })).toBe('')
    for (const other of ['K' + 'k'.repeat(31), 'k'.repeat(33), `${'k'.repeat(31)} `]) {
      expect(words(keyedReceipt(), { key: new Secret('receipt-key', other) })).toContain(
        'signed by another `receipt-key`',
      )
    }
  })

  it('is refused by a job without a key, and a keyless one by a job with a key', () => {
    expect(words(keyedReceipt())).toContain('this job has no `receipt-key`')
    expect(words(keylessReceipt(), { key: KEY })).toContain('this job has a `receipt-key`')
  })

  it('is not signed by the plain secret: the same secret elsewhere gives no receipt', async () => {
    const { createHmac } = await import('node:crypto')
    const { canonicalJson } = await import('./canonical-json.ts')
    const plain = createHmac('sha256', KEY.reveal())
      .update(canonicalJson(PAYLOAD as unknown as Json))
      .digest('base64url')
    const receipt: Receipt = { ...keyedReceipt(), signature: { kind: 'hmac-sha256', value: plain } }
    expect(words(receipt, { key: KEY })).toContain('was altered')
  })

  it('is refused with another payload under its signature', () => {
    const receipt = { ...keyedReceipt(), payload: { ...PAYLOAD, notAfter: '2026-11-27T08:00:01Z' } }
    expect(words(receipt, { key: KEY })).toContain('was altered')
  })
})

describe('a keyless receipt', () => {
  it('is accepted by the key that signed it, RSA or P-256', () => {
    expect(keyless({})).toBe('')
    expect(keyless({ key: ELLIPTIC }, [jwk(SIGNING_KEY), jwk(ELLIPTIC)])).toBe('')
  })

  it('is accepted of an enterprise with an issuer of its own name', () => {
    expect(keyless({ claims: { iss: `${GITHUB_ISSUER}/acme-corp` } })).toBe('')
  })

  it('does not mind that its token has ended: it opens nothing', () => {
    expect(keyless({ claims: { exp: ISSUED_MS / 1000 + 1 } })).toBe('')
  })

  it.each<[string, JsonObject]>([
    ['iss', { iss: 'https://token.actions.githubusercontent.com.evil.example' }],
    ['iss', { iss: `${GITHUB_ISSUER}/a/b` }],
    ['iss', { iss: `${GITHUB_ISSUER}/` }],
    ['aud', { aud: 'https://github.com/acme' }],
    ['aud', { aud: [receiptAudience(PAYLOAD)] }],
    ['aud', { aud: receiptAudience({ ...PAYLOAD, commit: 'b'.repeat(40) }) }],
    ['repository_id', { repository_id: '2' }],
    ['repository_id', { repository_id: 1_309_247_986 }],
    ['repository', { repository: 'acme/other' }],
    ['workflow_ref', { workflow_ref: 'acme/db/.github/workflows/evil.yml@refs/heads/main' }],
    ['workflow_sha', { workflow_sha: 'b'.repeat(40) }],
    ['run_id', { run_id: '2' }],
    ['run_attempt', { run_attempt: '2' }],
    ['event_name', { event_name: 'pull_request_target' }],
    ['sha', { sha: 'b'.repeat(40) }],
    ['ref', { ref: 'refs/heads/evil' }],
  ])('is refused with another %s', (claim, claims) => {
    expect(keyless({ claims })).toBe(
      `signature: The receipt was altered, or is not what its token was given for: its token has another \`${claim}\` than the receipt says.`,
    )
  })

  it.each([
    [-60, true],
    [-61, false],
    [0, true],
    [120, true],
    [121, false],
  ])('has a token of %d s after its issue: %s', (seconds, accepted) => {
    const found = keyless({ claims: { iat: ISSUED_MS / 1000 + seconds } })
    expect(found).toEqual(accepted ? '' : expect.stringContaining('another `iat`'))
  })

  it.each<[string, JsonObject]>([
    ['no time', { iat: null }],
    ['a text', { iat: '1' }],
    ['not a number', { iat: 1e300 }],
  ])('is refused when its token has %s of issue', (_, claims) => {
    expect(keyless({ claims })).toContain('another `iat`')
  })

  it.each<[string, TokenChanges, readonly JsonObject[] | undefined, string]>([
    ['a key of another name', { key: OTHER }, undefined, 'no key of that name (any more)'],
    ['another key of the same name', { key: SAME_NAME }, undefined, "issuer's key did not sign it"],
    ['a key that was taken away', {}, [jwk(OTHER)], 'no key of that name (any more)'],
    ['no keys at all', {}, [], 'no key of that name'],
    ['two keys of that name', {}, [jwk(SIGNING_KEY), jwk(SAME_NAME)], 'several keys of that name'],
    ['a key of another kind', { header: { alg: 'ES256' } }, undefined, 'of another kind'],
    ['a key for encryption', {}, [{ ...jwk(SIGNING_KEY), use: 'enc' }], 'of another kind'],
    ['a key for another algorithm', {}, [{ ...jwk(SIGNING_KEY), alg: 'RS512' }], 'of another kind'],
    ['a key that is none', {}, [{ kty: 'RSA', kid: 'key-1', n: 'x', e: 'AQAB' }], 'of another kind'],
    ['a symmetric key', {}, [{ kty: 'oct', kid: 'key-1', k: 'AAAA' }], 'of another kind'],
    ['another curve', { key: { ...ELLIPTIC, id: 'key-3' } }, [{ ...p384(), kid: 'key-3' }], 'of another kind'],
    ['a short RSA key', { key: SHORT }, [jwk(SHORT)], 'of another kind'],
  ])('is refused with %s', (_, changes, keys, problem) => {
    expect(keyless(changes, keys)).toContain(problem)
  })

  it.each(['none', 'None', 'HS256', 'RS512', 'PS256', 'EdDSA', ''])('is refused with the algorithm "%s"', (alg) => {
    expect(keyless({ header: { alg } })).toContain('another algorithm than RS256 or ES256')
  })

  it.each<[string, JsonObject]>([
    ['crit', { crit: ['exp'] }],
    ['kid', { kid: 7 }],
    ['kid', { kid: '' }],
  ])('is refused with an odd header (%s)', (_, header) => {
    expect(keyless({ header })).toContain('names no key, or asks for an extension')
  })

  it('is refused with its signature cut off, doubled or of another token', () => {
    const receipt = keylessReceipt()
    const token = receipt.signature.kind === 'github-oidc' ? receipt.signature.token : ''
    const [header = '', claims = '', signature = ''] = token.split('.')
    for (const other of [
      `${header}.${claims}.`,
      `${header}.${claims}`,
      `${token}.${signature}`,
      `${token}=`,
      `${header}.${claims}.AAAA`,
    ]) {
      expect(words({ ...receipt, signature: { kind: 'github-oidc', token: other } })).toMatch(/^signature: /)
    }
  })

  it('is refused with the cause when the keys cannot be read', () => {
    const witness = readWitness(keylessReceipt(), GITHUB_ISSUER)
    if (!witness.ok) throw new Error(witness.step.words)
    const keys = unseen('dns', 'the name could not be looked up.')
    expect(judgeWitness(witness.token, GITHUB_ISSUER, keys)).toEqual({
      name: 'signature',
      holds: false,
      words: 'The signature could not be checked: the name could not be looked up.',
      next: 'run this job again when the keys can be read',
    })
  })
})

describe('issuerOf', () => {
  it.each([
    ['https://github.com', GITHUB_ISSUER],
    ['https://acme.ghe.com', 'https://token.actions.acme.ghe.com'],
    ['https://git.corp.example', 'https://git.corp.example/_services/token'],
    ['https://git.corp.example:8443/', 'https://git.corp.example:8443/_services/token'],
    ['https://github.com.evil.example', 'https://github.com.evil.example/_services/token'],
    ['http://git.corp.example', undefined],
    ['https://user@git.corp.example', undefined],
    ['git.corp.example', undefined],
    ['', undefined],
  ])('of the server "%s" is %s', (server, issuer) => {
    expect(issuerOf(server)).toBe(issuer)
  })
})

function p384(): JsonObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ format: 'jwk' }) as JsonObject
}
