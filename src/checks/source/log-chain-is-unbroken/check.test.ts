import { afterEach, describe, expect, it } from '@jest/globals'
import type { BackupOfState, DatabaseState, LoginState } from '../../../../lab/sql/state.ts'
import { closeSourceRigs, openSourceRig } from '../../../../test/source-rig.ts'
import { expectEveryVerdict, judgeStored, manifestWith } from '../../../../test/sql-fixtures.ts'
import check from './check.ts'

afterEach(closeSourceRigs)

const at = (hour: number, type: BackupOfState['type'], more: Partial<BackupOfState> = {}): BackupOfState => ({
  type,
  finished: `2026-11-20T${String(hour).padStart(2, '0')}:00:00`,
  checksums: true,
  ...more,
})
const FULL = at(1, 'D')
const LOGS = [at(2, 'L'), at(3, 'L'), at(4, 'L')]
const spoil = (place: number, more: Partial<BackupOfState>): BackupOfState[] =>
  LOGS.map((one, own) => (own === place ? { ...one, ...more } : one))

const WORLDS: readonly [string, Partial<DatabaseState>, string, RegExp][] = [
  ['whole', { backups: [FULL, ...LOGS] }, 'pass', /full backup of 2026-11-20T01:00:00 .*3 log backups without a gap/],
  ['a full backup alone', { backups: [FULL] }, 'pass', /no log backup was made since/],
  ['a copy-only one to begin with', { backups: [at(1, 'D', { copyOnly: true }), ...LOGS] }, 'pass', /3 log backups/],
  [
    'a differential over a lost log backup',
    { backups: [FULL, ...spoil(0, { damaged: true }), at(5, 'I')] },
    'pass',
    /1 differential/,
  ],
  ['a new full after a gap', { backups: [FULL, ...spoil(1, { damaged: true }), at(5, 'D')] }, 'pass', /T05:00:00/],
  ['on Azure storage', { backups: [FULL, ...spoil(1, { deviceType: 9 })] }, 'pass', /3 log/],
  ['none', { backups: [] }, 'fail', /msdb remembers no full backup/],
  [
    'logs alone',
    { backups: LOGS, nextLogFrom: '3000' },
    'unknown',
    /no full backup.*goes on from one all the same .*3000/,
  ],
  ['simple', { backups: [FULL], recoveryModel: 'SIMPLE' }, 'fail', /last_log_backup_lsn is NULL/],
  [
    'a log backup that is lost',
    { backups: [FULL, LOGS[0]!, at(4, 'L', { firstLsn: '2900', lastLsn: '4000' })], nextLogFrom: '4000' },
    'unknown',
    /between the log backup of 2026-11-20T02:00:00 \(LSN 900 to 2000\) and the log backup of 2026-11-20T04:00:00 .* from LSN 2000 to 2900.*remembers none/,
  ],
  [
    'the last one is lost',
    { backups: [FULL, ...LOGS], nextLogFrom: '9000' },
    'unknown',
    /and where the next log backup begins the log from LSN 4000 to 9000/,
  ],
  [
    'another program',
    { backups: [FULL, ...spoil(1, { deviceType: 7, software: 'Other Backup' })] },
    'fail',
    /another backup program took it .*\(Other Backup\)/,
  ],
  ['to NUL', { backups: [FULL, ...spoil(2, { file: 'NUL' })] }, 'fail', /device NUL/],
  ['overwritten', { backups: [FULL, ...spoil(0, { overwritten: true })] }, 'fail', /overwritten by a later/],
  [
    'written again under one name',
    { backups: [FULL, ...LOGS.map((one) => ({ ...one, file: 'D:\\log.trn' }))] },
    'fail',
    /of the log backup of 2026-11-20T02:00:00 .*\(and 1 more\): its file was overwritten/,
  ],
  ['a tape', { backups: [FULL, ...spoil(0, { deviceType: 5 })] }, 'fail', /tape/],
  [
    'a snapshot as the only full one',
    { backups: [at(1, 'D', { snapshot: true, deviceType: 7 }), ...LOGS] },
    'fail',
    /no full backup of it can be restored.*snapshot of another backup program/,
  ],
  ['in an availability group', { backups: [FULL], nextLogFrom: '9000', replicated: true }, 'unknown', /other replicas/],
  [
    'rows that say nothing',
    { backups: [FULL, at(2, 'L', { firstLsn: null })], nextLogFrom: '9000' },
    'unknown',
    /1 rows of the history have no log sequence numbers/,
  ],
  ['a hidden state', { backups: [FULL], hidesRecovery: true }, 'unknown (forbidden)', /shows nothing of the database/],
]

async function run(sales: Partial<DatabaseState>, login: Partial<LoginState> = { controlServer: true }) {
  const rig = await openSourceRig({
    logins: [{ user: 'dms', password: '', ...login }],
    databases: [{ name: 'Sales', ...sales }],
  })
  return rig.verdict(check)
}

describe('source/log-chain-is-unbroken', () => {
  it.each(WORLDS)('%s', async (_which, sales, verdict, says) => {
    const told = await run(sales)
    expect([told.verdict, told.summary]).toEqual([verdict, expect.stringMatching(says)])
  })

  it('gives every verdict that it declares', async () => {
    const verdicts = await Promise.all(
      [WORLDS[0]!, WORLDS[6]!, WORLDS.at(-3)!].map(async ([, sales]) => (await run(sales)).verdict),
    )
    expectEveryVerdict(check, verdicts)
  })

  it('says which grant would let it look', async () => {
    const told = await run({ backups: [FULL] }, { databases: ['Sales'] })
    expect(told).toMatchObject({ verdict: 'unknown (forbidden)' })
    const rig = await openSourceRig({
      logins: [{ user: 'dms', password: '', databases: ['Sales'] }],
      databases: [{ name: 'Sales' }],
    })
    const observed = await rig.observe(check)
    expect(observed).toMatchObject({
      failure: {
        missing: expect.stringMatching(/SELECT/),
        scripts: [{ code: expect.stringMatching(/GRANT SELECT ON dbo.backupset TO \[dms\]/) }],
      },
    })
  })

  it('doubts a history that is longer than is read', () => {
    const [subject] = check.subjects(manifestWith({}))
    const evidence = {
      ...{ host: 'sql01', port: 1433, recorded: 9000, incomplete: 0, isCut: true, isReplica: false, nextLogFrom: '5' },
      chain: { is: 'no-full' },
    }
    expect(judgeStored(check, evidence, subject!)).toMatchObject({
      verdict: 'unknown',
      summary: expect.stringMatching(/longer than is read/),
    })
  })
})
