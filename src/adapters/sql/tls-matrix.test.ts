import { afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { createAuthority, selfSigned, type Authority, type KeyAndCertificate } from '../../../lab/certificates.ts'
import type { TdsOptions } from '../../../lab/tds/model.ts'
import { askBoth, CA_PATH, createTlsRig, findTls, HOST } from '../../../test/tls-rig.ts'
import type { TlsSettings } from '../../domain/manifest.ts'

const DAY_MS = 86_400_000
const rig = createTlsRig()
let authority: Authority
let oldAuthority: Authority
let good: KeyAndCertificate

beforeAll(async () => {
  authority = await createAuthority()
  oldAuthority = await createAuthority('Old Root', { notAfter: new Date(Date.now() - DAY_MS) })
  good = await authority.issue({ names: [HOST, 'sql01'] })
})
afterEach(async () => {
  await rig.close()
})

const CA: Partial<TlsSettings> = { ca: CA_PATH }
const issue = (more: { names?: string[]; notBefore?: Date; notAfter?: Date }) => async () => ({
  tls: await authority.issue({ names: [HOST], ...more }),
})
const after = (days: number): Date => new Date(Date.now() + days * DAY_MS)
const withGood =
  (more: Partial<TdsOptions> = {}) =>
  (): Promise<Partial<TdsOptions>> =>
    Promise.resolve({ tls: good, ...more })

interface Row {
  name: string
  server: () => Promise<Partial<TdsOptions>>
  tls?: Partial<TlsSettings>
  verdict: string
  cause?: string
  says: RegExp
  next?: RegExp
}

/** Certificates: the same whether TLS is inside TDS or before it. */
const CERTIFICATES: readonly Row[] = [
  {
    name: 'self-signed',
    server: async () => ({ tls: await selfSigned({ names: [HOST] }) }),
    tls: {},
    verdict: 'fail',
    says: /not from an authority that this run trusts: The certificate is self-signed.*DEPTH_ZERO_SELF_SIGNED_CERT/,
    next: /tls: \{ ca: certs\/root\.pem \}/,
  },
  {
    name: 'unknown issuer',
    server: withGood(),
    tls: {},
    verdict: 'fail',
    says: /does not lead to an authority that this runner trusts \(UNABLE_TO_VERIFY_LEAF_SIGNATURE\)/,
    next: /name it as tls\.ca/,
  },
  {
    name: 'chain with an unknown root',
    server: () => Promise.resolve({ tls: { key: good.key, cert: `${good.cert}\n${authority.certificate}` } }),
    tls: {},
    verdict: 'fail',
    says: /leads to a root that this runner does not trust \(SELF_SIGNED_CERT_IN_CHAIN\).*issued by CN=Lab Root CA/,
    next: /name it as tls\.ca/,
  },
  {
    name: 'expired',
    server: issue({ notAfter: after(-1) }),
    verdict: 'fail',
    says: /the certificate expired on .*CERT_HAS_EXPIRED/,
    next: /Renew the certificate/,
  },
  {
    name: 'not yet valid',
    server: issue({ notBefore: after(1) }),
    verdict: 'fail',
    says: /the certificate is valid only from .*CERT_NOT_YET_VALID/,
    next: /Compare the clocks/,
  },
  {
    name: 'name mismatch',
    server: issue({ names: ['other.corp.example'] }),
    verdict: 'fail',
    says: /for another name than sql01\.corp\.example: The certificate is for other\.corp\.example, not for sql01/,
    next: /tls: \{ server-name: /,
  },
  {
    name: 'name mismatch with tls.server-name',
    server: issue({}),
    tls: { ...CA, serverName: 'ag.corp.example' },
    verdict: 'fail',
    says: /The certificate is for sql01\.corp\.example, not for ag\.corp\.example/,
  },
]

const INSIDE: readonly Row[] = [
  ...CERTIFICATES,
  {
    name: 'good',
    server: withGood(),
    verdict: 'pass',
    says: /encrypts: TLSv1\.2, certificate for sql01\.corp\.example, sql01, issued by CN=Lab Root CA/,
  },
  ...(['TLSv1', 'TLSv1.1'] as const).map((maxTls) => ({
    name: `${maxTls} only`,
    server: withGood({ minTls: 'TLSv1', maxTls }),
    verdict: 'unknown',
    cause: 'tls',
    says: new RegExp(
      `The server speaks ${maxTls === 'TLSv1' ? 'TLSv1\\.0' : 'TLSv1\\.1'} and nothing later; this runner, as Azure does, asks for TLS 1\\.2 or later\\. Enable TLS 1\\.2`,
    ),
    next: /Set-ItemProperty \$key -Name Enabled -Value 1/,
  })),
  {
    name: 'no encryption',
    server: () => Promise.resolve({ encryption: 'not-supported' }),
    verdict: 'fail',
    says: /offers no encryption and the manifest asks for it; nothing was sent to it/,
    next: /Give the instance a server certificate/,
  },
  {
    name: 'required encryption with encrypt: false',
    server: withGood({ encryption: 'required' }),
    tls: { encrypt: 'off' },
    verdict: 'fail',
    says: /\(version 16\.0\.4135\) takes no connection without encryption, and the manifest says tls\.encrypt: false/,
    next: /tls: \{ encrypt: true \}/,
  },
  {
    name: 'closed during pre-login',
    server: withGood({ misbehave: 'close-after-connect' }),
    verdict: 'unknown',
    cause: 'reset',
    says: /closed the connection before it answered a TDS pre-login .* Nor did it answer with TLS first \(TDS 8\.0\)/,
  },
  {
    name: 'closed after pre-login',
    server: withGood({ misbehave: 'close-after-prelogin' }),
    verdict: 'unknown',
    cause: 'tls',
    says: /^TLS handshake from this runner to SQL Server at 127\.0\.0\.1:\d+ failed: .*ECONNRESET/,
  },
  {
    name: 'strict only, with encrypt: true',
    server: withGood({ strict: 'only' }),
    verdict: 'fail',
    says: /\(version 16\.0\.4135\) closes the connection at a pre-login without TLS, and answers one inside it/,
    next: /tls: \{ encrypt: strict \}/,
  },
  {
    name: 'strict only, with encrypt: false',
    server: withGood({ strict: 'only' }),
    tls: { encrypt: 'off' },
    verdict: 'fail',
    says: /takes no connection without strict encryption \(TDS 8\.0\)/,
    next: /tls: \{ encrypt: strict \}/,
  },
  {
    name: 'garbage',
    server: withGood({ misbehave: 'garbage' }),
    verdict: 'unknown',
    cause: 'protocol',
    says: /does not speak TDS: it answered a pre-login with [0-9a-f]+ \("SSH-2\.0/,
  },
  {
    name: 'silence',
    server: withGood({ misbehave: 'silent' }),
    verdict: 'unknown',
    cause: 'timeout',
    says: /TDS pre-login from this runner to 127\.0\.0\.1:\d+, which accepted the connection: no answer/,
  },
]

const STRICT: readonly Row[] = [
  ...CERTIFICATES.map((row) => ({
    ...row,
    server: async () => ({ ...(await row.server()), strict: 'only' as const }),
  })),
  {
    name: 'good, offered',
    server: withGood({ strict: 'offered' }),
    verdict: 'pass',
    says: /encrypts: TLSv1\.3 before TDS \(TDS 8\.0\), certificate for sql01/,
  },
  {
    name: 'good, TLS 1.2',
    server: withGood({ strict: 'only', maxTls: 'TLSv1.2' }),
    verdict: 'pass',
    says: /encrypts: TLSv1\.2 before TDS/,
  },
  {
    name: 'old TLS only',
    server: withGood({ strict: 'only', minTls: 'TLSv1', maxTls: 'TLSv1.1' }),
    verdict: 'unknown',
    cause: 'tls',
    says: /before TDS \(encrypt: strict\) failed: .* The server speaks TLSv1\.1 and nothing later/,
  },
  {
    name: 'no TDS 8',
    server: withGood({ version: [15, 0, 4405] }),
    verdict: 'fail',
    says: /\(version 15\.0\.4405\) closes the connection when TLS comes first.* does not take encrypt: strict/,
    next: /needs SQL Server 2022[^]*tls: \{ encrypt: true \}/,
  },
  {
    name: 'no TDS 8 where the version has it',
    server: withGood(),
    verdict: 'fail',
    says: /\(version 16\.0\.4135\)/,
    next: /whether Force Strict Encryption is on or off/,
  },
  {
    name: 'closed both ways',
    server: withGood({ misbehave: 'close-after-connect' }),
    verdict: 'unknown',
    cause: 'reset',
    says: /closed the connection when TLS came before TDS \(encrypt: strict; \w+\)\. Without TLS: /,
  },
  {
    name: 'garbage',
    server: withGood({ misbehave: 'garbage' }),
    verdict: 'unknown',
    cause: 'protocol',
    says: /answered with something else when TLS came before TDS .* does not speak TDS/,
  },
  {
    name: 'silence',
    server: withGood({ misbehave: 'silent' }),
    verdict: 'unknown',
    cause: 'timeout',
    says: /TLS handshake before TDS \(encrypt: strict\) from this runner to 127\.0\.0\.1:\d+.*no answer/,
  },
]

async function expectRow(row: Row, tls: Partial<TlsSettings>): Promise<void> {
  const server = await rig.start(await row.server())
  const sql = rig.open(authority.certificate)
  const finding = await findTls(sql, server, tls)
  expect(finding).toMatchObject({ verdict: row.verdict, summary: expect.stringMatching(row.says) })
  expect(finding.cause).toBe(row.cause)
  if (row.next !== undefined) expect(`${finding.remediation}\n${finding.scripts}`).toMatch(row.next)
  const { login } = await askBoth(sql, server, tls)
  if (row.verdict === 'pass') {
    expect(login).toMatchObject({ ok: true, value: { outcome: 'accepted', encrypted: true } })
    expect(server.logins).toMatchObject([{ encrypted: true, accepted: true }])
  } else {
    expect(login).toMatchObject({ ok: false })
    expect(server.logins).toEqual([])
  }
}

describe('source/tls-is-acceptable over the wire', () => {
  it.each(INSIDE)('inside TDS: $name is $verdict', async (row) => {
    await expectRow(row, row.tls ?? CA)
  })

  it.each(STRICT)('before TDS: $name is $verdict', async (row) => {
    await expectRow(row, { ...(row.tls ?? CA), encrypt: 'strict' })
  })

  it.each(['off', 'not-supported'] as const)(
    'has nothing to say of a server that says %s where the manifest wants no encryption',
    async (encryption) => {
      const server = await rig.start({ ...(encryption === 'off' ? { tls: good } : {}), encryption })
      const sql = rig.open()
      expect((await findTls(sql, server, { encrypt: 'off' })).verdict).toBe('not-applicable')
      const { login } = await askBoth(sql, server, { encrypt: 'off' })
      expect(login).toMatchObject({ ok: true, value: { outcome: 'accepted', encrypted: false } })
    },
  )

  it('does not take a certificate of an authority that has expired', async () => {
    const server = await rig.start({ tls: await oldAuthority.issue({ names: [HOST] }) })
    const finding = await findTls(rig.open(oldAuthority.certificate), server, CA)
    expect(finding).toMatchObject({ verdict: 'fail', summary: expect.stringContaining('rests on has expired') })
    expect(finding.remediation).toContain('Renew the issuing certificate')
  })

  it('does not let trust-server-certificate soften a strict connection', async () => {
    const server = await rig.start({ tls: await selfSigned({ names: [HOST] }), strict: 'offered' })
    const tls = { encrypt: 'strict', trustServerCertificate: true } as const
    expect(await findTls(rig.open(), server, tls)).toMatchObject({
      verdict: 'fail',
      remediation: expect.stringContaining('the exception trust-server-certificate does not count'),
    })
    expect(await askBoth(rig.open(), server, tls)).toMatchObject({ login: { ok: false, failure: { kind: 'tls' } } })
    expect(server.logins).toEqual([])
  })
})
