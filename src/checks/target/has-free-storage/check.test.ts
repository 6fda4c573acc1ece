import { afterEach, describe, expect, it } from '@jest/globals'
import {
  answeredBy,
  AT_INSTANCE,
  AT_SOURCE,
  firstSubject,
  INSTANCE_HOST,
  refusedBy,
} from '../../../../test/instance-fixtures.ts'
import { closeSourceRigs, openMigrationRig } from '../../../../test/source-rig.ts'
import { AT_MACHINE, machineAnswers, machineSubject, openMachineRig } from '../../../../test/machine-fixtures.ts'
import * as fixtures from '../../../../test/sql-fixtures.ts'
import check from './check.ts'

afterEach(closeSourceRigs)

const subject = firstSubject(check)
const GB = 1024
const storage = (
  reserved: number | null,
  used: number | null,
  notSeen: { fact: string; why: string; missing: string }[] = [],
) =>
  answeredBy(AT_INSTANCE, {
    reservedMb: reserved === null ? null : reserved * GB,
    usedMb: used === null ? null : used * GB,
    notSeen,
  })
const sized = (...sizes: (number | null)[]) => ({
  source: 'sales',
  outcome: 'seen',
  sizes: sizes.map((size, place) => ({ database: `Db${String(place)}`, sizeMb: size === null ? null : size * GB })),
})
const HIDDEN = { fact: 'storage', why: 'VIEW SERVER STATE permission was denied', missing: 'VIEW SERVER STATE' }
const UNSEEN = { source: 'crm', outcome: 'unseen', kind: 'timeout', why: 'TCP 1433: timeout', missing: null }

const TABLE = [
  [
    { instance: storage(1024, 24), sizes: [sized(100, 900)] },
    'pass',
    '2 databases need 1000.0 GB; the instance has 1024.0 GB, of which 24.0 GB is used, so 0.0 GB stay free',
  ],
  [
    { instance: storage(1024, 24), sizes: [sized(100), sized(900.5)] },
    'fail',
    `${INSTANCE_HOST}:1433 has no room for them: 2 databases need 1000.5 GB`,
  ],
  [
    { instance: storage(64, null, [HIDDEN]), sizes: [sized(65)] },
    'fail',
    'the instance has 64.0 GB, of which an unknown part is used',
  ],
  [{ instance: storage(64, 10), sizes: [sized(60), UNSEEN] }, 'fail', '1 database needs 60.0 GB'],
  [
    { instance: storage(64, null, [HIDDEN]), sizes: [sized(10)] },
    'unknown',
    'not seen: storage (missing: VIEW SERVER STATE)',
  ],
  [{ instance: storage(null, null), sizes: [sized(10)] }, 'unknown', 'does not tell how much of its storage is used'],
  [
    { instance: storage(64, 10), sizes: [sized(10), UNSEEN] },
    'unknown',
    'the sizes at source crm were not seen: TCP 1433: timeout',
  ],
  [{ instance: storage(64, 10), sizes: [sized(10, null)] }, 'unknown', 'source sales shows no files of Db1'],
  [{ instance: refusedBy(AT_INSTANCE), sizes: [sized(10)] }, 'blocked', `${INSTANCE_HOST}:1433 refused dms`],
  [
    { instance: storage(64, 10), sizes: [{ source: 'sales', outcome: 'no-login', login: refusedBy(AT_SOURCE) }] },
    'blocked',
    'sql01.corp.example:1433 refused dms',
  ],
] as const

describe('target/has-free-storage', () => {
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

  it('asks for as much storage as all of it takes, in steps that Azure sells', () => {
    expect(fixtures.judgeStored(check, TABLE[1][0], subject)).toMatchObject({
      remediation: {
        scripts: [{ code: expect.stringMatching(/^az sql mi update .*--name mi-erp .*--storage 1056GB$/s) }],
      },
    })
  })

  it('names who refused the login', () => {
    for (const [place, id, name] of [
      [8, 'target/login-is-accepted', 'default'],
      [9, 'source/login-is-accepted', 'sales'],
    ] as const) {
      expect(check.judge(TABLE[place][0], subject)).toMatchObject({ blockedBy: [{ id, subject: name }] })
    }
  })

  describe('over the wire', () => {
    it('adds up what goes to the instance, in one question to each server', async () => {
      const rig = await openMigrationRig(
        { databases: [{ name: 'Sales', sizeMb: 1024 }, { name: 'Orders', sizeMb: 2048 }, { name: 'Others' }] },
        { storage: { reservedMb: 32_768, usedMb: 1024 } },
      )
      const told = await rig.verdict(check)
      expect([told.verdict, told.summary]).toEqual([
        'pass',
        expect.stringMatching(
          /2 databases need 3\.0 GB; the instance has 32\.0 GB, of which 1\.0 GB is used, so 28\.0 GB stay/,
        ),
      ])
      expect([rig.source.statements.length, rig.instance.statements.length]).toEqual([1, 1])
    })

    it('takes the size that Azure sells where the instance tells nothing', async () => {
      const rig = await openMigrationRig({}, { logins: [{ user: 'dms', password: '' }] }, { storageSizeInGB: 32 })
      const told = await rig.verdict(check)
      expect([told.verdict, told.summary]).toEqual([
        'unknown',
        expect.stringMatching(/the instance has 32\.0 GB, of which an unknown part is used/),
      ])
      expect(told.judgement).toMatchObject({ cause: { kind: 'forbidden' } })
    })

    it('does not know sizes that the source hides', async () => {
      const rig = await openMigrationRig({ logins: [{ user: 'dms', password: '' }] }, {})
      const told = await rig.verdict(check)
      expect([told.verdict, told.summary]).toEqual([
        'unknown',
        expect.stringMatching(/sizes at source sales were not seen: .*\(missing: VIEW ANY DEFINITION\)/),
      ])
    })
  })
})

describe('target/has-free-storage of a virtual machine', () => {
  const machine = machineSubject(check)
  const on = (volume: string, freeGb: number | null) => ({
    path: `${volume}sql`,
    volume,
    freeMb: freeGb === null ? null : freeGb * GB,
  })
  const has = (data: object | null, log: object | null, notSeen: object[] = []) =>
    machineAnswers({ data, log, tempDb: ['D:\\'], notSeen } as never)
  const comes = (...sizes: [dataGb: number | null, logGb: number | null][]) => ({
    source: 'sales',
    outcome: 'seen',
    sizes: sizes.map(([data, log], place) => ({
      database: `Db${String(place)}`,
      dataMb: data === null ? null : data * GB,
      logMb: log === null ? null : log * GB,
    })),
  })
  const [F, G] = ['F:\\', 'G:\\']
  const NO_DRIVES = { fact: 'drives', why: 'Invalid object name' }

  it.each([
    [
      { machine: has(on(F, 100), on(G, 10)), sizes: [comes([60, 4], [40, 6])] },
      'pass',
      /2 databases need 100\.0 GB for data and 10\.0 GB for logs; F:\\ \(data\) has 100\.0 GB free, G:\\ \(logs\) has 10\.0 GB free; whether the disks are fast enough/,
    ],
    [
      { machine: has(on(F, 100), on(G, 10)), sizes: [comes([60, 11])] },
      'fail',
      /has no room for them on G:\\: 1 database needs/,
    ],
    [
      { machine: has(on(F, 100), on('f:\\', 100)), sizes: [comes([60, 41])] },
      'fail',
      /on F:\\.*\(data and logs\) has 100\.0 GB free/,
    ],
    [{ machine: has(on(F, 1), on(G, null)), sizes: [UNSEEN, comes([2, 1])] }, 'fail', /has no room for them on F:/],
    [
      { machine: has(on(F, 100), on(G, null), [NO_DRIVES]), sizes: [comes([60, 1])] },
      'unknown',
      /does not tell how much is free on the volumes.*not seen: drives.*G:\\ \(logs\) has an unknown part free/,
    ],
    [
      { machine: has(null, null, [HIDDEN]), sizes: [comes([60, 1])] },
      'unknown',
      /volumes of the default folders are not known/,
    ],
    [
      { machine: has(on(F, 100), on(G, 10)), sizes: [comes([1, null])] },
      'unknown',
      /source sales shows no files of Db0/,
    ],
    [
      { machine: has(on(F, 100), on(G, 10)), sizes: [UNSEEN] },
      'unknown',
      /sizes at source crm were not seen: TCP 1433: timeout/,
    ],
    [{ machine: refusedBy(AT_MACHINE), sizes: [] }, 'blocked', /vm-sql\.corp\.example:1433 refused/],
    [
      {
        machine: has(on(F, 1), on(G, 1)),
        sizes: [{ source: 'sales', outcome: 'no-login', login: refusedBy(AT_SOURCE) }],
      },
      'blocked',
      /sql01/,
    ],
  ] as const)('%# judges as %s', (evidence, verdict, summary) => {
    const judgement = fixtures.judgeStored(check, evidence, machine)
    expect([judgement.verdict, judgement.summary]).toEqual([verdict, expect.stringMatching(summary)])
  })

  describe('over the wire', () => {
    const volumes = (freeMb: number, empty: string[] = []) => ({
      drives: [F, G, 'D:\\'].map((mount) => ({ mount, totalMb: 100_000, freeMb })),
      empty,
      dataPath: `${F}data`,
      logPath: `${G}log`,
      tempDb: 'D:\\',
    })
    const databases = [{ name: 'Sales', sizeMb: 4096 }, { name: 'Orders', sizeMb: 4096 }, { name: 'Others' }]

    it.each([
      ['enough', {}, volumes(6144), 'pass', /2 databases need 6\.0 GB for data and 2\.0 GB for logs; F:.*6\.0 GB free/],
      ['too little', {}, volumes(6000), 'fail', /no room for them on F:/],
      ['volumes without a file of the server', {}, volumes(6144, [F, G]), 'pass', /F:\\ \(data\) has 6\.0 GB free/],
      [
        'the same of a server that does not list drives',
        {
          refusesStatements: [
            {
              holding: 'fixed_drive_path',
              error: { number: 208, state: 1, severity: 16, message: 'Invalid object name' },
            },
          ],
        },
        volumes(6144, [F, G]),
        'unknown',
        /not seen: drives/,
      ],
    ] as const)('%s', async (_world, target, places, verdict, summary) => {
      const rig = await openMachineRig({ databases }, { ...target, volumes: places })
      const told = await rig.verdict(check)
      expect([told.verdict, told.summary]).toEqual([verdict, expect.stringMatching(summary)])
    })

    it('does not know sizes that the source hides', async () => {
      const rig = await openMachineRig({ databases, logins: [{ user: 'dms', password: '' }] }, {})
      expect(await rig.verdict(check)).toMatchObject({
        verdict: 'unknown',
        summary: expect.stringMatching(/sizes at source sales were not seen: .*missing: VIEW ANY DEFINITION/),
      })
    })
  })
})
