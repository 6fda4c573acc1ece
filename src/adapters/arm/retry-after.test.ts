import { describe, expect, it } from '@jest/globals'
import { parseWaitMs } from './retry-after.ts'

const NOW_MS = Date.parse('2026-11-22T10:00:00Z')

describe('how long the server asks to wait', () => {
  it.each([
    ['seconds', '17', '', 17_000],
    ['zero', '0', '', 0],
    ['a date', 'Sun, 22 Nov 2026 10:00:30 GMT', '', 30_000],
    ['a date that is over', 'Sun, 22 Nov 2026 09:00:30 GMT', '', 0],
    ['nothing', undefined, '', undefined],
    ['rubbish', 'soon', 'later', undefined],
    ['a time in the text', undefined, "Please retry after '2026-11-22T10:00:12Z' UTC.", 12_000],
    ['a time without zone in the text', undefined, "Please retry after '2026-11-22T10:00:12' UTC.", 12_000],
    ['seconds in the text', undefined, "Please try again after '372' seconds.", 372_000],
    ['seconds in other words', undefined, 'The call can be retried in 11 seconds.', 11_000],
    ['zero in the header and more in the text', '0', "Please try again after '5' seconds.", 5_000],
  ])('%s', (_, header, text, expected) => {
    expect(parseWaitMs((name) => (name === 'retry-after' ? header : undefined), text, NOW_MS)).toBe(expected)
  })

  it.each([
    ['retry-after-ms', '1500', 1_500],
    ['x-ms-retry-after-ms', '250', 250],
    ['retry-after-ms', 'soon', undefined],
  ])('%s: %s', (name, value, expected) => {
    expect(parseWaitMs((asked) => (asked === name ? value : undefined), '', NOW_MS)).toBe(expected)
  })

  it('is the longest of them all', () => {
    const headers = new Map([
      ['retry-after', '1'],
      ['retry-after-ms', '2000'],
    ])
    expect(parseWaitMs((name) => headers.get(name), "Please try again after '3' seconds.", NOW_MS)).toBe(3_000)
  })
})
