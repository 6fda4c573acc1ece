import { describe, expect, it } from '@jest/globals'
import path from 'node:path'
import type { JsonObject } from '../../src/domain/json.ts'
import type { Statement } from '../../src/ports/sql-port.ts'
import { FILES, filesWith, SOURCE } from './source-files.ts'
import * as backupStatements from '../../src/adapters/sql/backup-statements.ts'
import { readTokens, refusals, writeRefusals } from './tsql-guard.ts'

const FOLDER = 'checks/statements'

interface Found {
  file: string
  exported: string
  statement: Statement<JsonObject>
}

function isStatement(value: unknown): value is Statement<JsonObject> {
  const { name, text, since, url, decode } = Object(value) as Partial<Record<keyof Statement<JsonObject>, unknown>>
  return [name, text, since, url].every((field) => typeof field === 'string') && typeof decode === 'function'
}

async function findStatements(): Promise<{ found: Found[]; others: string[] }> {
  const found: Found[] = []
  const others: string[] = []
  // decode.ts holds the decoders of columns, and nothing that is sent.
  const files = [...FILES.keys()].filter((file) => file.startsWith(`${FOLDER}/`) && !file.endsWith('/decode.ts'))
  for (const file of files) {
    const exports = (await import(path.join(SOURCE, file))) as Record<string, unknown>
    for (const [exported, value] of Object.entries(exports)) {
      for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) {
        if (isStatement(one)) found.push({ file, exported, statement: one })
        else others.push(`${file}: ${exported}`)
      }
    }
  }
  return { found, others }
}

const { found: STATEMENTS, others: OTHER_EXPORTS } = await findStatements()

/** Versions of the engine: 2005, 2008, 2008 R2, 2012, 2014, 2016, 2017, 2019, 2022, 2025. */
const VERSIONS = ['9.0', '10.0', '10.50', '11.0', '12.0', '13.0', '14.0', '15.0', '16.0', '17.0']
/** The first version that has it. All views and tables that a statement reads stand here, and what 2005 lacks of the rest. */
const SINCE: Readonly<Record<string, string>> = {
  authentication_type: '11.0',
  // Of SQL Server 2019, and of Azure SQL Database, which calls itself 12.0.2000 and is asked whatever is stated.
  catalog_collation_type_desc: '15.0',
  CONNECTIONPROPERTY: '10.0',
  containment_desc: '11.0',
  is_cdc_enabled: '10.0',
  is_encrypted: '10.0',
  'msdb.dbo.backupmediafamily': '9.0',
  'msdb.dbo.backupmediaset': '9.0',
  'msdb.dbo.backupset': '9.0',
  replica_id: '11.0',
  'sys.certificates': '9.0',
  'sys.asymmetric_keys': '9.0',
  'sys.backup_devices': '9.0',
  'sys.column_master_keys': '13.0',
  'sys.credentials': '9.0',
  'sys.dm_db_persisted_sku_features': '10.0',
  'sys.dm_os_enumerate_fixed_drives': '14.0',
  'sys.dm_os_volume_stats': '10.50',
  'sys.endpoints': '9.0',
  'sys.messages': '9.0',
  'sys.server_triggers': '9.0',
  'sys.servers': '9.0',
  'sys.symmetric_keys': '9.0',
  'msdb.dbo.sysjobs': '9.0',
  'sys.allocation_units': '9.0',
  'sys.columns': '9.0',
  'sys.configurations': '9.0',
  'sys.database_filestream_options': '11.0',
  'sys.database_files': '9.0',
  'sys.database_permissions': '9.0',
  'sys.database_recovery_status': '9.0',
  'sys.database_principals': '9.0',
  'sys.database_role_members': '9.0',
  'sys.databases': '9.0',
  'sys.dm_database_encryption_keys': '10.0',
  'sys.dm_os_cluster_nodes': '9.0',
  'sys.dm_server_registry': '10.50',
  'sys.dm_server_services': '10.50',
  'sys.dm_tcp_listener_states': '11.0',
  'sys.login_token': '9.0',
  'sys.master_files': '9.0',
  'sys.partitions': '9.0',
  'sys.server_permissions': '9.0',
  'sys.server_principals': '9.0',
  'sys.server_role_members': '9.0',
  // Of Azure SQL Managed Instance alone, which calls itself 12.0.
  'sys.server_resource_stats': '12.0',
  'sys.sql_logins': '9.0',
  'sys.tables': '9.0',
  'sys.user_token': '9.0',
}

/** Names of several parts that begin in `sys` or `msdb`, and the single words. */
function namesIn(sql: string): { objects: string[]; words: string[] } {
  const words = readTokens(sql).map(({ text }) => text)
  const objects = words.flatMap((word, at) => {
    if (words[at - 1] === '.') return []
    if (word === 'sys') return [words.slice(at, at + 3).join('')]
    return word === 'msdb' ? [words.slice(at, at + 5).join('')] : []
  })
  return { objects, words }
}

describe('the statements', () => {
  it('are all that their folder exports, and stand nowhere else', () => {
    expect(STATEMENTS.length).toBeGreaterThan(10)
    expect(OTHER_EXPORTS).toEqual([])
    expect(filesWith(/\b(?:const|let) \w+: Statement</).filter((file) => !file.startsWith(`${FOLDER}/`))).toEqual([])
    expect(filesWith(/\bdecode: \(row\) =>/).filter((file) => !file.startsWith(`${FOLDER}/`))).toEqual([])
  })

  it('have names of their own', () => {
    const names = STATEMENTS.map(({ statement }) => statement.name)
    expect(new Set(names).size).toBe(names.length)
    expect(names.filter((name) => !/^[a-z]+(?:-[a-z]+)*$/.test(name))).toEqual([])
    const texts = STATEMENTS.map(({ statement }) => statement.text)
    expect(new Set(texts).size).toBe(texts.length)
  })

  it('are written out: no file of theirs puts a text together', () => {
    const files = [...FILES].filter(([file]) => file.startsWith(`${FOLDER}/`) && !file.endsWith('/decode.ts'))
    expect(files.filter(([, text]) => /\$\{|\.(?:concat|join|replace\w*|padEnd)\(|'\s*\+|`\s*\+/.test(text))).toEqual(
      [],
    )
  })

  it('are each asked for by a check', () => {
    const isUsed = ({ file, exported }: Found): boolean =>
      filesWith(new RegExp(`\\b${exported}\\b`)).some((user) => user !== file && user.startsWith('checks/'))
    expect(STATEMENTS.filter((one) => !isUsed(one)).map(({ exported }) => exported)).toEqual([])
  })

  describe.each(STATEMENTS.map((one): [string, Found] => [one.statement.name, one]))('%s', (_name, { statement }) => {
    it('is one SELECT that only reads', () => {
      expect(refusals(statement.text)).toEqual([])
      // A backslash at the end of a line would join two lines of a literal.
      expect(statement.text).not.toMatch(/;|\$\{|\\[\r\n]/)
      expect(statement.text.trim()).toBe(statement.text)
    })

    it('states a version that knows all that it reads', () => {
      expect(VERSIONS).toContain(statement.since)
      const { objects, words } = namesIn(statement.text)
      expect(objects.filter((name) => SINCE[name] === undefined)).toEqual([])
      const needed = [...objects, ...words].flatMap((name) => SINCE[name] ?? [])
      const isKnown = (version: string): boolean => VERSIONS.indexOf(version) <= VERSIONS.indexOf(statement.since)
      expect(needed.filter((version) => !isKnown(version))).toEqual([])
    })

    it('names its documentation', () => {
      const { href, protocol, host, pathname, search, hash } = new URL(statement.url)
      expect([protocol, host, search, hash]).toEqual(['https:', 'learn.microsoft.com', '', ''])
      expect(pathname).toMatch(/^\/(?:sql|azure)(?:\/[a-z0-9-]+)+$/)
      expect(href).toBe(statement.url)
    })
  })
})

describe('the way to a server', () => {
  it('is one for what reads, and one for the two statements that do not', () => {
    expect(filesWith(/\.(?:batch|bulk|execute|prepare|execSql\w*|callProcedure)\(/)).toEqual([
      'adapters/sql/collect-sets.ts',
    ])
    expect(filesWith(/\.request\(\)/).sort()).toEqual(['adapters/sql/collect-sets.ts', 'adapters/sql/run-backup.ts'])
    // The port's own `query`, which takes a Statement.
    // In the blob adapter a query is the part of a URL.
    expect(filesWith(/(?<!\bsql)\.query\b/).filter((file) => !file.startsWith('adapters/blob/'))).toEqual([
      'adapters/sql/run-backup.ts',
    ])
    expect(filesWith(/(?:from|import\(|require\()\s*'(?:mssql|tedious)'/).sort()).toEqual([
      'adapters/sql/account.ts',
      'adapters/sql/one-login-pool.ts',
      'adapters/sql/session.ts',
      'adapters/sql/tls-options.ts',
    ])
    expect(filesWith(/^import (?!type\b).*'(?:mssql|tedious)'/m)).toEqual([])
    expect(filesWith(/import\(\s*'mssql'/)).toEqual(['adapters/sql/one-login-pool.ts'])
  })

  it('has two statements that are no SELECT, of fixed text, where writes are allowed and nowhere else', () => {
    const { BACKUP_MODEL, READ_HEADER, ...others } = backupStatements
    expect([BACKUP_MODEL, READ_HEADER].map(writeRefusals)).toEqual([[], []])
    // Nothing else that the file exports is sent.
    expect(Object.values(others).filter((text) => /\s/.test(text))).toEqual([])
    expect(FILES.get('adapters/sql/backup-statements.ts')).not.toMatch(/\$\{|\.(?:concat|join|replace\w*)\(|['`]\s*\+/)
    const sent = filesWith(/\b(?:BACKUP_MODEL|READ_HEADER)\b/).sort()
    expect(sent).toEqual(['adapters/sql/backup-statements.ts', 'adapters/sql/run-backup.ts'])
    const runner = FILES.get('adapters/sql/run-backup.ts') ?? ''
    expect(runner.match(/\.(?:query|batch|input)\(.*$/gm)).toEqual(['.input(FILE_PARAMETER, file)', '.query(text)'])
    expect(runner.match(/(?<=await )ask\(\w+/g)).toEqual(['ask(BACKUP_MODEL', 'ask(READ_HEADER'])
    expect(filesWith(/\bcreateBackups\(/).sort()).toEqual(['adapters/sql/run-backup.ts', 'adapters/sql/sql-port.ts'])
    expect(FILES.get('adapters/sql/sql-port.ts')).toMatch(/\(options\.allowWrites === true \? \{ backUp \} : \{\}\)/)
  })

  it('takes the texts of statements only', () => {
    expect(filesWith(/\bcollectSets\(/).sort()).toEqual([
      'adapters/sql/collect-sets.ts',
      'adapters/sql/statement-queue.ts',
    ])
    expect(filesWith(/\bcreateStatementQueue\(/).sort()).toEqual([
      'adapters/sql/sql-port.ts',
      'adapters/sql/statement-queue.ts',
    ])
    expect(filesWith(/\.ask\(/).filter((file) => file.startsWith('adapters/sql/'))).toEqual([
      'adapters/sql/run-statement.ts',
    ])
    expect(FILES.get('adapters/sql/run-statement.ts')).toMatch(/\.ask\(statement\.text\)/)
  })
})
