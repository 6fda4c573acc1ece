import type { Reply } from '../../lab/tds/model.ts'
import type { CauseKind } from '../../src/domain/verdict.ts'
import { said, type Row, type World } from './row.ts'

const CONTROL = 'login-has-control-database'
const IMPATIENT_MS = 2000

const SERVER = 'server-error'
const ERROR_LOG = /Have the server looked at \(its error log says more\)/
const ACCESS = /Have the access given that the message speaks of/
const WHO_ENDED = /for who ended the connection/

interface Told {
  number: number
  message: string
  kind: CauseKind
  says: RegExp
  next: RegExp
}

const answering = (reply: Reply, more: World = {}): World => ({
  wire: { answer: () => reply },
  databases: ['Sales'],
  ...more,
})
const PERMISSION = { kind: 'forbidden', says: /the login has no permission/, next: ACCESS } as const
const UNKNOWN_OBJECT = {
  kind: 'unsupported',
  says: /does not know what was asked/,
  next: /have it looked up there by hand/,
} as const

/** What a statement gets after a login that was accepted. */
const REFUSED_STATEMENTS: readonly Told[] = [
  {
    number: 229,
    message: "The SELECT permission was denied on the object 'x', database 'Sales', schema 'sys'.",
    ...PERMISSION,
    next: /SELECT/,
  },
  {
    number: 230,
    message: "The SELECT permission was denied on the column 'x' of the object 'y', database 'Sales', schema 'sys'.",
    ...PERMISSION,
    next: /SELECT/,
  },
  {
    number: 262,
    message: "VIEW DATABASE STATE permission denied in database 'Sales'.",
    ...PERMISSION,
    next: /VIEW DATABASE STATE/,
  },
  { number: 297, message: 'The user does not have permission to perform this action.', ...PERMISSION },
  {
    number: 300,
    message: "VIEW SERVER STATE permission was denied on object 'server', database 'master'.",
    ...PERMISSION,
    next: /VIEW SERVER STATE/,
  },
  { number: 371, message: 'The permission was denied.', ...PERMISSION },
  { number: 15_247, message: 'User does not have permission to perform this action.', ...PERMISSION },
  { number: 207, message: "Invalid column name 'x'.", ...UNKNOWN_OBJECT },
  { number: 208, message: "Invalid object name 'sys.x'.", ...UNKNOWN_OBJECT },
  { number: 2812, message: "Could not find stored procedure 'x'.", ...UNKNOWN_OBJECT },
  {
    number: 40_515,
    message: "Reference to database and/or server name in 'x' is not supported in this version of SQL Server.",
    ...UNKNOWN_OBJECT,
  },
  {
    number: 40_197,
    message: 'The service has encountered an error processing your request. Please try again. Error code 40143.',
    kind: SERVER,
    says: /the server or the database is not available just now/,
    next: /this passes by itself, so run the gate again/,
  },
  {
    number: 8134,
    message: 'Divide by zero error encountered.',
    kind: SERVER,
    says: /the server gave an error/,
    next: ERROR_LOG,
  },
]

const statement = (failure: string, world: World, row: Pick<Row, 'cause' | 'says' | 'next'> & Partial<Row>): Row => ({
  step: 'statement',
  failure,
  side: 'target',
  world,
  root: CONTROL,
  verdict: 'unknown',
  logins: 1,
  ...row,
})

/** Each of them asks for itself, and none hears more than the others. */
const BEHIND_THE_LOGIN = [
  'login-has-control-server',
  'version-is-supported',
  'port-matches-instance',
  'database-is-readable',
  'logins-can-be-migrated',
]

export const STATEMENT_ROWS: readonly Row[] = [
  ...REFUSED_STATEMENTS.map(({ number, message, kind, says, next }) =>
    statement(`${number}: ${message.slice(0, 40)}`, answering({ error: said(number, message, 5, 16) }), {
      cause: kind,
      says: new RegExp(
        `^Query "[\\w-]+" on sqlsales\\.corp\\.example, database Sales: .*${says.source}.*\\(${number}, state 5: `,
      ),
      next,
    }),
  ),
  statement('the connection is lost in the answer', answering({ drop: true }), {
    cause: 'reset',
    says: /^Query "[\w-]+" on sqlsales\.corp\.example, database Sales: .*broken off by the other side.*ECONNRESET/,
    next: WHO_ENDED,
  }),
  statement('no answer', answering({ hang: true }, { timeoutMs: IMPATIENT_MS }), {
    cause: 'timeout',
    says: /^Query "[\w-]+" on sqlsales\.corp\.example, database Sales: (?:no complete answer|no answer in time)/,
    next: /Raise the input `timeout`/,
  }),
  {
    step: 'statement',
    failure: 'the connection of a source is lost in the answer',
    world: answering({ drop: true }),
    root: BEHIND_THE_LOGIN,
    verdict: 'unknown',
    cause: 'reset',
    says: /^Query "[\w-]+" on sql01\.corp\.example, database master: .*broken off by the other side.*ECONNRESET/,
    next: WHO_ENDED,
    logins: 1,
  },
  {
    step: 'statement',
    failure: 'SQL Server 2000, which is older than every statement',
    world: { wire: { version: [8, 0, 2039] } },
    root: BEHIND_THE_LOGIN,
    verdict: 'unknown',
    cause: 'unsupported',
    says: /^Query "[\w-]+" on sql01\.corp\.example, database master was not run: the server's version is 8\.0\.2039, and what it reads came with/,
    next: /have it looked up there by hand/,
    logins: 1,
  },
]
