import type { Json } from '../domain/json.ts'
import type { JsonNode, ListNode, ScalarNode } from './json-text.ts'

/** Puts `text` in the place of what stands from `start` to `end`. */
export interface Edit {
  start: number
  end: number
  text: string
}

/** How the text is laid out, so that what is added looks like the rest. */
export interface Layout {
  /** Empty: everything stands on one line. */
  newline: '' | '\n' | '\r\n'
  unit: string
  /** Lists of words stand on one line although the text has several. */
  inlineLists: boolean
  comma: ',' | ', '
  colon: ':' | ': '
}

/** Edits that do not overlap, in any order. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const parts: string[] = []
  let at = 0
  for (const { start, end, text: put } of [...edits].sort((a, b) => a.start - b.start)) {
    parts.push(text.slice(at, start), put)
    at = end
  }
  return parts.join('') + text.slice(at)
}

export function layoutOf(text: string, root: JsonNode): Layout {
  const inner = text.slice(root.start, root.end)
  const newline = !inner.includes('\n') ? '' : inner.includes('\r\n') ? '\r\n' : '\n'
  const unit = /\n([ \t]+)\S/.exec(inner)?.[1] ?? ''
  const list = firstWordList(root)
  const colon = root.kind === 'object' && root.members[0] !== undefined ? afterColon(text, root) : ': '
  return {
    newline,
    unit,
    inlineLists: list !== undefined && !text.slice(list.start, list.end).includes('\n'),
    // Whoever leaves out the space after a colon leaves it out after a comma too.
    comma: colon === ':' ? ',' : ', ',
    colon,
  }
}

function afterColon(text: string, root: JsonNode): ':' | ': ' {
  const first = root.kind === 'object' ? root.members[0]?.value.start : undefined
  return first !== undefined && /\s/.test(text[first - 1] ?? '') ? ': ' : ':'
}

function firstWordList(node: JsonNode): ListNode | undefined {
  if (node.kind === 'scalar') return undefined
  const children = node.kind === 'list' ? node.items : node.members.map(({ value }) => value)
  if (node.kind === 'list' && node.items.length > 0 && node.items.every(({ kind }) => kind === 'scalar')) return node
  for (const child of children) {
    const found = firstWordList(child)
    if (found !== undefined) return found
  }
  return undefined
}

/** Nothing where the value is that already: a number that is written in another way stays as it is written. */
export function replaceScalar(node: JsonNode | undefined, value: ScalarNode['value']): Edit[] {
  if (node === undefined || (node.kind === 'scalar' && node.value === value)) return []
  return [{ start: node.start, end: node.end, text: JSON.stringify(value) }]
}

/** What a list is to hold: nodes of it as they are written, and new values. */
export type ListItem = { keep: JsonNode } | { add: Json }

/** Nothing where the list holds exactly that. */
export function replaceList(text: string, list: ListNode, items: readonly ListItem[], layout: Layout): Edit[] {
  const isSame =
    items.length === list.items.length &&
    items.every((item, place) => 'keep' in item && item.keep === list.items[place])
  if (isSame) return []
  const edit = (put: string): Edit[] => [{ start: list.start, end: list.end, text: put }]
  if (items.length === 0) return edit('[]')
  const closing = indentOf(text, list.start)
  const inline = isInline(text, list, items, layout)
  const before = inline ? '' : `${layout.newline}${closing}${layout.unit}`
  const texts = items.map((item) =>
    'keep' in item
      ? text.slice(item.keep.start, item.keep.end)
      : render(item.add, inline ? { ...layout, newline: '' } : layout, `${closing}${layout.unit}`),
  )
  return edit(
    inline ? `[${texts.join(layout.comma)}]` : `[${before}${texts.join(`,${before}`)}${layout.newline}${closing}]`,
  )
}

function isInline(text: string, list: ListNode, items: readonly ListItem[], layout: Layout): boolean {
  if (layout.newline === '') return true
  if (list.items.length > 0) return !text.slice(list.start, list.end).includes('\n')
  return layout.inlineLists && items.every((item) => 'add' in item && typeof item.add !== 'object')
}

/** White space at the beginning of the line on which that place stands. */
function indentOf(text: string, offset: number): string {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset)
  return /^[ \t]*/.exec(line)?.[0] ?? ''
}

function render(value: Json, layout: Layout, indent: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const isList = Array.isArray(value)
  const inline = layout.newline === '' || (isList && layout.inlineLists)
  const inner = `${indent}${layout.unit}`
  const parts = isList
    ? (value as readonly Json[]).map((item) => render(item, layout, inner))
    : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}${layout.colon}${render(item, layout, inner)}`)
  const [open, close] = isList ? '[]' : '{}'
  if (parts.length === 0) return `${open ?? ''}${close ?? ''}`
  if (inline) return `${open ?? ''}${parts.join(layout.comma)}${close ?? ''}`
  const before = `${layout.newline}${inner}`
  return `${open ?? ''}${before}${parts.join(`,${before}`)}${layout.newline}${indent}${close ?? ''}`
}
