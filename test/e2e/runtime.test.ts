import { describe, expect, it } from '@jest/globals'
import { createLabRuntime } from '../../lab/runtime.ts'
import type { LabRuntime } from '../../lab/azure/validate-ir.ts'
import { setStage } from '../../lab/stage.ts'
import { runtimeStory, type RuntimeStoryOptions } from '../../lab/stories/runtime.ts'
import { MANIFEST_PATH } from '../../lab/stories/story.ts'
import { CATALOGUE } from '../../src/checks/catalogue.generated.ts'
import type { CheckResult } from '../../src/domain/report.ts'
import { reportOf, surfacesOf } from './action.ts'
import { ENTRY, expectSound, nameOf, play } from './rig.ts'
import { findSecrets } from './secret-forms.ts'

const PATHS = [
  'source/name-resolves',
  'source/engine-port-is-reachable',
  'target/name-resolves',
  'target/engine-port-is-reachable',
]
const TESTS = ['source/runtime-can-connect', 'target/runtime-can-connect']
/** Every check of a network path. */
const PATH_CHECKS = new Set(CATALOGUE.filter(({ meta }) => meta.vantage === 'network-path').map(({ meta }) => meta.id))
const CANARIES = {
  SALES_PASSWORD: `S0urce'x]y;%41&<ü✓ "q">|\`*_`,
  TARGET_PASSWORD: `T4rget"x]'y;%zz&lt;<é> @org ::error::q`,
}

interface Scene extends RuntimeStoryOptions {
  runtime?: Partial<LabRuntime>
}

async function run({ runtime: more, ...options }: Scene) {
  const stage = await setStage(runtimeStory(options))
  try {
    const runtime = createLabRuntime(stage.authority, more)
    stage.azureState.runtime = runtime
    const action = await stage.run(ENTRY, {})
    const surfaces = surfacesOf(action, stage)
    const report = reportOf(action)
    await action.dispose()
    const results = report.manifests.flatMap(({ checks }) => checks)
    const requests = stage.azure.requests.filter(({ path }) => /validateIr$/i.test(path))
    return { run: action, report, results, stage, surfaces, asked: runtime.asked, requests }
  } finally {
    await stage.close()
  }
}

function of(results: readonly CheckResult[], ids: readonly string[]): CheckResult[] {
  return ids.flatMap((id) => results.filter((result) => result.id === id))
}

describe('a modern migration', () => {
  it('is seen by proxy, and its runtime is not asked, unless the workflow says so', async () => {
    const played = await run({})
    expectSound(played)
    expect(of(played.results, PATHS).map(({ verdict, proof }) => [verdict, proof])).toEqual(
      PATHS.map(() => ['pass', 'proxy']),
    )
    expect(of(played.results, TESTS)).toEqual([])
    expect(played.requests).toEqual([])
    expect(JSON.stringify(of(played.results, PATHS))).not.toContain('DMS subnet')
  }, 60_000)

  it('is proven directly from the host of the runtime', async () => {
    const played = await run({ hosts: ['127.0.0.1', '::1'] })
    expectSound(played)
    expect(of(played.results, PATHS).map(({ verdict, proof }) => [verdict, proof])).toEqual(
      PATHS.map(() => ['pass', 'direct']),
    )
    expect(played.report.run.vantage).toEqual({ name: 'runtime-host', verified: true })
    expect(of(played.results, PATHS)[1]?.evidence).toMatchObject({ vantage: { place: 'runtime-host', verified: true } })
  }, 60_000)

  it('is proven by its runtime, which logs in to the very servers, and no surface shows with what', async () => {
    const played = await run({ probe: true, secrets: CANARIES })
    expectSound(played)
    for (const result of [...of(played.results, PATHS), ...of(played.results, TESTS)]) {
      expect(result).toMatchObject({ verdict: 'pass', proof: 'direct', vantage: 'integration-runtime' })
    }
    expect(of(played.results, TESTS)).toHaveLength(2)
    const [first, ...others] = played.asked.map(({ test, body }) => [test, body[`${test}SqlConnection`]] as const)
    expect(first?.[0]).toBe('online')
    expect(Object.fromEntries(others)).toMatchObject({
      source: { password: CANARIES.SALES_PASSWORD },
      target: { password: CANARIES.TARGET_PASSWORD },
    })
    // No required network path rests on another place any more.
    const passed = played.results.filter(({ verdict, severity }) => verdict === 'pass' && severity === 'required')
    expect(passed.filter(({ id, proof }) => proof === 'proxy' && PATH_CHECKS.has(id)).map(nameOf)).toEqual([])
    expect(played.stage.sql['source']?.logins.some(({ app }) => app === 'integration-runtime')).toBe(true)
    expect(findSecrets(played.surfaces, CANARIES)).toEqual([])
  }, 60_000)

  it('is unknown from a runtime that turns out to be offline, and nothing more is asked of it', async () => {
    const played = await run({ probe: true, runtime: { online: false } })
    expectSound(played)
    // The one failure is of this world and has nothing to do with the runtime.
    const failed = played.results.filter(({ verdict, severity }) => verdict === 'fail' && severity === 'required')
    expect(failed.map(nameOf)).toEqual(['target/server-firewall-admits-dms (default)'])
    expect(played.report.ready).toBe(false)
    expect(
      of(played.results, TESTS).map(({ verdict, summary }) => [
        verdict,
        /is not online, so nothing was tried/.test(summary),
      ]),
    ).toEqual(TESTS.map(() => ['unknown', true]))
    expect(of(played.results, PATHS).map(({ proof }) => proof)).toEqual(PATHS.map(() => 'proxy'))
    expect(played.asked.map(({ test }) => test)).toEqual(['online'])
    expect(played.requests).toHaveLength(1)
  }, 60_000)

  it('shows no password that the service repeats, and takes no timeout for an answer', async () => {
    const message = `Cannot connect to x. Password was ${CANARIES.SALES_PASSWORD}, ${encodeURIComponent(CANARIES.SALES_PASSWORD)}`
    const played = await run({
      probe: true,
      secrets: CANARIES,
      runtime: {
        connect: () => Promise.resolve([{ code: '2012', message }]),
        instead: ({ test }) => (test === 'target' ? { status: 504, body: '' } : undefined),
      },
    })
    expectSound(played)
    const [source, target] = of(played.results, TESTS)
    expect(source).toMatchObject({ verdict: 'fail', vantage: 'integration-runtime' })
    expect(target).toMatchObject({ verdict: 'unknown', cause: { kind: 'timeout' } })
    expect(findSecrets(played.surfaces, CANARIES)).toEqual([])
  }, 60_000)

  it('sends nothing to Azure in a run that nobody trusts', async () => {
    const base = runtimeStory({ probe: true })
    const changed = (ports: Parameters<typeof base.files>[0]) =>
      (base.files(ports)[MANIFEST_PATH] ?? '').replace('databases: [Sales,', 'databases: [Sales, Extra,')
    const runtime = createLabRuntime('')
    const played = await play(base, {
      before: (stage) => {
        stage.azureState.runtime = runtime
        const sql = Object.fromEntries(Object.entries(stage.sql).map(([name, { port }]) => [name, port]))
        stage.github.state.files = { main: { ...stage.files, [MANIFEST_PATH]: changed({ sql }) } }
      },
    })
    expect(played.report.run.trusted).toBe(false)
    // All uses are those of the trusted manifest: the servers are logged in to, and the runtime is asked nothing.
    expect(of(played.results, ['source/login-is-accepted'])[0]?.verdict).toBe('pass')
    expect(of(played.results, TESTS).map(({ verdict }) => verdict)).toEqual(TESTS.map(() => 'not-applicable'))
    expect([
      runtime.asked,
      played.stage.azure.requests.filter(({ method, path }) => method === 'POST' && /validate/i.test(path)),
    ]).toEqual([[], []])
  }, 60_000)
})
