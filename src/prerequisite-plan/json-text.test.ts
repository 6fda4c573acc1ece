import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { jsonOf, parseJsonText, placeIn } from './json-text.ts'

const problemOf = (text: string): string => {
  const parsed = parseJsonText(text)
  if (parsed.ok) return 'none'
  const { line, column } = placeIn(text, parsed.offset)
  return `${line}:${column} ${parsed.problem}`
}

function agrees(text: string): boolean {
  const parsed = parseJsonText(text)
  try {
    const theirs: unknown = JSON.parse(text)
    return parsed.ok && JSON.stringify(jsonOf(parsed.root)) === JSON.stringify(theirs)
  } catch {
    return !parsed.ok
  }
}

describe('a JSON text', () => {
  it('is what JSON.parse says, written in any way', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(0, 1, 2, '\t'), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent)
        const parsed = parseJsonText(text)
        expect(parsed.ok && JSON.stringify(jsonOf(parsed.root))).toBe(JSON.stringify(value))
      }),
    )
  })

  it('is refused where JSON.parse refuses it', () => {
    const signs = fc.constantFrom(...'{}[],:"\\ \n\t0123-+.eEnulltruefalse\u0001'.split(''))
    fc.assert(
      fc.property(fc.array(signs, { maxLength: 12 }), (parts) => {
        const text = parts.join('')
        // A key that stands twice is our own refusal.
        if (problemOf(text).includes('same key')) return
        expect([text, agrees(text)]).toEqual([text, true])
      }),
      { numRuns: 5000 },
    )
    for (const text of [
      '',
      ' ',
      '1.',
      '01',
      '-',
      '.5',
      '1e',
      '[1,]',
      '{"a":1,}',
      '{a:1}',
      "'a'",
      '"\\x"',
      '"\\u12"',
      'nul',
    ]) {
      expect([text, agrees(text)]).toEqual([text, true])
    }
  })

  it('may have a byte order mark, and says where what is wrong', () => {
    expect(problemOf('\uFEFF{"a": [1, 2]}')).toBe('none')
    expect(problemOf('\uFEFF!')).toBe('1:1 is no JSON: a value is expected')
    expect(problemOf('{\n  "a": 1\n  "b": 2\n}')).toBe('3:3 is no JSON: a comma or "}" is expected')
    expect(problemOf('{"a": 1, "b": {"c": 1, "c": 2}}')).toBe('1:24 has the same key twice in one object')
    expect(problemOf('{"a": 1} x')).toBe('1:10 holds more after the end of its JSON')
    expect(problemOf('{"a": ')).toBe('1:7 is no JSON: it ends early')
    expect(problemOf('{"a": "no end\n"}')).toBe('1:7 is no JSON: a text does not end, or holds what has to be escaped')
    expect(problemOf('['.repeat(100_000))).toBe('1:66 is nested more than 64 levels deep')
  })

  it('takes keys that objects of JavaScript have for keys', () => {
    const parsed = parseJsonText('{"__proto__": {"id": "x"}, "constructor": 1}')
    expect(parsed.ok && parsed.root.kind === 'object' && parsed.root.members.map(({ key }) => key)).toEqual([
      '__proto__',
      'constructor',
    ])
  })
})
