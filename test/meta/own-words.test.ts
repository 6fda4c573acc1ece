import { describe, expect, it } from '@jest/globals'
import { isWeakSecret } from '../../src/domain/weak-secret.ts'
import { renderOutputs } from '../../src/render/outputs.ts'
import { OWN_WORDS } from '../../src/run/own-words.ts'
import { renderFiles } from '../../src/run/report-files.ts'
import {
  badManifestReport,
  changedReport,
  conditionsReport,
  notReadyReport,
  undeterminedReport,
} from '../golden/reports.ts'

function keysOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(keysOf)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) => (key === 'evidence' ? [key] : [key, ...keysOf(item)]))
}

// A secret that is such a word is not redacted in finished text: a key that is missing here could become `***`.
describe.each([badManifestReport(), changedReport(), conditionsReport(), notReadyReport(), undeterminedReport()])(
  'a report',
  (report) => {
    const files = renderFiles(report, '')

    it.each(['report.json', 'report.sarif'] as const)('has no key in %s that a secret could take away', (name) => {
      const keys = [...new Set(keysOf(JSON.parse(files[name])))]
      expect(keys.length).toBeGreaterThan(20)
      expect(keys.filter((key) => !isWeakSecret(key, OWN_WORDS) && !key.includes('dmsPreflight'))).toEqual([])
    })

    it('has no tag or attribute in junit.xml that a secret could take away', () => {
      const names = [...files['junit.xml'].matchAll(/<\/?([\w-]+)| ([\w-]+)="/g)].map(
        ([, tag, name]) => tag ?? name ?? '',
      )
      expect(names.length).toBeGreaterThan(20)
      expect(names.filter((name) => !isWeakSecret(name, OWN_WORDS))).toEqual([])
    })

    it('has no output that a mask could take away', () => {
      const values = Object.values(renderOutputs(report, { report: 'dms-preflight-report/report.json' }))
      const words = values.filter((value) => value !== '' && value !== report.readyUntil)
      expect(words.filter((word) => !isWeakSecret(word.replace(/^.*\//, ''), OWN_WORDS))).toEqual([])
    })
  },
)

it('a password that nobody would take for a word of ours is strong', () => {
  for (const secret of ['S3cret!', 'correct horse', '123456', 'Sommer2026'])
    expect(isWeakSecret(secret, OWN_WORDS)).toBe(false)
})
