import { afterEach, describe, expect, it } from '@jest/globals'
import { answeredBy, AT_SOURCE, refusedBy } from '../../../../test/instance-fixtures.ts'
import { machineSubject, openMachineRig } from '../../../../test/machine-fixtures.ts'
import { closeSourceRigs } from '../../../../test/source-rig.ts'
import * as fixtures from '../../../../test/sql-fixtures.ts'
import type { JsonObject } from '../../../domain/json.ts'
import check from './check.ts'

afterEach(closeSourceRigs)

const subject = machineSubject(check)
const THUMB = '0A1B2C3D4E5F60718293A4B5C6D7E8F901234567'
const none = { database: 'Sales', tde: null, count: 0, keys: [], gap: null }
const gap = { kind: 'forbidden', why: 'the login may not see all keys', missing: 'VIEW DEFINITION in the database' }
const columnKey = { kind: 'column master key', name: 'CMK', store: 'AZURE_KEY_VAULT' }
const master = { kind: 'symmetric key', name: '##MS_DatabaseMasterKey##', store: null }
const HIDDEN = { fact: 'TDE', why: 'permission was denied', missing: 'VIEW SERVER STATE' }
const has = (databases: JsonObject[], notSeen: JsonObject[] = []) => answeredBy(AT_SOURCE, { databases, notSeen })

const TABLE = [
  [has([none]), 'not-applicable', /neither transparent data encryption nor a key or certificate in the database on/],
  [has([none, { ...none, database: 'Orders' }]), 'not-applicable', /in the 2 databases/],
  [
    has([
      { ...none, tde: THUMB, count: 2, keys: [columnKey, master] },
      { ...none, database: 'Orders', gap },
    ]),
    'manual',
    /Sales has transparent data encryption \(0A1B.*\), column master key CMK in AZURE_KEY_VAULT, symmetric key ##MS_.*; the keys of Orders were not all seen/,
  ],
  [has([{ ...none, count: 40, keys: Array.from({ length: 20 }, () => master) }]), 'manual', /, 35 more$/],
  [has([{ ...none, gap }]), 'unknown', /the keys of Sales were not all seen: .*missing: VIEW DEFINITION/],
  [has([none], [HIDDEN]), 'unknown', /not seen: TDE \(missing: VIEW SERVER STATE\)/],
  [refusedBy(AT_SOURCE), 'blocked', /refused dms/],
] as const

describe('source/encryption-is-inventoried', () => {
  it.each(TABLE)('%#', (evidence, verdict, summary) => {
    const judgement = fixtures.judgeStored(check, evidence, subject)
    expect([judgement.verdict, judgement.summary]).toEqual([verdict, expect.stringMatching(summary)])
  })

  it('gives each verdict that it names', () => {
    fixtures.expectEveryVerdict(
      check,
      TABLE.map(([, verdict]) => verdict),
    )
  })

  it('says what each kind needs', () => {
    expect(fixtures.judgeStored(check, TABLE[2][0], subject)).toMatchObject({
      remediation: { text: expect.stringMatching(/TDE: .*Always Encrypted: .*Database master key: /) },
    })
  })

  describe('over the wire', () => {
    it.each([
      ['the newest full backup is encrypted', [{ encryptedBy: THUMB }], 'manual'],
      ['an older one was', [{ encryptedBy: THUMB }, {}], 'not-applicable'],
    ] as const)('%s', async (_, all, verdict) => {
      const made = { type: 'D' as const, finished: '2026-11-20T01:00:00', checksums: true }
      const backups = all.map((one) => ({ ...made, ...one }))
      const rig = await openMachineRig({ databases: [{ name: 'Sales', backups }, { name: 'Orders' }] }, {})
      const told = await rig.verdict(check)
      expect([told.verdict, told.summary]).toEqual([
        verdict,
        expect.stringMatching(
          verdict === 'manual' ? new RegExp(`of its backups, ${THUMB}`) : /nor an encrypted backup/,
        ),
      ])
    })

    const keys = [
      { kind: 'certificate' as const, name: 'signing' },
      { kind: 'column master key' as const, name: 'CMK', store: 'MSSQL_CERTIFICATE_STORE' },
    ]

    it('looks into every database', async () => {
      const rig = await openMachineRig(
        {
          databases: [
            { name: 'Sales', encryptedBy: THUMB },
            { name: 'Orders', keys },
          ],
        },
        {},
      )
      const told = await rig.verdict(check)
      expect([told.verdict, told.summary]).toEqual([
        'manual',
        expect.stringMatching(
          /Sales has transparent data encryption \(0A1B.*; Orders has certificate signing, column master key CMK in MSSQL_CERTIFICATE_STORE$/,
        ),
      ])
    })

    it('asks a server before 2016 for no column master keys', async () => {
      const rig = await openMachineRig(
        { version: [12, 0, 6024], databases: [{ name: 'Sales' }, { name: 'Orders' }] },
        {},
      )
      expect((await rig.verdict(check)).verdict).toBe('not-applicable')
      expect(rig.source.statements.filter((text) => text.includes('column_master_keys'))).toEqual([])
    })

    it('does not take what is hidden for nothing', async () => {
      const rig = await openMachineRig({ logins: [{ user: 'dms', password: '', databases: ['Sales', 'Orders'] }] }, {})
      const told = await rig.verdict(check)
      expect([told.verdict, told.summary]).toEqual([
        'unknown',
        expect.stringMatching(/keys of Sales were not all seen.*VIEW DEFINITION in the database/),
      ])
    })
  })
})
