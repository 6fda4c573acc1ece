import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import addFormats from 'ajv-formats'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { ActionRun } from '../../lab/runner.ts'
import type { Stage } from '../../lab/stage.ts'
import { readyStory } from '../../lab/stories/ready.ts'
import { salesStory } from '../../lab/stories/sales.ts'
import { MANIFEST_PATH, type Story } from '../../lab/stories/story.ts'
import { undeterminedStory } from '../../lab/stories/undetermined.ts'
import { CATALOGUE } from '../../src/checks/catalogue.generated.ts'
import { FAIL_ON } from '../../src/domain/gate.ts'
import type { CheckResult } from '../../src/domain/report.ts'
import { VERDICTS, type Status } from '../../src/domain/verdict.ts'
import { replay } from '../../src/engine/replay.ts'
import { parseManifest } from '../../src/manifest/parse-manifest.ts'
import { createTheatre, ENTRY, OUTPUT_NAMES, reportOf, surfacesOf } from './action.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const SCHEMA = JSON.parse(readFileSync(path.join(ROOT, 'docs/report.schema.json'), 'utf8')) as object

interface Case {
  story: Story
  status: Status
  heading: string
  /** Exit code for each value of `fail-on`, as the contract has it. */
  codes: Record<(typeof FAIL_ON)[number], 0 | 1>
}

const CASES: Case[] = [
  {
    story: readyStory(),
    status: 'ready',
    heading: ': ready',
    codes: { conditions: 0, undetermined: 0, 'not-ready': 0, never: 0 },
  },
  {
    story: salesStory({ fixed: true }),
    status: 'ready-with-conditions',
    heading: ': ready with conditions',
    codes: { conditions: 1, undetermined: 0, 'not-ready': 0, never: 0 },
  },
  {
    story: undeterminedStory({ fixed: false }),
    status: 'undetermined',
    heading: ': undetermined',
    codes: { conditions: 1, undetermined: 1, 'not-ready': 0, never: 0 },
  },
  {
    story: salesStory({ fixed: false }),
    status: 'not-ready',
    heading: ': not ready',
    codes: { conditions: 1, undetermined: 1, 'not-ready': 1, never: 0 },
  },
]

describe.each(CASES)('the packaged action in a migration that is $status', ({ story, status, heading, codes }) => {
  const theatre = createTheatre()
  let stage: Stage
  let run: ActionRun

  beforeAll(async () => {
    stage = await theatre.stage(story)
    run = theatre.keep(await stage.run(ENTRY))
  })
  afterAll(() => theatre.close())

  it('says so in the summary, the log, the comment and the outputs', () => {
    expect(run.stderr).toBe('')
    expect(run.outputs['status']).toBe(status)
    expect(run.outputs['ready']).toBe(String(codes.undetermined === 0))
    expect(run.summary.split('\n').find((line) => line.startsWith('#'))).toContain(heading)
    expect(stage.github.comments).toHaveLength(1)
    expect(stage.github.comments[0]?.body).toContain(heading)
    expect(run.outputs['comment-url']).toBe('https://github.com/acme/db/pull/7#issuecomment-1001')
    expect(run.stdout).toContain(heading.toUpperCase())
  })

  it('sets the outputs of action.yml and no others, all small and without a host, a user or a secret', () => {
    expect(Object.keys(run.outputs).sort()).toEqual(OUTPUT_NAMES)
    const { counts } = reportOf(run)
    for (const verdict of VERDICTS) expect(run.outputs[verdict]).toBe(String(counts[verdict]))
    expect(run.outputs['total']).toBe(String(Object.values(counts).reduce((sum, count) => sum + count, 0)))
    const text = surfacesOf(run, stage)['outputs'] ?? ''
    expect(text.length).toBeLessThan(1000)
    expect(text).not.toMatch(/localhost|127\.0\.0\.1|sqlsales|snet-dms|@|=dms$/m)
    for (const secret of Object.values(story.secrets).filter((value) => value !== ''))
      expect(text).not.toContain(secret)
  })

  it('exits by `fail-on`', async () => {
    const others = FAIL_ON.filter((failOn) => failOn !== 'undetermined')
    const runs = others.map(async (failOn) => {
      const other = await stage.run(ENTRY, { inputs: { 'fail-on': failOn, comment: 'never' } })
      await other.dispose()
      return [failOn, other.code] as const
    })
    // `undetermined` is the default, and so that of the first run.
    expect({ undetermined: run.code, ...Object.fromEntries(await Promise.all(runs)) }).toEqual(codes)
  }, 40_000)

  it('marks what is open or rests on a word on lines of the manifest', () => {
    const lines = (stage.files[MANIFEST_PATH] ?? '').split('\n')
    const open = reportOf(run)
      .manifests.flatMap(({ checks }) => checks)
      .filter(({ verdict }) => ['fail', 'unknown', 'blocked', 'manual', 'attested', 'waived'].includes(verdict))
    expect(run.annotations.length > 0).toBe(open.length > 0)
    for (const annotation of run.annotations.filter(({ file }) => file !== undefined)) {
      expect(annotation.file).toBe(MANIFEST_PATH)
      const result = open.find(({ id }) => annotation.message.includes(`[${id}]`))
      expect(annotation.line).toBe(result?.location.line)
      expect(lines[(annotation.line ?? 0) - 1]?.slice((annotation.col ?? 0) - 1).trim()).not.toBe('')
    }
  })

  it('writes a report.json that its schema accepts', () => {
    const ajv = new Ajv2020({ allErrors: true, strict: false })
    ;(addFormats as unknown as (to: Ajv2020) => void)(ajv)
    const validate = ajv.compile(SCHEMA)
    validate(reportOf(run))
    expect(validate.errors ?? []).toEqual([])
    expect(reportOf(run).run).toMatchObject({ repository: 'acme/db', event: 'pull_request', trusted: true })
  })

  it('can be judged again from report.json alone', () => {
    const text = stage.files[MANIFEST_PATH] ?? ''
    const parsed = parseManifest({
      path: MANIFEST_PATH,
      text,
      now: Date.now(),
      checkIds: CATALOGUE.map(({ meta }) => meta.id),
    })
    if (!parsed.ok) throw new Error('the manifest of the story is wrong')
    const checks = reportOf(run).manifests.flatMap((manifest) => manifest.checks)
    const again = replay(parsed.manifest, checks, CATALOGUE)
    expect(checks.filter(({ evidence }) => Object.keys(evidence).length > 0).length).toBeGreaterThan(5)
    const shown = ({ id, subject, verdict, proof, summary, actual }: CheckResult): object => ({
      at: `${id} ${subject.name}`,
      verdict,
      proof,
      summary,
      actual,
    })
    const isByWord = ({ verdict, vouched }: CheckResult): boolean => vouched !== undefined || verdict === 'waived'
    const kept = checks.flatMap((check, at) => (isByWord(check) ? [] : [at]))
    expect(kept.map((at) => again[at]).map((result) => result && shown(result))).toEqual(
      kept.map((at) => checks[at]).map((result) => result && shown(result)),
    )
    for (const [at, check] of checks.entries()) {
      if (isByWord(check)) expect(['manual', 'fail']).toContain(again[at]?.verdict)
    }
  })
})
