import { getCACertificates } from 'node:tls'
import { describe, expect, it } from '@jest/globals'
import { createAuthority } from '../../../lab/certificates.ts'
import { readAuthorities } from './authorities.ts'

const TLS = { encrypt: 'on', trustServerCertificate: false } as const

describe('readAuthorities', () => {
  it('leaves the list of the runner alone without a file', async () => {
    expect(await readAuthorities(TLS, () => Promise.reject(new Error('not asked')))).toEqual({
      ok: true,
      value: { pem: undefined },
    })
  })

  it('adds those of a file to those of the runner', async () => {
    const [one, two] = [
      (await createAuthority('One')).certificate.trim(),
      (await createAuthority('Two')).certificate.trim(),
    ]
    const answer = await readAuthorities({ ...TLS, ca: 'root.pem' }, () =>
      Promise.resolve(`# roots\r\n${one}\n\n${two}\n`),
    )
    expect(answer).toEqual({ ok: true, value: { pem: [...getCACertificates('default'), one, two] } })
  })

  it.each([
    ['an empty file', '', 'no PEM certificate'],
    ['a key', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----', 'no PEM certificate'],
    [
      'a broken certificate',
      '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
      'certificate 1 of 1 is broken',
    ],
  ])('cannot use %s', async (_name, text, why) => {
    const answer = await readAuthorities({ ...TLS, ca: 'root.pem' }, () => Promise.resolve(text))
    expect(answer).toMatchObject({
      ok: false,
      failure: { kind: 'missing-input', message: expect.stringContaining(why) },
    })
  })
})
