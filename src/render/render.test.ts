import { describe, expect, it } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { CheckResult, Report } from '../domain/report.ts'
import { disclose } from '../report/disclose.ts'
import {
  applianceIsManual,
  blocked,
  check,
  controlServerFails,
  firewallFails,
  manifest,
  nsgFails,
  portTimesOut,
} from '../../test/golden/fixtures.ts'
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
import { renderAnnotations } from './annotations.ts'
import { renderJson } from './json.ts'
import { renderOutputs } from './outputs.ts'
import { REPORT_SCHEMA } from './report-schema.ts'
import { logText } from '../../test/golden/log-text.ts'

const ajv = new Ajv2020({
  allErrors: true,
  strict: true,
  strictRequired: false,
  strictTypes: false,
  allowUnionTypes: true,
})
addFormats.default(ajv)
const validate = ajv.compile(REPORT_SCHEMA)

function isValid(report: unknown): boolean {
  return validate(JSON.parse(JSON.stringify(report)))
}

function reportOf(...results: CheckResult[]): Report {
  return summarise({ manifests: [{ manifest: manifest(), results }] })
}

const REPORTS = [
  readyReport(),
  conditionsReport(),
  undeterminedReport(),
  notReadyReport(),
  badManifestReport(),
  changedReport(),
  allRemovedReport(),
]

describe('REPORT_SCHEMA', () => {
  it('holds for every report, in full and disclosed in part', () => {
    for (const report of REPORTS) {
      for (const level of ['full', 'names', 'counts'] as const) {
        validate(JSON.parse(renderJson(disclose(report, level, new Map([[check().id, 'Grant it.']])))))
        expect(validate.errors).toBeNull()
      }
    }
  })

  it('is JSON itself', () => {
    expect(JSON.parse(JSON.stringify(REPORT_SCHEMA))).toEqual(REPORT_SCHEMA)
  })

  it.each<[string, CheckResult]>([
    ['a pass without evidence', check({ evidence: {} })],
    ['a fail without evidence', { ...controlServerFails, evidence: {} }],
    ['an attested without evidence', check({ verdict: 'attested', evidence: {} })],
    [
      'a waiver without evidence',
      check({
        verdict: 'waived',
        evidence: {},
        vouched: { kind: 'waiver', by: '@a', expires: '2026-12-01T00:00:00Z', reason: 'r' },
      }),
    ],
    ['a waived without a waiver', check({ verdict: 'waived' })],
    [
      'a pass that is vouched for',
      check({ vouched: { kind: 'waiver', by: '@a', expires: '2026-12-01T00:00:00Z', reason: 'r' } }),
    ],
    ['an unknown without a cause', check({ verdict: 'unknown' })],
    ['a pass with a cause', check({ cause: { kind: 'dns', message: 'm' } })],
    ['a cause of another kind', { ...portTimesOut, cause: { kind: 'gremlins' as 'dns', message: 'm' } }],
    ['a blocked without a blocker', check({ verdict: 'blocked' })],
    ['a blocked with an empty list', check({ verdict: 'blocked', blockedBy: [] })],
    ['an NSG check without an answer', { ...nsgFails, evidence: { rules: [] } }],
    [
      'an NSG check that denies without a witness',
      { ...nsgFails, evidence: { answer: 'denied', decidingRules: ['x'] } },
    ],
    ['a property too many', { ...check(), colour: 'red' } as CheckResult],
    ['an id of another shape', check({ id: 'Source/Login' })],
    ['a location before the file', check({ location: { path: 'x', line: 0, column: 1 } })],
  ])('refuses %s', (_name, result) => {
    expect(isValid(reportOf(check(), result))).toBe(false)
  })

  it('refuses a status that contradicts ready', () => {
    expect(isValid({ ...readyReport(), ready: false })).toBe(false)
    expect(isValid({ ...notReadyReport(), ready: true })).toBe(false)
    expect(isValid({ ...notReadyReport(), readyUntil: '2026-12-01T00:00:00Z' })).toBe(false)
  })
})

describe('renderAnnotations', () => {
  it('points at the lines of the manifest, root causes before what waits for them', () => {
    const annotations = renderAnnotations(undeterminedReport())
    expect(annotations.map(({ level, title, line }) => [level, title, line])).toEqual([
      ['error', 'Engine port is reachable: unknown (erp)', 17],
      ['error', 'Firewall appliance lets DMS in: to be vouched for (sales)', 12],
      ['error', 'Login is accepted: blocked (erp)', 17],
      ['error', 'Login has CONTROL SERVER: blocked (erp)', 17],
      ['error', 'Firewall appliance lets DMS in: blocked (erp)', 17],
      ['warning', 'No security admin rule blocks DMS: unknown (Sales to Azure SQL Database)', 6],
    ])
    expect(annotations[0]?.message).toContain('no answer after 3000 ms')
    expect(renderAnnotations(readyReport())).toEqual([])
  })

  it('begins with problems', () => {
    expect(renderAnnotations(badManifestReport())).toMatchObject([
      { level: 'error', file: '.github/dms-preflight.yml', line: 3, column: 5 },
      { level: 'error', line: 14 },
    ])
  })

  it('shows what was waived or attested as notices', () => {
    const notices = renderAnnotations(conditionsReport()).filter(({ level }) => level === 'notice')
    expect(notices.map(({ message }) => message).join()).toMatch(/attested by @dba-lead.*waived by @release-lead/)
  })

  it('gives at most ten of a level, and says how many more there are', () => {
    const many = Array.from({ length: 30 }, (_, place) => ({
      ...controlServerFails,
      subject: { kind: 'sql-server' as const, name: `s${String(place)}` },
    }))
    const recommended = many.map((result) => ({ ...result, severity: 'recommended' as const, id: 'source/other' }))
    const annotations = renderAnnotations(reportOf(...many, ...recommended))
    expect(annotations.filter(({ level }) => level === 'error')).toHaveLength(10)
    expect(annotations.filter(({ level }) => level === 'warning')).toHaveLength(8)
    expect(annotations[9]).toEqual({
      level: 'error',
      title: '21 more',
      message: '21 more of this level are in the report of this run',
    })
  })

  it('names a shared finding once', () => {
    const { manifests } = notReadyReport()
    const errors = renderAnnotations({ ...notReadyReport(), manifests: [...manifests, ...manifests], problems: [] })
    expect(new Set(errors.map((one) => JSON.stringify(one))).size).toBe(errors.length)
  })
})

describe('renderOutputs', () => {
  it('gives every output of the contract as a string', () => {
    expect(renderOutputs(notReadyReport(), { report: 'dms-preflight-report/report.json' })).toEqual({
      status: 'not-ready',
      ready: 'false',
      'status-if-merged': 'not-ready',
      total: '13',
      pass: '1',
      fail: '6',
      unknown: '1',
      blocked: '3',
      manual: '0',
      attested: '1',
      waived: '0',
      'not-applicable': '1',
      'ready-until': '',
      report: 'dms-preflight-report/report.json',
      'comment-url': '',
      receipt: '',
      'issue-url': '',
    })
    expect(renderOutputs(conditionsReport())).toMatchObject({
      ready: 'true',
      'ready-until': '2026-12-02T00:00:00.000Z',
    })
  })
})

describe('renderLog', () => {
  it('lets no foreign text become a workflow command', () => {
    const evil = 'x\n::error::boom\r::set-output name=a::b ##[error]'
    const results = [
      check({
        ...firewallFails,
        summary: evil,
        title: evil,
        subject: { kind: 'target', name: evil },
        remediation: { text: evil, scripts: [{ language: 'bash', code: `::add-mask::x\n${evil}` }] },
      }),
      { ...applianceIsManual, summary: evil },
      blocked('a/b', evil, 'a/c'),
    ]
    const text = logText({ ...reportOf(...results), title: `::error::${evil}`, notices: [evil] })
    expect(text.split(/[\r\n]/).filter((line) => line.trimStart().startsWith('::'))).toEqual([])
    expect(text).not.toContain('##[')
  })
})
