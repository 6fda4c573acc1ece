import { describe, expect, it } from '@jest/globals'
import { blocked, check, manifest } from '../../test/golden/fixtures.ts'
import { summarise } from '../../test/golden/reports.ts'
import type { BlockedBy, CheckResult, Report } from '../domain/report.ts'
import { renderAnnotations } from '../render/annotations.ts'
import { renderMarkdown } from '../render/markdown.ts'
import { logText } from '../../test/golden/log-text.ts'
import { disclose } from './disclose.ts'
import { nextSteps } from './next-steps.ts'

const LOGIN = 'source/login-is-accepted'
const RIGHTS = 'source/login-has-control-server'
const on = (name: string): Pick<CheckResult, 'subject'> => ({ subject: { kind: 'sql-server', name } })
const refused = (name: string): CheckResult =>
  check({ id: LOGIN, verdict: 'fail', proof: 'direct', summary: `${name}:1433 refused dms: error 18456`, ...on(name) })
const withheld = (name: string, by: BlockedBy): CheckResult => ({
  ...blocked(LOGIN, 'The login', LOGIN, name),
  blockedBy: [by],
})
const behindLogin = (name: string): CheckResult => blocked(RIGHTS, 'The rights', LOGIN, name)

function reportOf(...results: CheckResult[][]): Report {
  const manifests = results.map((checks, place) => ({
    manifest: manifest({ name: `Wave ${String(place + 1)}` }),
    results: checks,
  }))
  return summarise({ manifests })
}

function stepsOf(report: Report): [string, string, number][] {
  return nextSteps(report).teams.flatMap(({ steps }) =>
    steps.map(({ id, verdict, blocks }): [string, string, number] => [id, verdict, blocks]),
  )
}

describe('root causes over several manifests', () => {
  const first = [refused('sales'), behindLogin('sales')]
  const named = { id: LOGIN, subject: 'sales', manifest: 'Wave 1' }
  const unnamed = { id: LOGIN, subject: 'sales' }

  it.each([
    ['another subject', 'erp', named],
    ['another subject, without its manifest', 'erp', unnamed],
    ['a subject of the same name', 'sales', named],
    ['itself, as it seems', 'sales', unnamed],
  ])('finds the refused account behind %s', (_what, name, by) => {
    const second = [withheld(name, by), behindLogin(name), { ...behindLogin(name), id: 'source/other' }]
    expect(stepsOf(reportOf(first, second))).toEqual([[LOGIN, 'fail', 4]])
  })

  it('shows one step with all that it blocks on every surface', () => {
    const report = reportOf(first, [withheld('erp', named), behindLogin('erp')])
    const markdown = renderMarkdown(report, { budgetBytes: 60_000, kind: 'summary' })
    expect(markdown.match(/Blocks \d+ checks\./g)).toEqual(['Blocks 3 checks.'])
    expect(markdown).toContain('in `Wave 1`')
    expect(logText(report).match(/\[fail\].*\(blocks 3 checks\)/g)).toHaveLength(1)
    expect(logText(report)).not.toContain('[blocked]')
    expect(renderAnnotations(report)[0]?.message).toContain('18456')
  })

  it('are still found when names are covered', () => {
    const report = disclose(reportOf(first, [withheld('erp', named), behindLogin('erp')]), 'names', new Map())
    expect(stepsOf(report)).toEqual([[LOGIN, 'fail', 3]])
    expect(report.manifests[1]?.checks[0]?.blockedBy).toEqual([
      { id: LOGIN, subject: 'sql-server 1', manifest: 'Wave 1' },
    ])
  })

  it('stay in the own manifest where the blocker is there', () => {
    const both = [refused('sales'), behindLogin('sales')]
    const report = reportOf(both, [{ ...refused('sales'), summary: 'other words' }, behindLogin('sales')])
    expect(nextSteps(report).teams.flatMap(({ steps }) => steps)).toMatchObject([{ blocks: 2, findings: [{}, {}] }])
    const shared = refused('sales')
    expect(stepsOf(reportOf([shared, behindLogin('sales')], [shared, behindLogin('sales')]))).toEqual([
      [LOGIN, 'fail', 2],
    ])
  })

  it('lose no check that only itself or nobody blocks', () => {
    const alone = reportOf([withheld('sales', unnamed)], [check()])
    expect(stepsOf(alone)).toEqual([[LOGIN, 'blocked', 0]])
  })
})
