import { COLUMN_MASTER_KEYS, DATABASE_KEYS } from '../../src/checks/statements/database-keys.ts'
import { AGENT_JOBS, INSTANCE_OBJECTS } from '../../src/checks/statements/instance-objects.ts'
import {
  DATABASE_SIZES,
  DEFAULT_PATHS,
  FIXED_DRIVES,
  SERVER_VOLUMES,
} from '../../src/checks/statements/server-volumes.ts'
import { SKU_FEATURES } from '../../src/checks/statements/sku-features.ts'
import type { Cell, Column, Reply } from '../tds/model.ts'
import type { StatementAnswer } from './answers.ts'
import { permissionDenied } from './messages.ts'
import { flag, int, row, text } from './rows.ts'
import { hasServerPermission } from './server-security.ts'
import { findDatabase, includesName, type KeyState, type SqlState, type VolumesState } from './state.ts'

const TERABYTE = 1_048_576
const VOLUMES: VolumesState = {
  drives: ['F:\\', 'G:\\', 'D:\\'].map((mount) => ({ mount, totalMb: TERABYTE, freeMb: TERABYTE / 2 })),
  dataPath: 'F:\\data\\',
  logPath: 'G:\\log\\',
  tempDb: 'D:\\',
}

const table = (columns: readonly Column[], rows: readonly (readonly Cell[])[]): Reply => ({ sets: [{ columns, rows }] })

/** The dynamic management views ask for VIEW SERVER STATE, and those of a database for the same of it. */
function viewed(answer: StatementAnswer): StatementAnswer {
  return (state, session, account) =>
    hasServerPermission(state, account, 'VIEW SERVER STATE')
      ? answer(state, session, account)
      : { error: permissionDenied('VIEW SERVER STATE', "object 'server', database 'master'") }
}

/** Data and log of the system databases stand beside those of the users. */
function serverVolumes({ volumes = VOLUMES }: SqlState): Reply {
  const { drives, dataPath, logPath, tempDb, empty = [] } = volumes
  const rows = drives
    .filter(({ mount }) => !empty.includes(mount))
    .flatMap(({ mount, totalMb, freeMb }): Cell[][] => {
      const types = [...(dataPath.startsWith(mount) ? [0] : []), ...(logPath.startsWith(mount) ? [1] : [])]
      const own = types.map((type) => [mount, type, 0, totalMb, freeMb])
      return mount === tempDb ? [...own, [mount, 0, 1, totalMb, freeMb], [mount, 1, 1, totalMb, freeMb]] : own
    })
  return table([text('volume'), ...['file_type', 'is_tempdb', 'total_mb', 'available_mb'].map(int)], rows)
}

function fixedDrives({ volumes = VOLUMES }: SqlState): Reply {
  return table(
    [text('drive'), int('free_mb')],
    volumes.drives.map(({ mount, freeMb }) => [mount, freeMb]),
  )
}

function databaseSizes(state: SqlState, account: Parameters<StatementAnswer>[2]): Reply {
  const sees = ['VIEW ANY DEFINITION', 'ALTER ANY DATABASE'].some((name) => hasServerPermission(state, account, name))
  const rows = (sees ? [{ name: 'master' }, ...state.databases] : []).map((one) => {
    const sizeMb = 'sizeMb' in one ? (one.sizeMb ?? 512) : 512
    return [one.name, sizeMb - Math.floor(sizeMb / 4), Math.floor(sizeMb / 4)]
  })
  return table([text('name'), int('data_mb'), int('log_mb')], rows)
}

function instanceObjects({ instanceObjects: made = [] }: SqlState): Reply {
  const rows: Cell[][] = made.map(({ kind, name, count = 1 }) => [kind, name, count])
  return table([text('kind'), text('name'), int('number')], [...rows, ['error message', null, 0]])
}

function agentJobs(state: SqlState, account: Parameters<StatementAnswer>[2]): Reply {
  if (!hasServerPermission(state, account, 'CONTROL SERVER') && !includesName(account.databases, 'msdb')) {
    return { error: permissionDenied('SELECT', "object 'sysjobs', database 'msdb', schema 'dbo'", 229) }
  }
  return table(
    [text('name'), int('is_enabled')],
    (state.agentJobs ?? []).map((name) => [name, 1]),
  )
}

const KEY_COLUMNS = [...['kind', 'name', 'store'].map(text), int('view_definition')]

function keysOf(state: SqlState, database: string, isColumnKey: boolean): readonly KeyState[] {
  const all = findDatabase(state, database)?.keys ?? []
  return all.filter(({ kind }) => (kind === 'column master key') === isColumnKey)
}

/** What is not visible is left out without a word, as the catalog views do. */
function databaseKeys(isColumnKey: boolean): StatementAnswer {
  return (state, session, account) => {
    const sees = hasServerPermission(state, account, 'VIEW ANY DEFINITION')
    const keys = sees ? keysOf(state, session.database, isColumnKey) : []
    const rows: Cell[][] = keys.map(({ kind, name, store }) => [kind, name, store ?? null, null])
    return table(KEY_COLUMNS, isColumnKey ? rows : [['permission', null, null, flag(sees)], ...rows])
  }
}

export const MACHINE_ANSWERS: readonly (readonly [string, StatementAnswer])[] = [
  [SERVER_VOLUMES.text, viewed(serverVolumes)],
  [FIXED_DRIVES.text, viewed(fixedDrives)],
  [
    DEFAULT_PATHS.text,
    ({ volumes = VOLUMES }) => row([text('data_path'), volumes.dataPath], [text('log_path'), volumes.logPath]),
  ],
  [DATABASE_SIZES.text, (state, _session, account) => databaseSizes(state, account)],
  [
    SKU_FEATURES.text,
    viewed((state, session) =>
      table(
        [text('feature')],
        (findDatabase(state, session.database)?.skuFeatures ?? []).map((name) => [name]),
      ),
    ),
  ],
  [INSTANCE_OBJECTS.text, instanceObjects],
  [AGENT_JOBS.text, (state, _session, account) => agentJobs(state, account)],
  [DATABASE_KEYS.text, databaseKeys(false)],
  [COLUMN_MASTER_KEYS.text, databaseKeys(true)],
]
