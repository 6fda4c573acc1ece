import { describe, expect, it } from '@jest/globals'
import { compare } from './compare.ts'
import { evaluatorUnderTest } from './evaluator-under-test.ts'
import { situationOf } from './generate.ts'
import { MUTATIONS } from './mutations.ts'
import type { Evaluator, Witness } from './situation.ts'
import { smallestDisagreement, survey } from './survey.ts'

const SEED = 1
const SITUATIONS = 600

describe('an evaluator with a fault', () => {
  it.each(MUTATIONS)('is found out: it $fault', ({ apply }) => {
    const { wrong } = survey(apply(evaluatorUnderTest), { seed: SEED, count: SITUATIONS })
    expect(wrong?.problem).toMatch(
      /^(answer|witness|decidingRules|shadowedRules|unresolved|proposal|no-room|no-rule-helps): /,
    )
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

  it.each<[string, Partial<Evaluator>, string]>([
    ['throws', { evaluateFlow: () => raise('no such prefix') }, 'threw: Error: no such prefix'],
    [
      'has a witness that is no address',
      { evaluateFlow: (...given) => ({ ...evaluatorUnderTest.evaluateFlow(...given), witness: NOWHERE }) },
      'threw: Error: not an address: Internet',
    ],
  ])('is found out: it %s', (_fault, faulty, problem) => {
    const { wrong } = survey({ ...evaluatorUnderTest, ...faulty }, { seed: SEED, count: 1 })
    expect(wrong).toEqual({ index: 0, problem })
  })
})

const NOWHERE: Witness = { source: 'Internet', destination: '10.0.1.4', protocol: 'tcp', port: 443 }

function raise(message: string): never {
  throw new Error(message)
}
