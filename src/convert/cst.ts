import { CST, Parser } from 'yaml'
import type { Path } from '../manifest/tree.ts'

export type Collection = CST.BlockMap | CST.BlockSequence | CST.FlowCollection
export type Item = Collection['items'][number]

/** The value of the one document of a file; undefined where there is none. */
export function readCst(text: string): { root: CST.Token; comments: readonly CST.SourceToken[] } | undefined {
  const tokens = [...new Parser().parse(text)]
  const document = tokens.find((token) => token.type === 'document')
  if (document?.value === undefined) return undefined
  const comments: CST.SourceToken[] = []
  collectComments(tokens, comments)
  return { root: document.value, comments }
}

/** Every comment below the tokens, in the order of the file. */
function collectComments(parts: readonly unknown[], found: CST.SourceToken[]): void {
  for (const part of parts) {
    if (typeof part !== 'object' || part === null) continue
    if ('type' in part && part.type === 'comment') {
      found.push(part as CST.SourceToken)
      continue
    }
    const { start, props, key, sep, value, items, end } = part as Record<string, unknown>
    for (const below of [start, props, key, sep, value, items, end]) {
      if (below !== undefined) collectComments(Array.isArray(below) ? below : [below], found)
    }
  }
}

/** The item of each step of a path, and the collection that it stands in; undefined where the path does not lead. */
export function followPath(root: CST.Token, path: Path): { collection: Collection; item: Item }[] | undefined {
  const way: { collection: Collection; item: Item }[] = []
  let token: CST.Token | null | undefined = root
  for (const step of path) {
    const collection = asCollection(token)
    const item: Item | undefined =
      typeof step === 'number'
        ? collection && realItems(collection)[step]
        : collection && itemsByName(collection).get(step)
    if (collection === undefined || item === undefined) return undefined
    way.push({ collection, item })
    token = item.value
  }
  return way
}

function asCollection(token: CST.Token | null | undefined): Collection | undefined {
  return token?.type === 'block-map' || token?.type === 'block-seq' || token?.type === 'flow-collection'
    ? token
    : undefined
}

function nameOf(key: CST.Token | null | undefined): string | undefined {
  return CST.isScalar(key) ? CST.resolveAsScalar(key).value : undefined
}

/** Without those that hold only comments and white space. */
export function realItems(collection: Collection): readonly Item[] {
  const known = REAL_ITEMS.get(collection)
  if (known !== undefined) return known
  const items: readonly Item[] = collection.items
  const real = items.filter((item) => item.key != null || item.value !== undefined || item.sep !== undefined)
  REAL_ITEMS.set(collection, real)
  return real
}

/** The first of each name: an estate has thousands, and each may be asked for. */
function itemsByName(collection: Collection): ReadonlyMap<string, Item> {
  const known = BY_NAME.get(collection)
  if (known !== undefined) return known
  const items: readonly Item[] = collection.items
  const named = items.flatMap((item): [string, Item][] => {
    const name = nameOf(item.key)
    return name === undefined ? [] : [[name, item]]
  })
  const byName = new Map(named.reverse())
  BY_NAME.set(collection, byName)
  return byName
}

const BY_NAME = new WeakMap<Collection, ReadonlyMap<string, Item>>()

/** Asked for each item of a list, which may be long. */
const REAL_ITEMS = new WeakMap<Collection, readonly Item[]>()

const BLANK: ReadonlySet<string> = new Set(['comma', 'space', 'newline', 'comment'])

/** Where the first character of an item stands that is more than white space, comma and comment. */
export function itemStart(item: Item): number | undefined {
  return item.start.find(({ type }) => !BLANK.has(type))?.offset ?? item.key?.offset ?? item.value?.offset
}

/** Behind the last character of a value; undefined where there is none. */
export function valueEnd(token: CST.Token | null | undefined): number | undefined {
  if (token == null) return undefined
  if (token.type === 'block-map' || token.type === 'block-seq') return valueEnd(realItems(token).at(-1)?.value)
  if (token.type === 'flow-collection') {
    const close = token.end.find(({ type }) => type.startsWith('flow-'))
    return close === undefined ? undefined : close.offset + close.source.length
  }
  if (token.type === 'block-scalar') {
    const header = token.props.at(-1)
    // Blank lines behind it are no part of what it shows.
    const shown = token.source.trimEnd().length
    return header === undefined || !('source' in header) ? undefined : header.offset + header.source.length + shown
  }
  return CST.isScalar(token) && token.type !== 'alias' ? token.offset + token.source.length : undefined
}
