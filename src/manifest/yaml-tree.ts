import { Composer, isAlias, isCollection, isMap, isNode, isPair, isScalar, Lexer, LineCounter, Parser, visit } from 'yaml'
import type { CST, Document, ErrorCode, Node, Pair, ParsedNode, Scalar, YAMLMap } from 'yaml'
import type { Location } from '../domain/manifest.ts'
import { type ProblemList, quote } from './problem-list.ts'
import type { Entry, Tree } from './tree.ts'

const LIMIT_BYTES = 1024 * 1024
const DEEPEST_LEVEL = 32
/** Broken files produce an error token for every other character: the first ones tell enough. */
const MOST_ERROR_TOKENS = 20

const QUOTE_IT = 'a text that begins so must stand in quotes'
/** Own words for the parser's errors: its messages repeat source text, and a secret could stand there. */
const MESSAGES: Partial<Record<ErrorCode, string>> = {
  BAD_DQ_ESCAPE: 'a backslash in double quotes begins an escape, and this one means nothing: use single quotes',
  BAD_INDENT: 'the indentation does not fit what stands above',
  BAD_SCALAR_START: `a text must not begin with "@" or a backtick: ${QUOTE_IT}`,
  BLOCK_AS_IMPLICIT_KEY: 'a value that goes on over lines cannot stand here: put it on lines of its own, or in quotes',
  BLOCK_IN_FLOW: 'inside { } and [ ] everything is written with commas, without indented lists or blocks',
  KEY_OVER_1024_CHARS: 'a key is longer than 1024 characters',
  MISSING_CHAR: 'a character is missing here: a closing quote or bracket, a comma, or the space after a colon',
  MULTILINE_IMPLICIT_KEY: 'a key must stand on one line; is a colon missing above?',
  TAB_AS_INDENT: 'a tab cannot indent: use spaces',
  TAG_RESOLVE_FAILED: 'YAML tags (!name) are not supported',
  UNEXPECTED_TOKEN: 'this cannot stand here: is a quote, a bracket, a comma or a line break missing before it?',
}
/** Errors after which the rest of the file is still what it seems. */
const LOCAL_ERRORS: ReadonlySet<ErrorCode> = new Set(['BAD_DQ_ESCAPE', 'TAG_RESOLVE_FAILED', 'BAD_ALIAS'])

/**
 * Reads YAML 1.2. Never throws, whatever the text. Aliases, anchors, tags, duplicate keys and control characters are
 * problems, and the places they stand at are bad in the tree; a file without a usable shape gives undefined.
 */
export function readYamlTree(path: string, text: string, problems: ProblemList): Tree | undefined {
  if (text.length > LIMIT_BYTES || Buffer.byteLength(text) > LIMIT_BYTES) {
    problems.add({ path, line: 1, column: 1 }, 'the file is larger than 1 MiB')
    return undefined
  }
  const lines = new LineCounter()
  const locate = (offset: number): Location => {
    const { line, col } = lines.linePos(offset)
    return { path, line: Math.max(1, line), column: Math.max(1, col) }
  }
  const tokens = readTokens(text, lines)
  if (typeof tokens === 'number') {
    problems.add(locate(tokens), `the file is nested more than ${DEEPEST_LEVEL} levels deep`)
    return undefined
  }
  // Duplicate keys are found below: the parser's own search takes quadratic time.
  const composer = new Composer({ prettyErrors: false, uniqueKeys: false, version: '1.2', logLevel: 'silent' })
  const documents = [...composer.compose(tokens, true, text.length)]
  const [document] = documents
  if (document === undefined || !isSound(documents, document, locate, problems)) return undefined
  return new TreeReader(document, locate, problems).read()
}

/** The tokens of the file, or the offset at which it is nested too deep: what comes after is recursive. */
function readTokens(text: string, lines: LineCounter): CST.Token[] | number {
  const parser = new Parser((offset) => lines.addNewLine(offset))
  const tokens: CST.Token[] = []
  let offset = 0
  let open = 0
  let errors = 0
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) {
      tokens.push(token)
      if (token.type === 'error') errors++
    }
    if (lexeme === '[' || lexeme === '{') open++
    else if (lexeme === ']' || lexeme === '}') open--
    if (open > DEEPEST_LEVEL) return offset
    if (errors > MOST_ERROR_TOKENS) break
    if (!isControlLexeme(lexeme)) offset += lexeme.length
  }
  tokens.push(...parser.end())
  return tooDeep(tokens) ?? tokens
}

/** The lexer's own marks: document, flow error end, scalar; they stand for no character of the text. */
function isControlLexeme(lexeme: string): boolean {
  return lexeme === '\u0002' || lexeme === '\u0018' || lexeme === '\u001f'
}

function tooDeep(tokens: readonly CST.Token[]): number | undefined {
  const stack: { token: CST.Token; depth: number }[] = tokens.map((token) => ({ token, depth: 0 }))
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { token, depth } = top
    if (depth > DEEPEST_LEVEL) return token.offset
    if ('value' in token && token.value !== undefined) stack.push({ token: token.value, depth })
    if (!('items' in token)) continue
    for (const item of token.items) {
      for (const below of [item.key, item.value]) if (below) stack.push({ token: below, depth: depth + 1 })
    }
  }
  return undefined
}

type Locate = (offset: number) => Location

function isSound(documents: Document.Parsed[], document: Document.Parsed, locate: Locate, problems: ProblemList): boolean {
  const failures = documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])
  for (const { code, pos } of failures) {
    // An alias without its anchor is reported as an alias.
    if (code !== 'BAD_ALIAS') problems.add(locate(pos[0]), MESSAGES[code] ?? 'this is not valid YAML')
  }
  if (failures.some(({ code }) => !LOCAL_ERRORS.has(code))) return false
  if (documents[1] !== undefined) {
    problems.add(locate(documents[1].range[0]), 'a manifest is one YAML document: a second one begins here')
    return false
  }
  if (document.directives.yaml.version !== '1.2') {
    problems.add(locate(0), 'a manifest is YAML 1.2: leave the %YAML line out')
    return false
  }
  return true
}

class TreeReader {
  readonly #document: Document.Parsed
  readonly #locate: Locate
  readonly #problems: ProblemList
  /** Offsets of errors inside single values. */
  readonly #errorOffsets: readonly number[]

  constructor(document: Document.Parsed, locate: Locate, problems: ProblemList) {
    this.#document = document
    this.#locate = locate
    this.#problems = problems
    this.#errorOffsets = [...document.errors, ...document.warnings].map(({ pos }) => pos[0])
  }

  read(): Tree | undefined {
    const { contents } = this.#document
    const start = this.#locate(contents?.range[0] ?? 0)
    if (contents === null || (isScalar(contents) && contents.value === null)) {
      this.#problems.add({ ...start, line: 1, column: 1 }, 'the file is empty')
      return undefined
    }
    this.#refuseAnchors(contents)
    return this.#tree(contents, start, '')
  }

  #refuseAnchors(contents: ParsedNode): void {
    visit(contents, {
      Node: (_key, node) => {
        if (!isAlias(node) && node.anchor !== undefined) {
          this.#problems.add(this.#locate(this.#offset(node)), 'YAML anchors are not supported: write the value itself')
        }
      },
    })
  }

  #offset(node: Node): number {
    return node.range?.[0] ?? 0
  }

  #tree(node: unknown, fallback: Location, key: string): Tree {
    if (!isNode(node)) return { kind: 'scalar', location: fallback, value: null }
    const location = this.#locate(this.#offset(node))
    if (isAlias(node)) {
      this.#problems.add(location, 'YAML aliases are not supported: write the value itself')
      return { kind: 'bad', location }
    }
    if (isScalar(node)) return this.#scalar(node, location, fallback, key)
    if (this.#hasUnknownTag(node)) return { kind: 'bad', location }
    if (isMap(node)) return { kind: 'map', location, entries: this.#entries(node) }
    if (!isCollection(node)) return { kind: 'bad', location }
    const items = node.items.map((item) => this.#tree(isPair(item) ? null : item, location, key))
    return { kind: 'list', location, items }
  }

  #hasUnknownTag(node: Node): boolean {
    const tagged = node as { tag?: string }
    if (tagged.tag === undefined || /^tag:yaml\.org,2002:(str|int|float|bool|null|map|seq)$/.test(tagged.tag)) return false
    this.#problems.add(this.#locate(this.#offset(node)), MESSAGES.TAG_RESOLVE_FAILED ?? '')
    return true
  }

  #scalar(node: Scalar, location: Location, fallback: Location, key: string): Tree {
    const [start = 0, end = start] = node.range ?? []
    const isBroken = this.#errorOffsets.some((offset) => offset >= start && offset < end)
    if (isBroken || this.#hasUnknownTag(node)) return { kind: 'bad', location }
    const { value } = node
    if (value === null) return { kind: 'scalar', location: node.source === '' ? fallback : location, value: null }
    if (typeof value === 'number' || typeof value === 'boolean') return { kind: 'scalar', location, value }
    if (typeof value !== 'string') return { kind: 'bad', location }
    if (this.#refuseControls(value, node, location, key)) return { kind: 'bad', location }
    return { kind: 'scalar', location, value }
  }

  #refuseControls(text: string, node: Scalar, location: Location, key: string): boolean {
    const foreign = FREE_TEXT_KEYS.has(key) ? CONTROLS_IN_FREE_TEXT.exec(text) : CONTROLS.exec(text)
    if (foreign === null && text.isWellFormed()) return false
    const code = foreign?.[0].charCodeAt(0)
    const what = code === undefined ? 'half a surrogate pair' : (CONTROL_NAMES[code] ?? 'a control character')
    const number = code === undefined ? '' : ` (U+${code.toString(16).toUpperCase().padStart(4, '0')})`
    const advice =
      node.type === 'QUOTE_DOUBLE' ? ': in double quotes a backslash begins an escape, use single quotes' : ': remove it'
    this.#problems.add(location, `the value holds ${what}${number}${advice}`)
    return true
  }

  #entries(map: YAMLMap): Map<string, Entry> {
    const entries = new Map<string, Entry>()
    for (const pair of map.items) this.#readEntry(pair, entries, this.#locate(this.#offset(map)))
    return entries
  }

  #readEntry({ key, value }: Pair, entries: Map<string, Entry>, mapLocation: Location): void {
    const keyLocation = isNode(key) ? this.#locate(this.#offset(key)) : mapLocation
    const name = this.#keyName(key, keyLocation)
    const tree = this.#tree(value, keyLocation, name ?? '')
    if (name === undefined) return
    const first = entries.get(name)
    if (first === undefined) {
      entries.set(name, { keyLocation, value: tree })
      return
    }
    const { line, column } = first.keyLocation
    this.#problems.add(keyLocation, `the key stands here a second time; the first is at line ${line}, column ${column}`)
  }

  #keyName(key: unknown, location: Location): string | undefined {
    if (!isScalar(key) || this.#hasUnknownTag(key)) {
      const what = isAlias(key) ? 'YAML aliases are not supported' : 'a key must be a plain text'
      this.#problems.add(location, what)
      return undefined
    }
    const name = typeof key.value === 'string' ? key.value : (key.source ?? '')
    if (this.#scalar(key, location, location, '').kind === 'bad') return undefined
    if (name !== '__proto__' && name !== '') return name
    this.#problems.add(location, name === '' ? 'a key is missing before the colon' : `unknown key ${quote(name)}`)
    return undefined
  }
}

/** What people write as prose, where a line break does no harm. */
const FREE_TEXT_KEYS: ReadonlySet<string> = new Set(['reason', 'evidence'])
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/
const CONTROLS_IN_FREE_TEXT = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/
const CONTROL_NAMES: Partial<Record<number, string>> = {
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
