import { afterEach, describe, expect, it } from '@jest/globals'
import { AT_SOURCE, refusedBy } from '../../../../test/instance-fixtures.ts'
import {
  AT_MACHINE,
  MACHINE_HOST,
  machineAnswers,
  machineManifest,
  machineSubject,
  openMachineRig,
} from '../../../../test/machine-fixtures.ts'
import { MANIFEST } from '../../../../test/fixtures.ts'
import { blobWith, listing } from '../../../../test/storage-fixtures.ts'
import { closeSourceRigs } from '../../../../test/source-rig.ts'
import * as fixtures from '../../../../test/sql-fixtures.ts'
import type { JsonObject } from '../../../domain/json.ts'
import check from './check.ts'

afterEach(closeSourceRigs)

const subject = machineSubject(check)
const at2022 = machineAnswers({})
const target = (productVersion: string, edition = 'Enterprise Edition (64-bit)', engineEdition = 3) =>
  machineAnswers({}, { productVersion, edition, engineEdition })
const source = (productVersion: string, databases: JsonObject[] = []) => ({
  source: 'sales',
  outcome: 'seen',
  at: 'sql01.corp.example:1433',
  productVersion,
  edition: 'Enterprise Edition (64-bit)',
  databases,
})
const holds = (...features: string[]) => [{ database: 'Sales', features, gap: null }]
const denied = { kind: 'forbidden', why: 'permission was denied', missing: 'VIEW DATABASE STATE' }
const standard2017 = target('14.0.3456.2', 'Standard Edition (64-bit)', 2)

const TABLE = [
  [
    { target: at2022, sources: [source('16.0.1000.6'), source('10.50.6000.34')] },
    'pass',
    /SQL Server 2022 \(16.*2008 R2, 10\.50.*holds every feature/,
  ],
  [
    { target: standard2017, sources: [source('13.0.1601.5', holds('Compression', 'Partitioning'))] },
    'pass',
    /no database holds what its edition lacks/,
  ],
  [
    { target: target('15.0.2000.5'), sources: [source('15.0.4000.1'), source('16.0.1000.6')] },
    'fail',
    /source sales \(SQL Server 2022, 16\.0\.1000\.6, .*\) is newer$/,
  ],
  [{ target: target('10.0.6000.29'), sources: [source('10.50.1600.1')] }, 'fail', /2008 R2.*is newer/],
  [
    { target: standard2017, sources: [source('13.0.1601.5', holds('TransparentDataEncryption'))] },
    'fail',
    /its edition cannot hold TransparentDataEncryption of sales\/Sales/,
  ],
  [
    {
      target: target('16.0.1.1', 'Express Edition (64-bit)', 4),
      sources: [source('16.0.1.1', holds('ChangeCapture'))],
    },
    'fail',
    /ChangeCapture/,
  ],
  [
    { target: standard2017, sources: [source('14.0.1.1', [{ database: 'Sales', features: [], gap: denied }])] },
    'unknown',
    /features of sales\/Sales were not seen: permission was denied \(missing: VIEW DATABASE STATE\)/,
  ],
  [
    { target: standard2017, sources: [source('14.0.1.1', holds('Sorcery'))] },
    'unknown',
    /uses Sorcery, which this program does not know/,
  ],
  [
    {
      target: at2022,
      sources: [{ source: 'crm', outcome: 'unseen', kind: 'timeout', why: 'TCP 1433: timeout', missing: null }],
    },
    'unknown',
    /source crm was not seen: TCP 1433: timeout/,
  ],
  [{ target: at2022, sources: [source('sixteen')] }, 'unknown', /tells no version number/],
  [
    { target: target('12.0.2000.8', 'SQL Azure', 8), sources: [source('12.0.1.1')] },
    'unknown',
    /no SQL Server that this program can compare/,
  ],
  [{ target: refusedBy(AT_MACHINE), sources: [] }, 'blocked', new RegExp(`${MACHINE_HOST}:1433 refused`)],
  [
    { target: at2022, sources: [{ source: 'sales', outcome: 'no-login', login: refusedBy(AT_SOURCE) }] },
    'blocked',
    /sql01\.corp\.example:1433 refused/,
  ],
] as const

describe('target/version-is-not-older', () => {
  it.each(TABLE)('%# judges as %s', (evidence, verdict, summary) => {
    const judgement = fixtures.judgeStored(check, evidence, subject)
    expect([judgement.verdict, judgement.summary]).toEqual([verdict, expect.stringMatching(summary)])
  })

  const at2014 = target('12.0.6024.0')
  const from2014 = [source('12.0.2000.8')]
  const fact = (more: JsonObject) => [{ database: 'sales/Sales', ...more }]
  const shared = machineSubject(
    check,
    machineManifest({ sources: MANIFEST.sources.map((one) => ({ ...one, share: 'default' })) }),
  )

  it.each([
    ['page blobs', fact({ where: 'c/Sales/', block: 0, isCut: false }), subject, 'pass', /SQL Server 2014/],
    [
      'block blobs',
      fact({ where: 'c/Sales/', block: 2, isCut: false }),
      subject,
      'fail',
      /and 2 in c\/Sales\/ are block/,
    ],
    ['too many', fact({ where: 'c/Sales/', block: 0, isCut: true }), subject, 'unknown', /more blobs than are read/],
    [
      'unseen ones',
      fact({ gap: { kind: 'forbidden', why: 'no' } }),
      subject,
      'unknown',
      /of sales\/Sales are was not seen/,
    ],
    ['a share', [], shared, 'fail', /takes no backups from a share, as those of source sales are/],
  ] as const)('of 2014 looks at the backups: %s', (_, blobs, of, verdict, summary) => {
    const judgement = fixtures.judgeStored(check, { target: at2014, sources: from2014, blobs: [...blobs] }, of)
    expect([judgement.verdict, judgement.summary]).toEqual([verdict, expect.stringMatching(summary)])
  })

  it('of 2022 takes a share', () => {
    expect(fixtures.judgeStored(check, { target: at2022, sources: from2014 }, shared).verdict).toBe('pass')
  })

  it.each([
    ['block', { block: 1, page: 0, append: 0 }, 'fail'],
    ['page', { block: 0, page: 1, append: 0 }, 'pass'],
  ] as const)('of 2014 reads the kinds of the blobs: %s', async (_, kinds, verdict) => {
    const container = {
      ...{ name: 'default', url: 'https://stmig.blob.core.windows.net/backups', sas: { secret: 'SAS' } },
      location: MANIFEST.location,
    }
    const folder = listing(['a.bak'], { kinds })
    const rig = await openMachineRig(
      { version: [11, 0, 7001] },
      { version: [12, 0, 6024] },
      { containers: [container] },
      { blob: blobWith({ folders: { Sales: folder, Orders: folder } }) },
    )
    expect((await rig.verdict(check)).verdict).toBe(verdict)
  })

  it('gives each verdict that it names', () => {
    fixtures.expectEveryVerdict(
      check,
      TABLE.map(([, verdict]) => verdict),
    )
  })

  it('says of a named instance what the agent makes of it', () => {
    const evidence = { target: machineAnswers({}, { instanceName: 'SALES' }), sources: [source('16.0.1.1')] }
    expect(fixtures.judgeStored(check, evidence, subject).summary).toMatch(
      /named instance SALES, which the SQL IaaS Agent takes only/,
    )
  })

  describe('over the wire', () => {
    it('asks the databases for their features where the edition may lack some', async () => {
      const rig = await openMachineRig(
        {
          version: [13, 0, 1601],
          databases: [
            { name: 'Sales', skuFeatures: ['Compression'] },
            { name: 'Orders', skuFeatures: ['TransparentDataEncryption'] },
          ],
        },
        { version: [14, 0, 3456], engineEdition: 2 },
      )
      const told = await rig.verdict(check)
      expect([told.verdict, told.summary]).toEqual([
        'fail',
        expect.stringMatching(/cannot hold TransparentDataEncryption of sales\/Orders$/),
      ])
    })

    it('asks no database where the edition holds all', async () => {
      const rig = await openMachineRig({ databases: [] }, {})
      expect((await rig.verdict(check)).verdict).toBe('pass')
      expect([rig.source.statements.length, rig.target.statements.length]).toEqual([1, 1])
    })

    it('does not know what the login may not see', async () => {
      const rig = await openMachineRig(
        { logins: [{ user: 'dms', password: '', databases: ['Sales', 'Orders'] }] },
        { engineEdition: 2, edition: 'Web Edition (64-bit)' },
      )
      const told = await rig.verdict(check)
      expect([told.verdict, told.summary]).toEqual([
        'unknown',
        expect.stringMatching(/features of sales\/Sales were not seen.*missing: VIEW/),
      ])
    })

    it('finds a source that is newer', async () => {
      const rig = await openMachineRig({ version: [17, 0, 900] }, {})
      expect(await rig.verdict(check)).toMatchObject({
        verdict: 'fail',
        summary: expect.stringMatching(/SQL Server 2025.*is newer/),
      })
    })
  })
})
