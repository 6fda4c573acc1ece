import { describe, expect, it } from '@jest/globals'
import * as fixtures from '../../../../test/sql-fixtures.ts'
import { seen } from '../../../domain/observed.ts'
import check from './check.ts'

const HOST = 'sqlsales.database.windows.net'
const subject = fixtures.targetSubject({ target: { endpoint: { text: HOST, host: HOST } } })
const certificate = {
  subject: 'CN=*.database.windows.net',
  issuer: 'CN=Microsoft',
  names: ['*.database.windows.net'],
  validFrom: '2026-01-01T00:00:00.000Z',
  validTo: '2027-01-01T00:00:00.000Z',
  fingerprint: `sha256:${'cd'.repeat(32)}`,
}
const place = { host: HOST, port: 1433, trustServerCertificate: false }

const TABLE = [
  [
    { ...place, outcome: 'accepted', protocol: 'TLSv1.2', verified: true, certificate },
    'pass',
    `${HOST}:1433 encrypts: TLSv1.2`,
  ],
  [{ ...place, outcome: 'accepted', protocol: 'TLSv1.2', verified: false, certificate }, 'unknown', 'was not verified'],
  [
    { ...place, outcome: 'refused', problem: 'untrusted', message: 'self-signed', certificate },
    'fail',
    'not from an authority',
  ],
  [
    { host: HOST, port: 1433, outcome: 'not-asked', version: '12.0.2000', encryption: 'off' },
    'not-applicable',
    'tls.encrypt: false for default',
  ],
  [
    { host: HOST, port: 1433, outcome: 'demanded', version: '12.0.2000', encryption: 'required' },
    'fail',
    'takes no connection without encryption, and the manifest says tls.encrypt: false for default',
  ],
] as const

describe('target/tls-is-acceptable', () => {
  it.each(TABLE)('%# judges as %s', (evidence, verdict, summary) => {
    const judgement = fixtures.judgeStored(check, evidence, subject)
    expect(judgement.verdict).toBe(verdict)
    expect(judgement.summary).toContain(summary)
  })

  it('gives each verdict that it names', () => {
    fixtures.expectEveryVerdict(
      check,
      TABLE.map(([, verdict]) => verdict),
    )
  })

  it('observes the handshake with the endpoint', async () => {
    const tls = seen({ outcome: 'accepted', protocol: 'TLSv1.2', verified: true, certificate } as const)
    const ports = fixtures.createPorts({ names: { [HOST]: ['20.1.2.3'] }, ports: { '20.1.2.3:1433': 'open' }, tls })
    expect(await fixtures.observeValue(check, ports, subject)).toEqual(TABLE[0][0])
  })
})
