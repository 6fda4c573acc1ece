import { describe, expect, it } from '@jest/globals'
import { firstSubject } from '../../../../test/instance-fixtures.ts'
import * as fixtures from '../../../../test/sql-fixtures.ts'
import { seen } from '../../../domain/observed.ts'
import { planChecks } from '../../../plan/plan.ts'
import check from './check.ts'

const HOST = 'sqlsales.database.windows.net'
const endpoint = { text: HOST, host: HOST }
const subject = fixtures.targetSubject()
const missing = { state: 'no-such-name', host: HOST, message: 'ENOTFOUND' }

const TABLE = [
  [
    { state: 'found', host: HOST, addresses: ['20.1.2.3'], vantage: fixtures.OUTSIDE },
    'pass',
    `${HOST} resolves to 20.1.2.3`,
  ],
  [{ ...missing, vantage: fixtures.INSIDE }, 'fail', `finds no address for ${HOST}`],
  [{ ...missing, vantage: fixtures.OUTSIDE }, 'unknown', `finds no address for ${HOST}`],
  [
    { state: 'absent', kind: 'not-found', message: 'ResourceNotFound' },
    'blocked',
    'it knows no such server (ResourceNotFound)',
  ],
  [
    { state: 'unreadable', kind: 'forbidden', message: 'Azure answered 403' },
    'blocked',
    'it could not be asked (Azure answered 403)',
  ],
  [{ state: 'unnamed', kind: 'insufficient', message: 'no name' }, 'unknown', 'no name'],
  [
    { state: 'untrusted', kind: 'untrusted-host', message: 'Azure names attacker.example' },
    'unknown',
    'attacker.example',
  ],
] as const

describe('target/name-resolves', () => {
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

  it('is blocked by every database of the server that Azure does not tell of', () => {
    expect(fixtures.judgeStored(check, TABLE[3][0], subject)).toMatchObject({
      blockedBy: [
        { id: 'target/sql-database-exists', subject: 'default/Sales' },
        { id: 'target/sql-database-exists', subject: 'default/OrdersNew' },
      ],
    })
  })

  it('is blocked by the managed instance that Azure does not tell of', () => {
    expect(fixtures.judgeStored(check, TABLE[3][0], firstSubject(check))).toMatchObject({
      blockedBy: [{ id: 'target/managed-instance-exists', subject: 'default' }],
    })
  })

  it('keeps the cause and asks for the endpoint where the host of Azure cannot be used', () => {
    expect(fixtures.judgeStored(check, TABLE[6][0], subject)).toMatchObject({
      cause: { kind: 'untrusted-host' },
      remediation: { scripts: [{ language: 'yaml' }] },
    })
  })

  it('needs Azure only for a host that the manifest does not give', () => {
    const signIn = { ...check, meta: { ...check.meta, id: 'azure/sign-in-works', needs: [] } }
    const needs = (target: object): number =>
      planChecks(fixtures.manifestWith({ target }), [check, signIn]).checks[0]?.needs.length ?? -1
    expect([needs({}), needs({ endpoint })]).toEqual([1, 0])
  })

  it('observes the name that Azure tells, and that it tells none', async () => {
    const value = {
      id: 'x',
      name: 'sqlsales',
      location: 'westeurope',
      fullyQualifiedDomainName: HOST,
      privateEndpointConnections: [],
    }
    const names = { [HOST]: ['20.1.2.3'] }
    const ports = fixtures.createPorts({ names, sqlServer: seen({ found: true, value }) })
    expect(await fixtures.observeValue(check, ports, subject)).toMatchObject({
      state: 'found',
      host: HOST,
      addresses: ['20.1.2.3'],
    })
    expect(await fixtures.observeValue(check, fixtures.createPorts({ names }), subject)).toMatchObject({
      state: 'unreadable',
    })
    const own = fixtures.targetSubject({ target: { endpoint } })
    expect(await fixtures.observeValue(check, fixtures.createPorts({ names }), own)).toMatchObject({
      state: 'found',
      host: HOST,
    })
  })
})
