import { afterEach, describe, expect, it } from '@jest/globals'
import { answeredBy, AT_SOURCE, refusedBy } from '../../../../test/instance-fixtures.ts'
import { machineManifest, machineSubject, openMachineRig } from '../../../../test/machine-fixtures.ts'
import { closeSourceRigs } from '../../../../test/source-rig.ts'
import * as fixtures from '../../../../test/sql-fixtures.ts'
import type { JsonObject } from '../../../domain/json.ts'
import check from './check.ts'

afterEach(closeSourceRigs)

const subject = machineSubject(check)
const database = machineSubject(check, machineManifest({ scenario: 'sql-server-to-azure-sql-database' }))
const kind = (name: string, count: number, ...names: string[]) => ({ kind: name, count, names })
const NO_JOBS = { fact: 'Agent jobs', why: 'the SELECT permission was denied', missing: 'SELECT' }
const has = (kinds: JsonObject[], controlServer: 0 | 1 = 1, notSeen: JsonObject[] = []) =>
  answeredBy(AT_SOURCE, { kinds, notSeen }, { controlServer })

const TABLE = [
  [subject, has([]), 'pass', /has no logins of people but dms, no jobs/],
  [subject, has([kind('login', 1, 'DMS')]), 'pass', /no logins of people but dms/],
  [
    subject,
    has([kind('login', 2, 'dms', 'app'), kind('linked server', 1, 'ERP'), kind('error message', 3)]),
    'manual',
    /2 logins \(dms, app\), 1 linked server \(ERP\), 3 error messages$/,
  ],
  [
    subject,
    has([kind('Agent job', 30, 'a', 'b')], 0, [NO_JOBS]),
    'manual',
    /30 Agent jobs \(a, b, …\); not seen: Agent jobs/,
  ],
  [subject, has([], 0), 'blocked', /may not see all of it: it lacks CONTROL SERVER/],
  [subject, has([], 1, [NO_JOBS]), 'unknown', /not seen: Agent jobs \(missing: SELECT\)/],
  [database, has([], 0), 'manual', /it lacks CONTROL SERVER\. The migration does not need that right; whoever has it/],
  [database, has([], 1, [NO_JOBS]), 'unknown', /not see all of it; not seen: Agent jobs/],
  [subject, refusedBy(AT_SOURCE), 'blocked', /refused dms/],
] as const

describe('source/instance-objects-are-known', () => {
  it.each(TABLE)('%#', (about, evidence, verdict, summary) => {
    const judgement = fixtures.judgeStored(check, evidence, about)
    expect([judgement.verdict, judgement.summary]).toEqual([verdict, expect.stringMatching(summary)])
  })

  it('gives each verdict that it names', () => {
    fixtures.expectEveryVerdict(
      check,
      TABLE.map(([, , verdict]) => verdict),
    )
  })

  it('asks for the script, or for what takes the place of these things in Azure SQL Database', () => {
    expect(fixtures.judgeStored(check, TABLE[2][1], subject)).toMatchObject({
      remediation: { text: expect.stringMatching(/apply the script to the target before the cutover/) },
    })
    expect(fixtures.judgeStored(check, TABLE[2][1], database)).toMatchObject({
      remediation: { text: expect.stringMatching(/what takes its place there/) },
    })
  })

  describe('over the wire', () => {
    const admin = { user: 'dms', password: '', sysadmin: true }

    it('lists what the instance has, in one question', async () => {
      const rig = await openMachineRig(
        {
          logins: [admin, { user: 'app', password: 'x' }, { user: 'sa', password: 'x' }],
          agentJobs: ['nightly'],
          instanceObjects: [
            { kind: 'linked server', name: 'ERP' },
            { kind: 'credential', name: 'https://stmig.blob.core.windows.net/backups' },
          ],
        },
        {},
      )
      const told = await rig.verdict(check)
      expect(told.verdict).toBe('manual')
      expect(told.summary).toMatch(
        /2 logins \(dms, app\), 1 Agent job \(nightly\), 1 linked server \(ERP\), 1 credential/,
      )
      expect(rig.source.statements).toHaveLength(1)
    })

    it('has nothing to ask for on a bare instance', async () => {
      expect((await (await openMachineRig({}, {})).verdict(check)).verdict).toBe('pass')
    })

    it('does not take what is hidden for nothing', async () => {
      const rig = await openMachineRig({ logins: [{ user: 'dms', password: '' }] }, {})
      expect(await rig.verdict(check)).toMatchObject({
        verdict: 'blocked',
        judgement: { blockedBy: [{ id: 'source/login-has-control-server', subject: 'sales' }] },
      })
    })
  })
})
