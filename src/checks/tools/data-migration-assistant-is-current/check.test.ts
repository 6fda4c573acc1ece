import { describe, expect, it } from '@jest/globals'
import { evidenceIn, manifestWith } from '../../../../test/arm-fixtures.ts'
import { MANIFEST } from '../../../../test/fixtures.ts'
import type { Manifest } from '../../../domain/manifest.ts'
import { seen, unseen } from '../../../domain/observed.ts'
import type { FilePort } from '../../../ports/file-port.ts'
import type { Judgement } from '../../define.ts'
import check from './check.ts'

const { definition } = check
const PATH = 'migration/dma.json'
const at = MANIFEST.location
const stating = (version: string): Manifest =>
  manifestWith({ tools: { dataMigrationAssistant: { version, location: at } } })
const reporting = manifestWith({ tools: { assessment: { report: PATH, location: at } } })
const dataMigrationAssistant: FilePort['dataMigrationAssistant'] = () => Promise.resolve(seen({ found: false }))
const filesWith = (text: string): FilePort => ({
  dataMigrationAssistant,
  readText: () => Promise.resolve(seen({ found: true, text, bytes: text.length })),
})
const CLOCK = { now: () => Date.parse('2026-11-22T12:00:00Z') }
const DAY_MS = 86_400_000
const installed = (version?: string): FilePort => ({
  ...NO_FILES,
  dataMigrationAssistant: () => Promise.resolve(seen({ found: true, ...(version === undefined ? {} : { version }) })),
})
const NO_FILES: FilePort = {
  dataMigrationAssistant,
  readText: () => Promise.reject(new Error('not expected')),
}

/** Small reports of our own, with the fields that the tool writes. */
const report = (more: Record<string, unknown> = {}): string =>
  JSON.stringify({
    Status: 'Completed',
    TargetPlatform: 'AzureSqlDatabase',
    SourcePlatform: 'SqlOnPrem',
    DmaVersion: {},
    Databases: [{ Name: 'Sales' }],
    ...more,
  })

function subjectOf(manifest: Manifest) {
  const [subject] = definition.subjects(manifest)
  if (subject === undefined) throw new Error('no subject')
  return subject
}

async function run(manifest: Manifest, files: FilePort = NO_FILES): Promise<Judgement> {
  const subject = subjectOf(manifest)
  return definition.judge(evidenceIn(await definition.observe({ files, clock: CLOCK }, subject)), subject)
}

describe('tools/data-migration-assistant-is-current', () => {
  it.each<[string, Manifest, FilePort, Judgement['verdict'], string]>([
    ['a late release', stating('5.8'), NO_FILES, 'attested', 'Data Migration Assistant 5.8 is stated in the manifest'],
    ['the lowest release', stating('3.3'), NO_FILES, 'attested', '3.3 is stated'],
    ['a full version', stating('v5.6.5940.1'), NO_FILES, 'attested', 'v5.6.5940.1'],
    ['numbers, not text', stating('3.10'), NO_FILES, 'attested', '3.10'],
    [
      'too old',
      stating('3.2'),
      NO_FILES,
      'fail',
      'Data Migration Assistant 3.2 is stated in the manifest, older than 3.3',
    ],
    ['much too old', stating('3'), NO_FILES, 'fail', 'older than 3.3'],
    ['no number', stating('latest'), NO_FILES, 'unknown', '"latest" is no version number'],
    [
      'a report that shows a lower bound',
      reporting,
      filesWith(report({ TargetPlatform: 'ManagedSqlServer' })),
      'pass',
      'Data Migration Assistant 4.1 or later wrote migration/dma.json: it shows TargetPlatform ManagedSqlServer',
    ],
    [
      'a report of another source',
      reporting,
      filesWith(`\uFEFF${report({ SourcePlatform: 'RdsSqlServer' })}`),
      'pass',
      '4.3 or later',
    ],
    [
      'a report that shows none',
      reporting,
      filesWith(report()),
      'unknown',
      'target AzureSqlDatabase, source SqlOnPrem, 1 databases',
    ],
    [
      'a report without the version field',
      reporting,
      filesWith(report({ DmaVersion: undefined })),
      'unknown',
      'nothing in it shows the version',
    ],
    [
      'an installed release',
      manifestWith({ tools: {} }),
      installed('5.8.5935.1'),
      'pass',
      'DmaCmd.exe on this runner has the file version 5.8.5935.1',
    ],
    [
      'an installed one that is too old',
      stating('5.8'),
      installed('3.2.1.0'),
      'fail',
      '3.2.1.0, and 3.3 or later is asked for; the manifest states 5.8',
    ],
    ['an installed one without a version', stating('5.8'), installed(), 'attested', '5.8 is stated'],
    [
      'neither',
      manifestWith({ tools: {} }),
      NO_FILES,
      'manual',
      'neither a version of Data Migration Assistant nor an assessment report',
    ],
  ])('%s', async (_, manifest, files, verdict, summary) => {
    const judgement = await run(manifest, files)
    expect(judgement.verdict).toBe(verdict)
    expect(judgement.summary).toContain(summary)
  })

  it('takes the statement for the last word when a report is named as well', async () => {
    const tools = { ...stating('3.2').tools, ...reporting.tools }
    expect((await run(manifestWith({ tools }))).verdict).toBe('fail')
  })

  describe('with a limit of 30 days', () => {
    const limited = manifestWith({ tools: { assessment: { report: PATH, maxAgeMs: 30 * DAY_MS, location: at } } })
    const dated = (more: Record<string, unknown>) => filesWith(report({ TargetPlatform: 'ManagedSqlServer', ...more }))
    const OLD = '2026-09-01T12:00:00.1234567+00:00'

    it.each<[string, FilePort, Judgement['verdict'], string]>([
      ['young enough', dated({ StartedOn: '2026-11-02T09:12:44.1234567+00:00' }), 'pass', '4.1 or later'],
      ['ended in time', dated({ StartedOn: OLD, EndedOn: '2026-10-23T14:00:00+02:00' }), 'pass', '4.1 or later'],
      ['no zone', dated({ StartedOn: '2026-11-22T23:00:00' }), 'pass', '4.1 or later'],
      [
        'too old',
        dated({ StartedOn: OLD }),
        'unknown',
        `${PATH} of ${OLD} is 82 days old, and the manifest asks for one of at most 30 days`,
      ],
      ['a second too old', dated({ EndedOn: '2026-10-23T11:59:59Z' }), 'unknown', '30 days old'],
      ['no date', dated({}), 'unknown', `${PATH} does not tell when the assessment was made`],
      ['no real date', dated({ StartedOn: 'yesterday', EndedOn: '2026-13-45T00:00:00Z' }), 'unknown', 'does not tell'],
      ['the future', dated({ StartedOn: '2027-01-01T00:00:00Z' }), 'unknown', 'which is in the future'],
    ])('%s', async (_, files, verdict, summary) => {
      const judgement = await run(limited, files)
      expect(judgement.summary).toContain(summary)
      expect(judgement.verdict).toBe(verdict)
      if (judgement.verdict === 'unknown') expect(judgement.cause.kind).toBe('insufficient')
    })

    it('puts the age and the date into the evidence, and leaves a statement as it is', async () => {
      const files = dated({ StartedOn: '2026-11-21T12:00:00Z' })
      expect(evidenceIn(await definition.observe({ files, clock: CLOCK }, subjectOf(limited)))).toMatchObject({
        ageMs: DAY_MS,
        maxAgeMs: 30 * DAY_MS,
        report: { startedOn: '2026-11-21T12:00:00Z' },
      })
      const tools = { ...stating('5.8').tools, ...limited.tools }
      expect((await run(manifestWith({ tools }))).verdict).toBe('attested')
    })
  })

  it.each([
    ['no file', { ...NO_FILES, readText: () => Promise.resolve(seen({ found: false as const })) }, 'not-found'],
    ['no JSON', filesWith('<html>'), 'protocol'],
    ['another JSON', filesWith('{"Servers":[]}'), 'protocol'],
    ['a list', filesWith('[]'), 'protocol'],
    [
      'a file that is too large',
      { ...NO_FILES, readText: () => Promise.resolve(unseen('unsupported', 'too large')) },
      'unsupported',
    ],
  ])('hands on %s', async (_, files, kind) => {
    expect(await definition.observe({ files, clock: CLOCK }, subjectOf(reporting))).toMatchObject({
      ok: false,
      failure: { kind },
    })
  })

  it('is required only where nothing is said of an assessment', () => {
    const { severity } = definition.meta
    const of = (manifest: Manifest): unknown =>
      typeof severity === 'function' ? severity({ manifest, location: at }) : severity
    expect([of(manifestWith({ tools: {} })), of(stating('5.8')), of(reporting)]).toEqual([
      'required',
      'recommended',
      'recommended',
    ])
  })
})
