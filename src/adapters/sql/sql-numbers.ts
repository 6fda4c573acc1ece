import type { Script } from '../../domain/observed.ts'
import type { CauseKind } from '../../domain/verdict.ts'

/** What a number of sys.messages says of why nothing could be seen. */
export interface NumberMeaning {
  kind: CauseKind
  says: string
  /** What would let the probe look. */
  missing?: string
  /** The next command. */
  scripts?: Script[]
}

/** The server's own refusals of an account: the password must not be sent again (contract, section 5). */
export const ACCOUNT_REFUSALS: ReadonlySet<number> = new Set([18_456, 18_452, 18_470, 18_486, 18_487, 18_488])
/** The account was accepted, the database was not. 18456 follows in the same answer. */
export const DATABASE_REFUSALS: ReadonlySet<number> = new Set([4060, 911])
/** Worth another try (Microsoft: "Troubleshoot transient connection errors in SQL Database"). */
export const TRANSIENT_NUMBERS: ReadonlySet<number> = new Set([
  40_613, 40_197, 40_501, 40_143, 40_166, 40_540, 42_108, 42_109, 49_918, 49_919, 49_920, 10_928, 10_929, 4221, 615,
])

const bash = (...lines: string[]): Script[] => [{ language: 'bash', code: lines.join(' \\\n  ') }]

/** `<ADDRESS>` is what the server saw of this runner. */
const NOT_ADMITTED: NumberMeaning = {
  kind: 'forbidden',
  says: 'the firewall of the server does not admit the address of this runner',
  missing: "a firewall rule of the server for this runner's address, or a runner in a network that it admits",
  scripts: bash(
    "az sql server firewall-rule create --resource-group '<RESOURCE-GROUP>' --server '<SERVER>' --name dms-preflight",
    "--start-ip-address '<ADDRESS>' --end-ip-address '<ADDRESS>'",
  ),
}
const NO_PUBLIC_ACCESS: NumberMeaning = {
  kind: 'forbidden',
  says: 'public network access of the server is denied, so this runner is not admitted',
  missing: 'a runner that reaches a private endpoint of the server',
  scripts: bash(
    "az network private-endpoint-connection list --resource-group '<RESOURCE-GROUP>' --name '<SERVER>'",
    '--type Microsoft.Sql/servers --output table',
  ),
}
const PERMISSION: NumberMeaning = { kind: 'forbidden', says: 'the login has no permission' }
/** After a login that was tried again until its time was over. */
export const MORE_TIME = 'more time: raise the input `timeout` (a paused serverless database needs about a minute)'
const PASSING: NumberMeaning = {
  kind: 'server-error',
  says: 'the server or the database is not available just now',
  missing: 'another try: this passes by itself, so run the gate again',
}
const NO_SUCH_OBJECT: NumberMeaning = {
  kind: 'unsupported',
  says: 'this version of the server does not know what was asked',
}
const busy = (says: string): NumberMeaning => ({ kind: 'server-error', says })
const database = (says: string): NumberMeaning => ({ kind: 'server-error', says: `the database ${says}` })
const tsql = (code: string): Pick<NumberMeaning, 'scripts'> => ({ scripts: [{ language: 'tsql', code }] })
const RESUME: Script = {
  language: 'powershell',
  code: "# on the SQL Server host, as administrator; a named instance is 'MSSQL$NAME'\nResume-Service -Name MSSQLSERVER",
}
const DEFAULT_DATABASE: NumberMeaning = {
  kind: 'forbidden',
  says: 'the default database of the login cannot be opened',
  ...tsql('ALTER LOGIN [<login>] WITH DEFAULT_DATABASE = [master];'),
}
const SECONDARY = busy(
  'this replica of the availability group does not serve the database: name the listener of the group, or the primary replica',
)

/** Any number that is not here is a `server-error` with its text. Sources: sys.messages, learn.microsoft.com "Database Engine errors". */
export const NUMBERS: ReadonlyMap<number, NumberMeaning> = new Map([
  [40_615, NOT_ADMITTED],
  [40_914, NOT_ADMITTED],
  [47_073, NO_PUBLIC_ACCESS],
  [42_101, NO_PUBLIC_ACCESS],
  [
    47_072,
    {
      kind: 'tls',
      says: 'the server takes only a higher version of TLS than the driver speaks (minimal TLS version)',
      scripts: bash(
        "az sql server show --resource-group '<RESOURCE-GROUP>' --name '<SERVER>' --query minimalTlsVersion",
      ),
    },
  ],
  [40_532, { kind: 'not-found', says: 'no server of that name answers there' }],
  [
    40_531,
    { kind: 'not-found', says: 'the server cannot tell which one is meant: connect by its full name, not an address' },
  ],
  [40_544, database('has reached its size quota')],
  [
    17_892,
    {
      kind: 'forbidden',
      says: 'a logon trigger of the server turned the login away',
      ...tsql('SELECT name, create_date, is_disabled FROM sys.server_triggers;'),
    },
  ],
  [
    18_451,
    {
      kind: 'forbidden',
      says: 'only administrators may connect just now (the server starts or shuts down)',
      missing: 'a server that lets others than administrators in: run the gate again when it has started',
    },
  ],
  [18_461, busy('the server is in single-user mode and another session has it')],
  [18_401, busy('the server is upgrading its own databases (script upgrade mode)')],
  [17_142, { ...busy('the service of SQL Server is paused'), scripts: [RESUME] }],
  [17_187, busy('the server starts and is not ready yet')],
  [17_188, busy('the server is shutting down')],
  [17_189, busy('the server has no memory or threads left for another session')],
  [6005, busy('the server is shutting down')],
  [17_197, busy('the login took the server too long')],
  [17_809, busy('the server has as many connections as it allows (user connections)')],
  [17_810, busy('the dedicated administrator connection is in use')],
  [18_458, busy('the licences of the server are used up')],
  [18_459, busy('the licences of the server are used up')],
  [18_460, busy('the licences of the server are used up')],
  [4063, DEFAULT_DATABASE],
  [4064, DEFAULT_DATABASE],
  [921, database('has not been recovered yet')],
  [922, database('is being recovered')],
  [
    924,
    {
      ...database('is in single-user mode and another session has it'),
      ...tsql('ALTER DATABASE [<database>] SET MULTI_USER;'),
    },
  ],
  [926, database('is marked SUSPECT: the error log of the server says why')],
  [927, database('is being restored')],
  [942, { ...database('is offline'), ...tsql('ALTER DATABASE [<database>] SET ONLINE;') }],
  [945, database('cannot be opened: files are not accessible, or memory or disk space is short')],
  [946, database('has a version that this server cannot open')],
  [976, SECONDARY],
  [978, SECONDARY],
  [979, SECONDARY],
  [983, SECONDARY],
  [229, PERMISSION],
  [230, PERMISSION],
  [262, PERMISSION],
  [297, PERMISSION],
  [300, PERMISSION],
  [371, PERMISSION],
  [916, PERMISSION],
  [15_247, PERMISSION],
  [207, NO_SUCH_OBJECT],
  [208, NO_SUCH_OBJECT],
  [2812, NO_SUCH_OBJECT],
  [40_515, NO_SUCH_OBJECT],
  ...[...TRANSIENT_NUMBERS].map((number) => [number, PASSING] as const),
])
