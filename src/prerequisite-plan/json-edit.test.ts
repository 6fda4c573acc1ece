import { describe, expect, it } from '@jest/globals'
import type { Json } from '../domain/json.ts'
import { applyEdits, layoutOf, replaceList, replaceScalar, type ListItem } from './json-edit.ts'
import { memberOf, parseJsonText, type JsonNode, type ListNode } from './json-text.ts'

function rootOf(text: string): JsonNode {
  const parsed = parseJsonText(text)
  if (!parsed.ok) throw new Error(parsed.problem)
  return parsed.root
}

/** The member `list` with the items that `change` makes of it. */
function edited(text: string, change: (items: readonly ListItem[]) => readonly ListItem[]): string {
  const root = rootOf(text)
  const list = memberOf(root, 'list') as ListNode
  const items = change(list.items.map((keep) => ({ keep })))
  return applyEdits(text, replaceList(text, list, items, layoutOf(text, root)))
}
const adding =
  (...values: Json[]) =>
  (items: readonly ListItem[]): ListItem[] => [...items, ...values.map((add) => ({ add }))]

describe('an edit', () => {
  it('leaves every letter around it as it is', () => {
    const text = '{ "a":1.50e2,\n   "b" : "\\u00e9",  "c": [1,  2] }'
    const root = rootOf(text)
    expect(applyEdits(text, replaceScalar(memberOf(root, 'b'), 'x'))).toBe(
      '{ "a":1.50e2,\n   "b" : "x",  "c": [1,  2] }',
    )
    expect(replaceScalar(memberOf(root, 'a'), 150)).toEqual([])
    expect(replaceScalar(memberOf(root, 'b'), 'é')).toEqual([])
    expect(replaceScalar(memberOf(root, 'nothing'), 1)).toEqual([])
  })

  it.each<[string, string, string]>([
    [
      'several lines',
      '{\n  "list": [\n    {"odd":  1}\n  ]\n}',
      '{\n  "list": [\n    {"odd":  1},\n    {\n      "a": 1,\n      "b": [\n        "x"\n      ]\n    }\n  ]\n}',
    ],
    [
      'an empty list',
      '{\n\t"list": []\n}',
      '{\n\t"list": [\n\t\t{\n\t\t\t"a": 1,\n\t\t\t"b": [\n\t\t\t\t"x"\n\t\t\t]\n\t\t}\n\t]\n}',
    ],
    [
      'CRLF',
      '{\r\n  "list": []\r\n}',
      '{\r\n  "list": [\r\n    {\r\n      "a": 1,\r\n      "b": [\r\n        "x"\r\n      ]\r\n    }\r\n  ]\r\n}',
    ],
    ['one line', '{"list":[]}', '{"list":[{"a":1,"b":["x"]}]}'],
    ['one line with spaces', '{"list": []}', '{"list": [{"a": 1, "b": ["x"]}]}'],
    [
      'short lists on one line',
      '{\n  "w": ["a", "b"],\n  "list": []\n}',
      '{\n  "w": ["a", "b"],\n  "list": [\n    {\n      "a": 1,\n      "b": ["x"]\n    }\n  ]\n}',
    ],
  ])('adds to %s what looks like the rest', (_, before, after) => {
    expect(edited(before, adding({ a: 1, b: ['x'] }))).toBe(after)
  })

  it.each<[string, string, string]>([
    ['a list on one line', '{\n  "list": ["a"]\n}', '{\n  "list": ["a", "x"]\n}'],
    [
      'an empty one among lists on one line',
      '{\n  "w": ["a"],\n  "list": []\n}',
      '{\n  "w": ["a"],\n  "list": ["x"]\n}',
    ],
    ['an empty one among others', '{\n  "list": []\n}', '{\n  "list": [\n    "x"\n  ]\n}'],
  ])('adds a word to %s', (_, before, after) => {
    expect(edited(before, adding('x'))).toBe(after)
  })

  it('takes away, down to an empty list, and does nothing where nothing changes', () => {
    const text = '{\n  "list": [\n    1,\n    2,\n    3\n  ]\n}'
    expect(edited(text, (items) => items.filter((_, place) => place !== 1))).toBe(
      '{\n  "list": [\n    1,\n    3\n  ]\n}',
    )
    expect(edited(text, () => [])).toBe('{\n  "list": []\n}')
    expect(edited('{"list": [1,2 , 3]}', (items) => items)).toBe('{"list": [1,2 , 3]}')
  })
})
