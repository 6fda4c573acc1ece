import { describe, expect, it } from '@jest/globals'
import { fakeCheck, MANIFEST, passing } from '../../test/fixtures.ts'
import type { Check, Judgement } from '../checks/define.ts'
import { planChecks } from '../plan/plan.ts'
import type { Ports } from '../ports/ports.ts'
import { replay } from './replay.ts'
import { runChecks } from './run-checks.ts'

const PORT = 'source/port'
const WITNESS = 'source/runtime'
const options = { maxParallel: 4, timeoutMs: 1000, signal: new AbortController().signal, vantage: 'runner' }

const proxied = { ...passing('The port is open'), proof: 'proxy' as const } as Judgement
const unknown: Judgement = {
  verdict: 'unknown',
  proof: 'proxy',
  summary: 'no answer',
  expected: 'one',
  cause: { kind: 'timeout', message: 'no answer' },
}
const witness = { ...passing('The runtime connected'), vantage: 'integration-runtime' } as Judgement

function catalogue(port: Judgement, other: Judgement): Check[] {
  const own = fakeCheck({ id: PORT, on: 'source', vantage: 'network-path', judge: () => port })
  return [
    { ...own, meta: { ...own.meta, provenBy: WITNESS } },
    fakeCheck({ id: WITNESS, on: 'source', needs: [{ id: PORT }], judge: () => other }),
  ]
}

async function portResult(port: Judgement, other: Judgement) {
  const checks = catalogue(port, other)
  const results = await runChecks(planChecks(MANIFEST, checks), {} as Ports, options)
  expect(replay(MANIFEST, results, checks)).toEqual(results)
  return results[0]
}

describe('what passed by proxy', () => {
  it('is proven directly by whoever took the same way from the place that counts', async () => {
    expect(await portResult(proxied, witness)).toMatchObject({
      verdict: 'pass',
      proof: 'direct',
      vantage: 'integration-runtime',
      summary: 'The port is open; proven from there by source/runtime: The runtime connected',
    })
  })

  it.each<[string, Judgement, Judgement]>([
    ['a witness that saw nothing', proxied, unknown],
    ['a witness by proxy', proxied, proxied],
    ['a witness that does not apply', proxied, { verdict: 'not-applicable', summary: 'off' }],
  ])('stays so with %s', async (_what, port, other) => {
    expect(await portResult(port, other)).toMatchObject({ proof: 'proxy', vantage: 'runner', verdict: 'pass' })
  })

  it('is nothing but a pass: what is unknown stays so', async () => {
    expect(await portResult(unknown, witness)).toMatchObject({ verdict: 'unknown', proof: 'proxy' })
  })

  it('stays so where nobody asks the witness', async () => {
    const [port] = catalogue(proxied, witness)
    const [result] = await runChecks(planChecks(MANIFEST, [port!]), {} as Ports, options)
    expect(result).toMatchObject({ proof: 'proxy' })
  })
})

describe('a test through the runtime', () => {
  it('does not use up the time of its check', async () => {
    const slow = fakeCheck({ id: WITNESS, on: 'source' })
    const check: Check = {
      ...slow,
      observe: async ({ runtime }) => {
        const answer = await runtime.validate?.({} as never)
        return answer?.ok === true ? { ok: true, value: { it: 'answered' } } : slow.observe({} as never, {} as never)
      },
    }
    const validate: NonNullable<Ports['runtime']['validate']> = (_question, waiting = (turn) => turn) =>
      waiting(
        new Promise((done) =>
          setTimeout(done, 150, { ok: true, value: { outcome: 'succeeded', of: 'source', ms: 1 } }),
        ),
      )
    const ports = { runtime: { host: () => Promise.reject(new Error('not asked')), validate } } as unknown as Ports
    const [result] = await runChecks(planChecks(MANIFEST, [check]), ports, { ...options, timeoutMs: 40 })
    expect(result).toMatchObject({ verdict: 'pass', evidence: { it: 'answered' } })
  })
})
