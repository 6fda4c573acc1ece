import type { SqlMessage } from '../../src/ports/sql-port.ts'

export interface LoginState {
  /** `DOMAIN\user` of a Windows login; of an Entra one the name that its token stands for. */
  user: string
  /** Default `sql`. */
  kind?: 'sql' | 'windows' | 'entra'
  password: string
  disabled?: boolean
  locked?: boolean
  expired?: boolean
  mustChange?: boolean
  sysadmin?: boolean
  /** Holds CONTROL SERVER without being a sysadmin. */
  controlServer?: boolean
  /** Server permissions by name, such as `VIEW SERVER STATE`. */
  grants?: readonly string[]
  denies?: readonly string[]
  /** Server roles, fixed ones and those of `serverRoles`. */
  roles?: readonly string[]
  /** Where the login has a user; those of `controlBy` and `owners` come on top, sysadmins enter everywhere. */
  databases?: readonly string[]
  /** A user of its databases without a login on the server: it cannot enter `master`. */
  contained?: boolean
}

/** A server role that somebody made (SQL Server 2012 and later), or a Windows group with a login. */
export interface GroupState {
  name: string
  grants?: readonly string[]
  denies?: readonly string[]
  roles?: readonly string[]
}

export interface WindowsGroupState extends GroupState {
  /** Accounts that come in through it; a query does not tell them. */
  members: readonly string[]
}

/** A table of somebody's, with what a copy table by table stumbles over. */
export interface TableState {
  /** Default dbo. */
  schema?: string
  name: string
  /** Names of computed columns, and of columns that take NULL and have a default. */
  computed?: readonly string[]
  defaulted?: readonly string[]
  /** It has columns of large objects, with so much outside of its rows. */
  lobMb?: number
  rows?: number
}

export interface DatabaseState {
  name: string
  /** Default two tables, Customers and Orders. */
  tables?: readonly TableState[]
  /** Members of db_datareader and of db_denydatareader. */
  readers?: readonly string[]
  deniedReaders?: readonly string[]
  cdc?: boolean
  /** Of the target: default 32,768; -1 is none. */
  maxSizeMb?: number
  /** Default GeneralPurpose. */
  edition?: string
  /** Default SQL_Latin1_General_CP1_CI_AS. */
  catalogCollation?: string
  /** Default: all of its size. */
  usedMb?: number
  /** Users with CONTROL on the database. */
  controlBy?: readonly string[]
  /** Members of db_owner. */
  owners?: readonly string[]
  /** Users to whom CONTROL on the database is denied, or `public`. */
  denies?: readonly string[]
  /** What a login gets that asks for it. */
  refuses?: SqlMessage
  /** Default ONLINE; in another one nobody may open it. */
  state?: 'ONLINE' | 'RESTORING' | 'RECOVERING' | 'RECOVERY_PENDING' | 'SUSPECT' | 'EMERGENCY' | 'OFFLINE'
  /** Default MULTI_USER. */
  userAccess?: 'MULTI_USER' | 'SINGLE_USER' | 'RESTRICTED_USER'
  /** A secondary replica that takes no readers, or in use by a single user: online, and closed to everybody. */
  closed?: boolean
  /** AUTO_CLOSE, and nobody has it open: online, with less to tell. */
  autoClosed?: boolean
  readOnly?: boolean
  standby?: boolean
  snapshot?: boolean
  /** Default 512. */
  sizeMb?: number
  /** Default FULL. */
  recoveryModel?: 'FULL' | 'BULK_LOGGED' | 'SIMPLE'
  collation?: string
  containment?: 'NONE' | 'PARTIAL'
  /** Thumbprint of the certificate; absent: not encrypted. */
  encryptedBy?: string
  /** Default 1. */
  logFiles?: number
  /** Default 0. */
  filestreamFiles?: number
  /** Default OFF. */
  nonTransactedAccess?: 'OFF' | 'READ_ONLY' | 'FULL'
  keys?: readonly KeyState[]
  /** What sys.dm_db_persisted_sku_features names. */
  skuFeatures?: readonly string[]
  /** Oldest first. */
  backups?: readonly BackupOfState[]
  /** Default: where the last log backup ended; `null`: no log backup can be made. */
  nextLogFrom?: string | null
  /** Default `FORK`; `null`: the database does not tell. */
  recoveryFork?: string | null
  /** The login does not see the database's recovery status. */
  hidesRecovery?: boolean
  /** In an availability group. */
  replicated?: boolean
}

/** A backup that msdb remembers. What is not said of LSNs makes an unbroken chain, each backup in a file of its own. */
export interface BackupOfState {
  type: 'D' | 'I' | 'L'
  finished: string
  checksums: boolean
  damaged?: boolean
  copyOnly?: boolean
  firstLsn?: string | null
  lastLsn?: string
  fork?: string
  snapshot?: boolean
  /** Default 1. */
  position?: number
  overwritten?: boolean
  followed?: boolean
  /** Default 2, a disk. */
  deviceType?: number
  /** Default 1. */
  files?: number
  file?: string
  software?: string
  /** Thumbprint of what encrypted it. */
  encryptedBy?: string
}

/** What happens to a backup beside what the file server does. */
export interface BackupState {
  /** It is refused so, and nothing is written. */
  refuses?: readonly [SqlMessage, ...SqlMessage[]]
  /** It writes a part, and then nothing more happens. */
  hangs?: true
  /** Reading back gives these messages. */
  refusesReading?: readonly [SqlMessage, ...SqlMessage[]]
  /** What is read back is another backup. */
  readsDatabase?: string
}

/** A key or certificate in a database, or in the store of a column master key. */
export interface KeyState {
  kind: 'symmetric key' | 'asymmetric key' | 'certificate' | 'column master key'
  name: string
  store?: string
}

/** Drives of the machine with the files of the system databases; data and log go to the default paths. */
export interface VolumesState {
  drives: readonly { mount: string; totalMb: number; freeMb: number }[]
  dataPath: string
  logPath: string
  /** Mount point of tempdb. */
  tempDb: string
  /** A drive without files is told by `fixed-drives` alone. */
  empty?: readonly string[]
}

export interface SqlState {
  serverName: string
  version: readonly [major: number, minor: number, build: number]
  /** SERVERPROPERTY('EngineEdition'); default 5 on Azure, else 3. */
  engineEdition?: 2 | 3 | 4 | 5 | 8
  logins: readonly LoginState[]
  serverRoles?: readonly GroupState[]
  windowsGroups?: readonly WindowsGroupState[]
  databases: readonly DatabaseState[]
  /** SERVERPROPERTY('InstanceName'); default: the default instance. */
  instanceName?: string
  /** Default SQL_Latin1_General_CP1_CI_AS. */
  collation?: string
  /** Whether everybody sees the names of all databases; default true. */
  viewAnyDatabase?: boolean
  /** Default: the port that the client came to is fixed. */
  tcp?: { port?: number; dynamicPort?: number }
  serviceAccount?: string
  /** SIDs that the domain of the host gives to accounts, by name; its computer is `CORP\\<serverName>$`. */
  sids?: Readonly<Record<string, string>>
  backup?: BackupState
  /** Of a managed instance; default a terabyte, almost empty. */
  storage?: { reservedMb: number; usedMb: number }
  /** Thumbprints of the certificates that `master` lists; one that ends in ` without key` has no private key. */
  certificates?: readonly string[]
  /** The server option `contained database authentication`; default off. */
  containedAuthentication?: boolean
  /** Default: F: for data, G: for the log and D: for tempdb, each a terabyte and half full. */
  volumes?: VolumesState
  /** Things of the instance that somebody made. */
  instanceObjects?: readonly { kind: string; name: string | null; count?: number }[]
  agentJobs?: readonly string[]
  /** SERVERPROPERTY('Edition'); default: as the engine edition says. */
  edition?: string
  /** Nodes of a failover cluster instance; its `serverName` is then that of the virtual server. */
  clusterNodes?: readonly string[]
  /** Azure SQL Database: only `master` and the databases of the list; server permissions are NULL. */
  azure?: boolean
  /** Client addresses that the firewall of Azure SQL lets in; default: all. */
  admits?: readonly string[]
  /** Statements that err although they are known: a missing permission, an older version. */
  refusesStatements?: readonly { holding: string; error: SqlMessage }[]
  /** Every login is refused so, whoever it is. */
  refuseAll?: SqlMessage
}

export function engineEdition(state: SqlState): NonNullable<SqlState['engineEdition']> {
  return state.engineEdition ?? (state.azure === true ? 5 : 3)
}

export function findLogin(state: SqlState, user: string): LoginState | undefined {
  return state.logins.find((login) => isSameName(login.user, user))
}

export function findDatabase(state: SqlState, name: string): DatabaseState | undefined {
  return state.databases.find((database) => isSameName(database.name, name))
}

export function includesName(names: readonly string[] | undefined, name: string): boolean {
  return names?.some((one) => isSameName(one, name)) ?? false
}

/** Names compare as in the usual collation, without regard to letter case. */
export function isSameName(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase()
}
