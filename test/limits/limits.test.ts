import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { startGitHub, type LabGitHub } from '../../lab/github.ts'
import { runAction, type ActionRun, type ActionStart } from '../../lab/runner.ts'
import { parseWorkflowCommands } from '../../lab/runner/commands.ts'
import { LAB_GITHUB_TOKEN, PULL_REQUEST } from '../../lab/stage.ts'
import type { Report } from '../../src/domain/report.ts'
import { decodeGreenState } from '../../src/report/green-state.ts'
import { REPORT_SCHEMA } from '../../src/render/report-schema.ts'
import { OUTPUT_NAMES, reportFiles } from '../e2e/action.ts'
import { expectHarmless } from '../inert-markdown.ts'
import { junitFaults, readJunit, readSarif, sarifFaults } from '../report-readers.ts'
import { CHECKS, hostileReport, PLANTED, REMOVED } from './hostile-report.ts'

/** https://docs.github.com/actions/reference/limits and https://docs.github.com/code-security/reference/code-scanning/sarif-files */
const SUMMARY_LIMIT_BYTES = 1024 * 1024
const COMMENT_LIMIT_CHARS = 65_536
const ANNOTATIONS_PER_LEVEL = 10
const OUTPUT_LIMIT_BYTES = 1024 * 1024
const SARIF_LIMIT_BYTES = 10_000_000
const SARIF_RESULTS_LIMIT = 25_000
/** Ours: what a browser still shows at once. */
const LOG_LIMIT_BYTES = 2 * 1024 * 1024

const report = hostileReport()
let github: LabGitHub
let run: ActionRun
let files: Record<string, string>

beforeAll(async () => {
  github = await startGitHub({ visibility: 'private', token: LAB_GITHUB_TOKEN })
  run = await publishReport('first', '1')
  files = reportFiles(run)
}, 90_000)

function publishReport(name: 'first' | 'later' | 'ready', runId: string, start: Partial<ActionStart> = {}) {
  return runAction({
    entry: join(import.meta.dirname, 'publish-hostile.ts'),
    eventName: 'pull_request',
    event: PULL_REQUEST,
    apiUrl: github.url,
    ...start,
    inputs: { 'github-token': LAB_GITHUB_TOKEN, disclose: 'full', ...start.inputs },
    env: { LIMITS_PASSWORD: PLANTED, LIMITS_REPORT: name, GITHUB_RUN_ID: runId, ...start.env },
  })
}

afterAll(async () => {
  await run.dispose()
  await github.close()
})

function bytes(text: string): number {
  return Buffer.byteLength(text)
}

describe('5,000 checks with hostile names', () => {
  it('are published without a complaint', () => {
    expect(run.stderr).toBe('')
    expect(run.code).toBe(1)
    expect(run.stdout).not.toMatch(/could not be (?:written|published)/)
  })

  it('as summary: within the limit, tables whole, HTML inert', () => {
    expect(bytes(run.summary)).toBeLessThanOrEqual(SUMMARY_LIMIT_BYTES)
    expect(bytes(run.summary)).toBeGreaterThan(100_000)
    expect(expectHarmless(run.summary)).toBeGreaterThan(0)
    expect(run.summary).toMatch(/Left out here/)
  }, 30_000)

  it('as comment: within the limit, and harmless', () => {
    expect(github.comments).toHaveLength(1)
    const { body } = github.comments[0] ?? { body: '' }
    expect(body.length).toBeLessThanOrEqual(COMMENT_LIMIT_CHARS)
    expect(body.length).toBeGreaterThan(5_000)
    expectHarmless(body)
  })

  it('as report.md: what the summary shows', () => {
    expect(run.summary.trim()).toBe((files['report.md'] ?? '').trim())
  })

  it('says of all that goes out of scope, counting what does not fit', () => {
    for (const text of [run.summary, github.comments[0]?.body ?? '']) {
      const listed = [...text.matchAll(/^> - /gm)].length
      const left = Number(/Left out here[^*]*?(\d+) things taken out of scope/.exec(text)?.[1] ?? 0)
      expect([listed > 0, listed + left]).toEqual([true, REMOVED])
    }
    expect(run.stdout).toContain(`This change takes out of scope (${String(REMOVED)} things)`)
  })

  it('as log: only our own commands, groups closed, of a size to read', () => {
    expect(bytes(run.stdout)).toBeLessThanOrEqual(LOG_LIMIT_BYTES)
    const commands = parseWorkflowCommands(run.stdout)
    const names = commands.map(({ name }) => name)
    expect([...new Set(names)].sort()).toEqual(['add-mask', 'endgroup', 'error', 'group', 'notice', 'warning'])
    expect(names.filter((name) => name === 'group')).toHaveLength(names.filter((name) => name === 'endgroup').length)
    // Every line that is no command of ours shows what cannot be seen instead of holding it.
    const rest = run.stdout.split('\n').filter((line) => !/^::(?:add-mask|error|warning|notice)/.test(line))
    expect(rest.filter((line) => /[\u0000-\u0008\u000b-\u001f\u200b\u202e\u2028\ufffd]/.test(line))).toEqual([])
  })

  it('as annotations: as many as GitHub shows, each on its line', () => {
    for (const level of ['error', 'warning', 'notice']) {
      const own = run.annotations.filter((one) => one.level === level)
      expect(own.length).toBeGreaterThan(0)
      expect(own.length).toBeLessThanOrEqual(ANNOTATIONS_PER_LEVEL)
      expect(
        own.slice(0, -1).every(({ file, line, col }) => file !== undefined && Number(line) > 0 && Number(col) > 0),
      ).toBe(true)
      expect(own.at(-1)?.message).toMatch(/ more /)
    }
  })

  it('as annotations: no more than GitHub shows with those of what could not be published', async () => {
    const silent = await startGitHub({
      visibility: 'private',
      token: LAB_GITHUB_TOKEN,
      permissions: ['contents: read'],
    })
    // A folder, to which nothing can be appended.
    const noSummary = { GITHUB_STEP_SUMMARY: import.meta.dirname }
    const late = await publishReport('first', '1', { apiUrl: silent.url, env: noSummary })
    const warnings = late.annotations.filter(({ level }) => level === 'warning')
    expect(warnings).toHaveLength(ANNOTATIONS_PER_LEVEL)
    expect(warnings.filter(({ title }) => title === 'Not published').map(({ message }) => message)).toEqual([
      expect.stringContaining('The summary of the job could not be written'),
      expect.stringContaining('`pull-requests: write`'),
    ])
    await silent.close()
    await late.dispose()
  }, 60_000)

  it('as outputs: all of them, small, on one line', () => {
    expect(Object.keys(run.outputs).sort()).toEqual(OUTPUT_NAMES)
    expect(Object.values(run.outputs).join('').length).toBeLessThan(OUTPUT_LIMIT_BYTES / 100)
    expect(run.outputs).toMatchObject({
      status: 'not-ready',
      ready: 'false',
      total: String(CHECKS),
      fail: String(report.counts.fail),
    })
    for (const value of Object.values(run.outputs)) expect(value).not.toMatch(/[\n\r]/)
  })

  it('as report.json: valid, and every check with its own words', () => {
    const ajv = new Ajv2020({ strict: false })
    addFormats.default(ajv)
    const read = JSON.parse(files['report.json'] ?? '') as Report
    // The texts have no NSG answers, which is the only thing that is asked of evidence.
    const isValid = ajv.compile(REPORT_SCHEMA)
    isValid({ ...read, disclosure: 'names' })
    expect(isValid.errors).toBeNull()
    const words = ({ manifests }: Report): string[] =>
      manifests.flatMap(({ checks }) => checks.map(({ subject, summary }) => `${subject.name}\n${summary}`))
    expect(words(read)).toEqual(words(report))
  }, 30_000)

  it('as junit.xml: valid, a case for every check', async () => {
    const xml = files['junit.xml'] ?? ''
    expect(await junitFaults(xml)).toEqual([])
    const cases = readJunit(xml).flatMap((suite) => suite.cases)
    expect(cases.filter(({ classname }) => !classname.startsWith('dms-preflight/'))).toHaveLength(CHECKS)
    expect(cases.filter(({ outcome, classname }) => outcome === 'failure' && /^[a-z]+\//.test(classname))).toHaveLength(
      report.manifests
        .flatMap(({ checks }) => checks)
        .filter(({ verdict, severity }) => verdict === 'fail' && severity === 'required').length,
    )
    expect(xml).not.toMatch(/[^\u0009\u000a\u000d\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u)
  }, 30_000)

  it('as report.sarif: valid, within the limits, each result known by itself', () => {
    const text = files['report.sarif'] ?? ''
    expect(sarifFaults(text)).toEqual([])
    expect(gzipSync(text).length).toBeLessThan(SARIF_LIMIT_BYTES)
    const { results, properties, tool } = readSarif(text)
    expect(results.length).toBeLessThanOrEqual(SARIF_RESULTS_LIMIT)
    const { counts } = report
    const asking = counts.fail + counts.unknown + counts.manual + counts.waived + counts.attested
    // Nothing stands behind what is blocked in this report, so that is shown too.
    expect(results.length + properties.leftOut).toBe(
      // A warning for each manifest that loses something.
      asking + counts.blocked + report.problems.length + 4,
    )
    expect(properties.leftOut).toBe(0)
    expect(new Set(results.map(({ partialFingerprints }) => partialFingerprints['primaryLocationLineHash'])).size).toBe(
      results.length,
    )
    expect(new Set(results.map(({ locations }) => locations[0]?.physicalLocation.artifactLocation.uri))).toEqual(
      new Set(['waves/a%20b%23%25%60%7C%3Cx%3E.yml']),
    )
    const known = new Set(tool.driver.rules.map(({ id }) => id))
    expect(results.filter(({ ruleId }) => !known.has(ruleId))).toEqual([])
  }, 30_000)

  it('as comment of a second run, with all that changed, and as tracking issue with all that regressed', async () => {
    const later = await publishReport('later', '2')
    expect([later.stderr, later.stdout.match(/was not (?:written|kept)[^\n]*/g)]).toEqual(['', null])
    const { body } = github.comments[0] ?? { body: '' }
    expect(body).toMatch(/out of scope[\s\S]*\*\*Since the last run|Since commit/)
    expect(body.length).toBeLessThanOrEqual(COMMENT_LIMIT_CHARS)
    expectHarmless(body)

    const scheduled = { eventName: 'schedule', event: {}, inputs: { 'tracking-issue': 'true' } }
    const runs = [later]
    for (const [name, runId] of [
      ['first', '3'],
      ['ready', '4'],
      ['later', '5'],
    ] as const) {
      runs.push(await publishReport(name, runId, scheduled))
      expect([name, runs.at(-1)?.stdout.match(/was not (?:written|kept)[^\n]*/g)]).toEqual([name, null])
      expect([name, github.issues[0]?.state]).toEqual([name, name === 'ready' ? 'closed' : 'open'])
      const { body: text, title } = github.issues[0] ?? { body: '', title: '' }
      expect([text.length <= COMMENT_LIMIT_CHARS, title.length <= 256]).toEqual([true, true])
      expectHarmless(text)
    }
    // What the next run compares with is packed, where no mask would find a secret.
    const [, green = ''] = /<!-- dms-preflight-green (.*) -->/.exec(github.issues[0]?.body ?? '') ?? []
    const rules = [...(decodeGreenState(green)?.facts.values() ?? [])].flatMap((facts) => facts.rules)
    expect(rules).toContain('Allow ***')
    expect(rules.filter((rule) => rule.includes(PLANTED))).toEqual([])
    expect(github.issues[0]?.body).toContain('### What regressed since it was last ready')
    const news = github.comments.filter(({ issue }) => issue === github.issues[0]?.number)
    expect(news.length).toBeGreaterThan(0)
    for (const { body: text } of news) {
      expect(text.length).toBeLessThanOrEqual(COMMENT_LIMIT_CHARS)
      expectHarmless(text)
    }
    for (const one of runs) await one.dispose()
  }, 120_000)
})
