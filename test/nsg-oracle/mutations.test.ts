import { describe, expect, it } from '@jest/globals'
import { compare } from './compare.ts'
import { evaluatorUnderTest } from './evaluator-under-test.ts'
import { situationOf } from './generate.ts'
import { MUTATIONS } from './mutations.ts'
import { smallestDisagreement, survey } from './survey.ts'

const SEED = 1
const SITUATIONS = 600

describe('an evaluator with a fault', () => {
  it.each(MUTATIONS)('is found out: it $fault', ({ apply }) => {
    const { wrong } = survey(apply(evaluatorUnderTest), { seed: SEED, count: SITUATIONS })
    expect(wrong?.problem).toMatch(/^[a-zA-Z-]+: |^the evaluator threw/)
    // The fault, and not the evaluator without it.
    expect(compare(evaluatorUnderTest, situationOf(SEED, wrong?.index ?? -1)).problem).toBeUndefined()
  })

  it('is shown with the smallest situation', () => {
    const mutation = MUTATIONS.find(({ fault }) => fault === 'takes always-allow for allow')!
    const mutant = mutation.apply(evaluatorUnderTest)
    const { wrong } = survey(mutant, { seed: SEED, count: SITUATIONS })
    const { problem, situation } = smallestDisagreement(mutant, situationOf(SEED, wrong!.index))
    expect(problem.split(':')[0]).toBe(wrong!.problem.split(':')[0])
    expect(situation.stack.adminRules.map(({ access }) => access)).toEqual(['always-allow'])
    expect(situation.stack.rules!.length).toBeLessThanOrEqual(1)
    expect(situation.flow.ports).toHaveLength(1)
    expect(compare(evaluatorUnderTest, situation).problem).toBeUndefined()
  })

  it('that throws is found out', () => {
    const { wrong } = survey(
      {
        ...evaluatorUnderTest,
        evaluateFlow: () => {
          throw new Error('no such prefix')
        },
      },
      { seed: SEED, count: 1 },
    )
    expect(wrong).toEqual({ index: 0, problem: 'the evaluator threw Error: no such prefix' })
  })
})
