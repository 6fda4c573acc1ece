import { describe, expect, it } from '@jest/globals'
import { editYaml } from './edit-yaml.ts'
import type { YamlEdit } from './yaml-edits.ts'

const set = (path: (string | number)[], value: string | null, key?: string): YamlEdit => ({
  kind: 'set',
  path,
  value,
  ...(key === undefined ? {} : { key }),
})
const remove = (...path: (string | number)[]): YamlEdit => ({ kind: 'remove', path })
const note = (path: (string | number)[], ...lines: string[]): YamlEdit => ({ kind: 'note', path, lines })

describe('changes of a YAML file', () => {
  it.each<[string, string, YamlEdit[], string]>([
    ['a value', 'a: x # keep\nb: 1\n', [set(['a'], 'y')], 'a: y # keep\nb: 1\n'],
    ['a quoted value', `a: 'x'\nb: "x"\n`, [set(['a'], "it's"), set(['b'], 'q"')], `a: 'it''s'\nb: "q\\""\n`],
    ['a value to nothing', 'd:\n  a: x # keep\n', [set(['d', 'a'], null)], 'd:\n  a: # keep\n'],
    ['a value to nothing, in braces', 'd: { a: x, b: 1 }\n', [set(['d', 'a'], null)], 'd: { a: null, b: 1 }\n'],
    ['key and value', '"a": x\n', [set(['a'], null, 'b')], '"b":\n'],
    [
      'an entry with lines of its own',
      'd:\n  # about a\n  a: # one\n    - 1 # two\n    # three\n    - 2\n  # about b\n  b: 1\n',
      [remove('d', 'a')],
      'd:\n  # about a\n  # one\n  # two\n    # three\n  # about b\n  b: 1\n',
    ],
    ['the last line without an end', 'a: 1\nb: 2', [remove('b')], 'a: 1\n'],
    ['a text on several lines', 'a: |\n  x\n  y\n\nb: 1\n', [remove('a')], '\nb: 1\n'],
    ['items of a list', 'l:\n- 1\n- 2 # x\n- 3\n', [remove('l', 0), remove('l', 1)], 'l:\n# x\n- 3\n'],
    ['the first in braces', 'd: { a: 1, b: 2, c: 3 }\n', [remove('d', 'a'), remove('d', 'b')], 'd: { c: 3 }\n'],
    ['the last in braces', 'd: { a: 1, b: 2, c: 3 }\n', [remove('d', 'b'), remove('d', 'c')], 'd: { a: 1 }\n'],
    ['one with a comma behind', 'd: [1, 2, ]\n', [remove('d', 1)], 'd: [1, ]\n'],
    [
      'comments between braces',
      'd: { a: 1, # x\n  b: 2, # y\n  c: 3 }\n',
      [remove('d', 'b')],
      'd: { a: 1 # x\n  , # y\n  c: 3 }\n',
    ],
    ['a comment above', 'd:\n  a: 1\n', [note(['d', 'a'], 'one', 'two')], 'd:\n  # one\n  # two\n  a: 1\n'],
    ['a comment above a line of braces', 'd: { a: 1 }\n', [note(['d', 'a'], 'one')], '# one\nd: { a: 1 }\n'],
    [
      'line ends of Windows and a mark',
      '\ufeffa: 1\r\nb: 2\r\n',
      [note(['b'], 'x'), remove('a')],
      '\ufeff# x\r\nb: 2\r\n',
    ],
    ['a text on several lines as value', 'a: >-\n  x\n# keep\nb: 1\n', [set(['a'], null)], 'a:\n# keep\nb: 1\n'],
    ['a key with a question mark', '# keep\n? a\n: 1\n? b\n: 2\n', [remove('a')], '# keep\n? b\n: 2\n'],
    ['one line of JSON', '{"a":1,"b":{"c":"x"}}', [set(['b', 'c'], 'y'), remove('a')], '{"b":{"c":"y"}}'],
  ])('%s', (_name, text, edits, expected) => {
    expect(editYaml(text, edits)).toEqual({ text: expected, by: 'text' })
  })

  it.each<[string, string, YamlEdit[], RegExp]>([
    ['a tag', 'a: !!str x # keep\nb: 1\n', [set(['a'], null)], /a: null # keep\nb: 1/],
    ['a tag of a key', '# keep\nb: 1\n!!str a: !!str x\n', [set(['a'], null, 'c')], /^# keep\nb: 1\nc: null\n$/],
  ])('where the text does not lend itself to it, the document is written anew: %s', (_name, text, edits, expected) => {
    const edited = editYaml(text, edits)
    expect([edited.by, edited.text]).toEqual(['document', expect.stringMatching(expected)])
  })
})
