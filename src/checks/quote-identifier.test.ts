import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { quoteIdentifier, quoteText, quoteYaml } from './quote-identifier.ts'

describe('quoteIdentifier', () => {
  it.each([
    ['dms', '[dms]'],
    ['CORP\\svc-dms', '[CORP\\svc-dms]'],
    ['a]; DROP LOGIN [sa', '[a]]; DROP LOGIN [sa]'],
    ["o'neil", "[o'neil]"],
  ])('writes %s as %s', (name, quoted) => {
    expect(quoteIdentifier(name)).toBe(quoted)
  })

  it('can always be read back, and never ends before its end', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(']', '[', 'a', "'") }), (name) => {
        const inner = quoteIdentifier(name).slice(1, -1)
        expect(inner.replaceAll(']]', '')).not.toContain(']')
        expect(inner.replaceAll(']]', ']')).toBe(name)
      }),
    )
  })
})

describe('quoteText and quoteYaml', () => {
  it('doubles quotes', () => {
    expect(quoteText("o'neil")).toBe("N'o''neil'")
  })
  it('gives one YAML line', () => {
    expect(quoteYaml('a "b"\n- c')).toBe('"a \\"b\\"\\n- c"')
  })
})
