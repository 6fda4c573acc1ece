// Set up before each test file of a check: notes in the file that RECORDED_VERDICTS names which verdicts it produced.
import { afterAll, expect } from '@jest/globals'
import { appendFileSync } from 'node:fs'
import { CATALOGUE } from '../../src/checks/catalogue.generated.ts'
import type { Check } from '../../src/checks/define.ts'

const seen = new Set<string>()

for (const check of CATALOGUE as readonly (Check & { definition?: Check })[]) {
  for (const holder of [check, ...(check.definition === undefined ? [] : [check.definition])]) {
    const judge = holder.judge.bind(holder)
    holder.judge = (evidence, subject) => {
      const judgement = judge(evidence, subject)
      const remedy = 'remediation' in judgement ? judgement.remediation.text : ''
      seen.add(`${check.meta.id}\t${judgement.verdict}\t${remedy === '' ? 'without remedy' : 'with remedy'}`)
      return judgement
    }
  }
}

afterAll(() => {
  const file = expect.getState().testPath ?? ''
  appendFileSync(
    process.env['RECORDED_VERDICTS'] ?? '/dev/null',
    [...seen].map((line) => `${file}\t${line}\n`).join(''),
  )
})
