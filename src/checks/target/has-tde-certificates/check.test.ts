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
import { AT_MACHINE, machineAnswers, machineSubject, openMachineRig } from '../../../../test/machine-fixtures.ts'
import * as fixtures from '../../../../test/sql-fixtures.ts'
import check from './check.ts'

afterEach(closeSourceRigs)

const subject = firstSubject(check)
const THUMB = '0A1B2C3D4E5F60718293A4B5C6D7E8F901234567'
const lists = (...thumbprints: string[]) =>
  answeredBy(AT_INSTANCE, { rows: thumbprints.map((thumbprint) => ({ name: 'tde-0', thumbprint, isUsable: 1 })) })
const key = (state: number, thumbprint: string | null = THUMB) =>
  databaseAt(AT_SOURCE, { encryption: { state, thumbprint } })
const HIDDEN = { fact: 'encryption keys', why: 'permission was denied', missing: 'VIEW SERVER STATE' }

const TABLE = [
  [
    { source: key(3), instance: lists('FF', THUMB.toLowerCase()) },
    'pass',
    /is encrypted, its key protected by the certificate 0A1B.*lists that certificate as tde-0/,
  ],
  [{ source: key(3), instance: lists('FF') }, 'manual', /does not list it, as it does not list uploaded certificates/],
  [{ source: key(1), instance: lists() }, 'manual', /is not encrypted, with a key/],
  [{ source: key(9), instance: lists() }, 'manual', /in encryption state 9/],
  [{ source: key(3, null), instance: lists() }, 'manual', /something that the server does not name/],
  [{ source: databaseAt(AT_SOURCE, {}), instance: lists() }, 'not-applicable', /has no encryption key/],
  [
    { source: databaseAt(AT_SOURCE, { notSeen: [HIDDEN] }), instance: lists(THUMB) },
    'unknown',
    /encryption keys could not be seen: permission was denied \(missing: VIEW SERVER STATE\)/,
  ],
  [{ source: { ...key(3), state: null }, instance: lists() }, 'blocked', /the database Sales was not seen/],
  [{ source: refusedBy(AT_SOURCE), instance: lists() }, 'blocked', /sql01\.corp\.example:1433 refused/],
  [{ source: key(3), instance: refusedBy(AT_INSTANCE) }, 'blocked', /mi-erp\.1b4e.*:1433 refused/],
] as const

const onMachine = (controlServer: 0 | 1, ...thumbprints: string[]) =>
  machineAnswers(
    { rows: thumbprints.map((thumbprint) => ({ name: 'tde-0', thumbprint, isUsable: 1 })) },
    { controlServer },
  )

/** A SQL Server of a virtual machine lists what it has. */
const MACHINE_TABLE = [
  [{ source: key(3), instance: onMachine(0, 'FF', THUMB) }, 'pass', /lists that certificate as tde-0/],
  [
    { source: key(3), instance: onMachine(1, 'FF') },
    'fail',
    /lists 1 certificates and keys in master, and not that one$/,
  ],
  [{ source: key(3), instance: onMachine(0) }, 'unknown', /and may not show all of them/],
  [
    { source: key(3, null), instance: onMachine(1) },
    'unknown',
    /what vm-sql\.corp\.example:1433 would need is not known/,
  ],
  [{ source: databaseAt(AT_SOURCE, {}), instance: onMachine(1) }, 'not-applicable', /has no encryption key/],
  [{ source: key(3), instance: refusedBy(AT_MACHINE) }, 'blocked', /vm-sql.*refused/],
] as const

describe('target/has-tde-certificates of a virtual machine', () => {
  const machine = machineSubject(check)

  it.each(MACHINE_TABLE)('%# judges as %s', (evidence, verdict, summary) => {
    const judgement = fixtures.judgeStored(check, evidence, machine)
    expect([judgement.verdict, judgement.summary]).toEqual([verdict, expect.stringMatching(summary)])
  })

  it('refuses one without its private key, and tells how to bring it', () => {
    const keyless = { name: 'tde-0', thumbprint: THUMB, isUsable: 0 }
    const evidence = { source: key(3), instance: machineAnswers({ rows: [keyless] }, { controlServer: 1 }) }
    expect(fixtures.judgeStored(check, evidence, machine)).toMatchObject({
      verdict: 'fail',
      summary: expect.stringMatching(/without its private key .*33101/),
      remediation: { scripts: [{ code: expect.stringMatching(/CREATE CERTIFICATE/) }] },
    })
  })

  it('does not take a list that was cut for the whole', () => {
    const many = Array.from({ length: 1000 }, (_, place) => String(place))
    const evidence = { source: key(3), instance: onMachine(1, ...many) }
    expect(fixtures.judgeStored(check, evidence, machine).verdict).toBe('unknown')
  })

  it('prints how to copy the certificate that is missing', () => {
    expect(fixtures.judgeStored(check, MACHINE_TABLE[1][0], machine)).toMatchObject({
      remediation: {
        scripts: [{ code: expect.stringMatching(new RegExp(`thumbprint .*${THUMB}[^]*CREATE CERTIFICATE`)) }],
      },
    })
  })

  it.each([
    ['copied', [THUMB], 'pass'],
    ['not copied', [], 'fail'],
    ['copied without its key', [`${THUMB} without key`], 'fail'],
    ['copied once more with its key', [`${THUMB} without key`, THUMB], 'pass'],
  ] as const)('over the wire: %s', async (_world, certificates, verdict) => {
    const rig = await openMachineRig({ databases: [{ name: 'Sales', encryptedBy: THUMB }] }, { certificates })
    expect((await rig.verdict(check)).verdict).toBe(verdict)
  })
})

describe('target/has-tde-certificates', () => {
  it.each(TABLE)('%# judges as %s', (evidence, verdict, summary) => {
    const judgement = fixtures.judgeStored(check, evidence, subject)
    expect([judgement.verdict, judgement.summary]).toEqual([verdict, expect.stringMatching(summary)])
  })

  it('gives each verdict that it names', () => {
    fixtures.expectEveryVerdict(
      check,
      [...TABLE, ...MACHINE_TABLE].map(([, verdict]) => verdict),
    )
  })

  it('uploads the certificate', () => {
    expect(fixtures.judgeStored(check, TABLE[1][0], subject)).toMatchObject({
      remediation: {
        scripts: [
          {
            language: 'powershell',
            code: expect.stringMatching(/-ResourceGroupName 'rg' -ManagedInstanceName 'mi-erp'/),
          },
        ],
      },
    })
  })

  it('looks at every database of the sources, within both servers', () => {
    expect([subject.name, subject.within]).toEqual([
      'sales/Sales',
      ['sql-server:sales', 'target:default', 'manifest:Wave 1'],
    ])
  })

  it.each([
    ['encrypted and uploaded', { encryptedBy: THUMB }, [THUMB], 'pass'],
    ['encrypted', { encryptedBy: THUMB }, [], 'manual'],
    ['not encrypted', {}, [], 'not-applicable'],
  ])('over the wire: %s', async (_world, database, certificates, verdict) => {
    const rig = await openMigrationRig({ databases: [{ name: 'Sales', ...database }] }, { certificates })
    expect((await rig.verdict(check)).verdict).toBe(verdict)
    expect([rig.source.statements.length, rig.instance.statements.length]).toEqual([1, 1])
  })
})
