import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { quoteIdentifier, quoteInComment, quoteText } from '../../src/checks/quote-identifier.ts'
import { readTokens, refusals, syntaxError, writeRefusals } from './tsql-guard.ts'

const RIGHT = [
  'SELECT 1',
  'select Name\tas name\r\nfrom sys.databases',
  'SELECT @@SPID AS id, SUSER_SNAME() AS login_name',
  "SELECT N'a; DROP TABLE b -- c /* d' AS text",
  'SELECT [DROP TABLE x; EXEC y] AS name FROM [a]]; SHUTDOWN --]',
  'WITH c AS (SELECT 1 AS a) SELECT c.a FROM c',
  'SELECT 1 AS a UNION ALL SELECT 2',
  'SELECT x.a FROM (SELECT b.a AS a, ROW_NUMBER() OVER (PARTITION BY b.a ORDER BY b.c DESC) AS p FROM msdb.dbo.t AS b) AS x WHERE x.p = 1',
  "SELECT HAS_PERMS_BY_NAME(NULL, NULL, 'CONTROL SERVER') AS has, CASE WHEN EXISTS (SELECT 1 FROM t) THEN 1 ELSE 0 END AS there",
  'SELECT d.name FROM sys.databases AS d WITH (NOLOCK) LEFT JOIN sys.master_files AS f ON f.database_id = d.database_id ORDER BY d.name',
  'SELECT TOP (5) d.name COLLATE Latin1_General_BIN2 AS name FROM sys.databases AS d OUTER APPLY (SELECT 1 AS a) AS x OPTION (MAXDOP 1)',
  'SELECT updated, created, execs, dropped FROM [insert].[into]',
]

/** Each with a reason that must be among those that are given. */
const WRONG: readonly [string, string][] = [
  ['', '0 statements'],
  [' \r\n\t', '0 statements'],
  ['SELECT', 'syntax error at line 1, column 7'],
  ['SELECT a FROM\n  WHERE b = 1', 'syntax error at line 2, column 3'],
  ["SELECT 'abc", 'syntax error at line 1, column 8'],
  ['SELECT a FROM [b', 'syntax error at line 1, column 17'],
  ['SELECT 1 /* abc', 'syntax error at line 1, column 11'],
  ['SELECT 1 AS a -- abc', 'a comment'],
  ['SELECT 1 /* abc */ AS a', 'a comment'],
  ['SELECT 1 /* /* */ AS a */', 'a comment'],
  ['SELECT 1;', 'a semicolon'],
  ['SELECT 1; DROP TABLE x', '2 statements'],
  ['SELECT 1 DROP TABLE x', 'not a SELECT: drop_table'],
  ['SELECT 1 SELECT 2', '2 statements'],
  ['SELECT 1\nGO\nDROP TABLE x', '2 statements'],
  ['SELECT 1 CHECKPOINT', 'begins another statement: CHECKPOINT'],
  ['SELECT 1 RECONFIGURE', 'begins another statement: RECONFIGURE'],
  ['SELEC 1', 'not a SELECT: execute_body_batch'],
  ['sp_who2', 'not a SELECT: execute_body_batch'],
  ['EXEC sp_who2', 'not a SELECT: execute_statement'],
  ["EXECUTE ('SELECT 1')", 'not a SELECT: execute_statement'],
  ["EXEC master..xp_cmdshell 'dir'", 'names a procedure: xp_cmdshell'],
  ["SELECT * FROM master.sys.[xp_cmdshell]('dir')", 'names a procedure: [xp_cmdshell]'],
  ["EXECUTE AS LOGIN = N'sa'", 'begins another statement: EXECUTE'],
  ['INSERT INTO t VALUES (1)', 'not a SELECT: insert_statement'],
  ['INSERT INTO t SELECT 1', 'not a SELECT: insert_statement'],
  ['UPDATE t SET a = 1', 'not a SELECT: update_statement'],
  ['DELETE FROM t', 'not a SELECT: delete_statement'],
  ['WITH c AS (SELECT 1 AS a) DELETE FROM c', 'not a SELECT: delete_statement'],
  ['MERGE t USING s ON t.a = s.a WHEN MATCHED THEN DELETE;', 'not a SELECT: merge_statement'],
  ['TRUNCATE TABLE t', 'not a SELECT: truncate_table'],
  ['SELECT a INTO #b FROM c', 'SELECT INTO makes a table'],
  ['WITH c AS (SELECT 1 AS a) SELECT a INTO b FROM c', 'SELECT INTO makes a table'],
  ['CREATE TABLE t (a int)', 'not a SELECT: create_table'],
  ['CREATE VIEW v AS SELECT 1 AS a', 'not a SELECT: create_view'],
  ['CREATE PROCEDURE p AS SELECT 1', 'not a SELECT: create_or_alter_procedure'],
  ['ALTER DATABASE d SET OFFLINE', 'not a SELECT: alter_database'],
  ['ALTER LOGIN l ENABLE', 'begins another statement: ALTER'],
  ['GRANT CONTROL SERVER TO l', 'not a SELECT: security_statement'],
  ['DENY CONTROL SERVER TO l', 'begins another statement: DENY'],
  ['REVOKE CONTROL SERVER FROM l', 'begins another statement: REVOKE'],
  ['USE master', 'not a SELECT: use_statement'],
  ['SET NOCOUNT ON', 'not a SELECT: set_statement'],
  ['DECLARE @a int', 'not a SELECT: declare_statement'],
  ['SELECT @a = 1', 'a variable: @a'],
  ["BACKUP DATABASE d TO DISK = 'x'", 'not a SELECT: backup_statement'],
  ["RESTORE DATABASE d FROM DISK = 'x'", 'begins another statement: RESTORE'],
  ["RESTORE VERIFYONLY FROM DISK = 'x'", 'begins another statement: RESTORE'],
  ['SHUTDOWN WITH NOWAIT', 'not a SELECT: shutdown_statement'],
  ['KILL 55', 'not a SELECT: kill_statement'],
  ['DBCC CHECKDB', 'not a SELECT: dbcc_clause'],
  ["WAITFOR DELAY '00:00:05'", 'not a SELECT: waitfor_statement'],
  ["BULK INSERT t FROM 'x'", 'begins another statement: BULK'],
  ['IF 1 = 1 SELECT 1', 'not a SELECT: if_statement'],
  ['BEGIN TRANSACTION', 'not a SELECT: transaction_statement'],
  ["PRINT 'a'", 'not a SELECT: print_statement'],
  ["SELECT * FROM OPENROWSET('MSOLEDBSQL', 'Server=x', 'SELECT 1')", 'reads outside of the server: OPENROWSET'],
  ["SELECT * FROM OPENROWSET(BULK 'c:\\a.txt', SINGLE_CLOB) AS a", 'reads outside of the server: OPENROWSET'],
  ["SELECT * FROM OPENQUERY(srv, 'DROP TABLE x')", 'reads outside of the server: OPENQUERY'],
  ["SELECT * FROM OPENDATASOURCE('a', 'b').c.d.e", 'reads outside of the server: OPENDATASOURCE'],
  ['SELECT a FROM srv.db.dbo.t', 'reads another server'],
  ['SELECT NEXT VALUE FOR dbo.s AS n', 'NEXT VALUE FOR takes a number from a sequence'],
  ['SELECT a FROM t WITH (TABLOCKX)', 'the hint TABLOCKX'],
  ['SELECT a FROM t (UPDLOCK)', 'the hint UPDLOCK'],
  ['SELECT "a" FROM t', 'double quotes, which mean a name or a text by a setting of the session'],
  ['\u017FELECT 1', 'an unquoted word that is not ASCII'],
]

/** What a hostile name is made of: delimiters, ends of lines, comments, letters of every plane. */
const PIECE = fc.oneof(
  fc.constantFrom(
    ']',
    ']]',
    '[',
    "'",
    "''",
    '"',
    ';',
    '--',
    '/*',
    '*/',
    '\n',
    '\r\n',
    '\\',
    ' ',
    '.',
    '@',
    '#',
    '\u0000',
  ),
  fc.constantFrom('\u00e9', '\u0130', '\u017f', '\u2028', '\uff07', '\uff3d', '\u{1f600}', '\u{10ffff}', 'GO', 'DROP'),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 4 }),
)
const SYSNAME_CHARACTERS = 128
const NAME = fc
  .array(PIECE, { minLength: 1, maxLength: 60 })
  .map((pieces) => Array.from(pieces.join('')).slice(0, SYSNAME_CHARACTERS).join(''))
const LONG_NAMES = [']', "'", '[', '\u{1f600}', '\n'].map((unit) => unit.repeat(SYSNAME_CHARACTERS))
const EXAMPLES = [...LONG_NAMES, 'a]; DROP TABLE b --', "a'; DROP TABLE b --", '*/ DROP TABLE b /*'].map(
  (name): [string] => [name],
)
const RUNS = { numRuns: 300, examples: EXAMPLES }

describe('refusals', () => {
  it.each(RIGHT)('takes: %s', (sql) => {
    expect(refusals(sql)).toEqual([])
    expect(syntaxError(sql)).toBeUndefined()
  })

  it.each(WRONG)('refuses %j: %s', (sql, reason) => {
    expect(refusals(sql)).toContain(reason)
  })

  it('prints nothing about errors', () => {
    const lines: unknown[] = []
    const { error } = console
    console.error = (...line: unknown[]) => void lines.push(line)
    try {
      expect(refusals("SELECT 'a")).not.toEqual([])
    } finally {
      console.error = error
    }
    expect(lines).toEqual([])
  })
})

const BACKUP =
  "BACKUP DATABASE [model] TO DISK = @file WITH COPY_ONLY, CHECKSUM, INIT, NAME = N'a', DESCRIPTION = N'b; DROP TABLE c'"

describe('writeRefusals', () => {
  it.each([BACKUP, BACKUP.replaceAll(' ', '\n'), 'RESTORE HEADERONLY FROM DISK = @file'])('takes: %s', (sql) => {
    expect(writeRefusals(sql)).toEqual([])
    // To the guard of what reads they are writes like all others.
    expect(refusals(sql)).not.toEqual([])
  })

  it.each([
    ...WRONG.map(([sql]) => sql),
    BACKUP.replace('[model]', '[Sales]'),
    BACKUP.replace('[model]', 'model'),
    BACKUP.replace('@file', '@other'),
    BACKUP.replace('@file', "N'\\\\fs01\\backup\\a.bak'"),
    BACKUP.replace('@file', '@file, DISK = @file'),
    BACKUP.replace('DISK', 'URL'),
    BACKUP.replace('COPY_ONLY, ', ''),
    BACKUP.replace('INIT', 'FORMAT'),
    BACKUP.replace("N'a'", "N'a' + N'b'"),
    BACKUP.replace('DATABASE', 'LOG'),
    `${BACKUP}; DROP TABLE c`,
    `${BACKUP} DROP TABLE c`,
    `${BACKUP} -- c`,
    `DECLARE @file nvarchar(9); ${BACKUP}`,
    'RESTORE DATABASE [model] FROM DISK = @file',
    'RESTORE VERIFYONLY FROM DISK = @file',
    'RESTORE HEADERONLY FROM DISK = @file WITH FILE = 1',
    'RESTORE HEADERONLY FROM URL = @file',
    'SELECT 1',
  ])('refuses: %s', (sql) => {
    expect(writeRefusals(sql)).not.toEqual([])
  })
})

describe('quoteIdentifier', () => {
  it('gives one name that reads back as it was, in a statement that stays one SELECT', () => {
    fc.assert(
      fc.property(NAME, (name) => {
        const sql = `SELECT a.b FROM ${quoteIdentifier(name)} AS a`
        expect(refusals(sql).filter((reason) => !reason.startsWith('names a procedure'))).toEqual([])
        const tokens = readTokens(sql)
        const names = tokens.filter(({ kind }) => kind === 'SQUARE_BRACKET_ID')
        expect(names.map(({ text }) => text.slice(1, -1).replaceAll(']]', ']'))).toEqual([name])
        expect(tokens).toHaveLength('SELECT a . b FROM name AS a'.split(' ').length)
      }),
      RUNS,
    )
  })
})

describe('quoteText', () => {
  it('gives one literal that reads back as it was, in a statement that stays one SELECT', () => {
    fc.assert(
      fc.property(NAME, (text) => {
        const sql = `SELECT a.b FROM a WHERE a.c = ${quoteText(text)}`
        expect(refusals(sql)).toEqual([])
        const tokens = readTokens(sql)
        const literals = tokens.filter(({ kind }) => kind === 'STRING')
        expect(literals.map((literal) => literal.text.slice(2, -1).replaceAll("''", "'"))).toEqual([text])
        expect(tokens).toHaveLength('SELECT a . b FROM a WHERE a . c = text'.split(' ').length)
      }),
      RUNS,
    )
  })
})

describe('quoteInComment', () => {
  it('keeps a comment in its line, whatever the name', () => {
    fc.assert(
      fc.property(NAME, (name) => {
        const kinds = readTokens(`-- in ${quoteInComment(name)}\nSELECT 1`).map(({ kind }) => kind)
        expect(kinds).toEqual(['LINE_COMMENT', 'SELECT', 'DECIMAL'])
      }),
      RUNS,
    )
  })
})
