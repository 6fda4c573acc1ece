import { afterEach, describe, expect, it } from '@jest/globals'
import {
  answeredBy,
  AT_INSTANCE,
  AT_SOURCE,
  databaseAt,
  firstSubject,
  refusedBy,
} from '../../../../test/instance-fixtures.ts'
import { closeSourceRigs, openMigrationRig } from '../../../../test/source-rig.ts'
import { openMachineRig } from '../../../../test/machine-fixtures.ts'
import * as fixtures from '../../../../test/sql-fixtures.ts'
import check from './check.ts'

afterEach(closeSourceRigs)

const subject = firstSubject(check)
const option = (...inUse: (0 | 1 | null)[]) => answeredBy(AT_INSTANCE, { rows: inUse.map((one) => ({ inUse: one })) })
const contained = (containment: string | null, more: object = {}) => databaseAt(AT_SOURCE, { containment, ...more })
const HIDDEN = { fact: 'containment', why: 'timeout' }
const OLD = { ...contained(null), server: { ...contained(null).server, productVersion: '10.50.6000' } }

const TABLE = [
  [
    { source: contained('PARTIAL'), instance: option(1) },
    'pass',
    /is contained \(PARTIAL\); `contained database authentication` is on/,
  ],
  [{ source: contained('PARTIAL'), instance: option(0) }, 'fail', /is off at mi-erp/],
  [{ source: contained('NONE'), instance: option(0) }, 'not-applicable', /is not contained/],
  [{ source: OLD, instance: option(0) }, 'not-applicable', /is not contained/],
  [
    { source: contained(null, { notSeen: [HIDDEN] }), instance: option(1) },
    'unknown',
    /containment could not be seen: timeout/,
  ],
  [{ source: contained('PARTIAL'), instance: option() }, 'unknown', /does not tell whether its option/],
  [{ source: contained('PARTIAL'), instance: option(null) }, 'unknown', /does not tell whether its option/],
  [{ source: refusedBy(AT_SOURCE), instance: option(1) }, 'blocked', /refused dms/],
  [{ source: contained('PARTIAL'), instance: refusedBy(AT_INSTANCE) }, 'blocked', /refused dms/],
] as const

describe('target/allows-contained-databases', () => {
  it.each(TABLE)('%# judges as %s', (evidence, verdict, summary) => {
    const judgement = fixtures.judgeStored(check, evidence, subject)
    expect([judgement.verdict, judgement.summary]).toEqual([verdict, expect.stringMatching(summary)])
  })

  it('gives each verdict that it names', () => {
    fixtures.expectEveryVerdict(
      check,
      TABLE.map(([, verdict]) => verdict),
    )
  })

  it.each([
    ['contained, and let in', 'PARTIAL', true, 'pass'],
    ['contained', 'PARTIAL', false, 'fail'],
    ['not contained', 'NONE', false, 'not-applicable'],
  ] as const)('over the wire: %s', async (_world, containment, containedAuthentication, verdict) => {
    const rig = await openMigrationRig({ databases: [{ name: 'Sales', containment }] }, { containedAuthentication })
    expect((await rig.verdict(check)).verdict).toBe(verdict)
  })
})

describe('target/allows-contained-databases of a virtual machine', () => {
  it.each([
    [true, 'pass'],
    [false, 'fail'],
  ] as const)('over the wire, with the option %s', async (containedAuthentication, verdict) => {
    const rig = await openMachineRig(
      { databases: [{ name: 'Sales', containment: 'PARTIAL' }] },
      { containedAuthentication },
    )
    expect((await rig.verdict(check)).verdict).toBe(verdict)
  })
})
