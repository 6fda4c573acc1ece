import { gzipSync } from 'node:zlib'
import { describe, expect, it } from '@jest/globals'
import { blocked, check, controlServerFails, manifest, portTimesOut } from '../../test/golden/fixtures.ts'
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
import { readSarif, sarifFaults, type SarifRun } from '../../test/report-readers.ts'
import type { CheckResult, Report } from '../domain/report.ts'
import { disclose } from '../report/disclose.ts'
import { renderSarif, type SarifRule } from './sarif.ts'

const RULES: SarifRule[] = [controlServerFails, portTimesOut].map(({ id, ref, title, team, severity, source }) => ({
  id,
  ref,
  title,
  team,
  severity,
  why: 'Nothing works without it.',
  remedy: 'Do it.',
  url: source.url,
}))

function read(report: Report): SarifRun {
  const text = renderSarif(report, RULES)
  expect(sarifFaults(text)).toEqual([])
  return readSarif(text)
}

function reportOf(...results: CheckResult[]): Report {
  return summarise({ manifests: [{ manifest: manifest(), results }] })
}

function many(count: number, more: Partial<CheckResult> = {}): CheckResult[] {
  return Array.from({ length: count }, (_, place) =>
    check({ ...controlServerFails, ...more, subject: { kind: 'sql-server', name: `s${String(place)}` } }),
  )
}

describe('renderSarif', () => {
  it.each(['full', 'names', 'counts'] as const)('is valid SARIF 2.1.0: %s', (level) => {
    const reports = [
      readyReport(),
      conditionsReport(),
      undeterminedReport(),
      notReadyReport(),
      badManifestReport(),
      summarise(),
    ]
    for (const report of reports) {
      const run = read(disclose(report, level, new Map()))
      expect(run.properties.status).toBe(report.status)
      if (level === 'counts') expect(run.results.filter(({ ruleId }) => ruleId !== 'manifest/is-sound')).toEqual([])
    }
  })

  it('has what asks somebody to act, the most urgent first, and neither passes nor what only waits', () => {
    const { results } = read(undeterminedReport())
    expect(results.map(({ ruleId, kind, level }) => [ruleId, kind, level])).toEqual([
      ['source/engine-port-is-reachable', 'open', undefined],
      ['source/firewall-appliance-lets-dms-in', 'review', undefined],
      ['network/no-admin-rule-blocks-dms', 'open', undefined],
    ])
    expect(results[0]?.message.text).toMatch(/^erp: .*no answer after 3000 ms.* 3 checks wait for it\. Let TCP 1433/)
    expect(read(readyReport()).results).toEqual([])
  })

  it('shows what is blocked where nothing else explains it', () => {
    const { results } = read(reportOf(blocked('a/b', 'A', 'c/d', 'x', { blockedBy: [{ id: 'c/d', subject: 'gone' }] })))
    expect(results).toMatchObject([{ ruleId: 'a/b', kind: 'open' }])
  })

  it('gives the place of the value, as a relative URI', () => {
    const location = { path: 'waves/a b#1%?ü:x.yml', line: 9, column: 7 }
    const { results } = read(reportOf(check({ ...controlServerFails, location })))
    expect(results[0]).toMatchObject({
      level: 'error',
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'waves/a%20b%231%25%3F%C3%BC%3Ax.yml', uriBaseId: '%SRCROOT%' },
            region: { startLine: 9, startColumn: 7 },
          },
        },
      ],
    })
  })

  it('knows a result again by check, subject and manifest, wherever it stands and whatever was seen', () => {
    const prints = (more: Partial<CheckResult>): (string | undefined)[] =>
      read(reportOf(check({ ...controlServerFails, ...more }))).results.map(
        ({ partialFingerprints }) => partialFingerprints['primaryLocationLineHash'],
      )
    const first = prints({})
    expect(first[0]).toMatch(/^[0-9a-f]{32}:1$/)
    expect(prints({ location: { path: controlServerFails.location.path, line: 99, column: 1 } })).toEqual(first)
    expect(
      prints({ summary: 'Other words', actual: 'x', evidence: { ms: 5 }, durationMs: 1, severity: 'recommended' }),
    ).toEqual(first)
    expect(prints({ subject: { kind: 'sql-server', name: 'other' } })).not.toEqual(first)
    expect(prints({ id: 'source/other' })).not.toEqual(first)
  })

  it('shows what was waived or attested as suppressed, with who, why and until when', () => {
    const { results } = read(conditionsReport())
    expect(results.filter(({ suppressions }) => suppressions !== undefined)).toMatchObject([
      { kind: 'review', level: 'none', suppressions: [{ justification: expect.stringContaining('dba-lead') }] },
      {
        kind: 'fail',
        level: 'note',
        suppressions: [
          {
            kind: 'external',
            status: 'accepted',
            justification: expect.stringMatching(/release-lead until 2026-1.*private/),
          },
        ],
      },
    ])
  })

  it('says who vouches no more than may be shown', () => {
    const { results } = read(disclose(conditionsReport(), 'names', new Map()))
    const words = results.flatMap(({ suppressions }) => (suppressions ?? []).map(({ justification }) => justification))
    expect(words).toEqual(['attested until 2026-12-20', 'waived until 2026-12-01'])
  })

  it('shows what a change takes out of scope where it stood, and first', () => {
    const { results } = read(changedReport())
    const scope = results.filter(({ ruleId }) => ruleId === 'manifest/keeps-its-scope')
    expect(results.slice(0, 2)).toEqual(scope)
    expect(scope.map(({ level }) => level)).toEqual(['warning', 'warning'])
    expect(scope[0]?.message.text).toMatch(/out of scope: the source `erp`, the database/)
    const counted = read(disclose(changedReport(), 'counts', new Map()))
    expect(counted.results).toEqual(expect.not.arrayContaining([expect.objectContaining({ ruleId: scope[0]?.ruleId })]))
    expect(JSON.stringify(counted)).toMatch(/out of scope: 1 source, 1 database/)
    expect(JSON.stringify(counted)).not.toMatch(/`erp|Orders|nsg-ports/)
    expect(read(allRemovedReport()).results.map(({ ruleId }) => ruleId)).toEqual(['manifest/keeps-its-scope'])
  })

  it('has a rule for each check with help, a page to read on, and few tags', () => {
    const { rules } = read(readyReport()).tool.driver
    expect(rules.map(({ id }) => id)).toEqual([
      'manifest/is-sound',
      'manifest/keeps-its-scope',
      controlServerFails.id,
      portTimesOut.id,
    ])
    expect(rules[2]).toMatchObject({
      help: { text: expect.stringContaining('Do it.') },
      helpUri: expect.stringMatching(/^https:\/\/learn/),
      defaultConfiguration: { level: 'warning' },
    })
    for (const { properties } of rules) expect(properties.tags.length).toBeLessThanOrEqual(10)
  })

  it('puts problems of the manifest on their lines, and others into the notifications', () => {
    const { results, invocations } = read(
      summarise({
        problems: [...badManifestReport().problems, { severity: 'warning', message: 'No line for this' }],
      }),
    )
    expect(results).toMatchObject([
      { ruleId: 'manifest/is-sound', level: 'error' },
      { ruleId: 'manifest/is-sound', level: 'error' },
    ])
    expect(invocations).toMatchObject([
      { executionSuccessful: false, toolExecutionNotifications: [{ message: { text: 'No line for this' } }] },
    ])
  })

  it('makes neither links nor placeholders of foreign text', () => {
    const evil = 'see [here](https://evil.example) {0} @org/team'
    const [result] = read(reportOf(check({ ...controlServerFails, summary: evil }))).results
    expect(result?.message.text).not.toMatch(/\]\(|\{0|@org/)
    expect(result?.message.text.replaceAll('\u2060', '')).toContain(evil)
  })

  it('keeps the limits of GitHub and counts what it leaves out', () => {
    const { results, properties } = read(
      reportOf(...many(25_100, { summary: 'x', remediation: { text: '', scripts: [] } })),
    )
    expect([results.length, properties.leftOut]).toEqual([25_000, 100])
  }, 20_000)

  it('becomes shorter until it fits, dropping what is least urgent', () => {
    const results = [...many(6_000, { severity: 'recommended' }), ...many(10, { summary: 'é'.repeat(10_000) })]
    const text = renderSarif(reportOf(...results), RULES, 60_000)
    const run = readSarif(text)
    expect(gzipSync(text).length).toBeLessThanOrEqual(60_000)
    expect(run.properties.leftOut).toBeGreaterThan(0)
    expect(run.results.length + run.properties.leftOut).toBe(6_010)
    expect(run.results.filter(({ level }) => level === 'error')).toHaveLength(10)
  })
})
