import type { Judgement } from './define.ts'
import { describeRunner, proxyNote, type VantageFact } from './network-path.ts'

/** Why a way counts from wherever it was tried. */
export const FOR_RUN_ONLY = 'the service works on the machine from within, so only this run takes this way'

/**
 * A way that nobody but this run takes: that it is open is seen directly from here, and that it is not says only that this
 * run cannot look, never that the migration would fail.
 */
export function forRunOnly(judgement: Judgement, vantage: VantageFact): Judgement {
  if (judgement.verdict !== 'pass' && judgement.verdict !== 'unknown') return judgement
  const summary = judgement.summary.replace(`; ${proxyNote(vantage)}`, '')
  const expected = judgement.expected.replace('from where DMS runs', `from ${describeRunner(vantage)}`)
  const own = { ...judgement, summary: `${summary}; ${FOR_RUN_ONLY}`, expected }
  return own.verdict === 'pass' ? { ...own, proof: 'direct' } : own
}
