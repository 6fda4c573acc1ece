import type { DatabaseState } from '../../lab/sql/state.ts'
import type { CauseKind } from '../../src/domain/verdict.ts'
import { said, type Row } from './row.ts'

const READABLE = 'database-is-readable'
const CONTROL = 'login-has-control-database'

function sourceDatabase(failure: string, orders: DatabaseState | undefined, says: RegExp, next: RegExp): Row {
  const databases = [{ name: 'Sales' }, ...(orders === undefined ? [] : [orders])]
  return {
    step: 'database',
    failure,
    world: { state: { databases } },
    root: READABLE,
    verdict: 'fail',
    says: new RegExp(`^The database Orders .*(?=.*sql01\\.corp\\.example:<port>).*${says.source}`),
    next,
    logins: 1,
  }
}

const SOURCE_ROWS: readonly Row[] = [
  sourceDatabase('not there', undefined, /is not on the server/, /SELECT name, state_desc FROM sys\.databases/),
  ...(['OFFLINE', 'RESTORING', 'RECOVERING', 'RECOVERY_PENDING', 'SUSPECT', 'EMERGENCY'] as const).map((state) =>
    sourceDatabase(
      state,
      { name: 'Orders', state },
      new RegExp(`is ${state}`),
      /ALTER DATABASE|sp_readerrorlog|RESTORE|DBCC/,
    ),
  ),
  sourceDatabase(
    'one session has it',
    { name: 'Orders', closed: true, userAccess: 'SINGLE_USER' },
    /single-user mode, and its one session is taken/,
    /SET MULTI_USER;/,
  ),
  sourceDatabase(
    'a secondary replica',
    { name: 'Orders', closed: true },
    /is ONLINE, and dms may not open it/,
    /primary replica/,
  ),
]

interface Told {
  number: number
  message: string
  verdict?: 'fail'
  kind?: CauseKind
  says: RegExp
  next: RegExp
}

const SERVER = 'server-error'
const ERROR_LOG = /Have the server looked at \(its error log says more\)/
const ACCESS = /Have the access given that the message speaks of/
const SECONDARY = { kind: SERVER, says: /name the listener of the group/, next: ERROR_LOG } as const

/** What a login to the second database of the target gets, while the first one opens. */
const REFUSED_DATABASES: readonly Told[] = [
  {
    number: 4060,
    message: 'Cannot open database "Orders" requested by the login. The login failed.',
    verdict: 'fail',
    says: /refused dms in the database Orders with error 4060, state 3/,
    next: /CREATE USER \[dms\] FOR LOGIN \[dms\];/,
  },
  {
    number: 916,
    message:
      'The server principal "dms" is not able to access the database "Orders" under the current security context.',
    kind: 'forbidden',
    says: /no permission/,
    next: ACCESS,
  },
  {
    number: 40_544,
    message: "The database 'Orders' has reached its size quota.",
    kind: SERVER,
    says: /size quota/,
    next: ERROR_LOG,
  },
  {
    number: 921,
    message: "Database 'Orders' has not been recovered yet. Wait and try again.",
    kind: SERVER,
    says: /not been recovered yet/,
    next: ERROR_LOG,
  },
  {
    number: 922,
    message: "Database 'Orders' is being recovered. Waiting until recovery is finished.",
    kind: SERVER,
    says: /being recovered/,
    next: ERROR_LOG,
  },
  {
    number: 924,
    message: "Database 'Orders' is already open and can only have one user at a time.",
    kind: SERVER,
    says: /single-user mode/,
    next: /MULTI_USER/,
  },
  {
    number: 926,
    message: "Database 'Orders' cannot be opened. It has been marked SUSPECT by recovery.",
    kind: SERVER,
    says: /SUSPECT/,
    next: ERROR_LOG,
  },
  {
    number: 927,
    message: "Database 'Orders' cannot be opened. It is in the middle of a restore.",
    kind: SERVER,
    says: /being restored/,
    next: ERROR_LOG,
  },
  {
    number: 942,
    message: "Database 'Orders' cannot be opened because it is offline.",
    kind: SERVER,
    says: /is offline/,
    next: /SET ONLINE/,
  },
  {
    number: 945,
    message: "Database 'Orders' cannot be opened due to inaccessible files or insufficient memory or disk space.",
    kind: SERVER,
    says: /files are not accessible/,
    next: ERROR_LOG,
  },
  {
    number: 946,
    message: "Cannot open database 'Orders' version 998. Upgrade the database to the latest version.",
    kind: SERVER,
    says: /version that this server cannot open/,
    next: ERROR_LOG,
  },
  {
    number: 976,
    message:
      "The target database, 'Orders', is participating in an availability group and is currently not accessible for queries.",
    ...SECONDARY,
  },
  {
    number: 978,
    message:
      "The target database ('Orders') is in an availability group and is currently accessible for connections when the application intent is set to read only.",
    ...SECONDARY,
  },
  {
    number: 979,
    message:
      "The target database ('Orders') is in an availability group and currently does not allow read only connections.",
    ...SECONDARY,
  },
  {
    number: 983,
    message:
      "Unable to access availability database 'Orders' because the database replica is not in the PRIMARY or SECONDARY role.",
    ...SECONDARY,
  },
]

function targetDatabase({ number, message, verdict, kind, says, next }: Told): Row {
  const databases = ['Sales', 'Orders'].map((name) => ({ name, owners: ['dms'] }))
  const refuses = said(number, message, 3)
  const orders = databases.map((database) => (database.name === 'Orders' ? { ...database, refuses } : database))
  const failed = verdict === 'fail'
  return {
    step: 'database',
    failure: `${number}: ${message.slice(0, 40)}`,
    side: 'target',
    world: { state: { databases: orders } },
    root: CONTROL,
    verdict: verdict ?? 'unknown',
    ...(kind === undefined ? {} : { cause: kind }),
    says: failed
      ? says
      : new RegExp(
          `sqlsales\\.corp\\.example \\(127\\.0\\.0\\.1:<port>, database Orders\\): .*${says.source}.*\\(${number}, state 3: `,
        ),
    next,
    logins: 2,
  }
}

const denied = (to: string): Row => ({
  step: 'database',
  failure: `CONTROL denied to ${to}`,
  side: 'target',
  world: {
    state: {
      databases: [
        { name: 'Sales', owners: ['dms'] },
        { name: 'Orders', controlBy: ['dms'], denies: [to] },
      ],
    },
  },
  root: CONTROL,
  verdict: 'fail',
  says: new RegExp(
    `^dms lacks CONTROL on the database Orders .*CONTROL granted to dms; CONTROL denied to ${to}, which beats every grant`,
  ),
  next: new RegExp(`REVOKE CONTROL ON DATABASE::\\[Orders\\] FROM \\[${to}\\];`),
  logins: 2,
})

export const DATABASE_ROWS: readonly Row[] = [
  ...SOURCE_ROWS,
  ...REFUSED_DATABASES.map(targetDatabase),
  ...['dms', 'public'].map(denied),
]
