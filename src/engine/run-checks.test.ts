import { describe, expect, it } from '@jest/globals'
import { failing, fakeCheck, MANIFEST, passing } from '../../test/fixtures.ts'
import { seen, unseen } from '../domain/observed.ts'
import type { CheckResult } from '../domain/report.ts'
import { planChecks } from '../plan/plan.ts'
import type { Ports } from '../ports/ports.ts'
import type { Check } from '../checks/define.ts'
import { replay } from './replay.ts'
import { runChecks, type EngineOptions } from './run-checks.ts'
import { createUntrustedPorts } from './untrusted-ports.ts'

const NO_PORTS = {} as Ports

function run(catalogue: readonly Check[], options: Partial<EngineOptions> = {}): Promise<CheckResult[]> {
  const all = { maxParallel: 8, timeoutMs: 1000, signal: new AbortController().signal, vantage: 'runner', ...options }
  return runChecks(planChecks(MANIFEST, catalogue), NO_PORTS, all)
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

describe('runChecks', () => {
  it('gives results in the order of the plan, whatever finishes first', async () => {
    const slow = fakeCheck({ id: 'a/slow', observe: () => wait(30).then(() => seen({ n: 1 })) })
    const results = await run([slow, fakeCheck({ id: 'b/fast' })])
    expect(results.map(({ id, verdict }) => [id, verdict])).toEqual([
      ['a/slow', 'pass'],
      ['b/fast', 'pass'],
    ])
  })

  it.each([
    ['fail', () => Promise.resolve(seen({ n: 1 })), failing],
    ['unknown', () => Promise.resolve(unseen('timeout', 'silence')), passing],
  ] as const)(
    'blocks what needs a check that is %s, naming it, and does not look',
    async (_verdict, observe, judge) => {
      let looks = 0
      const results = await run([
        fakeCheck({
          id: 'a/behind',
          needs: [{ id: 'a/root' }],
          observe: () => {
            looks += 1
            return Promise.resolve(seen({ n: 1 }))
          },
        }),
        fakeCheck({ id: 'a/root', observe, judge: () => judge() }),
      ])
      expect(looks).toBe(0)
      expect(results[0]).toMatchObject({
        verdict: 'blocked',
        blockedBy: [{ id: 'a/root', subject: 'Wave 1' }],
        evidence: {},
      })
    },
  )

  it('takes one passing result for a need marked `any`', async () => {
    const exists = fakeCheck({
      id: 'a/exists',
      on: 'database',
      judge: (_evidence, subject) => (subject.name.endsWith('Sales') ? passing() : failing()),
    })
    const results = await run([
      exists,
      fakeCheck({ id: 'a/login', on: 'target', needs: [{ id: 'a/exists', any: true }] }),
    ])
    expect(results.map(({ verdict }) => verdict)).toEqual(['pass', 'fail', 'pass'])
  })

  it('turns a probe failure into unknown with its cause and what is missing', async () => {
    const failure = unseen('forbidden', 'Azure refused', { missing: 'Microsoft.Sql/servers/read' })
    const [result] = await run([fakeCheck({ id: 'a/one', observe: () => Promise.resolve(failure) })])
    expect(result).toMatchObject({
      verdict: 'unknown',
      cause: { kind: 'forbidden', message: 'Azure refused' },
      remediation: { text: 'Missing: Microsoft.Sql/servers/read.' },
    })
  })

  it.each<[Parameters<typeof unseen>[2], RegExp]>([
    [{ scripts: [{ language: 'bash', code: 'true' }] }, /^Then run the gate again\.$/],
    [{}, /^Look why the name servers of this runner gave no answer/],
  ])('names a next step where no permission is missing: %j', async (more, text) => {
    const failure = unseen('dns', 'no answer', more)
    const [result] = await run([fakeCheck({ id: 'a/one', observe: () => Promise.resolve(failure) })])
    expect(result?.remediation?.text).toMatch(text)
  })

  it.each([
    ['observe', { observe: () => Promise.reject(new TypeError('oops')) }],
    [
      'judge',
      {
        judge: () => {
          throw new TypeError('oops')
        },
      },
    ],
  ])('calls an exception in %s a bug of ours, not a verdict', async (_where, parts) => {
    const [result] = await run([fakeCheck({ id: 'a/one', ...parts })])
    expect(result).toMatchObject({ verdict: 'unknown', cause: { kind: 'bug' } })
    expect(result?.summary).toContain('oops')
  })

  it('gives up on one check after its time and says which input to raise', async () => {
    const [result] = await run([fakeCheck({ id: 'a/hangs', observe: () => new Promise(() => undefined) })], {
      timeoutMs: 20,
    })
    expect(result).toMatchObject({ verdict: 'unknown', cause: { kind: 'timeout' } })
    expect(result?.remediation?.text).toContain('`timeout`')
  })

  it('calls everything that a cancelled run did not finish cancelled, and keeps what it had', async () => {
    const controller = new AbortController()
    const all = run(
      [
        fakeCheck({ id: 'a/done' }),
        fakeCheck({ id: 'a/hangs', observe: () => new Promise(() => undefined) }),
        fakeCheck({ id: 'a/behind', needs: [{ id: 'a/hangs' }] }),
      ],
      { signal: controller.signal, timeoutMs: 60_000 },
    )
    await wait(10)
    controller.abort('The deadline of 10 ms has passed')
    const results = await all
    expect(results.map(({ verdict, cause }) => [verdict, cause?.kind])).toEqual([
      ['pass', undefined],
      ['unknown', 'cancelled'],
      ['unknown', 'cancelled'],
    ])
    expect(results[1]?.summary).toContain('deadline')
  })

  it('never has more probes under way than max-parallel', async () => {
    let running = 0
    let most = 0
    const checks = Array.from({ length: 20 }, (_, n) =>
      fakeCheck({
        id: `a/n${n}`,
        observe: async () => {
          running += 1
          most = Math.max(most, running)
          await wait(2)
          running -= 1
          return seen({ n })
        },
      }),
    )
    await run(checks, { maxParallel: 3 })
    expect(most).toBe(3)
  })
})

describe('replay', () => {
  it('gives the same results from the evidence alone', async () => {
    const catalogue = [
      fakeCheck({
        id: 'a/one',
        on: 'source',
        judge: (evidence) => (evidence['it'] === 'is there' ? passing() : failing()),
      }),
      fakeCheck({ id: 'a/two', needs: [{ id: 'a/three' }] }),
      fakeCheck({ id: 'a/three', observe: () => Promise.resolve(unseen('dns', 'no resolver')) }),
    ]
    const results = await run(catalogue)
    const stored = JSON.parse(JSON.stringify(results)) as CheckResult[]
    expect(replay(MANIFEST, stored, catalogue)).toEqual(stored)
    const changed = stored.map((result) =>
      result.id === 'a/one' ? { ...result, evidence: { it: 'is gone' } } : result,
    )
    expect(replay(MANIFEST, changed, catalogue)[0]?.verdict).toBe('fail')
  })
})

describe('createUntrustedPorts', () => {
  it('refuses every probe without asking the real port', async () => {
    const files = {
      readText: () => Promise.resolve(seen({ found: false as const })),
      dataMigrationAssistant: () => Promise.resolve(seen({ found: false as const })),
    }
    const ports = createUntrustedPorts({ files, clock: { now: () => 0 } }, 'the manifest differs from main')
    const { sql, arm, net } = ports
    for (const ask of Object.values({ ...sql, ...arm, ...net, routeAddress: undefined }) as (
      (() => Promise<unknown>) | undefined
    )[]) {
      if (ask !== undefined) expect(await ask()).toEqual(unseen('untrusted-host', 'the manifest differs from main'))
    }
    expect(await ports.net.routeAddress('127.0.0.1')).toBeUndefined()
    expect(await ports.files.readText('x')).toEqual(seen({ found: false }))
  })
})
