import { isAlias, isCollection, isMap, isNode, isPair, isScalar, visit } from 'yaml'
import type { Node, Pair, ParsedNode, Scalar, YAMLMap } from 'yaml'
import type { Location } from '../domain/manifest.ts'
import { type ProblemList, quote } from './problem-list.ts'
import type { Entry, Tree } from './tree.ts'
import { indexFrom, parseYamlDocument, YAML_MESSAGES, type YamlDocument } from './yaml-document.ts'

/** What people write as prose, where a line break does no harm. */
const FREE_TEXT_KEYS: ReadonlySet<string> = new Set(['reason', 'evidence'])
const FOREIGN = /[\p{Cc}\p{Surrogate}\u2028\u2029]/u
const FOREIGN_IN_FREE_TEXT = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\p{Surrogate}]/u
const CHARACTER_NAMES: Partial<Record<number, string>> = {
  0x00: 'a null character',
  0x07: 'a bell character',
  0x08: 'a backspace',
  0x09: 'a tab',
  0x0a: 'a line break',
  0x0b: 'a vertical tab',
  0x0c: 'a form feed',
  0x0d: 'a carriage return',
  0x1b: 'an escape character',
}
const PLAIN_TAG = /^tag:yaml\.org,2002:(str|int|float|bool|null|map|seq)$/

/**
 * Reads YAML 1.2. Never throws, whatever the text. Aliases, anchors, tags, duplicate keys and control characters are
 * problems, and their places are bad in the tree; a file that cannot be read further gives undefined.
 */
export function readYamlTree(path: string, text: string, problems: ProblemList): Tree | undefined {
  const yaml = parseYamlDocument(path, text, problems)
  return yaml === undefined ? undefined : new TreeReader(yaml, problems).read()
}

class TreeReader {
  readonly #yaml: YamlDocument
  readonly #problems: ProblemList

  constructor(yaml: YamlDocument, problems: ProblemList) {
    this.#yaml = yaml
    this.#problems = problems
  }

  read(): Tree | undefined {
    const { contents } = this.#yaml.document
    if (contents === null || (isScalar(contents) && contents.value === null)) {
      this.#problems.add({ ...this.#yaml.locate(0), line: 1, column: 1 }, 'the file is empty')
      return undefined
    }
    this.#refuseAnchors(contents)
    const tree = this.#tree(contents, this.#location(contents), '')
    const [lostError] = this.#yaml.errorOffsets
    if (lostError !== undefined && this.#problems.isEmpty) {
      this.#problems.add(this.#yaml.locate(lostError), 'this is not valid YAML')
    }
    return tree
  }

  #refuseAnchors(contents: ParsedNode): void {
    visit(contents, {
      Node: (_key, node) => {
        if (isAlias(node) || node.anchor === undefined) return
        this.#problems.add(this.#location(node), 'YAML anchors are not supported: write the value itself')
      },
    })
  }

  #location(node: Node): Location {
    return this.#yaml.locate(node.range?.[0] ?? 0)
  }

  #tree(node: unknown, fallback: Location, key: string): Tree {
    if (!isNode(node)) return { kind: 'scalar', location: fallback, value: null }
    const location = this.#location(node)
    if (isAlias(node)) {
      this.#problems.add(location, 'YAML aliases are not supported: write the value itself')
      return { kind: 'bad', location }
    }
    if (isScalar(node)) return this.#scalar(node, fallback, key)
    if (this.#hasForeignTag(node)) return { kind: 'bad', location }
    if (isMap(node)) return { kind: 'map', location, entries: this.#entries(node) }
    if (!isCollection(node)) return { kind: 'bad', location }
    const items = node.items.map((item) => this.#tree(isPair(item) ? null : item, location, key))
    return { kind: 'list', location, items }
  }

  #hasForeignTag(node: Node & { tag?: string | undefined }): boolean {
    if (node.tag === undefined || PLAIN_TAG.test(node.tag)) return false
    this.#problems.add(this.#location(node), YAML_MESSAGES.TAG_RESOLVE_FAILED)
    return true
  }

  #scalar(node: Scalar, fallback: Location, key: string): Tree {
    const location = this.#location(node)
    const { value } = node
    if (this.#hasForeignTag(node) || this.#isBroken(node)) return { kind: 'bad', location }
    if (value === null) return { kind: 'scalar', location: node.source === '' ? fallback : location, value }
    if (typeof value === 'number' || typeof value === 'boolean') return { kind: 'scalar', location, value }
    if (typeof value !== 'string' || this.#hasForeignCharacter(value, node, key)) return { kind: 'bad', location }
    return { kind: 'scalar', location, value }
  }

  #isBroken(node: Scalar): boolean {
    const [start = 0, end = start] = node.range ?? []
    const { errorOffsets } = this.#yaml
    const offset = errorOffsets[indexFrom(errorOffsets, start)]
    if (offset === undefined || offset >= end) return false
    this.#problems.add(this.#location(node), YAML_MESSAGES.BAD_DQ_ESCAPE)
    return true
  }

  #hasForeignCharacter(text: string, node: Scalar, key: string): boolean {
    const found = (FREE_TEXT_KEYS.has(key) ? FOREIGN_IN_FREE_TEXT : FOREIGN).exec(text)
    if (found === null) return false
    const code = found[0].charCodeAt(0)
    const what = CHARACTER_NAMES[code] ?? 'a control character'
    const number = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
    const advice =
      node.type === 'QUOTE_DOUBLE' ? 'in double quotes a backslash begins an escape, use single quotes' : 'remove it'
    this.#problems.add(this.#location(node), `the text holds ${what} (${number}): ${advice}`)
    return true
  }

  #entries(map: YAMLMap): Map<string, Entry> {
    const entries = new Map<string, Entry>()
    for (const pair of map.items) this.#readEntry(pair, entries, this.#location(map))
    return entries
  }

  #readEntry({ key, value }: Pair, entries: Map<string, Entry>, mapLocation: Location): void {
    const keyLocation = isNode(key) ? this.#location(key) : mapLocation
    const name = this.#keyName(key, keyLocation)
    const tree = this.#tree(value, keyLocation, name ?? '')
    if (name === undefined) return
    const first = entries.get(name)
    if (first === undefined) {
      entries.set(name, { keyLocation, value: tree })
      return
    }
    const { line, column } = first.keyLocation
    this.#problems.add(keyLocation, `duplicate key: it stands at line ${line}, column ${column} already`)
  }

  #keyName(key: unknown, location: Location): string | undefined {
    if (!isScalar(key)) {
      const problem = isAlias(key)
        ? 'YAML aliases are not supported: write the key itself'
        : 'a key must be a plain text'
      this.#problems.add(location, problem)
      return undefined
    }
    if (this.#scalar(key, location, '').kind === 'bad') return undefined
    const name = typeof key.value === 'string' ? key.value : (key.source ?? '')
    if (name !== '__proto__' && name !== '') return name
    this.#problems.add(location, name === '' ? 'a key is missing before the colon' : `unknown key ${quote(name)}`)
    return undefined
  }
}
