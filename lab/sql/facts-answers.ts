import { ACCOUNT_SIDS } from '../../src/checks/statements/account-sids.ts'
import { BACKUP_HISTORY } from '../../src/checks/statements/backup-history.ts'
import { CERTIFICATES } from '../../src/checks/statements/certificates.ts'
import { CONTAINED_AUTHENTICATION } from '../../src/checks/statements/contained-authentication.ts'
import { CLUSTER_NODES } from '../../src/checks/statements/cluster-nodes.ts'
import { DATABASE_ENCRYPTION } from '../../src/checks/statements/database-encryption.ts'
import { DATABASE_FILES, FILESTREAM_OPTIONS } from '../../src/checks/statements/database-files.ts'
import { DATABASE_CONTAINMENT, DATABASE_STATES } from '../../src/checks/statements/database-states.ts'
import { INSTANCE_STORAGE } from '../../src/checks/statements/instance-storage.ts'
import { CONNECTION_PORT, TCP_LISTENERS, TCP_SETTINGS } from '../../src/checks/statements/listeners.ts'
import { SERVER_FACTS } from '../../src/checks/statements/server-facts.ts'
import { SERVICES } from '../../src/checks/statements/services.ts'
import type { Reply, Session } from '../tds/model.ts'
import type { StatementAnswer } from './answers.ts'
import { permissionDenied } from './messages.ts'
import { EDITIONS } from './rights-answers.ts'
import { flag, int, row, signedPort, table, text } from './rows.ts'
import { hasServerPermission } from './server-security.ts'
import { engineEdition, includesName, type DatabaseState, type LoginState, type SqlState } from './state.ts'

export const COLLATION = 'SQL_Latin1_General_CP1_CI_AS'
const SYSTEM_DATABASES: readonly DatabaseState[] = ['master', 'tempdb', 'model', 'msdb'].map((name) => ({
  name,
  recoveryModel: 'SIMPLE',
}))

function serverFacts(state: SqlState, _session: Session, account: LoginState): Reply {
  const [major, minor, build] = state.version
  const asked = (permission: string): number | null =>
    state.azure === true ? null : flag(hasServerPermission(state, account, permission))
  return row(
    [text('product_version'), `${major}.${minor}.${build}.0`],
    [text('product_level'), 'RTM'],
    [text('edition'), state.edition ?? EDITIONS[engineEdition(state)]],
    [int('engine_edition'), engineEdition(state)],
    [text('instance_name'), state.instanceName ?? null],
    [text('machine_name'), state.serverName],
    [text('collation'), state.collation ?? COLLATION],
    [int('is_clustered'), flag(state.clusterNodes !== undefined)],
    [int('is_hadr_enabled'), major < 11 ? null : 0],
    [int('view_any_database'), state.azure === true ? null : flag(state.viewAnyDatabase ?? true)],
    [int('alter_any_database'), asked('ALTER ANY DATABASE')],
    [int('create_database'), asked('CREATE ANY DATABASE')],
    [int('control_server'), asked('CONTROL SERVER')],
  )
}

/** Asks for VIEW SERVER STATE first, as the dynamic management views do. */
function viewed(answer: StatementAnswer): StatementAnswer {
  return (state, session, account) =>
    hasServerPermission(state, account, 'VIEW SERVER STATE')
      ? answer(state, session, account)
      : { error: permissionDenied('VIEW SERVER STATE', "object 'server', database 'master'") }
}

function tcpSettings(state: SqlState, session: Session): Reply {
  const { port, dynamicPort } = state.tcp ?? { port: session.serverPort }
  return table(
    [text('setting'), text('setting_value')],
    [
      ['TcpPort', port === undefined ? '' : String(port)],
      ['TcpDynamicPorts', dynamicPort === undefined ? '' : String(dynamicPort)],
    ],
  )
}

function tcpListeners(_state: SqlState, session: Session): Reply {
  return table(
    [text('address'), int('port'), text('type'), text('state')],
    [
      ['::', session.serverPort, 'TSQL', 'ONLINE'],
      ['0.0.0.0', session.serverPort, 'TSQL', 'ONLINE'],
      ['127.0.0.1', 1434, 'TSQL', 'ONLINE'],
    ],
  )
}

function services(state: SqlState): Reply {
  const account = state.serviceAccount ?? String.raw`NT Service\MSSQLSERVER`
  return table(
    [text('service'), text('account'), text('status'), text('is_clustered')],
    [['SQL Server (MSSQLSERVER)', account, 'Running', 'N']],
  )
}

/** A SID as T-SQL shows it: MS-DTYP 2.4.2.2 in hexadecimal digits. */
function accountSids(state: SqlState): Reply {
  const accounts = [state.serviceAccount ?? String.raw`NT Service\MSSQLSERVER`, `CORP\\${state.serverName}$`]
  const rows = accounts.map((account) => [account, hexOf(state.sids?.[account])])
  return table([text('account'), { name: 'sid', type: 'nvarchar', length: 170 }], rows)
}

function hexOf(sid: string | undefined): string | null {
  if (sid === undefined) return null
  const [, , authority = 0, ...parts] = sid.split('-').map(Number)
  const bytes = Buffer.alloc(8 + 4 * parts.length)
  bytes.writeUInt8(1, 0)
  bytes.writeUInt8(parts.length, 1)
  bytes.writeUIntBE(authority, 2, 6)
  for (const [place, part] of parts.entries()) bytes.writeUInt32LE(part, 8 + 4 * place)
  return `0x${bytes.toString('hex').toUpperCase()}`
}

function databaseStates(state: SqlState, _session: Session, account: LoginState): Reply {
  const columns = [
    ...['name', 'state', 'user_access'].map(text),
    ...['is_read_only', 'is_in_standby', 'is_snapshot'].map(int),
    ...['recovery_model', 'collation'].map(text),
    ...['compatibility_level', 'is_encrypted', 'is_cdc_enabled', 'has_access'].map(int),
  ]
  const rows = visibleDatabases(state, account).map((one) => {
    const isOpen = isOnline(one) && one.autoClosed !== true
    return [
      ...[one.name, one.state ?? 'ONLINE', one.userAccess ?? 'MULTI_USER'],
      ...[one.readOnly === true, one.standby === true, one.snapshot === true].map(flag),
      ...[one.recoveryModel ?? 'FULL', isOpen ? (one.collation ?? COLLATION) : null],
      ...[
        isOpen ? 150 : null,
        flag(one.encryptedBy !== undefined),
        flag(one.cdc === true),
        flag(mayOpen(state, account, one)),
      ],
    ]
  })
  return table(columns, rows)
}

function visibleDatabases(state: SqlState, account: LoginState): readonly DatabaseState[] {
  const seesOffline = ['ALTER ANY DATABASE', 'CREATE ANY DATABASE'].some((name) =>
    hasServerPermission(state, account, name),
  )
  const all = [...SYSTEM_DATABASES, ...state.databases].filter((one) => seesOffline || one.state !== 'OFFLINE')
  if (state.viewAnyDatabase !== false || hasServerPermission(state, account, 'VIEW ANY DATABASE')) return all
  return all.filter(({ name }) => name === 'master' || name === 'tempdb')
}

function isOnline({ state = 'ONLINE' }: DatabaseState): boolean {
  return state === 'ONLINE'
}

function mayOpen(state: SqlState, account: LoginState, one: DatabaseState): boolean {
  if (!isOnline(one) || one.closed === true) return false
  const users = [...(one.owners ?? []), ...(one.controlBy ?? []), ...(one.readers ?? [])]
  const isUser = includesName(users, account.user) || includesName(account.databases, one.name)
  return SYSTEM_DATABASES.includes(one) || isUser || hasServerPermission(state, account, 'CONTROL SERVER')
}

function databaseContainment(state: SqlState, _session: Session, account: LoginState): Reply {
  const rows = visibleDatabases(state, account).map(({ name, containment }) => [name, containment ?? 'NONE'])
  return table([text('name'), text('containment')], rows)
}

function databaseFiles(state: SqlState, _session: Session, account: LoginState): Reply {
  const sees = ['VIEW ANY DEFINITION', 'ALTER ANY DATABASE'].some((name) => hasServerPermission(state, account, name))
  const rows = (sees ? [...SYSTEM_DATABASES, ...state.databases] : []).map((one) => [
    ...[one.name, 1, one.logFiles ?? 1, one.filestreamFiles ?? 0, one.sizeMb ?? 512],
  ])
  return table([text('name'), ...['data_files', 'log_files', 'filestream_files', 'size_mb'].map(int)], rows)
}

function filestreamOptions(state: SqlState): Reply {
  const rows = state.databases.map(({ name, nonTransactedAccess }) => [name, nonTransactedAccess ?? 'OFF'])
  return table([text('name'), text('non_transacted_access')], rows)
}

function databaseEncryption(state: SqlState): Reply {
  const rows = state.databases.flatMap(({ name, encryptedBy }) =>
    encryptedBy === undefined ? [] : [[name, 3, encryptedBy]],
  )
  return table([text('name'), int('encryption_state'), text('thumbprint')], rows)
}

export function refusedHistory(state: SqlState, account: LoginState): Reply | undefined {
  return hasServerPermission(state, account, 'CONTROL SERVER') || includesName(account.databases, 'msdb')
    ? undefined
    : { error: permissionDenied('SELECT', "object 'backupset', database 'msdb', schema 'dbo'", 229) }
}

function backupHistory(state: SqlState, _session: Session, account: LoginState): Reply {
  const refused = refusedHistory(state, account)
  if (refused !== undefined) return refused
  const columns = [
    ...['name', 'type', 'finished'].map(text),
    ...['has_checksums', 'is_damaged', 'is_copy_only'].map(int),
  ]
  const rows = state.databases.flatMap(({ name, backups = [] }) =>
    backups
      .filter(({ type }) => type !== 'I')
      .map((one) => [
        ...[name, one.type, one.finished],
        ...[one.checksums, one.damaged === true, one.copyOnly === true].map(flag),
      ]),
  )
  return table(columns, rows)
}

function instanceStorage({ storage }: SqlState): Reply {
  const { reservedMb, usedMb } = storage ?? { reservedMb: 1_048_576, usedMb: 2048 }
  return table([int('reserved_mb'), int('used_mb')], [[reservedMb, usedMb]])
}

function certificates({ certificates = [] }: SqlState): Reply {
  const rows = certificates.map((thumbprint, place) => [
    `tde-${String(place)}`,
    thumbprint.replace(/ .*$/, ''),
    flag(!thumbprint.endsWith(' without key')),
  ])
  return table([text('name'), text('thumbprint'), int('is_usable')], rows)
}

function containedAuthentication({ containedAuthentication }: SqlState): Reply {
  return row([int('in_use'), flag(containedAuthentication === true)])
}

export const FACTS_ANSWERS: readonly (readonly [string, StatementAnswer])[] = [
  [SERVER_FACTS.text, serverFacts],
  [CONNECTION_PORT.text, (_state, session) => row([int('port'), signedPort(session.serverPort)])],
  [TCP_SETTINGS.text, viewed(tcpSettings)],
  [TCP_LISTENERS.text, viewed(tcpListeners)],
  [SERVICES.text, viewed(services)],
  [ACCOUNT_SIDS.text, viewed(accountSids)],
  [
    CLUSTER_NODES.text,
    viewed((state) =>
      table(
        [text('node')],
        (state.clusterNodes ?? []).map((node) => [node]),
      ),
    ),
  ],
  [DATABASE_STATES.text, databaseStates],
  [DATABASE_CONTAINMENT.text, databaseContainment],
  [DATABASE_FILES.text, databaseFiles],
  [FILESTREAM_OPTIONS.text, filestreamOptions],
  [DATABASE_ENCRYPTION.text, viewed(databaseEncryption)],
  [BACKUP_HISTORY.text, backupHistory],
  [INSTANCE_STORAGE.text, viewed(instanceStorage)],
  [CERTIFICATES.text, certificates],
  [CONTAINED_AUTHENTICATION.text, containedAuthentication],
]
