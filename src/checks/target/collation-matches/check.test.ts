import { afterEach, describe, expect, it } from '@jest/globals'
import { closeDatabaseRigs, openDatabaseRig } from '../../../../test/sqldb-rig.ts'
import check from './check.ts'

afterEach(closeDatabaseRigs)

const sales = { name: 'Sales' }
const source = (collation?: string) => ({
  databases: [{ ...sales, readers: ['dms'], ...(collation === undefined ? {} : { collation }) }],
})
const target = (collation?: string) => ({
  databases: [{ ...sales, owners: ['dms'], ...(collation === undefined ? {} : { collation }) }],
})

describe('target/collation-matches', () => {
  it.each([
    [undefined, undefined, 'pass', /both have SQL_Latin1_General_CP1_CI_AS$/],
    ['Czech_CI_AS', 'CZECH_CI_AS', 'pass', /Czech_CI_AS/],
    ['Czech_CI_AS', undefined, 'fail', /the source has Czech_CI_AS, the target SQL_Latin1.*2056, CollationMismatch/],
  ])('%s and %s', async (from, to, verdict, says) => {
    const rig = await openDatabaseRig({ source: source(from), target: target(to) })
    const told = await rig.judge(check)
    expect([told.verdict, told.summary]).toEqual([verdict, expect.stringMatching(says)])
  })

  it.each(['source', 'target'] as const)('does not know what the %s does not tell', async (side) => {
    const rig = await openDatabaseRig()
    const [subject] = check.subjects(rig.manifest)
    if (subject === undefined) throw new Error('there is a database')
    const place = { host: '127.0.0.1', port: 1, database: 'Sales', account: 'dms', outcome: 'answered' }
    const shapes = { source: { ...place, shape: { collation: 'A' } }, target: { ...place, shape: { collation: 'A' } } }
    const evidence = { ...shapes, [side]: { ...place, shape: { collation: null } } }
    expect(check.judge(evidence, subject)).toMatchObject({ verdict: 'unknown', cause: { kind: 'insufficient' } })
  })

  it('is blocked where the target has no such database for the login, or the source refuses it', async () => {
    const closed = await openDatabaseRig({ target: { databases: [{ name: 'Other' }] } })
    expect(await closed.judge(check)).toMatchObject({
      verdict: 'blocked',
      blockedBy: [{ id: 'target/login-is-db-owner', subject: 'default/Sales' }],
    })
    const shut = await openDatabaseRig({ source: { databases: [{ name: 'Sales' }] } })
    expect(await shut.judge(check)).toMatchObject({
      verdict: 'blocked',
      blockedBy: [{ id: 'source/database-is-readable', subject: 'sales/Sales' }],
    })
  })

  it('gives the command that makes the database with the collation of the source', async () => {
    const rig = await openDatabaseRig({ source: source('Czech_CI_AS') })
    const told = await rig.judge(check)
    expect(told).toMatchObject({
      remediation: { scripts: [{ code: expect.stringMatching(/az sql db create[^]*--collation Czech_CI_AS/) }] },
    })
  })
})
