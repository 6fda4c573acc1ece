import { describe, expect, it } from '@jest/globals'
import * as fixtures from '../../../../test/sql-fixtures.ts'
import check from './check.ts'

const HOST = 'sql01.corp.example'
const subject = fixtures.sourceSubject()
const missing = { state: 'no-such-name', host: HOST, message: 'ENOTFOUND' }

const TABLE = [
  [{ state: 'literal', host: '10.0.0.5', addresses: ['10.0.0.5'] }, 'pass', 'direct', '10.0.0.5 is an address'],
  [
    { state: 'found', host: HOST, addresses: ['10.0.0.5', '10.0.0.6'], vantage: fixtures.INSIDE },
    'pass',
    'direct',
    'sql01.corp.example resolves to 10.0.0.5, 10.0.0.6 on this runner (10.1.0.4)',
  ],
  [
    { state: 'found', host: HOST, addresses: ['10.0.0.5'], vantage: fixtures.OUTSIDE },
    'pass',
    'proxy',
    'on this runner (192.0.2.7); seen from the runner, which is not verified to stand where DMS will',
  ],
  [
    { ...missing, vantage: fixtures.INSIDE },
    'fail',
    'direct',
    'From the DMS subnet snet-dms, this runner (10.1.0.4) finds no address for sql01.corp.example (ENOTFOUND)',
  ],
  [
    { ...missing, vantage: fixtures.OUTSIDE },
    'unknown',
    'proxy',
    'This runner (192.0.2.7) finds no address for sql01.corp.example (ENOTFOUND)',
  ],
] as const

describe('source/name-resolves', () => {
  it.each(TABLE)('%# judges as %s', (evidence, verdict, proof, summary) => {
    const judgement = fixtures.judgeStored(check, evidence, subject)
    expect(judgement).toMatchObject({ verdict, proof })
    expect(judgement.summary).toContain(summary)
  })

  it('gives each verdict that it names', () => {
    fixtures.expectEveryVerdict(
      check,
      TABLE.map(([, verdict]) => verdict),
    )
  })

  it('says cause dns, and how to look it up, where the name is not found', () => {
    const judgement = fixtures.judgeStored(check, TABLE[4][0], subject)
    expect(judgement).toMatchObject({
      cause: { kind: 'dns' },
      remediation: {
        scripts: [{ code: 'Resolve-DnsName -Name sql01.corp.example' }, { code: 'getent ahosts sql01.corp.example' }],
      },
    })
  })

  it('puts no odd host name into a script', () => {
    const judgement = fixtures.judgeStored(check, { ...TABLE[4][0], host: 'x; rm -rf ~' }, subject)
    expect(judgement).toMatchObject({ remediation: { scripts: [] } })
  })

  it.each([
    ['a name', {}, { [HOST]: ['10.0.0.5'] }, { state: 'found', addresses: ['10.0.0.5'], vantage: { verified: false } }],
    ['a name without address', {}, { [HOST]: [] }, { state: 'no-such-name' }],
    ['an unknown name', {}, {}, { state: 'no-such-name', host: HOST, message: `ENOTFOUND ${HOST}` }],
    ['an address', { server: { text: '10.0.0.5', host: '10.0.0.5' } }, {}, { state: 'literal' }],
  ])('observes %s', async (_what, source, names, evidence) => {
    const ports = fixtures.createPorts({ names })
    expect(await fixtures.observeValue(check, ports, fixtures.sourceSubject({ source }))).toMatchObject(evidence)
  })
})
