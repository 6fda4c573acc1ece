import { describe, expect, it } from '@jest/globals'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { evaluatorUnderTest } from './evaluator-under-test.ts'
import { situationOf } from './generate.ts'
import { smallestDisagreement, survey } from './survey.ts'

const SEED = 20_261_126
/** `npm run nsg-oracle` asks 100,000. */
const SITUATIONS = 2000

describe('the evaluation of network security groups', () => {
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

  it('has an oracle of its own, which imports nothing from src', () => {
    const files = readdirSync(import.meta.dirname).filter(
      (file) => !['evaluator-under-test.ts', 'agreement.test.ts'].includes(file),
    )
    const imports = files.flatMap((file) =>
      [
        ...readFileSync(path.join(import.meta.dirname, file), 'utf8').matchAll(/from '([^']+)'|import\('([^']+)'\)/g),
      ].map(([, from = '', later = '']) => from + later),
    )
    expect(imports.length).toBeGreaterThan(40)
    expect(imports.filter((from) => !/^\.\/[a-z-]+\.ts$/.test(from) && from !== '@jest/globals')).toEqual([])
  })
})
