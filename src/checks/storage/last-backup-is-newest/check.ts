import { flawOf, type RecordedBackup } from '../../../domain/backup-set.ts'
import { seen, type Observed } from '../../../domain/observed.ts'
import { containerDatabaseSubjects, findPlace, observeFolders } from '../../container-folders.ts'
import { defineCheck } from '../../define.ts'
import { boundText } from '../../foreign-text.ts'
import { mention, readBackupRecords } from '../../recorded-backups.ts'
import type { SourceDatabaseSpec } from '../../subjects.ts'
import { baseName, judgeLast, type Evidence } from './judge-last.ts'

const ID = 'storage/last-backup-is-newest'
/** Older backups whose names are looked for, to tell a folder that is behind from one with other names. */
const OLDER_KEPT = 30

export default defineCheck<SourceDatabaseSpec, Evidence, 'net' | 'arm' | 'sql' | 'blob'>({
  meta: {
    id: ID,
    ref: 'DMSP-124',
    title: 'The newest backup of the database is the last one in its folder',
    team: 'dba',
    scenarios: ['sql-server-to-azure-sql-managed-instance', 'sql-server-to-sql-server-on-azure-vm'],
    generations: ['modern'],
    migrations: ['offline'],
    severity: 'required',
    needs: [
      { id: 'source/login-is-accepted' },
      { id: 'source/database-is-readable' },
      { id: 'storage/folders-are-flat' },
    ],
    vantage: 'server',
    verdicts: ['pass', 'fail', 'unknown', 'manual'],
    why: 'An offline migration restores up to the file that is given as the last backup, and no further: what was written afterwards is lost, and a name that is not there ends it with an error.',
    source: {
      title: 'Tutorial: Migrate SQL Server to Azure SQL Managed Instance with DMS, offline',
      url: 'https://learn.microsoft.com/azure/dms/tutorial-sql-server-managed-instance-offline-ads',
      verified: '2026-11-26',
      rows: ['LASTBK'],
    },
    remedy:
      'Stop the writes, make the last backup, upload it under its own name, and give that name as the last backup of the migration.',
  },
  uses: ['net', 'arm', 'sql', 'blob'],
  subjects: containerDatabaseSubjects,
  observe: async ({ net, arm, sql, blob }, subject): Promise<Observed<Evidence>> => {
    const [folders, records] = await Promise.all([
      observeFolders(blob, subject),
      readBackupRecords({ net, arm, sql }, subject, ID),
    ])
    if (!folders.ok) return folders
    if (!records.ok) return records
    const place = findPlace(folders.value)
    const { host, port, backups } = records.value
    const [newest, ...older] = backups.filter(isOnFiles)
    const at = { host, port }
    return seen({
      ...at,
      place:
        place.is === 'one'
          ? { where: place.where, blobs: place.fact.blobs, isCut: place.fact.isCut, newest: place.fact.newest }
          : null,
      newest: newest === undefined ? null : { ...mention(newest), files: newest.files },
      older: older
        .slice(0, OLDER_KEPT)
        .flatMap(({ file }) => (file === undefined ? [] : [boundText(baseName(file), 300)])),
    })
  },
  judge: (evidence, { name, spec }) => judgeLast(evidence, name, spec),
})

/** What another program took cannot be a file of the folder. */
function isOnFiles(backup: RecordedBackup): boolean {
  const flaw = flawOf(backup)
  return backup.device === 'file' && flaw !== 'snapshot'
}
