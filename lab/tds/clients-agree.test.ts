import { afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import type sql from 'mssql'
import { SOURCE_RIGHTS } from '../../src/checks/statements/source-rights.ts'
import { TARGET_DATABASE_RIGHTS } from '../../src/checks/statements/target-database-rights.ts'
import { findOptionalProgram } from '../find-program.ts'
import { playSqlState } from '../sql/play.ts'
import type { SqlState } from '../sql/state.ts'
import { createBench, type Bench } from './bench.ts'
import { runTsql } from './freetds.ts'
import type { Cell, Reply, TdsOptions } from './model.ts'
import type { TdsServer } from './server.ts'

let tsql: string | undefined
let bench: Bench
beforeAll(async () => {
  tsql = findOptionalProgram('tsql', 'FreeTDS')
  bench = await createBench({ names: ['127.0.0.1'] })
})
afterEach(() => bench.close())

/** What a client learned, as text. */
interface Learned {
  /** Names of columns and cells with tabs between them, line by line, set after set. */
  lines: string[]
  /** Number, state, severity and text. */
  errors: string[]
}

interface Account {
  user: string
  password: string
  domain?: string
  database?: string
}

const VERSIONS = [
  ['7.1', '7_1'],
  ['7.2', '7_2'],
  ['7.3', '7_3_B'],
  ['7.4', '7_4'],
] as const

/** The last `"` of a line ends the text: tsql puts a line break behind each batch, which some messages repeat. */
const MESSAGE = /^Msg (\d+) \(severity (\d+), state (\d+)\) from \S+ Line \d+:\n\t"([\s\S]*?)"$/gm

async function askFreetds(
  program: string,
  server: TdsServer,
  account: Account,
  batch: string,
  version: (typeof VERSIONS)[number][0],
): Promise<Learned> {
  const { output, errors } = await runTsql(program, {
    port: server.port,
    version,
    encryption: 'require',
    trusted: bench.certificate,
    user: account.domain === undefined ? account.user : `${account.domain}\\${account.user}`,
    password: account.password,
    database: account.database ?? 'Sales',
    batches: [batch],
  })
  const messages = [...errors.matchAll(MESSAGE)].map(
    ([, number, severity, state, text]) => `${number ?? ''} ${state ?? ''} ${severity ?? ''} ${text?.trim() ?? ''}`,
  )
  return { lines: output.split('\n').filter((line) => line !== ''), errors: messages }
}

async function askMssql(
  server: TdsServer,
  account: Account,
  batch: string,
  tdsVersion: (typeof VERSIONS)[number][1],
): Promise<Learned> {
  const learned: Learned = { lines: [], errors: [] }
  const pool = await bench
    .connectTo(server, {
      ...account,
      serverName: '127.0.0.1',
      tdsVersion,
      onError: (one) => learned.errors.push(`${one.number} ${one.state} ${one.class} ${one.message}`),
    })
    .catch(() => undefined)
  if (pool === undefined) return learned
  const request = pool.request()
  request.stream = true
  request.arrayRowMode = true
  request.on('recordset', (columns: sql.IColumn[]) => learned.lines.push(columns.map(({ name }) => name).join('\t')))
  request.on('row', (row: unknown) => learned.lines.push((row as Cell[]).map(asTsqlPrints).join('\t')))
  request.on('error', () => undefined)
  await new Promise((resolve) => {
    request.on('done', resolve)
    void request.batch(batch).catch(() => undefined)
  })
  return learned
}

function asTsqlPrints(cell: Cell): string {
  if (cell === null) return 'NULL'
  if (typeof cell === 'boolean') return cell ? '1' : '0'
  if (cell instanceof Uint8Array) return Buffer.from(cell).toString('hex')
  if (!(cell instanceof Date)) return String(cell)
  const part = (options: Intl.DateTimeFormatOptions): string =>
    cell.toLocaleString('en-US', { timeZone: 'UTC', ...options })
  const time = part({ hour: '2-digit', minute: '2-digit' }).replace(/\s/, '')
  return `${part({ month: 'short' })} ${part({ day: 'numeric' }).padStart(2)} ${part({ year: 'numeric' })} ${time}`
}

const STATE: SqlState = {
  serverName: 'SQL01',
  version: [16, 0, 4135],
  logins: [
    { user: 'dms', password: 'right', grants: ['VIEW SERVER STATE'], databases: ['Sales'] },
    { user: 'off', password: 'right', disabled: true },
  ],
  databases: [{ name: 'Sales', controlBy: ['dms'] }],
}
const DMS: Account = { user: 'dms', password: 'right' }

const TYPES: Reply = {
  sets: [
    {
      columns: [
        { name: 'i', type: 'int' },
        { name: 'b', type: 'bigint' },
        { name: 't', type: 'bit' },
        { name: 'f', type: 'float' },
        { name: 's', type: 'nvarchar', length: 20 },
        { name: 'm', type: 'nvarchar(max)' },
        { name: 'v', type: 'varbinary', length: 10 },
        { name: 'g', type: 'uniqueidentifier' },
        { name: 'd', type: 'datetime2' },
        { name: 'vi', type: 'sql_variant' },
        { name: 'vs', type: 'sql_variant' },
      ],
      rows: [
        [
          ...[-7, 2n ** 40n, true, 0.5, 'žluť', 'x'.repeat(300), Buffer.from([1, 2, 255])],
          ...['00112233-4455-6677-8899-AABBCCDDEEFF', new Date('2026-11-02T09:11:00Z'), 7, 'žluť'],
        ],
        Array<Cell>(11).fill(null),
      ],
    },
  ],
}
const count = { columns: [{ name: 'n', type: 'int' as const }] }
const ERROR = { number: 229, state: 5, severity: 14, message: 'The SELECT permission was denied on the object.' }
const REPLIES: Readonly<Record<string, Reply>> = {
  types: TYPES,
  several: {
    sets: [
      { ...count, rows: [[1], [2]] },
      { ...count, rows: [] },
      { ...count, rows: [[3]] },
    ],
  },
  'error after sets': {
    sets: [
      { ...count, rows: [[1]] },
      { ...count, rows: [[2]] },
    ],
    error: ERROR,
  },
  error: { error: ERROR },
}
const NOT_KNOWN = '50000 1 16 the lab does not know this statement: SELECT 42'
const FAILED = "18456 1 14 Login failed for user 'dms'."
const answer: TdsOptions['answer'] = ({ text }) => REPLIES[text.trim()] ?? {}

interface Row {
  name: string
  options: Partial<TdsOptions>
  account?: Account
  batch: string
  /** Lines of result sets, headings too. */
  lines: number
  errors?: readonly string[]
}

const play = playSqlState(STATE)
const anyone = { authenticate: () => undefined, answer }
const ntlm = { 'CORP\\dms': 'right' }
const ROWS: readonly Row[] = [
  { name: 'every type, and NULL', options: anyone, batch: 'types', lines: 3 },
  { name: 'several result sets', options: anyone, batch: 'several', lines: 6 },
  { name: 'an error after result sets', options: anyone, batch: 'error after sets', lines: 4, errors: [denied()] },
  { name: 'an error', options: anyone, batch: 'error', lines: 0, errors: [denied()] },
  { name: 'the rights of a source', options: play, batch: SOURCE_RIGHTS.text, lines: 2 },
  { name: 'the rights on a target', options: play, batch: TARGET_DATABASE_RIGHTS.text, lines: 2 },
  { name: 'a statement that is not known', options: play, batch: 'SELECT 42', lines: 0, errors: [NOT_KNOWN] },
  {
    name: 'a wrong password',
    options: play,
    account: { ...DMS, password: 'wrong' },
    batch: '',
    lines: 0,
    errors: [FAILED],
  },
  {
    name: 'a disabled login',
    options: play,
    account: { user: 'off', password: 'right' },
    batch: '',
    lines: 0,
    errors: ["18470 1 14 Login failed for user 'off'. Reason: The account is disabled."],
  },
  {
    name: 'no such database',
    options: play,
    account: { ...DMS, database: 'Nope' },
    batch: '',
    lines: 0,
    errors: ['4060 1 11 Cannot open database "Nope" requested by the login. The login failed.', FAILED],
  },
  { name: 'a Windows account', options: { ...anyone, ntlm }, account: corp('right'), batch: 'several', lines: 6 },
  {
    name: 'a Windows account with a wrong password',
    options: { ...anyone, ntlm },
    account: corp('wrong'),
    batch: '',
    lines: 0,
    errors: [
      '18452 1 14 Login failed. The login is from an untrusted domain and cannot be used with Integrated authentication.',
    ],
  },
]

function denied(): string {
  return `${ERROR.number} ${ERROR.state} ${ERROR.severity} ${ERROR.message}`
}

function corp(password: string): Account {
  return { user: 'dms', password, domain: 'CORP' }
}

describe.each(VERSIONS)('FreeTDS and mssql learn the same with TDS %s', (freetds, tedious) => {
  it.each(ROWS)('$name', async ({ options, account = DMS, batch, lines, errors = [] }) => {
    if (tsql === undefined) return
    const server = await bench.start({ encryption: 'on', ...options })
    const learned = await askFreetds(tsql, server, account, batch, freetds)
    expect(learned.errors).toEqual(errors)
    expect(learned.lines).toHaveLength(lines)
    expect(await askMssql(server, account, batch, tedious)).toEqual(learned)
  })
})
