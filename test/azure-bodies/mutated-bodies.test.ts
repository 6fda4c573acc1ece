import { expect, it } from '@jest/globals'
import { runMutatedWorld } from './mutated-world.ts'
import { WORLDS } from './worlds.ts'

it.each(WORLDS.map((world) => [world().name, world] as const))(
  '%s',
  async (_, world) => {
    const t = performance.now()
    const { baseline, bodies, runs, checkRuns } = await runMutatedWorld(world())
    console.log(
      _,
      Math.round(performance.now() - t),
      bodies.length,
      runs.length,
      checkRuns,
      '\n' +
        baseline
          .map((r) => `${r.verdict} ${r.proof} ${r.id} ${r.subject.name} ${r.verdict === 'unknown' ? r.summary : ''}`)
          .join('\n'),
    )
    const base = new Map(baseline.map((r) => [`${r.id} ${r.subject.name}`, r]))
    const bad = new Map<string, number>()
    for (const run of runs)
      for (const r of run.results ?? []) {
        const b = base.get(`${r.id} ${r.subject.name}`)!
        const ok =
          (r.verdict === b.verdict &&
            !(b.proof === 'proxy' && r.proof === 'direct' && ['pass', 'fail'].includes(r.verdict))) ||
          (['unknown', 'blocked', 'manual'].includes(r.verdict) && r.cause?.kind !== 'bug')
        if (!ok) {
          const k = `${run.question.split('/').slice(-2).join('/')} | ${run.mutation.field} | ${run.mutation.kind} | ${r.id} ${r.subject.name}: ${b.verdict}->${r.verdict} ${r.cause?.kind ?? ''}`
          bad.set(k, (bad.get(k) ?? 0) + 1)
        }
      }
    console.log(bad.size, [...bad.keys()].join('\n'))
    expect(runs.length).toBeGreaterThan(1)
  },
  200_000,
)
