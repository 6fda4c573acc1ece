import type { CauseKind } from '../../src/domain/verdict.ts'
import { said, type Row } from './row.ts'

const LOGIN = 'login-is-accepted'
const IMPATIENT_MS = 2500

interface Told {
  kind: CauseKind
  /** What the number means, in our words. */
  means: RegExp
  next: RegExp
}

const NOT_ADMITTED: Told = {
  kind: 'forbidden',
  means: /does not admit the address of this runner/,
  next: /firewall rule[^]*az sql server firewall-rule create/,
}
const busy = (means: RegExp, next: RegExp): Told => ({ kind: 'server-error', means, next })
const forbidden = (means: RegExp, next: RegExp): Told => ({ kind: 'forbidden', means, next })
const NO_PUBLIC_ACCESS = forbidden(
  /public network access of the server is denied/,
  /private endpoint[^]*az network private-endpoint-connection list/,
)
const ERROR_LOG = /Have the server looked at \(its error log says more\)/
const LICENCES = busy(/licences of the server are used up/, ERROR_LOG)

type Cell = readonly [number: number, message: string, told: Told]

/** What a SQL Server says to a login and what does not mean the account (texts of sys.messages). */
const OF_SOURCES: readonly Cell[] = [
  [
    17_142,
    'SQL Server service has been paused. No new connections will be allowed. To resume the service, use SQL Computer Manager or the Services application in Control Panel.',
    busy(/the service of SQL Server is paused/, /Resume-Service/),
  ],
  [
    17_187,
    'SQL Server is not ready to accept new client connections. Wait a few minutes before trying again.',
    busy(/not ready yet/, ERROR_LOG),
  ],
  [
    17_188,
    'SQL Server cannot accept new connections, because it is shutting down. The connection has been closed.',
    busy(/shutting down/, ERROR_LOG),
  ],
  [
    17_189,
    'SQL Server failed with error code 0xc0000000 to spawn a thread to process a new login or connection.',
    busy(/no memory or threads left/, ERROR_LOG),
  ],
  [6005, 'SHUTDOWN is in progress.', busy(/shutting down/, ERROR_LOG)],
  [
    17_197,
    'Login failed due to timeout; the connection has been closed. This error may indicate heavy server load.',
    busy(/took the server too long/, ERROR_LOG),
  ],
  [
    17_809,
    "Could not connect because the maximum number of '10' user connections has already been reached.",
    busy(/as many connections as it allows/, ERROR_LOG),
  ],
  [
    17_810,
    "Could not connect because the maximum number of '1' dedicated administrator connections already exists.",
    busy(/dedicated administrator connection is in use/, ERROR_LOG),
  ],
  [
    17_892,
    "Logon failed for login 'dms' due to trigger execution.",
    forbidden(/logon trigger/, /sys\.server_triggers/),
  ],
  [
    18_401,
    "Login failed for user 'dms'. Reason: Server is in script upgrade mode. Only administrator can connect at this time.",
    busy(/script upgrade mode/, ERROR_LOG),
  ],
  [
    18_451,
    "Login failed for user 'dms'. Only administrators may connect at this time.",
    forbidden(/only administrators may connect/, /when it has started/),
  ],
  [
    18_458,
    'Login failed. The number of simultaneous users already equals the 5 registered licenses for this server.',
    LICENCES,
  ],
  [18_459, 'Login failed. The workstation licensing limit for SQL Server access has already been reached.', LICENCES],
  [
    18_460,
    'Login failed. The number of simultaneous users has already reached the limit of 5 licenses for this server.',
    LICENCES,
  ],
  [
    18_461,
    "Login failed for user 'dms'. Reason: Server is in single user mode. Only one administrator can connect at this time.",
    busy(/single-user mode/, ERROR_LOG),
  ],
  [
    4063,
    'Cannot open database "Old" that was requested by the login. Using the user default database "master" instead.',
    forbidden(/default database of the login/, /DEFAULT_DATABASE/),
  ],
  [
    4064,
    'Cannot open user default database. Login failed.',
    forbidden(/default database of the login/, /DEFAULT_DATABASE/),
  ],
  [33_333, 'Something that nobody has heard of.', busy(/the server gave an error/, ERROR_LOG)],
]

/** What the gateway of Azure SQL says. */
const OF_TARGETS: readonly Cell[] = [
  [
    40_615,
    "Cannot open server 'sqlsales' requested by the login. Client with IP address '198.51.100.7' is not allowed to access the server.",
    {
      ...NOT_ADMITTED,
      means: /does not admit .*It saw this runner as 198\.51\.100\.7/,
      next: /--start-ip-address 198\.51\.100\.7 --end-ip-address 198\.51\.100\.7$/,
    },
  ],
  [
    40_914,
    "Cannot open server 'sqlsales' requested by the login. Client is not allowed to access the server.",
    NOT_ADMITTED,
  ],
  [
    47_073,
    'Connection was denied because Deny Public Network Access is set to Yes. To connect to this server, use the Private Endpoint from inside your virtual network.',
    NO_PUBLIC_ACCESS,
  ],
  [
    42_101,
    'Unable to create or modify firewall rules when public network interface for the server is disabled.',
    NO_PUBLIC_ACCESS,
  ],
  [
    47_072,
    'Login failed with invalid TLS version.',
    { kind: 'tls', means: /minimal TLS version/, next: /--query minimalTlsVersion/ },
  ],
  [
    40_532,
    'Cannot open server "sqlsales" requested by the login. The login failed.',
    { kind: 'not-found', means: /no server of that name/, next: /Correct the name in the manifest/ },
  ],
  [
    40_531,
    "Server name cannot be determined. It must appear as the first segment of the server's dns name.",
    { kind: 'not-found', means: /connect by its full name/, next: /Correct the name in the manifest/ },
  ],
]

/** What passes by itself: tried again within the time of the check, and not known after it. */
const PASSING: readonly (readonly [number, string])[] = [
  [40_613, "Database 'Sales' on server 'sqlsales' is not currently available. Please retry the connection later."],
  [40_197, 'The service has encountered an error processing your request. Please try again. Error code 40143.'],
  [40_501, 'The service is currently busy. Retry the request after 10 seconds. Code: 131075.'],
  [40_143, 'The service has encountered an error processing your request. Please try again.'],
  [40_166, 'A CloudDB reconfiguration is going on and all new user connections are rejected.'],
  [40_540, 'The service has encountered an error processing your request. Please try again.'],
  [42_108, 'Can not connect to the SQL pool since it is paused. Please resume the SQL pool and try again.'],
  [42_109, 'The SQL pool is warming up. Please try again.'],
  [49_918, 'Cannot process request. Not enough resources to process request. The service is currently busy.'],
  [
    49_919,
    'Cannot process create or update request. Too many create or update operations in progress for subscription.',
  ],
  [49_920, 'Cannot process request. Too many operations in progress for subscription.'],
  [10_928, 'Resource ID: 1. The request limit for the database is 60 and has been reached.'],
  [10_929, 'Resource ID: 1. The server is currently too busy to support requests greater than 30 for this database.'],
  [4221, "Login to read-secondary failed due to long wait on 'HADR_DATABASE_WAIT_FOR_TRANSITION_TO_VERSIONING'."],
  [615, "Could not find database ID 5, name 'Sales'. Error Code 615."],
]

function toldTo(side: 'source' | 'target', [number, message, { kind, means, next }]: Cell): Row {
  const at = side === 'source' ? 'sql01' : 'sqlsales'
  const database = side === 'source' ? 'master' : 'Sales'
  return {
    step: 'login',
    failure: `${number}: ${message.slice(0, 40)}`,
    ...(side === 'target' ? { side } : {}),
    // SQL Server sends 18456 after its reason; that must not make it a refusal of the account.
    world: {
      refuses:
        number === 33_333
          ? [said(number, message, 3)]
          : [said(number, message, 3), said(18_456, "Login failed for user 'dms'.")],
    },
    root: LOGIN,
    verdict: 'unknown',
    cause: kind,
    says: new RegExp(
      `^Login of dms from this runner to ${at}\\.corp\\.example \\(127\\.0\\.0\\.1:<port>, database ${database}\\): (?=.*${means.source}).*\\(${number}, state 3: `,
    ),
    next,
    logins: 1,
  }
}

function passing([number, message]: readonly [number, string]): Row {
  return {
    ...toldTo('target', [
      number,
      message,
      busy(/not available just now .*Tried \d+ times within \d+ ms\./, /raise the input `timeout`/),
    ]),
    world: { refuses: [said(number, message, 3, 17)], timeoutMs: IMPATIENT_MS },
    logins: 'several',
  }
}

export const NUMBER_ROWS: readonly Row[] = [
  ...OF_SOURCES.map((cell) => toldTo('source', cell)),
  ...OF_TARGETS.map((cell) => toldTo('target', cell)),
  ...PASSING.map(passing),
]
