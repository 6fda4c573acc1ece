import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { ActionRun, ActionStart } from '../../lab/runner.ts'
import { setStage, type Stage } from '../../lab/stage.ts'
import { MANIFEST_PATH, type Story } from '../../lab/stories/story.ts'
import { CATALOGUE } from '../../src/checks/catalogue.generated.ts'
import type { CheckResult, Report } from '../../src/domain/report.ts'
import type { Verdict } from '../../src/domain/verdict.ts'
import { createLimit } from '../../src/engine/limit.ts'
import { replay } from '../../src/engine/replay.ts'
import { parseManifest } from '../../src/manifest/parse-manifest.ts'
import type { Case, Expectation } from './expectation.ts'

const ROOT = resolve(import.meta.dirname, '..', '..')

/** What runs is the packaged action; while developing, `src/main.ts` needs no build. */
export const ENTRY = process.env['DMS_PREFLIGHT_ENTRY'] ?? join(ROOT, 'dist', 'index.js')
/** One action and its lab keep about one core busy. */
const AT_ONCE = 2
const CASE_TIMEOUT_MS = 60_000
/** The packaged action is the same in every world: node need not compile it again. */
const COMPILE_CACHE = join(ROOT, 'node_modules', '.cache', 'dms-preflight-e2e')

const ajv = new Ajv2020({ allErrors: true, strict: false })
addFormats.default(ajv)
const isReport = ajv.compile(JSON.parse(readFileSync(join(ROOT, 'docs', 'report.schema.json'), 'utf8')) as object)

export interface Played {
  run: Omit<ActionRun, 'dispose'>
  report: Report
  results: readonly CheckResult[]
  /** The lab's book of the run; its servers are closed. */
  stage: Stage
}

export interface PlayOptions {
  start?: Partial<ActionStart>
  /** After the lab stands and before the action starts. */
  before?: (stage: Stage) => unknown
}

/** Runs the action in the world of a story, from the workflow's side: a child process, real sockets, files it wrote. */
export async function play(story: Story, { start = {}, before }: PlayOptions = {}): Promise<Played> {
  const stage = await setStage(story)
  try {
    await before?.(stage)
    const run = await stage.run(ENTRY, {
      ...start,
      env: { NODE_COMPILE_CACHE: COMPILE_CACHE, ...start.env },
    })
    const path = run.outputs['report']
    if (path === undefined || path === '') throw new Error(`No report was written.\n${run.stdout}\n${run.stderr}`)
    const report = JSON.parse(await readFile(resolve(run.workspace, path), 'utf8')) as Report
    await run.dispose()
    return { run, report, results: report.manifests.flatMap(({ checks }) => checks), stage }
  } finally {
    await stage.close()
  }
}

/** What holds in every world: the report has its schema, its evidence gives the same verdicts again, and no secret is in it. */
export function expectSound({ run, report, results, stage }: Played): void {
  isReport(report)
  expect(isReport.errors).toBeNull()
  expect(report.problems.filter(({ severity }) => severity === 'error')).toEqual([])
  expect(results.filter((result) => !mayGive(result.id, result.verdict))).toEqual([])
  expect(results.filter(lacksEvidence)).toEqual([])
  expect(replayed(stage, results)).toEqual(
    results.map(({ id, subject, verdict }) => [id, subject.name, unvouched(verdict)]),
  )
  const shown = JSON.stringify(report) + run.summary + stage.github.comments.map(({ body }) => body).join('')
  const secrets = Object.values(stage.story.secrets).filter((secret) => secret !== '')
  expect(secrets.filter((secret) => shown.includes(secret))).toEqual([])
  expect(run.outputs['status']).toBe(report.status)
  expect(run.code).toBe(report.ready ? 0 : 1)
}

/** `judge` gives only the verdicts of its `meta`; the engine adds two, and people two. */
export function mayGive(id: string, verdict: Verdict): boolean {
  const meta = CATALOGUE.find((check) => check.meta.id === id)?.meta
  if (meta === undefined) return false
  const byPeople = (verdict === 'attested' && meta.verdicts.includes('manual')) || verdict === 'waived'
  return meta.verdicts.some((own) => own === verdict) || ['unknown', 'blocked'].includes(verdict) || byPeople
}

function lacksEvidence({ verdict, evidence }: CheckResult): boolean {
  return (verdict === 'pass' || verdict === 'fail') && Object.keys(evidence).length === 0
}

function replayed(stage: Stage, results: readonly CheckResult[]): [string, string, Verdict][] {
  const parsed = parseManifest({
    path: MANIFEST_PATH,
    text: stage.files[MANIFEST_PATH] ?? '',
    now: Date.now(),
    checkIds: CATALOGUE.map(({ meta }) => meta.id),
  })
  if (!parsed.ok) throw new Error(`The manifest of the story is wrong: ${JSON.stringify(parsed.problems)}`)
  const again = replay(parsed.manifest, results, CATALOGUE)
  return again.map(({ id, subject, verdict }) => [id, subject.name, unvouched(verdict)])
}

/** The verdict before people vouched; a stated version is `attested` by itself and compares alike. */
function unvouched(verdict: Verdict): Verdict {
  return verdict === 'attested' ? 'manual' : verdict === 'waived' ? 'fail' : verdict
}

/** Results whose cause is their own: what is blocked waits for one of them. */
export function rootCauses(results: readonly CheckResult[]): CheckResult[] {
  return results.filter(({ verdict }) => verdict === 'fail' || verdict === 'unknown')
}

export function nameOf({ id, subject }: Pick<CheckResult, 'id' | 'subject'>): string {
  return `${id} (${subject.name})`
}

/** One test for each world, with all that it has to show. The worlds of a file are played in the background. */
export function describeCases(title: string, cases: readonly Case[], atOnce = AT_ONCE): void {
  describe(title, () => {
    const plays = startAll(cases, atOnce)
    it.each(cases.map((one) => [one.world, one] as const))(
      '%s',
      async (world, { expected }) => {
        const played = await plays(world)
        expectSound(played)
        for (const expectation of expected) expectResult(played.results, expectation)
      },
      CASE_TIMEOUT_MS,
    )
  })
}

/** Begins every world as soon as the tests of the block begin, a few at once. */
export function startAll(
  worlds: readonly { world: string; story: Story; options?: PlayOptions }[],
  atOnce = AT_ONCE,
): (world: string) => Promise<Played> {
  const plays = new Map<string, Promise<Played>>()
  beforeAll(() => {
    const limit = createLimit(atOnce)
    for (const { world, story, options } of worlds) {
      const played = limit(() => play(story, options))
      // Whoever asks for it gets the rejection; until then it must not end the process.
      played.catch(() => undefined)
      plays.set(world, played)
    }
  })
  return (world) => plays.get(world) ?? Promise.reject(new Error(`No world is named ${world}`))
}

export function expectResult(results: readonly CheckResult[], expectation: Expectation): void {
  const { check, subject, verdict, says, proof, cause, missing, blockedBy } = expectation
  const asked = results.filter(({ id, subject: { name } }) => id === check && (subject ?? name) === name)
  expect(asked).not.toEqual([])
  for (const result of asked) {
    expect(result).toMatchObject({
      id: check,
      verdict,
      summary: expect.stringMatching(says),
      ...(proof === undefined ? {} : { proof }),
      ...(cause === undefined ? {} : { cause: { kind: cause } }),
      ...(missing === undefined ? {} : { remediation: { text: expect.stringContaining(missing) } }),
    })
    if (blockedBy !== undefined) expect(result.blockedBy?.map(({ id }) => id)).toContain(blockedBy)
    if (verdict === 'fail') expect(result.remediation?.text).toMatch(/\w/)
  }
}
