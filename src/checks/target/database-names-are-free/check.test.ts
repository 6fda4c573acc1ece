import { afterEach, describe, expect, it } from '@jest/globals'
import { answeredBy, AT_INSTANCE, firstSubject, INSTANCE_HOST, refusedBy } from '../../../../test/instance-fixtures.ts'
import { closeSourceRigs, openInstanceRig } from '../../../../test/source-rig.ts'
import { openMachineRig } from '../../../../test/machine-fixtures.ts'
import * as fixtures from '../../../../test/sql-fixtures.ts'
import check from './check.ts'
import { isSameName } from '../../fold-name.ts'

afterEach(closeSourceRigs)

const subject = firstSubject(check)
const SALES = { name: 'Sales', state: 'ONLINE' }

const TABLE = [
  [
    answeredBy(AT_INSTANCE, { taken: null, seen: 5 }),
    'pass',
    `5 databases are on ${INSTANCE_HOST}:1433, and none is named Sales`,
  ],
  [answeredBy(AT_INSTANCE, { taken: SALES, seen: 5 }), 'fail', 'The name Sales is taken: '],
  [
    answeredBy(AT_INSTANCE, { taken: { ...SALES, name: 'SALES' }, seen: 5 }),
    'fail',
    'the same name by its collation SQL_Latin1',
  ],
  [answeredBy(AT_INSTANCE, { taken: SALES, seen: 2 }, { viewAnyDatabase: 0 }), 'fail', 'is taken'],
  [answeredBy(AT_INSTANCE, { taken: null, seen: 2 }, { viewAnyDatabase: 0 }), 'unknown', 'it lacks VIEW ANY DATABASE'],
  [
    answeredBy(AT_INSTANCE, { taken: null, seen: 2 }, { viewAnyDatabase: null }),
    'unknown',
    'it lacks VIEW ANY DATABASE',
  ],
  [refusedBy(AT_INSTANCE), 'blocked', 'refused dms with error 18456'],
] as const

describe('target/database-names-are-free', () => {
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

  it('says how to make room', () => {
    expect(fixtures.judgeStored(check, TABLE[1][0], subject)).toMatchObject({
      remediation: {
        scripts: [
          { code: expect.stringContaining('ALTER DATABASE [Sales] MODIFY NAME = [<another name>];') },
          { code: 'databases:\n  - { name: NAME, as: "Sales-migrated" }' },
        ],
      },
    })
  })

  it.each([
    ['Sales', 'SALES', 'SQL_Latin1_General_CP1_CI_AS', true],
    ['Sales', 'SALES', 'Latin1_General_CS_AS', false],
    ['Sales', 'SALES', 'Latin1_General_BIN2', false],
    ['Sales', 'SALES', null, true],
    ['Café', 'Cafe', 'Latin1_General_CI_AI', true],
    ['Café', 'CAFE', 'Latin1_General_CS_AI', false],
    ['Café', 'Cafe', 'Latin1_General_CI_AS', false],
    ['Caf\u00e9', 'Cafe\u0301', 'Latin1_General_CS_AS', true],
    ['Ｓales', 'Sales', 'Japanese_CI_AS', true],
    ['Ｓales', 'Sales', 'Japanese_CI_AS_KS_WS', false],
    ['Sales', 'Orders', null, false],
  ])('takes %s and %s by %s for one: %s', (left, right, collation, isSame) => {
    expect(isSameName(left, right, collation)).toBe(isSame)
  })

  describe('over the wire', () => {
    it.each([
      ['no such database', {}, 'pass', /none is named Sales/],
      ['one in another letter case', { databases: [{ name: 'SALES' }] }, 'fail', /a database SALES \(ONLINE\)/],
      ['one that is restoring', { databases: [{ name: 'Sales', state: 'RESTORING' }] }, 'fail', /Sales \(RESTORING\)/],
      ['a login that sees only some', { viewAnyDatabase: false }, 'unknown', /lacks VIEW ANY DATABASE/],
    ] as const)('%s', async (_world, state, verdict, summary) => {
      const rig = await openInstanceRig(state)
      const told = await rig.verdict(check)
      await closeSourceRigs()
      expect([told.verdict, told.summary]).toEqual([verdict, expect.stringMatching(summary)])
      expect(rig.server.statements).toHaveLength(1)
    })
  })
})

describe('target/database-names-are-free of a virtual machine', () => {
  it.each([
    [[], 'pass'],
    [[{ name: 'SALES' }], 'fail'],
  ])('over the wire, with %j', async (databases, verdict) => {
    const rig = await openMachineRig({}, { databases })
    expect((await rig.verdict(check)).verdict).toBe(verdict)
  })
})
