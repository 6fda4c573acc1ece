import { Composer, Lexer, Parser } from 'yaml'
import type { CST, Document, ErrorCode } from 'yaml'
import type { Location } from '../domain/manifest.ts'
import type { ProblemList } from './problem-list.ts'

const LIMIT_BYTES = 1024 * 1024
const DEEPEST_LEVEL = 32
/** Broken files produce an error token for every other character: the first ones tell enough. */
const MOST_ERROR_TOKENS = 20

/** Own words for the parser's errors: its messages repeat source text, and a secret could stand there. */
export const YAML_MESSAGES = {
  BAD_DQ_ESCAPE: 'a backslash in double quotes begins an escape, and this one means nothing: use single quotes',
  BAD_INDENT: 'the indentation does not fit what stands above',
  BAD_SCALAR_START: 'a text that begins with "@" or a backtick must stand in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a value that goes on over lines cannot stand here: put it on lines of its own, or in quotes',
  BLOCK_IN_FLOW: 'inside { } and [ ] everything is written with commas, without indented lists or blocks',
  KEY_OVER_1024_CHARS: 'a key is longer than 1024 characters',
  MISSING_CHAR: 'a character is missing here: a closing quote or bracket, a comma, or the space after a colon',
  MULTILINE_IMPLICIT_KEY: 'a key must stand on one line; is a colon missing above?',
  TAB_AS_INDENT: 'a tab cannot indent: use spaces',
  TAG_RESOLVE_FAILED: 'YAML tags (!name) are not supported',
  UNEXPECTED_TOKEN: 'this cannot stand here: is a quote, a bracket, a comma or a line break missing before it?',
} as const satisfies Partial<Record<ErrorCode, string>>

/** Errors inside one value: the rest of the file is still what it seems. */
const LOCAL_ERRORS: ReadonlySet<ErrorCode> = new Set(['BAD_DQ_ESCAPE', 'TAG_RESOLVE_FAILED', 'BAD_ALIAS'])

export interface YamlDocument {
  document: Document.Parsed
  /** Where an offset of the text is. */
  locate(offset: number): Location
  /** Offsets of errors inside single values, ascending; nothing has been said about them yet. */
  errorOffsets: readonly number[]
}

/** Parses one YAML 1.2 document. Never throws, whatever the text; undefined when problems forbid to read on. */
export function parseYamlDocument(path: string, raw: string, problems: ProblemList): YamlDocument | undefined {
  // A byte order mark is no column of the first line.
  const text = raw.replace(/^\ufeff/, '')
  if (raw.length > LIMIT_BYTES || Buffer.byteLength(raw) > LIMIT_BYTES) {
    problems.add({ path, line: 1, column: 1 }, 'the file is larger than 1 MiB')
    return undefined
  }
  const locate = createLocator(path, text)
  const tokens = readTokens(text)
  if (typeof tokens === 'number') {
    problems.add(locate(tokens), `the file is nested more than ${DEEPEST_LEVEL} levels deep`)
    return undefined
  }
  // Duplicate keys are found by the reader of the tree: the parser's own search takes quadratic time.
  const composer = new Composer({ prettyErrors: false, uniqueKeys: false, version: '1.2', logLevel: 'silent' })
  const documents = [...composer.compose(tokens, true, text.length)]
  const [document] = documents
  if (document === undefined || !isSound(documents, document, locate, problems)) return undefined
  const errorOffsets = [...document.errors, ...document.warnings].map(({ pos }) => pos[0]).sort((a, b) => a - b)
  return { document, locate, errorOffsets }
}

/** The parser's own line counter misses lines where the file is broken. */
function createLocator(path: string, text: string): YamlDocument['locate'] {
  const starts = [0]
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) starts.push(end + 1)
  return (offset) => {
    const line = indexFrom(starts, offset + 1)
    return { path, line, column: offset - (starts[line - 1] ?? 0) + 1 }
  }
}

/** Index of the first of the ascending numbers that is not below `least`. */
export function indexFrom(ascending: readonly number[], least: number): number {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ascending[middle] ?? Infinity) < least) low = middle + 1
    else high = middle
  }
  return low
}

/** The tokens of the file, or the offset at which it is nested too deep: all that comes after is recursive. */
function readTokens(text: string): CST.Token[] | number {
  const parser = new Parser()
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
    if (!isMark(lexeme)) offset += lexeme.length
  }
  tokens.push(...parser.end())
  return tooDeepOffset(tokens) ?? tokens
}

/** The lexer's own marks (a document, the end of a broken flow, a scalar) stand for no character of the text. */
function isMark(lexeme: string): boolean {
  return lexeme === '\u0002' || lexeme === '\u0018' || lexeme === '\u001f'
}

function tooDeepOffset(tokens: readonly CST.Token[]): number | undefined {
  const stack: { token: CST.Token; depth: number }[] = tokens.map((token) => ({ token, depth: 0 }))
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { token, depth } = top
    if (depth > DEEPEST_LEVEL) return token.offset
    if (token.type === 'document' && token.value) stack.push({ token: token.value, depth })
    if (!('items' in token)) continue
    for (const item of token.items) {
      for (const below of [item.key, item.value]) if (below) stack.push({ token: below, depth: depth + 1 })
    }
  }
  return undefined
}

function isSound(
  documents: readonly Document.Parsed[],
  document: Document.Parsed,
  locate: YamlDocument['locate'],
  problems: ProblemList,
): boolean {
  const failures = documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])
  const fatal = failures.filter(({ code }) => !LOCAL_ERRORS.has(code))
  const messages: Partial<Record<ErrorCode, string>> = YAML_MESSAGES
  for (const { code, pos } of fatal) problems.add(locate(pos[0]), messages[code] ?? 'this is not valid YAML')
  if (fatal.length > 0) return false
  const [, second] = documents
  if (second !== undefined) {
    problems.add(locate(second.range[0]), 'a manifest is one YAML document: a second one begins here')
    return false
  }
  if (document.directives.yaml.version !== '1.2') {
    problems.add(locate(0), 'a manifest is YAML 1.2: leave the %YAML line out')
    return false
  }
  return true
}
