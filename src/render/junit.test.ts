import { describe, expect, it } from '@jest/globals'
import { blocked, check, controlServerFails, firewallFails, manifest } from '../../test/golden/fixtures.ts'
import {
  allRemovedReport,
  badManifestReport,
  changedReport,
  conditionsReport,
  notReadyReport,
  readyReport,
  summarise,
  undeterminedReport,
} from '../../test/golden/reports.ts'
import { junitFaults, readJunit, type JunitCase } from '../../test/report-readers.ts'
import type { CheckResult, Report } from '../domain/report.ts'
import { disclose } from '../report/disclose.ts'
import { renderJunit } from './junit.ts'

const REPORTS: Readonly<Record<string, Report>> = {
  ready: readyReport(),
  conditions: conditionsReport(),
  undetermined: undeterminedReport(),
  'not ready': notReadyReport(),
  'bad manifest': badManifestReport(),
  changed: changedReport(),
  'all removed': allRemovedReport(),
  nothing: summarise(),
  'all blocked': reportOf(blocked('a/b', 'A', 'c/d', 'x', { blockedBy: [{ id: 'c/d', subject: 'gone' }] })),
  'blocked by a recommended check': reportOf(
    check(),
    check({ ...controlServerFails, id: 'c/d', severity: 'recommended' }),
    blocked('a/b', 'A', 'c/d', 'sales'),
  ),
}

function reportOf(...results: CheckResult[]): Report {
  return summarise({ manifests: [{ manifest: manifest(), results }] })
}

function casesOf(report: Report): JunitCase[] {
  return readJunit(renderJunit(report)).flatMap(({ cases }) => cases)
}

function isRed({ outcome }: JunitCase): boolean {
  return outcome === 'failure' || outcome === 'error'
}

describe.each(Object.entries(REPORTS))('JUnit of a report: %s', (_, report) => {
  it.each(['full', 'names', 'counts'] as const)(
    'is valid, counts right and is red when it has to be: %s',
    async (level) => {
      const shown = disclose(report, level, new Map())
      const xml = renderJunit(shown)
      expect(await junitFaults(xml)).toEqual([])
      const suites = readJunit(xml)
      for (const { cases, ...suite } of suites) {
        const count = (outcome: string): number => cases.filter((one) => one.outcome === outcome).length
        expect(suite).toMatchObject({ tests: cases.length, failures: count('failure'), errors: count('error') })
        expect(suite.skipped).toBe(count('skipped'))
      }
      const isWrong = report.problems.some(({ severity }) => severity === 'error')
      expect(suites.flatMap(({ cases }) => cases).some(isRed)).toBe(isWrong || !report.ready)
      expect(suites.flatMap(({ cases }) => cases)).not.toEqual([])
    },
  )
})

describe('renderJunit', () => {
  it('has a case for each check on each subject, with the place in the manifest and the time', () => {
    const report = notReadyReport()
    const cases = casesOf(report)
    const checks = report.manifests.flatMap((one) => one.checks)
    for (const { id, title, subject, location } of checks) {
      const name = `${title} (${subject.name})`
      expect(cases).toContainEqual(
        expect.objectContaining({ classname: id, name, file: location.path, line: location.line, time: 0.031 }),
      )
    }
    const names = readJunit(renderJunit(report)).map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
  })

  it('says what failed, why, and what to do', () => {
    const failed = casesOf(notReadyReport()).find(({ outcome }) => outcome === 'failure')
    expect(failed?.message).toBe(controlServerFails.summary)
    for (const text of ['Expected: ', 'Seen: ', 'To do: Grant it', 'GRANT CONTROL SERVER TO [dms];', 'https://learn.'])
      expect(failed?.text).toContain(text)
  })

  it('shows one red line for one cause, and what waits for it as skipped', () => {
    const outcomes = casesOf(undeterminedReport()).map(({ classname, outcome }) => `${classname} ${outcome}`)
    expect(outcomes).toContain('source/engine-port-is-reachable error')
    expect(outcomes).toContain('source/login-is-accepted skipped')
    expect(outcomes).toContain('network/no-admin-rule-blocks-dms skipped')
  })

  it('says of what is skipped why, and by whom it was vouched for', () => {
    const skipped = casesOf(conditionsReport()).filter(({ outcome }) => outcome === 'skipped')
    const messages = skipped.map(({ message }) => message).join('\n')
    expect(messages).toContain('waived by @\u2060release-lead')
    expect(messages).toContain('attested by @\u2060dba-lead')
    expect(messages).toContain('recommended, unknown: ')
    expect(messages).toContain('not applicable: ')
  })

  it('shows what a change takes out of scope as skipped, by the words that may be shown', () => {
    const scopeOf = (report: Report): string =>
      casesOf(report)
        .filter(({ classname, outcome }) => classname === 'dms-preflight/out-of-scope' && outcome === 'skipped')
        .map(({ message }) => message)
        .join('\n')
    expect(scopeOf(changedReport())).toMatch(/the source `erp`[\s\S]*the manifest `Wave 2/)
    expect(scopeOf(disclose(changedReport(), 'names', new Map()))).toMatch(/the source, the database, the check/)
    expect(scopeOf(disclose(changedReport(), 'counts', new Map()))).toMatch(/1 source, 1 database/)
    expect(scopeOf(readyReport())).toBe('')
  })

  it('holds text that XML cannot, and text that wants to be markup', async () => {
    const evil = `a\u0000b\u0008\ud800c\ufffe\uffff]]></failure><!-- & "x" '\u0085\u2028\n\t\u202e {0} [x](y) @org`
    const report = reportOf(
      check({ ...firewallFails, summary: evil, title: evil, subject: { kind: 'target', name: evil } }),
    )
    expect(await junitFaults(renderJunit(report))).toEqual([])
    const [one] = casesOf(report)
    expect(one?.text).toContain('a⟨U+0000⟩b⟨U+0008⟩⟨U+D800⟩c⟨U+FFFE⟩⟨U+FFFF⟩]]></failure><!-- & "x" \'\n\n\n\t⟨U+202E⟩')
    expect(one?.text).toContain('@\u2060org')
  })
})

describe('the reader of the tests', () => {
  it.each([
    ['no XML', '<testsuites><testsuite></testsuites>'],
    ['a control character', renderJunit(readyReport()).replace('sales', 'sa\u0001les')],
    ['an unknown attribute', renderJunit(readyReport()).replace('<testcase ', '<testcase colour="red" ')],
    [
      'a suite without its counts',
      renderJunit(readyReport()).replace(/ tests="\d+" failures="\d+" errors="\d+" sk/, ' sk'),
    ],
    ['two outcomes', renderJunit(notReadyReport()).replace('</failure>', '</failure><skipped/>')],
  ])('refuses %s', async (_, xml) => {
    expect(await junitFaults(xml)).not.toEqual([])
  })
})
