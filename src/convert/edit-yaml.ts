import { CST, isScalar, parseDocument, stringify } from 'yaml'
import { ProblemList } from '../manifest/problem-list.ts'
import { plainValue } from '../manifest/tree.ts'
import { indexFrom } from '../manifest/yaml-document.ts'
import { readYamlTree } from '../manifest/yaml-tree.ts'
import { followPath, itemStart, readCst, realItems, valueEnd, type Collection, type Item } from './cst.ts'
import { editData, type YamlEdit } from './yaml-edits.ts'

export interface EditedYaml {
  text: string
  /** `text`: only what changes was touched. `document`: written anew, with its comments. `data`: written anew without. */
  by: 'text' | 'document' | 'data'
}

/**
 * The file with the changes made, as much of it as it was as can be: comments, order, quotes and line ends stay. What
 * comes out is read again and holds exactly what it should, or the next way is taken, which keeps less. Total.
 */
export function editYaml(text: string, edits: readonly YamlEdit[], data: unknown = dataOf(text)): EditedYaml {
  const wanted = editData(data, edits)
  const isRight = (edited: string | undefined): edited is string =>
    edited !== undefined && isSame(dataOf(edited), wanted)
  const bySplices = editText(text, edits)
  if (isRight(bySplices)) return { text: bySplices, by: 'text' }
  const byDocument = editDocument(text, edits)
  if (isRight(byDocument)) return { text: byDocument, by: 'document' }
  return { text: stringify(wanted, { lineWidth: 0 }), by: 'data' }
}

function dataOf(text: string): unknown {
  const tree = readYamlTree('', text, new ProblemList())
  return tree === undefined ? undefined : plainValue(tree)
}

/** Maps are the same whatever the order of their keys. */
function isSame(left: unknown, right: unknown): boolean {
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return left === right
  if (Array.isArray(left) !== Array.isArray(right)) return false
  const keys = Object.keys(left)
  return (
    keys.length === Object.keys(right).length &&
    keys.every(
      (key) =>
        Object.hasOwn(right, key) &&
        isSame((left as Record<string, unknown>)[key], (right as Record<string, unknown>)[key]),
    )
  )
}

function editDocument(text: string, edits: readonly YamlEdit[]): string | undefined {
  // Keys have been found unique already, and the library looks for equal ones by the square of their number.
  const document = parseDocument(text, { version: '1.2', logLevel: 'silent', uniqueKeys: false })
  try {
    for (const edit of edits) {
      if (edit.kind !== 'set') continue
      const node = document.getIn(edit.path, true)
      // A tag would make a text of nothing.
      if (isScalar(node)) delete node.tag
      if (edit.key !== undefined) document.deleteIn(edit.path)
      document.setIn([...edit.path.slice(0, -1), edit.key ?? edit.path.at(-1)], edit.value)
    }
    // From the back, so that the places of the others do not move.
    for (const edit of [...edits].reverse()) if (edit.kind === 'remove') document.deleteIn(edit.path)
    return document.toString({ lineWidth: 0 })
  } catch {
    return undefined
  }
}

interface Splice {
  from: number
  to: number
  text: string
}

/** Undefined: a place cannot be changed without touching what is around it. */
function editText(raw: string, edits: readonly YamlEdit[]): string | undefined {
  const mark = raw.startsWith('\ufeff') ? '\ufeff' : ''
  const text = raw.slice(mark.length)
  const cst = readCst(text)
  if (cst === undefined) return undefined
  const commentOffsets = cst.comments.map(({ offset }) => offset)
  const file: File = { ...cst, commentOffsets, text, eol: text.includes('\r\n') ? '\r\n' : '\n' }
  const splices: Splice[] = []
  const flows = new Map<Collection, Set<Item>>()
  for (const edit of edits) {
    const way = followPath(file.root, edit.path)
    const place = way?.at(-1)
    if (way === undefined || place === undefined) return undefined
    if (edit.kind === 'remove' && place.collection.type === 'flow-collection') {
      flows.set(place.collection, (flows.get(place.collection) ?? new Set()).add(place.item))
      continue
    }
    const made =
      edit.kind === 'set'
        ? setSplices(
            place.item,
            edit,
            way.some(({ collection }) => collection.type === 'flow-collection'),
          )
        : edit.kind === 'note'
          ? noteSplices(file, way, edit.lines)
          : lineSplices(file, place.item)
    if (made === undefined) return undefined
    splices.push(...made)
  }
  for (const [collection, removed] of flows) splices.push(...flowSplices(file, realItems(collection), removed))
  const spliced = applySplices(text, splices)
  return spliced === undefined ? undefined : mark + spliced
}

interface File {
  text: string
  root: CST.Token
  comments: readonly CST.SourceToken[]
  commentOffsets: readonly number[]
  eol: string
}

function applySplices(text: string, splices: readonly Splice[]): string | undefined {
  let done = ''
  let at = 0
  for (const { from, to, text: put } of splices.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    if (from < at) return undefined
    done += text.slice(at, from) + put
    at = to
  }
  return done + text.slice(at)
}

function setSplices(
  { key, sep = [], value }: Item,
  edit: Extract<YamlEdit, { kind: 'set' }>,
  isFlow: boolean,
): Splice[] | undefined {
  const end = valueEnd(value)
  if (value === undefined || end === undefined || !CST.isScalar(value)) return undefined
  const colon = sep.find(({ type }) => type === 'map-value-ind')
  const isEmpty = edit.value === null && !isFlow
  // Nothing stands there, so no space either.
  const from = isEmpty && colon !== undefined && sep.length === 2 ? colon.offset + 1 : value.offset
  const put = isEmpty ? '' : quoteLike(value.type, edit.value)
  const splices = [{ from, to: end, text: put }]
  if (edit.key === undefined) return splices
  const keyEnd = valueEnd(key)
  if (key == null || keyEnd === undefined) return undefined
  return [{ from: key.offset, to: keyEnd, text: quoteLike(key.type, edit.key) }, ...splices]
}

function quoteLike(type: CST.Token['type'], value: string | null): string {
  if (value === null) return 'null'
  if (type === 'double-quoted-scalar') return JSON.stringify(value)
  return type === 'single-quoted-scalar' ? `'${value.replaceAll("'", "''")}'` : value
}

/** Above the line on which the entry begins, or that of the nearest thing around it which has a line of its own. */
function noteSplices(file: File, way: readonly { item: Item }[], lines: readonly string[]): Splice[] {
  for (const { item } of way.toReversed()) {
    const start = itemStart(item) ?? 0
    const line = lineStart(file.text, start)
    const indent = file.text.slice(line, start)
    if (!/^ *$/.test(indent)) continue
    return [{ from: line, to: line, text: lines.map((words) => `${indent}# ${words}${file.eol}`).join('') }]
  }
  return [{ from: 0, to: 0, text: lines.map((words) => `# ${words}${file.eol}`).join('') }]
}

/** An entry with lines of its own goes with them; its comments stay, each on a line. */
function lineSplices(file: File, item: Item): Splice[] | undefined {
  const { text, eol } = file
  const start = itemStart(item)
  const end = valueEnd(item.value)
  if (start === undefined || end === undefined) return undefined
  const from = lineStart(text, start)
  const indent = text.slice(from, start)
  const lineEnd = text.indexOf('\n', end)
  const to = lineEnd < 0 ? text.length : lineEnd + 1
  if (!/^ *$/.test(indent) || !/^[ \t]*(?:#.*)?\r?\n?$/.test(text.slice(end, to))) return undefined
  const kept = commentsIn(file, from, to).map(({ offset, source }) => {
    const line = lineStart(text, offset)
    const before = text.slice(line, offset)
    return `${/^[ \t]*$/.test(before) ? before : indent}${source}${eol}`
  })
  return [{ from, to, text: kept.join('') }]
}

/** Items between brackets go with one of the commas beside them; at least one item is left. */
function flowSplices(file: File, items: readonly Item[], removed: ReadonlySet<Item>): Splice[] {
  const firstLeft = items.findIndex((item) => !removed.has(item))
  return items.flatMap((item, index): Splice[] => {
    if (!removed.has(item)) return []
    const next = items[index + 1]
    const isBefore = index < firstLeft
    const comma = item.start.find(({ type }) => type === 'comma')
    const from = isBefore ? itemStart(item) : comma?.offset
    const to = isBefore ? next && itemStart(next) : valueEnd(item.value)
    if (from === undefined || to === undefined) return []
    const comments = commentsIn(file, from, to)
    const indent = /^[ \t]*/.exec(file.text.slice(lineStart(file.text, to)))?.[0] ?? ''
    const kept = comments.map(({ source }) => `${source}${file.eol}${indent}`).join('')
    return [{ from, to, text: kept === '' || isBefore ? kept : ` ${kept}` }]
  })
}

function commentsIn({ comments, commentOffsets }: File, from: number, to: number): CST.SourceToken[] {
  let end = indexFrom(commentOffsets, from)
  const begin = end
  while (end < comments.length && (commentOffsets[end] ?? to) < to) end++
  return comments.slice(begin, end)
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1
}
