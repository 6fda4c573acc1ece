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
const filesWith = (text: string): FilePort => ({
  readText: () => Promise.resolve(seen({ found: true, text, bytes: text.length })),
})
const NO_FILES: FilePort = { readText: () => Promise.reject(new Error('not expected')) }

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
  return definition.judge(evidenceIn(await definition.observe({ files }, subject)), subject)
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

  it.each([
    ['no file', { readText: () => Promise.resolve(seen({ found: false as const })) }, 'not-found'],
    ['no JSON', filesWith('<html>'), 'protocol'],
    ['another JSON', filesWith('{"Servers":[]}'), 'protocol'],
    ['a list', filesWith('[]'), 'protocol'],
    [
      'a file that is too large',
      { readText: () => Promise.resolve(unseen('unsupported', 'too large')) },
      'unsupported',
    ],
  ])('hands on %s', async (_, files, kind) => {
    expect(await definition.observe({ files }, subjectOf(reporting))).toMatchObject({ ok: false, failure: { kind } })
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
