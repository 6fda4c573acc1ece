// Compares the evaluation of network security groups with a brute-force oracle on seeded random situations. Prints one
// JSON object of figures; where the two disagree, the smallest such situation found, and exits with 1.
import { parseArgs } from 'node:util'
import { evaluatorUnderTest } from '../test/nsg-oracle/evaluator-under-test.ts'
import { situationOf } from '../test/nsg-oracle/generate.ts'
import { smallestDisagreement, survey } from '../test/nsg-oracle/survey.ts'

const { values } = parseArgs({
  options: { count: { type: 'string' }, seed: { type: 'string' }, first: { type: 'string' } },
})
const [count = 0, seed = 0, first = 0] = [values.count ?? '100000', values.seed ?? '1', values.first ?? '0'].map(Number)
if (![count, seed, first].every((number) => Number.isSafeInteger(number) && number >= 0)) {
  console.error('usage: npm run nsg-oracle -- [--count 100000] [--seed 1] [--first 0]')
  process.exit(2)
}
const before = performance.now()
const { figures, wrong } = survey(evaluatorUnderTest, { seed, count, first })
const seconds = Math.round((performance.now() - before) / 100) / 10
const disagreement =
  wrong === undefined ? null : { ...wrong, ...smallestDisagreement(evaluatorUnderTest, situationOf(seed, wrong.index)) }
console.log(JSON.stringify({ node: process.version, seed, seconds, ...figures, disagreement }, null, 2))
process.exitCode = disagreement === null ? 0 : 1
