import type { Json } from '../domain/json.ts'

/** A value of a JSON text with the place where it stands, so that others can be changed around it. */
export type JsonNode = ObjectNode | ListNode | ScalarNode

interface Span {
  /** UTF-16 offsets into the text: first, and the one after the last. */
  start: number
  end: number
}
export interface ObjectNode extends Span {
  kind: 'object'
  members: readonly { key: string; value: JsonNode }[]
}
export interface ListNode extends Span {
  kind: 'list'
  items: readonly JsonNode[]
}
export interface ScalarNode extends Span {
  kind: 'scalar'
  value: string | number | boolean | null
}

export type ParsedJson = { ok: true; root: JsonNode } | { ok: false; offset: number; problem: string }

/** Far deeper than any plan, and far below what would exhaust the stack. */
const DEEPEST = 64
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const WORDS = { true: true, false: false, null: null } as const

class Fault extends Error {
  readonly offset: number
  constructor(offset: number, problem: string) {
    super(problem)
    this.offset = offset
  }
}

/** RFC 8259, a byte order mark before it allowed. A key that stands twice is a problem. Total; no problem repeats the text. */
export function parseJsonText(text: string): ParsedJson {
  try {
    const reader = new Reader(text)
    return { ok: true, root: reader.document() }
  } catch (error) {
    if (error instanceof Fault) return { ok: false, offset: error.offset, problem: error.message }
    throw error
  }
}

class Reader {
  readonly #text: string
  #at: number

  constructor(text: string) {
    this.#text = text
    this.#at = text.startsWith('\uFEFF') ? 1 : 0
  }

  document(): JsonNode {
    const root = this.#value(0)
    if (this.#at < this.#text.length) throw new Fault(this.#at, 'holds more after the end of its JSON')
    return root
  }

  #value(depth: number): JsonNode {
    this.#space()
    const start = this.#at
    if (depth > DEEPEST) throw new Fault(start, `is nested more than ${DEEPEST} levels deep`)
    const node = this.#node(start, depth)
    this.#space()
    return node
  }

  #node(start: number, depth: number): JsonNode {
    switch (this.#text[start]) {
      case '{':
        return this.#object(start, depth)
      case '[':
        return this.#list(start, depth)
      case '"':
        return { kind: 'scalar', value: this.#string(), start, end: this.#at }
      case undefined:
      default:
        return { kind: 'scalar', value: this.#word(start), start, end: this.#at }
    }
  }

  #object(start: number, depth: number): ObjectNode {
    const members: { key: string; value: JsonNode }[] = []
    const keys = new Set<string>()
    this.#at += 1
    this.#space()
    while (this.#text[this.#at] !== '}') {
      if (members.length > 0) this.#expect(',', 'a comma or "}"')
      this.#space()
      const place = this.#at
      if (this.#text[place] !== '"') throw new Fault(place, 'is no JSON: a key in double quotes is expected')
      const key = this.#string()
      if (keys.has(key)) throw new Fault(place, 'has the same key twice in one object')
      keys.add(key)
      this.#space()
      this.#expect(':', 'a colon')
      members.push({ key, value: this.#value(depth + 1) })
    }
    this.#at += 1
    return { kind: 'object', members, start, end: this.#at }
  }

  #list(start: number, depth: number): ListNode {
    const items: JsonNode[] = []
    this.#at += 1
    this.#space()
    while (this.#text[this.#at] !== ']') {
      if (items.length > 0) this.#expect(',', 'a comma or "]"')
      items.push(this.#value(depth + 1))
    }
    this.#at += 1
    return { kind: 'list', items, start, end: this.#at }
  }

  #string(): string {
    STRING.lastIndex = this.#at
    const token = STRING.exec(this.#text)?.[0]
    if (token === undefined)
      throw new Fault(this.#at, 'is no JSON: a text does not end, or holds what has to be escaped')
    this.#at += token.length
    return JSON.parse(token) as string
  }

  #word(start: number): number | boolean | null {
    for (const [word, value] of Object.entries(WORDS)) {
      if (!this.#text.startsWith(word, start)) continue
      this.#at += word.length
      return value
    }
    NUMBER.lastIndex = start
    const token = NUMBER.exec(this.#text)?.[0]
    if (token === undefined) {
      throw new Fault(
        start,
        start < this.#text.length ? 'is no JSON: a value is expected' : 'is no JSON: it ends early',
      )
    }
    this.#at += token.length
    return Number(token)
  }

  #expect(sign: string, name: string): void {
    if (this.#text[this.#at] !== sign) throw new Fault(this.#at, `is no JSON: ${name} is expected`)
    this.#at += 1
  }

  #space(): void {
    while (' \t\n\r'.includes(this.#text[this.#at] ?? 'end')) this.#at += 1
  }
}

/** The member of that name; undefined also where the node is no object. */
export function memberOf(node: JsonNode | undefined, key: string): JsonNode | undefined {
  return node?.kind === 'object' ? node.members.find((member) => member.key === key)?.value : undefined
}

export function textOf(node: JsonNode | undefined): string | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined
}

export function itemsOf(node: JsonNode | undefined): readonly JsonNode[] | undefined {
  return node?.kind === 'list' ? node.items : undefined
}

export function jsonOf(node: JsonNode): Json {
  switch (node.kind) {
    case 'scalar':
      return node.value
    case 'list':
      return node.items.map(jsonOf)
    case 'object':
      return Object.fromEntries(node.members.map(({ key, value }) => [key, jsonOf(value)]))
  }
}

/** 1-based line and column of an offset; a byte order mark takes no column. */
export function placeIn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(text.startsWith('\uFEFF') ? 1 : 0, offset)
  const lines = before.split('\n')
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 }
}
