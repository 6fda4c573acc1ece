import { describe, expect, it } from '@jest/globals'
import { notReadyReport } from '../../test/golden/reports.ts'
import { MANIFEST } from '../../test/fixtures.ts'
import { pathOf, planText } from '../../test/prerequisite-plan/plan-fixtures.ts'
import { CATALOGUE } from '../checks/catalogue.generated.ts'
import type { Manifest } from '../domain/manifest.ts'
import { seen, unseen } from '../domain/observed.ts'
import type { CheckResult, Report } from '../domain/report.ts'
import { readContext } from '../inputs/context.ts'
import { readInputs } from '../inputs/inputs.ts'
import { openPrerequisitePlan } from './prerequisite-plan.ts'
import { removeStaleReceipt } from './receipt-place.ts'
import { readPrerequisitePlan, writePrerequisitePlan } from './write-prerequisite-plan.ts'
import type { World } from './world.ts'

const PATH = 'migration/plan.json'
const BEFORE = planText(pathOf('P24'))
const MODERN: Manifest = {
  ...MANIFEST,
  scenario: 'sql-server-to-azure-sql-managed-instance',
  generation: 'modern',
  migration: 'online',
}

function settings() {
  const read = readInputs({ 'INPUT_PREREQUISITE-PLAN': PATH })
  if (!read.ok) throw new Error('inputs')
  return { inputs: read.inputs, context: readContext({ GITHUB_WORKSPACE: '/w' }, undefined), manifests: [MODERN] }
}

/** A world that has nothing but the plan. `written` gets what is put in its place. */
function worldWith(file: Partial<World['planFile']> = {}): World & { written: string[] } {
  const written: string[] = []
  const planFile: World['planFile'] = {
    read: () => Promise.resolve(seen(BEFORE)),
    replace(place, before, text) {
      expect([place, before]).toEqual([{ workspace: '/w', path: PATH }, BEFORE])
      written.push(text)
      return Promise.resolve(seen({ written: true }))
    },
    ...file,
  }
  const receiptFiles = { hashOfWritten: () => Promise.resolve(unseen('not-found', 'It is not there.')) }
  return { planFile, receiptFiles, toolVersion: '1.2.3', written } as unknown as World & { written: string[] }
}

/** A trusted report in which the log files of a database were looked at. */
function reportWith(verdict: CheckResult['verdict'], changes: Partial<Report> = {}): Report {
  const report = notReadyReport()
  const [manifest] = report.manifests
  const check = { ...manifest!.checks[0]!, id: 'source/has-one-log-file', verdict, proof: 'direct' as const }
  const run = { ...report.run, trusted: true }
  return { ...report, run, problems: [], manifests: [{ ...manifest!, checks: [check] }], ...changes }
}

async function write(world: World, report: Report): ReturnType<typeof writePrerequisitePlan> {
  const { plan } = await readPrerequisitePlan(world, settings())
  return writePrerequisitePlan(world, { ...settings(), report, plan: plan! }, undefined)
}

describe('the plan at the end of a run', () => {
  it('rests on a check that cites the row', () => {
    const check = CATALOGUE.find(({ meta }) => meta.id === 'source/has-one-log-file')
    expect(check?.meta.source.rows).toContain('P24-004')
  })

  it('is written, and the sentence tells what became of how many rows', async () => {
    const world = worldWith()
    expect(await write(world, reportWith('fail'))).toEqual({
      words: `The prerequisite plan \`${PATH}\` has the evidence of this run: 1 row missing. It is now \`blocked\`.`,
      isProblem: false,
    })
    expect(world.written).toEqual([expect.stringContaining('known_missing:dms_preflight')])
  })

  it('is left alone when the verdicts decide nothing, as after the deadline', async () => {
    const world = worldWith()
    expect(await write(world, reportWith('unknown'))).toEqual({
      words: `The prerequisite plan \`${PATH}\` was left as it is: no check of this run decides a row of it.`,
      isProblem: false,
    })
    expect(world.written).toEqual([])
  })

  it.each<[string, Partial<Report>, RegExp]>([
    ['is not trusted', { run: { ...notReadyReport().run, trusted: false } }, /this run is not trusted/],
    ['has errors', { problems: [{ severity: 'error', message: 'x' }] }, /the run has errors/],
  ])('is left alone when the run %s', async (_, changes, words) => {
    const world = worldWith()
    expect(await write(world, reportWith('fail', changes))).toEqual({
      words: expect.stringMatching(words),
      isProblem: false,
    })
    expect(world.written).toEqual([])
  })

  it('is a problem when it cannot be written', async () => {
    const world = worldWith({
      replace: () => Promise.resolve(unseen('forbidden', 'plan.json cannot be written (EROFS).')),
    })
    expect(await write(world, reportWith('fail'))).toEqual({
      words: `The prerequisite plan \`${PATH}\` was left as it is: plan.json cannot be written (EROFS).`,
      isProblem: true,
    })
  })

  it('never takes the report with it when something of ours breaks', async () => {
    const broken = (): never => {
      throw new Error('boom')
    }
    const { inputs, context } = settings()
    const outcome = { manifests: [{ manifest: MODERN, results: [] }], trusted: true, notices: [] }
    const problems: Report['problems'][number][] = []
    const unread = await openPrerequisitePlan(worldWith({ read: broken }), inputs, context, outcome, problems)
    expect(unread(reportWith('fail'))).toEqual({})
    expect(problems).toEqual([
      { severity: 'error', message: expect.stringMatching(/dms-preflight itself: Error: boom/) },
    ])
    const unwritten = await openPrerequisitePlan(worldWith({ replace: broken }), inputs, context, outcome, [])
    expect(await unwritten(reportWith('fail')).prerequisitePlan?.(undefined)).toEqual({
      words: expect.stringMatching(/left as it is\. An error of dms-preflight itself: Error: boom/),
      isProblem: true,
    })
  })

  it.each([
    [PATH, PATH],
    [`./${PATH}`, PATH],
    [PATH, `/w/migration/../${PATH}`],
  ])('is not deleted as an old receipt by whoever gives one path for both: %s, %s', async (receipt, plan) => {
    const remove = (): never => {
      throw new Error('deleted')
    }
    const env = { GITHUB_WORKSPACE: '/w', INPUT_RECEIPT: receipt, 'INPUT_PREREQUISITE-PLAN': plan }
    const world = { env, receiptFiles: { remove } } as unknown as World
    expect(await removeStaleReceipt(world)).toBeUndefined()
  })
})

describe('a plan that cannot be read', () => {
  it('is not compared with manifests when there is none', async () => {
    const { plan, problems } = await readPrerequisitePlan(worldWith(), { ...settings(), manifests: [] })
    expect([plan?.path.id, problems]).toEqual(['P24', []])
  })

  it('is an error with its place', async () => {
    const world = worldWith({ read: () => Promise.resolve(seen('{\n!')) })
    expect(await readPrerequisitePlan(world, settings())).toEqual({
      problems: [
        {
          severity: 'error',
          location: { path: PATH, line: 2, column: 1 },
          message: 'the prerequisite plan is no JSON: a key in double quotes is expected',
        },
      ],
    })
  })
})
