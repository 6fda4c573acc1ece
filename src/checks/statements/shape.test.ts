import { describe, expect, it } from '@jest/globals'
import type { JsonObject } from '../../domain/json.ts'
import type { Statement } from '../../ports/sql-port.ts'
import { COLUMN_SAMPLES, DATABASE_SHAPE, LOB_TABLES, OTHER_NAMES } from './database-shape.ts'
import { DATABASE_ROLE_MEMBERS, SOURCE_DATABASE_RIGHTS } from './source-database-rights.ts'
import { TABLE_NAMES } from './table-names.ts'
import { TARGET_DATABASE_SHAPE } from './target-database-shape.ts'
import { OWN_SERVER_ROLES, TARGET_SERVER_ROLES } from './target-server-roles.ts'

const texts = (...names: string[]): JsonObject => Object.fromEntries(names.map((name) => [name, 'x']))
const numbers = (...names: string[]): JsonObject => Object.fromEntries(names.map((name) => [name, 1]))
const NAMES = Array.from({ length: 20 }, (_, place) => `name_${String(place)}`)

const ROWS: readonly [Statement<JsonObject>, JsonObject, nullable: string[]][] = [
  [
    DATABASE_SHAPE,
    {
      ...texts('database_name', 'collation'),
      ...numbers('selects', 'views_definitions', 'table_count', 'computed_columns', 'defaulted_columns'),
      ...numbers('other_names', 'allocated_mb', 'used_mb'),
    },
    ['collation', 'selects', 'views_definitions', 'used_mb'],
  ],
  [COLUMN_SAMPLES, { kind: 'computed', ...texts('schema_name', 'table_name', 'column_name') }, []],
  [LOB_TABLES, { ...texts('schema_name', 'table_name'), lob_mb: 1 }, []],
  [OTHER_NAMES, texts('schema_name', 'table_name'), []],
  [
    TARGET_DATABASE_SHAPE,
    {
      ...texts('database_name', 'collation', 'catalog_collation', 'edition'),
      ...numbers('max_size_mb', 'views_definitions', 'table_count', 'filled_tables'),
    },
    ['collation', 'catalog_collation', 'edition', 'max_size_mb', 'views_definitions'],
  ],
  [
    SOURCE_DATABASE_RIGHTS,
    {
      ...texts('database_name', 'login_name', 'user_name'),
      ...numbers('data_reader', 'deny_data_reader', 'db_owner', 'selects', 'view_any_definition', 'control_server'),
      sysadmin: 0,
    },
    [
      ...['login_name', 'user_name', 'data_reader', 'deny_data_reader', 'db_owner', 'selects', 'view_any_definition'],
      ...['control_server', 'sysadmin'],
    ],
  ],
  [DATABASE_ROLE_MEMBERS, { ...texts('role', 'member', 'type', 'login_name'), member_id: 5 }, ['login_name']],
  [
    TARGET_SERVER_ROLES,
    {
      ...texts('login_name', 'user_name'),
      ...numbers('authentication', 'database_manager', 'database_connector', 'definition_reader', 'login_manager'),
    },
    [
      ...['login_name', 'user_name', 'authentication', 'database_manager', 'database_connector'],
      ...['definition_reader', 'login_manager'],
    ],
  ],
  [OWN_SERVER_ROLES, texts('login_name', 'role'), ['role']],
]

describe.each(ROWS.map((row) => [row[0].name, ...row] as const))('%s', (_name, statement, row, nullable) => {
  it('names every column that it decodes, and decodes a row to plain JSON', () => {
    for (const column of Object.keys(row)) expect(statement.text).toMatch(new RegExp(` AS ${column}\\b`))
    const decoded = statement.decode(row)
    expect(JSON.parse(JSON.stringify(decoded))).toEqual(decoded)
    expect(Object.keys(decoded)).toHaveLength(Object.keys(row).length)
  })

  it.each(Object.keys(row))('refuses a row without %s, or with a value of another type in it', (column) => {
    const rest = Object.fromEntries(Object.entries(row).filter(([name]) => name !== column))
    expect(() => statement.decode(rest)).toThrow(`the column ${column} should be`)
    expect(() => statement.decode({ ...row, [column]: { secret: 'hunter2' } })).toThrow(/^(?!.*hunter2)/)
  })

  it('takes NULL where the server may not know, and nowhere else', () => {
    for (const column of Object.keys(row)) {
      const decode = (): JsonObject => statement.decode({ ...row, [column]: null })
      if (nullable.includes(column)) expect(Object.values(decode())).toContain(null)
      else expect(decode).toThrow(`the column ${column} should be`)
    }
  })
})

describe('table-names', () => {
  it('gives the names of a row, and refuses another number of columns', () => {
    const row = { ...Object.fromEntries(NAMES.map((name) => [name, ''])), name_0: '[dbo].[A]', name_1: '[dbo].[B]' }
    expect(TABLE_NAMES.decode(row)).toEqual({ names: ['[dbo].[A]', '[dbo].[B]'] })
    for (const name of NAMES) expect(TABLE_NAMES.text).toMatch(new RegExp(` AS ${name}\\b`))
    expect(() => TABLE_NAMES.decode({ name_0: '[dbo].[A]' })).toThrow('20 columns')
    expect(() => TABLE_NAMES.decode({ ...row, name_3: null })).toThrow('the column name_3 should be a text')
  })

  it('knows no kind of column but its two', () => {
    const row = { kind: 'sparse', schema_name: 'x', table_name: 'x', column_name: 'x' }
    expect(() => COLUMN_SAMPLES.decode(row)).toThrow('should be computed or defaulted')
  })
})
