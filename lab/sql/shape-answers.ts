import { COLUMN_SAMPLES, DATABASE_SHAPE, LOB_TABLES, OTHER_NAMES } from '../../src/checks/statements/database-shape.ts'
import { DATABASE_ROLE_MEMBERS, SOURCE_DATABASE_RIGHTS } from '../../src/checks/statements/source-database-rights.ts'
import { TABLE_NAMES } from '../../src/checks/statements/table-names.ts'
import { TARGET_DATABASE_SHAPE } from '../../src/checks/statements/target-database-shape.ts'
import { OWN_SERVER_ROLES, TARGET_SERVER_ROLES } from '../../src/checks/statements/target-server-roles.ts'
import { quoteIdentifier } from '../../src/checks/quote-identifier.ts'
import type { Cell, Column, Reply, Session } from '../tds/model.ts'
import type { StatementAnswer } from './answers.ts'
import { COLLATION } from './facts-answers.ts'
import { flag, int, row, table, text } from './rows.ts'
import { hasServerPermission, isInRole } from './server-security.ts'
import {
  findDatabase,
  includesName,
  isSameName,
  type DatabaseState,
  type LoginState,
  type SqlState,
  type TableState,
} from './state.ts'

const TABLES: readonly TableState[] = [{ name: 'Customers' }, { name: 'Orders' }]
const SAMPLES = 20
const IN_A_ROW = 20
const NAME: Omit<Column, 'name'> = { type: 'nvarchar', length: 517 }

interface Place {
  database: DatabaseState
  owns: boolean
  /** SELECT on the database in effect. */
  selects: boolean
  views: boolean
  /** Those that the account may see. */
  tables: readonly TableState[]
}

function placeOf(state: SqlState, session: Session, account: LoginState): Place {
  const database = findDatabase(state, session.database) ?? { name: session.database, tables: [] }
  const server = (permission: string): boolean =>
    state.azure !== true && hasServerPermission(state, account, permission)
  const owns = server('CONTROL SERVER') || includesName(database.owners, account.user)
  const controls = owns || includesName(database.controlBy, account.user)
  const isDenied = !owns && includesName(database.deniedReaders, account.user)
  const selects = !isDenied && (controls || includesName(database.readers, account.user))
  const views = controls || server('VIEW ANY DEFINITION')
  return { database, owns, selects, views, tables: selects || views ? (database.tables ?? TABLES) : [] }
}

const schemaOf = ({ schema = 'dbo' }: TableState): string => schema
const otherNamesOf = ({ tables }: Place): readonly TableState[] => tables.filter(({ name }) => /[^ -~]/.test(name))
const countOf = (tables: readonly TableState[], kind: 'computed' | 'defaulted'): number =>
  tables.reduce((sum, one) => sum + (one[kind]?.length ?? 0), 0)

function databaseShape(state: SqlState, session: Session, account: LoginState): Reply {
  const place = placeOf(state, session, account)
  const { database, tables } = place
  return row(
    [text('database_name'), session.database],
    [text('collation'), database.collation ?? COLLATION],
    [int('selects'), flag(place.selects)],
    [int('views_definitions'), flag(place.views)],
    [int('table_count'), tables.length],
    [int('computed_columns'), countOf(tables, 'computed')],
    [int('defaulted_columns'), countOf(tables, 'defaulted')],
    [int('other_names'), otherNamesOf(place).length],
    [int('allocated_mb'), database.sizeMb ?? 512],
    [int('used_mb'), database.usedMb ?? database.sizeMb ?? 512],
  )
}

function columnSamples(state: SqlState, session: Session, account: LoginState): Reply {
  const { tables } = placeOf(state, session, account)
  const rows = (['computed', 'defaulted'] as const).flatMap((kind) =>
    tables
      .flatMap((one) => (one[kind] ?? []).map((column): Cell[] => [kind, schemaOf(one), one.name, column]))
      .slice(0, SAMPLES),
  )
  return table(['kind', 'schema_name', 'table_name', 'column_name'].map(text), rows)
}

function lobTables(state: SqlState, session: Session, account: LoginState): Reply {
  const rows = placeOf(state, session, account)
    .tables.flatMap((one) => (one.lobMb === undefined ? [] : [{ ...one, lobMb: one.lobMb }]))
    .sort((left, right) => right.lobMb - left.lobMb)
    .slice(0, SAMPLES)
    .map((one) => [schemaOf(one), one.name, one.lobMb])
  return table([text('schema_name'), text('table_name'), int('lob_mb')], rows)
}

function otherNames(state: SqlState, session: Session, account: LoginState): Reply {
  const rows = otherNamesOf(placeOf(state, session, account)).map((one) => [schemaOf(one), one.name])
  return table(['schema_name', 'table_name'].map(text), rows)
}

function tableNames(state: SqlState, session: Session, account: LoginState): Reply {
  const names = placeOf(state, session, account).tables.map(
    (one) => `${quoteIdentifier(schemaOf(one))}.${quoteIdentifier(one.name)}`,
  )
  const rows = Array.from({ length: Math.ceil(names.length / IN_A_ROW) }, (_, at) =>
    Array.from({ length: IN_A_ROW }, (__, place) => names[at * IN_A_ROW + place] ?? ''),
  )
  const columns = Array.from({ length: IN_A_ROW }, (_, place) => ({ ...NAME, name: `name_${String(place)}` }))
  return table(columns, rows)
}

function targetDatabaseShape(state: SqlState, session: Session, account: LoginState): Reply {
  const { database, views, tables } = placeOf(state, session, account)
  return row(
    [text('database_name'), session.database],
    [text('collation'), database.collation ?? COLLATION],
    [text('catalog_collation'), database.catalogCollation ?? COLLATION],
    [text('edition'), database.edition ?? 'GeneralPurpose'],
    [int('max_size_mb'), database.maxSizeMb ?? 32_768],
    [int('views_definitions'), flag(views)],
    [int('table_count'), tables.length],
    [int('filled_tables'), tables.filter(({ rows = 0 }) => rows > 0).length],
  )
}

function sourceDatabaseRights(state: SqlState, session: Session, account: LoginState): Reply {
  const { database, owns, selects } = placeOf(state, session, account)
  const server = (permission: string): number => flag(hasServerPermission(state, account, permission))
  return row(
    [text('database_name'), session.database],
    [text('login_name'), account.user],
    [text('user_name'), isInRole(state, account, 'sysadmin') ? 'dbo' : account.user],
    [int('data_reader'), flag(includesName(database.readers, account.user))],
    [int('deny_data_reader'), flag(includesName(database.deniedReaders, account.user))],
    [int('db_owner'), flag(owns)],
    [int('selects'), flag(selects)],
    [int('view_any_definition'), server('VIEW ANY DEFINITION')],
    [int('control_server'), server('CONTROL SERVER')],
    [int('sysadmin'), flag(isInRole(state, account, 'sysadmin'))],
  )
}

function databaseRoleMembers(state: SqlState, session: Session, account: LoginState): Reply {
  const { database, views } = placeOf(state, session, account)
  const roles = [
    ['db_owner', database.owners],
    ['db_datareader', database.readers],
    ['db_denydatareader', database.deniedReaders],
  ] as const
  const all = roles.flatMap(([role, members = []]) => members.map((member) => ({ role, member })))
  const ids = [...new Set(all.map(({ member }) => member.toLowerCase()))]
  const rows = all
    .filter(({ member }) => views || isSameName(member, account.user))
    .map(({ role, member }): Cell[] => [role, 5 + ids.indexOf(member.toLowerCase()), member, 'S', member])
  const columns = [text('role'), int('member_id'), text('member'), text('type'), text('login_name')]
  return table(columns, [['db_owner', 1, 'dbo', 'S', 'sa'], ...rows])
}

function targetServerRoles(_state: SqlState, _session: Session, account: LoginState): Reply {
  const has = (role: string): number => flag(includesName(account.roles, role))
  const authentication = account.contained === true ? 2 : account.kind === 'entra' ? 4 : 1
  return row(
    [text('login_name'), account.user],
    [text('user_name'), account.user],
    [int('authentication'), authentication],
    [int('database_manager'), has('##MS_DatabaseManager##')],
    [int('database_connector'), has('##MS_DatabaseConnector##')],
    [int('definition_reader'), has('##MS_DefinitionReader##')],
    [int('login_manager'), has('##MS_LoginManager##')],
  )
}

function ownServerRoles(_state: SqlState, _session: Session, account: LoginState): Reply {
  const roles: readonly (string | null)[] = account.roles ?? []
  const rows =
    (account.kind ?? 'sql') !== 'sql' ? [] : (roles.length === 0 ? [null] : roles).map((role) => [account.user, role])
  return table([text('login_name'), text('role')], rows)
}

export const SHAPE_ANSWERS: readonly (readonly [string, StatementAnswer])[] = [
  [DATABASE_SHAPE.text, databaseShape],
  [COLUMN_SAMPLES.text, columnSamples],
  [LOB_TABLES.text, lobTables],
  [OTHER_NAMES.text, otherNames],
  [TABLE_NAMES.text, tableNames],
  [TARGET_DATABASE_SHAPE.text, targetDatabaseShape],
  [SOURCE_DATABASE_RIGHTS.text, sourceDatabaseRights],
  [DATABASE_ROLE_MEMBERS.text, databaseRoleMembers],
  [TARGET_SERVER_ROLES.text, targetServerRoles],
  [OWN_SERVER_ROLES.text, ownServerRoles],
]
