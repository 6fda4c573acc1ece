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
  [{ outcome: 'not-asked' }, 'not-applicable', 'tls.encrypt: false for sales'],
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

  it('asks nothing where the manifest wants no encryption', async () => {
    const tls = { encrypt: 'off', trustServerCertificate: false } as const
    const evidence = await fixtures.observeValue(
      check,
      fixtures.createPorts({}),
      fixtures.sourceSubject({ source: { tls } }),
    )
    expect(evidence).toEqual({ outcome: 'not-asked' })
  })
})
