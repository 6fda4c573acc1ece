import { afterEach, describe, expect, it } from '@jest/globals'
import type { BackupOfState } from '../../../../lab/sql/state.ts'
import { closeSourceRigs, openSourceRig } from '../../../../test/source-rig.ts'
import { expectEveryVerdict, judgeStored } from '../../../../test/sql-fixtures.ts'
import { blobWith, instanceManifest, listing } from '../../../../test/storage-fixtures.ts'
import type { FolderListing } from '../../../ports/blob-port.ts'
import check from './check.ts'
import { baseName } from './judge-last.ts'

afterEach(closeSourceRigs)

const at = (
  hour: number,
  type: BackupOfState['type'],
  file: string,
  more: Partial<BackupOfState> = {},
): BackupOfState => ({
  type,
  finished: `2026-11-20T0${String(hour)}:00:00`,
  checksums: true,
  file,
  ...more,
})
const FULL = at(1, 'D', 'D:\\b\\sales_full.bak')
const LOG = at(2, 'L', '\\\\fs01\\b\\sales_log.trn')

const uploaded = (modified: string) => [{ name: 'sales_full.bak', kind: 'block' as const, bytes: 1, modified }]

const WORLDS: readonly [string, readonly BackupOfState[], FolderListing, string, RegExp][] = [
  ['the full one', [FULL], listing(['sales_full.bak']), 'pass', /sales_full\.bak, lies in .*give that name/],
  ['the log after it', [FULL, LOG], listing(['Sales_Log.trn', 'sales_full.bak']), 'pass', /log backup of .*T02/],
  ['uploaded in another order', [FULL, LOG], listing(['sales_full.bak', 'sales_log.trn']), 'pass', /sales_log\.trn/],
  [
    'to Azure itself',
    [at(1, 'D', 'https://stmig.blob.core.windows.net/backups/Sales/x.bak', { deviceType: 9 })],
    listing(['x.bak']),
    'pass',
    /x\.bak/,
  ],
  [
    'striped',
    [{ ...FULL, files: 3 }],
    listing(['sales_full_2.bak', 'sales_full.bak']),
    'manual',
    /one of 3 files .*nothing tells the names of the others/,
  ],
  [
    'an older one under the same name',
    [FULL],
    listing(['sales_full.bak'], { newest: uploaded('2026-11-19T10:59:59.000Z') }),
    'fail',
    /sales_full\.bak there was uploaded at 2026-11-19T10:59:59\.000Z, before the full backup .*older backup of the same name/,
  ],
  [
    'at once, by a clock far ahead of UTC',
    [FULL],
    listing(['sales_full.bak'], { newest: uploaded('2026-11-19T11:00:01.000Z') }),
    'pass',
    /sales_full\.bak/,
  ],
  [
    'behind',
    [FULL, LOG],
    listing(['sales_full.bak']),
    'fail',
    /the folder has sales_full\.bak, and not what was made after it: the log backup .*would be lost/,
  ],
  [
    'other names',
    [FULL],
    listing(['renamed.bak']),
    'manual',
    /vouch which file .*no file in .* last uploaded: renamed\.bak/,
  ],
  ['a stranger after it', [FULL], listing(['other.bak', 'sales_full.bak']), 'manual', /other\.bak was uploaded after/],
  ['no history', [], listing(['a.bak']), 'manual', /remembers no backup/],
  ['by another program', [{ ...FULL, deviceType: 7 }], listing(['a.bak']), 'manual', /remembers no backup/],
  ['no folder', [FULL], listing([]), 'unknown', /not found in one place/],
  [
    'far more blobs than are read',
    [FULL, LOG],
    listing(['sales_full.bak'], { isCut: true, blobs: 100_000 }),
    'unknown',
    /not among the last 1 files/,
  ],
]

async function run(backups: readonly BackupOfState[], folder: FolderListing) {
  const rig = await openSourceRig({
    logins: [{ user: 'dms', password: '', controlServer: true }],
    databases: [{ name: 'Sales', backups }],
  })
  const manifest = instanceManifest({ generation: 'modern' })
  const sources = manifest.sources.map((source) => ({ ...source, ...rig.source }))
  const [subject] = check.subjects({ ...manifest, sources })
  const blob = blobWith({ folders: { Sales: folder } })
  const observed = await check.observe({ ...rig.ports, blob }, subject!)
  if (!observed.ok) return { verdict: `unknown (${observed.failure.kind})`, summary: observed.failure.message }
  return judgeStored(check, observed.value, subject!)
}

describe('storage/last-backup-is-newest', () => {
  it.each(WORLDS)('%s', async (_which, backups, folder, verdict, summary) => {
    const told = await run(backups, folder)
    expect([told.verdict, told.summary]).toEqual([verdict, expect.stringMatching(summary)])
  })

  it('gives every verdict that it declares', async () => {
    const told = await Promise.all(
      ['the full one', 'behind', 'other names', 'no folder'].map((name) => {
        const [, backups, folder] = WORLDS.find(([one]) => one === name)!
        return run(backups, folder)
      }),
    )
    expectEveryVerdict(
      check,
      told.map(({ verdict }) => verdict),
    )
  })

  it.each([
    ['D:\\a\\b.bak', 'b.bak'],
    ['https://a/b/c.bak', 'c.bak'],
    ['b.bak', 'b.bak'],
  ])('%s is %s', (file, base) => {
    expect(baseName(file)).toBe(base)
  })
})
