// Says why a text is not one single SELECT that only reads. A parser of T-SQL reads it, so that no disguise of layout,
// quoting or case counts; what SQL Server reserves and the grammar does not know is looked up among the tokens.
import {
  antlr4tsSQL,
  BailErrorStrategy,
  type CommonTokenStream,
  ParseCancellationException,
  ParserRuleContext,
  PredictionMode,
  RecognitionException,
  SQLDialect,
  TerminalNode,
} from 'antlr4ts-sql'

/** A piece of the text as the lexer cuts it. Comments are pieces of their own, white space is none. */
export interface SqlToken {
  kind: string
  text: string
  isComment: boolean
}

interface Parsed {
  tokens: readonly SqlToken[]
  contexts: readonly Context[]
  /** Of the statements, in their order. */
  statements: readonly string[]
  /** Where the first syntax error stands; undefined: there is none. */
  error: string | undefined
}

/** A part of the parse tree. */
interface Context {
  rule: string
  text: string
  /** Texts of the tokens that are its own, not of a part of it. */
  words: readonly string[]
}

const DIALECT = new antlr4tsSQL(SQLDialect.TSQL)
const QUOTED = new Set(['STRING', 'SQUARE_BRACKET_ID', 'DOUBLE_QUOTE_ID'])
/** Rules that only hold the statement itself. */
const WRAPPERS = new Set([
  'sql_clauses',
  'dml_clause',
  'ddl_clause',
  'cfl_statement',
  'another_statement',
  'batch_level_statement',
])
/** Reserved words that begin a statement and have no place in a SELECT of ours. */
const STATEMENT_WORDS = new Set(
  `ADD ALTER BACKUP BEGIN BREAK BULK CHECKPOINT CLOSE COMMIT CONTINUE CREATE DBCC DEALLOCATE DECLARE DELETE DENY DROP DUMP
  EXEC EXECUTE GOTO GRANT IF INSERT KILL LINENO LOAD MERGE OPEN PRINT RAISERROR READTEXT RECONFIGURE RESTORE RETURN REVERT
  REVOKE ROLLBACK SAVE SET SETUSER SHUTDOWN TRUNCATE UPDATE UPDATETEXT USE WAITFOR WHILE WRITETEXT`.split(/\s+/),
)
const OUTSIDE = new Set(['OPENROWSET', 'OPENQUERY', 'OPENDATASOURCE'])
/** Hints that take no lock which others would wait for. */
const HINTS = new Set(['NOLOCK', 'READUNCOMMITTED', 'READPAST'])
const PROCEDURE = /^\W*(?:xp|sp)_/i
const PARTS_OF_A_REMOTE_NAME = 4

/** Why a text is not one single read-only SELECT; empty: it is one. */
export function refusals(sql: string): readonly string[] {
  const { tokens, contexts, statements, error } = parse(sql)
  return [
    ...new Set([
      ...(error === undefined ? refusedStatements(statements) : [error]),
      ...contexts.flatMap(refusedContext),
      ...tokens.flatMap(refusedToken),
      ...refusedSequences(tokens),
    ]),
  ]
}

/** Where a text is not T-SQL; undefined: the grammar takes it. */
export function syntaxError(sql: string): string | undefined {
  return parse(sql).error
}

/** The text in pieces, also when it is no T-SQL. */
export function readTokens(sql: string): readonly SqlToken[] {
  return tokensOf(DIALECT.getTokens(sql, []), sql)
}

function tokensOf(stream: CommonTokenStream, sql: string): readonly SqlToken[] {
  stream.fill()
  return stream
    .getTokens()
    .filter(({ type }) => type > 0)
    .map(({ type, startIndex, stopIndex, channel }) => ({
      kind: kindOf(type),
      text: sql.slice(startIndex, stopIndex + 1),
      isComment: channel > 0,
    }))
}

function parse(sql: string): Parsed {
  const lexerErrors: string[] = []
  const listener = {
    syntaxError: (_recognizer: unknown, _symbol: unknown, line: number, column: number) => {
      lexerErrors.push(describePlace(line, column))
    },
  }
  const stream = DIALECT.getTokens(sql, [listener])
  const tokens = tokensOf(stream, sql)
  const parser = DIALECT.getParser(stream, [])
  // Several times as fast; it may only refuse more than the full mode does.
  parser.interpreter.setPredictionMode(PredictionMode.SLL)
  // The first error is enough, and what the parser would guess after it proves nothing.
  parser.errorHandler = new BailErrorStrategy()
  try {
    const tree = DIALECT.getParseTree(parser)
    if (!(tree instanceof ParserRuleContext)) throw new Error('the parser gave no tree')
    const statements = partsOf(tree)
      .flatMap((part) => (ruleOf(part, parser.ruleNames) === 'batch' ? partsOf(part) : [part]))
      .map((part) => ruleOf(unwrap(part, parser.ruleNames), parser.ruleNames))
    return { tokens, contexts: describe(tree, sql, parser.ruleNames), statements, error: lexerErrors[0] }
  } catch (error) {
    if (!(error instanceof ParseCancellationException)) throw error
    const cause = error.getCause()
    const token = cause instanceof RecognitionException ? cause.getOffendingToken() : undefined
    return {
      tokens,
      contexts: [],
      statements: [],
      error: describePlace(token?.line ?? 0, token?.charPositionInLine ?? 0),
    }
  }
}

function describePlace(line: number, column: number): string {
  return `syntax error at line ${line}, column ${column + 1}`
}

const kindOf = (type: number): string => VOCABULARY.getSymbolicName(type) ?? 'none'
const VOCABULARY = DIALECT.getParser(DIALECT.getTokens('', []), []).vocabulary

const ruleOf = (context: ParserRuleContext, names: readonly string[]): string => names[context.ruleIndex] ?? 'none'

function partsOf(context: ParserRuleContext): readonly ParserRuleContext[] {
  return (context.children ?? []).filter((child) => child instanceof ParserRuleContext)
}

function unwrap(context: ParserRuleContext, names: readonly string[]): ParserRuleContext {
  const [part] = partsOf(context)
  return part !== undefined && WRAPPERS.has(ruleOf(context, names)) ? unwrap(part, names) : context
}

function describe(context: ParserRuleContext, sql: string, names: readonly string[]): readonly Context[] {
  const { start, stop, children = [] } = context
  const words = children
    .filter((child) => child instanceof TerminalNode)
    .map(({ symbol }) => sql.slice(symbol.startIndex, symbol.stopIndex + 1))
  const own = {
    rule: ruleOf(context, names),
    text: sql.slice(start.startIndex, (stop ?? start).stopIndex + 1),
    words,
  }
  return [own, ...partsOf(context).flatMap((part) => describe(part, sql, names))]
}

function refusedStatements(statements: readonly string[]): readonly string[] {
  const others = statements.filter((rule) => rule !== 'select_statement_standalone')
  return [
    ...(statements.length === 1 ? [] : [`${statements.length} statements`]),
    ...others.map((rule) => `not a SELECT: ${rule}`),
  ]
}

function refusedContext({ rule, text, words }: Context): readonly string[] {
  switch (rule) {
    case 'query_specification':
      return words.some((word) => /^into$/i.test(word)) ? ['SELECT INTO makes a table'] : []
    case 'full_table_name':
      return words.filter((word) => word === '.').length >= PARTS_OF_A_REMOTE_NAME - 1 ? ['reads another server'] : []
    case 'table_hint':
      return HINTS.has(text.toUpperCase()) ? [] : [`the hint ${text}`]
    default:
      return []
  }
}

function refusedToken({ kind, text, isComment }: SqlToken): readonly string[] {
  if (isComment) return ['a comment']
  if (kind === 'STRING') return []
  if (kind === 'DOUBLE_QUOTE_ID') return ['double quotes, which mean a name or a text by a setting of the session']
  if (PROCEDURE.test(text)) return [`names a procedure: ${text}`]
  if (QUOTED.has(kind)) return []
  const word = text.toUpperCase()
  return [
    ...(kind === 'SEMI' ? ['a semicolon'] : []),
    ...(/^@[^@]/.test(text) ? [`a variable: ${text}`] : []),
    ...(OUTSIDE.has(word) ? [`reads outside of the server: ${word}`] : []),
    ...(STATEMENT_WORDS.has(word) ? [`begins another statement: ${word}`] : []),
    ...(/^[ -~]+$/.test(text) ? [] : ['an unquoted word that is not ASCII']),
  ]
}

function refusedSequences(tokens: readonly SqlToken[]): readonly string[] {
  const words = tokens.filter(({ isComment }) => !isComment).map(({ text }) => text.toUpperCase())
  return words.some((word, at) => word === 'NEXT' && words[at + 1] === 'VALUE' && words[at + 2] === 'FOR')
    ? ['NEXT VALUE FOR takes a number from a sequence']
    : []
}

/**
 * The only shapes of statements that are no SELECT: a COPY_ONLY backup of `model` to one file, and the header of one. Words
 * stand as they are, `@file` is the only variable, and N'...' stands for a text without consequence.
 */
const WRITES: readonly string[] = [
  "BACKUP DATABASE [model] TO DISK = @file WITH COPY_ONLY , CHECKSUM , INIT , NAME = N'...' , DESCRIPTION = N'...'",
  'RESTORE HEADERONLY FROM DISK = @file',
]

/** Why a text is none of the two statements that `allow-writes` lets run; empty: it is one. */
export function writeRefusals(sql: string): readonly string[] {
  const tokens = readTokens(sql)
  const shape = tokens.map(({ kind, text }) => (kind === 'STRING' && text.startsWith('N') ? "N'...'" : text)).join(' ')
  if (WRITES.includes(shape)) return []
  return [`is none of the statements that may write: ${shape.slice(0, 200)}`]
}
