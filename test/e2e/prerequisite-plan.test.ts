import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { resourceId } from '../../lab/azure/place.ts'
import { changeStory } from '../../lab/stories/change.ts'
import { instanceStory } from '../../lab/stories/instance.ts'
import { DMS_SUBNET, SALES, SALES_PASSWORD, TARGET_PASSWORD } from '../../lab/stories/sales.ts'
import { MANIFEST_PATH, type Story } from '../../lab/stories/story.ts'
import type { ActionRun, ActionStart } from '../../lab/runner.ts'
import type { Stage } from '../../lab/stage.ts'
import { PLAN_ROWS } from '../../src/domain/plan-rows.ts'
import { canonicalJson, sha256 } from '../../src/receipt/canonical-json.ts'
import { brokenInvariants, type PlanJson, type RowJson } from '../prerequisite-plan/invariants.ts'
import { pathOf, planText } from '../prerequisite-plan/plan-fixtures.ts'
import { createTheatre, ENTRY, reportFiles, reportOf } from './action.ts'

/** Each test is a run or two of the action, on a machine that may be busy. */
jest.setTimeout(120_000)

const PLAN = 'migration/plan.json'
const INPUTS = { 'prerequisite-plan': PLAN, 'fail-on': 'never' }
const SERVICE = resourceId(SALES, 'Microsoft.DataMigration/sqlMigrationServices', 'canary-dms')

/** The instance's migration by the service of today, online; one of the databases makes no log backups. */
function onlineStory(): Story {
  const story = instanceStory()
  const databases = (story.servers['source']?.state.databases ?? []).map((one) => ({
    ...one,
    recoveryModel: one.name === 'Orders' ? ('SIMPLE' as const) : ('FULL' as const),
  }))
  const editManifest = (manifest: string): string =>
    manifest
      .replace('generation: classic', 'generation: modern\nmigration: online')
      .replace(/^ {2}subnet: .*$/m, `  service: ${SERVICE}`)
      .replace(/^attestations:[^]*$/m, '')
  return changeStory(story, { source: { state: { databases } }, editManifest })
}

const theatre = createTheatre()
let stage: Stage
const P24 = pathOf('P24')
const BEFORE = planText(P24, { rows: { 'P24-001': { status: 'confirmed' } } })
let first: ActionRun

async function start(
  files: NonNullable<ActionStart['files']>,
  inputs: Record<string, string> = {},
): Promise<ActionRun> {
  return theatre.keep(await stage.run(ENTRY, { inputs: { ...INPUTS, ...inputs }, files }))
}
const textOf = (run: ActionRun): string => readFileSync(path.join(run.workspace, PLAN), 'utf8')
const planOf = (run: ActionRun): PlanJson => JSON.parse(textOf(run)) as PlanJson
const rowOf = (plan: PlanJson, id: string): RowJson | undefined => plan.prerequisites.find((row) => row.id === id)
const errorsOf = (run: ActionRun): string =>
  run.annotations
    .filter(({ level }) => level === 'error')
    .map(({ message, file }) => `${file ?? ''}: ${message}`)
    .join('\n')

beforeAll(async () => {
  stage = await theatre.stage(onlineStory())
  first = await start({ [PLAN]: BEFORE })
})
afterAll(() => theatre.close())

describe('a trusted run on the path of the plan', () => {
  it('writes what it found, by the rules of the plan', () => {
    expect([first.code, reportOf(first).run.trusted, reportOf(first).problems]).toEqual([0, true, []])
    expect(brokenInvariants(textOf(first), BEFORE)).toEqual([])
    const plan = planOf(first)
    expect(plan.overallStatus).toBe('blocked')
    expect(rowOf(plan, 'P24-001')).toMatchObject({ status: 'missing', basis: 'known_missing:dms_preflight' })
    const hasRest = PLAN_ROWS.find(({ id }) => id === 'P24-004')?.rest !== undefined
    expect(rowOf(plan, 'P24-004')).toMatchObject({
      status: hasRest ? 'reported' : 'confirmed',
      acceptedEvidence: ['dms-preflight-P24-004'],
    })
    expect(first.summary).toMatch(/The prerequisite plan .*plan\.json.* has the evidence of this run: .*2 rows missing/)
    expect(first.stdout).toContain('It is now `blocked`.')
    expect(readdirSync(path.join(first.workspace, 'migration'))).toEqual(['plan.json'])
  })

  it('refers to its report, from which the hash can be made again', () => {
    const report = sha256(reportFiles(first)['report.json'] ?? '')
    const record = planOf(first).evidenceRegister.find(({ id }) => id === 'dms-preflight-P24-004')
    const checks = reportOf(first)
      .manifests.flatMap((manifest) => manifest.checks)
      .filter(({ id }) => id === 'source/has-one-log-file')
      .map(({ id, verdict, proof }) => ({ id, verdict, proof }))
    expect(checks.length).toBe(2)
    expect(record?.['reference']).toBe(sha256(canonicalJson({ row: 'P24-004', report, checks })))
    expect(record?.['collectedAt']).toBe(reportOf(first).run.startedAt)
  })

  it('names no host, login, resource or secret', () => {
    const canaries = [
      ...['localhost', '127.0.0.1', 'SQL01', 'mi-sales', 'canary-dms', 'stmig', 'rg-', 'Orders', 'acme/', '"dms"'],
      ...[
        stage.azureState.tenantId,
        stage.azureState.clientId,
        SERVICE.split('/')[2] ?? '/',
        SALES_PASSWORD,
        TARGET_PASSWORD,
      ],
    ]
    expect(canaries.filter((canary) => textOf(first).includes(canary))).toEqual([])
  })

  it('replaces its own records when it runs again', async () => {
    const again = await start({ [PLAN]: textOf(first) })
    expect(brokenInvariants(textOf(again), textOf(first))).toEqual([])
    const ids = (run: ActionRun): string[] => planOf(run).evidenceRegister.map(({ id }) => id)
    expect(ids(again)).toEqual(ids(first))
    expect(textOf(again)).not.toBe(textOf(first))
  })
})

describe('the plan is left as it is', () => {
  it('by a run that is not trusted, which says so', async () => {
    const manifest = `${stage.files[MANIFEST_PATH] ?? ''}# another one\n`
    const run = await start({ [PLAN]: BEFORE, [MANIFEST_PATH]: manifest })
    expect([reportOf(run).run.trusted, textOf(run)]).toEqual([false, BEFORE])
    expect(run.summary).toMatch(/prerequisite plan .* was left as it is: this run is not trusted/)
  })

  it.each<[string, string, RegExp]>([
    ['is for another path', planText(pathOf('P12')), /plan\.json: .*is for the path P12 \(.*manifest is for P24 \(/],
    ['is no JSON', '{"metadata":', /plan\.json: .*the prerequisite plan is no JSON: it ends early/],
    ['has another schema', '{"metadata":{"schemaVersion":"2.0"}}', /plan\.json: .*`metadata\.schemaVersion` "1\.0"/],
    [
      'counts wrongly',
      BEFORE.replace('"blockingMissing": 0', '"blockingMissing": 3'),
      /must count 0 in `summary\.blockingMissing`/,
    ],
  ])('when it %s, and the step fails', async (_, text, words) => {
    const run = await start({ [PLAN]: text })
    expect([run.code, textOf(run)]).toEqual([1, text])
    expect(errorsOf(run)).toMatch(words)
    expect(run.outputs['status']).toMatch(/^(undetermined|not-ready)$/)
  })

  it('when the manifest is for the classic service, and the step fails', async () => {
    const manifest = (stage.files[MANIFEST_PATH] ?? '')
      .replace('generation: modern\nmigration: online', 'generation: classic')
      .replace(/^ {2}service: .*$/m, `  subnet: ${DMS_SUBNET}`)
    const run = await start({ [PLAN]: BEFORE, [MANIFEST_PATH]: manifest })
    expect([run.code, textOf(run)]).toEqual([1, BEFORE])
    expect(errorsOf(run)).toMatch(/is for the path P24 \(.*classic, which no path of the plan is for/)
  })

  it('when it has no path, with a warning', async () => {
    const text = '{"metadata":{"schemaVersion":"1.0"},"overallStatus":"unresolved_path","candidatePaths":[]}'
    const run = await start({ [PLAN]: text })
    expect([run.code, textOf(run)]).toEqual([0, text])
    const message = 'the prerequisite plan is `unresolved_path`: it has no rows, and was left as it is'
    expect(reportOf(run).problems).toEqual([
      { severity: 'warning', message, location: { path: PLAN, line: 1, column: 1 } },
    ])
  })

  it('when it is not there, or a link out of the workspace', async () => {
    const none = await start({})
    expect([none.code, existsSync(path.join(none.workspace, PLAN))]).toEqual([1, false])
    expect(errorsOf(none)).toMatch(/the prerequisite plan migration\/plan\.json is not there/)
    const out = await start({ [PLAN]: { link: '../../temp' } })
    expect([out.code, errorsOf(out)]).toEqual([1, expect.stringMatching(/is a link out of the workspace/)])
  })
})
