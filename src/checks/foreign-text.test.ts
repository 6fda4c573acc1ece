import { describe, expect, it } from '@jest/globals'
import { boundName, boundText } from './foreign-text.ts'

describe('boundText', () => {
  it.each([
    ["Login failed for user 'dms'.", "Login failed for user 'dms'"],
    ['two\r\nlines\u0007\u2028here', 'two lines here'],
    ['', ''],
  ])('makes one line of %j', (text, line) => {
    expect(boundText(text)).toBe(line)
  })

  it('cuts at 500 characters and never inside a surrogate pair', () => {
    expect(boundText('x'.repeat(600))).toHaveLength(500)
    expect(boundText(`${'x'.repeat(498)}😀${'x'.repeat(100)}`)).toBe(`${'x'.repeat(498)}…`)
  })
})

describe('boundName', () => {
  it('keeps what a name begins and ends with', () => {
    expect(boundName(' svc.\t')).toBe(' svc. ')
  })

  it('cuts what is longer than a name can be', () => {
    expect(boundName('x'.repeat(128))).toBe('x'.repeat(128))
    expect(boundName(`${'x'.repeat(127)}😀y`)).toBe(`${'x'.repeat(127)}…`)
  })
})
