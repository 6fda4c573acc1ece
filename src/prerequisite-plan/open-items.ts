import type { Json } from '../domain/json.ts'
import { jsonOf, type JsonNode, type ListNode } from './json-text.ts'
import type { ListItem } from './json-edit.ts'
import type { PlanRowEntry, RowState, RowStatus } from './plan.ts'

/** What of a row an entry of `blockers` or `unknowns` can name it by. */
type NamedRow = Pick<PlanRowEntry, 'id' | 'title' | 'status' | 'basis'>

/**
 * The rows that an entry is about. The contract does not say what an entry looks like: a text or an object of any shape
 * that holds the id of a row, else its title, else the field of a question on which an unknown row waits.
 */
export function mentions(entry: JsonNode, rows: readonly NamedRow[]): ReadonlySet<string> {
  const texts = textsOf(entry)
  const holds = (word: string): boolean => texts.some((text) => hasWord(text, word))
  for (const wordOf of [idOf, titleOf, fieldOf]) {
    const found = rows.filter((row) => {
      const word = wordOf(row)
      return word !== undefined && holds(word)
    })
    if (found.length > 0) return new Set(found.map(({ id }) => id))
  }
  return new Set()
}

/** Whether it can be told of every entry which rows it is about: only then a row can be said to be left out. */
export function decidable(list: ListNode, rows: readonly NamedRow[]): boolean {
  return list.items.every((item) => mentions(item, rows).size > 0)
}

const idOf = ({ id }: NamedRow): string => id
const titleOf = ({ title }: NamedRow): string | undefined => (title === '' ? undefined : title)
const fieldOf = ({ status, basis }: NamedRow): string | undefined =>
  status === 'unknown' ? /^not_assessed:(\S+)$/.exec(basis)?.[1] : undefined

/**
 * The statuses for which a row may stand in a list. The contract asks for missing gates in `blockers`, its reference
 * validator for unknown ones too.
 */
const OPEN: Readonly<Record<OpenList, readonly RowStatus[]>> = {
  blockers: ['missing', 'unknown'],
  unknowns: ['unknown'],
}
export type OpenList = 'blockers' | 'unknowns'

/**
 * `list` after the rows have changed: an entry goes when a row of it was settled and none is open any more, and a blocking
 * row that came to be missing is added to `blockers` when nothing names it. Everything else stays as it is written.
 */
export function settleList(
  kind: OpenList,
  list: ListNode,
  before: readonly PlanRowEntry[],
  after: ReadonlyMap<string, RowState>,
  like: readonly JsonNode[],
): ListItem[] {
  const wasOpen = new Set(before.filter(({ status }) => OPEN[kind].includes(status)).map(({ id }) => id))
  const isOpen = new Set([...after].filter(([, { status }]) => OPEN[kind].includes(status)).map(([id]) => id))
  const kept: ListItem[] = []
  const named = new Set<string>()
  for (const entry of list.items) {
    const about = [...mentions(entry, before)]
    const isOver = about.some((id) => wasOpen.has(id)) && !about.some((id) => isOpen.has(id))
    if (isOver) continue
    kept.push({ keep: entry })
    for (const id of about) named.add(id)
  }
  if (kind === 'unknowns') return kept
  const isNew = ({ id, status }: PlanRowEntry): boolean => status !== 'missing' && after.get(id)?.status === 'missing'
  const added = before.filter((row) => row.blocking && isNew(row) && !named.has(row.id))
  return [...kept, ...added.map((row) => ({ add: newEntry(row, like, before, after) }))]
}

/** In the shape that the others have. */
function newEntry(
  row: PlanRowEntry,
  like: readonly JsonNode[],
  rows: readonly PlanRowEntry[],
  after: ReadonlyMap<string, RowState>,
): Json {
  const model = like.map(jsonOf).find((entry) => typeof entry === 'string' || isRecord(entry))
  if (typeof model === 'string') {
    return rows.some(({ id }) => id === model) ? row.id : `${row.id}: ${row.title}`
  }
  const { status, basis } = after.get(row.id) ?? row
  const own = { ...(jsonOf(row.node) as Record<string, Json>), status, basis }
  if (model === undefined) return { id: row.id, title: row.title }
  const other = rows.find(({ id }) => Object.values(model).includes(id))
  const shaped = Object.entries(model).flatMap(([key, value]): [string, Json][] => {
    if (value === other?.id) return [[key, row.id]]
    if (value === other?.title) return [[key, row.title]]
    const theirs = (own as Record<string, Json>)[key]
    return theirs === undefined || Array.isArray(theirs) || isRecord(theirs) ? [] : [[key, theirs]]
  })
  return other === undefined ? { id: row.id, title: row.title } : Object.fromEntries(shaped)
}

function isRecord(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function textsOf(node: JsonNode): string[] {
  if (node.kind === 'scalar') return typeof node.value === 'string' ? [node.value] : []
  return (node.kind === 'list' ? node.items : node.members.map(({ value }) => value)).flatMap(textsOf)
}

/** As a word of its own: P12-001 is not in P12-0011. */
function hasWord(text: string, word: string): boolean {
  const isPart = (sign: string | undefined): boolean => sign !== undefined && /[\p{L}\p{N}_-]/u.test(sign)
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (!isPart(text[at - 1]) && !isPart(text[at + word.length])) return true
  }
  return false
}
