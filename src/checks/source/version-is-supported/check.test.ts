import { afterEach, describe, expect, it } from '@jest/globals'
import { closeSourceRigs, openSourceRig } from '../../../../test/source-rig.ts'
import * as fixtures from '../../../../test/sql-fixtures.ts'
import check from './check.ts'

afterEach(closeSourceRigs)

const subject = fixtures.sourceSubject()
const place = { host: 'sql01.corp.example', port: 1433, database: 'master', account: 'dms' }
const SERVER = {
  productVersion: '16.0.4135.4',
  productLevel: 'RTM',
  edition: 'Enterprise Edition (64-bit)',
  engineEdition: 3,
  instanceName: null,
  machineName: 'SQL01',
  collation: 'Latin1_General_CI_AS',
  isClustered: 0,
  isHadrEnabled: 0,
  viewAnyDatabase: 1,
  alterAnyDatabase: 1,
  createDatabase: 1,
  controlServer: 1,
}
const answered = (change: object) => ({ ...place, outcome: 'answered', server: { ...SERVER, ...change } })
const version = (productVersion: string, more: object = {}) => answered({ productVersion, ...more })

const TABLE = [
  [answered({}), 'pass', 'is SQL Server 2022: version 16.0.4135.4 RTM, Enterprise Edition (64-bit)'],
  [version('17.0.1000.7'), 'pass', 'is SQL Server 2025'],
  [version('18.1.2.3'), 'pass', 'a SQL Server newer than this program knows (18.1)'],
  [version('13.0.5026.0'), 'pass', 'is SQL Server 2016'],
  [
    version('12.0.6024.0'),
    'pass',
    'is SQL Server 2014: version 12.0.6024.0 RTM, Enterprise Edition (64-bit); the tutorials of DMS name 2016 or later',
  ],
  [version('10.50.6000.34', { isHadrEnabled: null }), 'pass', 'is SQL Server 2008 R2'],
  [version('10.0.5500.0'), 'pass', 'is SQL Server 2008:'],
  [answered({ isClustered: 1, isHadrEnabled: 1 }), 'pass', 'failover cluster instance, availability groups enabled'],
  [answered({ edition: 'Express Edition (64-bit)', engineEdition: 4 }), 'pass', 'Express Edition'],
  [version('9.00.5000.00'), 'fail', 'is older than SQL Server 2008: version 9.00.5000.00'],
  [version('8.00.2039'), 'fail', 'SqlVersionOutOfRange'],
  [
    version('12.0.2000.8', { engineEdition: 5, edition: 'SQL Azure' }),
    'fail',
    'is Azure SQL Database (engine edition 5',
  ],
  [answered({ engineEdition: 8 }), 'fail', 'is Azure SQL Managed Instance'],
  [version('newest'), 'unknown', 'calls its version "newest"'],
  [
    { ...place, outcome: 'withheld', refusedAt: { id: 'source/login-is-accepted', subject: 'erp01' } },
    'blocked',
    'refused by source/login-is-accepted (erp01)',
  ],
  [{ ...place, outcome: 'refused', number: 18456, state: 1, severity: 14, message: 'no' }, 'blocked', 'error 18456'],
] as const

describe('source/version-is-supported', () => {
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

  it.each([
    [[10, 50, 6000], 'pass', /SQL Server 2008 R2/],
    [[17, 0, 1000], 'pass', /SQL Server 2025/],
    [[9, 0, 5000], 'fail', /older than SQL Server 2008/],
  ] as const)('over the wire: version %j', async ([major, minor, build], verdict, says) => {
    const rig = await openSourceRig({ version: [major, minor, build] })
    await rig.preLogin()
    const told = await rig.verdict(check)
    expect([told.verdict, told.summary]).toEqual([verdict, expect.stringMatching(says)])
  })
})
