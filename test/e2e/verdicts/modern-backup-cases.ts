// What the current service asks of backups: their chain, their files, the folders they lie in, and who reads the share.
import { storageError } from '../../../lab/blob-front.ts'
import type { BackupOfState, DatabaseState } from '../../../lab/sql/state.ts'
import { resourceId } from '../../../lab/azure/place.ts'
import { changeStory, removeResources, type Change } from '../../../lab/stories/change.ts'
import { INSTANCE, instanceStory } from '../../../lab/stories/instance.ts'
import { DMS_SUBNET, isoDay, NET } from '../../../lab/stories/sales.ts'
import { shareStory } from '../../../lab/stories/share.ts'
import type { Story } from '../../../lab/stories/story.ts'
import type { StorageOwner } from '../../../lab/storage-owner.ts'
import { doesNotApply, fails, isBlocked, isManual, isUnknown, passes, type Case } from '../expectation.ts'
import { SOURCE_PASSWORD_WRONG } from './worlds.ts'

const MODEL = 'source/recovery-model-is-full'
const LOG_FILE = 'source/has-one-log-file'
const CHAIN = 'source/log-chain-is-unbroken'
const OWN_FILE = 'storage/one-backup-per-file'
const FLAT = 'storage/folders-are-flat'
const LAST = 'storage/last-backup-is-newest'
const CAN_READ = 'share/windows-user-can-read'
const OF_RUNTIME = ['online', 'current', 'kept-up-to-date'].map((name) => `service/runtime-is-${name}`)
const SALES = { subject: 'sales/Sales' }
const ORDERS = { subject: 'sales/Orders' }

const SERVICE = resourceId(NET, 'Microsoft.DataMigration/sqlMigrationServices', 'dms-weu')
const modern = (migration: 'online' | 'offline'): Change => ({
  manifest: {
    'generation: classic': `generation: modern\nmigration: ${migration}`,
    [`subnet: ${DMS_SUBNET}`]: `service: ${SERVICE}`,
  },
  editManifest: (text) => text.replace(/^attestations:\n(?: .*\n)*/m, ''),
})
const online = (...changes: readonly Change[]): Story => changeStory(instanceStory(), modern('online'), ...changes)
const offline = (...changes: readonly Change[]): Story => changeStory(instanceStory(), modern('offline'), ...changes)
const onShare = (...changes: readonly Change[]): Story => changeStory(shareStory(), modern('online'), ...changes)

const full = (more: Partial<BackupOfState> = {}): BackupOfState => ({
  type: 'D',
  finished: `${isoDay(-1)}T22:00:07`,
  checksums: true,
  ...more,
})
const log = (more: Partial<BackupOfState> = {}): BackupOfState =>
  full({ type: 'L', finished: `${isoDay(-1)}T23:00:07`, ...more })
const databases = (sales: Partial<DatabaseState>, orders: Partial<DatabaseState> = {}): Change => ({
  source: {
    state: {
      databases: [
        { name: 'Sales', backups: [full(), log()], ...sales },
        { name: 'Orders', backups: [full()], ...orders },
      ],
    },
  },
})
const refusing = (...holding: readonly string[]): Change => ({
  source: {
    state: {
      refusesStatements: holding.map((text) => ({
        holding: text,
        error: { number: 229, state: 5, severity: 14, message: 'The SELECT permission was denied.' },
      })),
    },
  },
})
const blobs = (...names: readonly string[]): Change => ({
  storage: {
    prepare: async ({ owner }: { owner: StorageOwner }) => {
      for (const name of names) await owner.putBlob('backups', name)
    },
  },
})
const NO_CONTAINER: Change = { manifest: { '/stmig/backups': '/stmig/nowhere' } }
const asUser = (name: string): Change => ({ manifest: { [String.raw`FILESRV\upload`]: `FILESRV\\${name}` } })

export const MODERN_BACKUP_CASES: readonly Case[] = [
  {
    world: 'an online migration whose backups go on from each other',
    story: online(databases({}), blobs('Sales/full.bak', 'Sales/log.trn', 'Orders/full.bak')),
    expected: [
      passes(MODEL, /recovery model FULL/),
      passes(LOG_FILE, /1 transaction log file$/),
      passes(CHAIN, /is followed by 1 log backup without a gap/, SALES),
      passes(CHAIN, /no log backup was made since/, ORDERS),
      passes(OWN_FILE, /2 backups have files of their own/, SALES),
      passes(FLAT, /2 blobs \(2 block\) right in .*\/stmig\/backups\/Sales\//, SALES),
      ...[...OF_RUNTIME, 'service/runtime-host-is-suitable', 'service/runtime-reaches-azure'].map((check) =>
        doesNotApply(check, /already in the container, .*no integration runtime takes part/),
      ),
    ],
  },
  {
    world:
      'an online migration with a gap in the log, two backups in one file, a second log file and folders in a folder',
    story: online(
      databases(
        {
          backups: [
            full(),
            log(),
            log({ firstLsn: '2000', lastLsn: '9000000', file: 'NUL' }),
            log({ firstLsn: '9000000', lastLsn: '9000900' }),
          ],
          logFiles: 2,
        },
        {
          recoveryModel: 'SIMPLE',
          backups: [full({ file: 'X:\\one.bak' }), full({ file: 'X:\\one.bak', position: 2 })],
        },
      ),
      blobs('Sales/2026/full.bak', 'Orders/full.bak'),
    ),
    expected: [
      fails(MODEL, /recovery model SIMPLE/, ORDERS),
      fails(LOG_FILE, /2 transaction log files/, SALES),
      fails(CHAIN, /the log from LSN \d+ to 9000000 is in no backup that can be restored; of .*device NUL/, SALES),
      fails(CHAIN, /in the recovery model SIMPLE/, ORDERS),
      fails(OWN_FILE, /1 of 2 backups share a file: .* in X:\\one\.bak is number 2 there/, ORDERS),
      fails(FLAT, /holds 1 folder \(2026\), into which the service does not look/, SALES),
    ],
  },
  {
    world: 'an online migration of a source that tells neither its files nor its backups, into an empty container',
    story: online(databases({}), refusing('msdb.dbo.backupset', 'sys.master_files')),
    expected: [
      ...[CHAIN, OWN_FILE].map((check) =>
        isUnknown(check, 'forbidden', /Query "recorded-backups" .*has no permission/),
      ),
      isUnknown(LOG_FILE, 'forbidden', /has no permission/),
      fails(FLAT, /nothing lies in .*the backups must be there before the migration starts/),
    ],
  },
  {
    world: 'an online migration to a managed instance that is not there, and a folder that may not be listed',
    story: online(databases({}), {
      azure: removeResources(INSTANCE),
      storage: {
        prepare: ({ front }) => {
          front.rules.answer = ({ query }) =>
            /[?&]prefix=Sales/.test(query)
              ? storageError(403, 'AuthorizationFailure', 'This request is not authorized to perform this operation.')
              : undefined
        },
      },
    }),
    expected: [
      isBlocked('target/identity-can-read-container', 'target/managed-instance-exists'),
      isUnknown(FLAT, 'forbidden', /answered 403 when asked for a list of the folder Sales of backups/, SALES),
    ],
  },
  {
    world: 'an online migration whose login the source does not know, into a container that is not there',
    story: online(SOURCE_PASSWORD_WRONG, NO_CONTAINER),
    expected: [
      ...[MODEL, LOG_FILE, CHAIN, OWN_FILE].map((check) => isBlocked(check, 'source/login-is-accepted')),
      isBlocked(FLAT, 'storage/container-exists'),
    ],
  },
  {
    world: 'an offline migration whose last backups are in the container',
    story: offline(
      databases({ backups: [full({ file: 'X:\\Sales_1.bak' })] }, { backups: [full({ file: 'X:\\Orders_1.bak' })] }),
      blobs('Sales/Sales_1.bak', 'Orders/Orders_1.bak'),
    ),
    expected: [
      passes(LAST, /Sales_1\.bak, lies in .*give that name as the last backup/, SALES),
      passes(LAST, /Orders_1/, ORDERS),
    ],
  },
  {
    world: 'an offline migration whose newest backup was not uploaded, and one with other names',
    story: offline(
      databases(
        { backups: [full({ file: 'X:\\Sales_1.bak' }), full({ file: 'X:\\Sales_2.bak' })] },
        { backups: [full({ file: 'X:\\Orders_1.bak' })] },
      ),
      blobs('Sales/Sales_1.bak', 'Orders/renamed.bak'),
    ),
    expected: [
      fails(LAST, /the folder has Sales_1\.bak, and not what was made after it: .*, Sales_2\.bak/, SALES),
      { ...isManual(LAST, /has the name of a backup that msdb remembers .*last uploaded: renamed\.bak/), ...ORDERS },
    ],
  },
  {
    world: 'an offline migration whose source does not tell its backups',
    story: offline(databases({}), blobs('Sales/Sales_1.bak', 'Orders/Orders_1.bak'), refusing('msdb.dbo.backupset')),
    expected: [isUnknown(LAST, 'forbidden', /Query "recorded-backups" .*has no permission/)],
  },
  {
    world: 'an offline migration whose login the source does not know',
    story: offline(SOURCE_PASSWORD_WRONG),
    expected: [isBlocked(LAST, 'source/login-is-accepted')],
  },
  {
    world: 'an online migration by a share that its Windows user can read',
    story: onShare(),
    expected: [
      passes(CAN_READ, /an open for reading was granted/),
      doesNotApply('target/identity-can-read-container', /No backups for default are read from a container/),
    ],
  },
  {
    world: 'an online migration by a share that its Windows user can not read',
    story: onShare(asUser('stranger')),
    expected: [fails(CAN_READ, /FILESRV\\stranger cannot read .*an open for reading is refused: access is denied/)],
  },
  {
    world: 'an online migration by a share whose password is wrong',
    story: onShare({ secrets: { SHARE_PASSWORD: 'n0t-the-pass' } }),
    expected: [isBlocked(CAN_READ, 'share/login-is-accepted')],
  },
]
