import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { FAIL_ON, isReady, shouldFail, statusOf, worstStatus, type Gated } from '../../src/domain/gate.ts'
import { SEVERITIES, STATUSES, VERDICTS, type Status, type Verdict } from '../../src/domain/verdict.ts'

const gated: fc.Arbitrary<Gated> = fc.record({
  verdict: fc.constantFrom(...VERDICTS),
  severity: fc.constantFrom(...SEVERITIES),
  proof: fc.constantFrom('direct' as const, 'proxy' as const),
})

/** `not-applicable` is neither better nor worse than the rest: it is outside the order. */
const BADNESS: Partial<Record<Verdict, number>> = {
  pass: 0,
  attested: 2,
  waived: 2,
  unknown: 3,
  blocked: 3,
  manual: 3,
  fail: 4,
}

function badnessOf({ verdict, proof }: Gated): number | undefined {
  return verdict === 'pass' && proof === 'proxy' ? 1 : BADNESS[verdict]
}

function rankOf(status: Status): number {
  return STATUSES.indexOf(status)
}

function one(verdict: Verdict, severity: Gated['severity'] = 'required', proof: Gated['proof'] = 'direct'): Gated {
  return { verdict, severity, proof }
}

describe('statusOf', () => {
  const pass = one('pass')
  it.each<[string, Gated[], Status]>([
    ['nothing', [], 'undetermined'],
    ['only what does not apply', [one('not-applicable')], 'undetermined'],
    ['only attested', [one('attested')], 'undetermined'],
    ['one pass', [pass], 'ready'],
    ['a recommended pass by proxy', [pass, one('pass', 'recommended', 'proxy')], 'ready'],
    ['a required pass by proxy', [pass, one('pass', 'required', 'proxy')], 'ready-with-conditions'],
    ['attested', [pass, one('attested')], 'ready-with-conditions'],
    ['waived and recommended', [pass, one('waived', 'recommended')], 'ready-with-conditions'],
    ['recommended fail', [pass, one('fail', 'recommended')], 'ready-with-conditions'],
    ['recommended unknown', [pass, one('unknown', 'recommended')], 'ready-with-conditions'],
    ['recommended blocked', [pass, one('blocked', 'recommended')], 'ready-with-conditions'],
    ['recommended manual', [pass, one('manual', 'recommended')], 'ready-with-conditions'],
    ['required unknown', [pass, one('unknown')], 'undetermined'],
    ['required blocked', [pass, one('blocked')], 'undetermined'],
    ['required manual', [pass, one('manual')], 'undetermined'],
    ['required fail before unknown', [pass, one('unknown'), one('fail')], 'not-ready'],
    ['required fail without any pass', [one('fail')], 'not-ready'],
    ['recommended fail without any pass', [one('fail', 'recommended')], 'undetermined'],
  ])('%s', (_name, results, status) => {
    expect(statusOf(results)).toBe(status)
  })

  it('never gets better when one result gets worse', () => {
    fc.assert(
      fc.property(fc.array(gated, { minLength: 1, maxLength: 8 }), fc.nat(), gated, (results, seed, other) => {
        const place = seed % results.length
        const before = results[place]
        if (before === undefined) return
        const [was, is] = [badnessOf(before), badnessOf(other)]
        fc.pre(was !== undefined && is !== undefined && is >= was)
        const worse = results.with(place, { ...other, severity: before.severity })
        expect(rankOf(statusOf(worse))).toBeGreaterThanOrEqual(rankOf(statusOf(results)))
      }),
      { numRuns: 2000 },
    )
  })

  it('is as bad when a recommended check becomes required', () => {
    fc.assert(
      fc.property(fc.array(gated, { minLength: 1, maxLength: 8 }), (results) => {
        const required = results.map((result) => ({ ...result, severity: 'required' as const }))
        expect(rankOf(statusOf(required))).toBeGreaterThanOrEqual(rankOf(statusOf(results)))
      }),
    )
  })

  it('does not depend on the order of the results', () => {
    fc.assert(
      fc.property(fc.array(gated, { maxLength: 8 }), (results) => {
        expect(statusOf(results.toReversed())).toBe(statusOf(results))
      }),
    )
  })
})

describe('the gate', () => {
  it('calls ready what may go ahead', () => {
    expect(STATUSES.filter(isReady)).toEqual(['ready', 'ready-with-conditions'])
  })

  it('fails at or beyond fail-on', () => {
    const failing = FAIL_ON.map((failOn) => STATUSES.filter((status) => shouldFail(status, failOn)))
    expect(failing).toEqual([
      ['ready-with-conditions', 'undetermined', 'not-ready'],
      ['undetermined', 'not-ready'],
      ['not-ready'],
      [],
    ])
  })

  it('takes the worst of several', () => {
    expect(worstStatus(['ready', 'undetermined', 'ready-with-conditions'])).toBe('undetermined')
    expect(worstStatus([])).toBe('ready')
  })
})
