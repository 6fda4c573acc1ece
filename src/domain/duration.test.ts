import { describe, expect, it } from '@jest/globals'
import { parseDurationMs } from './duration.ts'

describe('parseDurationMs', () => {
  it.each([
    ['30', 30_000],
    ['30s', 30_000],
    ['15m', 900_000],
    ['6h', 21_600_000],
    ['30d', 2_592_000_000],
  ])('%s is %d ms', (text, ms) => expect(parseDurationMs(text)).toBe(ms))

  it.each(['', '0', '0h', '-5', '1.5h', '5 m', '5M', '1w', 's', '3651d', '99999999999', '١s'])('%j is none', (text) =>
    expect(parseDurationMs(text)).toBeUndefined(),
  )
})
