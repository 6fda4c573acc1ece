import { expect, it } from '@jest/globals'
import { evaluatorUnderTest } from './evaluator-under-test.ts'
import { situationOf } from './generate.ts'
import { smallestDisagreement, survey } from './survey.ts'

const SEED = 20_261_126
/** `npm run nsg-oracle` asks 100,000. */
const SITUATIONS = 2000

it('agrees with the oracle on seeded random situations', () => {
  const { figures, wrong } = survey(evaluatorUnderTest, { seed: SEED, count: SITUATIONS })
  if (wrong !== undefined) {
    const smallest = smallestDisagreement(evaluatorUnderTest, situationOf(SEED, wrong.index))
    throw new Error(`situation ${wrong.index}: ${wrong.problem}\n${JSON.stringify(smallest, null, 2)}`)
  }
  const least = (counts: Record<string, number>, ...keys: string[]): number =>
    Math.min(...keys.map((key) => counts[key] ?? 0))
  expect(figures.situations).toBe(SITUATIONS)
  expect(least(figures.answers, 'allowed', 'denied', 'partial', 'depends')).toBeGreaterThan(SITUATIONS * 0.07)
  expect(least(figures.proposals, 'rules', 'none-needed', 'no-room', 'no-rule-helps')).toBeGreaterThan(
    SITUATIONS * 0.03,
  )
})
