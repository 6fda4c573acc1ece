import { describe, expect, it } from '@jest/globals'
import { evidenceIn } from '../../../../test/arm-fixtures.ts'
import { MODERN, modernWith, SHARED } from '../../../../test/modern-fixtures.ts'
import type { Manifest } from '../../../domain/manifest.ts'
import type { Judgement } from '../../define.ts'
import check from './check.ts'

const { definition } = check
const SCHEMA = { schemaMigration: true }
const stating = (version: string, dms: Partial<Manifest['dms']> = {}): Manifest =>
  modernWith({ tools: { integrationRuntime: { version, location: MODERN.location } } }, dms)

function subjectOf(manifest: Manifest) {
  const [subject] = definition.subjects(manifest)
  if (subject === undefined) throw new Error('no subject')
  return subject
}

async function run(manifest: Manifest): Promise<Judgement> {
  const subject = subjectOf(manifest)
  return definition.judge(evidenceIn(await definition.observe({}, subject)), subject)
}

describe('service/runtime-is-current', () => {
  it.each<[string, Manifest, Judgement['verdict'], string]>([
    ['the lowest', stating('5.37', SCHEMA), 'attested', 'Integration runtime 5.37 is stated in the manifest'],
    ['a full version', stating('5.58.9344.1', SCHEMA), 'attested', '5.58.9344.1'],
    ['the next generation', stating('6.0'), 'attested', '6.0'],
    ['too old', stating('5.36.8726.3', SCHEMA), 'fail', 'refuses schema migration through it'],
    ['numbers, not text', stating('5.4', SCHEMA), 'fail', 'older than 5.37'],
    ['too old without schema migration', stating('5.28.8488'), 'fail', 'nothing of this migration demands more'],
    ['no number', stating('latest', SCHEMA), 'unknown', '"latest" is no version number'],
    ['half a number', stating('5', SCHEMA), 'unknown', '"5" is no version number'],
    ['nothing stated', modernWith({}, SCHEMA), 'manual', 'on which schema migration depends'],
    ['nothing stated, without schema migration', MODERN, 'manual', 'does not state the version'],
    ['no runtime', modernWith({ scenario: 'sql-server-to-sql-server-on-azure-vm' }), 'not-applicable', 'container'],
  ])('%s', async (_, manifest, verdict, summary) => {
    const judgement = await run(manifest)
    expect(judgement.verdict).toBe(verdict)
    expect(judgement.summary).toContain(summary)
  })

  it('is required for schema migration alone', () => {
    const { severity } = definition.meta
    const of = (manifest: Manifest): unknown => typeof severity === 'function' && severity(subjectOf(manifest).spec)
    expect([modernWith({}, SCHEMA), MODERN, SHARED].map(of)).toEqual(['required', 'recommended', 'recommended'])
  })
})
