import { describe, expect, it } from '@jest/globals'
import { judgeSignIn } from './aad-errors.ts'
import type { HttpAnswer } from './probe-error.ts'

function answer(status: number, body: unknown, waitMs?: number): HttpAnswer {
  return {
    status,
    url: 'https://login.microsoftonline.com/t/oauth2/v2.0/token',
    contentType: 'application/json',
    location: undefined,
    text: typeof body === 'string' ? body : JSON.stringify(body),
    tries: 1,
    waitMs,
  }
}
const aad = (code: number): unknown => ({
  error: 'invalid_client',
  error_description: `AADSTS${String(code)}: Words of the service.\r\nTrace ID: 1234\r\nTimestamp: x`,
  error_codes: [code],
})
const tried = { kind: 'secret', clientId: 'the-client', tenantId: 'the-tenant' } as const

describe('a sign-in that did not succeed', () => {
  it.each([
    [7000215, /secret is wrong.*az ad app credential reset/],
    [7000222, /secret has expired/],
    [700016, /application is not in this tenant/],
    [90002, /tenant does not exist/],
    [900023, /neither an id nor a domain name/],
    [7000112, /disabled/],
    [700213, /no federated credential/],
  ])('AADSTS%i says what to do next', (code, expected) => {
    const failure = judgeSignIn(answer(401, aad(code)), tried)
    expect(failure).toMatchObject({ kind: 'auth', message: expect.stringMatching(expected) })
    expect(failure.message).toContain(`AADSTS${String(code)}`)
    expect(failure.message).toContain('the-client in tenant the-tenant at login.microsoftonline.com')
    expect(failure.message).not.toContain('Trace ID')
  })

  it.each([
    ['code only in the text', 400, { error: 'x', error_description: 'AADSTS90002: no' }, 'auth', /AADSTS90002/],
    ['unknown code', 400, aad(123_456), 'auth', /AADSTS123456/],
    ['OAuth error without a code', 400, { error: 'invalid_request' }, 'auth', /HTTP 400/],
    ['busy', 503, aad(90_033), 'server-error', /busy/],
    ['throttled', 429, '', 'throttled', /too many/],
    ['server error', 500, '<html>', 'server-error', /inside the sign-in service/],
    ['page of a proxy', 403, '<html>', 'protocol', /proxy/],
    ['redirect', 302, '', 'untrusted-host', /redirects/],
  ] as const)('%s', (_, status, body, kind, message) => {
    expect(judgeSignIn(answer(status, body), tried)).toMatchObject({ kind, message: expect.stringMatching(message) })
  })

  it('says how long to wait', () => {
    expect(judgeSignIn(answer(429, '', 30_000), tried).message).toContain('30 s')
  })
})
