import { describe, expect, it } from '@jest/globals'
import * as fixtures from '../../../../test/sql-fixtures.ts'
import { seen } from '../../../domain/observed.ts'
import type { TlsAnswer } from '../../../ports/sql-port.ts'
import check from './check.ts'

const HOST = 'sql01.corp.example'
const subject = fixtures.sourceSubject()
const certificate = {
  subject: 'CN=sql01.corp.example',
  issuer: 'CN=Corp Root',
  names: ['sql01.corp.example', 'sql01'],
  validFrom: '2026-01-01T00:00:00.000Z',
  validTo: '2026-12-01T00:00:00.000Z',
  fingerprint: `sha256:${'ab'.repeat(32)}`,
}
const place = { host: HOST, port: 1433, trustServerCertificate: false }
const stance = { host: HOST, port: 1433, version: '16.0.4135' }
const accepted = { ...place, outcome: 'accepted', protocol: 'TLSv1.2', verified: true, certificate }
const refused = {
  ...place,
  outcome: 'refused',
  message: 'unable to verify the first certificate',
  certificate,
  seenAt: '2026-11-22T12:00:00.000Z',
}

const TABLE = [
  [
    accepted,
    'pass',
    'sql01.corp.example:1433 encrypts: TLSv1.2, certificate for sql01.corp.example, sql01, issued by CN=Corp Root, valid to 2026-12-01',
  ],
  [
    { ...accepted, trustServerCertificate: true, verified: false },
    'pass',
    'is not verified, because the manifest says trust-server-certificate: true',
  ],
  [{ ...accepted, verified: false }, 'unknown', 'was not verified'],
  [
    { ...place, outcome: 'not-offered' },
    'fail',
    'offers no encryption and the manifest asks for it; nothing was sent to it',
  ],
  [
    { ...refused, problem: 'untrusted' },
    'fail',
    'not from an authority that this run trusts: unable to verify the first certificate',
  ],
  [{ ...refused, problem: 'name' }, 'fail', 'for another name than sql01.corp.example'],
  [{ ...refused, problem: 'expired', seenAt: '2026-12-02T00:00:00.000Z' }, 'fail', 'expired on 2026-12-01'],
  [{ ...refused, problem: 'not-yet-valid', seenAt: '2025-12-31T00:00:00.000Z' }, 'fail', 'valid only from 2026-01-01'],
  [
    { ...stance, outcome: 'not-asked', encryption: 'not-supported' },
    'not-applicable',
    'tls.encrypt: false for sales: there is no encryption to check, and what is sent to it, the login included, can be read on the way',
  ],
  [{ ...stance, outcome: 'not-asked', encryption: 'off' }, 'not-applicable', 'would encrypt if it were asked'],
  [
    { ...stance, outcome: 'demanded', encryption: 'required' },
    'fail',
    'sql01.corp.example:1433 (version 16.0.4135) takes no connection without encryption, and the manifest says tls.encrypt: false for sales; no login was sent',
  ],
  [{ ...stance, outcome: 'demanded', encryption: 'strict' }, 'fail', 'without strict encryption (TDS 8.0)'],
  [
    { ...accepted, pinned: true },
    'pass',
    `sql01.corp.example:1433 encrypts: TLSv1.2, the pinned certificate sha256:${'ab'.repeat(32)} for sql01.corp.example, sql01`,
  ],
  [{ ...refused, problem: 'pin' }, 'fail', 'it shows another certificate than tls.pin allows: sha256:'],
  [
    { ...place, outcome: 'strict-not-offered', version: '15.0.4405' },
    'fail',
    'closes the connection when TLS comes first, and answers a pre-login without it: it does not take encrypt: strict (TDS 8.0)',
  ],
  [
    { ...place, outcome: 'strict-only', version: '16.0.4135' },
    'fail',
    'closes the connection at a pre-login without TLS, and answers one inside it: it takes encrypt: strict (TDS 8.0) only',
  ],
] as const

describe('source/tls-is-acceptable', () => {
  it.each(TABLE)('%# judges as %s', (evidence, verdict, summary) => {
    const judgement = fixtures.judgeStored(check, evidence, subject)
    expect(judgement.verdict).toBe(verdict)
    expect(judgement.summary).toContain(summary)
    if (verdict === 'fail')
      expect(judgement).toMatchObject({ proof: 'direct', remediation: { text: expect.stringMatching(/\w/) } })
  })

  it('gives each verdict that it names', () => {
    fixtures.expectEveryVerdict(
      check,
      TABLE.map(([, verdict]) => verdict),
    )
  })

  it.each([
    ['expired', 'rests on has expired', 'Renew the issuing certificate'],
    ['not-yet-valid', 'rests on is not valid yet', 'dates of the issuing certificates'],
  ])('does not blame the own date of the certificate when another one is %s', (problem, words, advice) => {
    const judgement = fixtures.judgeStored(check, { ...refused, problem }, subject)
    expect(judgement).toMatchObject({ verdict: 'fail', remediation: { text: expect.stringContaining(advice) } })
    expect(judgement.summary).toContain(words)
    expect(judgement.summary).toContain('unable to verify the first certificate')
    expect(judgement.summary).not.toMatch(/expired on|only from/)
  })

  it('holds until the certificate ends, but not when nobody verified it', () => {
    expect(fixtures.judgeStored(check, accepted, subject)).toMatchObject({ expiresAt: '2026-12-01T00:00:00.000Z' })
    expect(
      fixtures.judgeStored(check, { ...accepted, certificate: { ...certificate, validTo: '?' } }, subject),
    ).not.toHaveProperty('expiresAt')
    expect(fixtures.judgeStored(check, TABLE[1][0], subject)).not.toHaveProperty('expiresAt')
  })

  it.each([
    ['2026-11-30T12:00:00Z', true],
    ['2026-11-30T11:59:59Z', false],
  ])('says whether it ends before a cutover of 12 hours from %s does: %s', (start, isShort) => {
    const cutover = { start, durationMs: 12 * 3_600_000 + 1 }
    const { summary } = fixtures.judgeStored(check, accepted, fixtures.sourceSubject({ cutover }))
    expect(summary.includes('ends before the cutover does')).toBe(isShort)
  })

  it('expects the name of tls.server-name where the manifest gives one', () => {
    const tls = { encrypt: 'on', trustServerCertificate: false, serverName: 'ag.corp.example' } as const
    const judgement = fixtures.judgeStored(check, accepted, fixtures.sourceSubject({ source: { tls } }))
    expect(judgement).toMatchObject({ expected: expect.stringContaining('for ag.corp.example') })
  })

  const open = { names: { [HOST]: ['10.0.0.5'] }, ports: { '10.0.0.5:1433': 'open' } } as const
  it.each([
    [
      { outcome: 'accepted', protocol: 'TLSv1.2', verified: true, certificate },
      { ...place, outcome: 'accepted', certificate },
    ],
    [{ outcome: 'not-offered' }, { ...place, outcome: 'not-offered' }],
    [
      { outcome: 'accepted', protocol: 'TLSv1.3', verified: true, pinned: true, certificate },
      { ...place, outcome: 'accepted', pinned: true, certificate },
    ],
    [
      { outcome: 'strict-only', version: '16.0\n4135' },
      { ...place, outcome: 'strict-only', version: '16.0 4135' },
    ],
    [
      { outcome: 'refused', problem: 'name', message: 'no\nmatch', certificate, seenAt: '2026-11-22T12:00:00.000Z' },
      { problem: 'name', message: 'no match' },
    ],
  ] as [TlsAnswer, object][])('%# observes the handshake', async (answer, evidence) => {
    const ports = fixtures.createPorts({ ...open, tls: seen(answer) })
    expect(await fixtures.observeValue(check, ports, subject)).toMatchObject(evidence)
  })

  it('repeats at most 20 names of a certificate', async () => {
    const many = { ...certificate, names: Array.from({ length: 30 }, (_, n) => `n${n}`) }
    const ports = fixtures.createPorts({
      ...open,
      tls: seen({ outcome: 'refused', problem: 'name', message: '', certificate: many, seenAt: '' }),
    })
    expect(await fixtures.observeValue(check, ports, subject)).toMatchObject({
      certificate: { names: many.names.slice(0, 20) },
    })
  })

  it.each([
    ['16.0.4135', 'need a server certificate that the service could load', 2],
    ['15.0.4405', 'needs SQL Server 2022 (16.x) or later', 1],
    ['12.0.2000', 'needs SQL Server 2022 (16.x) or later', 1],
  ])('knows what keeps version %s from strict encryption', (version, text, scripts) => {
    const judgement = fixtures.judgeStored(check, { ...place, outcome: 'strict-not-offered', version }, subject)
    if (judgement.verdict !== 'fail') throw new Error(judgement.verdict)
    expect(judgement.remediation.text).toContain(text)
    expect(judgement.remediation.scripts).toHaveLength(scripts)
    expect(judgement.remediation.scripts[0]?.code).toBe('# "sales"\ntls: { encrypt: true }')
  })

  it('shows how to read the fingerprint of the server, and what to pin after that', () => {
    const pin = `sha256:${'00'.repeat(32)}`
    const pinned = fixtures.sourceSubject({ source: { tls: { encrypt: 'on', trustServerCertificate: false, pin } } })
    const judgement = fixtures.judgeStored(check, { ...refused, problem: 'pin' }, pinned)
    if (judgement.verdict !== 'fail') throw new Error(judgement.verdict)
    expect(judgement.expected).toBe(`${HOST}:1433 encrypts, with the certificate ${pin}, which is valid`)
    expect(judgement.remediation.text).toContain('made anew at each start')
    const [yaml, powershell, tsql] = judgement.remediation.scripts
    expect(yaml?.code).toContain(`tls: { pin: "${certificate.fingerprint}" }   # what was seen: only after`)
    expect(powershell?.code).toContain('SHA256')
    expect(tsql?.code).toContain('sp_readerrorlog')
    const expired = { ...refused, problem: 'expired', seenAt: '2026-12-02T00:00:00.000Z' }
    expect(fixtures.judgeStored(check, expired, pinned)).toMatchObject({
      remediation: { text: expect.stringMatching(/Then pin the new one\.$/) },
    })
  })

  it.each([
    ['on', 'Only where none of these can be: trust-server-certificate'],
    ['strict', 'With encrypt: strict the exception trust-server-certificate does not count'],
  ] as const)('with encrypt: %s says what an exception is worth', (encrypt, text) => {
    const tls = { encrypt, trustServerCertificate: true } as const
    const judgement = fixtures.judgeStored(
      check,
      { ...refused, problem: 'untrusted' },
      fixtures.sourceSubject({ source: { tls } }),
    )
    expect(judgement).toMatchObject({ verdict: 'fail', remediation: { text: expect.stringContaining(text) } })
  })

  it('says that TLS came before TDS', () => {
    const tls = { encrypt: 'strict', trustServerCertificate: false } as const
    const judgement = fixtures.judgeStored(check, accepted, fixtures.sourceSubject({ source: { tls } }))
    expect(judgement).toMatchObject({
      summary: expect.stringContaining('encrypts: TLSv1.2 before TDS (TDS 8.0), certificate for'),
      expected: `${HOST}:1433 encrypts before TDS (encrypt: strict), with a certificate that is valid, trusted and for ${HOST}`,
    })
  })

  it.each([
    ['off', 'not-asked'],
    ['not-supported', 'not-asked'],
    ['on', 'demanded'],
    ['required', 'demanded'],
    ['strict', 'demanded'],
  ] as const)(
    'asks a server that says %s only for its stance where the manifest wants no encryption',
    async (encryption, outcome) => {
      const tls = { encrypt: 'off', trustServerCertificate: false } as const
      const preLogin = seen({ answered: true, version: '16.0.4135', encryption, localAddress: '10.1.0.4' } as const)
      const evidence = await fixtures.observeValue(
        check,
        fixtures.createPorts({ ...open, preLogin }),
        fixtures.sourceSubject({ source: { tls } }),
      )
      expect(evidence).toEqual({ ...stance, outcome, encryption })
    },
  )

  it.each([
    ['closed', 'reset'],
    ['not-tds', 'protocol'],
  ] as const)('does not know the stance of a server that is %s', async (reason, kind) => {
    const tls = { encrypt: 'off', trustServerCertificate: false } as const
    const ports = fixtures.createPorts({ ...open, preLogin: seen({ answered: false, reason, message: 'what came' }) })
    const observed = await check.observe(ports, fixtures.sourceSubject({ source: { tls } }))
    expect(observed).toMatchObject({ ok: false, failure: { kind, message: 'what came' } })
  })

  it.each([
    [{ encrypt: 'strict', trustServerCertificate: true }, false],
    [{ encrypt: 'on', trustServerCertificate: true, pin: certificate.fingerprint }, false],
    [{ encrypt: 'on', trustServerCertificate: true }, true],
  ] as const)('counts the exception only where it is one: %j', async (tls, trustServerCertificate) => {
    const ports = fixtures.createPorts({ ...open, tls: seen({ outcome: 'not-offered' }) })
    const evidence = await fixtures.observeValue(check, ports, fixtures.sourceSubject({ source: { tls } }))
    expect(evidence).toMatchObject({ trustServerCertificate })
  })
})
