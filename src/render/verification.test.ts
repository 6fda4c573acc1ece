import { describe, expect, it } from '@jest/globals'
import { PAYLOAD } from '../../test/receipt-fixtures.ts'
import type { Verification } from '../domain/receipt.ts'
import { renderRefusal, renderVerification, renderVerificationText, verificationOutputs } from './verification.ts'

const accepted: Verification = {
  accepted: true,
  path: 'receipt.json',
  steps: [{ name: 'time', holds: true, words: 'It holds until 2026-11-27T08:00:00Z.' }],
  receipt: { payload: PAYLOAD, until: '2026-11-27T08:00:00Z' },
}

const hostile = '| <img src=x> @acme/team\n::error::x ``` [a](https://evil.example)'
const refused: Verification = {
  accepted: false,
  path: hostile,
  steps: [
    { name: 'repository', holds: false, words: `It is for ${hostile}.`, next: 'run the gate again' },
    { name: 'commit', holds: false, words: 'It is for another commit.', next: 'run the gate again' },
    { name: 'time', holds: true, words: 'It holds.' },
  ],
}

describe('the outcome of `mode: verify`', () => {
  it('says what was accepted, and until when', () => {
    expect(renderVerification(accepted)).toContain('## ✅ Receipt accepted')
    expect(renderVerification(accepted)).toContain('that holds until 2026-11-27T08:00:00Z')
    expect(renderVerificationText(accepted)).toContain('  ok      Time: It holds until')
    expect(verificationOutputs(accepted)).toMatchObject({
      status: 'ready',
      ready: 'true',
      'status-if-merged': 'ready',
      total: '31',
      pass: '31',
      fail: '0',
      'ready-until': '2026-11-27T08:00:00Z',
    })
  })

  it('says every reason and each next step once, and sets no output', () => {
    const text = renderVerification(refused)
    expect(text).toContain('## ⛔ Receipt refused')
    expect(text.match(/- Run the gate again\./g)).toHaveLength(1)
    expect(renderRefusal(refused)).toMatch(/Next: run the gate again\. It is for another commit\./)
    expect(verificationOutputs(refused)).toEqual({})
  })

  it('shows hostile text as text: one row a step, no HTML, no mention, no link', () => {
    const lines = renderVerification(refused).split('\n')
    const rows = lines.filter((line) => line.startsWith('|'))
    expect(rows).toHaveLength(5)
    for (const row of rows) expect(row.match(/(?<!\\)\|/g)).toHaveLength(3)
    const text = lines.join('\n')
    for (const wrong of ['<img', '@acme', '](https://', '```']) expect(text).not.toContain(wrong)
  })
})
