import { describe, expect, it } from '@jest/globals'
import { SOURCE_RIGHTS } from './source-rights.ts'
import { TARGET_DATABASE_RIGHTS } from './target-database-rights.ts'

const SOURCE_ROW = {
  login_name: 'dms',
  control_server: 0,
  sysadmin: 0,
  view_server_state: 1,
  view_any_definition: 1,
  connect_sql: 1,
  product_version: '16.0.4135.4',
  edition: 'Developer Edition (64-bit)',
  engine_edition: 3,
  net_transport: 'TCP',
  auth_scheme: 'SQL',
  local_tcp_port: 1433,
}
const TARGET_ROW = {
  database_name: 'Sales',
  control_database: 1,
  db_owner: 1,
  login_name: 'dms',
  user_name: 'dms',
  engine_edition: 5,
}

describe.each([
  [SOURCE_RIGHTS, SOURCE_ROW],
  [TARGET_DATABASE_RIGHTS, TARGET_ROW],
])('$name', (statement, row) => {
  it('is one SELECT that names every column it decodes', () => {
    expect(statement.text.trim()).toMatch(/^SELECT\b/)
    expect(statement.text).not.toContain(';')
    const aliases = [...statement.text.matchAll(/ AS (\w+)(?:,|$)/gm)].map((match) => match[1])
    expect(aliases).toEqual(Object.keys(row))
    expect(statement.url).toMatch(/^https:\/\/learn\.microsoft\.com\//)
  })

  it('decodes a row to plain JSON', () => {
    const decoded = statement.decode(row)
    expect(JSON.parse(JSON.stringify(decoded))).toEqual(decoded)
    expect(Object.values(decoded)).toEqual(expect.arrayContaining(Object.values(row)))
  })

  it.each(Object.keys(row))('refuses a row without %s, or with a value of another type in it', (column) => {
    const rest = Object.fromEntries(Object.entries(row).filter(([name]) => name !== column))
    expect(() => statement.decode(rest)).toThrow(`the column ${column} should be`)
    expect(() => statement.decode({ ...row, [column]: { secret: 'hunter2' } })).toThrow(/ and is object$/)
  })
})

describe('permissions', () => {
  it('keeps NULL answers as null', () => {
    const row = { ...SOURCE_ROW, control_server: null, sysadmin: null, login_name: null, local_tcp_port: null }
    expect(SOURCE_RIGHTS.decode(row)).toMatchObject({
      controlServer: null,
      sysadmin: null,
      login: null,
      localTcpPort: null,
    })
    expect(TARGET_DATABASE_RIGHTS.decode({ ...TARGET_ROW, control_database: null })).toMatchObject({
      controlDatabase: null,
    })
  })
  it('reads a port above 32767 from the negative number that the server gives', () => {
    const ports = [1433, 32_767, -32_768, -14_103, -1].map(
      (port) => SOURCE_RIGHTS.decode({ ...SOURCE_ROW, local_tcp_port: port }).localTcpPort,
    )
    expect(ports).toEqual([1433, 32_767, 32_768, 51_433, 65_535])
  })

  it.each([2, -1, true, '1'])('takes %j for no permission answer', (value) => {
    expect(() => SOURCE_RIGHTS.decode({ ...SOURCE_ROW, control_server: value })).toThrow('0, 1 or NULL')
  })
})
