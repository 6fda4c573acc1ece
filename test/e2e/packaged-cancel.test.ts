import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ActionRun } from '../../lab/runner.ts'
import type { Stage } from '../../lab/stage.ts'
import { changeStory } from '../../lab/stories/change.ts'
import { salesStory } from '../../lab/stories/sales.ts'
import { createTheatre, ENTRY, OUTPUT_NAMES, reportOf } from './action.ts'

/** A runner kills a cancelled step 7.5 s after SIGINT and 2.5 s after SIGTERM (actions/runner, ProcessInvoker). */
const PUBLISHED_WITHIN_MS = 2_500

const theatre = createTheatre()
let stage: Stage

beforeAll(async () => {
  const hanging = changeStory(salesStory({ fixed: true }), { source: { misbehave: 'silent' } })
  stage = await theatre.stage(hanging)
})
afterAll(() => theatre.close())

function expectPublished(run: ActionRun, words: RegExp): void {
  expect([run.code, run.signal]).toEqual([1, null])
  expect(run.stderr).toBe('')
  expect(Object.keys(run.outputs).sort()).toEqual(OUTPUT_NAMES)
  expect(run.outputs).toMatchObject({ status: 'undetermined', ready: 'false', 'ready-until': '' })
  expect(run.summary).toContain('undetermined')
  expect(run.outputs['comment-url']).not.toBe('')
  expect(stage.github.comments.at(-1)?.body).toContain('undetermined')
  const checks = reportOf(run).manifests.flatMap((manifest) => manifest.checks)
  const cut = checks.filter(({ cause }) => cause?.kind === 'cancelled')
  expect(cut.length).toBeGreaterThan(1)
  expect(cut.every(({ verdict, summary }) => verdict === 'unknown' && words.test(summary))).toBe(true)
  expect(checks.filter(({ verdict }) => verdict === 'fail')).toEqual([])
  expect(checks.filter(({ id, verdict }) => id === 'azure/sign-in-works' && verdict === 'pass')).toHaveLength(1)
}

/** Until the action has connected to the source, which then never answers. */
async function connected({ sql }: Stage, before: number): Promise<void> {
  for (let waits = 0; (sql['source']?.connections ?? 0) === before; waits += 1) {
    if (waits === 1_000) throw new Error('the action did not connect to the source')
    await sleep(10)
  }
}

describe('a run that does not come to its end', () => {
  it('reports at its deadline what it knows', async () => {
    const run = theatre.keep(await stage.run(ENTRY, { inputs: { deadline: '2s' } }))
    expectPublished(run, /deadline of 2 s/)
    expect(run.ms).toBeLessThan(2_000 + 2 * PUBLISHED_WITHIN_MS)
  })

  it.each(['SIGTERM', 'SIGINT'] as const)('reports after %s what it knows', async (signal) => {
    const before = stage.sql['source']?.connections ?? 0
    const started = await stage.spawn(ENTRY)
    await connected(stage, before)
    // Azure answers within this, so that there is something to know.
    await sleep(1_000)
    const at = performance.now()
    started.kill(signal)
    const run = theatre.keep(await started.done)
    expect(performance.now() - at).toBeLessThan(PUBLISHED_WITHIN_MS)
    expectPublished(run, new RegExp(`cancelled \\(${signal}\\)`))
  })

  it('reports a cancellation that came before everything else', async () => {
    const started = await stage.spawn(ENTRY)
    await started.printed('::add-mask::')
    started.kill('SIGTERM')
    const run = theatre.keep(await started.done)
    expect([run.code, run.signal]).toEqual([1, null])
    expect(Object.keys(run.outputs).sort()).toEqual(OUTPUT_NAMES)
    expect(run.outputs).toMatchObject({ status: 'undetermined', ready: 'false' })
    expect(run.summary).not.toBe('')
  })

  it('reports although GitHub does not answer either', async () => {
    const deaf = await theatre.stage(stage.story, {
      github: { faults: [{ match: /comments/, status: 200, delayMs: 60_000 }] },
    })
    const started = await deaf.spawn(ENTRY)
    await connected(deaf, 0)
    const at = performance.now()
    started.kill('SIGTERM')
    const run = theatre.keep(await started.done)
    expect(performance.now() - at).toBeLessThan(10_000)
    expect(run.outputs['status']).toBe('undetermined')
    expect(run.summary).toContain('undetermined')
    expect(run.annotations.map(({ message }) => message).join()).toContain('comment on pull request #7')
  })
})
