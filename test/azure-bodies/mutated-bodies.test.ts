// For each field of each answer of Azure on which a verdict rests: dropped, null, in other letters, of a wrong type.
// Every check then says what it said before, or that it does not know.
import { beforeAll, describe, expect, it } from '@jest/globals'
import type { Check } from '../../src/checks/define.ts'
import type { TargetSpec } from '../../src/checks/subjects.ts'
import type { CheckResult } from '../../src/domain/report.ts'
import { failing, fakeCheck, passing } from '../fixtures.ts'
import { EXCEPTIONS, type Exception } from './exceptions.ts'
import { AZURE_CHECKS, runMutatedWorld, runWhole, type MutatedRun, type WorldRuns } from './mutated-world.ts'
import { WORLDS, type World } from './worlds.ts'

/** Said of what could not be determined; a need that is not met blocks, and a person may be asked to vouch. */
const HONEST = ['unknown', 'blocked', 'manual']

interface Deviation {
  exception: Exception | undefined
  text: string
}

/** Results that are neither what they were nor honestly open. */
function deviationsIn({ question, mutation, results }: MutatedRun, baseline: readonly CheckResult[]): Deviation[] {
  return (results ?? []).flatMap((result, index): Deviation[] => {
    const before = baseline[index]
    if (before !== undefined && isRight(result, before)) return []
    const exception = EXCEPTIONS.find(
      ({ of, field, kinds, checks, verdicts }) =>
        of.test(question) &&
        field === mutation.field &&
        kinds.includes(mutation.kind) &&
        checks.test(result.id) &&
        verdicts.includes(result.verdict),
    )
    const change = `${before?.verdict ?? 'nothing'} (${before?.proof ?? ''}) -> ${result.verdict} (${result.proof})`
    const what = `${question.replace(/^.*\/providers\//, '')} ${mutation.field} ${mutation.kind}`
    return [{ exception, text: `${what}: ${result.id} (${result.subject.name}): ${change}: ${result.summary}` }]
  })
}

function isRight(result: CheckResult, before: CheckResult): boolean {
  if (result.id !== before.id || result.subject.name !== before.subject.name) return false
  if (result.cause?.kind === 'bug') return false
  if (HONEST.includes(result.verdict)) return true
  // Less may be proven than before, and never more.
  return result.verdict === before.verdict && (result.proof === before.proof || result.proof === 'proxy')
}

function unexpected(deviations: readonly Deviation[]): readonly string[] {
  return [...new Set(deviations.filter(({ exception }) => exception === undefined).map(({ text }) => text))]
}

/** Of checks that fail for what a server or the network says, and never for an answer of Azure. */
const FAILS_ELSEWHERE = AZURE_CHECKS.filter(({ uses }) => uses.includes('sql')).map(({ meta }) => meta.id)

const RUNS = new Map<() => World, Promise<WorldRuns>>()

/** Once for all tests. */
function runsOf(world: () => World): Promise<WorldRuns> {
  const runs = RUNS.get(world) ?? runMutatedWorld(world())
  RUNS.set(world, runs)
  return runs
}

describe.each(WORLDS.map((world) => ({ name: world().name, world })))('$name', ({ world }) => {
  it('no field of an answer misleads a check', async () => {
    const { baseline, runs } = await runsOf(world)
    expect(baseline.filter(({ cause }) => cause?.kind === 'bug')).toEqual([])
    expect(unexpected(runs.flatMap((run) => deviationsIn(run, baseline)))).toEqual([])
  }, 60_000)
})

describe('all worlds together', () => {
  const inScope = AZURE_CHECKS.filter(
    ({ meta }) => meta.scenarios.includes('sql-server-to-azure-sql-database') && meta.generations.includes('classic'),
  )
  let all: readonly WorldRuns[] = []
  beforeAll(async () => {
    all = await Promise.all(WORLDS.map(runsOf))
  }, 120_000)
  const withVerdict = (verdict: CheckResult['verdict']): ReadonlySet<string> =>
    new Set(all.flatMap(({ baseline }) => baseline.filter((result) => result.verdict === verdict)).map(({ id }) => id))

  it('have every check that reads Azure pass and fail', () => {
    const passing = withVerdict('pass')
    const failing = withVerdict('fail')
    expect(inScope.map(({ meta }) => meta.id).filter((id) => !passing.has(id))).toEqual([])
    const mayFail = inScope.filter(({ meta }) => meta.verdicts.includes('fail') && !FAILS_ELSEWHERE.includes(meta.id))
    expect(mayFail.map(({ meta }) => meta.id).filter((id) => !failing.has(id))).toEqual([])
  })

  it('mutate what verdicts rest on', () => {
    const runs = all.flatMap((one) => one.runs)
    expect(runs.length).toBeGreaterThan(10_000)
    expect(runs.filter(({ results }) => results !== undefined).length).toBeGreaterThan(runs.length / 3)
    expect(new Set(runs.map(({ mutation }) => mutation.kind)).size).toBe(5)
  })

  it('need every exception', () => {
    const deviations = all.flatMap(({ baseline, runs }) => runs.flatMap((run) => deviationsIn(run, baseline)))
    const used = new Set(deviations.map(({ exception }) => exception))
    expect(EXCEPTIONS.filter((exception) => !used.has(exception))).toEqual([])
  })

  it('say the same in a whole run, in which nothing is remembered', async () => {
    for (const [index, world] of WORLDS.slice(0, 4).entries()) {
      const read = all[index]?.runs.filter(({ results }) => results !== undefined) ?? []
      // Spread over all of them: a prime step meets many bodies and every kind.
      const sample = read.filter((_, place) => place % 397 === 97 * index)
      expect(sample.length).toBeGreaterThan(1)
      for (const { question, mutation, results } of sample) {
        const whole = await runWhole(world(), question, mutation.body)
        expect({ field: mutation.field, results: whole.map(tellOf) }).toEqual({
          field: mutation.field,
          results: results?.map(tellOf),
        })
      }
    }
  }, 60_000)
})

function tellOf({ id, subject, verdict, proof, cause }: CheckResult): string {
  return `${id} (${subject.name}): ${verdict} ${proof} ${cause?.kind ?? ''}`
}

describe('a check that guesses', () => {
  /** It takes what Azure does not tell for the usual, and breaks on what it did not expect. */
  const guessing = fakeCheck({
    id: 'azure/server-is-ready',
    on: 'target',
  })
  const check: Check = {
    ...guessing,
    uses: ['arm'],
    observe: async ({ arm }, { spec }) => {
      const server = await arm.sqlServer((spec as TargetSpec).target.resourceId)
      if (!server.ok) return server
      return { ok: true, value: { state: (server.value.found ? server.value.value.state : undefined) ?? 'Ready' } }
    },
    judge: ({ state }) => {
      if (typeof state === 'string' && state === state.toUpperCase()) throw new Error('unexpected letters')
      return state === 'Ready' ? passing() : failing()
    },
  }

  it('is caught', async () => {
    const world = WORLDS.map((make) => make()).find(({ name }) => name === 'broken')
    expect(world).toBeDefined()
    if (world === undefined) return
    const { baseline, runs } = await runMutatedWorld(world, [check])
    expect(baseline.map(({ verdict }) => verdict)).toContain('fail')
    const caught = runs.flatMap((run) => unexpected(deviationsIn(run, baseline)))
    expect(caught).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/sqlopen properties\.state dropped: .*fail \(direct\) -> pass/),
        expect.stringMatching(/sqlopen properties\.state null: .*fail \(direct\) -> pass/),
        expect.stringMatching(/sqlsales properties\.state letters: .*pass \(direct\) -> unknown/),
      ]),
    )
  })
})
