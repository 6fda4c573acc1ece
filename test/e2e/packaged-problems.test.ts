import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { existsSync } from 'node:fs'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { ActionRun } from '../../lab/runner.ts'
import type { Stage } from '../../lab/stage.ts'
import { salesStory } from '../../lab/stories/sales.ts'
import { MANIFEST_PATH } from '../../lab/stories/story.ts'
import { FAIL_ON } from '../../src/domain/gate.ts'
import { REPORT_FILES } from '../../src/domain/report-files.ts'
import { createTheatre, ENTRY, OUTPUT_NAMES, reportFiles, reportOf } from './action.ts'

const BAD_PATH = 'waves/bad.yml'
const BAD = `version: 1
name: Bad
scenario: sql-server-to-azure-sql-databse
generation: classic
dms: { subnet: /subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v/subnets/s }
sources:
  - name: sales
    sever: sql01.corp.example
    login: { user: dms, password: Literal-Pa55 }
    databases: [Sales]
    databases: [Orders]
target:
  resource: /subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg/providers/Microsoft.Sql/servers/sqlsales
  login: { user: dms, password: "\${TARGET_PASSWORD}" }
`
const CRASH = ['--import', path.join(import.meta.dirname, 'crash-in.ts')]

const theatre = createTheatre()
let stage: Stage

beforeAll(async () => {
  stage = await theatre.stage(salesStory({ fixed: true }))
})
afterAll(() => theatre.close())

const start = async (changes: Parameters<Stage['run']>[1]): Promise<ActionRun> =>
  theatre.keep(await stage.run(ENTRY, changes))

function expectUndetermined(run: ActionRun): void {
  expect(run.code).toBe(1)
  expect(run.stderr).toBe('')
  expect(Object.keys(run.outputs).sort()).toEqual(OUTPUT_NAMES)
  expect(run.outputs).toMatchObject({ status: 'undetermined', ready: 'false', 'status-if-merged': 'undetermined' })
  expect(run.outputs['ready-until']).toBe('')
  expect(run.summary).toContain('undetermined')
}

describe('a bad manifest', () => {
  let run: ActionRun
  beforeAll(async () => {
    const files = { [BAD_PATH]: BAD }
    run = await start({ files, inputs: { manifest: `${MANIFEST_PATH}\n${BAD_PATH}`, 'fail-on': 'never' } })
  })

  it('fails the step whatever `fail-on` says', () => {
    expectUndetermined(run)
  })

  it('has every problem marked where it stands', () => {
    const marked = run.annotations.filter(({ file }) => file === BAD_PATH)
    expect(marked.every(({ level, col = 0 }) => level === 'error' && col > 0)).toBe(true)
    expect(marked.map(({ line }) => line)).toEqual(expect.arrayContaining([3, 8, 9, 11]))
    const messageAt = (line: number): string => marked.find((annotation) => annotation.line === line)?.message ?? ''
    expect(messageAt(3)).toContain('sql-server-to-azure-sql-database')
    expect(messageAt(8)).toContain('server')
    expect(marked.filter(({ message }) => message.includes('Literal-Pa55'))).toEqual([])
    const shown = [run.stdout, run.summary, ...Object.values(reportFiles(run))]
    expect(shown.filter((text) => text.includes('Literal-Pa55'))).toEqual([])
  })

  it('keeps no sound manifest of the same run from running', () => {
    expect(reportOf(run).manifests.map(({ path, status }) => [path, status])).toEqual([
      [MANIFEST_PATH, 'ready-with-conditions'],
    ])
    expect(Number(run.outputs['pass'])).toBeGreaterThan(15)
    expect(reportOf(run).problems.length).toBeGreaterThanOrEqual(4)
  })
})

describe('a bad input', () => {
  it('is named with all others, and nothing is asked of anybody', async () => {
    const before = stage.azure.requests.length
    const inputs = { 'fail-on': 'sometimes', timeout: 'soon', 'client-secret': 'hush-hush-4711', 'tenant-id': 'x' }
    const run = await start({ inputs })
    expectUndetermined(run)
    for (const name of ['fail-on', 'timeout', 'tenant-id']) {
      expect(run.annotations.filter(({ level, message }) => level === 'error' && message.includes(name))).toHaveLength(
        1,
      )
      expect(run.summary).toContain(name)
    }
    expect(run.stdout.replaceAll(/^::add-mask::.*$/gm, '')).not.toContain('hush-hush-4711')
    expect(stage.azure.requests.length).toBe(before)
  })

  it('is a manifest that is not there', async () => {
    const run = await start({ inputs: { manifest: 'none/*.yml' } })
    expectUndetermined(run)
    expect(run.annotations.map(({ message }) => message).join()).toContain('none/*.yml')
  })

  it('an unknown one is a warning', async () => {
    const run = await start({ inputs: { 'fail-onn': 'never' } })
    expect(run.code).toBe(0)
    expect(run.annotations.filter(({ level }) => level === 'warning').map(({ message }) => message)).toEqual([
      expect.stringMatching(/"fail-onn".*"fail-on"/),
      expect.stringContaining('[tools/assessment-is-clean]'),
    ])
  })
})

describe('an error of our own', () => {
  it.each(FAIL_ON)('fails the step and is reported with all outputs (fail-on: %s)', async (failOn) => {
    const env = { LAB_CRASH_IN: 'runOne' }
    const run = await start({ nodeOptions: CRASH, env, inputs: { 'fail-on': failOn } })
    expectUndetermined(run)
    expect(run.summary).toContain('An error of dms-preflight itself: Error: broken on purpose in runOne')
    expect(run.annotations).toContainEqual(
      expect.objectContaining({ level: 'error', message: expect.stringContaining('broken on purpose') }),
    )
    expect(run.outputs['report']).toBe('dms-preflight-report/report.json')
  })

  it.each(['summariseReport', 'renderOutputs', 'renderMarkdown'])(
    'in %s, where the report itself is made, leaves no good status behind',
    async (name) => {
      const run = await start({ nodeOptions: CRASH, env: { LAB_CRASH_IN: name }, inputs: { 'fail-on': 'never' } })
      expectUndetermined(run)
      expect(run.annotations).toContainEqual(
        expect.objectContaining({
          level: 'error',
          message: expect.stringContaining('An error of dms-preflight itself'),
        }),
      )
      expect(run.outputs).toMatchObject({ total: '0', pass: '0', report: '', 'comment-url': '' })
    },
  )
})

describe('the report directory', () => {
  it.each([
    ['outside', '../elsewhere', {}],
    ['absolute and outside', '/var/tmp/dms-preflight-elsewhere', {}],
    ['behind a link that leads out', 'out/report', { out: { link: '/var/tmp' } }],
  ])('%s is refused', async (_, directory, files) => {
    const run = await start({ inputs: { 'report-directory': directory }, files })
    expect(existsSync(path.resolve(run.workspace, directory))).toBe(false)
    expect(Object.keys(run.outputs).sort()).toEqual(OUTPUT_NAMES)
    expect(run.outputs['report']).toBe('')
    expect(run.annotations.map(({ message }) => message).join()).toContain('directory')
    expect(run.summary).not.toBe('')
  })

  it('may lie in RUNNER_TEMP', async () => {
    const temp = await mkdtemp(path.join(tmpdir(), 'dms-preflight-temp-'))
    const directory = path.join(temp, 'report')
    const run = await start({ inputs: { 'report-directory': directory }, env: { RUNNER_TEMP: temp } })
    expect(Object.keys(reportFiles(run, directory)).sort()).toEqual([...REPORT_FILES].sort())
    expect(run.outputs['report']).toBe(path.join(await realpath(temp), 'report', 'report.json'))
    await rm(temp, { recursive: true })
  })

  it('that is a link of the repository is refused, aloud, and no output points to what stands there', async () => {
    const files = { 'made/report.json': '{"status":"ready"}', 'dms-preflight-report': { link: 'made' } }
    const run = await start({ files })
    expect(run.outputs['report']).toBe('')
    expect(run.annotations.map(({ level, message }) => `${level} ${message}`).join('\n')).toMatch(
      /warning The report directory "dms-preflight-report" could not be cleared: it is a link.*NOT the report of this run/,
    )
    expect(run.summary).toContain('NOT the report of this run')
  })

  it('keeps what is not ours, and nothing of an earlier run', async () => {
    const files = { 'kept/notes.txt': 'mine', 'kept/report.sarif': 'old', 'kept/report.json': 'old' }
    const run = await start({ inputs: { 'report-directory': 'kept' }, files })
    expect(Object.keys(reportFiles(run, 'kept')).sort()).toEqual([...REPORT_FILES, 'notes.txt'].sort())
    expect(run.outputs['report']).toBe('kept/report.json')
  })
})
