import { afterEach, describe, expect, it } from '@jest/globals'
import type { BackupOfState, LoginState } from '../../../../lab/sql/state.ts'
import { closeSourceRigs, openSourceRig } from '../../../../test/source-rig.ts'
import { expectEveryVerdict, judgeStored, manifestWith } from '../../../../test/sql-fixtures.ts'
import check from './check.ts'

afterEach(closeSourceRigs)

const at = (hour: number, type: BackupOfState['type'], more: Partial<BackupOfState> = {}): BackupOfState => ({
  type,
  finished: `2026-11-20T0${String(hour)}:00:00`,
  checksums: true,
  ...more,
})

const WORLDS: readonly [string, readonly BackupOfState[], string, RegExp][] = [
  ['each its own', [at(1, 'D'), at(2, 'L')], 'pass', /2 backups have files of their own/],
  ['one alone', [at(1, 'D')], 'pass', /1 backup has a file of its own/],
  ['striped', [at(1, 'D', { files: 4 })], 'pass', /1 of them striped/],
  [
    'in Azure',
    [at(1, 'D', { deviceType: 9, file: 'https://stmig.blob.core.windows.net/b/s.bak' })],
    'pass',
    /1 backup/,
  ],
  [
    'appended',
    [at(1, 'D'), at(2, 'L', { position: 7, file: 'D:\\all.bak' })],
    'fail',
    /1 of 2 backups share a file: the log backup of 2026-11-20T02:00:00 .* in D:\\all.bak is number 7 there/,
  ],
  ['others behind it', [at(1, 'D', { followed: true })], 'fail', /has others behind it/],
  ['overwritten', [at(1, 'D'), at(2, 'L', { overwritten: true, followed: true })], 'fail', /was overwritten/],
  [
    'one name for all logs',
    [at(1, 'D'), at(2, 'L', { file: 'D:\\LOG.trn' }), at(3, 'L', { file: 'd:\\log.TRN' })],
    'fail',
    /1 of 3 .*T02:00:00/,
  ],
  [
    'many',
    [at(1, 'D'), ...[2, 3, 4, 5, 6, 7, 8].map((hour) => at(hour, 'L', { position: hour }))],
    'fail',
    /7 of 8 .*and 2 more/,
  ],
  ['never', [], 'unknown', /no backup of it on files, so nothing shows/],
  ['by another program', [at(1, 'D', { deviceType: 7 })], 'unknown', /1 went to other programs/],
]

async function run(backups: readonly BackupOfState[], login: Partial<LoginState> = { controlServer: true }) {
  const rig = await openSourceRig({
    logins: [{ user: 'dms', password: '', ...login }],
    databases: [{ name: 'Sales', backups }],
  })
  return rig.verdict(check)
}

describe('storage/one-backup-per-file', () => {
  it.each(WORLDS)('%s', async (_which, backups, verdict, says) => {
    const told = await run(backups)
    expect([told.verdict, told.summary]).toEqual([verdict, expect.stringMatching(says)])
  })

  it('gives every verdict that it declares', async () => {
    const told = await Promise.all(
      ['each its own', 'appended', 'never'].map((name) => run(WORLDS.find(([one]) => one === name)![1])),
    )
    expectEveryVerdict(
      check,
      told.map(({ verdict }) => verdict),
    )
  })

  it('could not look without a right on msdb', async () => {
    expect(await run([at(1, 'D')], { databases: ['Sales'] })).toMatchObject({ verdict: 'unknown (forbidden)' })
  })

  it('says when the history is longer than is read', () => {
    const [subject] = check.subjects(manifestWith({}))
    const evidence = {
      ...{
        host: 'sql01',
        port: 1433,
        onFiles: 9000,
        elsewhere: 0,
        striped: 0,
        isCut: true,
        sharing: [],
        sharingInAll: 0,
      },
    }
    expect(judgeStored(check, evidence, subject!)).toMatchObject({ verdict: 'unknown' })
  })
})
