import { describe, expect, it } from '@jest/globals'
import { readFileSync, writeFileSync } from 'node:fs'
import type { Report } from '../../src/domain/report.ts'
import { renderMarkdown, SUMMARY_BUDGET_BYTES } from '../../src/render/markdown.ts'
import { logText } from './log-text.ts'
import { disclose } from '../../src/report/disclose.ts'
import {
  allRemovedReport,
  badManifestReport,
  changedReport,
  conditionsReport,
  notReadyReport,
  readyReport,
  undeterminedReport,
} from './reports.ts'

const REMEDIES = new Map([['source/login-has-control-server', 'Grant CONTROL SERVER to the login that DMS uses.']])

const REPORTS: Readonly<Record<string, Report>> = {
  ready: readyReport(),
  'ready-with-conditions': conditionsReport(),
  undetermined: undeterminedReport(),
  'not-ready': notReadyReport(),
  'bad-manifest': badManifestReport(),
  changed: changedReport(),
  'changed-names': disclose(changedReport(), 'names', REMEDIES),
  'changed-counts': disclose(changedReport(), 'counts', REMEDIES),
  'all-removed': allRemovedReport(),
  'not-ready-names': disclose(notReadyReport(), 'names', REMEDIES),
  'not-ready-counts': disclose(notReadyReport(), 'counts', REMEDIES),
}

/** `UPDATE_GOLDEN=1` writes what is rendered now; the diff is then for a person to judge. */
function expectGolden(file: string, text: string): void {
  const path = new URL(`files/${file}`, import.meta.url)
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, text)
  expect(text).toBe(readFileSync(path, 'utf8'))
}

describe('golden reports', () => {
  it.each(Object.entries(REPORTS))('%s as markdown', (name, report) => {
    expectGolden(`${name}.md`, renderMarkdown(report, { budgetBytes: SUMMARY_BUDGET_BYTES, kind: 'summary' }))
  })

  it.each(Object.entries(REPORTS))('%s as log', (name, report) => {
    expectGolden(`${name}.txt`, logText(report))
  })

  it('not-ready as a short comment', () => {
    const options = { budgetBytes: 3_500, kind: 'comment', marker: 'dms-preflight:abc' } as const
    expectGolden('not-ready-short.md', renderMarkdown(notReadyReport(), options))
  })
})
